import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

/// Any record goes out and comes back in as it was.
@Suite struct RoundTripTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func anyHistoryExportedAndImportedIsByteEqualAndItsUndoLeavesNothing(_ seed: UInt64) async throws {
    try await withSite { (site) async throws in
      var random = Seeded(seed)
      let (alice, bob) = (try await site.person("alice"), try await site.person("bob"))
      for round in 0..<2 {
        for _ in 0..<60 {
          site.clock.advance(seconds: Int.random(in: 0..<200, using: &random))
          try await Self.act(alice, site, &random)
        }
        let record = try await site.record("alice")
        let posted = try await bob.upload(record)
        let activity = try #require(posted.done, "round \(round): \(posted.body)")
        #expect(try await site.record("bob") == record)
        for title in 1...6 {
          let (hers, his) = (try await site.shelf("alice", title), try await site.shelf("bob", title))
          #expect(hers?.status == his?.status && hers?.seen == his?.seen && hers?.nextEpisode == his?.nextEpisode)
        }
        #expect(try await bob.post("/activity/\(activity)/undo").status == .seeOther)
        #expect(try await site.record("bob") == ImportTests.empty)
        #expect(try await site.number("SELECT count(*) FROM shelf WHERE user_id = 3") == 0)
        #expect(try await site.number("SELECT count(*) FROM counts WHERE user_id = 3 AND titles <> 0") == 0)
      }
    }
  }

  /// Does one thing at random.
  private static func act(_ person: Person, _ site: Site, _ random: inout Seeded) async throws {
    let title = Int.random(in: 1...6, using: &random)
    let isFilm = [1, 5].contains(title)
    let dates = ["now", "unknown", "release", "2019", "2021-05", "2022-03-27", "2023-10-29T02:30"]
    let when = dates.randomElement(using: &random) ?? "now"
    let rating = ["", "10", "55", "100"].randomElement(using: &random) ?? ""
    let episode = try await episode(site, title, &random)
    switch Int.random(in: 0..<14, using: &random) {
    case 0:
      let status = ["planned", "watching", "paused", "dropped", "none"].randomElement(using: &random) ?? "none"
      _ = try await person.post("/titles/\(title)/entry", ["status": status])
    case 1: _ = try await person.post("/titles/\(title)/entry", ["rating": rating, "favourite": "1"])
    case 2: _ = try await person.post("/titles/\(title)/entry", ["note": "a\nb \"c\" ü\t\(title)"])
    case 3: _ = try await person.post("/titles/\(title)/entry", ["specials": rating.isEmpty ? "0" : "1"])
    case 4: _ = try await person.post("/episodes/\(episode)/skip", ["skip": rating.isEmpty ? "0" : "1"])
    case 5: _ = try await person.post("/episodes/\(episode)/rating", ["rating": rating])
    case 6: _ = try await person.post("/titles/\(title)/seasons/1/rating", ["rating": rating])
    case 7: _ = try await person.post("/titles/\(title)/passes", ["name": rating])
    case 8:
      let last = try await site.number("SELECT coalesce(max(id), 0) FROM activities")
      _ = try await person.post("/activity/\(last)/undo")
    case 9:
      let play = try await site.number("SELECT coalesce(max(id), 0) FROM plays")
      _ = try await person.post("/plays/\(play)/delete")
    default:
      let target = ["episode", "upto", "season", "all"].randomElement(using: &random) ?? "episode"
      let value = target == "season" || target == "all" ? "1" : "\(episode)"
      let fields = isFilm ? ["when": when, "again": "1"] : [target: value, "when": when, "again": "1"]
      _ = try await person.post("/titles/\(title)/plays", fields)
    }
  }

  private static func episode(_ site: Site, _ title: Int, _ random: inout Seeded) async throws -> Int {
    let ids = try await site.database.read {
      try $0.rows("SELECT id FROM episodes WHERE title_id = $1", title) { $0.int() }
    }
    return ids.randomElement(using: &random) ?? 0
  }

  @Test func theCommandDoesTheSame() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["season": "1"])
      let record = try await site.record("alice")
      let path = site.folder + "/record.json"
      try record.write(toFile: path, atomically: true, encoding: .utf8)
      let commands = Commands(database: site.database, config: site.app.config, now: Site.now)
      let looked = try commands.importRecord(path, into: "bob", isLook: true)
      #expect(looked == ["What would be imported", "Titles: 1", "Plays: 6"])
      #expect(try await site.record("bob") == ImportTests.empty)
      #expect(try commands.importRecord(path, into: "bob", isLook: false).first == "What was imported")
      #expect(try await site.record("bob") == record)
      try Data([0, 1, 2]).write(to: URL(fileURLWithPath: site.folder + "/rubbish"))
      for (file, person, words) in [
        (path, "bob", "empty record"), (path, "nobody", "no account named nobody"),
        (site.folder + "/none.json", "charlie", "cannot be read"),
        (site.folder + "/rubbish", "charlie", "not a record.json"),
      ] {
        do {
          _ = try commands.importRecord(file, into: person, isLook: false)
          Issue.record("\(words): it was taken in")
        } catch let problem as StartProblem {
          #expect(problem.description.contains(words), "\(problem.description)")
        }
      }
      #expect(try await site.record("charlie") == ImportTests.empty)
    }
  }

  @Test func momentsComeBackAsTheyWere() {
    for instant in [0, 1, -1, Site.now, -62_135_596_800_000_000, 253_402_300_799_999_999] {
      #expect(InstantText.read(InstantText.write(instant)) == instant)
    }
    #expect(
      InstantText.read("2026-11-23T20:00:00Z") == Site.now && InstantText.read("2026-11-23T20:00:00.0Z") == Site.now)
    for text in [
      "", "2026-11-23", "2026-11-23T20:00:00", "2026-11-23T20:00Z", "2026-11-23T24:00:00Z", "2026-02-30T00:00:00Z",
      "2026-11-23T20:00:00.0000000Z", "2026-11-23T20:00:00.Z", "2026-11-23T20:00:00+01:00", "2026-11-23T2O:00:00Z",
    ] { #expect(InstantText.read(text) == nil, "\(text)") }
  }
}
