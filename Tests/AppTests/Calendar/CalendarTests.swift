// swift-format-ignore-file: NeverForceUnwrap

import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

/// The pages of the calendar. Today is Monday, 23 November 2026, 21:00 in Berlin, where everybody lives.
@Suite struct CalendarTests {
  /// The part of a page that belongs to a day; empty when the day is not on it.
  static func day(_ day: String, in html: String) -> String {
    guard let start = html.firstRange(of: "id=\"day-\(day)\"") else { return "" }
    let rest = html[start.upperBound...]
    return String(rest[..<(rest.firstRange(of: "</section>")?.lowerBound ?? rest.endIndex)])
  }

  /// Sets when episodes of a title come out, and recounts it.
  static func air(_ site: Site, _ title: Int, _ day: String, season: Int, at: Instant? = nil) async throws {
    let now = site.clock.now
    try await site.database.write { connection in
      try connection.execute(
        "UPDATE episodes SET aired = $3, air_day = $3, air_at = $4 WHERE title_id = $1 AND season = $2", title, season,
        day, at)
      try Recounts.everybody(connection, title: title, now: now)
    }
  }

  /// Sets when a film comes out, and recounts it.
  static func release(_ site: Site, _ title: Int, _ day: String) async throws {
    let now = site.clock.now
    try await site.database.write { connection in
      try connection.execute("UPDATE titles SET released = $2 WHERE id = $1", title, day)
      try Recounts.everybody(connection, title: title, now: now)
    }
  }

