import SQL

/// Sessions: found with each request, noted at most once an hour.
enum SessionStore {
  /// The session of a cookie's token with its user, unless it is over or the account is disabled.
  static func find(_ connection: Connection, tokenHash: [UInt8], now: Instant) throws -> Session? {
    try connection.first(
      """
      SELECT s.id, s.seen_at, s.confirmed_at, u.id, u.username, u.display_name, u.is_admin, u.zone, u.day_end_minutes,
        u.zone_known, u.language, u.theme, u.scale, u.single_keys, u.hide_unseen, u.country, u.version
      FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE s.token_hash = $1 AND s.seen_at > $2 AND s.created_at > $3 AND u.is_disabled = 0
      """, tokenHash, now - Session.idleSeconds * 1_000_000, now - Session.absoluteSeconds * 1_000_000
    ) { row in
      Session(
        tokenHash: tokenHash, id: row.int(), seenAt: row.int(), confirmedAt: row.int(), user: User(&row))
    }
  }

  /// Starts a session.
  static func start(
    _ connection: Connection, user: Int, tokenHash: [UInt8], agent: String, address: String, now: Instant
  ) throws {
    // Two logins at once would choose the same number.
    try AccountsStore.hold(connection, user: user)
    try connection.execute(
      """
      INSERT INTO sessions (token_hash, user_id, id, created_at, seen_at, confirmed_at, agent, address)
      SELECT $1, $2, 1 + coalesce(max(id), 0), $3, $3, $3, $4, $5 FROM sessions WHERE user_id = $2
      """, tokenHash, user, now, String(agent.prefix(300)), address)
  }

  /// Notes that it was used.
  static func note(_ connection: Connection, tokenHash: [UInt8], now: Instant) throws {
    try connection.execute("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1", tokenHash, now)
  }

  /// Notes that the password was given again.
  static func confirm(_ connection: Connection, tokenHash: [UInt8], now: Instant) throws {
    try connection.execute("UPDATE sessions SET confirmed_at = $2 WHERE token_hash = $1", tokenHash, now)
  }

  /// Ends one.
  static func end(_ connection: Connection, tokenHash: [UInt8]) throws {
    try connection.execute("DELETE FROM sessions WHERE token_hash = $1", tokenHash)
  }

  /// Ends one of the user's own by its number; says whether there was one.
  static func end(_ connection: Connection, user: Int, id: Int) throws -> Bool {
    try connection.execute("DELETE FROM sessions WHERE user_id = $1 AND id = $2", user, id) > 0
  }

  /// Ends all of a user's, but for one.
  static func endAll(_ connection: Connection, user: Int, except tokenHash: [UInt8] = []) throws {
    try connection.execute("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2", user, tokenHash)
  }

  /// A line in the list of sessions.
  struct Line: Sendable {
    let id: Int
    let tokenHash: [UInt8]
    let createdAt: Instant
    let seenAt: Instant
    let agent: String
    let address: String
  }

  /// All of a user's, the latest used first.
  static func all(_ connection: Connection, user: Int) throws -> [Line] {
    try connection.rows(
      """
      SELECT id, token_hash, created_at, seen_at, agent, address FROM sessions
      WHERE user_id = $1 ORDER BY seen_at DESC, id DESC LIMIT 100
      """, user
    ) { row in
      Line(
        id: row.int(), tokenHash: row.bytes(), createdAt: row.int(), seenAt: row.int(), agent: row.text(),
        address: row.text())
    }
  }

  /// Removes those that are over, and links and buckets nobody needs any more.
  static func sweep(_ connection: Connection, now: Instant) throws {
    // Each by its index: together they read every session.
    try connection.execute("DELETE FROM sessions WHERE seen_at <= $1", now - Session.idleSeconds * 1_000_000)
    try connection.execute("DELETE FROM sessions WHERE created_at <= $1", now - Session.absoluteSeconds * 1_000_000)
    try connection.execute("DELETE FROM links WHERE expires_at < $1", now)
    try connection.execute("DELETE FROM throttles WHERE at < $1", now - 2 * 86_400_000_000)
  }
}

extension User {
  /// Reads the columns from `id` to `version` as the session's statement names them.
  init(_ row: inout Row) {
    id = row.int()
    username = row.text()
    displayName = row.text()
    isAdmin = row.bool()
    let zoneName = row.text()
    let dayEnd = row.int()
    zone = Zone(zoneName, dayEndMinutes: dayEnd) ?? .utc
    isZoneKnown = row.bool()
    language = Language(rawValue: row.text()) ?? .english
    theme = row.text()
    scale = Scale(rawValue: row.text()) ?? .points
    hasSingleKeys = row.bool()
    hidesUnseen = row.bool()
    let chosen = row.text()
    country = chosen.isEmpty ? language.usualCountry : chosen
    version = row.int()
  }
}
