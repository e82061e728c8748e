import SQL

/// One-time links: for a forgotten password, an invitation, the first administrator. Only a hash is kept.
enum LinkStore {
  /// What a link is for.
  enum Kind: String, Sendable {
    case reset, invite, setup
  }

  /// How long a reset link holds, in seconds.
  static let resetSeconds = 3_600
  /// How long an invitation holds, in seconds.
  static let inviteSeconds = 7 * 86_400

  /// Makes a link and gives its token, which is shown once.
  static func make(
    _ connection: Connection, _ kind: Kind, user: Int? = nil, by admin: Int?, seconds: Int, now: Instant
  ) throws -> String {
    let token = Token.make()
    if let user { try connection.execute("DELETE FROM links WHERE kind = $1 AND user_id = $2", kind.rawValue, user) }
    if kind == .setup { try connection.execute("DELETE FROM links WHERE kind = $1", kind.rawValue) }
    try connection.execute(
      """
      INSERT INTO links (token_hash, kind, user_id, made_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
      """, Token.hash(token), kind.rawValue, user, admin, now, now + seconds * 1_000_000)
    return token
  }

  /// Whether the link still holds, and whose it is; changes nothing.
  static func find(_ connection: Connection, _ kind: Kind, token: String, now: Instant) throws -> (user: Int?, Bool)? {
    try connection.first(
      "SELECT user_id FROM links WHERE token_hash = $1 AND kind = $2 AND expires_at > $3", Token.hash(token),
      kind.rawValue, now
    ) { ($0.optionalInt(), true) }
  }

  /// Takes the link away; false when somebody else was faster or it no longer holds.
  static func use(_ connection: Connection, _ kind: Kind, token: String, now: Instant) throws -> Bool {
    try connection.execute(
      "DELETE FROM links WHERE token_hash = $1 AND kind = $2 AND expires_at > $3", Token.hash(token), kind.rawValue, now
    )
      > 0
  }
}
