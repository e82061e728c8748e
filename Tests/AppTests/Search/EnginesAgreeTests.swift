import Foundation
import SQL
import Testing

@testable import App

/// Both engines deliver the same names in the same order, so the answers are the same.
@Suite(.enabled(if: TestDatabase.engine == .postgres)) struct EnginesAgreeTests {
  @Test func twoHundredSearchesHaveTheSameAnswers() async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/flixlist-agree-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let name = TestDatabase.name()
    try TestDatabase.make(name)
    guard case .postgres(let address) = try TestDatabase.address(name) else { return }
    let engines: [any Database] = [try SQLite(path: folder + "/a.sqlite"), try Postgres(address)]
    for engine in engines {
      try migrations.migrate(engine, now: Site.now)
      try Starter.load(engine, now: Site.now)
    }
    let texts = try await Self.texts(engines[0])
    #expect(texts.count == 200)
    var found = 0
    for text in texts {
      let answers = try await [engines[0], engines[1]].asyncMap { try await Self.answer($0, text) }
      #expect(answers[0] == answers[1], "\(text)")
      found += answers[0].count < 2 ? 0 : 1
    }
    // Some are typed so badly that nothing is found.
    #expect(found > 150)
    for engine in engines { try engine.close() }
    try TestDatabase.remove(name)
  }

  private static func answer(_ database: any Database, _ text: String) async throws -> [String] {
    try await database.read { connection in
      guard let query = SearchQuery(text) else { return [] }
      let scope = SearchStore.Scope(
        user: 1, kind: nil, vocabularies: try SearchStore.vocabulary(connection),
        today: Zone.utc.clock(at: Site.now).day, limit: 30)
      let results = try SearchStore.find(connection, query, command: nil, scope)
      return results.hits.map { "\($0.candidate.name) \($0.candidate.year ?? 0)" }
        + results.people.map { "\($0.name): \($0.knownFor.joined(separator: ", "))" } + ["\(results.isPersonFirst)"]
    }
  }

  @Test func everyQueryOfTheQualitySetHasTheSameAnswers() async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/flixlist-agree-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let name = TestDatabase.name()
    try TestDatabase.make(name)
    guard case .postgres(let address) = try TestDatabase.address(name) else { return }
    let engines: [any Database] = [try SQLite(path: folder + "/a.sqlite"), try Postgres(address)]
    for engine in engines {
      try migrations.migrate(engine, now: Site.now)
      try Starter.load(engine, now: Site.now)
    }
    for text in try SearchQuality.queries().map(\.text) {
      let answers = try await engines.asyncMap { try await Self.answer($0, text) }
      #expect(answers[0] == answers[1], "\(text)")
    }
    for engine in engines { try engine.close() }
    try TestDatabase.remove(name)
  }

  /// Whole names, their beginnings, single words, and words with an error, all from the catalogue.
  private static func texts(_ database: any Database) async throws -> [String] {
    let names = try await database.read { connection in
      try connection.rows("SELECT folded FROM names WHERE id % 13 = 5 ORDER BY id LIMIT 40") { $0.text() }
    }
    var random = Seeded(11)
    return names.flatMap { name -> [String] in
      let words = name.split(separator: " ").map(String.init)
      let word = words.max { $0.count < $1.count } ?? name
      var wrong = Array(word)
      let place = Int.random(in: 0..<wrong.count, using: &random)
      if wrong.count > 4 { wrong.remove(at: place) } else { wrong.insert("e", at: place) }
      return [
        name, String(name.prefix(Int.random(in: 1...6, using: &random))), word, String(wrong),
        (words.dropLast() + [String((words.last ?? "").prefix(2))]).joined(separator: " "),
      ]
    }
  }
}

extension Array {
  fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async rethrows -> [T] {
    var all: [T] = []
    for element in self { all.append(try await body(element)) }
    return all
  }
}
