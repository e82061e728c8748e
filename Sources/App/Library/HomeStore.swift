import SQL

/// What the home page shows.
enum HomeStore {
  /// A show with the episode that comes next.
  struct UpNext: Sendable {
    let titleID: Int
    let name: String
    let runtime: Int?
    let seen: Int
    let due: Int
    /// The rewatch under way, or 0.
    let pass: Int
    /// When something of it was last watched.
    let lastAt: Instant?
    let lastDay: String?
    /// Whether the last play has an hour.
    let isLastTimed: Bool
    /// Where the catalogue's facts about it come from.
    let source: String
    /// TMDB's path of its poster.
    let poster: String?
    let episode: Episode
  }

  /// Everything of the page.
  struct Page: Sendable {
    var next: [UpNext]
    var nextCount: Int
    var aired: [UpNext]
    var planned: [LibraryStore.Card]
    var added: [LibraryStore.Card]
    var unrated: [LibraryStore.Card]
    var isEmpty: Bool
    var answer: ActivityLine?
  }

  /// How many shows are up next.
  static let nextShown = 12
  /// How far shows are counted.
  static let countedUpTo = 300
  /// How many titles each row of posters has.
  static let rowLength = 8
  /// For how many days an episode has aired lately.
  static let latelyDays = 14

  /// Reads the page.
  static func page(_ connection: Connection, user: Int, done: Int?, today: Day) throws -> Page {
    let day = today.description
    let (next, aired, added, planned, unrated, answers) = try connection.all(
      upNext(user: user, today: day), airedLately(user: user, today: today), cards(.added, user, day),
      cards(.planned, user, day), cards(.unrated, user, day), ActivityStore.line(user: user, id: done))
    let shown = Set(next.map(\.titleID))
    return Page(
      next: next,
      nextCount: next.count < nextShown ? next.count : try nextCount(connection, user: user, today: day),
      aired: aired.filter { !shown.contains($0.titleID) }, planned: planned, added: added, unrated: unrated,
      isEmpty: added.isEmpty, answer: answers.first)
  }

  private static func upNext(user: Int, today: String) -> Query<UpNext> {
    Query(
      """
      SELECT s.title_id, t.name, t.runtime, s.seen,
        CASE WHEN s.turn_day <= $2 THEN
          (SELECT count(*) FROM episodes a WHERE a.title_id = s.title_id AND a.air_day <= $2 AND (a.season > 0
            OR EXISTS (SELECT 1 FROM entries c WHERE c.user_id = $1 AND c.title_id = s.title_id AND c.specials = 1)))
            - s.skipped
          ELSE s.aired - s.skipped END, s.pass, s.last_at, s.last_day,
        (SELECT max(l.precision) FROM plays l
          WHERE l.user_id = $1 AND l.day = s.last_day AND l.at = s.last_at AND l.title_id = s.title_id),
        t.source, t.poster, e.id, e.season, e.number, e.name, e.aired, e.air_day
      FROM shelf s JOIN titles t ON t.id = s.title_id JOIN episodes e ON e.id = s.next_episode
      WHERE s.user_id = $1 AND s.next_episode IS NOT NULL AND s.status IN ('watching', 'uptodate')
        AND coalesce(s.next_day, '9') <= $2 -- not the bare column: its index has every show, and they would be sorted
      ORDER BY s.last_at DESC NULLS LAST, s.next_day DESC, s.next_episode DESC LIMIT $3
      """, user, today, nextShown, read: UpNext.init)
  }

  private static func nextCount(_ connection: Connection, user: Int, today: String) throws -> Int {
    try connection.first(
      """
      SELECT count(*) FROM (SELECT 1 FROM shelf
        WHERE user_id = $1 AND next_episode IS NOT NULL AND status IN ('watching', 'uptodate') AND next_day <= $2
        LIMIT $3) found
      """, user, today, countedUpTo + 1
    ) { $0.int() } ?? 0
  }

  private static func airedLately(user: Int, today: Day) -> Query<UpNext> {
    Query(
      """
      SELECT s.title_id, t.name, t.runtime, s.seen,
        CASE WHEN s.turn_day <= $2 THEN
          (SELECT count(*) FROM episodes a WHERE a.title_id = s.title_id AND a.air_day <= $2 AND (a.season > 0
            OR EXISTS (SELECT 1 FROM entries c WHERE c.user_id = $1 AND c.title_id = s.title_id AND c.specials = 1)))
            - s.skipped
          ELSE s.aired - s.skipped END, s.pass, s.last_at, s.last_day,
        (SELECT max(l.precision) FROM plays l
          WHERE l.user_id = $1 AND l.day = s.last_day AND l.at = s.last_at AND l.title_id = s.title_id),
        t.source, t.poster, e.id, e.season, e.number, e.name, e.aired, e.air_day
      FROM shelf s JOIN titles t ON t.id = s.title_id JOIN episodes e ON e.id = s.next_episode
      WHERE s.user_id = $1 AND s.next_episode IS NOT NULL AND s.status IN ('watching', 'uptodate')
        AND s.next_day BETWEEN $3 AND $2
      ORDER BY s.next_day DESC, s.title_id LIMIT 12
      """, user, today.description, today.adding(days: -latelyDays).description, read: UpNext.init)
  }

  /// The card of one show, after a tick.
  static func card(_ connection: Connection, user: Int, title: Int, today: Day) throws -> UpNext? {
    try connection.first(
      """
      SELECT s.title_id, t.name, t.runtime, s.seen, s.aired - s.skipped, s.pass, s.last_at, s.last_day,
        (SELECT max(l.precision) FROM plays l
          WHERE l.user_id = $1 AND l.day = s.last_day AND l.at = s.last_at AND l.title_id = s.title_id),
        t.source, t.poster, e.id, e.season, e.number, e.name, e.aired, e.air_day
      FROM shelf s JOIN titles t ON t.id = s.title_id JOIN episodes e ON e.id = s.next_episode
      WHERE s.user_id = $1 AND s.title_id = $2 AND s.next_day <= $3 AND s.status IN ('watching', 'uptodate')
      """, user, title, today.description, read: UpNext.init)
  }

  private static func cards(
    _ row: LibraryStatements.Home, _ user: Int, _ today: String
  ) -> Query<LibraryStore.Card> {
    Query(LibraryStatements.home(row), user, today, rowLength, read: LibraryStore.Card.init)
  }
}

extension HomeStore.UpNext {
  init(_ row: inout Row) {
    titleID = row.int()
    name = row.text()
    runtime = row.optionalInt()
    seen = row.int()
    due = row.int()
    pass = row.int()
    lastAt = row.optionalInt()
    lastDay = row.optionalText()
    isLastTimed = row.optionalText() == Precision.time.rawValue
    source = row.text()
    poster = row.optionalText()
    episode = Episode(&row)
  }
}
