import SQL

/// The diary: every play by the day it counts to.
enum HistoryStore {
  /// A play in the diary.
  struct Line: Sendable {
    let play: Play
    let titleName: String
    let titleKind: TitleKind
    let poster: String?
    let episode: (season: Int, number: Int, name: String)?
  }

  /// Where the next page begins.
  struct Place: Sendable, Equatable {
    /// Empty among the plays without a date.
    let day: String
    let at: Instant
    let id: Int

    /// As it stands in the address: `2024-03-01~1709300000000000~17`.
    var text: String { "\(day)~\(at)~\(id)" }

    init(day: String, at: Instant, id: Int) {
      self.day = day
      self.at = at
      self.id = id
    }

    /// Reads it back; nil when it is not one.
    init?(_ text: String) {
      let parts = text.split(separator: "~", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0].utf8.count <= 10, let at = Int(parts[1]), let id = Int(digits: parts[2]) else {
        return nil
      }
      self.init(day: String(parts[0]), at: at, id: id)
    }
  }

  /// What a person looks for in their diary.
  struct Filter: Sendable, Equatable {
    var kind: TitleKind?
    var year: Int?
    /// 1 to 12; only with a year.
    var month: Int?
    var title: Int?
    var source: String?
    /// Whether only plays without a date are shown.
    var isUndated = false

    /// Whether it leaves nothing out.
    var isEmpty: Bool { self == Filter() }

    /// The day from which on plays are shown, and the first one after them; any day is later than the empty text.
    var days: (from: String, before: String) {
      guard let year else { return ("", "9999") }
      guard let month else { return (year.padded(4), (year + 1).padded(4)) }
      // There is no thirteenth month, and every day of December comes before it.
      return ("\(year.padded(4))-\(month.padded(2))", "\(year.padded(4))-\((month + 1).padded(2))")
    }
  }

  /// One page of the diary.
  struct Page: Sendable {
    var lines: [Line]
    var next: Place?
    /// How many plays the first and the last day of the page have in all, where the page shows only some of them.
    var counts: [String: Int] = [:]
    /// The years in which there are plays, the latest first.
    var years: [Int] = []
    /// Where plays came from, by name.
    var sources: [String] = []
  }

  /// How many plays a page has at most.
  static let pageSize = 40
  /// A page ends early when its notes are longer than this, in bytes.
  static let noteBytes = 30_000

  /// One page of plays with a date, the latest first, then those without one.
  ///
  /// Costs what it shows: every filter walks an index of its own.
  static func page(_ connection: Connection, user: Int, _ filter: Filter, after: Place?) throws -> Page {
    var lines: [Line] = []
    if !filter.isUndated, after?.day != "" {
      lines = try HistoryWalkStore.dated(connection, user: user, filter, after: after, limit: pageSize + 1)
    }
    if lines.count <= pageSize, filter.year == nil {
      let id = after?.day == "" ? after?.id ?? .max : .max
      lines += try HistoryWalkStore.undated(
        connection, user: user, filter, before: id, limit: pageSize + 1 - lines.count)
    }
    var page = cut(lines)
    page.counts = try counts(connection, user: user, filter, page, isFirst: after == nil)
    page.years = try years(connection, user: user)
    page.sources = try sources(connection, user: user)
    return page
  }

  private static func cut(_ lines: [Line]) -> Page {
    var shown = 0
    var bytes = 0
    for line in lines.prefix(pageSize) {
      bytes += line.play.note.utf8.count
      if shown > 0, bytes > noteBytes { break }
      shown += 1
    }
    guard lines.count > shown, shown > 0 else { return Page(lines: lines) }
    let last = lines[shown - 1].play
    return Page(
      lines: Array(lines.prefix(shown)),
      next: Place(day: last.time.day ?? "", at: last.time.at ?? 0, id: last.id))
  }

  /// The first and the last day of a page may go on beyond it.
  private static func counts(
    _ connection: Connection, user: Int, _ filter: Filter, _ page: Page, isFirst: Bool
  ) throws -> [String: Int] {
    let first = isFirst ? nil : page.lines.first?.play.time.day
    let last = page.next == nil ? nil : page.lines.last?.play.time.day
    guard first != nil || last != nil else { return [:] }
    var counts: [String: Int] = [:]
    try connection.each(
      """
      SELECT p.day, count(*) FROM plays p WHERE p.user_id = $1 AND (p.day = $2 OR p.day = $3)
        AND (CAST($4 AS BIGINT) IS NULL OR p.title_id = $4) AND (CAST($5 AS TEXT) IS NULL OR p.source = $5)
        AND (CAST($6 AS TEXT) IS NULL OR ($6 = 'movie') = (p.episode_id IS NULL))
      GROUP BY p.day
      """, user, first ?? last, last ?? first, filter.title, filter.source, filter.kind?.rawValue
    ) { row in
      let day = row.text()
      counts[day] = row.int()
    }
    return counts
  }

  private static func years(_ connection: Connection, user: Int) throws -> [Int] {
    // Walks from year to year along the index instead of reading every play.
    try connection.rows(
      """
      WITH RECURSIVE walk (year) AS (
        SELECT substr(max(p.day), 1, 4) FROM plays p WHERE p.user_id = $1
        UNION ALL
        SELECT (SELECT substr(max(p.day), 1, 4) FROM plays p WHERE p.user_id = $1 AND p.day < walk.year)
        FROM walk WHERE walk.year IS NOT NULL)
      SELECT CAST(year AS BIGINT) FROM walk WHERE year IS NOT NULL
      """, user
    ) { $0.int() }
  }

  private static func sources(_ connection: Connection, user: Int) throws -> [String] {
    let films = try connection.rows(
      """
      WITH RECURSIVE walk (source) AS (
        SELECT min(p.source) FROM plays p WHERE p.user_id = $1 AND p.episode_id IS NULL
        UNION ALL
        SELECT (SELECT min(p.source) FROM plays p
          WHERE p.user_id = $1 AND p.episode_id IS NULL AND p.source > walk.source)
        FROM walk WHERE walk.source IS NOT NULL)
      SELECT source FROM walk WHERE source IS NOT NULL
      """, user
    ) { $0.text() }
    let episodes = try connection.rows(
      """
      WITH RECURSIVE walk (source) AS (
        SELECT min(p.source) FROM plays p WHERE p.user_id = $1 AND p.episode_id IS NOT NULL
        UNION ALL
        SELECT (SELECT min(p.source) FROM plays p
          WHERE p.user_id = $1 AND p.episode_id IS NOT NULL AND p.source > walk.source)
        FROM walk WHERE walk.source IS NOT NULL)
      SELECT source FROM walk WHERE source IS NOT NULL
      """, user
    ) { $0.text() }
    return Set(films + episodes).sorted()
  }
}

extension HistoryStore.Line {
  init(_ row: inout Row) {
    play = Play(&row)
    titleName = row.text()
    titleKind = TitleKind(rawValue: row.text()) ?? .movie
    poster = row.optionalText()
    let season = row.optionalInt()
    let number = row.int()
    let name = row.text()
    episode = season.map { ($0, number, name) }
  }

  /// The later in the diary comes first.
  static func isLater(_ left: HistoryStore.Line, _ right: HistoryStore.Line) -> Bool {
    let (one, other) = (left.play.time, right.play.time)
    return (one.day ?? "", one.at ?? 0, left.play.id) > (other.day ?? "", other.at ?? 0, right.play.id)
  }
}
