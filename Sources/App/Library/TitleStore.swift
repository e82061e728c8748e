import SQL

/// What the page of a title shows: the catalogue's facts and the person's own record of it.
enum TitleStore {
  /// An episode with how it stands.
  struct EpisodeLine: Sendable {
    let episode: Episode
    let isSkipped: Bool
    /// The latest play, when there is one, and how many there are.
    let play: (id: Int, time: PlayTime)?
    let plays: Int
  }

  /// A season in one line.
  struct SeasonLine: Sendable {
    let number: Int
    let year: Int?
    let total: Int
    let aired: Int
    let seen: Int
    let skipped: Int
    /// Aired episodes that are neither seen nor skipped.
    let open: Int
  }

  /// Everything of the page of a title.
  struct Page: Sendable {
    var title: Title
    var genres: [String]
    var credits: [Credit]
    var entry: EntryRow?
    var shelf: ShelfRow?
    var plays: [Play]
    var playsCount: Int
    var seasons: [SeasonLine]
    /// The season whose episodes are shown, and the page of them.
    var season: Int?
    var page: Int
    var episodes: [EpisodeLine]
    var next: Episode?
    /// Aired, unseen, unskipped episodes before the last seen one.
    var gaps: [Episode]
    var answer: ActivityLine?
  }

  /// How many episodes one page of a season shows.
  static let episodesAPage = 100
  /// How many plays the page lists.
  static let playsShown = 30
  /// How many gaps it names.
  static let gapsNamed = 40

