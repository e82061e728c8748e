import SQL

/// What Discover reads: suggestions under its filters, where they can be watched, and what the person does not want.
enum DiscoverStore {
  /// Who asks.
  struct Scope: Sendable {
    let user: Int
    let country: String
    let today: Day
  }

  /// Everything of a page.
  struct Page: Sendable {
    var suggestions: [Suggestion]
    var hasNext = false
    /// The list that stands in for the one that was asked for.
    var standsIn: DiscoverQuery.List?
    /// Whether the person has liked or watched anything yet.
    var hasRecord = false
    /// The person by whom it is filtered.
    var person: String?
    /// How many services the person has.
    var services = 0
    /// The title that was dismissed just now.
    var dismissed: (id: Int, name: String)?
    /// The activity to tell of.
    var answer: ActivityLine?
    /// The services by which each title can be watched in the person's country, their own first.
    var watch: [Int: [Service]] = [:]
  }

  /// A service by which something can be watched without paying more.
  struct Service: Equatable, Sendable {
    let name: String
    let isMine: Bool
  }

  /// Reads a page; where the list has nothing the best known titles stand in for it.
  ///
  /// - Parameters:
  ///   - isUnseenOnly: whether titles that the person has are left out of every list.
  ///   - dismissed: the title that was dismissed just now.
  ///   - done: the activity to tell of.
  static func page(
    _ connection: Connection, _ query: DiscoverQuery, _ scope: Scope, isUnseenOnly: Bool = false,
    dismissed: Int? = nil, done: Int? = nil
  ) throws -> Page {
    let isForYou = query.list == .forYou
    let (seeds, related, listed, records, people, services, gone, answers) = try connection.all(
      SuggestionStore.seeds(user: scope.user).asked(if: isForYou),
      SuggestionStore.related(user: scope.user).asked(if: isForYou),
      self.listed(query, scope, isUnseenOnly: isUnseenOnly).asked(if: !isForYou && query.list != .popular),
      hasRecord(user: scope.user), person(query.person ?? 0).asked(if: query.person != nil),
      self.services(user: scope.user),
      self.dismissed(user: scope.user, title: dismissed ?? 0)
        .asked(if: dismissed != nil),
      ActivityStore.line(user: scope.user, id: done))
    var page = Page(suggestions: listed)
    if isForYou { page.suggestions = try SuggestionStore.page(connection, seeds, related, query, scope) }
    if query.list == .popular { page.suggestions = try popular(connection, query, scope) }
    page.hasRecord = records.first ?? false
    page.person = people.first
    page.services = services.first ?? 0
    page.dismissed = gone.first
    page.answer = answers.first
    if page.suggestions.isEmpty, query.page == 1, [.forYou, .trending].contains(query.list) {
      page.suggestions = try popular(connection, query.with { $0.list = .popular }, scope)
      page.standsIn = .popular
    }
    page.hasNext = page.suggestions.count > DiscoverQuery.pageSize
    page.suggestions = Array(page.suggestions.prefix(DiscoverQuery.pageSize))
    let shown = page.suggestions.map(\.card.id)
    for (title, service) in try connection.rows(watch(shown, scope).asked(if: !shown.isEmpty)) {
      page.watch[title, default: []].append(service)
    }
    return page
  }

  /// How many titles of the catalogue, the best known ones, are looked through.
  static let pool = 5_000

  /// The best known titles that the person does not have; most people lack enough of the first hundred.
  private static func popular(_ connection: Connection, _ query: DiscoverQuery, _ scope: Scope) throws -> [Suggestion] {
    for count in [100, 1_000] {
      let found = try connection.rows(listed(query, scope, among: count))
      if found.count > DiscoverQuery.pageSize { return found }
    }
    return try connection.rows(listed(query, scope))
  }

