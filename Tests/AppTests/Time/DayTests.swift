// swift-format-ignore-file: NeverForceUnwrap

import HTTPTypes
import SQL
import Testing

@testable import App

/// The day a play counts to: zones, the end of the day, the nights on which the clocks change.
@Suite struct DayTests {
  private static func instant(_ day: String, _ hour: Int, _ minute: Int) -> Instant {
    Day(day)!.number * 86_400_000_000 + (hour * 60 + minute) * 60_000_000
  }

  private static func plays(_ site: Site) async throws -> [String] {
    try await site.database.read { connection in
      try connection.rows("SELECT at, day, precision FROM plays ORDER BY id") { row in
        "\(row.int()) \(row.text()) \(row.text())"
      }
    }
  }

  @Test func aTimeThatTheClocksSkippedIsTheMomentAfter() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let answer = try await alice.post("/titles/1/plays", ["when": "2026-03-29 02:30"])
      #expect(answer.status == .seeOther)
      #expect(try await Self.plays(site) == ["\(Self.instant("2026-03-29", 1, 30)) 2026-03-29 time"])
      // The page says what it became.
      #expect(try await alice.get("/titles/1").body.contains("29 Mar, 03:30"))
    }
  }

  @Test func aTimeThatTheClocksShowTwiceIsTheFirst() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "25.10.2026 02:30"])
      #expect(try await Self.plays(site) == ["\(Self.instant("2026-10-25", 0, 30)) 2026-10-25 time"])
    }
  }

  @Test func theDayEndsWhenItsOwnerSays() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/settings", ["zone": "Europe/Berlin", "day_end": "4"])
      site.clock.set(Self.instant("2026-11-24", 0, 30))
      _ = try await alice.post("/titles/1/plays")
      site.clock.set(Self.instant("2026-11-24", 3, 0))
      _ = try await alice.post("/titles/5/plays")
      let days = try await Self.plays(site).map { $0.split(separator: " ")[1] }
      #expect(days == ["2026-11-23", "2026-11-24"])
    }
  }

  @Test func theTimeOfAClickIsNotThatOfItsPage() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.get("/titles/1")
      site.clock.advance(seconds: 3_600)
      _ = try await alice.post("/titles/1/plays", ["when": "now"])
      #expect(try await site.number("SELECT at FROM plays") == Site.now + 3_600_000_000)
    }
  }

  @Test func theSameMomentIsAnotherDayInAnotherZone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let bob = try await site.person("bob")
      _ = try await bob.post("/settings", ["zone": "America/New_York"])
      site.clock.set(Self.instant("2026-11-24", 1, 0))
      _ = try await alice.post("/titles/1/plays")
      _ = try await bob.post("/titles/1/plays")
      let days = try await Self.plays(site).map { $0.split(separator: " ")[1] }
      #expect(days == ["2026-11-24", "2026-11-23"])
      // What is today in Berlin is still tomorrow in New York.
      #expect(try await alice.post("/titles/5/plays", ["when": "2026-11-24"]).status == .seeOther)
      #expect(try await bob.post("/titles/5/plays", ["when": "2026-11-24"]).status == .unprocessableContent)
    }
  }

  @Test func aLeapDayIsADayOnlyInALeapYear() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      #expect(try await alice.post("/titles/1/plays", ["when": "29.2.2024"]).status == .seeOther)
      let wrong = try await alice.post("/titles/1/plays", ["when": "29.2.2023"])
      #expect(wrong.status == .unprocessableContent && wrong.body.contains("no day 29 in Feb 2023"))
      #expect(try await Self.plays(site).count == 1)
    }
  }

  @Test func aDateBeforeTheAccountExistedIsFine() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      #expect(try await alice.post("/titles/1/plays", ["when": "May 1999"]).status == .seeOther)
      #expect(try await site.record("alice").contains("\"day\": \"1999-05\""))
    }
  }

  @Test func aZoneThatDoesNotExistIsRefused() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for zone in ["Mars/Olympus", "Europe/../Berlin", "", "CET+1"] {
        let answer = try await alice.post("/settings", ["zone": zone])
        #expect(answer.status == .unprocessableContent && answer.body.contains("Choose a time zone from the list."))
      }
    }
  }

  @Test func anotherZoneLeavesTheDiaryUntilItIsCountedAgain() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      // 02:30 in Berlin is 20:30 of the day before in New York; noon is the same day in both.
      _ = try await alice.post("/titles/1/plays", ["when": "2026-05-24T02:30"])
      _ = try await alice.post("/titles/5/plays", ["when": "2026-05-24T12:00"])
      _ = try await alice.post("/titles/2/plays", ["season": "1", "when": "2020"])
      let before = try await site.record("alice")
      _ = try await alice.post("/settings", ["zone": "America/New_York", "day_end": "0"])
      #expect(try await site.record("alice") == before)

      let answer = try await alice.post("/settings/diary")
      let done = try #require(answer.done)
      #expect(answer.status == .seeOther && answer.location.hasPrefix("/settings?done="))
      #expect(try await alice.get("/settings?done=\(done)").body.contains("Counted the days again: 1 play moved"))
      #expect(try await site.record("alice").contains("\"day\": \"2026-05-23\""))
      #expect(try await site.number("SELECT count(*) FROM changes WHERE tbl = 'plays' AND before IS NOT NULL") == 1)

      #expect(try await alice.post("/settings/diary").location.contains("recounted=0"))
      _ = try await alice.post("/activity/\(done)/undo")
      #expect(try await site.record("alice") == before)
    }
  }
}
