import SQL

/// What the page of a title shows: the catalogue's facts and the person's own record of it.
enum TitleStore {
  /// An episode with how it stands.
  struct EpisodeLine: Sendable {
    let episode: Episode
    let isSkipped: Bool
    /// Whether it counts as seen: in the rewatch, where one is under way.
    let isSeen: Bool
    /// The latest play, when there is one, and how many there are.
    let play: (id: Int, time: PlayTime)?
    let plays: Int
    let rating: Int?
    /// Where it stood when its source last had it, as `2.4`; nil while it has it.
    let goneFrom: String?
  }

  /// A season in one line.
  struct SeasonLine: Sendable {
    let number: Int
    let year: Int?
    let total: Int
    let aired: Int
    let seen: Int
    let skipped: Int
    /// How many of the skipped have aired.
    let skippedAired: Int
    /// Aired episodes that are neither seen nor skipped.
    let open: Int
    let rating: Int?
  }

  /// Which part of a title's page is asked for.
  struct Asked: Sendable {
    /// The season to show; nil for the one where the person is.
    var season: Int?
    var page = 1
    /// Whether only episodes are shown that are neither seen nor skipped.
    var isUnseenOnly = false
    /// The episode whose details are open.
    var episode: Int?
    /// The activity to tell of.
    var done: Int?
  }

  /// Everything of the page of a title.
  struct Page: Sendable {
    var title: Title
    var genres: [String]
    var credits: [Credit]
    var entry: EntryRow?
    var shelf: ShelfRow?
    var plays: [(play: Play, episode: Episode?)]
    var playsCount: Int
    var seasons: [SeasonLine]
    /// The season whose episodes are shown.
    var season: Int?
    var asked: Asked
    var episodes: [EpisodeLine]
    /// The plays of the episode whose details are open.
    var episodePlays: [Play]
    var next: Episode?
    /// Aired, unseen, unskipped episodes before the last seen one.
    var gaps: [Episode]
    var passes: [PassStore.Line]
    /// The lists that it can be put on, and is on.
    var lists: [ListPageStore.Choice]
    var answer: ActivityLine?
    var details: DetailStore.Details
    var offers: [DetailStore.Offer]
    var related: [DetailStore.Card]
    /// Other orders of its episodes.
    var orders: [(id: Int, name: String)] = []
  }

  /// How many episodes one page of a season shows.
  static let episodesAPage = 100
  /// How many plays the page lists; the history of the title has all of them.
  static let playsShown = 5
  /// How many gaps it names.
  static let gapsNamed = 40

