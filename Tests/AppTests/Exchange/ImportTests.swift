import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

extension Person {
  /// Posts a record.json as a browser does.
  func upload(_ text: String, act: String = "import", fileName: String = "record.json") async throws -> Answer {
    let body =
      "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(fileName)\"\r\n"
      + "Content-Type: application/json\r\n\r\n\(text)\r\n"
      + "--x\r\nContent-Disposition: form-data; name=\"act\"\r\n\r\n\(act)\r\n--x--\r\n"
    return try await send(
      .post, "/import", headers: [.contentType: "multipart/form-data; boundary=x", .fetchSite: "same-origin"],
      body: body)
  }
}

/// A record.json goes out and comes back in, to the byte.
@Suite struct ImportTests {
  static let empty = "{\n\"format\": \"flixlist-record\",\n\"version\": 2,\n\"titles\": [\n],\n\"lists\": [\n]\n}\n"

  /// A file with these titles and lists.
  static func file(_ titles: String, lists: String = "", version: Int = 2) -> String {
    let rest = version == 1 ? "" : ", \"lists\": [\(lists)]"
    return "{\"format\": \"flixlist-record\", \"version\": \(version), \"titles\": [\n\(titles)\n]\(rest)}\n"
  }

  /// Something of everything, through the site's own forms.
  private static func fill(_ alice: Person, _ site: Site) async throws {
    for when in ["now", "2019", "2021-05", "2022-03-27", "2023-10-29T02:30", "unknown"] {
      _ = try await alice.post("/titles/1/plays", ["when": when, "again": "1"])
    }
    _ = try await alice.post("/titles/1/entry", ["rating": "87", "favourite": "1"])
    _ = try await alice.post("/titles/1/entry", ["note": "two\nlines, \"quoted\" \\ ü 😀 \t\u{1}"])
    _ = try await alice.post("/titles/2/plays", ["season": "1", "when": "2020-01"])
    _ = try await alice.post("/titles/2/passes", ["name": "With Bob"])
    _ = try await alice.post("/titles/2/plays", ["season": "1"])
    _ = try await alice.post("/titles/2/passes", ["name": ""])
    _ = try await alice.post("/titles/2/plays", ["episode": "\(try await site.episode(2, 1, 2))"])
    _ = try await alice.post("/titles/3/plays", ["episode": "\(try await site.episode(3, 1, 2))"])
    _ = try await alice.post("/episodes/\(try await site.episode(3, 1, 1))/skip", ["skip": "1"])
    _ = try await alice.post("/episodes/\(try await site.episode(3, 1, 2))/rating", ["rating": "70"])
    _ = try await alice.post("/titles/3/seasons/1/rating", ["rating": "0"])
    _ = try await alice.post("/titles/3/entry", ["status": "paused"])
    _ = try await alice.post("/titles/6/entry", ["specials": "1"])
    _ = try await alice.post("/titles/6/plays", ["episode": "\(try await site.episode(6, 0, 1))"])
    for name in ["Home show", "Home show"] {
      let own = try await alice.post("/titles", ["name": name, "kind": "show", "year": "2001", "seasons": "2, 3"])
      let id = try #require(own.location.split(separator: "/").last).prefix { $0.isNumber }
      _ = try await alice.post("/titles/\(id)/plays", ["season": "2"])
    }
    _ = try await alice.post("/titles", ["name": "Home film", "kind": "movie"])
    try await fillLists(site)
  }

  private static func fillLists(_ site: Site) async throws {
    let user = try await site.user("alice")
    try await site.database.write { connection in
      let own = try connection.first("SELECT max(id) FROM titles") { $0.int() } ?? 0
      for (place, name) in ["Second", "First"].enumerated() {
        try connection.execute(
          "INSERT INTO lists (user_id, name, note, rule, place, created_at) VALUES ($1, $2, $3, $4, $5, $6)", user,
          name, place == 0 ? "why\nnot" : "", place == 0 ? nil : "status=completed&sort=rating", 9 - place,
          Site.now - place)
      }
      let list = try connection.first("SELECT min(id) FROM lists") { $0.int() } ?? 0
      for (place, title) in [5, own, 1].enumerated() {
        try connection.execute(
          """
          INSERT INTO list_items (user_id, list_id, title_id, place, note, added_at) VALUES ($1, $2, $3, $4, $5, $6)
          """, user, list, title, place * 10, place == 1 ? "ours" : "", Site.now + place)
      }
    }
  }

