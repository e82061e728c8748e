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

  @Test func undoRefusesWhereARowCameAndWentSince() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let episode = try await site.episode(SmallCatalogue.six, 1, 1)
      for (path, fields) in [
        ("/episodes/\(episode)/skip", [["skip": "1"], ["skip": "0"], ["skip": "1"]]),
        ("/titles/1/entry", [["status": "planned"], ["status": "none"], ["status": "planned"], ["status": "none"]]),
      ] {
        let before = try await site.tables()
        var activities: [Int] = []
        for each in fields { activities.append(try #require(try await alice.post(path, each).done)) }
        let after = try await site.tables()
        for earlier in activities.dropLast() {
          #expect(try await alice.post("/activity/\(earlier)/undo").status == .conflict)
        }
        #expect(try await site.tables() == after)
        for activity in activities.reversed() {
          #expect(try await alice.post("/activity/\(activity)/undo").status == .seeOther)
        }
        #expect(try await site.tables() == before)
      }
    }
  }

  @Test func undoOfARewatchIsRefusedWhileSomethingWasWatchedInIt() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "2020"])
      let begun = try #require(try await alice.post("/titles/2/passes", ["name": "Winter"]).done)
      let episode = try await site.episode(SmallCatalogue.six, 1, 1)
      let tick = try #require(try await alice.post("/titles/2/plays", ["episode": "\(episode)"]).done)
      let refused = try await alice.post("/activity/\(begun)/undo")
      #expect(refused.status == .conflict && refused.body.contains("Marked S1 E1"))
      #expect(try await site.number("SELECT count(*) FROM plays WHERE pass = 1") == 1)
      for activity in [tick, begun] {
        #expect(try await alice.post("/activity/\(activity)/undo").status == .seeOther)
      }
      #expect(try await site.number("SELECT count(*) FROM passes") == 0)
    }
  }

  @Test func aDeletedListDoesNotComeBackBesideOneOfItsName() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Gems"])
      let deleted = try #require(try await alice.post("/lists/1/delete").done)
      let made = try #require(try await alice.post("/lists", ["name": "gems"]).done)
      let refused = try await alice.post("/activity/\(deleted)/undo")
      #expect(refused.status == .conflict && refused.body.contains("gems"))
      for activity in [made, deleted] {
        #expect(try await alice.post("/activity/\(activity)/undo").status == .seeOther)
      }
      #expect(try await site.number("SELECT count(*) FROM lists WHERE name = 'Gems'") == 1)
    }
  }

  @Test func onlyWhatWasMarkedCanBeGivenADateAfterwards() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let rated = try #require(try await alice.post("/titles/1/entry", ["rating": "40"]).done)
      let answer = try await alice.post("/activity/\(rated)/when", ["when": "2020"])
      #expect(answer.status == .unprocessableContent)
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
      // Where only the season's year is known, that year is all that is said.
      #expect(record.contains("\"day\": \"2026-11-09\"") && record.contains("\"day\": \"2024\""))
      #expect(record.contains("\"precision\": \"year\"") && !record.contains("\"precision\": \"unknown\""))
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
