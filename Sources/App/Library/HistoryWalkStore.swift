import SQL

/// The statements of the diary, one for each filter that has an index: with one text for all, the planner could not see
/// which to walk.
enum HistoryWalkStore {
  typealias Line = HistoryStore.Line
  typealias Filter = HistoryStore.Filter

  /// Plays with a date, the latest first, from a place on.
  static func dated(
    _ connection: Connection, user: Int, _ filter: Filter, after: HistoryStore.Place?, limit: Int
  ) throws -> [Line] {
    let days = filter.days
    let start = HistoryStore.Place(day: days.before, at: .min, id: 0)
    // A place beyond the filter's days, as in an address put together by hand, is where they begin.
    let place = after.map { $0.day < days.before ? $0 : start } ?? start
    let from = days.from
    switch (filter.title, filter.kind, filter.source) {
    case (let title?, _, let source):
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.title_id = $7 AND (CAST($8 AS TEXT) IS NULL OR p.source = $8)
          AND p.day >= $5 AND (p.day, p.at, p.id) < ($2, $3, $4)
        ORDER BY p.day DESC, p.at DESC, p.id DESC LIMIT $6
        """, user, place.day, place.at, place.id, from, limit, title, source, read: Line.init)
    case (nil, nil, nil):
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1
          AND p.day >= $5 AND (p.day, p.at, p.id) < ($2, $3, $4)
        ORDER BY p.day DESC, p.at DESC, p.id DESC LIMIT $6
        """, user, place.day, place.at, place.id, from, limit, read: Line.init)
    case (nil, .movie, nil):
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.episode_id IS NULL
          AND p.day >= $5 AND (p.day, p.at, p.id) < ($2, $3, $4)
        ORDER BY p.day DESC, p.at DESC, p.id DESC LIMIT $6
        """, user, place.day, place.at, place.id, from, limit, read: Line.init)
    case (nil, .show, nil):
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.episode_id IS NOT NULL
          AND p.day >= $5 AND (p.day, p.at, p.id) < ($2, $3, $4)
        ORDER BY p.day DESC, p.at DESC, p.id DESC LIMIT $6
        """, user, place.day, place.at, place.id, from, limit, read: Line.init)
    case (nil, let kind, let source?):
      return try dated(connection, user: user, source, kind, from: from, place: place, limit: limit)
    }
  }

  private static func dated(
    _ connection: Connection, user: Int, _ source: String, _ kind: TitleKind?, from: String, place: HistoryStore.Place,
    limit: Int
  ) throws -> [Line] {
    switch kind {
    case .movie:
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.source = $7 AND p.episode_id IS NULL
          AND p.day >= $5 AND (p.day, p.at, p.id) < ($2, $3, $4)
        ORDER BY p.day DESC, p.at DESC, p.id DESC LIMIT $6
        """, user, place.day, place.at, place.id, from, limit, source, read: Line.init)
    case .show:
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.source = $7 AND p.episode_id IS NOT NULL
          AND p.day >= $5 AND (p.day, p.at, p.id) < ($2, $3, $4)
        ORDER BY p.day DESC, p.at DESC, p.id DESC LIMIT $6
        """, user, place.day, place.at, place.id, from, limit, source, read: Line.init)
    case nil:
      // The two indexes of sources, one for films and one for episodes, side by side.
      let both = try TitleKind.allCases.flatMap { kind in
        try dated(connection, user: user, source, kind, from: from, place: place, limit: limit)
      }
      return Array(both.sorted(by: Line.isLater).prefix(limit))
    }
  }

  /// Plays without a date, those recorded last first, before one of them.
  static func undated(
    _ connection: Connection, user: Int, _ filter: Filter, before id: Int, limit: Int
  ) throws -> [Line] {
    switch (filter.title, filter.kind, filter.source) {
    case (let title?, _, let source):
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.title_id = $4 AND (CAST($5 AS TEXT) IS NULL OR p.source = $5)
          AND p.day IS NULL AND p.at IS NULL AND p.id < $2
        ORDER BY p.id DESC LIMIT $3
        """, user, id, limit, title, source, read: Line.init)
    case (nil, nil, nil):
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1
          AND p.day IS NULL AND p.at IS NULL AND p.id < $2
        ORDER BY p.id DESC LIMIT $3
        """, user, id, limit, read: Line.init)
    case (nil, .movie, nil):
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.episode_id IS NULL
          AND p.day IS NULL AND p.at IS NULL AND p.id < $2
        ORDER BY p.id DESC LIMIT $3
        """, user, id, limit, read: Line.init)
    case (nil, .show, nil):
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.episode_id IS NOT NULL
          AND p.day IS NULL AND p.at IS NULL AND p.id < $2
        ORDER BY p.id DESC LIMIT $3
        """, user, id, limit, read: Line.init)
    case (nil, let kind, let source?):
      return try undated(connection, user: user, source, kind, before: id, limit: limit)
    }
  }

  private static func undated(
    _ connection: Connection, user: Int, _ source: String, _ kind: TitleKind?, before id: Int, limit: Int
  ) throws -> [Line] {
    switch kind {
    case .movie:
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.source = $4 AND p.episode_id IS NULL
          AND p.day IS NULL AND p.at IS NULL AND p.id < $2
        ORDER BY p.id DESC LIMIT $3
        """, user, id, limit, source, read: Line.init)
    case .show:
      return try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          t.poster, e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.source = $4 AND p.episode_id IS NOT NULL
          AND p.day IS NULL AND p.at IS NULL AND p.id < $2
        ORDER BY p.id DESC LIMIT $3
        """, user, id, limit, source, read: Line.init)
    case nil:
      // The two indexes of sources, one for films and one for episodes, side by side.
      let both = try TitleKind.allCases.flatMap { kind in
        try undated(connection, user: user, source, kind, before: id, limit: limit)
      }
      return Array(both.sorted(by: Line.isLater).prefix(limit))
    }
  }
}
