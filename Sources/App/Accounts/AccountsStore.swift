import SQL

/// Accounts: made, found by name, changed.
enum AccountsStore {
  /// Held by what looks at all accounts before it changes one: whether a name is free, who is the first, who the last
  /// administrator.
  static let lock = Lock("accounts")

  /// Takes a person's row until the transaction ends, without a change: what is counted of them then stays true.
  static func hold(_ connection: Connection, user: Int) throws {
    _ = try connection.all(
      connection.holding(lock(of: user)), Query(running: "UPDATE users SET version = version WHERE id = $1", user))
  }

  /// The same, unless somebody else has that row: then it is false, and nobody waits.
  static func tryHold(_ connection: Connection, user: Int) throws -> Bool {
    guard try connection.tryHold(lock(of: user)) else { return false }
    try connection.execute("UPDATE users SET version = version WHERE id = $1", user)
    return true
  }

  /// Held by what takes a person's row: those that wait for it get it in the order in which they came. Of those that
  /// wait for a row itself PostgreSQL lets the luckiest go first, and some of them wait long.
  static func lock(of user: Int) -> Lock { Lock("user \(user)") }

  /// A new account.
  struct New: Sendable {
    var username: String
    var email: String?
    var displayName: String
    var password: String
    var isAdmin: Bool
    var zone: String?
    var language: Language
  }

  /// Makes an account; nil when the name is taken. A taken e-mail is left out and nobody is told.
  static func create(_ connection: Connection, _ new: New, now: Instant) throws -> Int? {
    try connection.hold(lock)
    let key = AccountRules.key(new.username)
    guard try find(connection, nameKey: key) == nil else { return nil }
    var email = new.email
    if let given = email, try find(connection, emailKey: AccountRules.key(given)) != nil { email = nil }
    return try connection.first(
      """
      INSERT INTO users (username, username_key, email, email_key, display_name, password, is_admin, zone, zone_known,
        language, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id
      """, new.username, key, email, email.map(AccountRules.key), new.displayName, new.password, new.isAdmin,
      new.zone ?? Zone.utc.identifier, new.zone != nil, new.language.rawValue, now
    ) { $0.int() }
  }

  private static func find(_ connection: Connection, nameKey: String) throws -> Int? {
    try connection.first("SELECT id FROM users WHERE username_key = $1", nameKey) { $0.int() }
  }

  private static func find(_ connection: Connection, emailKey: String) throws -> Int? {
    try connection.first("SELECT id FROM users WHERE email_key = $1", emailKey) { $0.int() }
  }

  /// What a login needs to know of an account.
  struct Credentials: Sendable, Equatable {
    let id: Int
    let username: String
    let hash: String
    let isDisabled: Bool
  }

  /// The account with this user name or e-mail address.
  static func credentials(_ connection: Connection, name: String) throws -> Credentials? {
    try connection.first(
      """
      SELECT id, username, password, is_disabled FROM users WHERE username_key = $1 OR email_key = $1
      ORDER BY CASE WHEN username_key = $1 THEN 0 ELSE 1 END LIMIT 1
      """, AccountRules.key(name)
    ) { Credentials(id: $0.int(), username: $0.text(), hash: $0.text(), isDisabled: $0.bool()) }
  }

  /// The account with this number.
  static func credentials(_ connection: Connection, id: Int) throws -> Credentials? {
    try connection.first("SELECT id, username, password, is_disabled FROM users WHERE id = $1", id) {
      Credentials(id: $0.int(), username: $0.text(), hash: $0.text(), isDisabled: $0.bool())
    }
  }

  /// The person with this number, as a session would give them.
  static func user(_ connection: Connection, id: Int) throws -> User? {
    try connection.first(
      """
      SELECT id, username, display_name, is_admin, zone, day_end_minutes, zone_known, language, theme, scale,
        single_keys, hide_unseen, country, version
      FROM users WHERE id = $1
      """, id, read: User.init)
  }

