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

  /// Recounts rows whose aired episodes have changed by themselves, at most `limit`; says how many there were.
  static func turn(_ connection: Connection, now: Instant, limit: Int) throws -> Int {
    // A day earlier than anybody's today is past for all; each is then recounted for its own person's today.
    let soonest = Zone.utc.clock(at: now).day.adding(days: 1).description
    let due = try connection.rows(
      """
      SELECT s.user_id, s.title_id, s.turn_day, u.zone FROM shelf s JOIN users u ON u.id = s.user_id
      WHERE s.turn_day <= $1 ORDER BY s.turn_day, s.user_id, s.title_id LIMIT $2
      """, soonest, max(limit, 1_000)
    ) { (user: $0.int(), title: $0.int(), day: $0.text(), zone: $0.text()) }
    var count = 0
    for row in due where count < limit {
      let today = (Zone(row.zone) ?? .utc).clock(at: now).day
      guard row.day <= today.description else { continue }
      try AccountsStore.hold(connection, user: row.user)
      try recount(connection, user: row.user, title: row.title, today: today)
      count += 1
    }
    return count
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

  /// Recounts a title for everybody who has it, after the catalogue changed.
  ///
  /// - Parameter hasNewRuntimes: whether what was watched of it may have become longer or shorter.
  static func recountEverybody(
    _ connection: Connection, title: Int, hasNewRuntimes: Bool = true, now: Instant
  ) throws {
    let people = try connection.rows(
      """
      SELECT s.user_id, u.zone FROM shelf s JOIN users u ON u.id = s.user_id WHERE s.title_id = $1 ORDER BY s.user_id
      """, title
    ) { (user: $0.int(), zone: $0.text()) }
    for person in people {
      try AccountsStore.hold(connection, user: person.user)
      let today = (Zone(person.zone) ?? .utc).clock(at: now).day
      try recount(connection, user: person.user, title: title, today: today)
      if hasNewRuntimes { try Days.recountCatalogue(connection, user: person.user, title: title) }
    }
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

/// The recount that a step of the schema asks for.
enum Recounts {
  /// Recounts everything of everybody when a migration emptied what is worked out from the record; a person at a time,
  /// and the mark goes last.
  static func catchUp(_ database: any Database, now: Instant) throws {
    let people = try database.readBlocking { connection -> [(Int, String)]? in
      guard try connection.first("SELECT 1 FROM site WHERE name = 'recount'", read: { $0.int() }) != nil else {
        return nil
      }
      return try connection.rows("SELECT id, zone FROM users ORDER BY id") { ($0.int(), $0.text()) }
    }
    guard let people else { return }
    for (user, zone) in people {
      try database.writeBlocking { connection in
        try AccountsStore.hold(connection, user: user)
        try Shelf.recountAll(connection, user: user, today: (Zone(zone) ?? .utc).clock(at: now).day)
        try Days.recountAll(connection, user: user)
      }
    }
    try database.writeBlocking { _ = try $0.execute("DELETE FROM site WHERE name = 'recount'") }
  }
}
