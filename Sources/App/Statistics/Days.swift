import SQL

/// What statistics are read from: `days`, plays by the day they count to, and `tallies`, plays by title.
///
/// Like the shelf they are made again from scratch, a day and a title at a time, in the transaction of the change;
/// never added to, never journaled, written nowhere else. Plays without a date are in no day; `tallies` counts them.
/// The hours of a day are in its own row, so that nothing but that row depends on it.
enum Days {
  /// Recounts some days and titles of a user: each once, however many plays of it changed.
  static func recount(_ connection: Connection, user: Int, days: Set<String>, titles: Set<Int>) throws {
    if !days.isEmpty {
      let zone = try zone(connection, user: user)
      for day in days.sorted() { try recount(connection, user: user, day: day, zone) }
    }
    for title in titles.sorted() { try recount(connection, user: user, title: title) }
  }

  /// Recounts everything of a user from scratch: after their zone changed, since the hours are those of its clock, and
  /// for the check of a whole database. Figures that were kept are dropped.
  static func recountAll(_ connection: Connection, user: Int) throws {
    try connection.execute("DELETE FROM days WHERE user_id = $1", user)
    try connection.execute("DELETE FROM tallies WHERE user_id = $1", user)
    try connection.execute("DELETE FROM statistics WHERE user_id = $1", user)
    let days = try connection.rows(
      "SELECT DISTINCT day FROM plays WHERE user_id = $1 AND day IS NOT NULL", user
    ) { $0.text() }
    let titles = try connection.rows("SELECT DISTINCT title_id FROM plays WHERE user_id = $1", user) { $0.int() }
    try recount(connection, user: user, days: Set(days), titles: Set(titles))
  }

  /// Recounts what a user watched of a title, after its runtime changed in the catalogue.
  static func recountCatalogue(_ connection: Connection, user: Int, title: Int) throws {
    let days = try connection.rows(
      "SELECT DISTINCT day FROM plays WHERE user_id = $1 AND title_id = $2 AND day IS NOT NULL", user, title
    ) { $0.text() }
    try recount(connection, user: user, days: Set(days), titles: [title])
    try connection.execute("DELETE FROM statistics WHERE user_id = $1", user)
  }

  // The zone of the row, not of the session: the person may have changed it meanwhile.
  private static func zone(_ connection: Connection, user: Int) throws -> Zone {
    let name = try connection.first("SELECT zone FROM users WHERE id = $1", user) { $0.text() }
    return name.flatMap { Zone($0) } ?? .utc
  }

  private struct Sum {
    var plays = 0
    var minutes = 0
    var unknown = 0
    var hours = [Int](repeating: 0, count: 24)

    mutating func add(_ part: Part, _ zone: Zone) {
      plays += part.plays
      minutes += part.minutes
      unknown += part.unknown
      if let quarter = part.quarter { hours[zone.clock(at: quarter).minutes / 60] += part.plays }
    }
  }

  /// The plays of a kind in a day that began in the same quarter of an hour; nil for those without a time.
  private struct Part {
    let kind: String
    let quarter: Int?
    let plays: Int
    let minutes: Int
    let unknown: Int
  }

  private static func recount(_ connection: Connection, user: Int, day: String, _ zone: Zone) throws {
    var sums: [String: Sum] = [:]
    for part in try connection.rows(parts(user: user, day: day)) {
      sums[part.kind, default: Sum()].add(part, zone)
    }
    let counted = sums.sorted { $0.key < $1.key }
    func row(_ index: Int) -> Query<Void> {
      let (kind, sum) = index < counted.count ? counted[index] : ("", Sum())
      return Query(
        running: """
          INSERT INTO days (user_id, day, kind, plays, minutes, unknown, hours) VALUES ($1, $2, $3, $4, $5, $6, $7)
          """, user, day, kind, sum.plays, sum.minutes, sum.unknown, HoursText.write(sum.hours)
      ).asked(if: index < counted.count)
    }
    // Films and shows: there are no other kinds.
    _ = try connection.all(
      Query(running: "DELETE FROM days WHERE user_id = $1 AND day = $2", user, day), row(0), row(1))
  }

  private static func parts(user: Int, day: String) -> Query<Part> {
    // By quarters of an hour, which no zone's hours have cut since 1972: whoever marks a life's worth of plays in one
    // day has thousands in it, and each tick of that day counts them.
    Query(
      """
      SELECT t.kind, CASE WHEN p.precision <> 'time' THEN NULL WHEN p.at < 63072000000000 THEN p.at
          ELSE p.at - p.at % 900000000 END AS quarter,
        count(*), CAST(sum(coalesce(e.runtime, t.runtime, 0)) AS BIGINT),
        count(*) FILTER (WHERE coalesce(e.runtime, t.runtime) IS NULL)
      FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
      WHERE p.user_id = $1 AND p.day = $2 GROUP BY 1, 2
      """, user, day
    ) { row in
      Part(kind: row.text(), quarter: row.optionalInt(), plays: row.int(), minutes: row.int(), unknown: row.int())
    }
  }

  private static func recount(_ connection: Connection, user: Int, title: Int) throws {
    _ = try connection.all(
      Query(running: "DELETE FROM tallies WHERE user_id = $1 AND title_id = $2", user, title),
      Query(
        running: """
          INSERT INTO tallies (user_id, title_id, kind, plays, firsts, undated, minutes, unknown)
          SELECT p.user_id, t.id, t.kind, count(*), count(DISTINCT coalesce(p.episode_id, 0)),
            count(*) FILTER (WHERE p.day IS NULL), CAST(sum(coalesce(e.runtime, t.runtime, 0)) AS BIGINT),
            count(*) FILTER (WHERE coalesce(e.runtime, t.runtime) IS NULL)
          FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
          WHERE p.user_id = $1 AND p.title_id = $2 GROUP BY p.user_id, t.id, t.kind
          """, user, title))
  }

  /// Every row of a user's as text: what a check compares before and after a recount.
  static func lines(_ connection: Connection, user: Int) throws -> [String] {
    try connection.rows(
      "SELECT day, kind, plays, minutes, unknown, hours FROM days WHERE user_id = $1 ORDER BY day, kind", user
    ) { row in "user \(user) day " + (0..<6).map { _ in "\(row.value())" }.joined(separator: " ") }
      + connection.rows(
        """
        SELECT title_id, kind, plays, firsts, undated, minutes, unknown FROM tallies WHERE user_id = $1
        ORDER BY title_id
        """, user
      ) { row in "user \(user) title " + (0..<7).map { _ in "\(row.value())" }.joined(separator: " ") }
  }
}

/// Plays by the hour of the clock in one column: `21:3,22:1`.
enum HoursText {
  /// Writes 24 counts, leaving out those that are nothing.
  static func write(_ hours: [Int]) -> String {
    hours.enumerated().filter { $0.element > 0 }.map { "\($0.offset):\($0.element)" }.joined(separator: ",")
  }

  /// Adds the counts of a text to 24 others; says how many plays they are.
  static func add(_ text: String, to hours: inout [Int]) -> Int {
    var (number, hour, all) = (0, 0, 0)
    func take() {
      if (0..<24).contains(hour) { hours[hour] += number }
      all += number
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: ":"): (hour, number) = (number, 0)
      case UInt8(ascii: ","):
        take()
        number = 0
      default: number = number * 10 + Int(byte) - 0x30
      }
    }
    if !text.isEmpty { take() }
    return all
  }
}
