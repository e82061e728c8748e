import SQL

/// A rewatch of a show: a pass of its own, with its own progress.
struct Pass: Sendable {
  let id: Int
  let titleID: Int
  let name: String
  let startedAt: Instant
  let endedAt: Instant?
}

/// Rewatches. A play belongs to the rewatch that was under way when it was recorded; the first time through is pass 0.
///
/// A single replay in a finished show is only a play. One rewatch of a title is under way at most. It ends by itself
/// when everything that has aired and is not skipped was seen in it, and it goes when its last play is deleted.
enum PassStore {
  /// How long a name may be, in characters.
  static let nameLength = 100

  /// The rewatch of a title that is under way.
  static func open(_ connection: Connection, user: Int, title: Int) throws -> Pass? {
    try connection.first(
      """
      SELECT id, title_id, name, started_at, ended_at FROM passes
      WHERE user_id = $1 AND title_id = $2 AND ended_at IS NULL
      """, user, title, read: Pass.init)
  }

  /// A rewatch of this person's.
  static func pass(_ connection: Connection, user: Int, id: Int) throws -> Pass? {
    try connection.first(
      "SELECT id, title_id, name, started_at, ended_at FROM passes WHERE user_id = $1 AND id = $2", user, id,
      read: Pass.init)
  }

  /// A rewatch with what was seen in it.
  struct Line: Sendable {
    /// Nil for the first time through.
    let pass: Pass?
    /// How many regular episodes were seen in it.
    let seen: Int
    let firstDay: String?
    let lastDay: String?
  }

  /// Every time through a show, the first one first.
  static func lines(user: Int, title: Int) -> Query<Line> {
    Query(
      """
      SELECT g.seen, g.first_day, g.last_day, a.id, a.title_id, a.name, a.started_at, a.ended_at
      FROM (
        SELECT 0 AS pass UNION ALL SELECT n.id FROM passes n WHERE n.user_id = $1 AND n.title_id = $2) s
      LEFT JOIN passes a ON a.id = s.pass
      LEFT JOIN (
        SELECT p.pass, count(DISTINCT p.episode_id) AS seen, min(p.day) AS first_day, max(p.day) AS last_day
        FROM plays p JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.title_id = $2 AND e.season > 0 GROUP BY p.pass) g ON g.pass = s.pass
      ORDER BY s.pass
      """, user, title
    ) { row in
      let (seen, first, last) = (row.int(), row.optionalText(), row.optionalText())
      let id = row.optionalInt()
      let titleID = row.int()
      let pass = Pass(id: id ?? 0, titleID: titleID, name: row.text(), startedAt: row.int(), endedAt: row.optionalInt())
      return Line(pass: id == nil ? nil : pass, seen: seen, firstDay: first, lastDay: last)
    }
  }

  /// Begins a rewatch.
  ///
  /// - Returns: the activity; nil when one is under way already.
  static func begin(_ connection: Connection, user: User, title: Int, name: String, now: Instant) throws -> Int? {
    guard let facts = try CatalogueStore.title(connection, user: user.id, id: title) else { throw Problem.notFound }
    guard facts.kind == .show else { throw Problem.invalid(.problemPassFilm) }
    var journal = try Journal(connection, user: user, kind: .passBegun, title: title, now: now)
    if try open(connection, user: user.id, title: title) != nil { return nil }
    let seen = try connection.first(
      "SELECT 1 FROM plays WHERE user_id = $1 AND title_id = $2 AND episode_id IS NOT NULL LIMIT 1", user.id, title
    ) { $0.int() }
    guard seen != nil else { throw Problem.invalid(.problemPassUnseen) }
    _ = try journal.insert(
      .passes, title: title,
      ["title_id": .int(title), "name": .text(name), "started_at": .int(now), "ended_at": .null])
    try RecordStore.enter(&journal, title: title)
    return try journal.finish()
  }

  /// Ends a rewatch where it stands; one that has ended already stays as it is.
  static func end(_ connection: Connection, user: User, id: Int, now: Instant) throws -> (title: Int, activity: Int?) {
    let pass = try required(connection, user: user.id, id: id)
    var journal = try Journal(connection, user: user, kind: .passEnded, title: pass.titleID, now: now)
    if pass.endedAt == nil {
      if try hasPlays(connection, user: user.id, title: pass.titleID, pass: id) {
        try journal.update(.passes, key: id, title: pass.titleID, ["ended_at": .int(now)])
      } else {
        // Nothing was seen in it: there is nothing to keep.
        try journal.delete(.passes, key: id, title: pass.titleID)
      }
    }
    return (pass.titleID, try journal.finish())
  }

