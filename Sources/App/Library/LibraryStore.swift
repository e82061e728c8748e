import SQL

/// The lists of a person's library: each a walk along an index of the shelf.
enum LibraryStore {
  /// A title in a list.
  struct Card: Sendable {
    let titleID: Int
    let kind: TitleKind
    let name: String
    let year: Int?
    let status: Status
    let rating: Int?
    let isFavourite: Bool
    let plays: Int
    let seen: Int
    let due: Int
    let lastDay: String?
    let runtime: Int?
  }

  /// What a person looks for in their library.
  struct Filter: Sendable, Equatable {
    var status: Status?
    var kind: TitleKind?
    var genre: String?
    /// Folded.
    var text: String?
    var sort = Sort.name
    var page = 1
  }

  /// The orders of the library.
  enum Sort: String, Sendable, CaseIterable {
    case name, added, watched, rating, year, progress
  }

  /// How many titles a page has.
  static let pageSize = 50
  /// The last page that is numbered.
  static let lastPage = 100

  /// One page, and whether there is another.
  static func page(
    _ connection: Connection, user: Int, _ filter: Filter, today: Day
  ) throws -> (cards: [Card], hasNext: Bool) {
    let pattern = filter.text.map { "%" + escaped($0) + "%" }
    let cards = try connection.rows(
      statement(filter), user, filter.kind?.rawValue, filter.status?.rawValue, filter.genre, pattern, today.description,
      pageSize + 1, (filter.page - 1) * pageSize, read: Card.init)
    return (Array(cards.prefix(pageSize)), cards.count > pageSize)
  }

  /// How many titles of each kind have each status, and of all.
  static func counts(_ connection: Connection, user: Int, kind: TitleKind?, today: Day) throws -> [Status: Int] {
    var counts: [Status: Int] = [:]
    try connection.each("SELECT kind, status, titles FROM counts WHERE user_id = $1", user) { row in
      let rowKind = row.text()
      let status = Status(rawValue: row.text()) ?? .none
      if kind == nil || kind?.rawValue == rowKind { counts[status, default: 0] += row.int() }
    }
    return counts
  }

  /// The genres of a person's library, by name.
  static func genres(_ connection: Connection) throws -> [String] {
    // Walks from genre to genre along the index instead of reading every row.
    try connection.rows(
      """
      WITH RECURSIVE walk (genre) AS (
        SELECT min(genre) FROM genres
        UNION ALL SELECT (SELECT min(g.genre) FROM genres g WHERE g.genre > walk.genre) FROM walk WHERE genre IS NOT \
        NULL)
      SELECT genre FROM walk WHERE genre IS NOT NULL
      """
    ) { $0.text() }
  }

  // `%`, `_` and the escape itself stand for themselves.
  private static func escaped(_ text: String) -> String {
    String(text.flatMap { "%_\\".contains($0) ? ["\\", $0] : [$0] })
  }

  // Each order and each pair of filters that has an index gets a text in which the planner can see it.
  private static func statement(_ filter: Filter) -> SQL {
    // An airing turns "up to date" into "watching" by itself, which only the general statement looks at.
    let mayTurn = filter.status == .watching || filter.status == .uptodate
    let isPlain = filter.genre == nil && filter.text == nil && !mayTurn
    let filters = (filter.kind != nil, filter.status != nil)
    let key: LibraryStatements.Key =
      !isPlain
      ? .any : filters == (true, true) ? .kindStatus : filters == (true, false) ? .kind : filters.1 ? .status : .all
    return LibraryStatements.statement(key, filter.sort)
  }
}

extension LibraryStore.Card {
  init(_ row: inout Row) {
    titleID = row.int()
    kind = TitleKind(rawValue: row.text()) ?? .movie
    name = row.text()
    year = row.optionalInt()
    status = Status(rawValue: row.text()) ?? .none
    rating = row.optionalInt()
    isFavourite = row.bool()
    plays = row.int()
    seen = row.int()
    due = row.int()
    lastDay = row.optionalText()
    runtime = row.optionalInt()
  }
}

