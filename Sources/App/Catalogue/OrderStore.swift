import Formats
import SQL

/// Other orders of a show's episodes, by TMDB's episode groups.
enum OrderStore {
  /// An order in brief.
  struct Order: Sendable {
    let id: Int
    let title: Int
    let tmdbID: String
    let name: String
    /// When its episodes were got; nil when they never were.
    let fetchedAt: Instant?
  }

  /// An episode in its place.
  struct Item: Sendable {
    /// What it belongs to there, such as a disc.
    let part: String
    let episode: Episode
    /// The last play of it; nil when it is not seen.
    let play: Int?
  }

  /// How many orders of a show are kept.
  static let kept = 20

  /// Brings the list of a show's orders to what its source says now; those that stay keep their episodes.
  static func put(_ connection: Connection, title: Int, _ orders: [Facts.Order]) throws {
    let known = try connection.rows("SELECT id, tmdb_id FROM orders WHERE title_id = $1", title) {
      (id: $0.int(), tmdbID: $0.text())
    }
    let wanted = Set(orders.map(\.tmdbID))
    for order in known where !wanted.contains(order.tmdbID) {
      try connection.execute("DELETE FROM orders WHERE id = $1", order.id)
    }
    for (place, order) in orders.enumerated() {
      try connection.execute(
        """
        INSERT INTO orders (title_id, tmdb_id, name, place, episodes) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tmdb_id) DO UPDATE SET title_id = excluded.title_id, name = excluded.name,
          place = excluded.place, episodes = excluded.episodes
        """, title, order.tmdbID, order.name, place, order.episodes)
    }
  }

  /// Stores the episodes of an order; those that are not here are left out.
  static func put(_ connection: Connection, _ group: TMDB.EpisodeGroup, now: Instant) throws {
    let found = try connection.first("SELECT id, title_id FROM orders WHERE tmdb_id = $1", group.id) {
      (id: $0.int(), title: $0.int())
    }
    guard let (order, title) = found else { return }
    let numbers = try connection.rows(
      "SELECT tmdb_id, id FROM episodes WHERE title_id = $1 AND tmdb_id IS NOT NULL", title
    ) { ($0.int(), $0.int()) }
    let ids = Dictionary(numbers) { first, _ in first }
    try connection.execute("DELETE FROM order_items WHERE order_id = $1", order)
    var place = 0
    for part in group.groups {
      for episode in part.episodes {
        guard let id = episode.id.flatMap({ ids[$0] }) else { continue }
        try connection.execute(
          "INSERT INTO order_items (order_id, place, part, episode_id) VALUES ($1, $2, $3, $4)", order, place,
          String((part.name ?? "").prefix(200)), id)
        place += 1
      }
    }
    try connection.execute("UPDATE orders SET fetched_at = $2 WHERE id = $1", order, now)
  }

  /// An order of a show that this person may see.
  static func order(_ connection: Connection, title: Int, id: Int) throws -> Order? {
    try connection.first(
      "SELECT id, title_id, tmdb_id, name, fetched_at FROM orders WHERE title_id = $1 AND id = $2", title, id
    ) {
      Order(id: $0.int(), title: $0.int(), tmdbID: $0.text(), name: $0.text(), fetchedAt: $0.optionalInt())
    }
  }

  /// Its episodes, with the person's play of each in the pass that is under way.
  static func items(_ connection: Connection, user: Int, order: Int, pass: Int) throws -> [Item] {
    try connection.rows(
      """
      SELECT i.part, e.id, e.season, e.number, e.name, e.aired, e.air_day,
        (SELECT max(p.id) FROM plays p
          WHERE p.user_id = $1 AND p.title_id = e.title_id AND p.episode_id = e.id AND p.pass = $3)
      FROM order_items i JOIN episodes e ON e.id = i.episode_id WHERE i.order_id = $2 ORDER BY i.place
      """, user, order, pass
    ) { row in Item(part: row.text(), episode: Episode(&row), play: row.optionalInt()) }
  }
}
