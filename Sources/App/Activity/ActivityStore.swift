import SQL

/// Activities: what a person did, newest first.
enum ActivityStore {
  /// How many lines a page has.
  static let pageSize = 50

  /// One page of them; `before` is the last id of the page before.
  static func page(_ connection: Connection, user: Int, before: Int?) throws -> [ActivityLine] {
    try connection.rows(
      """
      SELECT a.id, a.kind, a.detail, a.source, a.at, a.undone_at IS NOT NULL,
        EXISTS (SELECT 1 FROM changes c WHERE c.user_id = $1 AND c.activity_id = a.id), a.title_id, t.name, t.kind,
        t.poster
      FROM activities a LEFT JOIN titles t ON t.id = a.title_id
      WHERE a.user_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3
      """, user, before ?? Int.max, pageSize + 1, read: ActivityLine.init)
  }

  /// One of a person's own.
  static func line(_ connection: Connection, user: Int, id: Int) throws -> ActivityLine? {
    try connection.first(line(user: user, id: id))
  }

  /// The query of that; for no activity it is not asked.
  static func line(user: Int, id: Int?) -> Query<ActivityLine> {
    Query(
      """
      SELECT a.id, a.kind, a.detail, a.source, a.at, a.undone_at IS NOT NULL,
        EXISTS (SELECT 1 FROM changes c WHERE c.user_id = $1 AND c.activity_id = a.id), a.title_id, t.name, t.kind,
        t.poster
      FROM activities a LEFT JOIN titles t ON t.id = a.title_id
      WHERE a.user_id = $1 AND a.id = $2
      """, user, id, read: ActivityLine.init
    ).asked(if: id != nil)
  }

  /// The plays that an activity recorded and that are still as it left them.
  static func plays(_ connection: Connection, user: Int, activity: Int) throws -> [(id: Int, title: Int, episode: Int?)]
  {
    try connection.rows(
      """
      SELECT p.id, p.title_id, p.episode_id FROM changes c JOIN plays p ON p.user_id = $1 AND p.id = c.key
      WHERE c.user_id = $1 AND c.activity_id = $2 AND c.tbl = 'plays' AND c.before IS NULL ORDER BY c.place
      """, user, activity
    ) { ($0.int(), $0.int(), $0.optionalInt()) }
  }
}

extension ActivityLine {
  init(_ row: inout Row) throws {
    id = row.int()
    let kind = row.text()
    guard let known = ActivityKind(rawValue: kind) else { throw DatabaseError(.corrupt, "an activity of kind \(kind)") }
    self.kind = known
    detail = try ActivityDetail(text: row.text())
    source = row.text()
    at = row.int()
    isUndone = row.bool()
    isUndoable = row.bool()
    let titleID = row.optionalInt()
    let name = row.text()
    let titleKind = TitleKind(rawValue: row.text()) ?? .movie
    title = titleID.map { ($0, name, titleKind) }
    poster = row.optionalText()
  }
}
