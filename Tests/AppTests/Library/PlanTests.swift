import HTTPTypes
import SQL
import Synchronization
import Testing

@testable import App

/// No page reads a whole table: the cost grows with what is shown, not with what is kept.
///
/// SQLite here keeps no statistics of the tables (the first test holds that), so its plans are the same whatever the
/// size of the library.
@Suite struct PlanTests {
  /// Tables that grow with the record or the catalogue.
  static let large = [
    "plays", "entries", "episodes", "titles", "shelf", "days", "tallies", "list_items", "activities", "changes",
  ]

  @Test(.enabled(if: TestDatabase.engine == .sqlite)) func thePlannerKeepsNoStatisticsSoPlansDoNotDependOnTheSize()
    async throws
  {
    try await withSite { (site) async throws in
      #expect(try await site.number("SELECT count(*) FROM sqlite_master WHERE name LIKE 'sqlite_stat%'") == 0)
    }
  }

  /// As it is, and with 50,000 more titles and 600,000 more plays.
  @Test(.enabled(if: TestDatabase.engine == .sqlite), arguments: [0, 50_000]) func noPageAndNoActionScansALargeTable(
    titles: Int
  ) async throws {
    let seen = Seen()
    let observer: @Sendable (SQL) -> Void = { seen.add($0) }
    try await withSite(prepared: observer) { (site) async throws in
      let alice = try await site.person("alice")
      if titles > 0 { try await Self.grow(site, by: titles) }
      try await Self.useEverything(alice, site)
      let statements = seen.all
      #expect(statements.count > 60)
      for statement in statements where !statement.uppercased().hasPrefix("PRAGMA") {
        let scans = try await Self.scans(site, statement)
        #expect(scans.isEmpty, "\(scans) in \(statement)")
      }
    }
  }

  // Counted on the engine whose pages all come over the same connection here.
  @Test(.enabled(if: TestDatabase.engine == .sqlite)) func noVisitNeedsMoreThanTenStatements() async throws {
    let pages = [
      "/", "/library", "/library?person=1&q=a", "/library?select=1", "/history", "/history?title=2", "/activity",
      "/titles/1", "/titles/2", "/titles/2/seasons/1?unseen=1", "/titles/2?episode=1&done=2",
      "/search?q=arrival 9/10", "/lists", "/lists/1", "/lists/1?edit=1", "/calendar", "/calendar?view=month", "/stats",
      "/stats/2026", "/people/1",
      "/settings", "/import", "/discover", "/discover?list=new&genre=Drama&mine=1", "/discover/pick",
    ]
    for page in pages {
      let seen = Seen()
      let observer: @Sendable (SQL) -> Void = { seen.add($0) }
      try await withSite(prepared: observer) { (site) async throws in
        let alice = try await site.person("alice")
        _ = try await alice.post("/titles/2/plays", ["all": "1"])
        _ = try await alice.post("/titles/1/plays", [:])
        _ = try await alice.post("/lists", ["name": "A", "title": "1"])
        let before = seen.times
        #expect(try await alice.get(page).status == .ok, "\(page)")
        // A connection prepares a statement once, so what is new is what this page asked for.
        #expect(seen.times - before <= 10, "\(page): \(seen.times - before)")
      }
    }
  }

  /// The statements that a site prepared.
  private final class Seen: Sendable {
    private let texts = Mutex<Set<String>>([])
    var all: [String] { texts.withLock { $0.sorted() } }
    private let counter = Atomic<Int>(0)
    /// How often one was prepared, on any connection.
    var times: Int { counter.load(ordering: .relaxed) }
    func add(_ sql: SQL) {
      _ = texts.withLock { $0.insert(sql.text(for: .sqlite)) }
      counter.add(1, ordering: .relaxed)
    }
  }

  /// Adds films with twelve plays each, in the record of somebody else.
  private static func grow(_ site: Site, by titles: Int) async throws {
    try await site.database.write { connection in
      let numbers = "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < \(titles + 999))"
      try connection.script(
        """
        INSERT INTO titles (id, kind, name, name_key, year, released, source, as_of)
        \(numbers) SELECT i, 'movie', 'Film ' || i, 'film ' || i, 1950 + i % 70, '2000-01-01', 'starter', 0 FROM n;
        INSERT INTO entries (user_id, title_id, note, added_at)
        \(numbers) SELECT u.id, i, '', i FROM n, users u WHERE u.username = 'bob';
        INSERT INTO plays (user_id, title_id, at, day, precision, source, note, pass)
        \(numbers), k(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM k WHERE j < 12)
        SELECT u.id, i, i * 1000 + j, '2001-01-01', 'day', 'web', '', 0 FROM n, k, users u WHERE u.username = 'bob';
        """)
    }
    #expect(try await site.number("SELECT max(id) FROM plays") >= titles * 12)
  }

