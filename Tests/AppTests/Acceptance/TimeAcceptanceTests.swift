// swift-format-ignore-file: NeverForceUnwrap

import HTTPTypes
import SQL
import Testing

@testable import App

/// The day a play counts to, and when an episode is there: the cases on which other trackers were a day off.
@Suite struct TimeAcceptanceTests {
  private static func instant(_ text: String) throws -> Instant { try #require(InstantText.read(text + ":00Z")) }

  /// Marks a film at a moment, in a browser that logs in then, and gives the day it counts to.
  private static func day(_ site: Site, at moment: String, zone: String, dayEnd: Int = 0) async throws -> String? {
    site.clock.set(try instant(moment))
    let alice = try await site.person("alice")
    #expect(try await alice.post("/settings", ["zone": zone, "day_end": "\(dayEnd)"]).status == .seeOther)
    #expect(try await alice.post("/titles/1/plays", ["again": "1"]).status == .seeOther)
    return try await site.database.read { connection in
      try connection.first("SELECT day FROM plays ORDER BY id DESC LIMIT 1") { $0.optionalText() } ?? nil
    }
  }

  @Test func aFormLeftOpenForAnHourStampsTheTimeOfTheClick() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      for (page, path, fields) in [
        ("/titles/1", "/titles/1/plays", ["when": "now"]), ("/titles/2", "/titles/2/plays", ["episode": "\(first)"]),
        ("/titles/3", "/titles/3/plays", ["all": "1"]), ("/titles/4", "/titles/4/plays", ["season": "1"]),
        ("/", "/titles/2/plays", ["episode": "\(try await site.episode(SmallCatalogue.six, 1, 2))"]),
        ("/library?select=1", "/library/titles", ["title": "5", "act": "watched", "when": ""]),
      ] {
        let known = try await site.number("SELECT coalesce(max(id), 0) FROM plays")
        #expect(try await alice.get(page).status == .ok)
        site.clock.advance(seconds: 3_600)
        #expect(try await alice.post(path, fields).status == .seeOther, "\(path)")
        let times = try await site.database.read { connection in
          try connection.rows("SELECT at FROM plays WHERE id > $1", known) { $0.int() }
        }
        #expect(Set(times) == [site.clock.now], "\(path) \(fields)")
      }
    }
  }

  @Test func theUsersZoneDecidesTheDayDaylightSavingIncluded() async throws {
    try await withSite { (site) async throws in
      for (moment, zone, day) in [
        // In New York the clocks go forward on 8 March 2026: the day has 23 hours.
        ("2026-03-08T04:59", "America/New_York", "2026-03-07"), ("2026-03-08T05:00", "America/New_York", "2026-03-08"),
        ("2026-03-09T03:59", "America/New_York", "2026-03-08"), ("2026-03-09T04:00", "America/New_York", "2026-03-09"),
        // In Berlin on 29 March; back on 25 October, a day of 25 hours.
        ("2026-03-28T22:59", "Europe/Berlin", "2026-03-28"), ("2026-03-28T23:00", "Europe/Berlin", "2026-03-29"),
        ("2026-03-29T21:59", "Europe/Berlin", "2026-03-29"), ("2026-03-29T22:00", "Europe/Berlin", "2026-03-30"),
        ("2026-10-24T21:59", "Europe/Berlin", "2026-10-24"), ("2026-10-24T22:00", "Europe/Berlin", "2026-10-25"),
        ("2026-10-25T22:59", "Europe/Berlin", "2026-10-25"), ("2026-10-25T23:00", "Europe/Berlin", "2026-10-26"),
      ] {
        #expect(try await Self.day(site, at: moment, zone: zone) == day, "\(moment) in \(zone)")
      }
    }
  }

  @Test func aDayThatEndsAt0400Counts0130ToTheEveningBefore() async throws {
    try await withSite { (site) async throws in
      for (moment, day) in [
        ("2026-06-30T23:30", "2026-06-30"), ("2026-07-01T01:59", "2026-06-30"), ("2026-07-01T02:00", "2026-07-01"),
        ("2026-11-23T00:30", "2026-11-22"), ("2026-11-23T02:59", "2026-11-22"), ("2026-11-23T03:00", "2026-11-23"),
      ] {
        #expect(try await Self.day(site, at: moment, zone: "Europe/Berlin", dayEnd: 4) == day, "\(moment)")
      }
    }
  }

  @Test func aDayThatEndsAt0400EndsAtFourByTheClockAlsoWhenTheClocksChange() async throws {
    try await withSite { (site) async throws in
      for (moment, day) in [
        // 01:30, 03:59 and 04:00 on the night without a third hour.
        ("2026-03-29T00:30", "2026-03-28"), ("2026-03-29T01:59", "2026-03-28"), ("2026-03-29T02:00", "2026-03-29"),
        // 02:30 twice, 03:30 and 04:00 on the night that has it twice.
        ("2026-10-25T00:30", "2026-10-24"), ("2026-10-25T01:30", "2026-10-24"), ("2026-10-25T02:30", "2026-10-24"),
        ("2026-10-25T03:00", "2026-10-25"),
      ] {
        #expect(try await Self.day(site, at: moment, zone: "Europe/Berlin", dayEnd: 4) == day, "\(moment)")
      }
    }
  }

  @Test func anUnknownZoneIsRefusedAndTheOldOneStays() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for zone in ["Mars/Olympus", "Europe/../Berlin", "", "CET", "berlin", "Europe/Berlin\u{1}"] {
        let answer = try await alice.post("/settings/zone", ["zone": zone])
        #expect(answer.location == "/settings#zone", "\(zone)")
        #expect(try await alice.post("/settings", ["zone": zone]).status == .unprocessableContent, "\(zone)")
      }
      #expect(try await site.number("SELECT count(*) FROM users WHERE zone = 'Europe/Berlin'") == 4)
      // A browser without a zone of ours still gets its account.
      let fields = ["username": "newcomer", "password": "a long enough one", "zone": "Mars/Olympus"]
      #expect(try await site.visitor.post("/register", fields).status == .seeOther)
      #expect(
        try await site.number("SELECT count(*) FROM users WHERE username = 'newcomer' AND zone_known = 0") == 1)
    }
  }

  @Test func anEpisodeAiring2100InNewYorkIsTomorrowInBerlin() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/entry", ["status": "watching"])
      // 02:00 UTC on the 24th; it is 21:00 on the 23rd in Berlin.
      let instant = Zone("America/New_York")!.instant(day: Day("2026-11-23")!, minutes: 21 * 60)
      try await CalendarTests.air(site, SmallCatalogue.running, "2026-11-23", season: 2, at: instant)
      let page = try await alice.get("/calendar").body
      let tomorrow = CalendarTests.day("2026-11-24", in: page)
      #expect(tomorrow.contains("03:00") && !tomorrow.contains("class=\"tick\""))
      #expect(!CalendarTests.day("2026-11-23", in: page).contains("Still Running"))
      site.clock.set(instant)
      #expect(CalendarTests.day("2026-11-24", in: try await alice.get("/calendar").body).contains("class=\"tick\""))
    }
  }
}
