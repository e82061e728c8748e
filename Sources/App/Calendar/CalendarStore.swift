import SQL

/// What came out and will come out of a person's films and shows.
///
/// `shelf.aired_day` and `shelf.turn_day` say of which titles something comes out in some days, by two walks of an
/// index; only those are looked into. So a page costs what airs, not what a library holds. A title whose last day lies
/// before the days, and whose next lies after them, has nothing in them, however old its row is.
enum CalendarStore {
  /// How many episodes, and how many films, one page reads.
  static let rowLimit = 500
  /// Into how many titles an agenda and a month look on each side of today: those nearest to it.
  static let agendaTitles = 120
  static let monthTitles = 150

  /// What was found, and the days of which it is all there is.
  struct Found: Sendable {
    var rows: [CalendarRow]
    var complete: ClosedRange<Day>
  }

  /// Reads a page.
  static func page(
    _ connection: Connection, user: User, _ request: CalendarRequest, done: Int?, now: Instant
  ) throws -> CalendarPage {
    let today = user.zone.clock(at: now).day
    let days: ClosedRange<Day>
    switch request {
    case .agenda(let from): days = CalendarRules.agendaDays(from: from, today: today)
    case .month(let first): days = CalendarRules.daysOfMonth(first)
    }
    var isAgenda = true
    if case .month = request { isAgenda = false }
    let found = try rows(
      connection, user: user.id, days: days, hidesUnseen: user.hidesUnseen, limit: rowLimit,
      near: .init(today: today, titles: isAgenda ? agendaTitles : monthTitles))
    let lines = CalendarRules.lines(found.rows, days: days, zone: user.zone)
    var page: CalendarPage
    switch request {
    case .agenda:
      page = CalendarRules.agenda(lines, request: request, days: days, complete: found.complete, today: today)
      page.last = try last(connection, user: user.id, titles: page.lines.flatMap { $0.lines.map(\.title.id) })
    case .month(let first):
      page = CalendarRules.month(
        lines, first: first, days: days, isCut: found.complete != days, today: today)
    }
    page.answer = try done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
    return page
  }

  /// Every episode and film that comes out in some days, with a day to spare on both sides for those with an instant.
  ///
  /// Shows that are paused, dropped or merely in the library are left out, and so are specials, unless they count for
  /// their show. Films are those that are planned, begun or seen.
  static func rows(
    _ connection: Connection, user: Int, days: ClosedRange<Day>, hidesUnseen: Bool, limit: Int, near: Near? = nil
  ) throws -> Found {
    let (first, last) = (days.lowerBound.adding(days: -1).description, days.upperBound.adding(days: 1).description)
    var (from, complete) = (days.lowerBound, days.upperBound)
    var titles = Int(Int32.max)
    // Only around today are the nearest days those of the nearest titles.
    if let near, days.contains(near.today) {
      titles = near.titles
      let (behind, ahead) = try ends(connection, user, first, last, titles: titles)
      // The day of the first title left out lacks it, and the one beside it too, for which a day's grace was read.
      if let behind { from = max(from, min(behind.adding(days: 2), near.today)) }
      if let ahead { complete = min(complete, max(ahead.adding(days: -2), near.today)) }
    }
    let episodes = try episodes(connection, user, first, last, hidesUnseen: hidesUnseen, titles, limit: limit + 1)
    let films = try films(
      connection, user, days.lowerBound.description, days.upperBound.description, titles, limit: limit + 1)
    // The day on which the reading stopped may lack some, and so may the one before, for which a day's grace was read.
    if episodes.count > limit, let stop = episodes.last?.day { complete = min(complete, stop.adding(days: -2)) }
    if films.count > limit, let stop = films.last?.day { complete = min(complete, stop.adding(days: -1)) }
    return Found(
      rows: Array(episodes.prefix(limit)) + Array(films.prefix(limit)), complete: min(from, complete)...complete)
  }

  /// How many titles are looked into on each side of today.
  struct Near: Sendable {
    let today: Day
    let titles: Int
  }

  /// The day behind and the day ahead at which there are more titles than are looked into.
  private static func ends(
    _ connection: Connection, _ user: Int, _ first: String, _ last: String, titles: Int
  ) throws -> (behind: Day?, ahead: Day?) {
    let behind = try connection.first(
      """
      SELECT aired_day FROM shelf WHERE user_id = $1 AND aired_day IS NOT NULL AND aired_day >= $2
      ORDER BY aired_day DESC LIMIT 1 OFFSET $3
      """, user, first, titles
    ) { $0.text() }
    let ahead = try connection.first(
      """
      SELECT turn_day FROM shelf WHERE user_id = $1 AND turn_day IS NOT NULL AND turn_day <= $2
      ORDER BY turn_day LIMIT 1 OFFSET $3
      """, user, last, titles
    ) { $0.text() }
    return (behind.flatMap { Day($0) }, ahead.flatMap { Day($0) })
  }