  /// Opens every page and does everything once.
  static func useEverything(_ alice: Person, _ site: Site) async throws {
    let first = try await site.episode(SmallCatalogue.six, 1, 1)
    let second = try await site.episode(SmallCatalogue.six, 1, 2)
    for (path, fields) in [
      ("/titles/2/plays", ["episode": "\(first)"]), ("/titles/2/plays", ["all": "1", "when": "2024-05"]),
      ("/titles/1/plays", ["when": "2020-02-29"]), ("/titles/1/entry", ["rating": "80", "note": "x"]),
      ("/titles/5/entry", ["status": "planned"]), ("/titles/3/plays", ["all": "1"]),
      ("/titles/2/passes", ["name": "Again"]), ("/titles/2/plays", ["episode": "\(first)"]),
      ("/episodes/\(second)/skip", ["skip": "1"]), ("/episodes/\(second)/skip", ["skip": "0"]),
      ("/titles/2/skips", ["season": "1"]), ("/episodes/\(first)/rating", ["rating": "70"]),
      ("/titles/2/seasons/1/rating", ["rating": "70"]),
      ("/lists", ["name": "A", "title": "1"]), ("/lists", ["name": "B", "copy": "1"]),
      ("/lists", ["name": "C", "rule": "kind=movie"]), ("/lists/1", ["note": "x"]), ("/lists/1/move", ["to": "2"]),
      ("/lists/1/items", ["title": "2"]), ("/lists/1/items", ["title": "2"]), ("/lists/1/items/1", ["note": "x"]),
      ("/lists/1/items/1/move", ["move": "down"]), ("/lists/1/items/1/copy", ["list": "2"]),
      ("/lists/1/sort", ["by": "name"]), ("/lists/1/sort", ["by": "year"]), ("/lists/1/sort", ["by": "rating"]),
      ("/lists/1/sort", ["by": "added"]), ("/lists/1/sort", ["by": "watched"]), ("/lists/1/items/1/delete", [:]),
      ("/lists/2/delete", [:]),
      ("/library/titles", ["title": "5", "act": "status", "status": "watching"]),
      ("/library/titles", ["title": "5", "act": "rate", "rating": "60"]),
      ("/library/titles", ["title": "5", "act": "favourite"]),
      ("/library/titles", ["title": "5", "act": "list", "list": "1"]),
      ("/library/titles", ["title": "5", "act": "watched", "when": "unknown"]),
    ] {
      #expect(try await alice.post(path, fields).status == .seeOther, "\(path)")
    }
    for act in ["release", "unknown", "delete"] {
      let play = try await site.number("SELECT max(id) FROM plays")
      #expect(try await alice.post("/history/plays", ["play": "\(play)", "act": act]).status == .seeOther, "\(act)")
    }
    let film = try await site.number("SELECT id FROM plays WHERE title_id = 1")
    #expect(try await alice.post("/plays/\(film)", ["when": "2021", "note": "x"]).status == .seeOther)
    #expect(try await alice.post("/settings/diary").status == .seeOther)
    _ = try await alice.post("/settings/calendar/feed")
    let last = try await site.number("SELECT max(id) FROM activities WHERE id > 0")
    _ = try await alice.post("/activity/\(last)/undo")
    for path in Self.pages(first) {
      #expect(try await alice.get(path).status == .ok, "\(path)")
    }
  }

  private static func pages(_ episode: Int) -> [String] {
    [
      "/", "/library", "/library?kind=movie&status=completed&sort=rating", "/library?genre=Drama&q=arr&sort=added",
      "/library?status=watching&sort=progress", "/library?kind=show&sort=watched&page=2", "/history", "/activity",
      "/history?kind=movie", "/history?kind=show&year=2024", "/history?title=2&month=5&year=2024",
      "/history?source=web", "/history?source=web&kind=show", "/history?precision=unknown",
      "/history?kind=movie&precision=unknown", "/history?after=2026-11-23~1~1",
      "/titles/1", "/titles/2", "/titles/2/seasons/1?episode=\(episode)", "/titles/2/seasons/1?unseen=1",
      "/search?q=arrival", "/search?q=the", "/export/record.json", "/export/activities.json", "/settings",
      "/settings/sessions", "/settings/data", "/lists", "/lists/1", "/lists/1?edit=3", "/lists/3",
      "/settings/calendar", "/calendar", "/calendar?from=2026-01-01",
      "/calendar?view=month", "/calendar?all=1", "/people/1", "/import", "/titles/2?all=1", "/library?person=1",
      "/library?decade=2010&country=US&runtime=90-120", "/library?rating=70-100&watched=2024&favourite=1&sort=watched",
      "/library?select=1&sort=year&dir=asc", "/library?view=table&sort=rating", "/history?kind=movie&year=2020",
      "/history?title=2&source=web",
      "/stats", "/stats?from=2024-01-01&to=2024-12-31&kind=show", "/stats?kind=movie", "/stats/2024",
    ]
  }

  /// The lines of a statement's plan that read a whole large table.
  private static func scans(_ site: Site, _ statement: String) async throws -> [String] {
    try await site.database.read { connection in
      var found: [String] = []
      let aliases = Self.aliases(statement)
      try connection.explain(statement) { line in
        let words = line.split(separator: " ").map(String.init)
        guard words.first == "SCAN", words.count > 1 else { return }
        // A name that also stands for something small, such as a CTE of one row, says nothing.
        if aliases[words[1], default: [words[1]]].allSatisfy(Self.large.contains) { found.append(line) }
      }
      return found
    }
  }

  /// Which tables each alias of a statement stands for.
  private static func aliases(_ statement: String) -> [String: Set<String>] {
    var aliases: [String: Set<String>] = [:]
    let words = statement.split(whereSeparator: { " \n(),".contains($0) }).map(String.init)
    for (place, word) in words.enumerated() where ["FROM", "JOIN"].contains(word.uppercased()) {
      guard place + 2 < words.count else { continue }
      aliases[words[place + 2], default: []].insert(words[place + 1])
    }
    return aliases
  }
}

extension Connection {
  /// The lines of a statement's query plan, a number standing in for each value.
  func explain(_ text: String, _ body: (String) -> Void) throws {
    let filled = text.replacing(/\$[0-9]+/, with: "1")
    try each(SQL(trusted: "EXPLAIN QUERY PLAN " + filled)) { row in
      _ = (row.int(), row.int(), row.int())
      body(row.text())
    }
  }
}
