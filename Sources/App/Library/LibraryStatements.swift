import SQL

/// The statements of the library: the same columns, conditions for the filters, an order.
///
/// They are put together from the literals below, once, so that each walks the index that suits it; no user data is in
/// them. A list with values that may be missing is read in two parts, since no engine walks an index across both.
enum LibraryStatements {
  /// Which condition the statement is led by; the others are checked row by row.
  enum Lead: CaseIterable {
    /// The order itself: a walk along its index, up to a full page. Measured, it beats finding the titles of a rare
    /// status, rating, decade or year first.
    case order
    /// Each has an index in some of the orders.
    case kind, status, kindStatus
    /// So few titles that they are found first, then put in order; in the second shape only.
    case person
  }

  /// The rows that have the value they are sorted by, or those that lack it.
  enum Part: CaseIterable {
    case present, missing
  }

  /// What tells one statement from another.
  struct Name: Hashable, Sendable {
    var lead: Lead
    /// Whether filters beside kind and status may be set: the second shape, with 14 more values.
    var hasMore: Bool
    var sort: LibraryStore.Sort
    var isReversed: Bool
    var part: Part
  }

  /// The rows of home, by the order they stand in there.
  enum Home: CaseIterable {
    case planned, added, unrated
  }

  /// A page: user, today, kind, status, limit; in the second shape the 14 of `LibraryStore.More`; key, id, offset.
  static func page(_ name: Name) -> SQL { pages[name] ?? pageText(name) }

  /// How many there are, at most the limit: user, today, kind, status, limit, and the 14 of `LibraryStore.More`.
  static func count(_ lead: Lead, _ sort: LibraryStore.Sort, _ part: Part?) -> SQL {
    let only = part.map { $0 == .missing ? " AND \(column(sort)) IS NULL" : " AND \(column(sort)) IS NOT NULL" } ?? ""
    return sql(
      "SELECT count(*) FROM (SELECT s.title_id",
      "WHERE s.user_id = $1 AND CAST($2 AS TEXT) IS NOT NULL AND \(conditions(lead, hasMore: true))\(only) LIMIT $5"
        + ") AS found", hasMore: true)
  }

  /// A row of posters of home: user, today, limit.
  static func home(_ row: Home) -> SQL { homes[row] ?? homeText(row) }

  /// Every page there can be, for tests that look at their plans.
  static let all: [Name] = Lead.allCases.flatMap { lead in
    [false, true].filter { $0 || lead != .person }.flatMap { hasMore in
      LibraryStore.Sort.allCases.flatMap { sort in
        [false, true].flatMap { isReversed in
          Part.allCases.filter { $0 == .present || sort.mayMiss }.map { part in
            Name(lead: lead, hasMore: hasMore, sort: sort, isReversed: isReversed, part: part)
          }
        }
      }
    }
  }

  private static let pages = Dictionary(uniqueKeysWithValues: all.map { ($0, pageText($0)) })
  private static let homes = Dictionary(uniqueKeysWithValues: Home.allCases.map { ($0, homeText($0)) })

  // `$2` is the person's today.
  private static let columns = """
    s.title_id, s.kind, t.name, s.year, CASE WHEN s.status = 'uptodate' AND s.next_day <= $2 THEN 'watching'
      ELSE s.status END, s.rating, s.favourite, s.plays, s.seen,
    CASE WHEN s.turn_day <= $2 THEN
      (SELECT count(*) FROM episodes e WHERE e.title_id = s.title_id AND e.air_day <= $2 AND (e.season > 0
        OR EXISTS (SELECT 1 FROM entries c WHERE c.user_id = $1 AND c.title_id = s.title_id AND c.specials = 1)))
        - s.skipped
      ELSE s.aired - s.skipped END,
    s.last_day, t.runtime, s.added_at, t.poster
    """

  // Of many filters most are not set: planned for those that are, PostgreSQL leaves the others out.
  private static func sql(_ head: String, _ tail: String, hasMore: Bool = false) -> SQL {
    SQL(trusted: "\(head) FROM shelf s JOIN titles t ON t.id = s.title_id \(tail)", isPlannedAnew: hasMore)
  }

  private static func homeText(_ row: Home) -> SQL {
    let rest =
      switch row {
      case .planned: "s.status = 'planned' ORDER BY s.added_at DESC, s.title_id DESC"
      case .added: "TRUE ORDER BY s.added_at DESC, s.title_id DESC"
      case .unrated:
        """
        s.rating IS NULL AND s.plays > 0 AND s.status = 'completed'
        ORDER BY s.last_at DESC NULLS LAST, s.title_id DESC
        """
      }
    return sql("SELECT \(columns)", "WHERE s.user_id = $1 AND \(rest) LIMIT $3")
  }

