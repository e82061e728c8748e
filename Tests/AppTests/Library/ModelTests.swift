// swift-format-ignore-file: NeverForceUnwrap

import Foundation
import SQL
import Testing

@testable import App

/// What a person did with one show, kept in the most obvious way: the rules of tracking without a database.
private struct Model {
  struct Play {
    let id: Int
    let episode: Int?
    var pass: Int
    /// Nil when it is not known when it was.
    var at: Instant?
  }

  let title: Int
  let facts: NewTitle
  let episodes: [Episode]
  let today: Day
  var entry: EntryRow?
  var plays: [Play] = []
  var skips: Set<Int> = []
  var passes: [(id: Int, hasEnded: Bool)] = []

  var open: Int { passes.first { !$0.hasEnded }?.id ?? 0 }
  func isSeen(_ episode: Int, in pass: Int) -> Bool {
    plays.contains { $0.episode == episode && (pass == 0 || $0.pass == pass) }
  }

  func isDone(_ pass: Int) -> Bool {
    !episodes.contains {
      $0.season > 0 && $0.hasAired(by: today) && !isSeen($0.id, in: pass) && !skips.contains($0.id)
    }
  }

  mutating func enter(as intent: Intent? = nil, now: Instant) {
    if entry == nil { entry = EntryRow(intent: intent, rating: nil, isFavourite: false, note: "", addedAt: now) }
    if entry?.intent == .paused || entry?.intent == .dropped { entry?.intent = .watching }
  }

  mutating func endOpenWhenDone() {
    for index in passes.indices where !passes[index].hasEnded && isDone(passes[index].id) {
      passes[index].hasEnded = true
    }
  }

  /// The episodes that a bulk means: aired, unseen, not skipped.
  func due(from: (Int, Int), upTo: (Int, Int)) -> [Int] {
    episodes.filter {
      ($0.season, $0.number) >= from && ($0.season, $0.number) <= upTo && $0.hasAired(by: today)
        && !isSeen($0.id, in: open) && !skips.contains($0.id)
    }.map(\.id)
  }

  mutating func mark(_ chosen: [Int?], isSingle: Bool, ids: [Int], at: Instant?, now: Instant) {
    if chosen.isEmpty { return }
    let pass = facts.kind == .show ? open : 0
    for (episode, id) in zip(chosen, ids) { plays.append(Play(id: id, episode: episode, pass: pass, at: at)) }
    if isSingle, let episode = chosen[0] { skips.remove(episode) }
    enter(now: now)
    endOpenWhenDone()
  }

  mutating func delete(_ ids: [Int]) {
    let touched = Set(plays.filter { ids.contains($0.id) }.map(\.pass)).sorted()
    let wasDone = Dictionary(uniqueKeysWithValues: touched.map { ($0, isDone($0)) })
    plays.removeAll { ids.contains($0.id) }
    for pass in touched {
      guard let index = passes.firstIndex(where: { $0.id == pass }) else { continue }
      if !plays.contains(where: { $0.pass == pass }) {
        passes.remove(at: index)
      } else if wasDone[pass]!, passes[index].hasEnded, !isDone(pass), index == passes.count - 1 {
        passes[index].hasEnded = false
      }
    }
    if entry?.isEmpty == true, plays.isEmpty { entry = nil }
  }

  mutating func skip(_ episode: Int, _ isSkip: Bool, now: Instant) {
    if !isSkip {
      skips.remove(episode)
    } else if !isSeen(episode, in: open), skips.insert(episode).inserted {
      if entry == nil { enter(as: .watching, now: now) }
      endOpenWhenDone()
    }
  }

  func row() -> ShelfRow? {
    if entry == nil, plays.isEmpty { return nil }
    return LibraryRules.recount(
      kind: facts.kind, hasEnded: facts.hasEnded, entry: entry, pass: open, released: facts.released?.description,
      filmPlays: plays.filter { $0.episode == nil }.count,
      episodes: episodes.map { episode in
        (
          episode.id, episode.season, episode.number, episode.airDay,
          isSeen(episode.id, in: open) ? .seen : skips.contains(episode.id) ? .skipped : .unseen,
          plays.filter { $0.episode == episode.id }.count
        )
      }, lastAt: plays.compactMap(\.at).max(), today: today)
  }
}

/// Progress, status and rewatches against the obvious model, for random histories.
@Suite struct ModelTests {
  /// 300 histories; `FLIXLIST_HISTORIES` asks for more.
  static let histories = Int(ProcessInfo.processInfo.environment["FLIXLIST_HISTORIES"] ?? "") ?? 300

