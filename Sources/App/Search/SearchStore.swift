import SQL

/// What a text in the search box finds, with what its lines show and what can be done about it.
enum SearchStore {
  /// A found title with what a line about it shows.
  struct Hit: Sendable {
    let candidate: Candidate
    let makers: [String]
    let cast: [String]
    let status: Status?
    let isOwn: Bool
  }

  /// Who asks, and for what kind of title.
  struct Scope: Sendable {
    let user: Int
    let kind: TitleKind?
    let vocabularies: Vocabularies?
    /// The person's day by the clock, by which episodes have aired.
    let today: Day
    /// How many titles are wanted.
    let limit: Int
    /// Whether people and status are wanted with each.
    var isDetailed = true
  }

  /// A person who was found.
  struct PersonHit: Sendable {
    let id: Int
    let name: String
    /// The names of their most looked for titles, at most three.
    let knownFor: [String]
    /// The path of a picture at its source.
    let picture: String?
  }

  /// What a text finds.
  struct Results: Sendable {
    var hits: [Hit]
    /// At most five; none where one kind of title is wanted.
    var people: [PersonHit] = []
    /// Whether a person was more likely meant than any title.
    var isPersonFirst = false
    /// What can be done about it at once, the likeliest first.
    var offers: [Offer]
    /// Whether the whole text is the name of a title.
    let isName: Bool
    /// Whether something could be offered if its day had come.
    var isTooEarly = false
  }

  /// The likeliest titles and people, at most the scope's limit, and what a command offers to do.
  ///
  /// A text with a command in it also finds what its name alone finds, after what all of it does.
  static func find(
    _ connection: Connection, _ query: SearchQuery, command: Command?, _ scope: Scope
  ) throws -> Results {
    let finder = Finder(
      connection: connection, user: scope.user, kind: scope.kind, vocabularies: scope.vocabularies)
    let found = try finder.find(query)
    var ranked = found.titles
    var results = Results(hits: [], offers: [], isName: ranked.contains { $0.candidate.folded == query.folded })
    if let command, let rest = SearchQuery(command.name) {
      let meant = try finder.find(rest).titles
      let offers = try offers(connection, command, meant, isName: results.isName, scope)
      results.offers = offers.filter { !command.isFuture || !$0.isPlay }
      results.isTooEarly = results.offers.count < offers.count
      // What only mending the command's own words would find comes last.
      var listed: Set<Int> = []
      ranked = (ranked.filter { !$0.candidate.isCorrected } + meant + ranked).filter {
        listed.insert($0.candidate.titleID).inserted
      }
    }
    results.hits = try hits(connection, ranked.prefix(scope.limit).map(\.candidate), scope)
    results.people = try people(connection, found.people)
    results.isPersonFirst = found.isPersonFirst && results.offers.isEmpty && !results.people.isEmpty
    return results
  }

  private static func hits(_ connection: Connection, _ found: [Candidate], _ scope: Scope) throws -> [Hit] {
    guard scope.isDetailed else {
      return found.map { Hit(candidate: $0, makers: [], cast: [], status: nil, isOwn: $0.isOwn) }
    }
    var makers: [Int: [String]] = [:]
    var cast: [Int: [String]] = [:]
    var statuses: [Int: Status] = [:]
    for start in stride(from: 0, to: found.count, by: titlesAtOnce) {
      let titles = found.dropFirst(start).prefix(titlesAtOnce).map(\.titleID)
      let (credits, shelf) = try connection.all(Self.credits(of: titles), Self.shelf(of: titles, user: scope.user))
      for (title, job, name) in credits {
        if job == "by" { makers[title, default: []].append(name) } else { cast[title, default: []].append(name) }
      }
      for (title, status) in shelf { statuses[title] = status }
    }
    return found.map {
      Hit(
        candidate: $0, makers: makers[$0.titleID, default: []], cast: cast[$0.titleID, default: []],
        status: statuses[$0.titleID],
        isOwn: $0.isOwn)
    }
  }

  private static func people(_ connection: Connection, _ found: [FoundPerson]) throws -> [PersonHit] {
    func known(_ index: Int) -> Query<String> {
      PeopleFinder.knownFor(index < found.count ? found[index].id : 0).asked(if: index < found.count)
    }
    let all = try connection.all(known(0), known(1), known(2), known(3), known(4))
    // Who is only in titles of a person's own is for nobody else.
    return zip(found, [all.0, all.1, all.2, all.3, all.4]).filter { !$0.1.isEmpty }.map {
      PersonHit(id: $0.id, name: $0.name, knownFor: $1, picture: $0.picture)
    }
  }

  /// Of how many titles a statement looks up what a line shows.
  private static let titlesAtOnce = 10

  private static func credits(of titles: [Int]) -> Query<(Int, String, String)> {
    let id = padded(titles, to: titlesAtOnce)
    return Query(
      """
      SELECT c.title_id, c.job, p.name FROM credits c JOIN people p ON p.id = c.person_id
      WHERE c.title_id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AND c.position < 4
      ORDER BY c.title_id, c.job, c.position
      """, id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9]
    ) { ($0.int(), $0.text(), $0.text()) }
  }

  private static func shelf(of titles: [Int], user: Int) -> Query<(Int, Status?)> {
    let id = padded(titles, to: titlesAtOnce)
    return Query(
      """
      SELECT title_id, status FROM shelf
      WHERE user_id = $11 AND title_id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      """, id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8], id[9], user
    ) { ($0.int(), Status(rawValue: $0.text())) }
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

  private static func padded(_ titles: [Int], to count: Int = candidatesWithEpisodes) -> [Int] {
    Array((titles + Array(repeating: 0, count: count)).prefix(count))
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
}

extension SearchStore {
  /// The words of every name, at once.
  static func vocabulary(_ connection: Connection) throws -> Vocabularies { try VocabularyReader.all(connection) }
}