  /// The titles of a list other than the person's own, one more than a page has.
  private static func listed(
    _ query: DiscoverQuery, _ scope: Scope, isUnseenOnly: Bool = false, among pool: Int = pool
  ) -> Query<Suggestion> {
    let list = query.list
    // What stands in for recommendations is what the person does not have: `known` leaves it out before the titles are
    // looked up, which counts for somebody who has most of what is known.
    return Query(
      SQL(
        plannedAnew: """
          WITH pool AS (
            SELECT id, weight, score, votes, released FROM titles
            WHERE owner_id IS NULL AND $11 IN ('new', 'top', 'coming') ORDER BY weight DESC, id DESC LIMIT $16),
          known AS (
            SELECT id, weight FROM titles WHERE owner_id IS NULL AND $11 = 'popular'
            ORDER BY weight DESC, id DESC LIMIT $16),
          chosen AS (
            SELECT title_id AS id, position AS rank FROM charts WHERE name IN ($17, $18)
            UNION ALL SELECT id, 1000 - weight FROM known k
              WHERE NOT EXISTS (SELECT 1 FROM shelf s WHERE s.user_id = $1 AND s.title_id = k.id)
            UNION ALL SELECT id, 1000 - weight FROM pool WHERE $11 = 'new' AND released >= $13 AND released <= $12
            UNION ALL SELECT id, 1000 - score FROM pool WHERE $11 = 'top' AND score IS NOT NULL AND votes >= 100
            UNION ALL SELECT id, 1000 - weight FROM pool WHERE $11 = 'coming' AND released > $12),
          best AS (SELECT id, min(rank) AS rank FROM chosen GROUP BY id)
          SELECT t.id, t.kind, t.name, t.year, t.poster, s.status, t.runtime, t.score, t.released
          FROM best c JOIN titles t ON t.id = c.id LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = t.id
          WHERE t.owner_id IS NULL AND t.is_adult = 0 AND t.gone_at IS NULL
            AND ($2 = '' OR t.kind = $2)
            AND ($3 = '' OR EXISTS (SELECT 1 FROM genres g WHERE g.genre = $3 AND g.title_id = t.id))
            AND ($4 = 0 OR t.year BETWEEN $4 AND $4 + 9)
            AND ($5 = '' OR ',' || t.countries || ',' LIKE '%,' || $5 || ',%')
            AND ($6 = '' OR ',' || t.languages || ',' LIKE '%,' || $6 || ',%')
            AND ($7 = 0 OR t.runtime <= $7)
            AND ($8 = 0 OR EXISTS (SELECT 1 FROM credits p WHERE p.person_id = $8 AND p.title_id = t.id))
            AND ($9 = 0 OR EXISTS (
              SELECT 1 FROM offers o JOIN services v ON v.provider_id = o.provider_id AND v.user_id = $1
              WHERE o.title_id = t.id AND o.country = $10 AND o.kind IN ('stream', 'free', 'ads')))
            AND ($11 <> 'coming' OR t.released > $12)
            AND ($11 <> 'new' OR t.kind = 'show' OR t.released <= $12)
            AND ($19 = 0 OR s.title_id IS NULL)
            AND NOT EXISTS (SELECT 1 FROM dismissals d WHERE d.user_id = $1 AND d.title_id = t.id)
          ORDER BY c.rank, t.weight DESC, t.id DESC LIMIT $14 OFFSET $15
          """), scope.user, query.kind?.rawValue ?? "", query.genre ?? "", query.decade ?? 0, query.country ?? "",
      query.language ?? "", query.minutes ?? 0, query.person ?? 0, query.isMine, scope.country, list.rawValue,
      scope.today.description, scope.today.adding(days: -DiscoverQuery.newDays).description,
      DiscoverQuery.pageSize + 1, (query.page - 1) * DiscoverQuery.pageSize, pool, charts(list).0, charts(list).1,
      isUnseenOnly
    ) { row in
      Suggestion(
        card: DetailStore.Card(&row), runtime: row.optionalInt(), score: row.optionalInt(),
        released: row.optionalText().flatMap { Day($0) }, reason: .listed(list))
    }
  }

  /// The source's own lists that a list is made of; empty for none.
  private static func charts(_ list: DiscoverQuery.List) -> (String, String) {
    let charts: (TitleChart?, TitleChart?) =
      switch list {
      case .trending: (.trendingMovies, .trendingShows)
      case .new: (.inCinemas, .airingShows)
      case .top: (.topMovies, .topShows)
      case .coming: (.comingMovies, nil)
      case .forYou, .popular: (nil, nil)
      }
    return (charts.0?.rawValue ?? "", charts.1?.rawValue ?? "")
  }

  private static func hasRecord(user: Int) -> Query<Bool> {
    Query("SELECT EXISTS (SELECT 1 FROM shelf WHERE user_id = $1 AND (plays > 0 OR rating IS NOT NULL))", user) {
      $0.bool()
    }
  }

  private static func person(_ id: Int) -> Query<String> {
    // Who is only in titles of somebody's own is for nobody else.
    Query(
      """
      SELECT p.name FROM people p WHERE p.id = $1 AND EXISTS (
        SELECT 1 FROM credits c JOIN titles t ON t.id = c.title_id WHERE c.person_id = p.id AND t.owner_id IS NULL)
      """, id
    ) { $0.text() }
  }

  private static func services(user: Int) -> Query<Int> {
    Query("SELECT count(*) FROM services WHERE user_id = $1", user) { $0.int() }
  }

  private static func watch(_ titles: [Int], _ scope: Scope) -> Query<(Int, Service)> {
    let id = Array((titles + Array(repeating: 0, count: DiscoverQuery.pageSize)).prefix(DiscoverQuery.pageSize))
    return Query(
      """
      SELECT o.title_id, p.name, CASE WHEN s.user_id IS NULL THEN 0 ELSE 1 END
      FROM offers o JOIN providers p ON p.id = o.provider_id
        LEFT JOIN services s ON s.user_id = $1 AND s.provider_id = p.id
      WHERE o.country = $2 AND o.kind IN ('stream', 'free', 'ads') AND o.title_id IN (
        $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
        $26)
      GROUP BY o.title_id, p.id, p.name, p.place, s.user_id
      ORDER BY o.title_id, 3 DESC, p.place, p.name
      """, scope.user, scope.country, id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9], id[10],
      id[11], id[12], id[13], id[14], id[15], id[16], id[17], id[18], id[19], id[20], id[21], id[22], id[23]
    ) { ($0.int(), Service(name: $0.text(), isMine: $0.bool())) }
  }

  // MARK: - What is not wanted

  private static func dismissed(user: Int, title: Int) -> Query<(id: Int, name: String)> {
    Query(
      """
      SELECT t.id, t.name FROM dismissals d JOIN titles t ON t.id = d.title_id
      WHERE d.user_id = $1 AND d.title_id = $2 AND t.owner_id IS NULL
      """, user, title
    ) { ($0.int(), $0.text()) }
  }

  /// Remembers that a title is not wanted, or forgets it; false when there is no such title for everybody.
  static func dismiss(_ connection: Connection, user: Int, title: Int, isDismissed: Bool, now: Instant) throws -> Bool {
    let isThere = try connection.first("SELECT 1 FROM titles WHERE id = $1 AND owner_id IS NULL", title) { $0.int() }
    guard isThere != nil else { return false }
    if isDismissed {
      try connection.execute(
        """
        INSERT INTO dismissals (user_id, title_id, at) VALUES ($1, $2, $3) ON CONFLICT (user_id, title_id) DO NOTHING
        """, user, title, now)
    } else {
      try connection.execute("DELETE FROM dismissals WHERE user_id = $1 AND title_id = $2", user, title)
    }
    return true
  }
}
