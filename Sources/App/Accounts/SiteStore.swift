import SQL

/// What an administrator set for the whole site.
enum SiteStore {
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
