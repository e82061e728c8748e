import SQL

/// The lists of the source that are kept here, and what its feed of changes says.
enum ChartStore {
  /// Puts a list in the place of the one that was there.
  static func replace(_ connection: Connection, _ chart: TitleChart, _ cards: [Facts.Card], now: Instant) throws {
    let titles = try cards.map { try FactsStore.put(connection, $0, now: now) }
    try connection.execute("DELETE FROM charts WHERE name = $1", chart.rawValue)
    var seen: Set<Int> = []
    for (place, title) in titles.enumerated() where seen.insert(title).inserted {
      try connection.execute(
        "INSERT INTO charts (name, position, title_id) VALUES ($1, $2, $3)", chart.rawValue, place, title)
    }
  }

  /// Takes away what TMDB's terms allow to be kept for six months only, of titles that it did not confirm since:
  /// texts, votes and pictures. Names, dates and numbers stay, and everybody's record.
  ///
  /// - Returns: of how many titles.
  static func dropOld(_ connection: Connection, now: Instant, limit: Int) throws -> Int {
    let titles = try connection.rows(
      """
      SELECT id FROM titles WHERE source = 'tmdb' AND as_of < $1
        AND (overview <> '' OR tagline <> '' OR poster IS NOT NULL OR backdrop IS NOT NULL OR score IS NOT NULL)
      LIMIT $2
      """, now - FetchRules.shownSeconds * 1_000_000, limit
    ) { $0.int() }
    for title in titles {
      try connection.execute(
        """
        UPDATE titles SET overview = '', tagline = '', poster = NULL, backdrop = NULL, score = NULL WHERE id = $1
        """, title)
      try connection.execute("UPDATE translations SET overview = '' WHERE title_id = $1", title)
      try connection.execute("UPDATE seasons SET overview = '', poster = NULL WHERE title_id = $1", title)
      try connection.execute("UPDATE episodes SET overview = '', still = NULL WHERE title_id = $1", title)
    }
    return titles.count
  }

  /// Asks anew for those of the titles that were fetched before: soon where somebody follows them.
  static func changed(_ connection: Connection, _ kind: TitleKind, _ ids: ArraySlice<Int>, now: Instant) throws {
    for id in ids {
      let known = try connection.first(
        """
        SELECT EXISTS (SELECT 1 FROM shelf s WHERE s.title_id = t.id) FROM titles t
        WHERE t.kind = $1 AND t.tmdb_id = $2 AND t.fetched_at IS NOT NULL
        """, kind.rawValue, id
      ) { $0.bool() }
      guard let isFollowed = known, let resource = Resource(kind: kind, tmdbID: id, imdbID: nil) else { continue }
      try FetchStore.want(connection, resource, isFollowed ? .followed : .rest, at: now)
    }
  }

  /// What somebody follows and that was never fetched and is not asked for, at most so much. It looks at every title,
  /// so it is not for the writer.
  static func followed(_ connection: Connection, limit: Int) throws -> [Resource] {
    try connection.rows(
      """
      SELECT t.kind, t.tmdb_id, t.imdb_id FROM titles t
      WHERE t.fetched_at IS NULL AND t.owner_id IS NULL AND (t.tmdb_id IS NOT NULL OR t.imdb_id IS NOT NULL)
        AND EXISTS (SELECT 1 FROM shelf s WHERE s.title_id = t.id)
        AND NOT EXISTS (SELECT 1 FROM fetches f WHERE f.resource = CASE WHEN t.tmdb_id IS NULL THEN 'find/' || t.imdb_id
          WHEN t.kind = 'movie' THEN 'movie/' || t.tmdb_id ELSE 'tv/' || t.tmdb_id END)
      LIMIT $1
      """, limit
    ) { row in
      Resource(kind: TitleKind(rawValue: row.text()) ?? .movie, tmdbID: row.optionalInt(), imdbID: row.optionalText())
    }.compactMap { $0 }
  }
}
