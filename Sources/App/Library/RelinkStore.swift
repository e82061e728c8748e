import SQL

/// Moving what a person recorded of a title to another one: the right film instead of its namesake, the catalogue's
/// show instead of one of their own.
enum RelinkStore {
  /// What would move, and what would stay.
  struct Plan: Sendable {
    let from: Title
    let to: Title
    /// How many plays move.
    var plays = 0
    /// What the other title has no episode for: plays, skips and ratings of it stay.
    var left: [Left] = []
    /// How many plays stay.
    var playsLeft = 0
    /// Whether something of the other title is recorded already, so that both come together.
    var isMerge = false
    /// Whether there is anything to move.
    var hasRecord = false
  }

  /// An episode that the other title does not have.
  struct Left: Sendable, Hashable {
    let season: Int
    let number: Int
  }

  /// A row with the place of its episode or season, and what the other title has in the same place.
  private struct Part: Sendable {
    let id: Int
    let season: Int?
    let number: Int?
    /// The episode there; of a season its first.
    let other: Int?
    let pass: Int

    /// What belongs to the whole title moves, and what belongs to a part that is there too.
    var moves: Bool { season == nil || other != nil }
    var place: Left? { season.flatMap { season in number.map { Left(season: season, number: $0) } } }

    init(_ row: inout Row) {
      id = row.int()
      season = row.optionalInt()
      number = row.optionalInt()
      other = row.optionalInt()
      pass = row.int()
    }
  }

  /// What a move would do.
  ///
  /// - Throws: `Problem` for a title that is not there, the same title or one of another kind.
  static func plan(_ connection: Connection, user: Int, from: Int, to: Int) throws -> Plan {
    let (source, target) = try titles(connection, user: user, from: from, to: to)
    var plan = Plan(from: source, to: target)
    let plays = try plays(connection, user: user, from: from, to: to)
    let others =
      try skips(connection, user: user, from: from, to: to)
      + ratings(
        connection, user: user, from: from, to: to)
    plan.plays = plays.count { $0.moves }
    plan.playsLeft = plays.count - plan.plays
    plan.left = Set((plays + others).filter { !$0.moves }.compactMap(\.place)).sorted {
      ($0.season, $0.number) < ($1.season, $1.number)
    }
    plan.isMerge =
      try RecordStore.entry(connection, user: user, title: to) != nil
      || RecordStore.hasPlays(connection, user: user, title: to)
    plan.hasRecord = try !plays.isEmpty || !others.isEmpty || hasMore(connection, user: user, title: from)
    return plan
  }

  /// Moves it; one activity, so one undo.
  ///
  /// - Returns: the activity; nil when there was nothing to move.
  static func move(_ connection: Connection, user: User, from: Int, to: Int, now: Instant) throws -> Int? {
    let (source, _) = try titles(connection, user: user.id, from: from, to: to)
    var journal = try Journal(connection, user: user, kind: .relinked, title: to, now: now)
    // Read after the journal has taken the person's row: what comes between would be forgotten.
    let plays = try plays(connection, user: user.id, from: from, to: to)
    journal.detail.name = source.name
    journal.detail.count = plays.count { $0.moves }
    journal.detail.notAired = plays.count - journal.detail.count
    let passes = try movePasses(&journal, from: from, to: to, staying: Set(plays.filter { !$0.moves }.map(\.pass)))
    for play in plays where play.moves {
      try journal.update(
        .plays, key: play.id, title: from,
        ["title_id": .int(to), "episode_id": play.other.bound, "pass": .int(passes[play.pass] ?? play.pass)])
    }
    let skipsStay = try moveSkips(&journal, from: from, to: to)
    let ratingsStay = try moveRatings(&journal, from: from, to: to)
    try moveItems(&journal, from: from, to: to)
    try moveEntry(
      &journal, from: from, to: to, stays: journal.detail.notAired > 0 || skipsStay || ratingsStay)
    return try journal.finish()
  }

  private static func titles(_ connection: Connection, user: Int, from: Int, to: Int) throws -> (Title, Title) {
    guard let source = try CatalogueStore.title(connection, user: user, id: from),
      let target = try CatalogueStore.title(connection, user: user, id: to)
    else { throw Problem.notFound }
    guard from != to, source.kind == target.kind else { throw Problem.invalid(.relinkOther) }
    return (source, target)
  }

  // MARK: What there is

  private static func plays(_ connection: Connection, user: Int, from: Int, to: Int) throws -> [Part] {
    try connection.rows(
      """
      SELECT p.id, e.season, e.number, o.id, p.pass FROM plays p
      LEFT JOIN episodes e ON e.id = p.episode_id
      LEFT JOIN episodes o ON o.title_id = $3 AND o.season = e.season AND o.number = e.number
      WHERE p.user_id = $1 AND p.title_id = $2 ORDER BY p.id
      """, user, from, to, read: Part.init)
  }

  private static func skips(_ connection: Connection, user: Int, from: Int, to: Int) throws -> [Part] {
    try connection.rows(
      """
      SELECT s.episode_id, e.season, e.number, o.id, 0 FROM skips s
      JOIN episodes e ON e.id = s.episode_id
      LEFT JOIN episodes o ON o.title_id = $3 AND o.season = e.season AND o.number = e.number
      WHERE s.user_id = $1 AND s.title_id = $2 ORDER BY s.episode_id
      """, user, from, to, read: Part.init)
  }

