import HTTPTypes
import SQL
import Testing
import Web

@testable import App

/// Many titles at once: one activity, one exact undo.
@Suite struct LibraryBulkTests {
  private static func post(_ person: Person, _ titles: [Int], _ fields: [(String, String)]) async throws -> Answer {
    let body = URLEncoding.query(titles.map { ("title", String($0)) } + fields + [("back", "/library?select=1")])
    return try await person.send(
      .post, "/library/titles",
      headers: [.contentType: "application/x-www-form-urlencoded", .fetchSite: "same-origin"], body: body)
  }

  private static func list(_ site: Site, _ name: String, rule: String? = nil) async throws -> Int {
    let user = try await site.user(name)
    return try await site.database.write { connection in
      try connection.first(
        "INSERT INTO lists (user_id, name, rule, place, created_at) VALUES ($1, 'Rainy days', $2, 0, 0) RETURNING id",
        user, rule
      ) { $0.int() } ?? 0
    }
  }

  @Test(arguments: [
    [("act", "status"), ("status", "paused")], [("act", "status"), ("status", "planned")],
    [("act", "rate"), ("rating", "80")], [("act", "favourite")], [("act", "watched"), ("when", "2024-05")],
  ])
  func isOneActivityWithAnExactUndo(_ fields: [(String, String)]) async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/entry", ["rating": "40", "note": "keep this"])
      _ = try await alice.post("/titles/2/plays", ["all": "1"])
      let before = try await site.record("alice")
      let activities = try await site.number("SELECT count(*) FROM activities")
      let answer = try await Self.post(alice, [1, 2, 5, 6], fields)
      let done = try #require(answer.done)
      #expect(answer.status == .seeOther && answer.location.hasPrefix("/library?select=1&done="))
      #expect(try await site.number("SELECT count(*) FROM activities") == activities + 1)
      #expect(try await site.record("alice") != before)
      #expect(try await alice.get(answer.location).body.contains("Undo"))
      #expect(try await alice.post("/activity/\(done)/undo").status == .seeOther)
      #expect(try await site.record("alice") == before)
    }
  }

  @Test(arguments: ["now", "release", "unknown", "2020"])
  func aFilmThatIsNotOutIsLeftWhateverTheDate(_ when: String) async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await site.database.write { try $0.execute("UPDATE titles SET released = '2027-03-01' WHERE id = 5") }
      let answer = try await Self.post(alice, [1, 5], [("act", "watched"), ("when", when)])
      #expect(try await alice.get(answer.location).body.contains("Left 1 not out yet"))
      #expect(try await site.number("SELECT count(*) FROM plays WHERE title_id = 5") == 0)
      #expect(try await site.number("SELECT count(*) FROM plays WHERE title_id = 1") == 1)
    }
  }

  @Test func saysWhatItDidAndLeavesWhatWasSo() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/entry", ["rating": "80"])
      let answer = try await Self.post(
        alice, [1, 2, 5, 5], [("act", "rate"), ("rating", "80"), ("status", "dropped")])
      let page = try await alice.get(answer.location).body
      #expect(page.contains("Changed 2 titles: rated 8 of 10"))
      let rated = try #require(try await site.shelf("alice", 2))
      #expect(rated.rating == 80 && rated.status == .none)
      let again = try await Self.post(alice, [1, 2, 5], [("act", "rate"), ("rating", "80")])
      #expect(again.status == .seeOther && again.done == nil)
      let cleared = try await Self.post(alice, [1, 2, 5], [("act", "rate"), ("rating", "")])
      #expect(try await alice.get(cleared.location).body.contains("Changed 3 titles: rating taken away"))
      #expect(try await site.shelf("alice", 2) == nil)
      let log = try await alice.get("/activity").body
      #expect(log.contains("<h3>Changed 3 titles: rating taken away</h3>") && !log.contains("<h3></h3>"))
    }
  }

  @Test func marksOnlyFilmsThatWereNotSeenAndAreOut() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let future = try await site.database.write {
        try CatalogueStore.add(
          $0, NewTitle(kind: .movie, name: "Next year", year: 2027, released: Day("2027-05-01")), source: "starter",
          owner: nil, now: Site.now)
      }
      _ = try await alice.post("/titles/1/plays")
      let answer = try await Self.post(alice, [1, 2, 5, future], [("act", "watched"), ("when", "release")])
      #expect(
        try await alice.get(answer.location).body.contains("Changed 1 title: marked watched. Left 1 not out yet."))
      #expect(try await site.number("SELECT count(*) FROM plays") == 2)
      let twice = try await Self.post(alice, [1, 2, 5], [("act", "watched")])
      #expect(twice.done == nil)
      #expect(try await site.number("SELECT count(*) FROM plays") == 2)
      let late = try await Self.post(alice, [future], [("act", "watched"), ("when", "2027-01-01")])
      #expect(late.status == .unprocessableContent)
    }
  }

  @Test func addsToAListInOrderAndOnce() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let list = try await Self.list(site, "alice")
      _ = try await alice.post("/titles/1/entry", ["status": "planned"])
      let fields = [("act", "list"), ("list", String(list))]
      #expect(try await alice.get("/library?select=1").body.contains("<option value=\"\(list)\">Rainy days</option>"))
      let first = try await Self.post(alice, [5, 1], fields)
      #expect(try await alice.get(first.location).body.contains("Changed 2 titles: added to “Rainy days”"))
      let second = try await Self.post(alice, [1, 2], fields)
      let items = try await site.database.read {
        try $0.rows("SELECT title_id FROM list_items ORDER BY place") { $0.int() }
      }
      #expect(items == [5, 1, 2])
      #expect(try await alice.post("/activity/\(try #require(second.done))/undo").status == .seeOther)
      #expect(try await site.number("SELECT count(*) FROM list_items") == 2)
    }
  }

  @Test func whatIsNotOnesOwnIs404AndChangesNothing() async throws {
    try await withSite { (site) async throws in
      let (alice, charlie) = (try await site.person("alice"), try await site.person("charlie"))
      let own = try await alice.post("/titles", ["name": "Home film", "kind": "movie"])
      let id = try #require(own.location.split(separator: "/").last.flatMap { Int($0.prefix { $0.isNumber }) })
      let lists = [try await Self.list(site, "alice"), try await Self.list(site, "charlie", rule: "kind=movie")]
      let before = try await site.record("charlie")
      for titles in [[1, id], [id, 1], [1, 999_999]] {
        #expect(try await Self.post(charlie, titles, [("act", "favourite")]).status == .notFound)
      }
      // A list by rule of one's own is said to be one; somebody else's list is not there.
      for (list, status) in [(lists[0], 404), (999_999, 404), (lists[1], 422)] {
        #expect(try await Self.post(charlie, [1], [("act", "list"), ("list", "\(list)")]).status.code == status)
      }
      #expect(try await site.record("charlie") == before)
      #expect(try await site.number("SELECT count(*) FROM list_items") == 0)
    }
  }

  @Test func badInputIs422AndChangesNothing() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let before = try await site.record("alice")
      for (titles, fields) in [
        ([], [("act", "favourite")]), ([1], []), ([1], [("act", "burn")]), ([1], [("act", "status")]),
        ([1], [("act", "status"), ("status", "completed")]), ([1], [("act", "rate")]),
        ([1], [("act", "rate"), ("rating", "101")]), ([1], [("act", "list")]), ([1], [("act", "list"), ("list", "x")]),
        ([1], [("act", "watched"), ("when", "soon")]), ([1], [("act", "favourite"), ("title", "x")]),
        (Array(1...LibraryBulk.limit + 1), [("act", "favourite")]),
      ] as [([Int], [(String, String)])] {
        #expect(try await Self.post(alice, titles, fields).status == .unprocessableContent, "\(titles) \(fields)")
      }
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func boxesStandOnlyWhereTitlesAreSelected() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/entry", ["status": "planned"])
      let plain = try await alice.get("/library").body
      #expect(!plain.contains("type=\"checkbox\" form") && !plain.contains("id=\"bulk\""))
      #expect(plain.contains("href=\"/library?select=1\""))
      for view in ["", "&view=table"] {
        let some = try await alice.get("/library?select=1" + view).body
        #expect(some.contains("form=\"bulk\" name=\"title\" value=\"1\">") && some.contains("id=\"bulk\""))
        let all = try await alice.get("/library?select=all" + view).body
        #expect(all.contains("form=\"bulk\" name=\"title\" value=\"1\" checked>"))
      }
    }
  }
}
