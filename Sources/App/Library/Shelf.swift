import SQL

/// The maintained row per user and title (MODEL section 1): made again from scratch by the one function here.
enum Shelf {
  /// Recounts one title of one user, and the counts beside the tabs.
  ///
  /// Called in the same transaction as any change to plays, skips, ratings or intent; written nowhere else.
  static func recount(_ connection: Connection, user: Int, title: Int, today: Day) throws {
    let (before, _, _, after) = try connection.all(
      tab(user, title), Query(running: "DELETE FROM shelf WHERE user_id = $1 AND title_id = $2", user, title),
      Query(running: recountStatement, user, title, today.description), tab(user, title))
    if before.first?.kind == after.first?.kind, before.first?.status == after.first?.status { return }
    for (tab, step) in [(before.first, -1), (after.first, 1)] {
      guard let tab else { continue }
      try connection.execute(
        """
        INSERT INTO counts (user_id, kind, status, titles) VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_id, kind, status) DO UPDATE SET titles = counts.titles + excluded.titles
        """, user, tab.kind, tab.status, step)
    }
  }

  private static func tab(_ user: Int, _ title: Int) -> Query<(kind: String, status: String)> {
    Query("SELECT kind, status FROM shelf WHERE user_id = $1 AND title_id = $2", user, title) {
      ($0.text(), $0.text())
    }
  }

  // User and title stand in every subquery: fed from a CTE, the planner scans all plays.
  private static let recountStatement: SQL = """
    INSERT INTO shelf (user_id, title_id, kind, name_key, year, status, rating, favourite, added_at, last_at, last_day,
      plays, pass, seen, skipped, aired, total, share, next_episode, next_day, aired_day, turn_day)
    WITH chosen AS (
      SELECT coalesce((SELECT n.specials FROM entries n WHERE n.user_id = $1 AND n.title_id = $2), 0) AS specials,
        coalesce((SELECT max(a.id) FROM passes a WHERE a.user_id = $1 AND a.title_id = $2 AND a.ended_at IS NULL), 0)
          AS pass),
    states AS (
      SELECT e.id, e.season, e.number, e.air_day,
        CASE WHEN EXISTS (SELECT 1 FROM plays p WHERE p.user_id = $1 AND p.title_id = $2 AND p.episode_id = e.id
            AND (c.pass = 0 OR p.pass = c.pass)) THEN 1
          WHEN EXISTS (SELECT 1 FROM skips k WHERE k.user_id = $1 AND k.title_id = $2 AND k.episode_id = e.id) THEN 2
          ELSE 0 END AS state
      FROM chosen c CROSS JOIN episodes e WHERE e.title_id = $2 AND (e.season > 0 OR c.specials = 1)
        AND (e.gone_from IS NULL OR EXISTS (
          SELECT 1 FROM plays g WHERE g.user_id = $1 AND g.title_id = $2 AND g.episode_id = e.id))),
    sums AS (
      SELECT count(*) AS total, count(*) FILTER (WHERE state = 1) AS seen, count(*) FILTER (WHERE state > 0) AS counted,
        count(*) FILTER (WHERE air_day <= $3) AS aired, count(*) FILTER (WHERE state = 2 AND air_day <= $3) AS skipped,
        max(air_day) FILTER (WHERE air_day <= $3) AS aired_day, min(air_day) FILTER (WHERE air_day > $3) AS turn_day
      FROM states),
    next AS (
      SELECT id, air_day FROM states WHERE state = 0
      ORDER BY CASE WHEN season = 0 THEN 1 ELSE 0 END, season, number LIMIT 1),
    played AS (
      SELECT count(*) AS plays, max(at) AS last_at, max(day) AS last_day, min(at) AS first_at
      FROM plays WHERE user_id = $1 AND title_id = $2)
    SELECT CAST($1 AS BIGINT), t.id, t.kind, t.name_key, t.year,
      CASE WHEN n.intent IN ('dropped', 'paused') THEN n.intent
        WHEN c.pass > 0 THEN 'watching'
        WHEN t.kind = 'movie' AND p.plays > 0 THEN 'completed'
        WHEN t.kind = 'show' AND m.total > 0 AND m.counted > 0 AND p.plays > 0 AND x.id IS NULL AND t.has_ended = 1
          THEN 'completed'
        WHEN t.kind = 'show' AND m.total > 0 AND m.counted > 0 AND p.plays > 0
          AND (x.id IS NULL OR x.air_day IS NULL OR x.air_day > $3) THEN 'uptodate'
        WHEN p.plays > 0 OR n.intent = 'watching' THEN 'watching'
        WHEN n.intent = 'planned' THEN 'planned'
        ELSE 'none' END,
      n.rating, coalesce(n.favourite, 0), coalesce(n.added_at, p.first_at, 0), p.last_at, p.last_day,
      p.plays, c.pass, m.seen, m.skipped, m.aired, m.total,
      CASE WHEN t.kind = 'movie' THEN CASE WHEN p.plays > 0 THEN 1000 ELSE 0 END
        WHEN m.aired - m.skipped <= 0 THEN 0
        WHEN m.seen >= m.aired - m.skipped THEN 1000
        ELSE m.seen * 1000 / (m.aired - m.skipped) END,
      x.id, x.air_day,
      CASE WHEN t.kind = 'show' THEN m.aired_day WHEN t.released <= $3 THEN t.released END,
      CASE WHEN t.kind = 'show' THEN m.turn_day WHEN t.released > $3 THEN t.released END
    FROM titles t LEFT JOIN entries n ON n.user_id = $1 AND n.title_id = t.id
      CROSS JOIN chosen c CROSS JOIN sums m CROSS JOIN played p LEFT JOIN next x ON TRUE
    WHERE t.id = $2 AND (n.title_id IS NOT NULL OR p.plays > 0)
    """

