// swift-format-ignore-file: NeverForceUnwrap

import HTTPTypes
import SQL
import Testing
import Web

@testable import App

/// The diary: its filters, its pages, and what is done to its lines.
@Suite struct HistoryTests {
  /// Sends the bar under the diary.
  static func bulk(
    _ person: Person, _ plays: [Int], _ fields: [String: String], headers: HTTPFields = [:]
  ) async throws -> Answer {
    var headers = headers
    headers[.contentType] = "application/x-www-form-urlencoded"
    headers[.fetchSite] = "same-origin"
    let pairs = plays.map { ("play", String($0)) } + fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return try await person.send(.post, "/history/plays", headers: headers, body: URLEncoding.query(pairs))
  }

  /// The plays of a person, oldest first.
  static func plays(_ site: Site, _ name: String) async throws -> [Int] {
    let user = try await site.user(name)
    return try await site.database.read {
      try $0.rows("SELECT id FROM plays WHERE user_id = $1 ORDER BY id", user) { $0.int() }
    }
  }

  /// The plays that a page lists, from the top.
  static func listed(_ page: String) -> [Int] {
    page.matches(of: /<li class="rowline" id="p(\d+)"/).compactMap { Int($0.1) }
  }

  /// Every page from an address on, by its links to the next.
  static func pages(_ person: Person, _ path: String) async throws -> [String] {
    var pages: [String] = []
    var next: String? = path
    while let path = next, pages.count < 20 {
      let page = try await person.get(path)
      #expect(page.status == .ok && page.body.utf8.count < 100_000, "\(path): \(page.body.utf8.count) bytes")
      pages.append(page.body)
      next = page.body.firstMatch(of: /<a rel="next" href="([^"]+)"/).map {
        String($0.1).replacing("&amp;", with: "&")
      }
    }
    return pages
  }

  // MARK: Filters

  @Test func everyFilterShowsWhatItSays() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2019-05-20"])
      _ = try await alice.post("/titles/5/plays", ["when": "2019"])
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)", "when": "2019-12-31"])
      _ = try await alice.post("/titles/1/plays", ["when": "unknown"])
      _ = try await alice.post("/titles/4/plays", ["season": "1", "when": "2024-02"])
      _ = try await site.database.write { try $0.execute("UPDATE plays SET source = 'import' WHERE id IN (2, 3)") }
      let season = Array(5...20)
      for (query, wanted) in [
        ("", season + [1, 2, 3, 4]), ("?kind=movie", [1, 2, 4]), ("?kind=show", season + [3]),
        ("?year=2019", [1, 2, 3]),
        ("?year=2019&month=5", [1]), ("?year=2019&month=12", [3]), ("?year=2024&month=2", season), ("?year=2018", []),
        ("?title=1", [1, 4]), ("?title=1&year=2019", [1]), ("?source=import", [2, 3]),
        ("?source=import&kind=movie", [2]), ("?source=web&kind=show", season), ("?source=web&title=5", []),
        ("?source=web&year=2019", [1]), ("?precision=unknown", [4]), ("?precision=unknown&kind=show", []),
        ("?precision=unknown&source=web", [4]), ("?source=nowhere", []),
      ] as [(String, [Int])] {
        let page = try await alice.get("/history" + query)
        #expect(page.status == .ok && Set(Self.listed(page.body)) == Set(wanted), "\(query)")
      }
      let page = try await alice.get("/history").body
      #expect(page.contains("<option value=\"2019\">") && page.contains("<option value=\"2024\">"))
      #expect(!page.contains("<option value=\"2018\">") && page.contains("<option value=\"import\">"))
      // Latest first: December, then May, then the year alone, then what has no date.
      #expect(Self.listed(page).suffix(4) == [3, 1, 2, 4])
    }
  }

  @Test func aFilterThatCannotBeIsRefused() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for query in ["kind=book", "year=0", "year=10000", "year=x", "year=2019&month=13", "precision=day", "title=x"] {
        #expect(try await alice.get("/history?" + query).status == .unprocessableContent, "\(query)")
      }
      #expect(try await alice.get("/history?title=999999").status == .notFound)
      #expect(try await alice.get("/history?after=nonsense").status == .ok)
      #expect(try await alice.get("/history?kind=&year=&month=&source=").status == .ok)
    }
  }

  @Test func aTitleOfSomebodyElsesHasNoHistory() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let charlie = try await site.person("charlie")
      let own = try await alice.post("/titles", ["name": "Home film", "kind": "movie"])
      let title = try #require(own.location.split(separator: "/").last).prefix { $0.isNumber }
      _ = try await alice.post("/titles/\(title)/plays")
      #expect(try await alice.get("/history?title=\(title)").body.contains("Home film"))
      #expect(try await charlie.get("/history?title=\(title)").status == .notFound)
      #expect(try await alice.get("/titles/\(title)").body.contains("href=\"/history?title=\(title)\""))
    }
  }

  @Test func pagesLeaveNothingOutUnderAnyFilter() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for when in ["2024-03-01", "2024-03-01", "2024-02", "2023", "2024-03-01T20:00", "unknown", "unknown"] {
        _ = try await alice.post("/titles/1/plays", ["when": when, "again": "1"])
        for number in 1...16 {
          let episode = try await site.episode(SmallCatalogue.sixteen, 1, number)
          _ = try await alice.post("/titles/4/plays", ["episode": "\(episode)", "when": when, "again": "1"])
        }
      }
      let all = try await Self.plays(site, "alice")
      #expect(all.count == 119)
      for (query, count) in [
        ("", 119), ("?kind=show", 112), ("?title=4", 112), ("?source=web", 119), ("?source=web&kind=show", 112),
        ("?year=2024", 68), ("?year=2024&kind=show", 64), ("?precision=unknown", 34),
      ] {
        let pages = try await Self.pages(alice, "/history" + query)
        let listed = pages.flatMap(Self.listed)
        #expect(listed.count == count && Set(listed).count == count, "\(query): \(listed.count)")
      }
      // A day that goes on over the page says how much there is of it in all.
      let first = try await Self.pages(alice, "/history?kind=show")
      #expect(first[0].contains("1 Mar 2024 <small class=\"mute\">48 plays</small>"))
    }
  }

  @Test func longNotesMakeShortPages() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/4/plays", ["season": "1"])
      let plays = try await Self.plays(site, "alice")
      for play in plays { _ = try await alice.post("/plays/\(play)", ["note": String(repeating: "n", count: 9_000)]) }
      let pages = try await Self.pages(alice, "/history")
      #expect(pages.count == 6 && pages.flatMap(Self.listed).count == 16)
    }
  }

  // MARK: One line

  @Test func theLineOfAChangeSaysFromWhenToWhen() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)", "when": "2019"])
      let before = try await site.record("alice")
      let play = try #require(try await Self.plays(site, "alice").first)
      let answer = try await alice.post("/plays/\(play)", ["when": "24 May 2024", "note": "", "back": "/history"])
      let done = try #require(answer.done)
      let said = "Changed the date of S1 E1 from 2019 to 24 May 2024"
      #expect(try await alice.get(answer.location).body.contains(said))
      #expect(try await alice.get("/activity").body.contains(said))
      _ = try await alice.post("/activity/\(done)/undo")
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func whatIsSavedUnchangedIsNoChange() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      site.clock.advance(seconds: 17)
      _ = try await alice.post("/titles/1/plays")
      let play = try #require(try await Self.plays(site, "alice").first)
      let before = try await site.record("alice")
      let field = try #require(
        try await alice.get("/history").body.firstMatch(of: /id="when-\d+" name="when" value="([^"]+)"/)?.1)
      #expect(field == "2026-11-23 21:00")
      // The form holds minutes; the seconds of the click stay.
      #expect(try await alice.post("/plays/\(play)", ["when": String(field), "note": ""]).done == nil)
      #expect(try await site.record("alice") == before)
      let noted = try await alice.post("/plays/\(play)", ["when": String(field), "note": "a\r\nb", "back": "/history"])
      #expect(try await alice.get(noted.location).body.contains("Changed the note"))
      #expect(try await site.record("alice").contains("\"note\": \"a\\nb\""))
      #expect(try await site.number("SELECT at FROM plays") == Site.now + 17_000_000)
    }
  }

  @Test func aDateIsNeverLostByAnEmptyField() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2019"])
      let play = try #require(try await Self.plays(site, "alice").first)
      let answer = try await alice.post("/plays/\(play)", ["when": "", "note": "typed"])
      #expect(answer.status == .unprocessableContent && answer.body.contains("Write when it was"))
      #expect(answer.body.contains("name=\"note\" value=\"typed\""))
      #expect(try await alice.post("/plays/\(play)", ["when": "unknown"]).status == .seeOther)
      #expect(try await alice.get("/history").body.contains("name=\"when\" value=\"unknown\""))
    }
  }

  @Test func inPlaceThePageOfTheHistoryComesBack() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2019"])
      _ = try await alice.post("/titles/5/plays", ["when": "2019"])
      let play = try #require(try await Self.plays(site, "alice").first)
      let answer = try await alice.post(
        "/plays/\(play)", ["when": "2024-05-24", "back": "/history?year=2019"], headers: [.fragment: "1"])
      #expect(answer.status == .ok && answer.body.contains("<main id=\"main\""))
      #expect(answer.body.contains("from 2019 to 24 May 2024") && Self.listed(answer.body) == [play + 1])
    }
  }

  // MARK: Several lines

  @Test func severalAreRedatedAtOnceAndBack() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays")
      _ = try await alice.post("/titles/4/plays", ["season": "1"])
      let before = try await site.record("alice")
      let activities = try await site.number("SELECT count(*) FROM activities")
      let plays = try await Self.plays(site, "alice")
      let answer = try await Self.bulk(
        alice, plays + [plays[0]], ["act": "when", "when": "24.5.2024", "back": "/history?kind=movie"])
      #expect(answer.status == .seeOther && answer.location.hasPrefix("/history?kind=movie&done="))
      #expect(try await site.number("SELECT count(*) FROM activities") == activities + 1)
      #expect(try await site.number("SELECT count(*) FROM plays WHERE day = '2024-05-24'") == 17)
      #expect(try await alice.get(answer.location).body.contains("Changed the date of 17 plays to 24 May 2024"))
      _ = try await alice.post("/activity/\(try #require(answer.done))/undo")
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func eachGoesToItsReleaseDateOrToNone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays")
      _ = try await alice.post("/titles/5/plays")
      let plays = try await Self.plays(site, "alice")
      _ = try await Self.bulk(alice, plays, ["act": "release", "when": ""])
      let record = try await site.record("alice")
      #expect(record.contains("\"day\": \"2016-11-11\"") && record.contains("\"day\": \"2001-04-25\""))
      _ = try await Self.bulk(alice, plays, ["act": "unknown", "when": "half typed"])
      #expect(try await site.number("SELECT count(*) FROM plays WHERE precision = 'unknown'") == 2)
    }
  }

  @Test func severalAreRemovedAtOnceAndBack() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2019"])
      _ = try await alice.post("/titles/5/entry", ["rating": "80"])
      _ = try await alice.post("/titles/5/plays", ["when": "2020"])
      _ = try await alice.post("/titles/2/plays", ["season": "1"])
      let before = try await site.record("alice")
      let answer = try await Self.bulk(alice, try await Self.plays(site, "alice"), ["act": "delete", "when": ""])
      let done = try #require(answer.done)
      #expect(try await site.number("SELECT count(*) FROM plays") == 0)
      // The rated film stays; what was only watched leaves nothing behind.
      #expect(try await site.number("SELECT count(*) FROM entries") == 1)
      #expect(try await site.shelf("alice", SmallCatalogue.six) == nil)
      #expect(try await alice.get("/activity").body.contains("Took back 8 viewings"))
      _ = try await alice.post("/activity/\(done)/undo")
      #expect(try await site.record("alice") == before)
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.seen == 6)
    }
  }

  @Test func aRewatchGoesWithItsLastPlayAndComesBack() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["season": "1", "when": "2020"])
      _ = try await alice.post("/titles/2/passes")
      for number in 1...2 {
        let episode = try await site.episode(SmallCatalogue.six, 1, number)
        _ = try await alice.post("/titles/2/plays", ["episode": "\(episode)", "when": "2021"])
      }
      let before = try await site.record("alice")
      let plays = try await Self.plays(site, "alice")
      #expect(try await site.number("SELECT count(*) FROM plays WHERE pass > 0") == 2)
      let done = try #require(try await Self.bulk(alice, Array(plays.suffix(2)), ["act": "delete"]).done)
      #expect(try await site.number("SELECT count(*) FROM passes") == 0)
      _ = try await alice.post("/activity/\(done)/undo")
      #expect(try await site.number("SELECT count(*) FROM passes WHERE ended_at IS NULL") == 1)
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func whatIsNotTheirsChangesNothing() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let charlie = try await site.person("charlie")
      _ = try await alice.post("/titles/1/plays", ["when": "2019"])
      _ = try await charlie.post("/titles/1/plays", ["when": "2019"])
      let (hers, his) = (try await Self.plays(site, "alice"), try await Self.plays(site, "charlie"))
      let records = (try await site.record("alice"), try await site.record("charlie"))
      for act in ["delete", "when", "unknown", "release"] {
        for plays in [hers, his + hers, his + [999_999]] {
          let answer = try await Self.bulk(charlie, plays, ["act": act, "when": "2020"])
          #expect(answer.status == .notFound, "\(act)")
        }
      }
      #expect(try await charlie.post("/plays/\(hers[0])", ["when": "2020"]).status == .notFound)
      #expect(try await site.record("alice") == records.0)
      #expect(try await site.record("charlie") == records.1)
    }
  }

  @Test func badInputOfTheBarChangesNothing() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2019"])
      let before = try await site.record("alice")
      let plays = try await Self.plays(site, "alice")
      let none = try await Self.bulk(alice, [], ["act": "delete"])
      #expect(none.status == .unprocessableContent && none.body.contains("Choose at least one line first."))
      let many = try await Self.bulk(alice, Array(1...501), ["act": "delete"])
      #expect(many.status == .unprocessableContent && many.body.contains("Choose at most 500 lines at once."))
      let wrong = try await Self.bulk(alice, plays, ["act": "when", "when": "31 April"])
      #expect(wrong.status == .unprocessableContent && wrong.body.contains("value=\"31 April\""))
      #expect(wrong.body.contains("name=\"play\" value=\"\(plays[0])\"") && wrong.body.contains("value=\"when\""))
      for fields in [["act": "burn"], [:], ["act": "when", "when": ""], ["act": "delete", "user_id": "2"]] {
        #expect(try await Self.bulk(alice, plays, fields).status == .unprocessableContent, "\(fields)")
      }
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func anyScriptOfTheBarIsUndoneToTheByte() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for title in [2, 3, 4] { _ = try await alice.post("/titles/\(title)/plays", ["all": "1", "when": "2021-05"]) }
      for when in ["now", "2019", "unknown"] {
        _ = try await alice.post("/titles/1/plays", ["when": when, "again": "1"])
      }
      let before = try await site.record("alice")
      var done: [Int] = []
      for round in 0..<24 {
        let plays = try await Self.plays(site, "alice").shuffled().prefix(Int.random(in: 1...6))
        if plays.isEmpty { break }
        let act = ["when", "release", "unknown", "when", "delete"].randomElement()!
        let when = ["2018", "yesterday 21:40", "May 2020", "24.12.2023"].randomElement()!
        if round % 8 == 7 {
          let end = Int.random(in: 0...12)
          _ = try await alice.post("/settings", ["zone": "Asia/Tokyo", "day_end": "\(end)"])
          done += [try await alice.post("/settings/diary").done].compactMap { $0 }
        }
        done += [try await Self.bulk(alice, Array(plays), ["act": act, "when": when]).done].compactMap { $0 }
      }
      for activity in done.reversed() {
        #expect(try await alice.post("/activity/\(activity)/undo").status == .seeOther)
      }
      #expect(try await site.record("alice") == before)
    }
  }
}
