import SQL

/// Films that belong together.
enum CollectionStore {
  struct Collection: Sendable {
    let name: String
    let overview: String
    let poster: String?
    let backdrop: String?
  }

  static func collection(_ id: Int) -> Query<Collection> {
    Query("SELECT name, overview, poster, backdrop FROM collections WHERE id = $1", id) { row in
      Collection(name: row.text(), overview: row.text(), poster: row.optionalText(), backdrop: row.optionalText())
    }
  }

  /// Its films in the order in which they came out, with how they stand in the person's library.
  static func titles(user: Int, collection: Int, today: Day) -> Query<LibraryStore.Card> {
    Query(
      """
      SELECT t.id, t.kind, t.name, t.year, coalesce(s.status, 'none'), s.rating, coalesce(s.favourite, 0),
        coalesce(s.plays, 0), coalesce(s.seen, 0), coalesce(s.aired - s.skipped, 0), s.last_day, t.runtime, s.added_at,
        t.poster
      FROM titles t LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = t.id
      WHERE t.collection_id = $2 ORDER BY t.released NULLS LAST, t.id LIMIT 200
      """, user, collection, read: LibraryStore.Card.init)
  }
}
