import SQL

/// Finds titles by any of their names. The engines only deliver candidates; `Ranking` puts them in order.
enum SearchStore {
  /// A found title with what a line about it shows.
  struct Hit: Sendable {
    let candidate: Candidate
    let makers: [String]
    let cast: [String]
    let status: Status?
    let isOwn: Bool
  }

  /// How many candidates one question to the database brings.
  static let candidateLimit = 100
  /// Below so many, misspelt words are mended.
  static let enough = 20

  /// Who asks, and for what kind of title.
  struct Scope: Sendable {
    let user: Int
    let kind: TitleKind?
    let vocabulary: Vocabulary?
    /// The person's day by the clock, by which episodes have aired.
    let today: Day
    /// How many titles are wanted.
    let limit: Int
  }

  /// What a text finds.
  struct Results: Sendable {
    var hits: [Hit]
    /// What can be done about it at once, the likeliest first.
    var offers: [Offer]
    /// Whether the whole text is the name of a title.
    let isName: Bool
    /// Whether something could be offered if its day had come.
    var isTooEarly = false
  }

  /// The likeliest titles, at most the scope's limit, and what a command offers to do.
  ///
  /// A text with a command in it also finds what its name alone finds, after what all of it does.
  static func find(
    _ connection: Connection, _ query: SearchQuery, command: Command?, _ scope: Scope
  ) throws -> Results {
    var ranked = try ranked(connection, query, scope)
    var results = Results(hits: [], offers: [], isName: ranked.contains { $0.candidate.folded == query.folded })
    if let command, let rest = SearchQuery(command.name) {
      let meant = try self.ranked(connection, rest, scope)
      let offers = try offers(connection, command, meant, isName: results.isName, scope)
      results.offers = offers.filter { !command.isFuture || !$0.isPlay }
      results.isTooEarly = results.offers.count < offers.count
      // What only mending the command's own words would find comes last.
      var listed: Set<Int> = []
      ranked = (ranked.filter { !$0.candidate.isCorrected } + meant + ranked).filter {
        listed.insert($0.candidate.titleID).inserted
      }
    }
    results.hits = try ranked.prefix(scope.limit).map { scored in
      let candidate = scored.candidate
      let credits = try CatalogueStore.credits(connection, title: candidate.titleID)
      let status = try connection.first(
        "SELECT status FROM shelf WHERE user_id = $1 AND title_id = $2", scope.user, candidate.titleID
      ) { Status(rawValue: $0.text()) }
      return Hit(
        candidate: candidate, makers: credits.filter { $0.job == "by" }.map(\.person),
        cast: credits.filter { $0.job == "cast" }.map(\.person), status: status ?? nil,
        isOwn: candidate.isOwn)
    }
    return results
  }

  private static func ranked(
    _ connection: Connection, _ query: SearchQuery, _ scope: Scope
  ) throws -> [Ranking.Scored] {
    let kind = scope.kind
    var candidates = try exact(connection, query.folded, kind)
    candidates += try matching(connection, NameMatch(query.words), kind)
    if query.year != nil { candidates += try matching(connection, NameMatch(query.wordsWithoutYear), kind) }
    if Set(candidates.map(\.titleID)).count < enough, let vocabulary = scope.vocabulary,
      let corrected = NameMatch(correcting: query.wordsWithoutYear, vocabulary)
    {
      candidates += try matching(connection, corrected, kind).map { candidate in
        var candidate = candidate
        candidate.isCorrected = true
        return candidate
      }
    }
    candidates += try ownTitles(connection, user: scope.user, query).filter { own in
      (kind == nil || own.kind == kind) && query.matches(own.folded)
    }
    return Ranking.sorted(candidates, query)
  }

  /// What a command offers to do with the titles that its name may mean.
  private static func offers(
    _ connection: Connection, _ command: Command, _ ranked: [Ranking.Scored], isName: Bool, _ scope: Scope
  ) throws -> [Offer] {
    let possible = ranked.filter { scored in
      let title = scored.candidate
      let names = [title.folded, Folding.fold(title.name), Folding.fold(title.originalName ?? "")]
      // A text that is a name as it stands is a command only where the rest is a name too.
      return Offers.fits(command, title.kind) && !command.isExplained(by: names) && (!isName || scored.score <= 1)
    }.prefix(candidatesWithEpisodes)
    let shows = possible.filter { $0.candidate.kind == .show }.map(\.candidate.titleID)
    var known = Offers.Known()
    if !shows.isEmpty {
      switch command.episodes {
      case .season(let number) where command.isMark:
        known.seasons = Set(try seasons(connection, shows, number))
      case .one(let place) where command.isMark:
        known.episodes = try episodes(connection, shows, place, place)
      case .range(let from, let upTo) where command.isMark:
        known.episodes = try episodes(connection, shows, from, upTo)
      case nil where command.isMark && command.rating == nil:
        known.next = try next(connection, user: scope.user, shows).filter { $0.value.hasAired(by: scope.today) }
      default: break
      }
    }
    let able = possible.filter { Offers.can(command, $0.candidate, known) }
    return Offers.make(command, Ranking.meant(Array(able)), known)
  }

  /// Of how many titles episodes are looked up.
  private static let candidatesWithEpisodes = 6

  private static func padded(_ titles: [Int]) -> [Int] {
    Array((titles + Array(repeating: 0, count: candidatesWithEpisodes)).prefix(candidatesWithEpisodes))
  }

