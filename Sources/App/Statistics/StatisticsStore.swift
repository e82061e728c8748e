import Foundation
import SQL

/// Figures: read as they were kept, or made of days, tallies and plays.
enum StatisticsStore {
  /// Figures and what they were made from.
  struct Found: Sendable {
    let figures: Statistics
    /// The posters of the titles that are shown with a picture.
    let posters: [Int: String]
    /// The person's version in the snapshot that was read.
    let version: Int
    /// Whether they were kept already.
    let isKept: Bool
  }

  /// How many ranges are kept for a person.
  static let keptRanges = 20

  /// The figures of a range: those that were kept, when nothing changed since, else new ones.
  static func find(
    _ connection: Connection, user: Int, _ range: StatisticsRange, today: Day, zone: Zone
  ) throws -> Found {
    if let kept = try kept(connection, user: user, range, today: today, zone: zone) { return kept }
    guard let user = try AccountsStore.user(connection, id: user) else { throw Problem.notFound }
    let figures = try make(connection, user: user.id, range, today: today)
    return Found(
      figures: figures, posters: try posters(connection, figures), version: user.version, isKept: false)
  }

  /// The figures that were kept of a range, when nothing changed since: one statement.
  static func kept(
    _ connection: Connection, user: Int, _ range: StatisticsRange, today: Day, zone: Zone
  ) throws -> Found? {
    let kept = try connection.first(
      """
      SELECT u.version, s.version, s.today, s.zone, s.body
      FROM users u LEFT JOIN statistics s ON s.user_id = u.id AND s.range_key = $2 WHERE u.id = $1
      """, user, range.key
    ) { row in
      (version: row.int(), of: row.optionalInt(), today: row.text(), zone: row.text(), body: row.text())
    }
    guard let kept else { throw Problem.notFound }
    if kept.of == kept.version, kept.today == today.description, kept.zone == name(zone),
      let figures = read(kept.body)
    {
      return Found(
        figures: figures, posters: try posters(connection, figures), version: kept.version, isKept: true)
    }
    return nil
  }

  /// Pictures come later than figures are made, so they are not kept with them.
  private static func posters(_ connection: Connection, _ figures: Statistics) throws -> [Int: String] {
    let moments = [figures.first, figures.last].compactMap { $0?.title }
    return try CatalogueStore.posters(
      connection, titles: Set((figures.rated + figures.longestTitles).map(\.id) + moments))
  }

  /// Keeps figures, and forgets all but the last of the person's.
  static func keep(
    _ connection: Connection, user: Int, _ found: Found, range: StatisticsRange, today: Day, zone: Zone, now: Instant
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let body = String(decoding: try encoder.encode(found.figures), as: UTF8.self)
    try connection.execute(
      """
      INSERT INTO statistics (user_id, range_key, version, today, zone, made_at, body)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (user_id, range_key) DO UPDATE SET version = excluded.version, today = excluded.today,
        zone = excluded.zone, made_at = excluded.made_at, body = excluded.body
      """, user, range.key, found.version, today.description, name(zone), now, body)
    try connection.execute(
      """
      DELETE FROM statistics WHERE user_id = $1 AND range_key NOT IN (
        SELECT s.range_key FROM statistics s WHERE s.user_id = $1 ORDER BY s.made_at DESC, s.range_key LIMIT $2)
      """, user, keptRanges)
  }

  private static func name(_ zone: Zone) -> String { "\(zone.identifier)+\(zone.dayEndMinutes)" }

  // What another version of the program kept is made anew.
  private static func read(_ body: String) -> Statistics? {
    do {
      return try JSONDecoder().decode(Statistics.self, from: Data(body.utf8))
    } catch {
      return nil
    }
  }

  /// Makes the figures of a range anew.
  static func make(_ connection: Connection, user: Int, _ range: StatisticsRange, today: Day) throws -> Statistics {
    var figures = Statistics()
    let days = try days(connection, user: user, range)
    StatisticsRules.add(days, range: range, today: today, to: &figures)
    figures.straddling = try straddling(connection, user: user, range)
    StatisticsRules.add(try parts(connection, user: user, range, to: &figures), to: &figures)
    // Walking from day to day in search of a film would read every play of a person who has none.
    let full = days.filter { $0.day.utf8.count == 10 }
    if let first = full.first { figures.first = try firstPlay(connection, user: user, day: first.day, range.kind) }
    if let last = full.last { figures.last = try lastPlay(connection, user: user, day: last.day, range.kind) }
    return figures
  }