/// The statements of the library: the same columns, a condition for the filters, an order.
///
/// They are put together from the literals below, once, so that each order walks its own index; no user data is in
/// them.
enum LibraryStatements {
  /// Which filters are set.
  enum Key: CaseIterable {
    case all, kind, status, kindStatus, any
  }

  /// The statement of a set of filters and an order.
  static func statement(_ key: Key, _ sort: LibraryStore.Sort) -> SQL { made[Place(key: key, sort: sort)] ?? fallback }

  private struct Place: Hashable {
    let key: Key
    let sort: LibraryStore.Sort
  }

  private static let fallback = text(.any, .name)
  private static let made: [Place: SQL] = {
    var all: [Place: SQL] = [:]
    for key in Key.allCases {
      for sort in LibraryStore.Sort.allCases { all[Place(key: key, sort: sort)] = text(key, sort) }
    }
    return all
  }()

  // Every statement takes the same eight values; those of filters that are not set are compared with NULL.
  private static func text(_ key: Key, _ sort: LibraryStore.Sort) -> SQL {
    let status = """
      CASE WHEN s.status = 'uptodate' AND s.next_day <= $6 THEN 'watching' ELSE s.status END = $3
      """
    let unused = (
      kind: "CAST($2 AS TEXT) IS NULL", status: "CAST($3 AS TEXT) IS NULL",
      rest: "CAST($4 AS TEXT) IS NULL AND CAST($5 AS TEXT) IS NULL"
    )
    let condition: String
    switch key {
    case .all: condition = "\(unused.kind) AND \(unused.status) AND \(unused.rest)"
    case .kind: condition = "s.kind = $2 AND \(unused.status) AND \(unused.rest)"
    case .status: condition = "\(unused.kind) AND s.status = $3 AND \(unused.rest)"
    case .kindStatus: condition = "s.kind = $2 AND s.status = $3 AND \(unused.rest)"
    case .any:
      condition = """
        (CAST($2 AS TEXT) IS NULL OR s.kind = $2) AND (CAST($3 AS TEXT) IS NULL OR \(status))
        AND (CAST($4 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM genres g WHERE g.title_id = s.title_id AND g.genre = $4))
        AND (CAST($5 AS TEXT) IS NULL OR EXISTS (
          SELECT 1 FROM titles f WHERE f.id = s.title_id AND (s.name_key LIKE $5 ESCAPE '\\' OR f.name LIKE $5 ESCAPE \
          '\\')))
        """
    }
    return SQL(
      trusted: """
        SELECT s.title_id, s.kind, t.name, s.year, CASE WHEN s.status = 'uptodate' AND s.next_day <= $6 THEN 'watching'
            ELSE s.status END, s.rating, s.favourite, s.plays, s.seen,
          CASE WHEN s.turn_day <= $6 THEN
            (SELECT count(*) FROM episodes e WHERE e.title_id = s.title_id AND e.season > 0 AND e.air_day <= $6) - \
            s.skipped
            ELSE s.aired - s.skipped END,
          s.last_day, t.runtime
        FROM shelf s JOIN titles t ON t.id = s.title_id
        WHERE s.user_id = $1 AND \(condition) ORDER BY \(order(sort)) LIMIT $7 OFFSET $8
        """)
  }

  private static func order(_ sort: LibraryStore.Sort) -> String {
    switch sort {
    case .name: "s.name_key, s.title_id"
    case .added: "s.added_at DESC, s.title_id DESC"
    case .watched: "s.last_at DESC NULLS LAST, s.title_id DESC"
    case .rating: "s.rating DESC NULLS LAST, s.title_id DESC"
    case .year: "s.year DESC NULLS LAST, s.title_id DESC"
    case .progress: "s.share DESC, s.title_id DESC"
    }
  }
}
