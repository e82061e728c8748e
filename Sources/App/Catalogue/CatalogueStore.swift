import SQL

/// Titles with their seasons, episodes, people and names.
enum CatalogueStore {
  /// The posters of titles; those without one are left out.
  static func posters(_ connection: Connection, titles: Set<Int>) throws -> [Int: String] {
    if titles.isEmpty { return [:] }
    var posters: [Int: String] = [:]
    try connection.each(
      """
      SELECT t.id, t.poster FROM json_each(CAST($1 AS TEXT)) n CROSS JOIN titles t
      WHERE t.id = n.value AND t.poster IS NOT NULL
      """, titles.sorted().jsonArray
    ) { row in
      let id = row.int()
      posters[id] = row.text()
    }
    return posters
  }

  /// A title that this person may see: of the shared catalogue, or their own.
  static func title(_ connection: Connection, user: Int, id: Int) throws -> Title? {
    try connection.first(title(user: user, id: id))
  }

  /// The query of that.
  static func title(user: Int, id: Int) -> Query<Title> {
    Query(
      """
      SELECT id, kind, name, original_name, year, released, runtime, overview, countries, languages, has_ended, imdb_id,
        tmdb_id, source, owner_id
      FROM titles WHERE id = $2 AND (owner_id IS NULL OR owner_id = $1)
      """, user, id, read: Title.init)
  }

  /// The name and year of a title for its drawn poster.
  static func posterFacts(_ connection: Connection, user: Int, id: Int) throws -> (name: String, year: Int?)? {
    try connection.first(
      "SELECT name, year FROM titles WHERE id = $2 AND (owner_id IS NULL OR owner_id = $1)", user, id
    ) { ($0.text(), $0.optionalInt()) }
  }

  /// A genre or a person of a title.
  enum Fact {
    case genre(String)
    case credit(Credit)
  }

  /// The genres of a title, the main one first, then its makers and cast in their order.
  static func about(title: Int) -> Query<Fact> {
    Query(
      """
      SELECT 'genre' AS job, position, genre AS name, 0 AS person, '' AS part, '' AS picture
      FROM genres WHERE title_id = $1
      UNION ALL SELECT c.job, c.position, p.name, p.id, c.part, p.picture FROM credits c
        JOIN people p ON p.id = c.person_id WHERE c.title_id = $1 AND c.position < 1000
      ORDER BY job, position
      """, title
    ) { row in
      let job = row.text()
      _ = row.int()
      let name = row.text()
      if job == "genre" { return .genre(name) }
      return .credit(
        Credit(job: job, person: name, id: row.int(), part: row.text(), picture: row.optionalText()))
    }
  }

  /// The genres of a title, the main one first.
  static func genres(_ connection: Connection, title: Int) throws -> [String] {
    try connection.rows("SELECT genre FROM genres WHERE title_id = $1 ORDER BY position", title) { $0.text() }
  }

  /// Makers first, then the cast in its order.
  static func credits(_ connection: Connection, title: Int) throws -> [Credit] {
    try connection.rows(
      """
      SELECT c.job, p.name, p.id FROM credits c JOIN people p ON p.id = c.person_id
      WHERE c.title_id = $1 ORDER BY c.job, c.position
      """, title
    ) { Credit(job: $0.text(), person: $0.text(), id: $0.int()) }
  }

  /// How many titles of each kind the shared catalogue has, and how many episodes.
  static func counts(_ connection: Connection) throws -> (movies: Int, shows: Int, episodes: Int) {
    let kinds = try connection.first(
      """
      SELECT count(*) FILTER (WHERE kind = 'movie'), count(*) FILTER (WHERE kind = 'show')
      FROM titles WHERE owner_id IS NULL
      """
    ) { ($0.int(), $0.int()) }
    let episodes = try connection.first(
      "SELECT count(*) FROM episodes e JOIN titles t ON t.id = e.title_id WHERE t.owner_id IS NULL"
    ) { $0.int() }
    return (kinds?.0 ?? 0, kinds?.1 ?? 0, episodes ?? 0)
  }

  /// Adds a title whole: its names for the search, genres, people, seasons and episodes.
  static func add(
    _ connection: Connection, _ new: NewTitle, source: String, owner: Int?, now: Instant
  ) throws -> Int {
    let id = try connection.first(
      """
      INSERT INTO titles (kind, name, original_name, name_key, year, released, runtime, overview, countries, languages,
        has_ended, weight, imdb_id, tmdb_id, source, as_of, owner_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id
      """, new.kind.rawValue, new.name, new.originalName, Folding.sortKey(new.name), new.year,
      new.released?.description, new.runtime, new.overview, new.countries, new.languages, new.hasEnded, new.weight,
      new.imdbID, new.tmdbID, source, now, owner
    ) { $0.int() }
    guard let id else { throw DatabaseError(.statement, "INSERT … RETURNING gave no row") }
    for (position, genre) in new.genres.enumerated() {
      try connection.execute("INSERT INTO genres (title_id, position, genre) VALUES ($1, $2, $3)", id, position, genre)
    }
    try addCredits(connection, title: id, job: "by", people: new.makers, weight: owner == nil ? new.weight : nil)
    try addCredits(connection, title: id, job: "cast", people: new.cast, weight: owner == nil ? new.weight : nil)
    try addSeasons(connection, title: id, new, today: Zone.utc.clock(at: now).day)
    if owner == nil {
      let names = [new.name] + [new.originalName].compactMap { $0 } + new.otherNames
      try Names.add(connection, title: id, weight: new.weight, names: names)
    }
    return id
  }