  private static func days(
    _ connection: Connection, user: Int, _ range: StatisticsRange
  ) throws -> [StatisticsRows.Day] {
    try connection.rows(
      """
      SELECT day, kind, plays, minutes, unknown, hours FROM days
      WHERE user_id = $1 AND day >= $2 AND day <= $3 AND day <> $4 AND day <> $5 AND ($6 = '' OR kind = $6)
      ORDER BY day, kind
      """, user, range.lower, range.upper, range.beyond.month, range.beyond.year, range.kind?.rawValue ?? ""
    ) { row in
      StatisticsRows.Day(
        day: row.text(), kind: TitleKind(rawValue: row.text()) ?? .movie, plays: row.int(), minutes: row.int(),
        unknown: row.int(), hours: row.text())
    }
  }

  private static func straddling(_ connection: Connection, user: Int, _ range: StatisticsRange) throws -> Int {
    let days = range.straddling
    return try connection.first(
      """
      SELECT CAST(coalesce(sum(plays), 0) AS BIGINT) FROM days
      WHERE user_id = $1 AND day IN ($2, $3, $4, $5) AND ($6 = '' OR kind = $6)
      """, user, days.fromMonth, days.fromYear, days.toMonth, days.toYear, range.kind?.rawValue ?? ""
    ) { $0.int() } ?? 0
  }

  /// The titles of a range; puts genres and people straight into the figures.
  private static func parts(
    _ connection: Connection, user: Int, _ range: StatisticsRange, to figures: inout Statistics
  ) throws -> [StatisticsRows.Title] {
    var titles: [StatisticsRows.Title] = []
    var shares: [String: [Statistics.Share]] = [:]
    try connection.each(
      partsStatement, user, range.isAll ? "all" : "range", range.lower, range.upper, range.beyond.month,
      range.beyond.year, range.kind?.rawValue ?? "", StatisticsRules.listLength
    ) { row in
      let part = row.text()
      let (id, name, kind) = (row.int(), row.text(), row.text())
      let (year, countries, count) = (row.optionalInt(), row.text(), row.int())
      let (firsts, undated, minutes) = (row.int(), row.int(), row.int())
      guard part == "title" else {
        shares[part, default: []].append(
          Statistics.Share(name: name, id: id > 0 ? id : nil, titles: count, minutes: minutes))
        return
      }
      titles.append(
        StatisticsRows.Title(
          id: id, name: name, kind: TitleKind(rawValue: kind) ?? .movie, year: year, countries: countries, plays: count,
          firsts: firsts, undated: undated, minutes: minutes, unknown: row.int(), rating: row.optionalInt()))
    }
    figures.genres = StatisticsRules.ranked(shares["genre", default: []])
    figures.makers = StatisticsRules.ranked(shares["by", default: []])
    figures.cast = StatisticsRules.ranked(shares["cast", default: []])
    return titles
  }

