import HTTPTypes
import SQL
import Testing

@testable import App

@Suite struct UndoTests {
  @Test func undoneRatingIsExactThoughTheFavouriteChangedSince() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/entry", ["rating": "40"])
      let second = try await alice.post("/titles/1/entry", ["rating": "90"])
      _ = try await alice.post("/titles/1/entry", ["favourite": "1"])
      _ = try await alice.post("/activity/\(try #require(second.done))/undo")
      let record = try await site.record("alice")
      #expect(record.contains("\"rating\": 40") && record.contains("\"favourite\": true"))
    }
  }

  @Test func undoRefusesAlsoWhereLaterChangesCameBackToTheSameValue() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      var activities: [Int] = []
      for rating in ["40", "80", "90", "80"] {
        activities.append(try #require(try await alice.post("/titles/1/entry", ["rating": rating]).done))
      }
      let refused = try await alice.post("/activity/\(activities[1])/undo")
      #expect(refused.status == .conflict && refused.body.contains("Arrival: Rated 8 of 10"))
      for activity in activities.reversed() {
        #expect(try await alice.post("/activity/\(activity)/undo").status == .seeOther)
      }
      #expect(try await site.number("SELECT count(*) FROM entries") == 0)
    }
  }

  @Test func undoRefusesWhereALaterChangeStandsOnIt() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await alice.post("/titles/1/entry", ["rating": "40"])
      _ = try await alice.post("/titles/1/entry", ["rating": "90"])
      let refused = try await alice.post("/activity/\(try #require(first.done))/undo")
      #expect(refused.status == .conflict && refused.body.contains("a later change stands on it"))
      // It is named, so that one knows which to undo first.
      #expect(refused.body.contains("Arrival: Rated 9 of 10"))
      #expect(try await site.record("alice").contains("\"rating\": 90"))
    }
  }

  @Test func undoingPlannedAfterAPlayKeepsThePlay() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let planned = try await alice.post("/titles/1/entry", ["status": "planned"])
      _ = try await alice.post("/titles/1/plays", ["when": "2020"])
      #expect(try await alice.post("/activity/\(try #require(planned.done))/undo").status == .seeOther)
      #expect(try await site.shelf("alice", SmallCatalogue.arrival)?.status == .completed)
    }
  }

  @Test func aTickByMistakeThatIsTakenBackLeavesNothing() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let before = try await site.record("alice")
      _ = try await alice.post("/titles/1/plays")
      let play = try await site.number("SELECT max(id) FROM plays")
      let removed = try await alice.post("/plays/\(play)/delete")
      #expect(try await site.record("alice") == before)
      #expect(try await site.shelf("alice", SmallCatalogue.arrival) == nil)
      _ = try await alice.post("/activity/\(try #require(removed.done))/undo")
      #expect(try await site.shelf("alice", SmallCatalogue.arrival)?.status == .completed)
    }
  }

  @Test func undoTwiceIsUndoOnce() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let tick = try #require(try await alice.post("/titles/1/plays").done)
      #expect(try await alice.post("/activity/\(tick)/undo").status == .seeOther)
      #expect(try await alice.post("/activity/\(tick)/undo").status == .seeOther)
      #expect(try await site.number("SELECT count(*) FROM plays") == 0)
    }
  }

  @Test func aBulkIsOneActivityWithOneUndo() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let before = try await site.record("alice")
      let bulk = try #require(try await alice.post("/titles/4/plays", ["season": "1"]).done)
      #expect(try await site.number("SELECT count(*) FROM activities") == 1)
      #expect(try await site.shelf("alice", SmallCatalogue.sixteen)?.seen == 16)
      _ = try await alice.post("/activity/\(bulk)/undo")
      #expect(try await site.record("alice") == before)
      #expect(try await site.shelf("alice", SmallCatalogue.sixteen) == nil)
    }
  }

  @Test func aBulkCanBeGivenItsDateAfterwards() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let bulk = try #require(try await alice.post("/titles/3/plays", ["all": "1"]).done)
      let redated = try #require(try await alice.post("/activity/\(bulk)/when", ["when": "release"]).done)
      let record = try await site.record("alice")
      #expect(record.contains("\"day\": \"2026-11-09\"") && record.contains("\"precision\": \"unknown\""))
      _ = try await alice.post("/activity/\(redated)/undo")
      #expect(try await site.record("alice").contains("\"day\": \"2026-11-23\""))
    }
  }

  @Test func afterThirtyDaysTheActivityStaysAndItsUndoIsGone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let tick = try #require(try await alice.post("/titles/1/plays").done)
      site.clock.advance(seconds: 30 * 86_400 + 1)
      try await Housekeeping(app: site.app).once()
      let again = try await site.person("alice")
      #expect(try await again.post("/activity/\(tick)/undo").status == .conflict)
      let page = try await again.get("/activity").body
      #expect(page.contains("Marked watched") && !page.contains("/activity/\(tick)/undo"))
    }
  }

  @Test func fragmentsCarryThePieceThatChanged() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      let card = try await alice.post(
        "/titles/2/plays", ["episode": "\(first)", "back": "/"], headers: [.fragment: "1"])
      #expect(card.status == .ok && card.headers[.fragment] == "1")
      #expect(
        card.body.contains("id=\"status\"") && card.body.contains("<li class=\"up done\" id=\"t2\"")
          && card.body.contains("S1 E2"))
      let page = try await alice.post(
        "/titles/2/entry", ["rating": "80", "back": "/titles/2"], headers: [.fragment: "1"])
      #expect(page.body.contains("<main id=\"main\"") && page.body.contains("Rated 8 of 10"))
      let away = try await alice.post(
        "/titles/2/entry", ["rating": "70", "back": "/library?sort=name"], headers: [.fragment: "1"])
      #expect(away.headers[SecurityHeaders.location]?.hasPrefix("/library?sort=name&done=") == true)
    }
  }
}