  /// Which of the shows have a season.
  private static func seasons(_ connection: Connection, _ titles: [Int], _ number: Int) throws -> [Int] {
    let id = padded(titles)
    return try connection.rows(
      """
      SELECT DISTINCT title_id FROM episodes WHERE title_id IN ($1, $2, $3, $4, $5, $6) AND season = $7
      """, id[0], id[1], id[2], id[3], id[4], id[5], number
    ) { $0.int() }
  }

  /// Two episodes of each show, by the show.
  private static func episodes(
    _ connection: Connection, _ titles: [Int], _ from: Command.Place, _ upTo: Command.Place
  ) throws -> [Int: [Episode]] {
    let id = padded(titles)
    let rows = try connection.rows(
      """
      SELECT title_id, id, season, number, name, aired, air_day FROM episodes
      WHERE title_id IN ($1, $2, $3, $4, $5, $6) AND season IN ($7, $9)
        AND ((season = $7 AND number = $8) OR (season = $9 AND number = $10))
      ORDER BY title_id, season, number
      """, id[0], id[1], id[2], id[3], id[4], id[5], from.season, from.number, upTo.season, upTo.number
    ) { ($0.int(), Episode(&$0)) }
    return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
  }

  /// What a person sees next of each show: by the shelf, else the first episode.
  private static func next(_ connection: Connection, user: Int, _ titles: [Int]) throws -> [Int: Episode] {
    let id = padded(titles)
    let rows = try connection.rows(
      """
      SELECT e.title_id, e.id, e.season, e.number, e.name, e.aired, e.air_day
      FROM shelf s JOIN episodes e ON e.id = s.next_episode
      WHERE s.user_id = $7 AND s.title_id IN ($1, $2, $3, $4, $5, $6)
      UNION ALL
      SELECT e.title_id, e.id, e.season, e.number, e.name, e.aired, e.air_day FROM episodes e
      WHERE e.title_id IN ($1, $2, $3, $4, $5, $6) AND e.season = 1 AND e.number = 1
        AND NOT EXISTS (SELECT 1 FROM shelf s WHERE s.user_id = $7 AND s.title_id = e.title_id)
      """, id[0], id[1], id[2], id[3], id[4], id[5], user
    ) { ($0.int(), Episode(&$0)) }
    return Dictionary(rows) { first, _ in first }
  }

  private static func exact(_ connection: Connection, _ folded: String, _ kind: TitleKind?) throws -> [Candidate] {
    try connection.rows(
      """
      SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id
      FROM names n JOIN titles t ON t.id = n.title_id
      WHERE n.folded = $1 AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2) ORDER BY n.id LIMIT 20
      """, folded, kind?.rawValue, read: Candidate.init)
  }

  /// How many names at most are looked at, the most popular first.
  private static let mostNames = 100

  private static func matching(
    _ connection: Connection, _ match: NameMatch, _ kind: TitleKind?
  ) throws -> [Candidate] {
    let text = match.text(for: connection.engine)
    // The most popular are in an index of their own on PostgreSQL, which answers nearly all that is searched.
    let popular = try connection.rows(
      SQL(
        sqlite: """
          SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id
          FROM words w JOIN names n ON n.id = w.rowid JOIN titles t ON t.id = n.title_id
          WHERE w.words MATCH $1 AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2) ORDER BY w.rowid LIMIT 100
          """,
        postgres: """
          SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id
          FROM names n JOIN titles t ON t.id = n.title_id
          WHERE n.id <= 50000 AND n.words @@ CAST($1 AS tsquery) AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2)
          ORDER BY n.id LIMIT 100
          """, isPlannedAnew: true), text, kind?.rawValue, read: Candidate.init)
    guard connection.engine == .postgres, popular.count < mostNames else { return popular }
    let others = try connection.rows(
      SQL(
        postgresOnly: """
          SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id
          FROM names n JOIN titles t ON t.id = n.title_id
          WHERE n.id > 50000 AND n.words @@ CAST($1 AS tsquery) AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2)
          ORDER BY n.id LIMIT $3
          """, isPlannedAnew: true), text, kind?.rawValue, mostNames - popular.count, read: Candidate.init)
    return popular + others
  }

  /// A person's own titles whose sort key holds the longest word of a text; an article may be missing from the key.
  private static func ownTitles(_ connection: Connection, user: Int, _ query: SearchQuery) throws -> [Candidate] {
    let word = query.wordsWithoutYear.max { $0.count < $1.count } ?? ""
    let pattern = "%" + (["the", "a", "an"].contains(word) ? "" : word) + "%"
    return try connection.rows(
      """
      SELECT id, kind, name, original_name, year, '', 0 FROM titles WHERE owner_id = $1 AND name_key LIKE $2
      ORDER BY id LIMIT 500
      """, user, pattern
    ) { row -> Candidate in
      let known = Candidate(&row)
      return Candidate(
        titleID: known.titleID, kind: known.kind, name: known.name, originalName: nil, year: known.year,
        folded: Folding.fold(known.name), place: 0, isOwn: true)
    }
  }

  /// Reads every word of the shared catalogue's names.
  static func vocabulary(_ connection: Connection) throws -> Vocabulary {
    var uses: [String: Int] = [:]
    try connection.each("SELECT folded FROM names") { row in
      for word in row.text().split(separator: " ") { uses[String(word), default: 0] += 1 }
    }
    return Vocabulary(uses)
  }
}

extension Candidate {
  init(_ row: inout Row) {
    self.init(
      titleID: row.int(), kind: TitleKind(rawValue: row.text()) ?? .movie, name: row.text(),
      originalName: row.optionalText(), year: row.optionalInt(), folded: row.text(), place: row.int())
  }
}
