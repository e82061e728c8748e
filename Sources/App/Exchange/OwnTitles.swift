import SQL

/// Titles of a person's own, read and made whole.
enum OwnTitles {
  /// Every title of a person's own, the oldest first.
  static func all(_ connection: Connection, user: Int) throws -> [(id: Int, title: OwnTitle)] {
    let genres = try genres(connection, user: user)
    let seasons = try seasons(connection, user: user)
    return try connection.rows(
      """
      SELECT t.id, t.kind, t.name, t.year, s.imdb_id, s.tmdb_id, t.original_name, t.released, t.runtime, t.overview,
        t.countries, t.languages, t.has_ended
      FROM titles t LEFT JOIN stand_ins s ON s.user_id = $1 AND s.title_id = t.id
      WHERE t.owner_id = $1 ORDER BY t.id
      """, user
    ) { row in
      let id = row.int()
      var title = OwnTitle(
        kind: TitleKind(rawValue: row.text()) ?? .movie, name: row.text(), year: row.optionalInt(),
        imdb: row.optionalText(), tmdb: row.optionalInt(), originalName: row.optionalText(),
        released: row.optionalText().flatMap { Day($0) }, runtime: row.optionalInt(), overview: row.text(),
        countries: row.text(), languages: row.text(), hasEnded: row.bool())
      if let known = genres[id] { title.genres = known }
      if let known = seasons[id] { title.seasons = known.values.sorted { $0.number < $1.number } }
      return (id, title)
    }
  }

  private static func genres(_ connection: Connection, user: Int) throws -> [Int: [String]] {
    var genres: [Int: [String]] = [:]
    try connection.each(
      """
      SELECT g.title_id, g.genre FROM titles t JOIN genres g ON g.title_id = t.id
      WHERE t.owner_id = $1 ORDER BY g.title_id, g.position
      """, user
    ) { row in genres[row.int(), default: []].append(row.text()) }
    return genres
  }

  private static func seasons(_ connection: Connection, user: Int) throws -> [Int: [Int: OwnTitle.Season]] {
    var seasons: [Int: [Int: OwnTitle.Season]] = [:]
    try connection.each(
      """
      SELECT n.title_id, n.number, n.name, n.year FROM titles t JOIN seasons n ON n.title_id = t.id
      WHERE t.owner_id = $1
      """, user
    ) { row in
      let (title, number) = (row.int(), row.int())
      seasons[title, default: [:]][number] = OwnTitle.Season(number: number, name: row.text(), year: row.optionalInt())
    }
    try connection.each(
      """
      SELECT e.title_id, e.season, e.number, e.name, e.aired, e.runtime
      FROM titles t JOIN episodes e ON e.title_id = t.id WHERE t.owner_id = $1 ORDER BY e.title_id, e.season, e.number
      """, user
    ) { row in
      let (title, season) = (row.int(), row.int())
      let episode = OwnTitle.Episode(
        number: row.int(), name: row.text(), aired: row.optionalText().flatMap { Day($0) }, runtime: row.optionalInt())
      seasons[title, default: [:]][season, default: OwnTitle.Season(number: season)].episodes.append(episode)
    }
    return seasons
  }

  /// A title of the catalogue with its seasons and episodes, to be made a person's own.
  static func copy(_ connection: Connection, of title: Title) throws -> OwnTitle {
    var seasons: [Int: OwnTitle.Season] = [:]
    try connection.each("SELECT number, name, year FROM seasons WHERE title_id = $1", title.id) { row in
      let number = row.int()
      seasons[number] = OwnTitle.Season(number: number, name: row.text(), year: row.optionalInt())
    }
    try connection.each(
      "SELECT season, number, name, aired, runtime FROM episodes WHERE title_id = $1 ORDER BY season, number", title.id
    ) { row in
      let season = row.int()
      let episode = OwnTitle.Episode(
        number: row.int(), name: row.text(), aired: row.optionalText().flatMap { Day($0) }, runtime: row.optionalInt())
      seasons[season, default: OwnTitle.Season(number: season)].episodes.append(episode)
    }
    return OwnTitle(
      kind: title.kind, name: title.name, year: title.year, imdb: title.imdbID, tmdb: title.tmdbID,
      originalName: title.originalName, released: title.released, runtime: title.runtime, overview: title.overview,
      countries: title.countries, languages: title.languages, hasEnded: title.hasEnded,
      genres: try CatalogueStore.genres(connection, title: title.id),
      seasons: seasons.values.sorted { $0.number < $1.number })
  }

  /// Makes a title that only this person sees.
  static func add(_ connection: Connection, user: Int, _ own: OwnTitle, now: Instant) throws -> Int {
    let new = NewTitle(
      kind: own.kind, name: own.name, originalName: own.originalName, year: own.year, released: own.released,
      runtime: own.runtime, overview: own.overview, countries: own.countries, languages: own.languages,
      hasEnded: own.hasEnded, genres: own.genres)
    let id = try CatalogueStore.add(connection, new, source: "own", owner: user, now: now)
    if own.imdb != nil || own.tmdb != nil {
      try connection.execute(
        "INSERT INTO stand_ins (user_id, title_id, imdb_id, tmdb_id) VALUES ($1, $2, $3, $4)", user, id, own.imdb,
        own.tmdb)
    }
    let episodes = own.seasons.flatMap { season in season.episodes.map { (season.number, $0) } }
    let dated = own.seasons.compactMap { season in season.year.map { (season.number, $0) } }
    let years = Dictionary(dated, uniquingKeysWith: { first, _ in first })
    let days = Airing.effective(
      episodes.map { ($0.0, $0.1.number, $0.1.aired) }, seasonYears: years, hasEnded: own.hasEnded,
      today: Zone.utc.clock(at: now).day)
    for season in own.seasons {
      try connection.execute(
        "INSERT INTO seasons (title_id, number, name, year) VALUES ($1, $2, $3, $4)", id, season.number, season.name,
        season.year)
    }
    for (place, (season, episode)) in episodes.enumerated() {
      try connection.execute(
        """
        INSERT INTO episodes (title_id, season, number, name, aired, air_day, runtime)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """, id, season, episode.number, episode.name, episode.aired?.description, days[place], episode.runtime)
    }
    return id
  }
}