  @Test func everyHistoryAgreesWithTheObviousModel() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = alice
      let user = try await site.database.read { connection in
        try connection.first("SELECT id FROM users WHERE username = 'alice'") { $0.int() }!
      }
      for seed in 1...Self.histories {
        try await site.database.write { connection in
          try Self.history(connection, user: Self.user(connection, user), seed: UInt64(seed))
          // The next history begins with nothing.
          for table in ["changes", "activities", "shelf", "counts", "ratings", "skips", "plays", "passes", "entries"] {
            try connection.script("DELETE FROM \(table) WHERE user_id = \(user)")
          }
        }
      }
    }
  }

  private static func user(_ connection: Connection, _ id: Int) throws -> User {
    try connection.first(
      """
      SELECT id, username, display_name, is_admin, zone, day_end_minutes, zone_known, language, theme, scale,
        single_keys, hide_unseen, version FROM users WHERE id = $1
      """, id, read: User.init)!
  }

  private static func history(_ connection: Connection, user: User, seed: UInt64) throws {
    var random = Seeded(seed)
    let title = Int.random(in: 1...6, using: &random)
    var now = Site.now
    var model = Model(
      title: title, facts: SmallCatalogue.titles[title - 1],
      episodes: try connection.rows(
        "SELECT id, season, number, name, aired, air_day FROM episodes WHERE title_id = $1 ORDER BY season, number",
        title, read: Episode.init), today: user.zone.clock(at: now).day)
    var done: [(activity: Int, before: Model)] = []
    for step in 0..<Int.random(in: 10...40, using: &random) {
      now += 61_000_000
      if let last = done.last, Int.random(in: 0..<6, using: &random) == 0 {
        try Journal.undo(connection, user: user, activity: last.activity, now: now)
        model = last.before
        done.removeLast()
      } else {
        let (before, known) = (model, try latest(connection))
        try act(connection, user, &model, &random, now: now)
        let activity = try latest(connection)
        if activity > known { done.append((activity, before)) }
      }
      let row = try Shelf.row(connection, user: user.id, title: title)
      #expect(row == model.row(), "seed \(seed), title \(title), step \(step)")
      if row != model.row() { return }
    }
  }

  private static func latest(_ connection: Connection) throws -> Int {
    try connection.first("SELECT coalesce(max(id), 0) FROM activities") { $0.int() }!
  }

  private static func act(
    _ connection: Connection, _ user: User, _ model: inout Model, _ random: inout Seeded, now: Instant
  ) throws {
    let title = model.title
    let isFilm = model.facts.kind == .movie
    let episode = model.episodes.randomElement(using: &random)
    switch Int.random(in: 0..<12, using: &random) {
    case 0, 1, 2:
      try mark(connection, user, &model, isFilm ? nil : episode?.id, &random, now: now)
    case 3 where !isFilm:
      let (target, due) = bulk(model, episode!, &random)
      let known = Set(model.plays.map(\.id))
      let (when, at) = moment(user, now, &random)
      _ = try RecordStore.mark(
        connection, user: user, title: title, target, when: when, isAgain: false, once: nil, now: now)
      let ids = try connection.rows("SELECT id FROM plays WHERE user_id = $1 ORDER BY id", user.id) { $0.int() }
      model.mark(due, isSingle: false, ids: ids.filter { !known.contains($0) }, at: at, now: now)
    case 4:
      guard let play = model.plays.randomElement(using: &random) else { return }
      _ = try RecordStore.deletePlay(connection, user: user, play: play.id, now: now)
      model.delete([play.id])
    case 5 where !isFilm:
      let isSkip = Int.random(in: 0..<3, using: &random) > 0
      _ = try SkipStore.skip(connection, user: user, episode: episode!.id, isSkip, now: now)
      model.skip(episode!.id, isSkip, now: now)
    case 6 where !isFilm: try pass(connection, user, &model, &random, now: now)
    case 7:
      let intent: Intent? = [.planned, .watching, .paused, .dropped, nil].randomElement(using: &random)!
      try change(connection, user, &model, .init(intent: .to(intent)), now: now) { $0.intent = intent }
    case 8, 9:
      try changeHistory(connection, user, &model, &random, now: now)
    case 10:
      let counts = Bool.random(using: &random)
      try change(connection, user, &model, .init(specials: .to(counts)), now: now) { $0.countsSpecials = counts }
    default:
      let rating = [nil, 10, 70].randomElement(using: &random)!
      try change(connection, user, &model, .init(rating: .to(rating)), now: now) { $0.rating = rating }
    }
  }

  private static func mark(
    _ connection: Connection, _ user: User, _ model: inout Model, _ episode: Int?, _ random: inout Seeded, now: Instant
  ) throws {
    let (when, at) = moment(user, now, &random)
    _ = try RecordStore.mark(
      connection, user: user, title: model.title, episode.map { .episode($0) } ?? .film, when: when, isAgain: true,
      once: nil, now: now)
    let id = try connection.first("SELECT max(id) FROM plays") { $0.int() }!
    model.mark([episode], isSingle: true, ids: [id], at: at, now: now)
  }

  /// A time that somebody may give, and the moment it stands for.
  private static func moment(_ user: User, _ now: Instant, _ random: inout Seeded) -> (when: When, at: Instant?) {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return (.unknown, nil)
    case 1, 2:
      let day = user.zone.clock(at: now).day.adding(days: -Int.random(in: 1...4_000, using: &random))
      let minutes = Int.random(in: 0..<1_440, using: &random)
      return (.date(.time, day, minutes: minutes), user.zone.instant(day: day, minutes: minutes))
    default: return (.now, now)
    }
  }

  /// Gives some plays another date, or removes them, all at once.
  private static func changeHistory(
    _ connection: Connection, _ user: User, _ model: inout Model, _ random: inout Seeded, now: Instant
  ) throws {
    let chosen = model.plays.map(\.id).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    if chosen.isEmpty { return }
    if Bool.random(using: &random) {
      let (when, at) = moment(user, now, &random)
      _ = try HistoryChangeStore.redate(connection, user: user, plays: chosen, when: when, now: now)
      for index in model.plays.indices where chosen.contains(model.plays[index].id) { model.plays[index].at = at }
    } else {
      _ = try HistoryChangeStore.delete(connection, user: user, plays: chosen, now: now)
      model.delete(chosen)
    }
  }

  private static func bulk(_ model: Model, _ episode: Episode, _ random: inout Seeded) -> (PlayTarget, [Int]) {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return (.all, model.due(from: (1, 0), upTo: (.max, .max)))
    case 1: return (.season(episode.season), model.due(from: (episode.season, 0), upTo: (episode.season, .max)))
    case 2:
      let other = model.episodes.randomElement(using: &random)!
      let ends = [episode, other].sorted { ($0.season, $0.number) < ($1.season, $1.number) }
      return (
        .range(from: ends[0].id, upTo: ends[1].id),
        model.due(from: (ends[0].season, ends[0].number), upTo: (ends[1].season, ends[1].number))
      )
    default:
      return (
        .upTo(episode.id), model.due(from: (min(1, episode.season), 0), upTo: (episode.season, episode.number))
      )
    }
  }

  private static func pass(
    _ connection: Connection, _ user: User, _ model: inout Model, _ random: inout Seeded, now: Instant
  ) throws {
    if model.open == 0 {
      guard !model.plays.isEmpty else { return }
      _ = try PassStore.begin(connection, user: user, title: model.title, name: "", now: now)
      model.passes.append((try connection.first("SELECT max(id) FROM passes") { $0.int() }!, false))
      return model.enter(now: now)
    }
    let id = model.open
    let place = model.passes.firstIndex { $0.id == id }!
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      _ = try PassStore.end(connection, user: user, id: id, now: now)
      if model.plays.contains(where: { $0.pass == id }) {
        model.passes[place].hasEnded = true
      } else {
        model.passes.remove(at: place)
      }
    case 1:
      let keeps = Bool.random(using: &random)
      _ = try PassStore.delete(connection, user: user, id: id, keepsPlays: keeps, now: now)
      if keeps {
        for index in model.plays.indices where model.plays[index].pass == id { model.plays[index].pass = 0 }
      } else {
        model.plays.removeAll { $0.pass == id }
      }
      model.passes.remove(at: place)
    default: break
    }
  }

  private static func change(
    _ connection: Connection, _ user: User, _ model: inout Model, _ change: RecordStore.EntryChange, now: Instant,
    _ apply: (inout EntryRow) -> Void
  ) throws {
    _ = try RecordStore.change(connection, user: user, title: model.title, change, now: now)
    var wanted = model.entry ?? EntryRow(intent: nil, rating: nil, isFavourite: false, note: "", addedAt: now)
    apply(&wanted)
    model.entry = wanted.isEmpty && model.plays.isEmpty ? nil : model.entry == nil && wanted.isEmpty ? nil : wanted
  }
}
