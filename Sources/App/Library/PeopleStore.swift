import SQL

/// People of the catalogue with the titles a person may see.
enum PeopleStore {
  /// A title of theirs.
  struct Line: Sendable {
    let card: LibraryStore.Card
    /// Whether it is in the library of whoever asks.
    let isMine: Bool
    /// Whether they made it, and whether they play in it.
    let isMaker: Bool
    let isCast: Bool
  }

  /// How many titles the page shows.
  static let shown = 200

  /// The name of somebody with at least one title that this user may see.
  static func name(_ connection: Connection, user: Int, id: Int) throws -> String? {
    try connection.first(
      """
      SELECT p.name FROM people p WHERE p.id = $2 AND EXISTS (
        SELECT 1 FROM credits c JOIN titles t ON t.id = c.title_id
        WHERE c.person_id = $2 AND (t.owner_id IS NULL OR t.owner_id = $1))
      """, user, id
    ) { $0.text() }
  }

  /// What is known of somebody beyond their name.
  struct Details: Sendable {
    let tmdbID: Int?
    let fetchedAt: Instant?
    let picture: String?
    let born: Day?
    let died: Day?
    let birthplace: String
    let about: String
  }

  /// Reads it.
  static func details(_ connection: Connection, id: Int) throws -> Details? {
    try connection.first(
      "SELECT tmdb_id, fetched_at, picture, born, died, birthplace, about FROM people WHERE id = $1", id
    ) { row in
      Details(
        tmdbID: row.optionalInt(), fetchedAt: row.optionalInt(), picture: row.optionalText(),
        born: row.optionalText().flatMap { Day($0) }, died: row.optionalText().flatMap { Day($0) },
        birthplace: row.text(), about: row.text())
    }
  }

  /// Their titles: those in the user's library first, then the newest first.
  static func titles(_ connection: Connection, user: Int, id: Int, today: Day) throws -> [Line] {
    try connection.rows(
      """
      SELECT t.id, t.kind, t.name, t.year,
        CASE WHEN s.status = 'uptodate' AND s.next_day <= $3 THEN 'watching' ELSE coalesce(s.status, 'none') END,
        s.rating, coalesce(s.favourite, 0), coalesce(s.plays, 0), coalesce(s.seen, 0),
        coalesce(s.aired - s.skipped, 0), s.last_day, t.runtime, s.added_at, t.poster, s.title_id IS NOT NULL,
        EXISTS (SELECT 1 FROM credits b WHERE b.title_id = t.id AND b.job = 'by' AND b.person_id = $2),
        EXISTS (SELECT 1 FROM credits a WHERE a.title_id = t.id AND a.job = 'cast' AND a.person_id = $2)
      FROM (SELECT DISTINCT title_id FROM credits WHERE person_id = $2) c JOIN titles t ON t.id = c.title_id
        LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = t.id
      WHERE t.owner_id IS NULL OR t.owner_id = $1
      ORDER BY CASE WHEN s.title_id IS NULL THEN 1 ELSE 0 END, t.year DESC NULLS LAST, t.id DESC LIMIT $4
      """, user, id, today.description, shown
    ) { row in
      Line(card: LibraryStore.Card(&row), isMine: row.bool(), isMaker: row.bool(), isCast: row.bool())
    }
  }
}
