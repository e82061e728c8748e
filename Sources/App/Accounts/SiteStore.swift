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