  /// Reads the page of a title; nil when there is none for this person.
  ///
  /// What does not need to know how the person stands is asked in one journey, what does in a second, and the episodes
  /// with it where the address names the season.
  static func page(
    _ connection: Connection, user: User, id: Int, _ asked: Asked, today: Day, now: Instant
  ) throws -> Page? {
    let (wholes, facts, lists, answers, extras) = try connection.all(
      whole(user: user, title: id, now: now), CatalogueStore.about(title: id),
      ListPageStore.choices(user: user.id, title: id), ActivityStore.line(user: user.id, id: asked.done),
      DetailStore.extras(user: user.id, title: id, country: user.country))
    guard let whole = wholes.first else { return nil }
    let (title, standing) = (whole.title, whole)
    let (isShow, pass) = (title.kind == .show, standing.shelf?.pass)
    let (plays, hasPlays) = (standing.shelf?.plays ?? 0, (standing.shelf?.plays ?? 0) > 0)
    let (seasons, latest, gaps, passes, known) = try connection.all(
      seasons(user: user.id, title: id, pass: pass, today: today).asked(if: isShow),
      self.plays(user: user.id, title: id, episode: asked.episode).asked(if: hasPlays),
      gaps(user: user.id, title: id, pass: pass, today: today).asked(if: isShow && hasPlays),
      PassStore.lines(user: user.id, title: id).asked(if: isShow && hasPlays),
      episodes(user: user.id, title: id, season: asked.season ?? -1, pass: pass, asked)
        .asked(if: isShow && asked.season != nil))
    if let season = asked.season, !seasons.contains(where: { $0.number == season }) { return nil }
    let first = seasons.first { $0.number > 0 }?.number
    let here = standing.next?.season ?? seasons.last { $0.number > 0 }?.number ?? seasons.first?.number
    let shown = asked.season ?? (standing.shelf == nil ? first ?? here : here)
    let episodes =
      asked.season != nil
      ? known
      : try connection.rows(
        self.episodes(user: user.id, title: id, season: shown ?? -1, pass: pass, asked).asked(if: isShow))
    var page = Page(
      title: title, genres: [], credits: [], entry: standing.entry, shelf: standing.shelf,
      plays: latest.filter(\.isOfTitle).map { ($0.play, $0.episode) }, playsCount: plays,
      seasons: seasons, season: shown, asked: asked, episodes: episodes,
      episodePlays: latest.filter { !$0.isOfTitle }.map(\.play),
      next: standing.next, gaps: gaps, passes: passes, lists: lists, answer: answers.first,
      details: whole.details, offers: [], related: [])
    for fact in facts {
      switch fact {
      case .genre(let genre): page.genres.append(genre)
      case .credit(let credit): page.credits.append(credit)
      }
    }
    for extra in extras {
      switch extra {
      case .offer(let offer): page.offers.append(offer)
      case .related(let card): page.related.append(card)
      case .order(let id, let name): page.orders.append((id, name))
      }
    }
    return page
  }

  /// A title with what its source adds, and how it stands with a person: shelf row, entry, the episode that comes next.
  private struct Whole {
    var title: Title
    var details: DetailStore.Details
    var shelf: ShelfRow?
    var entry: EntryRow?
    var next: Episode?
  }

  private static func whole(user: User, title: Int, now: Instant) -> Query<Whole> {
    Query(
      """
      SELECT t.id, t.kind, t.name, t.original_name, t.year, t.released, t.runtime, t.overview, t.countries, t.languages,
        t.has_ended, t.imdb_id, t.tmdb_id, t.source, t.owner_id,
        t.tagline, t.poster, t.backdrop, t.votes, t.score, t.fetched_at, t.gone_at,
        (SELECT c.certificate FROM certificates c WHERE c.title_id = $2 AND c.country = $4),
        l.overview, l.name, k.id, k.name, f.due_at, f.lease_until, f.failures, f.problem,
        EXISTS (SELECT 1 FROM site w WHERE w.name = 'tmdb-token'), v.site, v.key,
        n.user_id, n.intent, n.rating, coalesce(n.favourite, 0), coalesce(n.note, ''), coalesce(n.added_at, 0),
        coalesce(n.specials, 0),
        e.id, e.season, e.number, e.name, e.aired, e.air_day,
        s.user_id, s.status, s.plays, s.pass, s.seen, s.skipped, s.aired, s.total, s.share, s.next_episode, s.next_day,
        s.aired_day, s.turn_day, s.last_at, s.rating
      FROM titles t
        LEFT JOIN translations l ON l.title_id = t.id AND l.language = $3
        LEFT JOIN collections k ON k.id = t.collection_id
        LEFT JOIN videos v ON v.title_id = t.id AND v.position = 0 AND v.kind = 'Trailer'
        LEFT JOIN fetches f ON f.resource = CASE WHEN t.tmdb_id IS NULL THEN 'find/' || t.imdb_id
          WHEN t.kind = 'movie' THEN 'movie/' || t.tmdb_id ELSE 'tv/' || t.tmdb_id END
        LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = t.id
        LEFT JOIN entries n ON n.user_id = $1 AND n.title_id = s.title_id
        LEFT JOIN episodes e ON e.id = s.next_episode
      WHERE t.id = $2 AND (t.owner_id IS NULL OR t.owner_id = $1)
      """, user.id, title, user.language.rawValue, user.country
    ) { row in
      var whole = Whole(title: Title(&row), details: DetailStore.Details(&row, now: now))
      let hasEntry = row.optionalInt() != nil
      let entry = EntryRow(&row)
      if hasEntry { whole.entry = entry }
      let nextID = row.optionalInt()
      let next = Episode(id: nextID ?? 0, &row)
      if nextID != nil { whole.next = next }
      if row.optionalInt() != nil { whole.shelf = ShelfRow(&row) }
      return whole
    }
  }

