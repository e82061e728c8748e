// swift-format-ignore-file: NeverForceUnwrap

import HTTPTypes
import SQL
import Testing

@testable import App

/// Figures: right for any record, kept while nothing changes, and nobody else's.
@Suite struct StatisticsTests {
  private static func figures(_ site: Site, _ name: String, _ range: StatisticsRange) async throws -> Statistics {
    let user = try await site.user(name)
    let zone = try await zone(site, user)
    let today = zone.day(of: site.clock.now)
    return try await site.database.read { connection in
      try StatisticsStore.make(connection, user: user, range, today: today)
    }
  }

  private static func zone(_ site: Site, _ user: Int) async throws -> Zone {
    try await site.database.read { connection in
      try connection.first("SELECT zone, day_end_minutes FROM users WHERE id = $1", user) { row in
        let name = row.text()
        return Zone(name, dayEndMinutes: row.int())!
      }
    }!
  }

  private static func range(_ from: String?, _ to: String?, _ kind: TitleKind? = nil) -> StatisticsRange {
    StatisticsRange(from: from.flatMap { Day($0) }, to: to.flatMap { Day($0) }, kind: kind)
  }

  // MARK: Right for any record

  private static let whens = [
    "now", "unknown", "2019", "2023", "2026", "2021-05", "2023-10", "2022-03-27", "2023-10-28", "2023-10-29T02:30",
    "2023-10-29T00:15", "2023-03-26T02:30", "2023-12-31T23:59", "2024-01-01T03:30", "2024-02-29", "2024-03-01T21:00",
    "2026-11-21", "2026-11-22", "2026-11", "2026-01-01T00:00",
  ]

  private static let ranges = [
    range(nil, nil), range(nil, nil, .movie), range(nil, nil, .show), range("2023-01-01", "2023-12-31"),
    range("2023-10-29", "2024-01-01"), range("2023-10-01", "2023-10-31", .show), range("2019-06-01", nil),
    range(nil, "2024-01-15"), range("2026-11-01", "2026-11-30"), range("1999-01-01", "1999-12-31"),
    range("2021-05-10", "2023-12-31", .movie), range("2023-03-26", "2023-03-26"),
  ]

  @Test(arguments: [1, 2, 3] as [UInt64])
  func everyFigureIsWhatASlowCountSays(_ seed: UInt64) async throws {
    try await withSite { (site) async throws in
      var random = Seeded(seed)
      try await site.database.write { connection in
        try connection.execute("UPDATE titles SET runtime = NULL WHERE id = 6")
        try connection.execute("UPDATE titles SET countries = 'US,FR' WHERE id IN (1, 4)")
        try connection.execute("UPDATE titles SET countries = 'FR' WHERE id = 5")
        try connection.execute("INSERT INTO genres (title_id, position, genre) VALUES (4, 9, 'Drama')")
        try connection.execute("INSERT INTO credits (title_id, job, position, person_id) VALUES (4, 'cast', 9, 2)")
        try connection.execute("UPDATE episodes SET runtime = 30 WHERE title_id = 4 AND number = 2")
      }
      let (alice, bob) = (try await site.person("alice"), try await site.person("bob"))
      _ = try await bob.post("/titles/4/plays", ["season": "1", "when": "2023-10-29"])
      for step in 1...240 {
        site.clock.advance(seconds: Int.random(in: 0..<4_000, using: &random))
        try await Self.act(alice, site, &random)
        if step.isMultiple(of: 60) { try await Self.hold(site, "seed \(seed), step \(step)") }
      }
      _ = try await alice.post("/settings", ["zone": "America/New_York", "day_end": "4"])
      try await Self.hold(site, "seed \(seed), another zone")
      _ = try await alice.post("/settings/diary")
      try await Self.hold(site, "seed \(seed), other days")
      #expect(try await site.number("SELECT count(*) FROM plays") > 60)
    }
  }

  /// Every range, and the rows that they are read from.
  private static func hold(_ site: Site, _ comment: Comment) async throws {
    let user = try await site.user("alice")
    let zone = try await zone(site, user)
    let today = zone.day(of: site.clock.now)
    for range in ranges {
      let slow = try await site.database.read {
        try SlowStatistics($0, user: user, range, zone: zone, today: today)
      }
      slow.hold(try await figures(site, "alice", range), "\(comment) \(range.key)")
    }
    let commands = Commands(database: site.database, config: site.app.config, now: site.clock.now)
    #expect(try commands.recount(isRepairing: false).isEmpty, comment)
  }

