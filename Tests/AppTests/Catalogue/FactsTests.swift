// swift-format-ignore-file: NeverForceUnwrap

import SQL
import Testing

@testable import App

/// What a source says anew reaches the shelves and the statistics, and only what they show does.
@Suite struct FactsTests {
  private static func show(_ runtimes: [Int?], votes: Int = 1_000, ended: Bool = true) -> Facts {
    var facts = Facts(card: Facts.Card(kind: .show, tmdbID: 77, name: "Of Many Lengths", votes: votes))
    facts.hasEnded = ended
    let episodes = runtimes.enumerated().map { place, runtime in
      Facts.Episode(tmdbID: 700 + place, number: place + 1, aired: Day("2020-01-0\(place + 1)"), runtime: runtime)
    }
    facts.seasons = [Facts.Season(number: 1, year: 2020, episodes: episodes)]
    return facts
  }

  private static func put(_ site: Site, _ facts: Facts) async throws -> Int {
    try await site.database.write { try FactsStore.put($0, facts, now: Site.now) }
  }

  private static func minutes(_ site: Site) async throws -> Int {
    try await site.number("SELECT CAST(sum(minutes) AS BIGINT) FROM days")
  }

  private static func differences(_ site: Site) throws -> [String] {
    try Commands(database: site.database, config: site.app.config, now: Site.now).recount(isRepairing: false)
  }

  @Test func otherRunningTimesAreCountedAnew() async throws {
    try await withSite { (site) async throws in
      let title = try await Self.put(site, Self.show([40, 42, 40]))
      _ = try await site.person("alice").post("/titles/\(title)/plays", ["all": "1", "when": "2020-05-05"])
      #expect(try await Self.minutes(site) == 122)
      // The sum is the same, the days are too; what each took is not.
      _ = try await site.person("bob").post(
        "/titles/\(title)/plays", ["episode": "\(try await site.episode(title, 1, 2))", "when": "2020-05-05"])
      #expect(try await Self.minutes(site) == 164)
      _ = try await Self.put(site, Self.show([41, 40, 41]))
      #expect(try await Self.minutes(site) == 162)
      #expect(try Self.differences(site) == [])
      _ = try await Self.put(site, Self.show([41, 40, 41, 50]))
      #expect(try await site.shelf("alice", title)?.total == 4)
      #expect(try Self.differences(site) == [])
    }
  }

  @Test func howPopularATitleIsMovesNoShelf() async throws {
    try await withSite { (site) async throws in
      let title = try await Self.put(site, Self.show([40, 42]))
      _ = try await site.person("alice").post("/titles/\(title)/plays", ["all": "1", "when": "2020-05-05"])
      // So that a recount could be seen.
      try await site.database.write { connection in
        _ = try connection.execute("UPDATE shelf SET seen = 99")
        _ = try connection.execute("UPDATE days SET minutes = 99")
      }
      _ = try await Self.put(site, Self.show([40, 42], votes: 900_000))
      #expect(try await site.shelf("alice", title)?.seen == 99)
      // A shelf shows whether the show has ended; its days do not change with that.
      _ = try await Self.put(site, Self.show([40, 42], ended: false))
      #expect(try await site.shelf("alice", title)?.seen == 2)
      #expect(try await Self.minutes(site) == 99)
    }
  }
}
