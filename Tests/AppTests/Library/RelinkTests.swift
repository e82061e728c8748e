import HTTPTypes
import SQL
import Testing

@testable import App

/// Moving what was recorded of a title to another one.
@Suite struct RelinkTests {
  @Test func aFilmMovesWithEverythingAndComesBack() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let (from, to) = (SmallCatalogue.arrival, SmallCatalogue.amelie)
      _ = try await alice.post("/titles/\(from)/plays", ["when": "2026-05-24"])
      _ = try await alice.post("/titles/\(from)/plays", ["when": "2020", "again": "1"])
      _ = try await alice.post("/titles/\(from)/entry", ["rating": "90", "favourite": "1", "note": "At home."])
      let made = try await alice.post("/lists", ["name": "Best"])
      let list = try #require(made.location.firstMatch(of: /lists\/(\d+)/)).1
      _ = try await alice.post("/lists/\(list)/items", ["title": "\(from)"])
      let before = try await site.recordRows("alice")

      let plan = try await alice.get("/titles/\(from)/relink?to=\(to)")
      #expect(plan.body.contains("Move to Amélie (2001)?") && plan.body.contains("2 plays move"))
      let moved = try await alice.post("/titles/\(from)/relink", ["to": "\(to)"])
      #expect(moved.status == .seeOther && moved.location.hasPrefix("/titles/\(to)?done="))
      #expect(try await alice.get(moved.location).body.contains("Moved 2 plays from Arrival"))
      let row = try #require(try await site.shelf("alice", to))
      #expect(row.plays == 2 && row.status == .completed && row.rating == 90)
      #expect(try await site.shelf("alice", from) == nil)
      #expect(try await site.number("SELECT title_id FROM list_items") == to)
      #expect(try await alice.get("/history").body.contains("Amélie"))
      #expect(try await !alice.get("/history").body.contains("Arrival"))