  private static func seasons(user: Int, title: Int, pass: Int?, today: Day) -> Query<SeasonLine> {
    Query(
      """
      WITH states AS MATERIALIZED (
        SELECT e.season, e.air_day,
          EXISTS (SELECT 1 FROM plays p WHERE p.user_id = $1 AND p.title_id = $2 AND p.episode_id = e.id
            AND ($4 = 0 OR p.pass = $4)) AS seen,
          EXISTS (SELECT 1 FROM skips k WHERE k.user_id = $1 AND k.title_id = $2 AND k.episode_id = e.id) AS skipped
        FROM episodes e WHERE e.title_id = $2 AND (e.gone_from IS NULL OR EXISTS (
          SELECT 1 FROM plays g WHERE g.user_id = $1 AND g.title_id = $2 AND g.episode_id = e.id)))
      SELECT s.season, (SELECT n.year FROM seasons n WHERE n.title_id = $2 AND n.number = s.season),
        count(*), count(*) FILTER (WHERE s.air_day <= $3), count(*) FILTER (WHERE s.seen),
        count(*) FILTER (WHERE s.skipped AND NOT s.seen),
        count(*) FILTER (WHERE s.skipped AND NOT s.seen AND s.air_day <= $3),
        count(*) FILTER (WHERE s.air_day <= $3 AND NOT s.seen AND NOT s.skipped),
        (SELECT r.rating FROM ratings r WHERE r.user_id = $1 AND r.title_id = $2 AND r.season = s.season)
      FROM states s GROUP BY s.season ORDER BY s.season
      """, user, title, today.description, pass ?? 0
    ) { row in
      SeasonLine(
        number: row.int(), year: row.optionalInt(), total: row.int(), aired: row.int(), seen: row.int(),
        skipped: row.int(), skippedAired: row.int(), open: row.int(), rating: row.optionalInt())
    }
  }

  private static func episodes(
    user: Int, title: Int, season: Int, pass: Int?, _ asked: Asked
  ) -> Query<EpisodeLine> {
    Query(
      """
      SELECT s.id, s.season, s.number, s.name, s.aired, s.air_day, s.skipped, s.seen,
        (SELECT count(*) FROM plays c WHERE c.user_id = $1 AND c.title_id = $2 AND c.episode_id = s.id),
        (SELECT r.rating FROM ratings r WHERE r.user_id = $1 AND r.title_id = $2 AND r.episode_id = s.id),
        p.id, p.at, p.day, p.precision, s.gone_from
      FROM (
        SELECT e.id, e.season, e.number, e.name, e.aired, e.air_day, e.gone_from,
          EXISTS (SELECT 1 FROM skips k WHERE k.user_id = $1 AND k.title_id = $2 AND k.episode_id = e.id) AS skipped,
          EXISTS (SELECT 1 FROM plays a WHERE a.user_id = $1 AND a.title_id = $2 AND a.episode_id = e.id
            AND ($6 = 0 OR a.pass = $6)) AS seen
        FROM episodes e WHERE e.title_id = $2 AND e.season = $3) s
      LEFT JOIN plays p ON p.id = (
        SELECT l.id FROM plays l WHERE l.user_id = $1 AND l.title_id = $2 AND l.episode_id = s.id
        ORDER BY l.at DESC NULLS LAST, l.id DESC LIMIT 1)
      WHERE ($7 = 0 OR (NOT s.seen AND NOT s.skipped) OR s.id = $8) AND (s.gone_from IS NULL OR p.id IS NOT NULL)
      ORDER BY s.number LIMIT $4 OFFSET $5
      """, user, title, season, episodesAPage, (asked.page - 1) * episodesAPage, pass ?? 0,
      asked.isUnseenOnly ? 1 : 0, asked.episode ?? 0
    ) { row in
      let episode = Episode(&row)
      let (isSkipped, isSeen) = (row.bool(), row.bool())
      let (plays, rating) = (row.int(), row.optionalInt())
      let id = row.optionalInt()
      let time = PlayTime(
        at: row.optionalInt(), day: row.optionalText(), precision: Precision(rawValue: row.text()) ?? .unknown)
      return EpisodeLine(
        episode: episode, isSkipped: isSkipped, isSeen: isSeen, play: id.map { ($0, time) }, plays: plays,
        rating: rating, goneFrom: row.optionalText())
    }
  }

