import SQL

/// People of IMDb's in the catalogue.
enum IMDbPeopleStore {
  /// Somebody who comes.
  struct Coming: Sendable {
    let number: Int
    let name: String
    /// The number here, when they are known.
    let id: Int?
    let weight: Int
    /// Titles of the catalogue that they are known for.
    let knownFor: [Int]

    var imdbID: String { IMDbNumber.text(number, "nm") }
  }

  /// The people of a title.
  struct Credits: Sendable {
    /// The most makers and the most of the cast.
    static let mostMakers = 5
    static let mostCast = 15

    let title: Int
    private var creators: [Int] = []
    private var writers: [Int] = []
    private(set) var cast: [(person: Int, part: String)] = []

    init(title: Int) { self.title = title }

    mutating func add(_ part: IMDbPart, person: Int) {
      switch part.job {
      case .maker: if creators.count < Self.mostMakers, !creators.contains(person) { creators.append(person) }
      case .writer: if writers.count < Self.mostMakers, !writers.contains(person) { writers.append(person) }
      case .cast:
        if cast.count < Self.mostCast, !cast.contains(where: { $0.person == person }) {
          cast.append((person, part.name))
        }
      }
    }

    var makers: [Int] { creators.isEmpty ? writers : creators }
  }

  /// The people who have a number at IMDb: by that number, their own.
  static func numbers(_ connection: Connection) throws -> NumberTable {
    var numbers = NumberTable()
    try connection.each("SELECT imdb_id, id FROM people WHERE imdb_id IS NOT NULL") { row in
      let (text, id) = (row.text(), row.int())
      if let number = IMDbNumber.of(text, "nm") { numbers.set(number, id) }
    }
    return numbers
  }

  /// The weight of each title that has a number at IMDb.
  static func weights(_ connection: Connection) throws -> NumberTable {
    var weights = NumberTable()
    try connection.each("SELECT imdb_id, weight FROM titles WHERE imdb_id IS NOT NULL AND owner_id IS NULL") { row in
      let (text, weight) = (row.text(), row.int())
      if let number = IMDbNumber.of(text, "tt") { weights.set(number, weight) }
    }
    return weights
  }

  /// Adds people, and gives known ones their name and weight.
  static func put(_ connection: Connection, _ coming: [Coming], _ report: inout IMDbReport) throws {
    try connection.hold(CatalogueStore.peopleLock)
    let known = coming.filter { $0.id != nil }
    try update(connection, known, &report)
    var new: [Coming] = []
    for person in coming where person.id == nil {
      if let id = try namesake(connection, person) {
        try connection.execute("UPDATE people SET imdb_id = $2 WHERE id = $1", id, person.imdbID)
        report.people.changed += 1
      } else {
        new.append(person)
      }
    }
    var added: [Int: Int] = [:]
    try connection.insert(
      """
      INSERT INTO people (name, name_key, imdb_id) VALUES ($1, $2, $3)
      ON CONFLICT (imdb_id) DO NOTHING RETURNING id, imdb_id
      """, many: new.map { [$0.name, Folding.fold($0.name), $0.imdbID] }
    ) { row in
      let id = row.int()
      if let number = IMDbNumber.of(row.text(), "nm") { added[number] = id }
    }
    try PeopleNames.add(
      connection, many: new.compactMap { person in added[person.number].map { ($0, person.weight, person.name) } })
    report.people.new += added.count
  }

  /// Somebody without a number at IMDb who has the same name and a part in a title that the one who comes is known
  /// for.
  private static func namesake(_ connection: Connection, _ person: Coming) throws -> Int? {
    if person.knownFor.isEmpty { return nil }
    let titles = person.knownFor + [0, 0, 0, 0]
    return try connection.first(
      """
      SELECT p.id FROM people p WHERE p.name_key = $1 AND p.name = $2 AND p.imdb_id IS NULL AND EXISTS (
        SELECT 1 FROM credits c WHERE c.person_id = p.id AND c.title_id IN ($3, $4, $5, $6)) ORDER BY p.id LIMIT 1
      """, Folding.fold(person.name), person.name, titles[0], titles[1], titles[2], titles[3]
    ) { $0.int() }
  }

  private static func update(_ connection: Connection, _ known: [Coming], _ report: inout IMDbReport) throws {
    var stored: [Int: (name: String, weight: Int, isElsewhere: Bool)] = [:]
    try connection.each(
      "SELECT id, name, weight, tmdb_id FROM people WHERE id = $1", many: known.map { [$0.id] }
    ) { _, row in
      let id = row.int()
      stored[id] = (row.text(), row.int(), row.optionalInt() != nil)
    }
    for person in known {
      guard let id = person.id, let old = stored[id] else { continue }
      // Where TMDB knows them too, it says what they are called.
      let name = old.isElsewhere ? old.name : person.name
      let weight = max(old.weight, person.weight)
      if name == old.name, weight - old.weight < Names.farEnough {
        report.people.same += 1
        continue
      }
      try PeopleNames.replace(connection, person: id, weight: weight, name: name)
      report.people.changed += 1
    }
  }

  // MARK: Parts

  /// Places of this and more are of people who were added to a title from elsewhere (`PersonStore`); they stay.
  private static let firstForeign = 1_000

  private struct Part: Equatable {
    let job: String
    let position: Int
    let person: Int
    let part: String
  }

  /// Writes who was in what: of titles that came from IMDb where it differs, of others where nobody is known.
  ///
  /// - Returns: of how many titles something was written.
  static func put(_ connection: Connection, _ credits: [Credits]) throws -> Int {
    let ids = credits.map { [$0.title] as [any Bindable] }
    var sources = [String](repeating: "", count: credits.count)
    var stored = [[Part]](repeating: [], count: credits.count)
    try connection.each("SELECT source FROM titles WHERE id = $1", many: ids) { sources[$0] = $1.text() }
    try connection.each(
      "SELECT job, position, person_id, part FROM credits WHERE title_id = $1 ORDER BY job, position", many: ids
    ) { place, row in
      stored[place].append(Part(job: row.text(), position: row.int(), person: row.int(), part: row.text()))
    }
    var removed: [[any Bindable]] = []
    var added: [[any Bindable]] = []
    var count = 0
    for (place, title) in credits.enumerated() where !sources[place].isEmpty {
      let makers = title.makers.enumerated().map { Part(job: "by", position: $0, person: $1, part: "") }
      let cast = title.cast.enumerated().map { Part(job: "cast", position: $0, person: $1.person, part: $1.part) }
      var hasChanged = false
      for (job, wanted) in [("by", makers), ("cast", cast)] where !wanted.isEmpty {
        let there = stored[place].filter { $0.job == job && $0.position < firstForeign }
        if there == wanted || (sources[place] != "imdb" && !there.isEmpty) { continue }
        hasChanged = true
        if !there.isEmpty { removed.append([title.title, job, firstForeign]) }
        added += wanted.map { [title.title, job, $0.position, $0.person, $0.part] }
      }
      if hasChanged { count += 1 }
    }
    try connection.each("DELETE FROM credits WHERE title_id = $1 AND job = $2 AND position < $3", many: removed)
    try connection.insert(
      """
      INSERT INTO credits (title_id, job, position, person_id, part) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (title_id, job, position) DO NOTHING
      """, many: added)
    return count
  }
}
