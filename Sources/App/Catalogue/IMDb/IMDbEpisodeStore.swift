import SQL

/// Episodes of IMDb's in the catalogue.
enum IMDbEpisodeStore {
  /// An episode that comes.
  struct Coming: Sendable, Equatable {
    let imdbNumber: Int
    let season: Int
    let number: Int
    /// Empty when nobody knows it.
    let name: String
    let year: Int?
    let runtime: Int?

    var imdbID: String { IMDbNumber.text(imdbNumber, "tt") }
  }

  /// A show with its episodes, in the order of their places, each place once.
  struct Show: Sendable, Equatable {
    let title: Int
    var episodes: [Coming] = []

    /// The year of each season: the last in which something of it came, so that it is past only when all of it is.
    var years: [Int: Int] {
      var years: [Int: Int] = [:]
      for episode in episodes {
        if let year = episode.year { years[episode.season] = max(year, years[episode.season] ?? 0) }
      }
      return years
    }
  }

  private struct Place: Hashable {
    let season: Int
    let number: Int
  }

  private struct Stored {
    var id: Int
    var name: String
    var runtime: Int?
    var imdbID: String?
  }

  /// What is stored of a show.
  private struct Known {
    var hasEnded = false
    var source = ""
    var episodes: [Place: Stored] = [:]
    /// The places of those that the source does not have any more.
    var gone: Set<Place> = []
    var years: [Int: Int?] = [:]
  }

  /// What has to be written.
  private struct Plan {
    var seasons: [[any Bindable]] = []
    var years: [[any Bindable]] = []
    var added: [[any Bindable]] = []
    var changed: [[any Bindable]] = []
    /// Shows that had episodes and of which something is written.
    var toCount: [Int] = []
    /// Shows that had none.
    var new: [Int] = []
  }

  /// Adds the episodes that are missing and what is missing of the others, and recounts the shelves that the shows
  /// stand on.
  static func put(
    _ connection: Connection, _ shows: [Show], now: Instant, today: Day, _ report: inout IMDbReport
  ) throws {
    if connection.engine == .postgres {
      // As `CatalogueStore.hold` does, in one journey.
      try connection.each(
        CatalogueStore.holdStatement, many: shows.map { [$0.title] })
    }
    let known = try known(connection, shows)
    var plan = Plan()
    for (show, known) in zip(shows, known) { add(show, known, today: today, to: &plan, &report) }
    try write(connection, plan)
    let counted = Set(plan.toCount)
    for (show, known) in zip(shows, known) where counted.contains(show.title) {
      try EpisodeStore.setAirDays(connection, title: show.title, hasEnded: known.hasEnded, now: now)
    }
    var watched: [Int] = []
    let written = (plan.toCount + plan.new).sorted()
    try connection.each(
      "SELECT title_id FROM shelf WHERE title_id = $1 LIMIT 1", many: written.map { [$0] }
    ) { _, row in watched.append(row.int()) }
    var budget = Recounts.Budget()
    for title in watched { try Recounts.everybody(connection, title: title, now: now, budget: &budget) }
  }

  private static func known(_ connection: Connection, _ shows: [Show]) throws -> [Known] {
    var known = [Known](repeating: Known(), count: shows.count)
    let ids = shows.map { [$0.title] as [any Bindable] }
    try connection.each("SELECT has_ended, source FROM titles WHERE id = $1", many: ids) { place, row in
      (known[place].hasEnded, known[place].source) = (row.bool(), row.text())
    }
    try connection.each(
      "SELECT season, number, id, name, runtime, imdb_id, gone_at IS NOT NULL FROM episodes WHERE title_id = $1",
      many: ids
    ) { place, row in
      let at = Place(season: row.int(), number: row.int())
      let stored = Stored(
        id: row.int(), name: row.text(), runtime: row.optionalInt(), imdbID: row.optionalText())
      if row.bool() { known[place].gone.insert(at) } else { known[place].episodes[at] = stored }
    }
    try connection.each("SELECT number, year FROM seasons WHERE title_id = $1", many: ids) { place, row in
      let number = row.int()
      known[place].years.updateValue(row.optionalInt(), forKey: number)
    }
    return known
  }

  private static func add(
    _ show: Show, _ known: Known, today: Day, to plan: inout Plan, _ report: inout IMDbReport
  ) {
    // TMDB divides some shows otherwise: where it has said which episodes there are, none are added beside them.
    if known.source.isEmpty || (known.source == "tmdb" && !known.episodes.isEmpty) {
      report.episodesLeftOut["other source", default: 0] += show.episodes.count
      return
    }
    var years = show.years
    let isOurs = known.source == "imdb"
    var hasNew = false
    for season in Set(show.episodes.map(\.season)).sorted() {
      let year = years[season]
      if let there = known.years[season] {
        if let year, there == nil || (isOurs && there != year) {
          plan.years.append([show.title, season, year])
          hasNew = true
        } else {
          years[season] = there
        }
      } else {
        plan.seasons.append([show.title, season, year])
      }
    }
    let days =
      known.episodes.isEmpty
      ? Airing.effective(
        show.episodes.map { ($0.season, $0.number, nil) }, seasonYears: years, hasEnded: known.hasEnded, today: today)
      : []
    for (index, episode) in show.episodes.enumerated() {
      let place = Place(season: episode.season, number: episode.number)
      if known.gone.contains(place) {
        report.episodesLeftOut["gone", default: 0] += 1
        continue
      }
      guard let stored = known.episodes[place] else {
        plan.added.append([
          show.title, episode.season, episode.number, episode.name, days.isEmpty ? nil : days[index], episode.runtime,
          episode.imdbID,
        ])
        report.episodes.new += 1
        hasNew = true
        continue
      }
      if let change = change(stored, episode, isOurs: isOurs) {
        plan.changed.append(change)
        report.episodes.changed += 1
        hasNew = true
      } else {
        report.episodes.same += 1
      }
    }
    if known.episodes.isEmpty { plan.new.append(show.title) } else if hasNew { plan.toCount.append(show.title) }
  }

  /// The row of a stored episode as it should be; nil when it is so. A known name is changed only where it came from
  /// IMDb for this very episode.
  private static func change(_ stored: Stored, _ episode: Coming, isOurs: Bool) -> [any Bindable]? {
    var new = stored
    let isSame = stored.imdbID == episode.imdbID
    if !episode.name.isEmpty, stored.name.isEmpty || (isOurs && isSame) { new.name = episode.name }
    new.runtime = isOurs && isSame ? episode.runtime ?? stored.runtime : stored.runtime ?? episode.runtime
    new.imdbID = stored.imdbID ?? episode.imdbID
    if (new.name, new.runtime, new.imdbID) == (stored.name, stored.runtime, stored.imdbID) { return nil }
    return [stored.id, new.name, new.runtime, new.imdbID]
  }

  private static func write(_ connection: Connection, _ plan: Plan) throws {
    // The titles are held: nobody adds the same meanwhile.
    try connection.insert(
      "INSERT INTO seasons (title_id, number, year) VALUES ($1, $2, $3)", many: plan.seasons)
    try connection.each("UPDATE seasons SET year = $3 WHERE title_id = $1 AND number = $2", many: plan.years)
    try connection.insert(
      """
      INSERT INTO episodes (title_id, season, number, name, air_day, runtime, imdb_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """, many: plan.added)
    try connection.each("UPDATE episodes SET name = $2, runtime = $3, imdb_id = $4 WHERE id = $1", many: plan.changed)
  }
}