  private static func pageText(_ name: Name) -> SQL {
    let (key, id, offset) = name.hasMore ? ("$20", "$21", "$22") : ("$6", "$7", "$8")
    let column = column(name.sort)
    // An expression is no range of an index: the planner then finds the titles of the person first.
    let compared = name.lead != .person ? column : name.sort == .name ? "\(column) || ''" : "\(column) + 0"
    let compareID = name.lead == .person ? "s.title_id + 0" : "s.title_id"
    let isUp = name.sort.isAscending != name.isReversed
    let than = isUp ? ">" : "<"
    let down = isUp ? "" : " DESC"
    let place: String
    let order: String
    switch name.part {
    case .present:
      // Says what the partial index of ratings wants to hear, and is no range that would end the walk in order.
      let present = name.sort == .rating ? "s.rating <> -1 AND " : ""
      place = "\(present)(\(compared), \(compareID)) \(than) (\(key), \(id))"
      order = "\(column)\(down), s.title_id\(down)"
    case .missing:
      place = "\(column) IS NULL AND CAST(\(key) AS TEXT) IS NULL AND \(compareID) \(than) \(id)"
      order = "s.title_id\(down)"
    }
    return sql(
      "SELECT \(columns), \(column)",
      """
      WHERE s.user_id = $1 AND \(conditions(name.lead, hasMore: name.hasMore)) AND \(place)
      ORDER BY \(order) LIMIT $5 OFFSET \(offset)
      """, hasMore: name.hasMore)
  }

  private static func column(_ sort: LibraryStore.Sort) -> String {
    switch sort {
    case .name: "s.name_key"
    case .added: "s.added_at"
    case .watched: "s.last_at"
    case .rating: "s.rating"
    case .year: "s.year"
    case .progress: "s.share"
    }
  }

  // The condition that leads stands where the planner sees its index; the others are hidden from it.
  private static func conditions(_ lead: Lead, hasMore: Bool) -> String {
    let turned = "CASE WHEN s.status = 'uptodate' AND s.next_day <= $2 THEN 'watching' ELSE s.status END = $4"
    var all: [String] = []
    all.append(lead == .kind || lead == .kindStatus ? "s.kind = $3" : "(CAST($3 AS TEXT) IS NULL OR s.kind = $3)")
    switch lead {
    case .status, .kindStatus: all.append("s.status = $4")
    default: all.append("(CAST($4 AS TEXT) IS NULL OR \(turned))")
    }
    if hasMore { all += more(lead) }
    return all.joined(separator: " AND ")
  }

  private static func more(_ lead: Lead) -> [String] {
    let person = "s.title_id IN (SELECT c.title_id FROM credits c WHERE c.person_id = $10)"
    return [
      "(CAST($6 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM genres g WHERE g.title_id = s.title_id AND g.genre = $6))",
      "(CAST($7 AS BIGINT) IS NULL OR s.year >= $7 AND s.year <= $8)",
      "(CAST($9 AS TEXT) IS NULL OR ',' || t.countries || ',' LIKE $9)",
      lead == .person ? person : "(CAST($10 AS BIGINT) IS NULL OR \(person))",
      "(CAST($11 AS BIGINT) IS NULL OR t.runtime >= $11 AND t.runtime < $12)",
      "(CAST($13 AS BIGINT) IS NULL OR coalesce(s.rating, -1) >= $13 AND coalesce(s.rating, -1) <= $14)",
      """
      (CAST($15 AS TEXT) IS NULL
        OR s.title_id IN (SELECT p.title_id FROM plays p WHERE p.user_id = $1 AND p.day >= $15 AND p.day < $16))
      """,
      "(CAST($17 AS BIGINT) IS NULL OR s.favourite = $17)",
      """
      (CAST($18 AS TEXT) IS NULL OR s.name_key LIKE $18 ESCAPE '\\'
        OR EXISTS (SELECT 1 FROM names n WHERE n.title_id = s.title_id AND n.folded LIKE $19 ESCAPE '\\'))
      """,
    ]
  }
}

extension LibraryStore.Sort {
  /// Whether a title may lack the value.
  var mayMiss: Bool { self == .watched || self == .rating || self == .year }
}
