import SQL

/// Changes of plays that are in the diary, one or many, each one activity.
enum HistoryChangeStore {
  /// How many plays may be changed at once.
  static let limit = 500

  /// Gives plays a new date.
  ///
  /// - Returns: the activity, nil when all of them had it; their title when they share one.
  /// - Throws: 404 when one of them is not there, and then changes none.
  static func redate(
    _ connection: Connection, user: User, plays ids: [Int], when: When, now: Instant
  ) throws -> (activity: Int?, title: Int?) {
    let (plays, title) = try plays(connection, user: user.id, ids)
    var journal = try Journal(connection, user: user, kind: .redated, title: title, now: now)
    var spellings: Set<String> = []
    for play in plays {
      let time = try time(connection, user: user, play, when: when, now: now)
      spellings.insert(When(time, in: user.zone).spelling)
      try journal.update(.plays, key: play.id, title: play.titleID, time.image)
    }
    journal.detail.count = plays.count
    journal.detail.to = spellings.count == 1 ? spellings.first : nil
    if plays.count == 1, let play = plays.first {
      journal.detail.from = When(play.time, in: user.zone).spelling
      try describe(&journal, play)
    }
    return (try journal.finish(), title)
  }

  /// Removes plays.
  ///
  /// - Returns: the activity; their title when they share one.
  /// - Throws: 404 when one of them is not there, and then removes none.
  static func delete(
    _ connection: Connection, user: User, plays ids: [Int], now: Instant
  ) throws -> (activity: Int?, title: Int?) {
    let (plays, title) = try plays(connection, user: user.id, ids)
    var journal = try Journal(connection, user: user, kind: .unwatched, title: title, now: now)
    var passes: [Int: (title: Int, wasDone: Bool)] = [:]
    for play in plays where passes[play.pass] == nil {
      passes[play.pass] = (play.titleID, try PassStore.isDone(journal, title: play.titleID, pass: play.pass))
    }
    for play in plays { try journal.delete(.plays, key: play.id, title: play.titleID) }
    for (id, pass) in passes.sorted(by: { $0.key < $1.key }) where id > 0 {
      try PassStore.afterDeletion(&journal, title: pass.title, pass: id, wasDone: pass.wasDone)
    }
    // As with a single one, a mark by mistake that is taken back leaves no empty entry behind.
    for title in Set(plays.map(\.titleID)).sorted() {
      guard let entry = try RecordStore.entry(connection, user: user.id, title: title), entry.isEmpty,
        try !RecordStore.hasPlays(connection, user: user.id, title: title)
      else { continue }
      try journal.delete(.entries, key: title, title: title)
    }
    journal.detail.count = plays.count
    if plays.count == 1, let play = plays.first { try describe(&journal, play) }
    return (try journal.finish(), title)
  }

  /// The time of a play once its date is changed; the very time it had where that reads the same, since a form holds
  /// whole minutes.
  ///
  /// - Throws: 422 for the future.
  static func time(_ connection: Connection, user: User, _ play: Play, when: When, now: Instant) throws -> PlayTime {
    if When(play.time, in: user.zone) == when { return play.time }
    guard let title = try CatalogueStore.title(connection, user: user.id, id: play.titleID) else {
      throw Problem.notFound
    }
    let episode = try play.episodeID.flatMap { try Targets.episode(connection, title: play.titleID, id: $0) }
    let released = play.episodeID == nil ? title.released : episode?.aired
    let years = when == .release && episode != nil ? try Targets.seasonYears(connection, title: title.id) : [:]
    let year = play.episodeID == nil ? title.year : episode.flatMap { years[$0.season] }
    guard let time = when.resolved(now: now, zone: user.zone, released: released, year: year) else {
      throw Problem.invalid(.problemFuture)
    }
    return time
  }

  private static func plays(
    _ connection: Connection, user: Int, _ ids: [Int]
  ) throws -> (plays: [Play], title: Int?) {
    let plays = try ids.map { id in
      guard let play = try RecordStore.play(connection, user: user, id: id) else { throw Problem.notFound }
      return play
    }
    return (plays, Set(plays.map(\.titleID)).count == 1 ? plays.first?.titleID : nil)
  }

  /// Names the episode of a play in the line about it.
  static func describe(_ journal: inout Journal, _ play: Play) throws {
    journal.detail.count = 1
    guard let episode = play.episodeID,
      let known = try Targets.episode(journal.connection, title: play.titleID, id: episode)
    else { return }
    journal.detail.season = known.season
    journal.detail.number = known.number
    journal.detail.episode = known.id
  }
}