  // What was seen is put together once and looked at four times. A range reads its plays along `plays_day`; everything
  // is in the tallies already. A play is the first of its film or episode when no other is earlier; one without a date
  // counts as earlier, since it was most likely entered to say "I had seen this". CROSS JOIN holds SQLite to the order
  // as written: else it reads the genres and credits of the whole catalogue.
  private static let partsStatement: SQL = """
    WITH seen AS MATERIALIZED (
      SELECT y.title_id, y.plays, y.firsts, y.undated, y.minutes, y.unknown
      FROM tallies y WHERE $2 = 'all' AND y.user_id = $1 AND ($7 = '' OR y.kind = $7)
      UNION ALL
      SELECT p.title_id, count(*),
        CAST(sum(CASE WHEN p.episode_id IS NULL THEN
            CASE WHEN EXISTS (SELECT 1 FROM plays q WHERE q.user_id = $1 AND q.title_id = p.title_id
              AND q.episode_id IS NULL AND (q.at IS NULL OR q.at < p.at OR (q.at = p.at AND q.id < p.id)))
            THEN 0 ELSE 1 END
          WHEN EXISTS (SELECT 1 FROM plays q WHERE q.user_id = $1 AND q.title_id = p.title_id
              AND q.episode_id = p.episode_id AND (q.at IS NULL OR q.at < p.at OR (q.at = p.at AND q.id < p.id)))
          THEN 0 ELSE 1 END) AS BIGINT),
        0, CAST(sum(coalesce(e.runtime, t.runtime, 0)) AS BIGINT),
        count(*) FILTER (WHERE coalesce(e.runtime, t.runtime) IS NULL)
      FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
      WHERE $2 = 'range' AND p.user_id = $1 AND p.day >= $3 AND p.day <= $4 AND p.day <> $5 AND p.day <> $6
        AND ($7 = '' OR t.kind = $7)
      GROUP BY p.title_id)
    SELECT 'title', s.title_id, t.name, t.kind, t.year, t.countries, s.plays, s.firsts, s.undated, s.minutes, s.unknown,
      h.rating
    FROM seen s CROSS JOIN titles t LEFT JOIN shelf h ON h.user_id = $1 AND h.title_id = t.id WHERE t.id = s.title_id
    UNION ALL
    SELECT 'genre', 0, x.genre, '', NULL, '', x.titles, 0, 0, x.minutes, 0, NULL
    FROM (SELECT g.genre, count(*) AS titles, CAST(sum(s.minutes) AS BIGINT) AS minutes
      FROM seen s CROSS JOIN genres g WHERE g.title_id = s.title_id GROUP BY g.genre) x
    UNION ALL
    SELECT 'by', x.person_id, n.name, '', NULL, '', x.titles, 0, 0, x.minutes, 0, NULL
    FROM (SELECT c.person_id, count(*) AS titles, CAST(sum(s.minutes) AS BIGINT) AS minutes
      FROM seen s CROSS JOIN credits c WHERE c.title_id = s.title_id AND c.job = 'by'
      GROUP BY c.person_id ORDER BY 2 DESC, 3 DESC, 1 LIMIT $8) x JOIN people n ON n.id = x.person_id
    UNION ALL
    SELECT 'cast', x.person_id, n.name, '', NULL, '', x.titles, 0, 0, x.minutes, 0, NULL
    FROM (SELECT c.person_id, count(*) AS titles, CAST(sum(s.minutes) AS BIGINT) AS minutes
      FROM seen s CROSS JOIN credits c WHERE c.title_id = s.title_id AND c.job = 'cast'
      GROUP BY c.person_id ORDER BY 2 DESC, 3 DESC, 1 LIMIT $8) x JOIN people n ON n.id = x.person_id
    """

  private static func firstPlay(
    _ connection: Connection, user: Int, day: String, _ kind: TitleKind?
  ) throws -> Statistics.Moment? {
    try connection.first(
      """
      SELECT p.title_id, t.name, t.kind, e.season, e.number, p.at, p.day, p.precision
      FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
      WHERE p.user_id = $1 AND p.day = $2 AND ($3 = '' OR t.kind = $3) ORDER BY p.at, p.id LIMIT 1
      """, user, day, kind?.rawValue ?? "", read: Statistics.Moment.init)
  }

  private static func lastPlay(
    _ connection: Connection, user: Int, day: String, _ kind: TitleKind?
  ) throws -> Statistics.Moment? {
    try connection.first(
      """
      SELECT p.title_id, t.name, t.kind, e.season, e.number, p.at, p.day, p.precision
      FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
      WHERE p.user_id = $1 AND p.day = $2 AND ($3 = '' OR t.kind = $3) ORDER BY p.at DESC, p.id DESC LIMIT 1
      """, user, day, kind?.rawValue ?? "", read: Statistics.Moment.init)
  }
}

extension Statistics.Moment {
  init(_ row: inout Row) {
    self.init(
      title: row.int(), name: row.text(), isFilm: row.text() == TitleKind.movie.rawValue, season: row.optionalInt(),
      number: row.optionalInt(), at: row.int(), day: row.text(), precision: row.text())
  }
}
