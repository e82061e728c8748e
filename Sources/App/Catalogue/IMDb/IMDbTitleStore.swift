import SQL

/// Titles of IMDb's in the catalogue.
enum IMDbTitleStore {
  /// A title that comes, with the number it has here when it is known.
  struct Coming: Sendable {
    let title: IMDbTitle
    let id: Int?
    /// By what it is sorted, and the names by which it is found; of a known one they are not needed.
    let sortKey: String
    let names: [String]

    init(title: IMDbTitle, id: Int?) {
      self.title = title
      self.id = id
      sortKey = id == nil ? Folding.sortKey(title.name) : ""
      names = id == nil ? Names.Many.folded(title.names) : []
    }
  }

  /// What is stored of a title that IMDb knows too.
  struct Known: Sendable, Equatable {
    var id: Int
    var kind: String
    var name: String
    var originalName: String?
    var year: Int?
    var runtime: Int?
    var hasEnded: Bool
    var weight: Int
    var votes: Int
    var score: Int?
    var isAdult: Bool
    var source: String
    var genres: [String] = []

    /// The same with what IMDb says: everything where it came from there; elsewhere only what was missing, and the
    /// votes where they are more.
    func merged(_ title: IMDbTitle) -> Known {
      var new = self
      if source == "imdb" {
        (new.name, new.originalName, new.isAdult) = (title.name, title.originalName, title.isAdult)
        (new.year, new.runtime) = (title.year ?? year, title.runtime ?? runtime)
        if kind == TitleKind.show.rawValue { new.hasEnded = title.hasEnded }
        if !title.genres.isEmpty { new.genres = title.genres }
        if title.votes > 0 { (new.votes, new.score, new.weight) = (title.votes, title.score, title.weight) }
        return new
      }
      new.year = year ?? title.year
      new.runtime = runtime ?? title.runtime
      if genres.isEmpty { new.genres = title.genres }
      if title.votes > votes {
        (new.votes, new.score, new.weight) = (title.votes, title.score, max(weight, title.weight))
      }
      return new
    }
  }

  /// Every title with a number at IMDb: that number, its own, and whether it is a show.
  static func each(_ connection: Connection, _ body: (Int, Int, Bool) -> Void) throws {
    try connection.each("SELECT imdb_id, id, kind FROM titles WHERE imdb_id IS NOT NULL AND owner_id IS NULL") { row in
      let (text, id, kind) = (row.text(), row.int(), row.text())
      if let number = IMDbNumber.of(text, "tt") { body(number, id, kind == TitleKind.show.rawValue) }
    }
  }

  /// Adds titles and brings known ones up to date.
  ///
  /// - Returns: the numbers of all of them, at IMDb and here, and whether it is a show.
  static func put(
    _ connection: Connection, _ coming: [Coming], now: Instant, _ report: inout IMDbReport
  ) throws -> [(Int, Int, Bool)] {
    var known: [(title: IMDbTitle, id: Int)] = []
    var new: [Coming] = []
    for each in coming {
      if let id = each.id { known.append((each.title, id)) } else { new.append(each) }
    }
    var ids = try add(connection, new, now: now)
    report.titles.new += ids.count
    if ids.count < new.count {
      // Somebody else added it since this import began.
      let added = Set(ids.map(\.0))
      let rest = new.map(\.title).filter { !added.contains($0.number) }
      try connection.each(
        "SELECT id FROM titles WHERE imdb_id = $1 AND owner_id IS NULL", many: rest.map { [$0.imdbID] }
      ) { place, row in known.append((rest[place], row.int())) }
    }
    ids += try update(connection, known, now: now, &report)
    return ids
  }

  // MARK: New ones

  private static func add(_ connection: Connection, _ new: [Coming], now: Instant) throws -> [(Int, Int, Bool)] {
    if new.isEmpty { return [] }
    var ids: [Int: Int] = [:]
    ids.reserveCapacity(new.count)
    try connection.insert(
      """
      INSERT INTO titles (kind, name, original_name, name_key, year, runtime, has_ended, weight, votes, score, is_adult,
        imdb_id, source, as_of)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
      ON CONFLICT (imdb_id) DO NOTHING RETURNING id, imdb_id
      """,
      many: new.map { coming in
        let title = coming.title
        return [
          title.kind.rawValue, title.name, title.originalName, coming.sortKey, title.year, title.runtime,
          title.hasEnded, title.weight, title.votes, title.score, title.isAdult, title.imdbID, "imdb", now,
        ]
      }
    ) { row in
      let id = row.int()
      if let number = IMDbNumber.of(row.text(), "tt") { ids[number] = id }
    }
    var genres: [[any Bindable]] = []
    var names = try Names.Many(connection)
    var added: [(Int, Int, Bool)] = []
    for coming in new {
      let title = coming.title
      guard let id = ids[title.number] else { continue }
      added.append((title.number, id, title.kind == .show))
      for (place, genre) in title.genres.enumerated() { genres.append([id, place, genre]) }
      for name in coming.names { names.add(title: id, weight: title.weight, folded: name) }
    }
    try connection.insert("INSERT INTO genres (title_id, position, genre) VALUES ($1, $2, $3)", many: genres)
    try names.write(connection)
    return added
  }