  @Test func theAgendaShowsWhatAiredAndWhatComesOfOnesOwnShows() async throws {
    try await withSite { (site) async throws in
      let (alice, bob) = (try await site.person("alice"), try await site.person("bob"))
      let empty = try await bob.get("/calendar")
      #expect(empty.status == .ok && empty.body.contains("Nothing comes out in these days"))
      _ = try await alice.post("/titles/3/plays", ["episode": "\(try await site.episode(3, 1, 1))"])
      let page = try await alice.get("/calendar").body
      #expect(Self.day("2026-11-16", in: page).contains("S2 E2\u{A0}· Two"))
      #expect(Self.day("2026-11-30", in: page).contains("S2 E3\u{A0}· Three"))
      #expect(Self.day("2026-12-07", in: page).contains("S2 E4\u{A0}· Four"))
      #expect(Self.day("2026-11-23", in: page).contains("Today") && page.contains("Nothing comes out today."))
      // The episodes of 2024 have no day that anybody knows, and the week before last is another page.
      #expect(!page.contains("<p class=\"meta\">S1 E") && !page.contains("S2 E1") && !page.contains("0001-01"))
      #expect(page.contains("Mark S2 E2, Still Running watched") && !page.contains("Mark S2 E3"))
      let before = try await alice.get("/calendar?from=2026-11-09").body
      #expect(Self.day("2026-11-09", in: before).contains("S2 E1\u{A0}· One"))
      #expect(
        page.contains("href=\"/calendar?from=2026-10-12\"") && page.contains("href=\"/calendar?from=2026-12-21\""))
      #expect(!(try await bob.get("/calendar").body.contains("Still Running")))
      #expect(try await alice.get("/").body.contains("href=\"/calendar\""))
    }
  }

  @Test func aTickFromTheCalendarReturnsToItAndIsUndoneExactly() async throws {
    try await withSite { (site) async throws in
      let (alice, charlie) = (try await site.person("alice"), try await site.person("charlie"))
      _ = try await alice.post("/titles/3/plays", ["episode": "\(try await site.episode(3, 1, 1))"])
      let before = try await site.record("alice")
      let episode = try await site.episode(3, 2, 2)
      let page = try await alice.get("/calendar?from=2026-11-09").body
      #expect(page.contains("name=\"episode\" value=\"\(episode)\""))
      #expect(page.contains("name=\"back\" value=\"/calendar?from=2026-11-09\""))
      let form = ["episode": "\(episode)", "back": "/calendar?from=2026-11-09"]
      let answer = try await alice.post("/titles/3/plays", form)
      #expect(answer.location.hasPrefix("/calendar?from=2026-11-09&done=") && answer.location.hasSuffix("#e\(episode)"))
      let after = try await alice.get(answer.location).body
      #expect(after.contains("Marked S2 E2") && Self.day("2026-11-16", in: after).contains("</span>seen</span>"))
      #expect(!after.contains("Mark S2 E2"))
      let done = try #require(answer.done)
      #expect(try await charlie.post("/activity/\(done)/undo").status == .notFound)
      let back = ["back": "/calendar?from=2026-11-09"]
      let undone = try await alice.post("/activity/\(done)/undo", back, headers: [.fragment: "1"])
      #expect(undone.body.contains("<main id=\"main\"") && undone.body.contains("Undone: Marked S2 E2"))
      #expect(undone.body.contains("Mark S2 E2, Still Running watched"))
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func whatIsPausedDroppedOrOnlyRatedLeavesTheCalendar() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for (status, isThere) in [
        ("planned", true), ("watching", true), ("paused", false), ("planned", true), ("dropped", false),
      ] {
        _ = try await alice.post("/titles/3/entry", ["status": status])
        #expect(try await alice.get("/calendar").body.contains("Still Running") == isThere, "\(status)")
      }
      _ = try await alice.post("/titles/3/entry", ["status": "none", "rating": "50"])
      #expect(!(try await alice.get("/calendar").body.contains("Still Running")))
    }
  }

  @Test func anInstantDecidesTheDayInThePersonsZone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/entry", ["status": "watching"])
      // 21:00 in New York is 03:00 of the next day in Berlin.
      let newYork = Zone("America/New_York")!
      let instant = newYork.instant(day: Day("2026-11-30")!, minutes: 21 * 60)
      try await Self.air(site, 3, "2026-11-30", season: 2, at: instant)
      let berlin = try await alice.get("/calendar").body
      #expect(Self.day("2026-12-01", in: berlin).contains("03:00") && Self.day("2026-11-30", in: berlin).isEmpty)
      _ = try await alice.post("/settings/zone", ["zone": "America/New_York"])
      let there = try await alice.get("/calendar").body
      #expect(Self.day("2026-11-30", in: there).contains("21:00") && Self.day("2026-12-01", in: there).isEmpty)
      // The last day of a page and the first of the next: an instant is on one of them, not on both and not on none.
      _ = try await alice.post("/settings/zone", ["zone": "Europe/Berlin"])
      #expect(!(try await alice.get("/calendar?from=2026-10-27").body.contains("id=\"day-2026-12-01\"")))
      #expect(try await alice.get("/calendar?from=2026-12-01").body.contains("id=\"day-2026-12-01\""))
      #expect(!(try await alice.get("/calendar?view=month&month=2026-11").body.contains("Still Running")))
      #expect(try await alice.get("/calendar?view=month&month=2026-12").body.contains("Still Running"))
    }
  }

  @Test func whatAirsLaterTodayHasNoTickYet() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/entry", ["status": "watching"])
      try await Self.air(site, 3, "2026-11-23", season: 2, at: Site.now + 3_600_000_000)
      let early = Self.day("2026-11-23", in: try await alice.get("/calendar").body)
      #expect(early.contains("22:00") && early.contains("It airs on 23 Nov") && !early.contains("class=\"tick\""))
      site.clock.advance(seconds: 3_600)
      let late = Self.day("2026-11-23", in: try await alice.get("/calendar").body)
      #expect(late.contains("It aired on 23 Nov") && late.contains("class=\"tick\""))
    }
  }

  @Test func severalEpisodesOfADayAreOneLineWithOneTick() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/entry", ["status": "watching"])
      try await Self.air(site, 3, "2026-11-20", season: 2)
      let page = Self.day("2026-11-20", in: try await alice.get("/calendar").body)
      #expect(page.contains("S2 E1–E4") && page.components(separatedBy: "<li ").count == 2)
      let (first, last) = (try await site.episode(3, 2, 1), try await site.episode(3, 2, 4))
      #expect(page.contains("name=\"from\" value=\"\(first)\"") && page.contains("name=\"upto\" value=\"\(last)\""))
      _ = try await alice.post("/titles/3/plays", ["episode": "\(try await site.episode(3, 2, 2))"])
      #expect(try await alice.get("/calendar").body.contains("1 of 4 seen"))
      let answer = try await alice.post(
        "/titles/3/plays", ["from": "\(first)", "upto": "\(last)", "back": "/calendar"])
      #expect(answer.location.hasPrefix("/calendar?done="))
      #expect(try await site.number("SELECT count(*) FROM plays") == 4)
      #expect(Self.day("2026-11-20", in: try await alice.get("/calendar").body).contains("</span>seen</span>"))
    }
  }

  @Test func plannedFilmsStandOnTheDayTheyComeOut() async throws {
    try await withSite { (site) async throws in
      let (alice, bob) = (try await site.person("alice"), try await site.person("bob"))
      try await Self.release(site, 1, "2026-11-24")
      _ = try await alice.post("/titles/1/entry", ["status": "planned"])
      _ = try await bob.post("/titles/1/entry", ["rating": "70"])
      let page = Self.day("2026-11-24", in: try await alice.get("/calendar").body)
      #expect(page.contains("Arrival") && page.contains("It comes out on 24 Nov") && !page.contains("class=\"tick\""))
      #expect(!(try await bob.get("/calendar").body.contains("Arrival")))
      site.clock.advance(seconds: 86_400)
      let out = Self.day("2026-11-24", in: try await alice.get("/calendar").body)
      #expect(out.contains("It came out on 24 Nov") && out.contains("Mark Arrival watched"))
      _ = try await alice.post("/titles/1/plays", ["back": "/calendar"])
      #expect(Self.day("2026-11-24", in: try await alice.get("/calendar").body).contains("</span>seen</span>"))
    }
  }

  @Test func whySaysTheRuleTheDateItsSourceAndTheLastPlayAndOffersTheFix() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/entry", ["status": "planned"])
      let planned = Self.day("2026-11-16", in: try await alice.get("/calendar").body)
      #expect(planned.contains("You planned this show.") && planned.contains("You have not marked anything of it yet."))
      let first = try await site.episode(3, 1, 1)
      _ = try await alice.post("/titles/3/plays", ["episode": "\(first)", "when": "unknown"])
      #expect(try await alice.get("/calendar").body.contains("You last marked S1 E1, without a date."))
      _ = try await alice.post(
        "/titles/3/plays", ["episode": "\(try await site.episode(3, 1, 2))", "when": "2026-11-20"])
      let page = Self.day("2026-11-16", in: try await alice.get("/calendar").body)
      #expect(page.contains("Why is this here?") && page.contains("You are watching this show."))
      #expect(page.contains("It aired on 16 Nov, says the starter catalogue."))
      #expect(page.contains("You last watched S1 E2 on 20 Nov."))
      let episode = try await site.episode(3, 2, 2)
      #expect(page.contains("action=\"/episodes/\(episode)/skip\"") && page.contains("Pause the show"))
      let skipped = try await alice.post("/episodes/\(episode)/skip", ["skip": "1", "back": "/calendar"])
      #expect(skipped.location.hasPrefix("/calendar?done="))
      let after = Self.day("2026-11-16", in: try await alice.get("/calendar").body)
      #expect(after.contains("skipped") && after.contains("Do not skip") && !after.contains("class=\"tick\""))
    }
  }

  @Test func specialsStandThereOnlyWhereTheyCount() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/6/plays", ["episode": "\(try await site.episode(6, 1, 1))"])
      try await Self.air(site, 6, "2026-11-20", season: 0)
      #expect(!(try await alice.get("/calendar").body.contains("Special")))
      _ = try await alice.post("/titles/6/entry", ["specials": "1"])
      #expect(try await alice.get("/calendar").body.contains("Specials 1–2"))
    }
  }

  @Test func namesOfUnseenEpisodesAreHiddenFromWhoAskedForIt() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/plays", ["episode": "\(try await site.episode(3, 2, 2))"])
      _ = try await site.database.write { try $0.execute("UPDATE users SET hide_unseen = 1") }
      let page = try await alice.get("/calendar").body
      #expect(Self.day("2026-11-16", in: page).contains("Two") && Self.day("2026-11-30", in: page).contains("S2 E3"))
      #expect(!page.contains("Three") && !page.contains("Four"))
    }
  }

  @Test func theMonthIsATableFromMonday() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/entry", ["status": "watching"])
      let page = try await alice.get("/calendar?view=month").body
      #expect(page.contains("<caption class=\"hidden\">Nov 2026</caption>"))
      let heads = page.matches(of: /<th scope="col">(\w+)<\/th>/).map { String($0.1) }
      #expect(heads == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
      // November 2026 begins on a Sunday: six rows, six empty cells before it and six after.
      #expect(page.components(separatedBy: "<tr>").count - 1 == 7)
      #expect(page.components(separatedBy: "class=\"out\"").count - 1 == 12)
      #expect(page.components(separatedBy: "aria-current=\"date\"").count - 1 == 1)
      #expect(page.components(separatedBy: ">Still Running</a>").count - 1 == 3)
      #expect(page.contains("href=\"/calendar?from=2026-11-16\""))
      #expect(page.contains("month=2026-10\"") && page.contains("month=2026-12\""))
      let december = try await alice.get("/calendar?view=month&month=2026-12").body
      #expect(december.contains("S2 E4") && !december.contains("S2 E3") && !december.contains("aria-current=\"date\""))
      #expect(december.contains("<title>Calendar, Dec 2026"))
    }
  }

  @Test func daysAndMonthsThatAreNoneAre422() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for bad in [
        "from=2026-02-29", "from=x", "from=2026-13-01", "from=2026-1-1", "from=0000-01-01", "from=1999-01-01",
        "from=9999-12-31", "from=10000-01-01", "from=20261123", "from=2026-11-23T00:00", "from=-1", "view=week",
        "view=month&month=2026-00", "view=month&month=2026-13", "view=month&month=2026", "view=month&month=26-11",
        "view=month&month=1999-01", "view=month&month=9999-12", "view=month&month=2026-11-01",
      ] {
        #expect(try await alice.get("/calendar?" + bad).status == .unprocessableContent, "\(bad)")
      }
      for good in [
        "from=", "from=2028-02-29", "view=agenda", "view=month&month=", "view=month&month=2028-02", "from=2024-11-22",
        "from=2031-11-24", "view=month&month=2024-11", "view=month&month=2031-11", "utm_source=x",
      ] {
        #expect(try await alice.get("/calendar?" + good).status == .ok, "\(good)")
      }
      let (first, last) = (
        try await alice.get("/calendar?from=2024-11-22").body, try await alice.get("/calendar?from=2031-11-24").body
      )
      #expect(!first.contains("rel=\"prev\"") && first.contains("rel=\"next\""))
      #expect(last.contains("rel=\"prev\"") && !last.contains("rel=\"next\""))
    }
  }

  @Test func aDayWithVeryMuchIsAPageOfBearableSize() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let name = String(repeating: "A rather long name ", count: 4)
      let ids = try await site.database.write { connection in
        try (1...120).map { number in
          let season = NewSeason(number: 1, episodes: 8, year: 2026)
          let title = NewTitle(kind: .show, name: name + String(number), year: 2026, seasons: [season])
          return try CatalogueStore.add(connection, title, source: "starter", owner: nil, now: Site.now)
        }
      }
      for id in ids {
        _ = try await alice.post("/titles/\(id)/entry", ["status": "watching"])
        try await Self.air(site, id, "2026-11-20", season: 1)
      }
      let page = try await alice.get("/calendar?from=2026-11-20").body
      let shown = page.components(separatedBy: "<li class=\"rowline\"").count - 1
      #expect(page.utf8.count < 100_000 && shown == CalendarRules.agendaLines, "\(page.utf8.count) bytes")
      #expect(page.contains("more on this day"))
      let month = try await alice.get("/calendar?view=month").body
      #expect(month.utf8.count < 100_000 && month.contains("More comes out than one page can hold"))
    }
  }
}
