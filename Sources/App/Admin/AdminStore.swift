import SQL

/// Accounts as an administrator sees them.
enum AdminStore {
  /// An account in the list.
  struct Line: Sendable {
    let id: Int
    let username: String
    let email: String?
    let isAdmin: Bool
    let isDisabled: Bool
    let createdAt: Instant
    let seenAt: Instant?
    let titles: Int
  }

  /// How many accounts a page has.
  static let pageSize = 100

  /// A page of accounts, the oldest first.
  static func users(_ connection: Connection, after: Int) throws -> [Line] {
    try connection.rows(
      """
      SELECT u.id, u.username, u.email, u.is_admin, u.is_disabled, u.created_at,
        (SELECT max(s.seen_at) FROM sessions s WHERE s.user_id = u.id),
        (SELECT CAST(coalesce(sum(c.titles), 0) AS BIGINT) FROM counts c WHERE c.user_id = u.id)
      FROM users u WHERE u.id > $1 ORDER BY u.id LIMIT $2
      """, after, pageSize + 1
    ) { row in
      Line(
        id: row.int(), username: row.text(), email: row.optionalText(), isAdmin: row.bool(), isDisabled: row.bool(),
        createdAt: row.int(), seenAt: row.optionalInt(), titles: row.int())
    }
  }

  /// Whether a person is the only administrator whose account works, and will be until the transaction ends.
  static func isLastAdmin(_ connection: Connection, user: Int) throws -> Bool {
    try connection.hold(AccountsStore.lock)
    return try connection.first(
      "SELECT count(*) FROM users WHERE is_admin = 1 AND is_disabled = 0 AND id <> $1", user
    ) { $0.int() } == 0
  }

  /// Lets an account in or keeps it out; keeping out ends its sessions.
  static func setDisabled(_ connection: Connection, user: Int, _ isDisabled: Bool) throws -> Bool {
    let changed = try connection.execute("UPDATE users SET is_disabled = $2 WHERE id = $1", user, isDisabled)
    if isDisabled { try SessionStore.endAll(connection, user: user) }
    return changed == 1
  }

  /// Makes an account an administrator's, or not; the old rights end with the sessions.
  static func setAdmin(_ connection: Connection, user: Int, _ isAdmin: Bool) throws -> Bool {
    let changed = try connection.execute("UPDATE users SET is_admin = $2 WHERE id = $1", user, isAdmin)
    try SessionStore.endAll(connection, user: user)
    return changed == 1
  }
}