  @Test func theExportAfterTheImportIsByteEqualAndItsUndoIsExact() async throws {
    try await withSite { (site) async throws in
      let (alice, bob) = (try await site.person("alice"), try await site.person("bob"))
      #expect(try await site.record("alice") == Self.empty)
      try await Self.fill(alice, site)
      let record = try await site.record("alice")
      for piece in [
        "\"precision\": \"unknown\"", "\"pass\": 2", "\"specials\": true", "\"name\": \"With Bob\"", "\"skips\"",
        "{\"season\": 1, \"rating\": 0}, {\"season\": 1, \"episode\": 2, \"rating\": 70}", "\"own\": true",
        "{\"season\": 2, \"episodes\": 3}", "\"rule\": \"status=completed&sort=rating\"", "\\u0001",
        "\"note\": \"ours\"",
      ] { #expect(record.contains(piece), "\(piece)") }
      let posted = try await bob.upload(record)
      let activity = try #require(posted.done, "\(posted.body)")
      #expect(try await site.record("bob") == record)
      #expect(
        try await site.number("SELECT count(*) FROM activities WHERE kind = 'imported' AND source = 'import'") == 1)
      for title in 1...6 {
        var (his, hers) = (try await site.shelf("bob", title), try await site.shelf("alice", title))
        #expect((his?.pass == 0) == (hers?.pass == 0))
        // The number of the rewatch is another.
        his?.pass = 0
        hers?.pass = 0
        #expect(his == hers, "title \(title)")
      }
      let page = try await bob.get(posted.location)
      #expect(page.status == .ok && page.body.contains("Imported") && page.body.contains("/activity/\(activity)/undo"))
      #expect(try await alice.get("/import/\(activity)").status == .notFound)
      #expect(try await site.person("charlie").post("/activity/\(activity)/undo").status == .notFound)
      _ = try await bob.post("/activity/\(activity)/undo")
      #expect(try await site.record("bob") == Self.empty)
      #expect(try await site.record("alice") == record)
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE user_id = 3") == 0)
      #expect(try await bob.get("/import/\(activity)").body.contains("Undone"))
    }
  }

