import SQL

/// Which pictures the catalogue knows: no other is ever fetched.
enum PictureStore {
  /// Whose picture it is.
  struct Owner: Sendable {
    /// The name of the title, the person or the place.
    let name: String
    /// The year of the title.
    let year: Int?

    init(_ row: inout Row) {
      name = row.text()
      year = row.optionalInt()
    }
  }

  /// Whose picture stands under a path, as far as this person may see it; nil when it stands nowhere. Each part has an
  /// index of its own (`pictureIndexes`).
  static func owner(_ connection: Connection, user: Int, kind: PictureKind, path: String) throws -> Owner? {
    switch kind {
    case .poster:
      try connection.first(
        """
        SELECT name, year FROM titles WHERE poster = $2 AND (owner_id IS NULL OR owner_id = $1)
        UNION ALL SELECT t.name, t.year FROM seasons s JOIN titles t ON t.id = s.title_id
          WHERE s.poster = $2 AND (t.owner_id IS NULL OR t.owner_id = $1)
        UNION ALL SELECT name, NULL FROM collections WHERE poster = $2
        LIMIT 1
        """, user, path
      ) { Owner(&$0) }
    case .backdrop:
      try connection.first(
        """
        SELECT name, year FROM titles WHERE backdrop = $2 AND (owner_id IS NULL OR owner_id = $1)
        UNION ALL SELECT name, NULL FROM collections WHERE backdrop = $2
        LIMIT 1
        """, user, path
      ) { Owner(&$0) }
    case .still:
      try connection.first(
        """
        SELECT t.name, t.year FROM episodes e JOIN titles t ON t.id = e.title_id
        WHERE e.still = $2 AND (t.owner_id IS NULL OR t.owner_id = $1) LIMIT 1
        """, user, path
      ) { Owner(&$0) }
    case .face:
      try connection.first("SELECT name, NULL FROM people WHERE picture = $1 LIMIT 1", path) { Owner(&$0) }
    case .logo:
      try connection.first("SELECT name, NULL FROM providers WHERE logo = $1 LIMIT 1", path) { Owner(&$0) }
    }
  }
}
