import SQL
import Synchronization
import Testing

@testable import App

/// What the statements of the pages touch: the record of one person, or what all share.
@Suite struct StatementTests {
  /// Tables of the catalogue: the same for everybody, so that each part of a divided database could have them whole.
  private static let shared: Set<String> = [
    "titles", "seasons", "episodes", "people", "credits", "genres", "names", "words", "site",
    "collections", "charts", "related", "offers", "providers", "keywords", "videos", "translations", "certificates",
    "fetches", "edges",
  ]
  /// Looked up by a hash or a name that says whose they are, or counted over all accounts: sessions, links, logins.
  private static let doors: Set<String> = ["sessions", "links", "feeds", "throttles", "users"]

  /// A person's rows are always asked for by that person: then the tables can be divided by `user_id`.
  @Test func everyStatementOfAPageNamesThePersonOrTouchesOnlyWhatAllShare() async throws {
    let texts = Mutex<Set<String>>([])
    let observer: @Sendable (SQL) -> Void = { sql in _ = texts.withLock { $0.insert(sql.text(for: .postgres)) } }
    try await withSite(prepared: observer) { (site) async throws in
      try await PlanTests.useEverything(try await site.person("alice"), site)
    }
    let all = texts.withLock { $0 }
    #expect(all.count > 60)
    // The test itself asks for the latest rows and for the play of a film.
    for text in all where !text.contains("user_id") && !text.hasPrefix("SELECT max(id)") && !text.hasPrefix("SELECT id")
    {
      let others = Self.tables(text).subtracting(Self.shared).subtracting(Self.doors)
      #expect(others.isEmpty, "\(others) without user_id in \(text)")
    }
  }

  /// The tables that a statement names.
  private static func tables(_ text: String) -> Set<String> {
    var tables: Set<String> = []
    let known = shared.union(doors).union([
      "entries", "plays", "skips", "passes", "ratings", "lists", "list_items", "activities", "changes", "shelf",
      "counts", "days", "tallies", "statistics", "imports", "stand_ins", "jobs", "services", "dismissals",
    ])
    let words = text.split(whereSeparator: { !$0.isLetter && $0 != "_" }).map(String.init)
    for (place, word) in words.dropLast().enumerated() where ["FROM", "JOIN", "INTO", "UPDATE"].contains(word) {
      if known.contains(words[place + 1]) { tables.insert(words[place + 1]) }
    }
    return tables
  }
}