  /// The row of a title, or nil when it is not in this person's library.
  static func row(_ connection: Connection, user: Int, title: Int) throws -> ShelfRow? {
    try connection.first(
      """
      SELECT status, plays, pass, seen, skipped, aired, total, share, next_episode, next_day, aired_day, turn_day,
        last_at, rating
      FROM shelf WHERE user_id = $1 AND title_id = $2
      """, user, title, read: ShelfRow.init)
  }

  /// A row by the day on which what has aired of it changes by itself.
  struct Turn: Sendable, Equatable {
    let day: String
    let user: Int
    let title: Int
  }

  /// How many rows one page of `turn` looks at.
  static let turnsLookedAt = 1_000

  /// Recounts rows whose aired episodes have changed by themselves, at most `limit`, in the order of their days.
  ///
  /// A row may have to wait for its own person's midnight; those after it must not wait with it.
  ///
  /// - Parameter last: the row after which to begin.
  /// - Returns: how many were recounted, and the row after which to go on; nil at the end.
  static func turn(
    _ connection: Connection, after last: Turn? = nil, now: Instant, limit: Int, page: Int = turnsLookedAt
  ) throws -> (count: Int, last: Turn?) {
    // A day earlier than anybody's today is past for all; each is then recounted for its own person's today.
    let soonest = Zone.utc.clock(at: now).day.adding(days: 1).description
    let due = try connection.rows(
      """
      SELECT s.user_id, s.title_id, s.turn_day, u.zone FROM shelf s JOIN users u ON u.id = s.user_id
      WHERE s.turn_day <= $1 AND (s.turn_day, s.user_id, s.title_id) > ($2, $3, $4)
      ORDER BY s.turn_day, s.user_id, s.title_id LIMIT $5
      """, soonest, last?.day ?? "", last?.user ?? 0, last?.title ?? 0, page
    ) { row in
      let (user, title) = (row.int(), row.int())
      return (turn: Turn(day: row.text(), user: user, title: title), zone: row.text())
    }
    var count = 0
    for (turn, zone) in due {
      let today = (Zone(zone) ?? .utc).clock(at: now).day
      guard turn.day <= today.description else { continue }
      // Who is busy is taken the next time.
      guard try AccountsStore.tryHold(connection, user: turn.user) else { continue }
      try recount(connection, user: turn.user, title: turn.title, today: today)
      count += 1
      if count == limit { return (count, turn) }
    }
    return (count, due.count == page ? due.last?.turn : nil)
  }

  /// Recounts the titles of which something comes out within two days of a person's today: after their zone changed.
  static func recountAround(_ connection: Connection, user: Int, today: Day) throws {
    let (from, upTo) = (today.adding(days: -2).description, today.adding(days: 2).description)
    let titles = try connection.rows(
      """
      SELECT title_id FROM shelf WHERE user_id = $1 AND aired_day IS NOT NULL AND aired_day BETWEEN $2 AND $3
      UNION SELECT title_id FROM shelf WHERE user_id = $1 AND turn_day IS NOT NULL AND turn_day BETWEEN $2 AND $3
      """, user, from, upTo
    ) { $0.int() }
    for title in titles { try recount(connection, user: user, title: title, today: today) }
  }

  /// Recounts everything of a user from scratch.
  static func recountAll(_ connection: Connection, user: Int, today: Day) throws {
    let titles = try connection.rows(
      "SELECT title_id FROM entries WHERE user_id = $1 UNION SELECT title_id FROM plays WHERE user_id = $1", user
    ) { $0.int() }
    try connection.execute("DELETE FROM shelf WHERE user_id = $1", user)
    try connection.execute("DELETE FROM counts WHERE user_id = $1", user)
    for title in titles { try recount(connection, user: user, title: title, today: today) }
  }
}

extension ShelfRow {
  init(_ row: inout Row) {
    self.init(
      status: Status(rawValue: row.text()) ?? .none, plays: row.int(), pass: row.int(), seen: row.int(),
      skipped: row.int(), aired: row.int(), total: row.int(), share: row.int(), nextEpisode: row.optionalInt(),
      nextDay: row.optionalText(), airedDay: row.optionalText(), turnDay: row.optionalText(),
      lastAt: row.optionalInt(), rating: row.optionalInt())
  }
}
