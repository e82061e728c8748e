import SQL

/// What the edges between titles are made of, and how they are kept.
enum RecommendationStore {
  /// When the edges were last made, in the table of the site.
  static let madeAt = "edges-at"

  // MARK: - What the edges are made of

  /// How many of the best known titles are compared and can be recommended, beside those that somebody has.
  static let mostCompared = 20_000
  /// How many of the best known titles have their edges made whether anybody has them or not.
  static let common = 3_000

  /// A title that is compared.
  struct Compared: Sendable {
    let id: Int
    let isCommon: Bool
    /// Whether its edges are made.
    let isSource: Bool
    var features: [Feature] = []
  }

  /// The titles that are compared, with what each is about: the best known ones, and those that somebody has.
  static func compared(_ connection: Connection) throws -> [Compared] {
    var all: [Compared] = []
    var places: [Int: Int] = [:]
    func add(_ id: Int, isOwned: Bool, year: Int?) {
      guard places[id] == nil else { return }
      places[id] = all.count
      let isCommon = !isOwned && all.count < common
      var title = Compared(id: id, isCommon: isCommon, isSource: isOwned || isCommon)
      if let year { title.features.append(.decade(year / 10)) }
      all.append(title)
    }
    var had: Set<Int> = []
    try connection.each("SELECT DISTINCT title_id FROM shelf") { had.insert($0.int()) }
    try connection.each(
      """
      SELECT id, year FROM titles WHERE owner_id IS NULL AND is_adult = 0 ORDER BY weight DESC, id DESC LIMIT $1
      """, mostCompared
    ) { add($0.int(), isOwned: false, year: $0.optionalInt()) }
    for id in had where places[id] != nil {
      let place = places[id] ?? 0
      all[place] = Compared(
        id: id, isCommon: all[place].isCommon, isSource: true, features: all[place].features)
    }
    try connection.each(
      """
      SELECT t.id, t.year FROM titles t WHERE t.owner_id IS NULL AND t.is_adult = 0
        AND EXISTS (SELECT 1 FROM shelf s WHERE s.title_id = t.id) ORDER BY t.id
      """
    ) { add($0.int(), isOwned: true, year: $0.optionalInt()) }
    try features(connection, of: all.map(\.id)) { all[$0].features.append($1) }
    return all
  }

  /// Hands out what titles are about, each with the title's place among `ids`.
  ///
  /// One title after the other along the primary keys: a catalogue has far more titles than are compared.
  static func features(_ connection: Connection, of ids: [Int], _ body: (Int, Feature) -> Void) throws {
    let rows = ids.map { [$0] as [any Bindable] }
    try connection.each("SELECT genre FROM genres WHERE title_id = $1 AND position < 4", many: rows) {
      body($0, .genre($1.text()))
    }
    try connection.each("SELECT keyword FROM keywords WHERE title_id = $1 AND position < 20", many: rows) {
      body($0, .keyword($1.text()))
    }
    try connection.each("SELECT person_id FROM credits WHERE title_id = $1 AND position < 8", many: rows) {
      body($0, .person($1.int()))
    }
  }

  /// Those whose titles are read.
  ///
  /// - Parameter limit: how many at most; of more every second, third and so on, the same ones each time.
  static func people(_ connection: Connection, limit: Int = RecommendationRules.mostPeople) throws -> [Int] {
    let all = try connection.rows("SELECT id FROM users WHERE is_disabled = 0 ORDER BY id") { $0.int() }
    let step = (all.count + limit - 1) / limit
    return step > 1 ? all.filter { $0 % step == 0 } : all
  }

  /// The places of the titles that each of some people likes, at most `RecommendationRules.titlesAPerson` of each.
  static func likes(_ connection: Connection, of users: [Int], places: [Int: Int]) throws -> [[Int32]] {
    var likes = [[Int32]](repeating: [], count: users.count)
    func take(_ person: Int, _ row: inout Row) {
      if let place = places[row.int()] { likes[person].append(Int32(place)) }
    }
    let most = RecommendationRules.titlesAPerson
    try connection.each(
      """
      SELECT title_id FROM shelf WHERE user_id = $1 AND rating >= 60 ORDER BY rating DESC, title_id DESC LIMIT $2
      """, many: users.map { [$0, most] }
    ) { take($0, &$1) }
    let rest = likes.indices.filter { likes[$0].count < most }
    try connection.each(
      """
      SELECT title_id FROM shelf WHERE user_id = $1 AND rating IS NULL AND plays > 0 AND status <> 'dropped'
      ORDER BY last_at DESC NULLS LAST, title_id DESC LIMIT $2
      """, many: rest.map { [users[$0], most - likes[$0].count] }
    ) { take(rest[$0], &$1) }
    return likes
  }

  // MARK: - Writing the edges

  /// The edges of a title as they are to be kept.
  struct Edges: Sendable, Equatable {
    let title: Int
    let isCommon: Bool
    let others: PackedEdges
  }

  /// All edges that are kept, by the title that they lead from.
  static func kept(_ connection: Connection) throws -> [Int: Edges] {
    var kept: [Int: Edges] = [:]
    try connection.each("SELECT title_id, is_common, others FROM edges") { row in
      let edges = Edges(title: row.int(), isCommon: row.bool(), others: PackedEdges(bytes: row.bytes()))
      kept[edges.title] = edges
    }
    return kept
  }

  /// Puts the edges of titles in the place of those that were there; titles that are gone since are passed over.
  static func replace(_ connection: Connection, _ all: ArraySlice<Edges>) throws {
    try connection.each(
      """
      INSERT INTO edges (title_id, is_common, others) SELECT id, CAST($2 AS BIGINT), $3 FROM titles
      WHERE id = $1 AND owner_id IS NULL
      ON CONFLICT (title_id) DO UPDATE SET is_common = excluded.is_common, others = excluded.others
      """, many: all.map { [$0.title, $0.isCommon, $0.others.bytes] })
  }

  /// Takes the edges of titles away.
  static func forget(_ connection: Connection, titles: ArraySlice<Int>) throws {
    try connection.each("DELETE FROM edges WHERE title_id = $1", many: titles.map { [$0] })
  }

  /// Notes when the edges were read together.
  static func note(_ connection: Connection, madeAt instant: Instant) throws {
    try connection.execute(
      """
      INSERT INTO site (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
      """, madeAt, String(instant))
  }
}
