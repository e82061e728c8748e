import SQL

/// The seasons and episodes of a show, as its source changes them.
enum EpisodeStore {
  /// Every episode of a show.
  static func all(_ connection: Connection, title: Int) throws -> [EpisodeMerge.Stored] {
    try connection.rows(
      """
      SELECT id, season, number, tmdb_id, name, overview, aired, runtime, part, still, gone_from
      FROM episodes WHERE title_id = $1 ORDER BY season, number
      """, title
    ) { row in
      EpisodeMerge.Stored(
        id: row.int(), season: row.int(), number: row.int(), tmdbID: row.optionalInt(), name: row.text(),
        overview: row.text(), aired: row.optionalText().flatMap { Day($0) }, runtime: row.optionalInt(),
        part: row.text(), still: row.optionalText(), goneFrom: row.optionalText())
    }
  }

  /// Brings seasons and episodes to what is known now.
  ///
  /// - Returns: whether anything changed by which progress is counted: places, days or runtimes.
  static func merge(
    _ connection: Connection, title: Int, seasons: [Facts.Season], numbers: [Int]?, hasEnded: Bool, now: Instant
  ) throws -> Bool {
    try putSeasons(connection, title: title, seasons)
    let stored = try all(connection, title: title)
    let merge = EpisodeMerge(stored: stored, seasons: seasons, numbers: numbers)
    let before = Dictionary(stored.map { ($0.id, $0) }) { first, _ in first }
    // Two that change places must not meet on the way.
    for episode in merge.changed {
      guard let old = before[episode.id], (old.season, old.number) != (episode.season, episode.number) else { continue }
      try connection.execute("UPDATE episodes SET number = number + 1000000 WHERE id = $1", episode.id)
    }
    for episode in merge.changed {
      try connection.execute(
        """
        UPDATE episodes SET season = $2, number = $3, tmdb_id = $4, name = $5, overview = $6, aired = $7, runtime = $8,
          part = $9, still = $10, gone_from = $11, gone_at = CASE WHEN CAST($11 AS TEXT) IS NULL THEN NULL
            ELSE coalesce(gone_at, $12) END
        WHERE id = $1
        """, episode.id, episode.season, episode.number, episode.tmdbID, episode.name, episode.overview,
        episode.aired?.description, episode.runtime, episode.part, episode.still, episode.goneFrom, now)
    }
    for episode in merge.added {
      try connection.execute(
        """
        INSERT INTO episodes (title_id, season, number, tmdb_id, name, overview, aired, runtime, part, still)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """, title, episode.season, episode.number, episode.tmdbID, episode.name, episode.overview,
        episode.aired?.description, episode.runtime, episode.part, episode.still)
    }
    let haveDaysMoved = try setAirDays(connection, title: title, hasEnded: hasEnded, now: now)
    let havePlacesMoved = merge.changed.contains { episode in
      before[episode.id].map {
        ($0.season, $0.number, $0.runtime, $0.goneFrom)
          != (episode.season, episode.number, episode.runtime, episode.goneFrom)
      } ?? true
    }
    return !merge.added.isEmpty || havePlacesMoved || haveDaysMoved
  }

  private static func putSeasons(_ connection: Connection, title: Int, _ seasons: [Facts.Season]) throws {
    for season in seasons {
      try connection.execute(
        """
        INSERT INTO seasons (title_id, number, name, overview, year, poster) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (title_id, number) DO UPDATE SET
          name = CASE WHEN excluded.name = '' THEN seasons.name ELSE excluded.name END,
          overview = CASE WHEN excluded.overview = '' THEN seasons.overview ELSE excluded.overview END,
          year = coalesce(excluded.year, seasons.year), poster = coalesce(excluded.poster, seasons.poster)
        """, title, season.number, season.name, season.overview, season.year, season.poster)
    }
  }

  /// Works out anew from when each episode counts as aired (MODEL section 4); says whether that changed.
  @discardableResult
  static func setAirDays(_ connection: Connection, title: Int, hasEnded: Bool, now: Instant) throws -> Bool {
    let (rows, years) = try connection.all(
      Query(
        """
        SELECT id, season, number, aired, air_day, gone_at IS NOT NULL FROM episodes
        WHERE title_id = $1 ORDER BY season, number
        """, title
      ) { row in
        (
          id: row.int(), season: row.int(), number: row.int(), aired: row.optionalText().flatMap { Day($0) },
          airDay: row.optionalText(), isGone: row.bool()
        )
      },
      Query("SELECT number, year FROM seasons WHERE title_id = $1 AND year IS NOT NULL", title) {
        ($0.int(), $0.int())
      })
    let there = rows.filter { !$0.isGone }
    let days = Airing.effective(
      there.map { ($0.season, $0.number, $0.aired) }, seasonYears: Dictionary(years) { first, _ in first },
      hasEnded: hasEnded, today: Zone.utc.clock(at: now).day)
    let wanted = Dictionary(zip(there.map(\.id), days)) { first, _ in first }
    var hasChanged = false
    for row in rows where row.airDay != wanted[row.id] ?? nil {
      try connection.execute("UPDATE episodes SET air_day = $2 WHERE id = $1", row.id, wanted[row.id] ?? nil)
      hasChanged = true
    }
    return hasChanged
  }
}
