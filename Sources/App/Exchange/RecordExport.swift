import SQL

/// A person's record as JSON, without ids of ours, activities or the time of the export: the same record is always the
/// same bytes.
enum RecordExport {
  /// The version of the format, raised when its meaning changes.
  static let version = 1

  /// `record.json`: every title of the library with its entry, plays and skips.
  static func record(_ connection: Connection, user: Int) throws -> String {
    var text = "{\n\"format\": \"flixlist-record\",\n\"version\": \(version),\n\"titles\": ["
    var isFirst = true
    let titles = try connection.rows(
      """
      SELECT id, kind, name, year, imdb_id, tmdb_id, source FROM titles WHERE id IN (
        SELECT title_id FROM entries WHERE user_id = $1 UNION SELECT title_id FROM plays WHERE user_id = $1
        UNION SELECT title_id FROM skips WHERE user_id = $1)
      ORDER BY kind, name_key, name, coalesce(year, 0), coalesce(imdb_id, ''), id
      """, user
    ) { row in
      (
        id: row.int(), kind: row.text(), name: row.text(), year: row.optionalInt(), imdb: row.optionalText(),
        tmdb: row.optionalInt(), source: row.text()
      )
    }
    for title in titles {
      text += isFirst ? "\n" : ",\n"
      isFirst = false
      var object = JSONObject()
      object.add("kind", title.kind)
      object.add("name", title.name)
      object.add("year", title.year)
      object.add("imdb", title.imdb)
      object.add("tmdb", title.tmdb)
      if title.source == "own" {
        object.add("own", true)
        if title.kind == "show" { object.add("seasons", try seasons(connection, title: title.id)) }
      }
      try addEntry(connection, user: user, title: title.id, to: &object)
      try addPlays(connection, user: user, title: title.id, to: &object)
      try addSkips(connection, user: user, title: title.id, to: &object)
      text += object.text
    }
    return text + "\n]\n}\n"
  }

  private static func seasons(_ connection: Connection, title: Int) throws -> [String] {
    try connection.rows(
      "SELECT season, count(*) FROM episodes WHERE title_id = $1 GROUP BY season ORDER BY season", title
    ) { row in
      var object = JSONObject()
      object.add("season", row.int())
      object.add("episodes", row.int())
      return object.text
    }
  }

  private static func addEntry(_ connection: Connection, user: Int, title: Int, to object: inout JSONObject) throws {
    guard let entry = try RecordStore.entry(connection, user: user, title: title) else { return }
    var inner = JSONObject()
    inner.add("added", InstantText.write(entry.addedAt))
    inner.add("status", entry.intent?.rawValue)
    inner.add("rating", entry.rating)
    if entry.isFavourite { inner.add("favourite", true) }
    if !entry.note.isEmpty { inner.add("note", entry.note) }
    object.add(raw: "entry", inner.text)
  }

  private static func addPlays(_ connection: Connection, user: Int, title: Int, to object: inout JSONObject) throws {
    let plays = try connection.rows(
      """
      SELECT e.season, e.number, p.at, p.day, p.precision, p.source, p.note, p.pass FROM plays p
      LEFT JOIN episodes e ON e.id = p.episode_id WHERE p.user_id = $1 AND p.title_id = $2
      ORDER BY coalesce(e.season, 0), coalesce(e.number, 0), coalesce(p.at, 0), p.id
      """, user, title
    ) { row -> String in
      var inner = JSONObject()
      inner.add("season", row.optionalInt())
      inner.add("episode", row.optionalInt())
      inner.add("at", row.optionalInt().map(InstantText.write))
      inner.add("day", row.optionalText())
      inner.add("precision", row.text())
      inner.add("source", row.text())
      let note = row.text()
      if !note.isEmpty { inner.add("note", note) }
      let pass = row.int()
      if pass != 0 { inner.add("pass", pass) }
      return inner.text
    }
    if !plays.isEmpty { object.add("plays", plays) }
  }

  private static func addSkips(_ connection: Connection, user: Int, title: Int, to object: inout JSONObject) throws {
    let skips = try connection.rows(
      """
      SELECT e.season, e.number FROM skips k JOIN episodes e ON e.id = k.episode_id
      WHERE k.user_id = $1 AND k.title_id = $2 ORDER BY e.season, e.number
      """, user, title
    ) { row -> String in
      var inner = JSONObject()
      inner.add("season", row.int())
      inner.add("episode", row.int())
      return inner.text
    }
    if !skips.isEmpty { object.add("skips", skips) }
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
    return "{\n\"format\": \"flixlist-activities\",\n\"version\": \(version),\n\"activities\": [\n"
      + lines.joined(separator: ",\n") + "\n]\n}\n"
  }
}

/// Builds a JSON object on one line, in the order of the calls; a nil value is left out.
struct JSONObject {
  private var inner = ""

  /// The object.
  var text: String { "{" + inner + "}" }

  mutating func add(raw name: String, _ value: String) {
    if !inner.isEmpty { inner += ", " }
    JSONText.append(name, to: &inner)
    inner += ": " + value
  }

  mutating func add(_ name: String, _ value: String?) {
    guard let value else { return }
    var quoted = ""
    JSONText.append(value, to: &quoted)
    add(raw: name, quoted)
  }

  mutating func add(_ name: String, _ value: Int?) {
    if let value { add(raw: name, String(value)) }
  }

  mutating func add(_ name: String, _ value: Bool) { add(raw: name, value ? "true" : "false") }

  mutating func add(_ name: String, _ objects: [String]) { add(raw: name, "[" + objects.joined(separator: ", ") + "]") }
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
}