  static let peopleLock = Lock("people")

  private static func addCredits(
    _ connection: Connection, title: Int, job: String, people: [String], weight: Int?
  ) throws {
    if !people.isEmpty { try connection.hold(peopleLock) }
    for (position, person) in people.enumerated() {
      let key = Folding.fold(person)
      let known = try connection.first("SELECT id FROM people WHERE name_key = $1 AND name = $2", key, person) {
        $0.int()
      }
      let id =
        try known
        ?? connection.first(
          "INSERT INTO people (name, name_key) VALUES ($1, $2) RETURNING id", person, key
        ) { $0.int() }
      try connection.execute(
        "INSERT INTO credits (title_id, job, position, person_id) VALUES ($1, $2, $3, $4)", title, job, position, id)
      // Those of somebody's own titles are found by nobody else.
      if let id, let weight { try PeopleNames.raise(connection, person: id, weight: weight) }
    }
  }

  private static func addSeasons(_ connection: Connection, title: Int, _ new: NewTitle, today: Day) throws {
    var episodes: [(season: Int, number: Int, aired: Day?)] = []
    var names: [String] = []
    for season in new.seasons {
      try connection.execute(
        "INSERT INTO seasons (title_id, number, year) VALUES ($1, $2, $3)", title, season.number, season.year)
      for number in 1...max(season.episodes, 1) where number <= season.episodes {
        episodes.append((season.number, number, season.known[number]?.aired))
        names.append(season.known[number]?.name ?? "")
      }
    }
    let years = Dictionary(uniqueKeysWithValues: new.seasons.compactMap { each in each.year.map { (each.number, $0) } })
    let days = Airing.effective(episodes, seasonYears: years, hasEnded: new.hasEnded, today: today)
    for (index, episode) in episodes.enumerated() {
      try connection.execute(
        """
        INSERT INTO episodes (title_id, season, number, name, aired, air_day) VALUES ($1, $2, $3, $4, $5, $6)
        """, title, episode.season, episode.number, names[index], episode.aired?.description, days[index])
    }
  }

  /// Lets nobody record anything of a title until the transaction ends, so that no record is counted by episodes that
  /// are about to change.
  static func hold(_ connection: Connection, title: Int) throws {
    // What names a title shares its row on PostgreSQL; on SQLite there is one writer.
    guard connection.engine == .postgres else { return }
    try connection.each(holdStatement, title) { _ in }
  }

  /// Lets nobody begin to change a title until the transaction ends, while what is recorded of it goes on; false when
  /// somebody is changing it.
  static func tryShare(_ connection: Connection, title: Int) throws -> Bool {
    guard connection.engine == .postgres else { return true }
    let share = SQL(postgresOnly: "SELECT 1 FROM titles WHERE id = $1 FOR KEY SHARE SKIP LOCKED")
    return try connection.first(share, title) { $0.int() } != nil
  }

  /// What PostgreSQL is asked for that; others pipeline it.
  static let holdStatement = SQL(postgresOnly: "SELECT 1 FROM titles WHERE id = $1 FOR UPDATE")

  /// Whether there are episodes without a day whose season's year is past.
  static func hasPastYears(_ connection: Connection, year: Int) throws -> Bool {
    try connection.first(
      """
      SELECT 1 FROM seasons s JOIN episodes e ON e.title_id = s.title_id AND e.season = s.number
      WHERE s.year < $1 AND e.air_day IS NULL LIMIT 1
      """, year
    ) { $0.int() } != nil
  }

  /// Episodes without a day whose season's year is past count as aired from now on; gives their shows after one, at
  /// most `limit`.
  static func airPastYears(_ connection: Connection, year: Int, after: Int, limit: Int) throws -> [Int] {
    let shows = try connection.rows(
      """
      SELECT DISTINCT e.title_id FROM seasons s JOIN episodes e ON e.title_id = s.title_id AND e.season = s.number
      WHERE s.year < $1 AND e.air_day IS NULL AND s.title_id > $2 AND e.title_id > $2 ORDER BY e.title_id LIMIT $3
      """, year, after, limit
    ) { $0.int() }
    for show in shows {
      try hold(connection, title: show)
      try connection.execute(
        """
        UPDATE episodes SET air_day = $3 WHERE title_id = $1 AND air_day IS NULL
          AND season IN (SELECT number FROM seasons WHERE title_id = $1 AND year < $2)
        """, show, year, Airing.longAgo)
    }
    return shows
  }
}

extension Title {
  init(_ row: inout Row) {
    id = row.int()
    kind = TitleKind(rawValue: row.text()) ?? .movie
    name = row.text()
    originalName = row.optionalText()
    year = row.optionalInt()
    released = row.optionalText().flatMap { Day($0) }
    runtime = row.optionalInt()
    overview = row.text()
    countries = row.text()
    languages = row.text()
    hasEnded = row.bool()
    imdbID = row.optionalText()
    tmdbID = row.optionalInt()
    source = row.text()
    ownerID = row.optionalInt()
  }
}
