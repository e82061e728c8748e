import HTTPTypes
import SQL
import Testing

@testable import App

/// The acceptance cases of progress, named after what people suffered elsewhere.
@Suite struct ProgressTests {
  @Test func seasonOfSixTick12456Is5Of6NotCompleteNextIsE03() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for number in [1, 2, 4, 5, 6] {
        let episode = try await site.episode(SmallCatalogue.six, 1, number)
        #expect(try await alice.post("/titles/2/plays", ["episode": "\(episode)"]).status == .seeOther)
      }
      let shelf = try #require(try await site.shelf("alice", SmallCatalogue.six))
      #expect(shelf.seen == 5 && shelf.due == 6 && shelf.status == .watching)
      let third = try await site.episode(SmallCatalogue.six, 1, 3)
      #expect(shelf.nextEpisode == third)
      let page = try await alice.get("/titles/2").body
      #expect(page.contains("5 of 6 seen") && page.contains("You missed S1 E3."))
    }
  }

  @Test func seasonOfSixTickOnlyE04Is1Of6NextIsE01() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let fourth = try await site.episode(SmallCatalogue.six, 1, 4)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(fourth)"])
      let shelf = try #require(try await site.shelf("alice", SmallCatalogue.six))
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      #expect(shelf.seen == 1 && shelf.due == 6 && shelf.nextEpisode == first)
    }
  }

  @Test(arguments: [
    Array(1...16), Array((1...16).reversed()), [9, 1, 16, 3, 2, 5, 4, 7, 6, 8, 15, 14, 13, 12, 11, 10],
  ])
  func fullSeasonOf16Is16Of16WhateverTheOrder(_ order: [Int]) async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for number in order {
        let episode = try await site.episode(SmallCatalogue.sixteen, 1, number)
        _ = try await alice.post("/titles/4/plays", ["episode": "\(episode)"])
      }
      let shelf = try #require(try await site.shelf("alice", SmallCatalogue.sixteen))
      #expect(shelf.seen == 16 && shelf.due == 16 && shelf.status == .completed && shelf.nextEpisode == nil)
    }
  }

  @Test func markingARunningShowLeavesUnairedEpisodesAlone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let answer = try await alice.post("/titles/3/plays", ["all": "1"])
      let shelf = try #require(try await site.shelf("alice", SmallCatalogue.running))
      #expect(shelf.seen == 5 && shelf.due == 5 && shelf.total == 7 && shelf.status == .uptodate)
      let page = try await alice.get(answer.location.prefix { $0 != "#" }.description).body
      #expect(page.contains("Marked 5 episodes. Left 2 not aired yet."))
    }
  }

  @Test func anAiringNeedsNoJobToBeTrue() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/plays", ["all": "1"])
      #expect(!(try await alice.get("/").body.contains("S2 E3")))
      site.clock.advance(seconds: 8 * 86_400)
      let home = try await alice.get("/").body
      #expect(home.contains("S2 E3") && home.contains("5 of 6 episodes seen"))
      #expect(try await site.database.write { try Shelf.turn($0, now: site.clock.now, limit: 10).count } == 1)
      #expect(try await site.shelf("alice", SmallCatalogue.running)?.status == .watching)
      #expect(try await site.database.write { try Shelf.turn($0, now: site.clock.now, limit: 10).count } == 0)
    }
  }

  @Test func whoHasToWaitForMidnightHoldsNobodyUp() async throws {
    try await withSite { (site) async throws in
      _ = try await site.database.write { connection in
        try connection.execute("UPDATE users SET zone = 'Pacific/Honolulu' WHERE username IN ('root', 'alice')")
      }
      for name in ["root", "alice", "bob"] {
        _ = try await site.person(name).post("/titles/3/plays", ["all": "1"])
      }
      // Two in the night of the 30th in Berlin, the afternoon of the 29th in Honolulu.
      site.clock.advance(seconds: 6 * 86_400 + 5 * 3_600)
      let now = site.clock.now
      var (count, pages, last) = (0, 0, Shelf.Turn?.none)
      repeat {
        let done = try await site.database.write { [last] in
          try Shelf.turn($0, after: last, now: now, limit: 1, page: 1)
        }
        (count, pages, last) = (count + done.count, pages + 1, done.last)
      } while last != nil
      #expect(count == 1 && pages > 3)
      #expect(try await site.shelf("bob", SmallCatalogue.running)?.status == .watching)
      #expect(try await site.shelf("alice", SmallCatalogue.running)?.status == .uptodate)
    }
  }

  @Test func upToHereMarksWhatCameBeforeAndNoSpecials() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let second = try await site.episode(SmallCatalogue.specials, 1, 2)
      _ = try await alice.post("/titles/6/plays", ["upto": "\(second)"])
      let shelf = try #require(try await site.shelf("alice", SmallCatalogue.specials))
      #expect(shelf.seen == 2 && shelf.plays == 2 && shelf.status == .completed)
    }
  }

  @Test func aTickOnADroppedShowTakesItUpAgainInTheSameActivity() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/entry", ["status": "dropped"])
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .dropped)
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      let tick = try await alice.post("/titles/2/plays", ["episode": "\(first)"])
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .watching)
      _ = try await alice.post("/activity/\(try #require(tick.done))/undo")
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .dropped)
    }
  }

  @Test func theSameTickTwiceIsOnePlay() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      let one = try await alice.post("/titles/2/plays", ["episode": "\(first)"])
      let two = try await alice.post("/titles/2/plays", ["episode": "\(first)"])
      #expect(one.done == two.done && one.done != nil)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)", "again": "1"])
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.plays == 2)
    }
  }

  @Test func theSameOnceIsTheSamePlayUntilItIsUndone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let one = try await alice.post("/titles/1/plays", ["once": "abc", "again": "1"])
      let two = try await alice.post("/titles/1/plays", ["once": "abc", "again": "1"])
      #expect(one.done == two.done)
      _ = try await alice.post("/activity/\(try #require(one.done))/undo")
      let three = try await alice.post("/titles/1/plays", ["once": "abc", "again": "1"])
      #expect(three.done != one.done)
      #expect(try await site.shelf("alice", SmallCatalogue.arrival)?.plays == 1)
    }
  }

  @Test func aFormLeftOpenStampsTheTimeOfTheClickInTheUsersZone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.get("/titles/1")
      site.clock.advance(seconds: 4 * 3_600)
      _ = try await alice.post("/titles/1/plays")
      // 00:00 UTC on the 24th is 01:00 in Berlin.
      #expect(try await alice.get("/titles/1").body.contains("today, 01:00"))
      #expect(try await site.record("alice").contains("\"day\": \"2026-11-24\""))
    }
  }

  @Test func aDayThatEndsAtFourCountsOneThirtyToTheEveningBefore() {
    let zone = Zone("Europe/Berlin", dayEndMinutes: 240)!
    let night = zone.instant(day: Day("2026-03-29")!, minutes: 90)
    #expect(zone.day(of: night) == Day("2026-03-28")!)
    #expect(zone.day(of: zone.instant(day: Day("2026-03-29")!, minutes: 300)) == Day("2026-03-29")!)
  }
}