  /// Reads the page of a title; nil when there is none for this person.
  ///
  /// - Parameter season: the season to show; nil for the one where the person is.
  static func page(
    _ connection: Connection, user: User, id: Int, season: Int?, page: Int, done: Int?, today: Day
  ) throws -> Page? {
    guard let title = try CatalogueStore.title(connection, user: user.id, id: id) else { return nil }
    let shelf = try Shelf.row(connection, user: user.id, title: id)
    let next = try shelf?.nextEpisode.flatMap { try Targets.episode(connection, title: id, id: $0) }
    let seasons = title.kind == .show ? try self.seasons(connection, user: user.id, title: id, today: today) : []
    if let season, !seasons.contains(where: { $0.number == season }) { return nil }
    let shown = season ?? next?.season ?? seasons.last { $0.number > 0 }?.number ?? seasons.first?.number
    let shownNow = shelf == nil && season == nil ? seasons.first { $0.number > 0 }?.number ?? shown : shown
    let plays = try plays(connection, user: user.id, title: id, isShow: title.kind == .show)
    return Page(
      title: title, genres: try CatalogueStore.genres(connection, title: id),
      credits: try CatalogueStore.credits(connection, title: id),
      entry: try RecordStore.entry(connection, user: user.id, title: id), shelf: shelf, plays: plays,
      playsCount: shelf?.plays ?? 0, seasons: seasons, season: shownNow, page: page,
      episodes: try episodes(connection, user: user.id, title: id, season: shownNow ?? -1, page: page),
      next: next, gaps: title.kind == .show ? try gaps(connection, user: user.id, title: id, today: today) : [],
      answer: try done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) })
  }

  private static func seasons(_ connection: Connection, user: Int, title: Int, today: Day) throws -> [SeasonLine] {
    try connection.rows(
      """
      WITH states AS (
        SELECT e.season, e.air_day,
          EXISTS (SELECT 1 FROM plays p WHERE p.user_id = $1 AND p.title_id = $2 AND p.episode_id = e.id) AS seen,
          EXISTS (SELECT 1 FROM skips k WHERE k.user_id = $1 AND k.title_id = $2 AND k.episode_id = e.id) AS skipped
        FROM episodes e WHERE e.title_id = $2)
      SELECT s.season, (SELECT n.year FROM seasons n WHERE n.title_id = $2 AND n.number = s.season),
        count(*), count(*) FILTER (WHERE s.air_day <= $3), count(*) FILTER (WHERE s.seen),
        count(*) FILTER (WHERE s.skipped AND NOT s.seen),
        count(*) FILTER (WHERE s.air_day <= $3 AND NOT s.seen AND NOT s.skipped)
      FROM states s GROUP BY s.season ORDER BY s.season
      """, user, title, today.description
    ) { row in
      SeasonLine(
        number: row.int(), year: row.optionalInt(), total: row.int(), aired: row.int(), seen: row.int(),
        skipped: row.int(), open: row.int())
    }
  }

  private static func episodes(
    _ connection: Connection, user: Int, title: Int, season: Int, page: Int
  ) throws -> [EpisodeLine] {
    try connection.rows(
      """
      SELECT e.id, e.season, e.number, e.name, e.aired, e.air_day,
        EXISTS (SELECT 1 FROM skips k WHERE k.user_id = $1 AND k.title_id = $2 AND k.episode_id = e.id),
        (SELECT count(*) FROM plays c WHERE c.user_id = $1 AND c.title_id = $2 AND c.episode_id = e.id),
        p.id, p.at, p.day, p.precision
      FROM episodes e LEFT JOIN plays p ON p.id = (
        SELECT max(l.id) FROM plays l WHERE l.user_id = $1 AND l.title_id = $2 AND l.episode_id = e.id)
      WHERE e.title_id = $2 AND e.season = $3 ORDER BY e.number LIMIT $4 OFFSET $5
      """, user, title, season, episodesAPage, (page - 1) * episodesAPage
    ) { row in
      let episode = Episode(&row)
      let isSkipped = row.bool()
      let plays = row.int()
      let id = row.optionalInt()
      let time = PlayTime(
        at: row.optionalInt(), day: row.optionalText(), precision: Precision(rawValue: row.text()) ?? .unknown)
      return EpisodeLine(episode: episode, isSkipped: isSkipped, play: id.map { ($0, time) }, plays: plays)
    }
  }

  private static func gaps(_ connection: Connection, user: Int, title: Int, today: Day) throws -> [Episode] {
    let last = try connection.first(
      """
      SELECT e.season, e.number FROM plays p JOIN episodes e ON e.id = p.episode_id
      WHERE p.user_id = $1 AND p.title_id = $2 AND e.season > 0 ORDER BY e.season DESC, e.number DESC LIMIT 1
      """, user, title
    ) { ($0.int(), $0.int()) }
    guard let last else { return [] }
    return try connection.rows(
      """
      SELECT e.id, e.season, e.number, e.name, e.aired, e.air_day FROM episodes e
      WHERE e.title_id = $2 AND e.season > 0 AND (e.season, e.number) < ($3, $4) AND e.air_day <= $5
        AND NOT EXISTS (SELECT 1 FROM plays p WHERE p.user_id = $1 AND p.title_id = $2 AND p.episode_id = e.id)
        AND NOT EXISTS (SELECT 1 FROM skips k WHERE k.user_id = $1 AND k.title_id = $2 AND k.episode_id = e.id)
      ORDER BY e.season, e.number LIMIT $6
      """, user, title, last.0, last.1, today.description, gapsNamed, read: Episode.init)
  }

  private static func plays(_ connection: Connection, user: Int, title: Int, isShow: Bool) throws -> [Play] {
    try connection.rows(
      """
      SELECT id, title_id, episode_id, at, day, precision, source, note, pass FROM plays
      WHERE user_id = $1 AND title_id = $2 ORDER BY at DESC NULLS LAST, id DESC LIMIT $3
      """, user, title, playsShown, read: Play.init)
  }

  /// Season and number of the given episodes.
  static func codes(_ connection: Connection, title: Int, episodes: Set<Int>) throws -> [Int: Episode] {
    var found: [Int: Episode] = [:]
    for id in episodes { found[id] = try Targets.episode(connection, title: title, id: id) }
    return found
  }
}