  /// Whether there is no account yet.
  static func isEmpty(_ connection: Connection) throws -> Bool {
    try connection.first("SELECT 1 FROM users LIMIT 1") { $0.int() } == nil
  }

  /// Sets another hash of the same password; a link to a new one stays good.
  static func setHash(_ connection: Connection, user: Int, hash: String) throws {
    try connection.execute("UPDATE users SET password = $2 WHERE id = $1", user, hash)
  }

  /// Sets the hash of a new password, which ends the links to one.
  static func setPassword(_ connection: Connection, user: Int, hash: String) throws {
    try setHash(connection, user: user, hash: hash)
    try connection.execute("DELETE FROM links WHERE kind = 'reset' AND user_id = $1", user)
  }

  /// The settings of a profile.
  struct Profile: Sendable {
    var displayName: String
    var email: String?
    var zone: String
    var dayEndMinutes: Int
    var language: String
    var theme: String
    var scale: String
    var hasSingleKeys: Bool
    var hidesUnseen: Bool
  }

  /// Reads them.
  static func profile(_ connection: Connection, user: Int) throws -> Profile? {
    try connection.first(
      """
      SELECT display_name, email, zone, day_end_minutes, language, theme, scale, single_keys, hide_unseen FROM users
      WHERE id = $1
      """, user
    ) { row in
      Profile(
        displayName: row.text(), email: row.optionalText(), zone: row.text(), dayEndMinutes: row.int(),
        language: row.text(), theme: row.text(), scale: row.text(), hasSingleKeys: row.bool(),
        hidesUnseen: row.bool())
    }
  }

  /// Writes them. An e-mail address that somebody else has is left as it was.
  static func setProfile(_ connection: Connection, user: Int, _ profile: Profile) throws {
    if profile.email != nil { try connection.hold(lock) }
    try connection.execute(
      """
      UPDATE users SET display_name = $2, zone = $3, zone_known = 1, day_end_minutes = $4, language = $5, theme = $6,
        scale = $7, single_keys = $8, hide_unseen = $9 WHERE id = $1
      """, user, profile.displayName, profile.zone, profile.dayEndMinutes, profile.language, profile.theme,
      profile.scale, profile.hasSingleKeys, profile.hidesUnseen)
    let key = profile.email.map(AccountRules.key)
    if let key, let other = try find(connection, emailKey: key), other != user { return }
    try connection.execute("UPDATE users SET email = $2, email_key = $3 WHERE id = $1", user, profile.email, key)
  }

  /// Sets the zone alone, from the browser.
  static func setZone(_ connection: Connection, user: Int, zone: String) throws {
    try connection.execute("UPDATE users SET zone = $2, zone_known = 1 WHERE id = $1", user, zone)
  }

  /// Deletes an account with everything that is its own.
  ///
  /// Rows that point to the account's own titles go first: the catalogue is not deleted under anybody's record.
  static func delete(_ connection: Connection, user: Int) throws {
    try hold(connection, user: user)
    try connection.execute("DELETE FROM changes WHERE user_id = $1", user)
    try connection.execute("DELETE FROM activities WHERE user_id = $1", user)
    try connection.execute("DELETE FROM shelf WHERE user_id = $1", user)
    try connection.execute("DELETE FROM counts WHERE user_id = $1", user)
    try connection.execute("DELETE FROM list_items WHERE user_id = $1", user)
    try connection.execute("DELETE FROM lists WHERE user_id = $1", user)
    try connection.execute("DELETE FROM ratings WHERE user_id = $1", user)
    try connection.execute("DELETE FROM skips WHERE user_id = $1", user)
    try connection.execute("DELETE FROM plays WHERE user_id = $1", user)
    try connection.execute("DELETE FROM passes WHERE user_id = $1", user)
    try connection.execute("DELETE FROM entries WHERE user_id = $1", user)
    try connection.execute(
      "DELETE FROM throttles WHERE bucket IN ($1, $2)", Throttle.accountName(user), Throttle.accountDayName(user))
    try connection.execute("DELETE FROM users WHERE id = $1", user)
  }
}
