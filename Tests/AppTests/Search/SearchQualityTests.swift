import Foundation
import SQL
import Testing

@testable import App

/// What people type, each with what they mean, from `bench/search-quality.tsv`.
enum SearchQuality {
  /// A title, or a person without a year.
  struct Meant: Equatable {
    let name: String
    let year: Int?
  }

  struct Query {
    let text: String
    /// How it differs from a name, such as `misspelt`.
    let kind: String
    let isPerson: Bool
    /// Any of these may be meant.
    let meant: [Meant]
  }

  /// All of the file.
  static func queries() throws -> [Query] {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: root.appendingPathComponent("bench/search-quality.tsv"), encoding: .utf8)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard columns.count >= 5 else { return nil }
      let others = columns.count > 5 ? columns[5].components(separatedBy: " | ").compactMap(other) : []
      return Query(
        text: columns[0], kind: columns[1], isPerson: columns[2] == "person",
        meant: [Meant(name: columns[3], year: Int(columns[4]))] + others)
    }
  }

  /// Reads `name (year)`.
  private static func other(_ text: String) -> Meant? {
    guard let start = text.lastIndex(of: "("), text.hasSuffix(")") else { return nil }
    return Meant(
      name: text[..<start].trimmingCharacters(in: .whitespaces),
      year: Int(text[text.index(after: start)...].dropLast()))
  }
}

/// What most people mean is among the first three.
@Suite struct SearchQualityTests {
  @Test func atLeastNinetyFiveInAHundredAreAmongTheFirstThree() async throws {
    try await Self.withStarter { database in
      let queries = try SearchQuality.queries()
      #expect(queries.count == 320)
      let found = try await database.read { connection -> [Bool] in
        let vocabularies = try SearchStore.vocabulary(connection)
        return try queries.map { try Self.finds($0, connection, vocabularies) }
      }
      let missed = zip(queries, found).filter { !$0.1 }.map { "\($0.0.kind): \($0.0.text)" }.sorted()
      #expect(missed.count * 100 <= queries.count * 5, "\(missed.joined(separator: "\n"))")
      let kinds = Dictionary(grouping: zip(queries, found), by: \.0.kind)
      for (kind, all) in kinds {
        let missing = all.filter { !$0.1 }.count
        #expect(missing * 10 <= all.count, "\(kind): \(missing) of \(all.count) are not found")
      }
    }
  }

  @Test func whatIsMeantComesFirstOfTitlesAndPeople() async throws {
    try await Self.withStarter { database in
      let vocabularies = try await database.read { try SearchStore.vocabulary($0) }
      // Harry Potter before Richard Harris; Tom Hanks before what has Tom within; Tarantino has begun no title.
      let wanted = [
        ("harr", false), ("harry p", false), ("star", false), ("tom", true), ("tom han", true), ("tarant", true),
        ("nolan", true), ("richard harris", true), ("spiel", true), ("breaking", false),
      ]
      for (text, isPersonFirst) in wanted {
        let results = try await database.read { try Self.find($0, text, vocabularies) }
        #expect(results?.isPersonFirst == isPersonFirst, "\(text)")
      }
    }
  }

  @Test func anythingThatCanBeTypedIsAnswered() async throws {
    try await Self.withStarter { database in
      let vocabularies = try await database.read { try SearchStore.vocabulary($0) }
      let words = (1...10).map { "wrod\($0)" }.joined(separator: " ")
      let texts = [
        "a", "the", "1", "x", "é", "的", "\"", "the a an", words, String(repeating: "wort ", count: 40),
        String(repeating: "q", count: 200), "a b c d e f g h i j k l m", "'; DROP TABLE names; --", "NEAR(a b) * ^ -c",
      ]
      for text in texts {
        let found = try await database.read { try Self.find($0, text, vocabularies) }
        #expect((found?.hits.count ?? 0) <= 10, "\(text)")
      }
    }
  }

  private static func finds(
    _ query: SearchQuality.Query, _ connection: Connection, _ vocabularies: Vocabularies
  ) throws -> Bool {
    guard let results = try find(connection, query.text, vocabularies) else { return false }
    if query.isPerson {
      return results.people.prefix(3).contains { person in query.meant.contains { $0.name == person.name } }
    }
    return results.hits.prefix(3).contains { hit in
      query.meant.contains(SearchQuality.Meant(name: hit.candidate.name, year: hit.candidate.year))
    }
  }

  private static func find(
    _ connection: Connection, _ text: String, _ vocabularies: Vocabularies
  ) throws -> SearchStore.Results? {
    guard let query = SearchQuery(text) else { return nil }
    let scope = SearchStore.Scope(
      user: 1, kind: nil, vocabularies: vocabularies, today: Zone.utc.clock(at: Site.now).day, limit: 10)
    return try SearchStore.find(connection, query, command: nil, scope)
  }

  private static func withStarter(_ body: (any Database) async throws -> Void) async throws {
    try await TestDatabase.withEmpty(TestDatabase.engine) { database in
      try migrations.migrate(database, now: Site.now)
      try Starter.load(database, now: Site.now)
      try await body(database)
    }
  }
}
