import SQL

/// Where somebody watches.
enum WatchingStore {
  /// A service that is known to be in a country.
  struct Service: Sendable {
    let id: Int
    let name: String
    let logo: String?
    let isMine: Bool
  }

  /// How many services a country shows.
  static let shown = 80
  /// How many somebody may have.
  static let mostServices = 200

  /// The services of a country, the best known first, and those that somebody has anyway.
  static func services(user: Int, country: String) -> Query<Service> {
    Query(
      """
      SELECT p.id, p.name, p.logo, s.user_id IS NOT NULL FROM providers p
      LEFT JOIN services s ON s.user_id = $1 AND s.provider_id = p.id
      WHERE s.user_id IS NOT NULL OR EXISTS (SELECT 1 FROM offers o WHERE o.country = $2 AND o.provider_id = p.id)
      ORDER BY (s.user_id IS NULL), p.place, p.name LIMIT $3
      """, user, country, shown
    ) { Service(id: $0.int(), name: $0.text(), logo: $0.optionalText(), isMine: $0.bool()) }
  }

  /// The countries of which offers are known.
  static var countries: Query<String> {
    Query("SELECT DISTINCT country FROM offers ORDER BY country") { $0.text() }
  }

  /// Sets the country and the services; a service that nobody knows is left out.
  static func set(_ connection: Connection, user: Int, country: String, services: Set<Int>) throws {
    try connection.execute("UPDATE users SET country = $2 WHERE id = $1", user, country)
    try connection.execute("DELETE FROM services WHERE user_id = $1", user)
    for service in services.sorted() {
      try connection.execute(
        "INSERT INTO services (user_id, provider_id) SELECT CAST($1 AS BIGINT), id FROM providers WHERE id = $2", user,
        service)
    }
  }
}
