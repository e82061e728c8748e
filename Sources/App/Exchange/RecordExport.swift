import SQL

/// A person's record as JSON, without ids of ours, activities or the time of the export: the same record is always the
/// same bytes.
///
/// Each kind of row is walked once in the order of the titles, whatever the size of the record.
enum RecordExport {
  /// The version of `record.json`, raised when its meaning changes.
  static let version = 2
  /// The version of `activities.json`.
  static let activitiesVersion = 1

  /// `record.json`: every title of the person's with its entry, rewatches, plays, skips and ratings; every list.
  static func record(_ connection: Connection, user: Int) throws -> ExportedRecord {
    let titles = try titles(connection, user: user)
    let passes = try passes(connection, user: user)
    let places = Dictionary(uniqueKeysWithValues: titles.enumerated().map { ($1.id, $0) })
    return ExportedRecord(
      titles: titles,
      own: Dictionary(
        try OwnTitles.all(connection, user: user).map { ($0.id, $0.title) }, uniquingKeysWith: { first, _ in first }),
      entries: try entries(connection, user: user),
      parts: [
        ("passes", passes.text), ("plays", try plays(connection, user: user, passes: passes.places)),
        ("skips", try skips(connection, user: user)), ("ratings", try ratings(connection, user: user)),
      ], lists: try lists(connection, user: user, places: places))
  }

  struct TitleRow: Sendable {
    let id: Int
    let kind: String
    let name: String
    let year: Int?
    let imdb: String?
    let tmdb: Int?
  }

  // Titles of one's own stand after those of the catalogue with the same name: their numbers come in any order.
  private static func titles(_ connection: Connection, user: Int) throws -> [TitleRow] {
    try connection.rows(
      """
      SELECT t.id, t.kind, t.name, t.year, coalesce(t.imdb_id, s.imdb_id), coalesce(t.tmdb_id, s.tmdb_id)
      FROM titles t LEFT JOIN stand_ins s ON s.user_id = $1 AND s.title_id = t.id
      WHERE t.id IN (
        SELECT title_id FROM entries WHERE user_id = $1 UNION SELECT title_id FROM plays WHERE user_id = $1
        UNION SELECT title_id FROM skips WHERE user_id = $1 UNION SELECT title_id FROM passes WHERE user_id = $1
        UNION SELECT title_id FROM ratings WHERE user_id = $1 UNION SELECT title_id FROM list_items WHERE user_id = $1)
      ORDER BY t.kind, t.name_key, t.name, coalesce(t.year, 0), coalesce(t.imdb_id, s.imdb_id, ''),
        coalesce(t.tmdb_id, s.tmdb_id, 0), CASE WHEN t.owner_id IS NULL THEN 0 ELSE 1 END, t.id
      """, user
    ) { row in
      TitleRow(
        id: row.int(), kind: row.text(), name: row.text(), year: row.optionalInt(), imdb: row.optionalText(),
        tmdb: row.optionalInt())
    }
  }

  /// The rows of a statement as JSON objects, joined by title; its first column is the title, and rows of one title
  /// follow each other.
  private static func grouped(
    _ connection: Connection, _ sql: SQL, user: Int, _ write: (inout Row, inout JSONObject) -> Void
  ) throws -> JSONRows {
    var all = JSONRows()
    try connection.each(sql, user) { row in
      let title = row.int()
      var object = JSONObject()
      write(&row, &object)
      all.add(object.text, to: title)
    }
    return all
  }

  private static func entries(_ connection: Connection, user: Int) throws -> JSONRows {
    try grouped(
      connection,
      "SELECT title_id, added_at, intent, rating, favourite, specials, note FROM entries WHERE user_id = $1", user: user
    ) { row, object in
      object.add("added", InstantText.write(row.int()))
      object.add("status", row.optionalText())
      object.add("rating", row.optionalInt())
      if row.bool() { object.add("favourite", true) }
      if row.bool() { object.add("specials", true) }
      object.addNote(row.text())
    }
  }

  /// Rewatches, and the place of each among those of its title, from 1.
  private static func passes(
    _ connection: Connection, user: Int
  ) throws -> (text: JSONRows, places: [Int: Int]) {
    var places: [Int: Int] = [:]
    var last = (title: 0, place: 0)
    var text = JSONRows()
    try connection.each(
      "SELECT id, title_id, name, started_at, ended_at FROM passes WHERE user_id = $1 ORDER BY title_id, id", user
    ) { row in
      let (id, title) = (row.int(), row.int())
      last = (title, title == last.title ? last.place + 1 : 1)
      places[id] = last.place
      var object = JSONObject()
      let name = row.text()
      if !name.isEmpty { object.add("name", name) }
      object.add("started", InstantText.write(row.int()))
      object.add("ended", row.optionalInt().map(InstantText.write))
      text.add(object.text, to: title)
    }
    return (text, places)
  }

  private static func plays(_ connection: Connection, user: Int, passes: [Int: Int]) throws -> JSONRows {
    try grouped(
      connection,
      """
      SELECT p.title_id, e.season, e.number, p.at, p.day, p.precision, p.source, p.note, p.pass FROM plays p
      LEFT JOIN episodes e ON e.id = p.episode_id WHERE p.user_id = $1
      ORDER BY p.title_id, coalesce(e.season, 0), coalesce(e.number, 0), coalesce(p.at, 0), p.id
      """, user: user
    ) { row, object in
      object.add("season", row.optionalInt())
      object.add("episode", row.optionalInt())
      object.add("at", row.optionalInt().map(InstantText.write))
      object.add("day", row.optionalText())
      object.add("precision", row.text())
      object.add("source", row.text())
      object.addNote(row.text())
      object.add("pass", passes[row.int()])
    }
  }