  private static func ratings(_ connection: Connection, user: Int, from: Int, to: Int) throws -> [Part] {
    try connection.rows(
      """
      SELECT r.id, coalesce(e.season, r.season), e.number,
        coalesce(o.id, (SELECT min(x.id) FROM episodes x WHERE x.title_id = $3 AND x.season = r.season)), 0
      FROM ratings r
      LEFT JOIN episodes e ON e.id = r.episode_id
      LEFT JOIN episodes o ON o.title_id = $3 AND o.season = e.season AND o.number = e.number
      WHERE r.user_id = $1 AND r.title_id = $2 ORDER BY r.id
      """, user, from, to, read: Part.init)
  }

  private static func hasMore(_ connection: Connection, user: Int, title: Int) throws -> Bool {
    try connection.first(
      """
      SELECT 1 FROM entries WHERE user_id = $1 AND title_id = $2
      UNION ALL SELECT 1 FROM list_items WHERE user_id = $1 AND title_id = $2 LIMIT 1
      """, user, title
    ) { $0.int() } != nil
  }

  // MARK: Its parts

  /// Takes the rewatches along; one of which something stays is there twice from then on.
  ///
  /// - Returns: the rewatch that the plays of one now belong to, where it is another.
  private static func movePasses(
    _ journal: inout Journal, from: Int, to: Int, staying: Set<Int>
  ) throws -> [Int: Int] {
    let (connection, user) = (journal.connection, journal.user.id)
    let passes = try connection.rows(
      "SELECT id, title_id, name, started_at, ended_at FROM passes WHERE user_id = $1 AND title_id = $2 ORDER BY id",
      user, from, read: Pass.init)
    let isOpen = try PassStore.open(connection, user: user, title: to) != nil
    var moved: [Int: Int] = [:]
    for pass in passes {
      // Only one may be under way.
      let ended = pass.endedAt ?? (isOpen ? journal.now : nil)
      guard staying.contains(pass.id) else {
        try journal.update(.passes, key: pass.id, title: from, ["title_id": .int(to), "ended_at": ended.bound])
        continue
      }
      moved[pass.id] = try journal.insert(
        .passes, title: to,
        [
          "title_id": .int(to), "name": .text(pass.name), "started_at": .int(pass.startedAt),
          "ended_at": ended.bound,
        ])
    }
    return moved
  }

  /// - Returns: whether any stays.
  private static func moveSkips(_ journal: inout Journal, from: Int, to: Int) throws -> Bool {
    let rows = try skips(journal.connection, user: journal.user.id, from: from, to: to)
    for row in rows {
      guard let other = row.other else { continue }
      try journal.delete(.skips, key: row.id, title: from)
      let known = try SkipStore.isSkipped(journal.connection, user: journal.user.id, title: to, episode: other)
      if !known { try journal.insert(.skips, key: other, title: to, ["title_id": .int(to)]) }
    }
    return rows.contains { !$0.moves }
  }

  /// What the other title has a rating for keeps that one.
  ///
  /// - Returns: whether any stays.
  private static func moveRatings(_ journal: inout Journal, from: Int, to: Int) throws -> Bool {
    let (connection, user) = (journal.connection, journal.user.id)
    let rows = try ratings(connection, user: user, from: from, to: to)
    let known = try RatingStore.all(connection, user: user, title: to)
    for row in rows where row.moves {
      let episode = row.number == nil ? nil : row.other
      let isRated = episode.map { known.episodes[$0] != nil } ?? row.season.map { known.seasons[$0] != nil } ?? false
      if isRated {
        try journal.delete(.ratings, key: row.id, title: from)
      } else {
        try journal.update(
          .ratings, key: row.id, title: from, ["title_id": .int(to), "episode_id": episode.bound])
      }
    }
    return rows.contains { !$0.moves }
  }

  private static func moveItems(_ journal: inout Journal, from: Int, to: Int) throws {
    let items = try journal.connection.rows(
      """
      SELECT i.id, EXISTS (SELECT 1 FROM list_items o
        WHERE o.user_id = i.user_id AND o.list_id = i.list_id AND o.title_id = $3)
      FROM list_items i WHERE i.user_id = $1 AND i.title_id = $2 ORDER BY i.id
      """, journal.user.id, from, to
    ) { (id: $0.int(), isThere: $0.bool()) }
    for item in items {
      if item.isThere {
        try journal.delete(.items, key: item.id, title: from)
      } else {
        try journal.update(.items, key: item.id, title: from, ["title_id": .int(to)])
      }
    }
  }

  /// The entry goes along, and stays as well where something of the title stays.
  private static func moveEntry(_ journal: inout Journal, from: Int, to: Int, stays: Bool) throws {
    let (connection, user) = (journal.connection, journal.user.id)
    guard let mine = try RecordStore.entry(connection, user: user, title: from) else {
      if journal.detail.count > 0 { try RecordStore.enter(&journal, title: to) }
      return
    }
    if var entry = try RecordStore.entry(connection, user: user, title: to) {
      try entry.take(mine)
      try journal.update(.entries, key: to, title: to, entry.image)
    } else {
      try journal.insert(.entries, key: to, title: to, mine.image)
    }
    if !stays { try journal.delete(.entries, key: from, title: from) }
  }
}

extension EntryRow {
  /// Takes over from another what it lacks itself; nothing that was written is lost.
  ///
  /// - Throws: 422 when both notes together are too long.
  mutating func take(_ other: EntryRow) throws {
    intent = intent ?? other.intent
    rating = rating ?? other.rating
    isFavourite = isFavourite || other.isFavourite
    countsSpecials = countsSpecials || other.countsSpecials
    addedAt = min(addedAt, other.addedAt)
    if note.isEmpty || other.note.isEmpty || note == other.note {
      note = note.isEmpty ? other.note : note
    } else {
      note += "\n\n" + other.note
    }
    guard note.unicodeScalars.count <= EntryForm.noteLength else { throw Problem.invalid(.problemNoteLong) }
  }
}