  private static func gaps(user: Int, title: Int, pass: Int?, today: Day) -> Query<Episode> {
    Query(
      """
      WITH last AS (
        SELECT e.season, e.number FROM plays p JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.title_id = $2 AND e.season > 0 AND ($5 = 0 OR p.pass = $5)
        ORDER BY e.season DESC, e.number DESC LIMIT 1)
      SELECT e.id, e.season, e.number, e.name, e.aired, e.air_day FROM episodes e JOIN last l
        ON (e.season, e.number) < (l.season, l.number)
      WHERE e.title_id = $2 AND e.season > 0 AND e.air_day <= $3
        AND NOT EXISTS (SELECT 1 FROM plays p WHERE p.user_id = $1 AND p.title_id = $2 AND p.episode_id = e.id
          AND ($5 = 0 OR p.pass = $5))
        AND NOT EXISTS (SELECT 1 FROM skips k WHERE k.user_id = $1 AND k.title_id = $2 AND k.episode_id = e.id)
      ORDER BY e.season, e.number LIMIT $4
      """, user, title, today.description, gapsNamed, pass ?? 0, read: Episode.init)
  }

  /// The latest plays of a title, and those of one of its episodes.
  private static func plays(
    user: Int, title: Int, episode: Int?
  ) -> Query<(isOfTitle: Bool, play: Play, episode: Episode?)> {
    Query(
      """
      SELECT a.part, p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass,
        e.season, e.number, e.name, e.aired, e.air_day
      FROM (
        SELECT * FROM (SELECT 0 AS part, t.id FROM plays t WHERE t.user_id = $1 AND t.title_id = $2
          ORDER BY t.at DESC NULLS LAST, t.id DESC LIMIT $3) whole
        UNION ALL
        SELECT * FROM (SELECT 1 AS part, o.id FROM plays o WHERE o.user_id = $1 AND o.title_id = $2
          AND o.episode_id = $4 ORDER BY o.at DESC NULLS LAST, o.id DESC LIMIT $3) one) a
      CROSS JOIN plays p LEFT JOIN episodes e ON e.id = p.episode_id
      WHERE p.id = a.id ORDER BY a.part, p.at DESC NULLS LAST, p.id DESC
      """, user, title, playsShown, episode
    ) { row in
      let isOfTitle = row.int() == 0
      let play = Play(&row)
      return (isOfTitle, play, play.episodeID.map { Episode(id: $0, &row) })
    }
  }
}

extension EntryRow {
  /// Reads intent, rating, favourite, note, when it was added, specials.
  init(_ row: inout Row) {
    self.init(
      intent: row.optionalText().flatMap(Intent.init), rating: row.optionalInt(), isFavourite: row.bool(),
      note: row.text(), addedAt: row.int(), countsSpecials: row.bool())
  }
}
