import HTTPTypes
import SQL
import Testing

@testable import App

/// Skips, specials, rewatches, ratings of parts, and what the pages say about them.
@Suite struct TrackingTests {
  @Test func aSkippedEpisodeIsNotSeenAndHoldsNothingUp() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for number in [1, 2, 4, 5, 6] {
        let episode = try await site.episode(SmallCatalogue.six, 1, number)
        _ = try await alice.post("/titles/2/plays", ["episode": "\(episode)"])
      }
      let third = try await site.episode(SmallCatalogue.six, 1, 3)
      let skip = try await alice.post("/episodes/\(third)/skip", ["skip": "1", "back": "/titles/2"])
      #expect(skip.status == .seeOther && skip.location.hasPrefix("/titles/2?done="))
      let row = try #require(try await site.shelf("alice", SmallCatalogue.six))
      #expect(row.seen == 5 && row.skipped == 1 && row.status == .completed && row.nextEpisode == nil)
      #expect(try await alice.get(skip.location).body.contains("Skipped S1 E3"))
      _ = try await alice.post("/episodes/\(third)/skip", ["skip": "0"])
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.nextEpisode == third)
      _ = try await alice.post("/episodes/\(third)/skip")
      // Who marks a skipped episode has seen it after all.
      _ = try await alice.post("/titles/2/plays", ["episode": "\(third)"])
      #expect(try await site.number("SELECT count(*) FROM skips") == 0)
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.seen == 6)
    }
  }

  @Test func aSkipOfWhatHasNotAiredTakesNothingFromTheProgress() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.running, 2, 1)
      let last = try await site.episode(SmallCatalogue.running, 2, 4)
      _ = try await alice.post("/titles/3/plays", ["episode": "\(first)"])
      _ = try await alice.post("/episodes/\(last)/skip", ["skip": "1"])
      // Two of four have aired, one of them was seen.
      #expect(try await alice.get("/titles/3/seasons/2").body.contains("1 of 2 seen · 1 skipped · 2 still to air"))
    }
  }

  @Test func theWholeShowIsMarkedWithOneButton() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      #expect(try await alice.get("/titles/3").body.contains("name=\"all\" value=\"1\""))
      #expect(try await alice.get("/titles/3").body.contains("Mark all 5 aired"))
      // With one season left its own button says the same.
      #expect(try await !alice.get("/titles/4").body.contains("name=\"all\""))
    }
  }

  @Test func whatWasJustMarkedCanBeRatedInTheAnswer() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let episode = try await site.episode(SmallCatalogue.six, 1, 1)
      let tick = try await alice.post("/titles/2/plays", ["episode": "\(episode)", "back": "/"])
      #expect(try await alice.get(tick.location).body.contains("action=\"/episodes/\(episode)/rating\""))
      // Several at once are not rated, nor is the film on whose page the buttons are.
      let bulk = try await alice.post("/titles/4/plays", ["season": "1", "back": "/"])
      #expect(try await !alice.get(bulk.location).body.contains("/rating\""))
      let film = try await alice.post("/titles/1/plays", ["back": "/library"])
      #expect(try await alice.get(film.location).body.contains("action=\"/titles/1/entry\""))
    }
  }

  @Test func whatStaysInTheLibraryWasNotRemoved() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/entry", ["status": "planned"])
      let removed = try await alice.post("/titles/1/entry", ["status": "none"])
      #expect(try await alice.get(removed.location).body.contains("Removed from the library"))
      _ = try await alice.post("/titles/1/entry", ["status": "planned", "rating": "80"])
      let cleared = try await alice.post("/titles/1/entry", ["status": "none"])
      #expect(try await alice.get(cleared.location).body.contains("it stays in the library"))
      #expect(try await site.shelf("alice", SmallCatalogue.arrival)?.rating == 80)
    }
  }

  @Test func theRowOfAnEpisodeSaysItsLatestDateNotTheLastThatWasEntered() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let episode = try await site.episode(SmallCatalogue.six, 1, 1)
      for when in ["2024-05-24", "2015"] {
        _ = try await alice.post("/titles/2/plays", ["episode": "\(episode)", "when": when, "again": "1"])
      }
      #expect(try await alice.get("/titles/2/seasons/1").body.contains("watched 24 May 2024 · 2 times"))
    }
  }

  @Test func whyNamesADayWithoutAnHourThatNobodyGave() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let episode = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(episode)", "when": "2024-05-24"])
      let home = try await alice.get("/").body
      #expect(home.contains("24 May 2024") && !home.contains("12:00"))
      let second = try await site.episode(SmallCatalogue.six, 1, 2)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(second)", "when": "2024-05-25T21:40"])
      #expect(try await alice.get("/").body.contains("21:40"))
    }
  }

  @Test func anotherZoneCountsAnewWhatHasAired() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      // Half past midnight of the 30th in Berlin, when an episode comes out; still the 29th in New York.
      site.clock.set(Site.now + (6 * 24 + 3) * 3_600_000_000 + 1_800_000_000)
      _ = try await alice.post("/titles/3/entry", ["status": "watching"])
      #expect(try await site.shelf("alice", SmallCatalogue.running)?.aired == 6)
      _ = try await alice.post("/settings/zone", ["zone": "America/New_York"])
      #expect(try await site.shelf("alice", SmallCatalogue.running)?.aired == 5)
    }
  }

  @Test func gapsAreNamedAndCanBeMarkedOrSkipped() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for number in [1, 4] {
        let episode = try await site.episode(SmallCatalogue.six, 1, number)
        _ = try await alice.post("/titles/2/plays", ["episode": "\(episode)"])
      }
      let page = try await alice.get("/titles/2").body
      #expect(page.contains("S1 E2 to E3") || page.contains("S1 E2 to S1 E3"))
      let from = try await site.episode(SmallCatalogue.six, 1, 2)
      let upTo = try await site.episode(SmallCatalogue.six, 1, 3)
      #expect(page.contains("formaction=\"/titles/2/skips\""))
      let skipped = try await alice.post("/titles/2/skips", ["from": "\(from)", "upto": "\(upTo)"])
      let row = try #require(try await site.shelf("alice", SmallCatalogue.six))
      #expect(row.skipped == 2 && row.seen == 2)
      #expect(!(try await alice.get("/titles/2").body.contains("You missed")))
      #expect(try await alice.get("/activity").body.contains("Skipped 2 episodes"))
      _ = try await alice.post("/activity/\(try #require(skipped.done))/undo")
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.skipped == 0)
    }
  }

  @Test func specialsStayOutOfProgressUnlessTheShowCountsThem() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/6/plays", ["all": "1"])
      #expect(try await site.shelf("alice", SmallCatalogue.specials)?.status == .completed)
      _ = try await alice.post("/titles/6/entry", ["specials": "1"])
      let row = try #require(try await site.shelf("alice", SmallCatalogue.specials))
      let special = try await site.episode(SmallCatalogue.specials, 0, 1)
      #expect(row.total == 4 && row.seen == 2 && row.status == .watching && row.nextEpisode == special)
      _ = try await alice.post("/titles/6/plays", ["episode": "\(special)"])
      #expect(try await site.shelf("alice", SmallCatalogue.specials)?.seen == 3)
      _ = try await alice.post("/titles/6/entry", ["specials": "0"])
      #expect(try await site.shelf("alice", SmallCatalogue.specials)?.status == .completed)
    }
  }

  @Test func aSingleReplayInAFinishedShowDoesNotReopenItAndARewatchDoes() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "2020"])
      let before = try await site.record("alice")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)", "again": "1"])
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .completed)
      let begun = try await alice.post("/titles/2/passes", ["name": "With Bob"])
      var row = try #require(try await site.shelf("alice", SmallCatalogue.six))
      #expect(row.status == .watching && row.seen == 0 && row.nextEpisode == first && row.pass > 0)
      #expect(try await alice.get("/").body.contains("You are watching this show again"))
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)"])
      row = try #require(try await site.shelf("alice", SmallCatalogue.six))
      #expect(row.seen == 1 && row.plays == 8)
      let page = try await alice.get("/titles/2").body
      #expect(page.contains("With Bob") && page.contains("1 of 6 episodes") && page.contains("First time"))
      // The rest of it ends the rewatch by itself.
      let rest = try await alice.post("/titles/2/plays", ["all": "1"])
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .completed)
      #expect(try await site.number("SELECT count(*) FROM passes WHERE ended_at IS NOT NULL") == 1)
      _ = try await alice.post("/activity/\(try #require(rest.done))/undo")
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.seen == 1)
      #expect(begun.status == .seeOther && before.contains("2020"))
    }
  }

  @Test func deletingTheLastPlayOfARewatchEndsIt() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "2020"])
      let before = try await site.record("alice")
      _ = try await alice.post("/titles/2/passes")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)"])
      let play = try await site.number("SELECT max(id) FROM plays")
      let deleted = try await alice.post("/plays/\(play)/delete")
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .completed)
      #expect(try await site.number("SELECT count(*) FROM passes") == 0)
      #expect(try await site.record("alice") == before)
      _ = try await alice.post("/activity/\(try #require(deleted.done))/undo")
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.seen == 1)
    }
  }

  @Test func aRewatchCanBeNamedEndedAndDeletedWithOrWithoutItsPlays() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "2020"])
      _ = try await alice.post("/titles/2/passes")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)"])
      let pass = try await site.number("SELECT max(id) FROM passes")
      #expect(try await alice.post("/passes/\(pass)", ["name": "Winter"]).status == .seeOther)
      #expect(try await alice.get("/titles/2").body.contains("Winter"))
      #expect(try await alice.post("/passes/\(pass)", ["name": String(repeating: "x", count: 101)]).status.code == 422)
      _ = try await alice.post("/passes/\(pass)/end")
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .completed)
      let kept = try await alice.post("/passes/\(pass)/delete", ["plays": "keep"])
      #expect(try await site.number("SELECT count(*) FROM plays WHERE pass = 0") == 7)
      _ = try await alice.post("/activity/\(try #require(kept.done))/undo")
      _ = try await alice.post("/passes/\(pass)/delete", ["plays": "delete"])
      #expect(try await site.number("SELECT count(*) FROM plays") == 6)
      #expect(try await alice.post("/passes/\(pass)/end").status == .notFound)
      #expect(try await alice.post("/titles/1/passes").status.code == 422)
      #expect(try await alice.post("/titles/4/passes").status.code == 422)
    }
  }

  @Test func aFinishedShowThatGetsANewSeasonComesBackAndSaysWhy() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "2020-05-05"])
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .completed)
      try await site.database.write { connection in
        try connection.execute("UPDATE titles SET has_ended = 0 WHERE id = 2")
        try connection.execute(
          """
          INSERT INTO episodes (title_id, season, number, name, aired, air_day)
          VALUES (2, 2, 1, 'Back', '2026-11-20', '2026-11-20')
          """)
        try Recounts.everybody(connection, title: 2, now: Site.now)
      }
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .watching)
      let home = try await alice.get("/").body
      #expect(home.contains("A new season has come out since you finished season 1"))
      #expect(home.contains("It aired on") && home.contains("the starter catalogue") && home.contains("5 May 2020"))
    }
  }

  @Test func seasonsAndEpisodesHaveRatingsOfTheirOwn() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      let rated = try await alice.post("/episodes/\(first)/rating", ["rating": "90", "back": "/titles/2"])
      #expect(try await alice.get(rated.location).body.contains("Rated S1 E1 9 of 10"))
      _ = try await alice.post("/titles/2/seasons/1/rating", ["rating": "70"])
      let page = try await alice.get("/titles/2/seasons/1?episode=\(first)").body
      #expect(page.contains("action=\"/episodes/\(first)/rating\"") && page.contains("/titles/2/seasons/1/rating"))
      #expect(try await site.number("SELECT count(*) FROM ratings") == 2)
      _ = try await alice.post("/episodes/\(first)/rating", ["rating": "40"])
      #expect(try await alice.post("/activity/\(try #require(rated.done))/undo").status == .conflict)
      _ = try await alice.post("/episodes/\(first)/rating", ["rating": ""])
      #expect(try await site.number("SELECT count(*) FROM ratings") == 1)
      #expect(try await alice.post("/episodes/\(first)/rating", ["rating": "101"]).status.code == 422)
      #expect(try await alice.post("/titles/2/seasons/9/rating", ["rating": "50"]).status == .notFound)
      #expect(try await alice.post("/episodes/999999/rating", ["rating": "50"]).status == .notFound)
    }
  }

  @Test func unseenOnlyShowsWhatIsLeft() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      let second = try await site.episode(SmallCatalogue.six, 1, 2)
      let third = try await site.episode(SmallCatalogue.six, 1, 3)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)"])
      _ = try await alice.post("/episodes/\(second)/skip")
      let page = try await alice.get("/titles/2/seasons/1?unseen=1").body
      #expect(!page.contains("id=\"e\(first)\"") && !page.contains("id=\"e\(second)\""))
      #expect(page.contains("id=\"e\(third)\"") && page.contains("unseen=1&amp;episode="))
      _ = try await alice.post("/titles/2/plays", ["all": "1"])
      #expect(try await alice.get("/titles/2/seasons/1?unseen=1").body.contains("Nothing unseen here"))
    }
  }

  @Test func namesOfUnseenEpisodesCanStayHidden() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.running, 2, 1)
      #expect(try await alice.get("/titles/3/seasons/2").body.contains("One"))
      let saved = try await alice.post("/settings", ["zone": "Europe/Berlin", "hide_unseen": "1"])
      #expect(saved.status == .seeOther)
      #expect(!(try await alice.get("/titles/3/seasons/2").body.contains("One")))
      _ = try await alice.post("/titles/3/plays", ["episode": "\(first)"])
      #expect(try await alice.get("/titles/3/seasons/2").body.contains("One"))
      #expect(!(try await alice.get("/titles/3/seasons/2").body.contains("Two")))
    }
  }

  @Test func nobodyTouchesSomebodyElsesRewatch() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let charlie = try await site.person("charlie")
      _ = try await alice.post("/titles/2/plays", ["all": "1"])
      _ = try await alice.post("/titles/2/passes")
      let pass = try await site.number("SELECT max(id) FROM passes")
      for path in ["/passes/\(pass)/end", "/passes/\(pass)/delete"] {
        #expect(try await charlie.post(path).status == .notFound)
      }
      #expect(try await charlie.post("/passes/\(pass)", ["name": "x"]).status == .notFound)
      #expect(try await site.number("SELECT count(*) FROM passes WHERE ended_at IS NULL") == 1)
    }
  }

  @Test func marksInARewatchAreNotTakenForTheFirstTimeThrough() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "unknown"])
      _ = try await alice.post("/titles/2/passes")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)", "when": "unknown"])
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.seen == 1)
    }
  }
}
