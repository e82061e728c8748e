import HTTPTypes
import SQL
import Testing

@testable import App

/// What other people's trackers got wrong about progress; each test has the words of its case.
@Suite struct ProgressAcceptanceTests {
  /// The plays of a title by season and number, such as `S1E3`.
  private static func marked(_ site: Site, _ title: Int) async throws -> [String] {
    try await site.database.read { connection in
      try connection.rows(
        """
        SELECT e.season, e.number FROM plays p JOIN episodes e ON e.id = p.episode_id WHERE p.title_id = $1
        ORDER BY e.season, e.number, p.id
        """, title
      ) { "S\($0.int())E\($0.int())" }
    }
  }

  @Test func tickOnlyE04AndGoOnFromHereByChoiceNextIsE05() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let fourth = try await site.episode(SmallCatalogue.six, 1, 4)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(fourth)"])
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      let third = try await site.episode(SmallCatalogue.six, 1, 3)
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.nextEpisode == first)
      // The page offers to leave out what came before.
      #expect(try await alice.get("/titles/2").body.contains("formaction=\"/titles/2/skips\""))
      _ = try await alice.post("/titles/2/skips", ["from": "\(first)", "upto": "\(third)"])
      let row = try #require(try await site.shelf("alice", SmallCatalogue.six))
      let fifth = try await site.episode(SmallCatalogue.six, 1, 5)
      #expect(row.nextEpisode == fifth && row.seen == 1 && row.due == 3 && row.status == .watching)
      #expect(try await alice.get("/").body.contains("S1 E5"))
    }
  }

  @Test func upToHereMarksWhatCameBeforeAndWasAiredUnseenAndNotSkipped() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let seen = try await site.episode(SmallCatalogue.running, 1, 1)
      let skipped = try await site.episode(SmallCatalogue.running, 1, 3)
      _ = try await alice.post("/titles/3/plays", ["episode": "\(seen)", "when": "2024"])
      _ = try await alice.post("/episodes/\(skipped)/skip")
      let last = try await site.episode(SmallCatalogue.running, 2, 4)
      let before = try await site.record("alice")
      let answer = try await alice.post("/titles/3/plays", ["upto": "\(last)"])
      #expect(try await Self.marked(site, SmallCatalogue.running) == ["S1E1", "S1E2", "S2E1", "S2E2"])
      let page = try await alice.get(String(answer.location.prefix { $0 != "#" })).body
      #expect(page.contains("Marked 3 episodes. Left 2 not aired yet."))
      let row = try #require(try await site.shelf("alice", SmallCatalogue.running))
      let next = try await site.episode(SmallCatalogue.running, 2, 3)
      #expect(row.seen == 4 && row.skipped == 1 && row.status == .uptodate && row.nextEpisode == next)
      _ = try await alice.post("/activity/\(try #require(answer.done))/undo")
      #expect(try await site.record("alice") == before)
    }
  }

  @Test(arguments: [["season": "1"], ["all": "1"], ["from": "first", "upto": "last"], ["upto": "last"]])
  func markingManyLeavesWhatIsSkippedOrSeenAlone(_ target: [String: String]) async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let ids = [
        "first": try await site.episode(SmallCatalogue.six, 1, 1),
        "last": try await site.episode(SmallCatalogue.six, 1, 6),
      ]
      let third = try await site.episode(SmallCatalogue.six, 1, 3)
      let fifth = try await site.episode(SmallCatalogue.six, 1, 5)
      _ = try await alice.post("/episodes/\(third)/skip")
      _ = try await alice.post("/titles/2/plays", ["episode": "\(fifth)", "when": "2019"])
      let fields = target.mapValues { value in ids[value].map(String.init) ?? value }
      _ = try await alice.post("/titles/2/plays", fields.merging(["when": "2020"]) { $1 })
      #expect(try await Self.marked(site, SmallCatalogue.six) == ["S1E1", "S1E2", "S1E4", "S1E5", "S1E6"])
      #expect(try await site.number("SELECT count(*) FROM plays WHERE day = '2019'") == 1)
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .completed)
    }
  }

  @Test func deletingTheLastPlayOfARewatchEndsItAndTheShowIsFinishedAsBefore() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "2020"])
      let (shelf, record) = (try await site.shelf("alice", SmallCatalogue.six), try await site.record("alice"))
      _ = try await alice.post("/titles/2/passes")
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .watching)
      for number in [2, 1] {
        let episode = try await site.episode(SmallCatalogue.six, 1, number)
        _ = try await alice.post("/titles/2/plays", ["episode": "\(episode)"])
      }
      for left in [1, 0] {
        let play = try await site.number("SELECT max(id) FROM plays")
        #expect(try await alice.post("/plays/\(play)/delete").status == .seeOther)
        #expect(try await site.number("SELECT count(*) FROM passes") == left)
      }
      #expect(try await site.shelf("alice", SmallCatalogue.six) == shelf)
      #expect(try await site.record("alice") == record)
      #expect(!(try await alice.get("/").body.contains("S1 E1")))
    }
  }
}