  // MARK: Known ones

  private static func update(
    _ connection: Connection, _ coming: [(title: IMDbTitle, id: Int)], now: Instant, _ report: inout IMDbReport
  ) throws -> [(Int, Int, Bool)] {
    var ids: [(Int, Int, Bool)] = []
    var budget = Recounts.Budget()
    let stored = try known(connection, coming.map(\.id))
    for (title, id) in coming {
      guard let old = stored[id] else { continue }
      ids.append((title.number, id, old.kind == TitleKind.show.rawValue))
      let new = old.merged(title)
      if new == old {
        report.titles.same += 1
        continue
      }
      report.titles.changed += 1
      try write(connection, old, new, title, now: now, budget: &budget)
    }
    return ids
  }

  private static func known(_ connection: Connection, _ ids: [Int]) throws -> [Int: Known] {
    var known: [Int: Known] = [:]
    known.reserveCapacity(ids.count)
    try connection.each(
      """
      SELECT id, kind, name, original_name, year, runtime, has_ended, weight, votes, score, is_adult, source
      FROM titles WHERE id = $1
      """, many: ids.map { [$0] }
    ) { _, row in
      let title = Known(
        id: row.int(), kind: row.text(), name: row.text(), originalName: row.optionalText(), year: row.optionalInt(),
        runtime: row.optionalInt(), hasEnded: row.bool(), weight: row.int(), votes: row.int(),
        score: row.optionalInt(), isAdult: row.bool(), source: row.text())
      known[title.id] = title
    }
    try connection.each(
      "SELECT genre FROM genres WHERE title_id = $1 ORDER BY position", many: ids.map { [$0] }
    ) { place, row in known[ids[place]]?.genres.append(row.text()) }
    return known
  }

  private static func write(
    _ connection: Connection, _ old: Known, _ new: Known, _ title: IMDbTitle, now: Instant,
    budget: inout Recounts.Budget
  ) throws {
    try CatalogueStore.hold(connection, title: new.id)
    // The day of the facts is another source's where the facts are.
    try connection.execute(
      """
      UPDATE titles SET name = $2, original_name = $3, name_key = $4, year = $5, runtime = $6, has_ended = $7,
        weight = $8, votes = $9, score = $10, is_adult = $11, as_of = coalesce($12, as_of)
      WHERE id = $1
      """, new.id, new.name, new.originalName, Folding.sortKey(new.name), new.year, new.runtime, new.hasEnded,
      new.weight, new.votes, new.score, new.isAdult, new.source == "imdb" ? now : Int?.none)
    if new.genres != old.genres {
      try connection.execute("DELETE FROM genres WHERE title_id = $1", new.id)
      try connection.insert(
        "INSERT INTO genres (title_id, position, genre) VALUES ($1, $2, $3)",
        many: new.genres.enumerated().map { [new.id, $0, $1] })
    }
    if new.name != old.name || new.originalName != old.originalName || new.weight != old.weight {
      // Those that it had are kept: they may be another source's, and people may look for them.
      let names = try connection.rows("SELECT folded FROM names WHERE title_id = $1 ORDER BY id", new.id) { $0.text() }
      let own = new.source == "imdb" ? title.names : []
      try Names.replace(connection, title: new.id, weight: new.weight, names: own + names)
    }
    var isCounted = (new.name, new.year, new.runtime) != (old.name, old.year, old.runtime)
    if new.hasEnded != old.hasEnded,
      try EpisodeStore.setAirDays(connection, title: new.id, hasEnded: new.hasEnded, now: now)
    {
      isCounted = true
    }
    if isCounted {
      try Recounts.everybody(
        connection, title: new.id, hasNewRuntimes: new.runtime != old.runtime, now: now, budget: &budget)
    }
  }
}
