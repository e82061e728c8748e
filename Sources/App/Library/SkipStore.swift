import SQL

/// Skips: episodes that a person does not want to see, which then hold nothing up.
enum SkipStore {
  /// Which episodes of a title a form speaks of.
  enum Target: Sendable, Equatable {
    case season(Int)
    case upTo(Int)
    case range(from: Int, upTo: Int)
  }

  /// Whether an episode is skipped.
  static func isSkipped(_ connection: Connection, user: Int, title: Int, episode: Int) throws -> Bool {
    try connection.first(
      "SELECT 1 FROM skips WHERE user_id = $1 AND title_id = $2 AND episode_id = $3", user, title, episode
    ) { $0.int() } != nil
  }

  private static func isSeen(
    _ connection: Connection, user: Int, title: Int, episode: Int, pass: Int
  ) throws -> Bool {
    try connection.first(
      """
      SELECT 1 FROM plays WHERE user_id = $1 AND title_id = $2 AND episode_id = $3 AND ($4 = 0 OR pass = $4) LIMIT 1
      """, user, title, episode, pass
    ) { $0.int() } != nil
  }

  /// Skips one episode, or takes that back.
  ///
  /// - Returns: the title and the activity; nil for an episode that was seen or is so already.
  static func skip(
    _ connection: Connection, user: User, episode id: Int, _ isSkip: Bool, now: Instant
  ) throws -> (title: Int, activity: Int?) {
    let (title, episode) = try episodeAndTitle(connection, user: user.id, id: id)
    var journal = try Journal(connection, user: user, kind: isSkip ? .skipped : .unskipped, title: title.id, now: now)
    describe(&journal, [episode])
    let isSkipped = try isSkipped(connection, user: user.id, title: title.id, episode: id)
    let pass = try PassStore.open(connection, user: user.id, title: title.id)?.id ?? 0
    if isSkip, !isSkipped, try !isSeen(connection, user: user.id, title: title.id, episode: id, pass: pass) {
      try insert(&journal, title: title.id, [episode])
    } else if !isSkip, isSkipped {
      try journal.delete(.skips, key: id, title: title.id)
    }
    return (title.id, try journal.finish())
  }

  /// Skips every unseen episode of a season or range; one activity.
  static func skip(
    _ connection: Connection, user: User, title: Int, _ target: Target, now: Instant
  ) throws -> Int? {
    guard let facts = try CatalogueStore.title(connection, user: user.id, id: title) else { throw Problem.notFound }
    guard facts.kind == .show else { throw Problem.invalid(.problemPlayTarget) }
    let from: (Int, Int)
    let upTo: (Int, Int)
    switch target {
    case .season(let number): (from, upTo) = ((number, 0), (number, .max))
    case .upTo(let id):
      let last = try Targets.required(connection, facts, id)
      (from, upTo) = ((min(1, last.season), 0), (last.season, last.number))
    case .range(let first, let id):
      let (first, last) = (
        try Targets.required(connection, facts, first), try Targets.required(connection, facts, id)
      )
      (from, upTo) = ((first.season, first.number), (last.season, last.number))
    }
    var journal = try Journal(connection, user: user, kind: .skipped, title: title, now: now)
    let pass = try PassStore.open(connection, user: user.id, title: title)?.id ?? 0
    let unseen = try Targets.unseen(connection, user: user.id, title: title, from: from, upTo: upTo, pass: pass)
    if unseen.isEmpty, case .season(let number) = target {
      let exists = try connection.first(
        "SELECT 1 FROM episodes WHERE title_id = $1 AND season = $2 LIMIT 1", title, number
      ) { $0.int() }
      guard exists != nil else { throw Problem.notFound }
    }
    describe(&journal, unseen)
    try insert(&journal, title: title, unseen)
    return try journal.finish()
  }

  private static func insert(_ journal: inout Journal, title: Int, _ episodes: [Episode]) throws {
    guard !episodes.isEmpty else { return }
    for episode in episodes { try journal.insert(.skips, key: episode.id, title: title, ["title_id": .int(title)]) }
    if try RecordStore.entry(journal.connection, user: journal.user.id, title: title) == nil {
      try RecordStore.enter(&journal, title: title, as: .watching)
    }
    let pass = try PassStore.open(journal.connection, user: journal.user.id, title: title)?.id ?? 0
    try PassStore.endWhenDone(&journal, title: title, pass: pass)
  }

  private static func describe(_ journal: inout Journal, _ episodes: [Episode]) {
    guard let first = episodes.first else { return }
    journal.detail.count = episodes.count
    journal.detail.season = first.season
    journal.detail.number = first.number
    journal.detail.episode = first.id
  }

  /// An episode with its title, where this person may see it.
  static func episodeAndTitle(_ connection: Connection, user: Int, id: Int) throws -> (Title, Episode) {
    let owner = try connection.first("SELECT title_id FROM episodes WHERE id = $1", id) { $0.int() }
    guard let owner, let title = try CatalogueStore.title(connection, user: user, id: owner),
      let episode = try Targets.episode(connection, title: owner, id: id)
    else { throw Problem.notFound }
    return (title, episode)
  }
}
