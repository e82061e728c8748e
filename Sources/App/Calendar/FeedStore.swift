import SQL

/// The addresses of calendar feeds: one a person, hashed like every token, without an end of its own.
enum FeedStore {
  /// Whose feed it is, and how they read it.
  struct Owner: Sendable {
    let id: Int
    let zone: Zone
    let language: Language
    let hidesUnseen: Bool
  }

  /// Makes an address and gives its token, which is shown once; the one before ends.
  static func make(_ connection: Connection, user: Int, now: Instant) throws -> String {
    try Journal.take(connection, user: user)
    let token = Token.make()
    try connection.execute("DELETE FROM feeds WHERE user_id = $1", user)
    try connection.execute(
      "INSERT INTO feeds (token_hash, user_id, created_at) VALUES ($1, $2, $3)", Token.hash(token), user, now)
    return token
  }

  /// Ends the address of a person; nothing happens when there is none.
  static func end(_ connection: Connection, user: Int) throws {
    try connection.execute("DELETE FROM feeds WHERE user_id = $1", user)
  }

  /// When the address of a person was made; nil when there is none.
  static func madeAt(_ connection: Connection, user: Int) throws -> Instant? {
    try connection.first("SELECT created_at FROM feeds WHERE user_id = $1", user) { $0.int() }
  }

  /// Whose token it is; nil when it is nobody's, or the account is disabled.
  static func owner(_ connection: Connection, token: String) throws -> Owner? {
    try connection.first(
      """
      SELECT u.id, u.zone, u.language, u.hide_unseen FROM feeds f JOIN users u ON u.id = f.user_id
      WHERE f.token_hash = $1 AND u.is_disabled = 0
      """, Token.hash(token)
    ) { row in
      Owner(
        id: row.int(), zone: Zone(row.text()) ?? .utc, language: Language(rawValue: row.text()) ?? .english,
        hidesUnseen: row.bool())
    }
  }
}