  @Test func anImportThatWasUndoneLeavesNoSecondCopyOfOwnTitles() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      let file = Self.file(
        """
        {"kind": "show", "name": "Far Away", "year": 1999, "imdb": "tt0999999", "tmdb": 77,
          "plays": [{"season": 3, "episode": 9, "precision": "unknown", "source": "web"}]},
        {"kind": "movie", "name": "Arrival", "year": 1916, "entry": {"added": "2026-01-01T00:00:00Z"}}
        """)
      let first = try await bob.upload(file)
      let page = try await bob.get(first.location).body
      #expect(page.contains("2 titles were not in the catalogue") && page.contains("Far Away"))
      let record = try await site.record("bob")
      #expect(record.contains("\"imdb\": \"tt0999999\", \"tmdb\": 77, \"own\": true"))
      #expect(record.contains("\"seasons\": [{\"season\": 3, \"episodes\": [{\"episode\": 9}]}]"))
      let titles = try await site.number("SELECT count(*) FROM titles")
      _ = try await bob.post("/activity/\(try #require(first.done))/undo")
      _ = try await bob.upload(file)
      #expect(try await site.record("bob") == record)
      #expect(try await site.number("SELECT count(*) FROM titles") == titles)
      let charlie = try await site.person("charlie")
      _ = try await charlie.upload(record)
      #expect(try await site.record("charlie") == record)
      #expect(try await site.number("SELECT count(*) FROM titles") == titles + 2)
      #expect(try await !charlie.get("/titles/\(titles)").body.contains("Arrival"))
    }
  }

  @Test func episodesThatTheCatalogueLacksAreKeptInACopyOfOnesOwn() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      let episodes = try await site.number("SELECT count(*) FROM episodes WHERE title_id = 2")
      let posted = try await bob.upload(
        Self.file(
          """
          {"kind": "show", "name": "Season of Six", "year": 2020,
            "plays": [{"season": 1, "episode": 1, "precision": "unknown", "source": "web"},
              {"season": 1, "episode": 8, "precision": "unknown", "source": "web"}]}
          """))
      #expect(try await bob.get(posted.location).body.contains("copy of your own"))
      #expect(try await site.number("SELECT count(*) FROM episodes WHERE title_id = 2") == episodes)
      let own = try await site.number("SELECT max(id) FROM titles")
      let row = try #require(try await site.shelf("bob", own))
      #expect(row.total == 7 && row.seen == 2)
      #expect(try await site.shelf("bob", SmallCatalogue.six) == nil)
    }
  }

  @Test func titlesAreFoundByTheirIdsAndElseByNameAndYear() async throws {
    try await withSite { (site) async throws in
      _ = try await site.database.write { connection in
        try connection.execute("UPDATE titles SET imdb_id = 'tt2543164', tmdb_id = 329865 WHERE id = 1")
      }
      let cases: [(facts: String, isArrival: Bool)] = [
        ("\"name\": \"Other\", \"imdb\": \"tt2543164\"", true), ("\"name\": \"Other\", \"tmdb\": 329865", true),
        ("\"name\": \"arrival!\", \"year\": 2016", true), ("\"name\": \"Arrival\"", false),
        ("\"name\": \"Arrival\", \"year\": 2016, \"imdb\": \"tt0000001\"", false),
        ("\"name\": \"Arrival\", \"year\": 2016, \"own\": true", false),
      ]
      let bob = try await site.person("bob")
      for (facts, isArrival) in cases {
        let posted = try await bob.upload(
          Self.file("{\"kind\": \"movie\", \(facts), \"entry\": {\"added\": \"2026-01-01T00:00:00Z\"}}"))
        let activity = try #require(posted.done, "\(facts): \(posted.body)")
        #expect(try await (site.shelf("bob", SmallCatalogue.arrival) != nil) == isArrival, "\(facts)")
        _ = try await bob.post("/activity/\(activity)/undo")
      }
    }
  }

  @Test func aFileOfTheFirstVersionIsTakenIn() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      let posted = try await bob.upload(
        Self.file(
          """
          {"kind": "show", "name": "Mine", "own": true, "seasons": [{"season": 1, "episodes": 2}],
            "plays": [{"season": 1, "episode": 1, "at": "2026-11-01T10:00:00.000000Z", "day": "2026-11-01",
            "precision": "time", "source": "web"}], "skips": [{"season": 1, "episode": 2}]}
          """, version: 1))
      let page = try await bob.get(posted.location).body
      #expect(page.contains("Skipped episodes") && page.contains("Titles of your own"))
      let own = try await site.number("SELECT max(id) FROM titles")
      #expect(try await site.shelf("bob", own)?.status == .completed)
    }
  }

  @Test func aRecordThatIsNotEmptyIsLeftAlone() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      _ = try await bob.post("/titles/1/plays")
      let before = try await site.record("bob")
      let file = Self.file(
        "{\"kind\": \"movie\", \"name\": \"Amélie\", \"year\": 2001, \"entry\": {\"added\": \"2026-01-01T00:00:00Z\"}}")
      for act in ["import", "look"] {
        let refused = try await bob.upload(file, act: act)
        #expect(refused.status == .conflict && refused.body.contains("not empty"))
      }
      #expect(try await site.record("bob") == before)
      #expect(try await bob.get("/import").body.contains("not empty"))
    }
  }

  @Test func aLookChangesNothing() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      let titles = try await site.number("SELECT count(*) FROM titles")
      let looked = try await bob.upload(
        Self.file(
          "{\"kind\": \"movie\", \"name\": \"Unheard Of\", \"what\": [1, {\"a\": null}], \"plays\": "
            + "[{\"precision\": \"unknown\", \"source\": \"web\"}]}"), act: "look")
      #expect(looked.status == .ok && looked.body.contains("What would be imported"))
      #expect(looked.body.contains("Unheard Of") && looked.body.contains("titles[].what"))
      #expect(try await site.record("bob") == Self.empty)
      #expect(try await site.number("SELECT count(*) FROM titles") == titles)
      #expect(try await site.number("SELECT count(*) FROM activities") == 0)
      let nothing = try await bob.upload(Self.empty)
      #expect(nothing.status == .ok && nothing.body.contains("nothing to import"))
    }
  }
}