      _ = try await alice.post("/activity/\(try #require(moved.done))/undo")
      #expect(try await site.recordRows("alice") == before)
    }
  }

  @Test func whatTheOtherShowLacksStaysAndIsNamed() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let (from, to) = (SmallCatalogue.sixteen, SmallCatalogue.six)
      _ = try await alice.post("/titles/\(from)/plays", ["upto": "\(try await site.episode(from, 1, 8))"])
      let skipped = try await site.episode(from, 1, 9)
      _ = try await alice.post("/episodes/\(skipped)/skip", ["skip": "1"])
      _ = try await alice.post("/episodes/\(try await site.episode(from, 1, 2))/rating", ["rating": "80"])
      let before = try await site.recordRows("alice")
      let plan = try await alice.get("/titles/\(from)/relink?to=\(to)")
      #expect(plan.body.contains("6 plays move"))
      #expect(plan.body.contains("2 plays stay with Sixteen (2019)") && plan.body.contains("S1 E7, S1 E8, S1 E9"))
      let moved = try await alice.post("/titles/\(from)/relink", ["to": "\(to)"])
      #expect(try await alice.get(moved.location).body.contains("Moved 6 plays from Sixteen. 2 plays stayed there"))
      #expect(try await site.shelf("alice", to)?.status == .completed)
      #expect(try await site.shelf("alice", from)?.seen == 2)
      #expect(try await site.number("SELECT count(*) FROM skips WHERE title_id = 4") == 1)
      let rated = try await site.episode(to, 1, 2)
      #expect(
        try await site.database.read { try $0.first("SELECT episode_id FROM ratings") { $0.int() } } == rated)
      _ = try await alice.post("/activity/\(try #require(moved.done))/undo")
      #expect(try await site.recordRows("alice") == before)
    }
  }

  @Test func bothRecordsComeTogether() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let (from, to) = (SmallCatalogue.arrival, SmallCatalogue.amelie)
      for title in [from, to] { _ = try await alice.post("/titles/\(title)/plays", ["when": "2026-05-24"]) }
      _ = try await alice.post("/titles/\(from)/entry", ["rating": "90", "note": "One.", "favourite": "1"])
      _ = try await alice.post("/titles/\(to)/entry", ["rating": "70", "note": "Two."])
      let before = try await site.recordRows("alice")
      #expect(try await alice.get("/titles/\(from)/relink?to=\(to)").body.contains("in your library already"))
      let moved = try await alice.post("/titles/\(from)/relink", ["to": "\(to)"])
      let row = try #require(try await site.shelf("alice", to))
      #expect(row.plays == 2 && row.rating == 70)
      let user = try await site.user("alice")
      let entry = try await site.database.read { try RecordStore.entry($0, user: user, title: to) }
      #expect(entry?.note == "Two.\n\nOne.")
      _ = try await alice.post("/activity/\(try #require(moved.done))/undo")
      #expect(try await site.recordRows("alice") == before)
    }
  }

  @Test func whatCannotBeIsRefused() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays")
      let before = try await site.recordRows("alice")
      for to in ["2", "1", "", "x"] {
        #expect(try await alice.post("/titles/1/relink", ["to": to]).status == .unprocessableContent, "to \(to)")
      }
      #expect(try await alice.post("/titles/1/relink", ["to": "99999"]).status == .notFound)
      #expect(try await alice.get("/titles/99999/relink").status == .notFound)
      // Somebody else's title is not there.
      let bob = try await site.person("bob")
      let own = try await bob.post("/titles", ["name": "Home film", "kind": "movie"])
      let title = try #require(own.location.firstMatch(of: /titles\/(\d+)/)).1
      #expect(try await alice.post("/titles/1/relink", ["to": "\(title)"]).status == .notFound)
      #expect(try await site.recordRows("alice") == before)
      // The page offers titles of the same kind, and not the title itself.
      let page = try await alice.get("/titles/1/relink?q=am%C3%A9lie").body
      #expect(page.contains("/titles/1/relink?q=am%C3%A9lie&amp;to=5"))
      #expect(try await !alice.get("/titles/1/relink").body.contains("to=1\""))
    }
  }

  @Test func anyRecordMovesAndComesBack() async throws {
    for seed in 1...12 as ClosedRange<UInt64> {
      try await withSite { (site) async throws in
        var random = Seeded(seed)
        let alice = try await site.person("alice")
        let shows = [SmallCatalogue.six, SmallCatalogue.running, SmallCatalogue.sixteen, SmallCatalogue.specials]
        for _ in 1...14 { try await Self.act(site, alice, try #require(shows.randomElement(using: &random)), &random) }
        let before = try await site.recordRows("alice")
        let from = try #require(shows.randomElement(using: &random))
        let to = try #require(shows.filter { $0 != from }.randomElement(using: &random))
        let moved = try await alice.post("/titles/\(from)/relink", ["to": "\(to)"])
        #expect(moved.status == .seeOther, "seed \(seed)")
        let plays = try await site.number("SELECT count(*) FROM plays")
        #expect(plays == before.count { $0.hasPrefix("plays ") }, "seed \(seed): a play was lost")
        let commands = Commands(database: site.database, config: site.app.config, now: site.clock.now)
        let differences = try commands.recount(isRepairing: false)
        #expect(differences.isEmpty, "seed \(seed): \(differences)")
        if let done = moved.done { _ = try await alice.post("/activity/\(done)/undo") }
        #expect(try await site.recordRows("alice") == before, "seed \(seed)")
      }
    }
  }

  private static func act(_ site: Site, _ person: Person, _ title: Int, _ random: inout Seeded) async throws {
    let ids = try await site.database.read {
      try $0.rows("SELECT id FROM episodes WHERE title_id = $1 ORDER BY id", title) { $0.int() }
    }
    let episode = try #require(ids.randomElement(using: &random))
    switch Int.random(in: 0..<7, using: &random) {
    case 0, 1: _ = try await person.post("/titles/\(title)/plays", ["upto": "\(episode)"])
    case 2: _ = try await person.post("/titles/\(title)/plays", ["episode": "\(episode)", "again": "1"])
    case 3: _ = try await person.post("/episodes/\(episode)/skip", ["skip": "1"])
    case 4: _ = try await person.post("/episodes/\(episode)/rating", ["rating": "60"])
    case 5: _ = try await person.post("/titles/\(title)/passes")
    default: _ = try await person.post("/titles/\(title)/seasons/1/rating", ["rating": "40"])
    }
  }
}

extension Site {
  /// Every row of a person's record and of what is counted from it, as text.
  func recordRows(_ name: String) async throws -> [String] {
    let user = try await user(name)
    return try await database.read { connection in
      var rows: [String] = []
      for table in JournalTable.allCases {
        let columns = table == .entries || table == .skips ? table.columns + [table.key] : table.columns + ["id"]
        let sql = SQL(trusted: "SELECT \(columns.joined(separator: ", ")) FROM \(table.rawValue) WHERE user_id = $1")
        rows += try connection.rows(sql, user) { row in
          "\(table.rawValue) " + columns.map { "\($0)=\(row.value())" }.joined(separator: " ")
        }
      }
      rows += try connection.rows(
        """
        SELECT title_id, status, plays, seen, skipped, pass, rating, last_at, next_episode FROM shelf
        WHERE user_id = $1
        """, user
      ) { row in "shelf " + (0..<9).map { _ in "\(row.value())" }.joined(separator: " ") }
      return rows.sorted()
    }
  }
}
