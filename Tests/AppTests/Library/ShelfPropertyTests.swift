// swift-format-ignore-file: NeverForceUnwrap

import HTTPTypes
import SQL
import Testing

@testable import App

/// A generator with a seed, so that a failing script can be run again.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

/// The rules hold for any script of actions, not only for those we thought of.
@Suite struct ShelfPropertyTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func twoHundredActionsUndoneInReverseLeaveTheRecordByteEqual(_ seed: UInt64) async throws {
    try await withSite { (site) async throws in
      var random = Seeded(seed)
      let alice = try await site.person("alice")
      // Something to begin with, so that deletes and updates meet rows of before.
      for _ in 0..<20 { _ = try await Self.act(alice, site, &random) }
      let before = try await site.record("alice")
      let shelfBefore = try await Self.shelf(site)
      var done: [Int] = []
      for step in 0..<200 {
        site.clock.advance(seconds: Int.random(in: 0..<200, using: &random))
        if let activity = try await Self.act(alice, site, &random), !done.contains(activity) { done.append(activity) }
        if step.isMultiple(of: 10) { try await Self.holdToModel(site) }
      }
      #expect(done.count > 60)
      for activity in done.reversed() {
        let answer = try await alice.post("/activity/\(activity)/undo")
        #expect(answer.status == .seeOther, "undo \(activity): \(answer.status)")
      }
      #expect(try await site.record("alice") == before)
      #expect(try await Self.shelf(site) == shelfBefore)
      try await Self.holdToModel(site)
    }
  }

  /// Does one thing at random; gives the activity, when something changed.
  private static func act(_ person: Person, _ site: Site, _ random: inout Seeded) async throws -> Int? {
    let title = Int.random(in: 1...6, using: &random)
    let isFilm = [1, 5].contains(title)
    let before = try await site.number("SELECT coalesce(max(id), 0) FROM activities")
    let dates = ["now", "unknown", "release", "2019", "2021-05", "2022-03-27", "2023-10-29T02:30"]
    let when = dates.randomElement(using: &random) ?? "now"
    switch Int.random(in: 0..<9, using: &random) {
    case 0:
      let status = ["planned", "watching", "paused", "dropped", "none"].randomElement(using: &random) ?? "none"
      _ = try await person.post("/titles/\(title)/entry", ["status": status])
    case 1:
      _ = try await person.post(
        "/titles/\(title)/entry", ["rating": ["", "10", "55", "100"].randomElement(using: &random) ?? ""])
    case 2: _ = try await person.post("/titles/\(title)/entry", ["favourite": Bool.random(using: &random) ? "1" : "0"])
    case 3:
      _ = try await person.post(
        "/titles/\(title)/entry", ["note": ["", "a\nb \"c\" ü"].randomElement(using: &random) ?? ""])
    case 4, 5, 6:
      if isFilm {
        _ = try await person.post("/titles/\(title)/plays", ["when": when, "again": "1"])
      } else {
        let episode = try await episode(site, title, &random)
        let target = ["episode", "upto", "season", "all"].randomElement(using: &random) ?? "episode"
        let value = target == "season" || target == "all" ? "1" : "\(episode)"
        _ = try await person.post("/titles/\(title)/plays", [target: value, "when": when])
      }
    default:
      guard let play = try await play(site, &random) else { return nil }
      _ =
        Bool.random(using: &random)
        ? try await person.post("/plays/\(play)/delete") : try await person.post("/plays/\(play)", ["when": when])
    }
    let after = try await site.number("SELECT coalesce(max(id), 0) FROM activities")
    return after > before ? after : nil
  }

  private static func episode(_ site: Site, _ title: Int, _ random: inout Seeded) async throws -> Int {
    let ids = try await site.database.read {
      try $0.rows("SELECT id FROM episodes WHERE title_id = $1", title) { $0.int() }
    }
    return ids.randomElement(using: &random) ?? 0
  }

  private static func play(_ site: Site, _ random: inout Seeded) async throws -> Int? {
    let user = try await site.user("alice")
    return try await site.database.read {
      try $0.rows("SELECT id FROM plays WHERE user_id = $1 ORDER BY id", user) { $0.int() }
    }.randomElement(using: &random)
  }

  private static func shelf(_ site: Site) async throws -> [String] {
    try await site.database.read { connection in
      try connection.rows(
        "SELECT user_id, title_id, status, seen, plays, last_at, added_at, rating, share FROM shelf ORDER BY 1, 2"
      ) { row in
        (0..<9).map { _ in "\(row.value())" }.joined(separator: " ")
      }
        + connection.rows("SELECT kind, status, titles FROM counts WHERE titles <> 0 ORDER BY 1, 2") {
          "\($0.text()) \($0.text()) \($0.int())"
        }
    }
  }

  /// Compares every shelf row with the slow, obvious model.
  static func holdToModel(_ site: Site) async throws {
    let today = Zone("Europe/Berlin")!.clock(at: site.clock.now).day
    try await site.database.read { connection in
      let user = try connection.first("SELECT id FROM users WHERE username = 'alice'") { $0.int() } ?? 0
      for (place, facts) in SmallCatalogue.titles.enumerated() {
        let title = place + 1
        let entry = try RecordStore.entry(connection, user: user, title: title)
        let pass = try PassStore.open(connection, user: user, title: title)?.id ?? 0
        let plays = try connection.rows(
          "SELECT episode_id, at, pass FROM plays WHERE user_id = $1 AND title_id = $2", user, title
        ) { (episode: $0.optionalInt(), at: $0.optionalInt(), pass: $0.int()) }
        let skips = Set(
          try connection.rows("SELECT episode_id FROM skips WHERE user_id = $1 AND title_id = $2", user, title) {
            $0.int()
          })
        let episodes = try connection.rows(
          "SELECT id, season, number, name, aired, air_day FROM episodes WHERE title_id = $1", title, read: Episode.init
        )
        let row = try Shelf.row(connection, user: user, title: title)
        guard entry != nil || !plays.isEmpty else {
          #expect(row == nil)
          continue
        }
        let expected = LibraryRules.recount(
          kind: facts.kind, hasEnded: facts.hasEnded, entry: entry, pass: pass, released: facts.released?.description,
          filmPlays: plays.filter { $0.episode == nil }.count,
          episodes: episodes.map { episode in
            let own = plays.filter { $0.episode == episode.id }
            let isSeen = own.contains { pass == 0 || $0.pass == pass }
            return (
              episode.id, episode.season, episode.number, episode.airDay,
              isSeen ? .seen : skips.contains(episode.id) ? .skipped : .unseen, own.count
            )
          }, lastAt: plays.compactMap(\.at).max(), today: today)
        #expect(row == expected, "title \(title)")
      }
    }
  }
}