  /// Marks, dates anew, deletes or takes back something at random.
  private static func act(_ person: Person, _ site: Site, _ random: inout Seeded) async throws {
    let when = whens.randomElement(using: &random)!
    let plays = try await HistoryTests.plays(site, "alice")
    if Int.random(in: 0..<5, using: &random) == 0 {
      let rating = ["", "0", "44", "45", "95", "100"].randomElement(using: &random)!
      _ = try await person.post("/titles/\(Int.random(in: 1...6, using: &random))/entry", ["rating": rating])
    }
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1:
      _ = try await person.post("/titles/\(Bool.random(using: &random) ? 1 : 5)/plays", ["when": when, "again": "1"])
    case 2, 3, 4:
      let episode = try await site.episode(SmallCatalogue.sixteen, 1, Int.random(in: 1...4, using: &random))
      _ = try await person.post("/titles/4/plays", ["episode": "\(episode)", "when": when, "again": "1"])
    case 5:
      _ = try await person.post(
        "/titles/\([2, 4, 6].randomElement(using: &random)!)/plays", ["season": "1", "when": when])
    case 6, 7:
      if let play = plays.randomElement(using: &random) { _ = try await person.post("/plays/\(play)", ["when": when]) }
    case 8:
      if let play = plays.randomElement(using: &random) { _ = try await person.post("/plays/\(play)/delete") }
    default:
      let last = try await site.number("SELECT coalesce(max(id), 0) FROM activities WHERE undone_at IS NULL")
      _ = try await person.post("/activity/\(last)/undo")
    }
  }

  @Test func anUndoLeavesDaysAndTalliesAsTheyWere() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let user = try await site.user("alice")
      func lines() async throws -> [String] { try await site.database.read { try Days.lines($0, user: user) } }
      _ = try await alice.post("/titles/1/plays", ["when": "2024-03-01T21:00"])
      let before = try await lines()
      let bulk = try await alice.post("/titles/4/plays", ["season": "1", "when": "2024-03-01"])
      #expect(try await lines().count == before.count + 2)
      _ = try await alice.post("/activity/\(try #require(bulk.done))/undo")
      #expect(try await lines() == before)
      let play = try #require(try await HistoryTests.plays(site, "alice").first)
      let moved = try await alice.post("/plays/\(play)", ["when": "2024-03-01T22:10"])
      #expect(try await lines().contains { $0.contains("22:1") })
      _ = try await alice.post("/activity/\(try #require(moved.done))/undo")
      #expect(try await lines() == before)
    }
  }

  @Test func aRecountFindsDaysThatAreWrong() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2024-03-01"])
      let commands = Commands(database: site.database, config: site.app.config, now: site.clock.now)
      _ = try await site.database.write { try $0.execute("UPDATE days SET minutes = 5") }
      #expect(try commands.recount(isRepairing: false).count == 2)
      #expect(try commands.recount(isRepairing: true).count == 2)
      #expect(try commands.recount(isRepairing: false).isEmpty)
      #expect(try await site.number("SELECT minutes FROM days") == 116)
    }
  }

  // MARK: Kept

  @Test func finishedFiguresAreKeptUntilSomethingChanges() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2024-03-01"])
      let first = try await alice.get("/stats").body
      #expect(try await site.number("SELECT count(*) FROM statistics") == 1)
      let version = try await site.number("SELECT version FROM statistics")
      #expect(try await alice.get("/stats").body == first)
      // What is kept is what is shown.
      _ = try await site.database.write {
        try $0.execute("UPDATE statistics SET body = replace(body, 'Arrival', 'Departure')")
      }
      #expect(try await alice.get("/stats").body.contains("Departure"))
      _ = try await alice.post("/titles/1/entry", ["rating": "80"])
      #expect(try await !alice.get("/stats").body.contains("Departure"))
      #expect(try await site.number("SELECT version FROM statistics") > version)
      // A new day makes new ones; what cannot be read does too.
      site.clock.advance(seconds: 86_400)
      _ = try await site.database.write { try $0.execute("UPDATE statistics SET body = '{}'") }
      #expect(try await alice.get("/stats").body.contains("Arrival"))
      for year in 1990...2026 { #expect(try await alice.get("/stats/\(year)").status == .ok) }
      #expect(try await site.number("SELECT count(*) FROM statistics") == StatisticsStore.keptRanges)
    }
  }

  // MARK: Pages

  @Test func everyChartHasItsTable() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2024-03-01T21:00"])
      _ = try await alice.post("/titles/1/plays", ["when": "2024-03-02", "again": "1"])
      _ = try await alice.post("/titles/4/plays", ["season": "1", "when": "2024"])
      _ = try await alice.post("/titles/5/plays", ["when": "unknown"])
      _ = try await alice.post("/titles/1/entry", ["rating": "80"])
      let page = try await alice.get("/stats").body
      let charts = page.components(between: "<section class=\"chart\">", and: "</section>")
      #expect(charts.count >= 10, "\(charts.count)")
      for chart in charts {
        #expect(chart.contains("<table class=\"data\">") && chart.contains("<svg"), "\(chart.prefix(60))")
        #expect(chart.contains("role=\"img\" aria-label=") || chart.contains("aria-hidden=\"true\""))
      }
      #expect(!page.contains("style=") && page.utf8.count < 100_000)
      #expect(page.contains("1 play has no date") && page.contains("16 plays are known only by their"))
      #expect(page.contains("2 days") && page.contains("<dd>19</dd>") && page.contains(">An Actor</a>"))
      let review = try await alice.get("/stats/2024").body
      #expect(review.contains("Your 2024") && review.contains("Arrival") && !review.contains("Amélie"))
      #expect(try await alice.get("/history").body.contains("href=\"/stats\""))
    }
  }

  @Test func aRecordOfNothingOrOfOnePlayOrWithoutDatesHasItsPage() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for path in ["/stats", "/stats/2024", "/stats?from=2024-01-01"] {
        let page = try await alice.get(path)
        #expect(page.status == .ok && page.body.contains("class=\"empty\"") && !page.body.contains("<section class"))
      }
      _ = try await alice.post("/titles/1/plays", ["when": "unknown"])
      let undated = try await alice.get("/stats")
      #expect(undated.status == .ok && undated.body.contains("1 play has no date"))
      #expect(!undated.body.contains("By weekday"))
      let empty = try await alice.get("/stats?from=2020-01-01&to=2024-12-31").body
      #expect(empty.contains("Nothing watched in this time"))
      _ = try await alice.post("/titles/5/plays", ["when": "1999-12-31T23:59"])
      let one = try await Self.figures(site, "alice", Self.range(nil, nil))
      #expect(one.longest?.days == 1 && one.current == 0 && one.total.plays == 2 && one.hours[23].films == 1)
      #expect(try await alice.get("/stats/1999").body.contains("Amélie"))
    }
  }

  @Test func aRangeThatCannotBeIsRefusedAndStaysInTheForm() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for query in ["from=x", "from=2024-02-30", "to=1850-01-01", "to=2027-01-01", "from=2024", "kind=book"] {
        #expect(try await alice.get("/stats?" + query).status == .unprocessableContent, "\(query)")
      }
      let page = try await alice.get("/stats?from=2024-02-30&to=2024-03-31").body
      #expect(page.contains("value=\"2024-02-30\"") && page.contains("value=\"2024-03-31\""))
      #expect(page.contains("Choose a day between 1880 and the end of 2026."))
      // The wrong way round is meant the right way round.
      _ = try await alice.post("/titles/1/plays", ["when": "2024-03-01"])
      #expect(try await alice.get("/stats?from=2024-12-31&to=2024-01-01").body.contains("Arrival"))
      for path in ["/stats/1879", "/stats/2027", "/stats/24", "/stats/02024", "/stats/x"] {
        #expect(try await alice.get(path).status == .notFound, "\(path)")
      }
      #expect(try await alice.get("/stats/1880").status == .ok)
    }
  }

  @Test func nobodySeesTheFiguresOfAnother() async throws {
    try await withSite { (site) async throws in
      let (alice, charlie) = (try await site.person("alice"), try await site.person("charlie"))
      _ = try await alice.post("/titles/1/plays", ["when": "2024-03-01"])
      _ = try await alice.get("/stats")
      _ = try await alice.get("/stats/2024")
      for path in ["/stats", "/stats/2024"] {
        let page = try await charlie.get(path).body
        #expect(page.contains("class=\"empty\"") && !page.contains("Arrival"), "\(path)")
        #expect(try await site.visitor.get(path).status == .seeOther)
      }
      _ = try await charlie.post("/titles/5/plays", ["when": "2024-03-01"])
      #expect(try await Self.figures(site, "charlie", Self.range(nil, nil)).total.plays == 1)
      #expect(try await Self.figures(site, "alice", Self.range(nil, nil)).first?.name == "Arrival")
    }
  }

  @Test func hoursAreWrittenShortAndReadBack() {
    var hours = [Int](repeating: 0, count: 24)
    (hours[0], hours[9], hours[23]) = (12, 1, 305)
    let text = HoursText.write(hours)
    #expect(text == "0:12,9:1,23:305")
    var read = [Int](repeating: 0, count: 24)
    #expect(HoursText.add(text, to: &read) == 318 && read == hours)
    #expect(HoursText.add("", to: &read) == 0 && read == hours)
  }
}

extension String {
  /// What stands between each pair of two texts.
  fileprivate func components(between start: String, and end: String) -> [Substring] {
    split(separator: start, omittingEmptySubsequences: false).dropFirst().map { part in
      part.firstRange(of: end).map { part[..<$0.lowerBound] } ?? part
    }
  }
}