  private static func skips(_ connection: Connection, user: Int) throws -> JSONRows {
    try grouped(
      connection,
      """
      SELECT k.title_id, e.season, e.number FROM skips k JOIN episodes e ON e.id = k.episode_id
      WHERE k.user_id = $1 ORDER BY k.title_id, e.season, e.number
      """, user: user
    ) { row, object in
      object.add("season", row.int())
      object.add("episode", row.int())
    }
  }

  // The rating of a season stands before those of its episodes.
  private static func ratings(_ connection: Connection, user: Int) throws -> JSONRows {
    try grouped(
      connection,
      """
      SELECT r.title_id, coalesce(r.season, e.season), e.number, r.rating FROM ratings r
      LEFT JOIN episodes e ON e.id = r.episode_id WHERE r.user_id = $1
      ORDER BY r.title_id, coalesce(r.season, e.season), coalesce(e.number, -1)
      """, user: user
    ) { row, object in
      object.add("season", row.int())
      object.add("episode", row.optionalInt())
      object.add("rating", row.int())
    }
  }

  private static func lists(_ connection: Connection, user: Int, places: [Int: Int]) throws -> [String] {
    let items = try grouped(
      connection,
      """
      SELECT list_id, title_id, note, added_at FROM list_items WHERE user_id = $1 ORDER BY list_id, place, id
      """, user: user
    ) { row, object in
      object.add("title", places[row.int()])
      object.addNote(row.text())
      object.add("added", InstantText.write(row.int()))
    }
    return try connection.rows(
      "SELECT id, name, note, rule, created_at FROM lists WHERE user_id = $1 ORDER BY place, id", user
    ) { row in
      let id = row.int()
      var object = JSONObject()
      object.add("name", row.text())
      object.addNote(row.text())
      object.add("rule", row.optionalText())
      object.add("created", InstantText.write(row.int()))
      object.add(raw: "items", "[" + items[id] + "]")
      return object.text
    }
  }

  /// `activities.json`: what the person did and when, oldest first.
  static func activities(_ connection: Connection, user: Int) throws -> String {
    let lines = try connection.rows(
      """
      SELECT a.at, a.kind, a.source, a.detail, a.undone_at, t.kind, t.name, t.year FROM activities a
      LEFT JOIN titles t ON t.id = a.title_id WHERE a.user_id = $1 ORDER BY a.id
      """, user
    ) { row -> String in
      var object = JSONObject()
      object.add("at", InstantText.write(row.int()))
      object.add("did", row.text())
      object.add("source", row.text())
      object.add(raw: "detail", row.text())
      object.add("undone", row.optionalInt().map(InstantText.write))
      object.add("kind", row.optionalText())
      object.add("name", row.optionalText())
      object.add("year", row.optionalInt())
      return object.text
    }
    return "{\n\"format\": \"flixlist-activities\",\n\"version\": \(activitiesVersion),\n\"activities\": [\n"
      + lines.joined(separator: ",\n") + "\n]\n}\n"
  }
}

/// Builds a JSON object on one line, in the order of the calls; a nil value is left out.
struct JSONObject {
  private var inner = "{"

  /// The object.
  var text: String { inner + "}" }

  mutating func add(raw name: String, _ value: String) {
    begin(name)
    inner += value
  }

  mutating func add(_ name: String, _ value: String?) {
    guard let value else { return }
    begin(name)
    JSONText.append(value, to: &inner)
  }

  mutating func add(_ name: String, _ value: Int?) {
    if let value { add(raw: name, String(value)) }
  }

  mutating func add(_ name: String, _ value: Bool) { add(raw: name, value ? "true" : "false") }

  mutating func add(_ name: String, _ values: [String]) { add(raw: name, "[" + values.joined(separator: ", ") + "]") }

  /// A note, where there is one.
  mutating func addNote(_ note: String) {
    if !note.isEmpty { add("note", note) }
  }

  private mutating func begin(_ name: String) {
    if inner.utf8.count > 1 { inner += ", " }
    JSONText.append(name, to: &inner)
    inner += ": "
  }
}

/// Moments as text: RFC 3339 in UTC with microseconds.
enum InstantText {
  /// `2026-11-23T20:26:48.000000Z`.
  static func write(_ instant: Instant) -> String {
    let seconds = instant.floorDivided(by: 1_000_000)
    let day = seconds.floorDivided(by: 86_400)
    let rest = seconds - day * 86_400
    let micros = instant - seconds * 1_000_000
    let clock = [rest / 3_600, rest / 60 % 60, rest % 60].map { $0.padded(2) }.joined(separator: ":")
    return "\(Day(number: day))T\(clock).\(micros.padded(6))Z"
  }

  /// Reads it back, with up to six digits after the seconds; nil when it is none.
  static func read(_ text: String) -> Instant? {
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    guard halves.count == 2, let day = Day(halves[0]), halves[1].last == "Z" else { return nil }
    let parts = halves[1].dropLast().split(separator: ".", omittingEmptySubsequences: false)
    let clock = parts[0].split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, clock.count == 3, clock.allSatisfy({ $0.utf8.count == 2 }),
      let hour = Int(digits: clock[0]), let minute = Int(digits: clock[1]), let second = Int(digits: clock[2]),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var micros = 0
    if parts.count == 2 {
      guard parts[1].utf8.count <= 6, let fraction = Int(digits: parts[1]) else { return nil }
      micros = (parts[1].utf8.count..<6).reduce(fraction) { value, _ in value * 10 }
    }
    return (day.number * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000 + micros
  }
}
