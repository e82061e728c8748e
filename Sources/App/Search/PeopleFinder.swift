import SQL

/// A person who may be who was meant.
struct FoundPerson: Sendable {
  let id: Int
  let name: String
  /// The folded name.
  let folded: String
  /// The place in popularity.
  let place: Int
  /// The path of a picture at its source.
  let picture: String?
  /// As `Ranking.Scored.cost`.
  var cost = 0
  /// Whether each word that was typed is one of the name, as it was typed.
  var isWhole = false

  /// How much looked for they are, from 0 to 255.
  var weight: Int { Places.weight(of: place) }
}

/// Finds people by their names.
enum PeopleFinder {
  /// How many at most are looked at by one question, the most popular first.
  static let mostNames = 20

  /// The first by popularity; on PostgreSQL only the well known, as with titles.
  static func matching(_ match: NameMatch?, _ engine: Engine) -> Query<FoundPerson> {
    Query(
      SQL(
        sqlite: """
          SELECT p.id, p.name, p.name_key, p.place, p.picture FROM people_words w JOIN people p ON p.place = w.rowid
          WHERE w.people_words MATCH $1 ORDER BY w.rowid LIMIT 20
          """,
        postgres: """
          SELECT id, name, name_key, place, picture FROM people
          WHERE place < 562640715776 AND words @@ CAST($1 AS tsquery) ORDER BY place LIMIT 20
          """, isPlannedAnew: true), match?.text(for: engine), read: FoundPerson.init
    ).asked(if: match != nil)
  }

  /// Without those who are not well known, where there are enough who are, as with titles.
  static func cut(_ found: [FoundPerson]) -> [FoundPerson] {
    let known = found.prefix { $0.place < Places.endOfPopular }
    return known.count < Finder.mostPeople ? found : Array(known)
  }

  /// The people of PostgreSQL who are not well known, where there are not enough who are.
  static func others(
    _ match: NameMatch?, than popular: [FoundPerson] = [], _ engine: Engine
  ) -> Query<FoundPerson> {
    // As with titles, it has to be told to look for the words.
    Query(
      SQL(
        postgresOnly: """
          SELECT * FROM (
            SELECT id, name, name_key, place, picture FROM people
            WHERE place >= 562640715776 AND words @@ CAST($1 AS tsquery) OFFSET 0
          ) AS p ORDER BY place LIMIT $2
          """), match?.text(for: .postgres), mostNames - popular.count, read: FoundPerson.init
    ).asked(if: match != nil && engine == .postgres && popular.count < Finder.mostPeople)
  }

  /// The first of the well known.
  static func known(_ match: NameMatch?, _ engine: Engine) -> Query<FoundPerson> {
    if engine == .postgres { return matching(match, engine) }
    return Query(
      """
      SELECT p.id, p.name, p.name_key, p.place, p.picture FROM people_words w JOIN people p ON p.place = w.rowid
      WHERE w.people_words MATCH $1 AND w.rowid < 562640715776 ORDER BY w.rowid LIMIT 20
      """, match?.text(for: engine), read: FoundPerson.init
    ).asked(if: match != nil)
  }

  /// The first of all others.
  static func unknown(_ match: NameMatch?, _ engine: Engine) -> Query<FoundPerson> {
    if engine == .postgres { return others(match, engine) }
    return Query(
      """
      SELECT p.id, p.name, p.name_key, p.place, p.picture FROM people_words w JOIN people p ON p.place = w.rowid
      WHERE w.people_words MATCH $1 AND w.rowid >= 562640715776 ORDER BY w.rowid LIMIT 20
      """, match?.text(for: engine), read: FoundPerson.init
    ).asked(if: match != nil)
  }

  /// Each once, the likeliest first, at most `Finder.mostPeople`.
  ///
  /// The last name names a person nearly as well as all of it, the first name does not.
  static func sorted(_ people: [FoundPerson], _ query: SearchQuery) -> [FoundPerson] {
    var comparison = NameComparison(query.words)
    var seen: Set<Int> = []
    let scored = people.filter { seen.insert($0.id).inserted }.compactMap { person -> FoundPerson? in
      var person = person
      let fit = comparison.compare(person.folded)
      if fit.missing > 0 { return nil }
      let begun = fit.isBegun ? 20 : 0
      // A title is meant a little oftener than a person.
      person.cost = 20 + fit.edits * 50 + begun - person.weight
      if fit.score > 1 { person.cost += fit.isAtEnd ? 15 : 45 }
      person.isWhole = fit.edits == 0 && !fit.isBegun
      return person
    }
    return Array(scored.sorted { ($0.cost, $0.place) < ($1.cost, $1.place) }.prefix(Finder.mostPeople))
  }

  /// The names of the most looked for titles of somebody, at most three.
  static func knownFor(_ person: Int) -> Query<String> {
    Query(
      """
      SELECT t.name
      FROM (SELECT DISTINCT title_id FROM credits WHERE person_id = $1) c JOIN titles t ON t.id = c.title_id
      WHERE t.owner_id IS NULL ORDER BY t.weight DESC, t.id LIMIT 3
      """, person
    ) { $0.text() }
  }
}

extension FoundPerson {
  init(_ row: inout Row) {
    self.init(
      id: row.int(), name: row.text(), folded: row.text(), place: row.int(), picture: row.optionalText())
  }
}
