import SQL

/// Works out which episodes a form means.
enum Targets {
  /// The episodes to record a play of.
  struct Chosen: Sendable {
    var episodes: [Episode] = []
    /// How many were left since they have not aired.
    var notAired = 0
    /// Whether one thing was named, not a range.
    var isSingle = true
  }

  /// The episodes of a target: one as it is named; of a range those that have aired, are unseen and not skipped.
  static func episodes(
    _ connection: Connection, user: Int, _ title: Title, _ target: PlayTarget, pass: Int, today: Day
  ) throws -> Chosen {
    let range = { (from: (Int, Int), upTo: (Int, Int)) in
      try self.range(connection, user: user, title.id, from: from, upTo: upTo, pass: pass, today: today)
    }
    switch target {
    case .film: return Chosen()
    case .episode(let id): return Chosen(episodes: [try required(connection, title, id)])
    case .season(let number):
      let exists = try connection.first(
        "SELECT 1 FROM episodes WHERE title_id = $1 AND season = $2 LIMIT 1", title.id, number
      ) { $0.int() }
      guard exists != nil else { throw Problem.notFound }
      return try range((number, 0), (number, .max))
    case .upTo(let id):
      let last = try required(connection, title, id)
      return try range((min(1, last.season), 0), (last.season, last.number))
    case .range(let from, let upTo):
      let first = try required(connection, title, from)
      let last = try required(connection, title, upTo)
      return try range((first.season, first.number), (last.season, last.number))
    case .all: return try range((1, 0), (.max, .max))
    }
  }

  /// The years of a show's seasons: what is known of when an episode came out whose day is not.
  static func seasonYears(_ connection: Connection, title: Int) throws -> [Int: Int] {
    let years = try connection.rows(
      "SELECT number, year FROM seasons WHERE title_id = $1 AND year IS NOT NULL", title
    ) { ($0.int(), $0.int()) }
    return Dictionary(years) { first, _ in first }
  }

  /// An episode of a title.
  static func episode(_ connection: Connection, title: Int, id: Int) throws -> Episode? {
    try connection.first(
      "SELECT id, season, number, name, aired, air_day FROM episodes WHERE title_id = $1 AND id = $2", title, id,
      read: Episode.init)
  }

  static func required(_ connection: Connection, _ title: Title, _ id: Int) throws -> Episode {
    guard let episode = try episode(connection, title: title.id, id: id) else { throw Problem.notFound }
    return episode
  }

  private static func range(
    _ connection: Connection, user: Int, _ title: Int, from: (Int, Int), upTo: (Int, Int), pass: Int, today: Day
  ) throws -> Chosen {
    let unseen = try unseen(connection, user: user, title: title, from: from, upTo: upTo, pass: pass)
    let aired = unseen.filter { $0.hasAired(by: today) }
    return Chosen(episodes: aired, notAired: unseen.count - aired.count, isSingle: false)
  }

  /// The episodes of a range that are neither skipped nor seen (in the rewatch, where one is under way).
  static func unseen(
    _ connection: Connection, user: Int, title: Int, from: (Int, Int), upTo: (Int, Int), pass: Int
  ) throws -> [Episode] {
    try connection.rows(
      """
      SELECT e.id, e.season, e.number, e.name, e.aired, e.air_day FROM episodes e
      WHERE e.title_id = $2 AND (e.season, e.number) >= ($3, $4) AND (e.season, e.number) <= ($5, $6)
        AND NOT EXISTS (SELECT 1 FROM plays p WHERE p.user_id = $1 AND p.title_id = $2 AND p.episode_id = e.id
          AND ($7 = 0 OR p.pass = $7))
        AND NOT EXISTS (SELECT 1 FROM skips k WHERE k.user_id = $1 AND k.title_id = $2 AND k.episode_id = e.id)
      ORDER BY e.season, e.number
      """, user, title, from.0, from.1, upTo.0, upTo.1, pass, read: Episode.init)
  }
}

extension Episode {
  /// Reads id, season, number, name, aired, air day.
  init(_ row: inout Row) {
    let id = row.int()
    self.init(id: id, &row)
  }

  /// Reads what follows the id.
  init(id: Int, _ row: inout Row) {
    self.id = id
    season = row.int()
    number = row.int()
    name = row.text()
    aired = row.optionalText().flatMap { Day($0) }
    airDay = row.optionalText()
  }
}