  /// Names a rewatch.
  static func rename(
    _ connection: Connection, user: User, id: Int, name: String, now: Instant
  ) throws -> (title: Int, activity: Int?) {
    let pass = try required(connection, user: user.id, id: id)
    var journal = try Journal(connection, user: user, kind: .passRenamed, title: pass.titleID, now: now)
    try journal.update(.passes, key: id, title: pass.titleID, ["name": .text(name)])
    return (pass.titleID, try journal.finish())
  }

  /// Deletes a rewatch.
  ///
  /// - Parameter keepsPlays: whether its plays stay, as single replays; else they go with it.
  static func delete(
    _ connection: Connection, user: User, id: Int, keepsPlays: Bool, now: Instant
  ) throws -> (title: Int, activity: Int?) {
    let pass = try required(connection, user: user.id, id: id)
    var journal = try Journal(connection, user: user, kind: .passDeleted, title: pass.titleID, now: now)
    let plays = try connection.rows(
      "SELECT id FROM plays WHERE user_id = $1 AND title_id = $2 AND pass = $3 ORDER BY id", user.id, pass.titleID, id
    ) { $0.int() }
    for play in plays {
      if keepsPlays {
        try journal.update(.plays, key: play, title: pass.titleID, ["pass": 0])
      } else {
        try journal.delete(.plays, key: play, title: pass.titleID)
      }
    }
    journal.detail.count = keepsPlays ? 0 : plays.count
    try journal.delete(.passes, key: id, title: pass.titleID)
    return (pass.titleID, try journal.finish())
  }

  /// Ends a rewatch in which everything that has aired was seen.
  static func endWhenDone(_ journal: inout Journal, title: Int, pass: Int) throws {
    guard pass > 0, try isDone(journal, title: title, pass: pass) else { return }
    try journal.update(.passes, key: pass, title: title, ["ended_at": .int(journal.now)])
  }

  /// Whether everything regular that has aired and is not skipped was seen in a rewatch.
  static func isDone(_ journal: Journal, title: Int, pass: Int) throws -> Bool {
    guard pass > 0 else { return false }
    let open = try Targets.unseen(
      journal.connection, user: journal.user.id, title: title, from: (1, 0), upTo: (.max, .max), pass: pass)
    return !open.contains { $0.hasAired(by: journal.today) }
  }

  /// After a play was deleted: a rewatch without a play goes; one that was done is under way again.
  static func afterDeletion(_ journal: inout Journal, title: Int, pass id: Int, wasDone: Bool) throws {
    guard id > 0, let pass = try pass(journal.connection, user: journal.user.id, id: id) else { return }
    if try !hasPlays(journal.connection, user: journal.user.id, title: title, pass: id) {
      return try journal.delete(.passes, key: id, title: title)
    }
    guard wasDone, pass.endedAt != nil, try !isDone(journal, title: title, pass: id) else { return }
    // Only one may be under way, and an undo may have left that to be an earlier one.
    let other = try journal.connection.first(
      """
      SELECT 1 FROM passes WHERE user_id = $1 AND title_id = $2 AND (id > $3 OR (id <> $3 AND ended_at IS NULL)) LIMIT 1
      """, journal.user.id, title, id
    ) { $0.int() }
    if other == nil { try journal.update(.passes, key: id, title: title, ["ended_at": .null]) }
  }

  /// The play that was recorded last in a rewatch, or nil when there is none.
  static func lastPlay(_ connection: Connection, user: Int, pass: Int) throws -> Int? {
    try connection.first(
      """
      SELECT max(p.id) FROM passes a JOIN plays p ON p.user_id = a.user_id AND p.title_id = a.title_id AND p.pass = a.id
      WHERE a.user_id = $1 AND a.id = $2
      """, user, pass
    ) { $0.optionalInt() } ?? nil
  }

  private static func hasPlays(_ connection: Connection, user: Int, title: Int, pass: Int) throws -> Bool {
    try connection.first(
      "SELECT 1 FROM plays WHERE user_id = $1 AND title_id = $2 AND pass = $3 LIMIT 1", user, title, pass
    ) { $0.int() } != nil
  }

  private static func required(_ connection: Connection, user: Int, id: Int) throws -> Pass {
    guard let pass = try pass(connection, user: user, id: id) else { throw Problem.notFound }
    return pass
  }
}

extension Pass {
  init(_ row: inout Row) {
    id = row.int()
    titleID = row.int()
    name = row.text()
    startedAt = row.int()
    endedAt = row.optionalInt()
  }
}