  private static func episodes(
    _ connection: Connection, _ user: Int, _ first: String, _ last: String, hidesUnseen: Bool, _ titles: Int,
    limit: Int
  ) throws -> [CalendarRow] {
    try connection.rows(
      """
      WITH ahead AS (
        SELECT title_id FROM shelf WHERE user_id = $1 AND turn_day IS NOT NULL AND turn_day <= $3
        ORDER BY turn_day LIMIT $5),
      behind AS (
        SELECT title_id FROM shelf WHERE user_id = $1 AND aired_day IS NOT NULL AND aired_day >= $2
        ORDER BY aired_day DESC LIMIT $5),
      near AS (SELECT title_id FROM ahead UNION SELECT title_id FROM behind)
      SELECT t.id, t.kind, t.name, s.name_key, s.status, s.plays, t.source, t.poster, e.air_day, e.id, e.season,
        e.number, e.name, e.air_at,
        CASE WHEN EXISTS (SELECT 1 FROM plays p WHERE p.user_id = $1 AND p.title_id = n.title_id
            AND p.episode_id = e.id) THEN 1
          WHEN EXISTS (SELECT 1 FROM skips k WHERE k.user_id = $1 AND k.title_id = n.title_id
            AND k.episode_id = e.id) THEN 2
          ELSE 0 END
      FROM near n CROSS JOIN shelf s CROSS JOIN titles t CROSS JOIN episodes e
      WHERE s.user_id = $1 AND s.title_id = n.title_id AND s.kind = 'show'
        AND s.status IN ('watching', 'uptodate', 'planned', 'completed') AND t.id = n.title_id
        AND e.title_id = n.title_id AND e.air_day >= $2 AND e.air_day <= $3
        AND (e.season > 0 OR EXISTS (
          SELECT 1 FROM entries i WHERE i.user_id = $1 AND i.title_id = n.title_id AND i.specials = 1))
      ORDER BY e.air_day, s.name_key, t.id, e.season, e.number LIMIT $4
      """, user, first, last, limit, titles
    ) { row in
      let title = CalendarTitle(&row)
      return try CalendarRow(title: title, day: &row) { row in
        CalendarEpisode(&row, hidesUnseen: hidesUnseen)
      }
    }
  }

  private static func films(
    _ connection: Connection, _ user: Int, _ first: String, _ last: String, _ titles: Int, limit: Int
  ) throws -> [CalendarRow] {
    try connection.rows(
      """
      WITH ahead AS (
        SELECT title_id FROM shelf WHERE user_id = $1 AND turn_day IS NOT NULL AND turn_day <= $3
        ORDER BY turn_day LIMIT $5),
      behind AS (
        SELECT title_id FROM shelf WHERE user_id = $1 AND aired_day IS NOT NULL AND aired_day >= $2
        ORDER BY aired_day DESC LIMIT $5),
      near AS (SELECT title_id FROM ahead UNION SELECT title_id FROM behind)
      SELECT t.id, t.kind, t.name, s.name_key, s.status, s.plays, t.source, t.poster, t.released
      FROM near n CROSS JOIN shelf s CROSS JOIN titles t
      WHERE s.user_id = $1 AND s.title_id = n.title_id AND s.kind = 'movie'
        AND s.status IN ('watching', 'planned', 'completed') AND t.id = n.title_id
        AND t.released >= $2 AND t.released <= $3
      ORDER BY t.released, s.name_key, t.id LIMIT $4
      """, user, first, last, limit, titles
    ) { row in
      let title = CalendarTitle(&row)
      return try CalendarRow(title: title, day: &row) { _ in nil }
    }
  }

  /// The latest play of each of some titles.
  private static func last(
    _ connection: Connection, user: Int, titles: [Int]
  ) throws -> [Int: CalendarLast] {
    if titles.isEmpty { return [:] }
    // The latest with a date is found by its day; where none has a date, it is
    // the one of the last episode.
    let found = try connection.rows(
      """
      SELECT s.title_id, p.at, p.day, p.precision, e.season, e.number
      FROM json_each(CAST($2 AS TEXT)) n CROSS JOIN shelf s CROSS JOIN plays p
        LEFT JOIN episodes e ON e.id = p.episode_id
      WHERE s.user_id = $1 AND s.title_id = n.value AND s.plays > 0 AND p.user_id = $1
        AND p.id = CASE WHEN s.last_at IS NULL
          THEN (SELECT u.id FROM plays u WHERE u.user_id = $1 AND u.title_id = s.title_id
            ORDER BY u.episode_id DESC NULLS LAST LIMIT 1)
          ELSE (SELECT max(d.id) FROM plays d
            WHERE d.user_id = $1 AND d.day = s.last_day AND d.at = s.last_at AND d.title_id = s.title_id) END
      """, user, Set(titles).sorted().jsonArray
    ) { row in
      let id = row.int()
      let time = PlayTime(
        at: row.optionalInt(), day: row.optionalText(), precision: Precision(rawValue: row.text()) ?? .unknown)
      let season = row.optionalInt()
      let number = row.int()
      return (id, CalendarLast(episode: season.map { ($0, number) }, time: time))
    }
    return Dictionary(found) { first, _ in first }
  }
}

extension CalendarTitle {
  init(_ row: inout Row) {
    id = row.int()
    kind = TitleKind(rawValue: row.text()) ?? .movie
    name = row.text()
    nameKey = row.text()
    status = Status(rawValue: row.text()) ?? .none
    isPlayed = row.int() > 0
    source = row.text()
    poster = row.optionalText()
  }
}

extension CalendarRow {
  init(title: CalendarTitle, day row: inout Row, _ episode: (inout Row) -> CalendarEpisode?) throws {
    let text = row.text()
    guard let day = Day(text) else { throw DatabaseError(.corrupt, "a day reads \(text)") }
    self.init(title: title, episode: episode(&row), day: day)
  }
}

extension CalendarEpisode {
  init(_ row: inout Row, hidesUnseen: Bool) {
    id = row.int()
    season = row.int()
    number = row.int()
    let known = row.text()
    airsAt = row.optionalInt()
    state = LibraryRules.State(rawValue: row.int()) ?? .unseen
    name = hidesUnseen && state != .seen ? "" : known
  }
}
