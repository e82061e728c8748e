import SQL

/// Recommendations out of a person's own ratings and plays: what the edges of their best titles add up to.
enum RecommendationStore {
  /// When the edges were last made, in the table of the site.
  static let madeAt = "edges-at"

  /// The titles that the person's best rated 120 and latest unrated 40 lead to the most, each with the one of them
  /// that leads to it the strongest; one more than a page has.
  ///
  /// The edges of a title that is not among the common ones exist because somebody has it. They count once they were
  /// made while the person had it themselves: what shows at once would say that somebody else has it.
  static func suggestions(_ query: DiscoverQuery, _ scope: DiscoverStore.Scope) -> Query<Suggestion> {
    Query(
      SQL(
        plannedAnew: """
          WITH seeds AS (
            SELECT title_id, rating - 40 AS strength, added_at FROM (
              SELECT title_id, rating, added_at FROM shelf WHERE user_id = $1 AND rating >= 60
              ORDER BY rating DESC, title_id DESC LIMIT 120) AS rated
            UNION ALL SELECT title_id, 15, added_at FROM (
              SELECT title_id, added_at FROM shelf
              WHERE user_id = $1 AND rating IS NULL AND plays > 0 AND status <> 'dropped'
              ORDER BY last_at DESC NULLS LAST, title_id DESC LIMIT 40) AS seen),
          links AS (
            SELECT e.other_id, s.title_id, CASE e.kind WHEN 'content' THEN 0 ELSE 1 END AS how,
              s.strength * e.weight AS w
            FROM seeds s JOIN edge_sources m ON m.title_id = s.title_id JOIN edges e ON e.title_id = s.title_id
            WHERE e.kind = 'watched' OR m.is_common = 1 OR s.added_at < coalesce(
              (SELECT CAST(value AS BIGINT) FROM site WHERE name = 'edges-at'), 0)
            UNION ALL SELECT r.other_id, s.title_id, 2, s.strength * (400 - 15 * r.position)
            FROM seeds s JOIN related r ON r.title_id = s.title_id WHERE r.position < 20),
          sums AS (
            SELECT other_id, CAST(sum(w) AS BIGINT) AS total, max(w * 17179869184 + title_id * 4 + how) AS best
            FROM links GROUP BY other_id ORDER BY total DESC, other_id LIMIT 2000),
          found AS (
            SELECT m.other_id, m.total, m.best FROM sums m JOIN titles t ON t.id = m.other_id
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
              AND NOT EXISTS (SELECT 1 FROM shelf x WHERE x.user_id = $1 AND x.title_id = t.id)
              AND NOT EXISTS (SELECT 1 FROM dismissals d WHERE d.user_id = $1 AND d.title_id = t.id)
            ORDER BY m.total DESC, m.other_id LIMIT $11 OFFSET $12)
          SELECT t.id, t.kind, t.name, t.year, t.poster, NULL, t.runtime, t.score, t.released, b.id, b.name, y.rating,
            f.best % 4
          FROM found f JOIN titles t ON t.id = f.other_id JOIN titles b ON b.id = (f.best % 17179869184) / 4
            JOIN shelf y ON y.user_id = $1 AND y.title_id = b.id
          ORDER BY f.total DESC, f.other_id
          """), scope.user, query.kind?.rawValue ?? "", query.genre ?? "", query.decade ?? 0, query.country ?? "",
      query.language ?? "", query.minutes ?? 0, query.person ?? 0, query.isMine, scope.country,
      DiscoverQuery.pageSize + 1, (query.page - 1) * DiscoverQuery.pageSize
    ) { row in
      let card = DetailStore.Card(&row)
      let (runtime, score) = (row.optionalInt(), row.optionalInt())
      let released = row.optionalText().flatMap { Day($0) }
      let (seed, name, rating) = (row.int(), row.text(), row.optionalInt())
      return Suggestion(
        card: card, runtime: runtime, score: score, released: released,
        reason: .because(title: seed, name: name, rating: rating, .init(rawValue: row.int()) ?? .content))
    }
  }

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

  /// The places of the titles that each person likes, at most `RecommendationRules.titlesAPerson` of each.
  static func likes(_ connection: Connection, places: [Int: Int]) throws -> [[Int32]] {
    let users = try connection.rows("SELECT id FROM users WHERE is_disabled = 0 ORDER BY id") { $0.int() }
    var likes: [[Int32]] = []
    for user in users {
      var own: [Int32] = []
      func take(_ row: inout Row) {
        if let place = places[row.int()] { own.append(Int32(place)) }
      }
      try connection.each(
        """
        SELECT title_id FROM shelf WHERE user_id = $1 AND rating >= 60 ORDER BY rating DESC, title_id DESC LIMIT $2
        """, user, RecommendationRules.titlesAPerson
      ) { take(&$0) }
      if own.count < RecommendationRules.titlesAPerson {
        try connection.each(
          """
          SELECT title_id FROM shelf WHERE user_id = $1 AND rating IS NULL AND plays > 0 AND status <> 'dropped'
          ORDER BY last_at DESC NULLS LAST, title_id DESC LIMIT $2
          """, user, RecommendationRules.titlesAPerson - own.count
        ) { take(&$0) }
      }
      likes.append(own)
    }
    return likes
  }

  // MARK: - Writing the edges

  /// The edges of a title as they are to be kept.
  struct Edges: Sendable {
    let title: Int
    let isCommon: Bool
    var edges: [(other: Int, kind: String, weight: Int)] = []

    /// A number that is another for other edges.
    var mark: Int {
      var hash: UInt64 = isCommon ? 0xcbf2_9ce4_8422_2325 : 0x8422_2325_cbf2_9ce4
      for edge in edges {
        for number in [edge.other, edge.kind.utf8.count, edge.weight] {
          hash = (hash ^ UInt64(truncatingIfNeeded: number)) &* 0x100_0000_01b3
        }
      }
      return Int(hash >> 1)
    }
  }

  /// The titles whose edges are kept, with the mark of these.
  static func marks(_ connection: Connection) throws -> [Int: Int] {
    var marks: [Int: Int] = [:]
    try connection.each("SELECT title_id, mark FROM edge_sources") { marks[$0.int()] = $0.int() }
    return marks
  }

  /// Puts the edges of titles in the place of those that were there; titles that are gone since are passed over.
  static func replace(_ connection: Connection, _ all: ArraySlice<Edges>) throws {
    for made in all {
      try forget(connection, title: made.title)
      let isThere = try connection.execute(
        """
        INSERT INTO edge_sources (title_id, is_common, mark) SELECT id, CAST($2 AS BIGINT), CAST($3 AS BIGINT)
        FROM titles WHERE id = $1 AND owner_id IS NULL
        """, made.title, made.isCommon, made.mark)
      guard isThere == 1 else { continue }
      try connection.each(
        """
        INSERT INTO edges (title_id, other_id, kind, weight)
        SELECT CAST($1 AS BIGINT), id, CAST($3 AS TEXT), CAST($4 AS BIGINT) FROM titles WHERE id = $2
        """, many: made.edges.map { [made.title, $0.other, $0.kind, $0.weight] })
    }
  }

  /// Takes the edges of a title away.
  static func forget(_ connection: Connection, title: Int) throws {
    try connection.execute("DELETE FROM edges WHERE title_id = $1", title)
    try connection.execute("DELETE FROM edge_sources WHERE title_id = $1", title)
  }

  /// Notes when the edges were read together.
  static func note(_ connection: Connection, madeAt instant: Instant) throws {
    try connection.execute(
      """
      INSERT INTO site (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
      """, madeAt, String(instant))
  }
}
