import SQL

/// What holds for the whole site: its name among sites, and what an administrator set.
enum SiteStore {
  /// What tells this site from every other, also after a copy or a restore; nil before it was made.
  static func identity(_ connection: Connection) throws -> String? {
    try connection.first("SELECT value FROM site WHERE name = 'identity'") { $0.text() }
  }

  /// The same, made when there is none.
  static func makeIdentity(_ connection: Connection) throws -> String {
    if let known = try identity(connection) { return known }
    try connection.execute(
      "INSERT INTO site (name, value) VALUES ('identity', $1) ON CONFLICT (name) DO NOTHING", Token.make())
    return try identity(connection) ?? ""
  }

  /// What is put into a database from elsewhere and is not all there yet; the name of a row of `site`.
  enum Filling: String {
    case copying, restoring
  }

  /// What was begun and has not ended.
  static func filling(_ connection: Connection) throws -> Filling? {
    try connection.first("SELECT name FROM site WHERE name IN ('copying', 'restoring')") { $0.text() }
      .flatMap(Filling.init)
  }

  /// Notes what begins; `of` says from where.
  static func begin(_ connection: Connection, _ filling: Filling, of source: String) throws {
    try connection.execute("INSERT INTO site (name, value) VALUES ($1, $2)", filling.rawValue, source)
  }

  /// Notes that all of it is there.
  static func end(_ connection: Connection, _ filling: Filling) throws {
    try connection.execute("DELETE FROM site WHERE name = $1", filling.rawValue)
  }

  /// Who may register: the administrator's choice, else the configuration's.
  static func registration(_ connection: Connection, config: Config) throws -> Config.Registration {
    let set = try connection.first("SELECT value FROM site WHERE name = 'registration'") { $0.text() }
    return set.flatMap(Config.Registration.init) ?? config.registration
  }

  /// Sets who may register.
  static func setRegistration(_ connection: Connection, _ registration: Config.Registration) throws {
    try connection.execute(
      """
      INSERT INTO site (name, value) VALUES ('registration', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value
      """, registration.rawValue)
  }
}
