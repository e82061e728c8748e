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
    var addedAt: Instant?
    /// TMDB's path of its poster.
    let poster: String?
  }

  /// One page of the library.
  struct Page: Sendable {
    var cards: [Card]
    var hasNext: Bool
    /// The last row, after which the next page begins.
    var last: Place?
  }

  /// How many titles a page has.
  static let pageSize = 50
  /// The last page that is numbered; beyond it a page begins after the last row of the one before.
  static let lastPage = 100
  /// How far titles are counted when filters are set.
  static let countedUpTo = 1_000

  /// One page, and whether there is another.
  static func page(_ connection: Connection, user: Int, _ filter: Filter, today: Day) throws -> Page {
    let reading = LibraryReading(connection: connection, user: user, filter: filter, today: today.description)
    let wanted = pageSize + 1
    var offset = (filter.page - 1) * pageSize
    var rows: [(card: Card, place: Place)] = []
    if filter.after?.value != .missing {
      rows = try reading.rows(.present, limit: wanted, offset: offset)
    }
    if filter.sort.mayMiss, rows.count < wanted {
      // The second part begins where the first ended, wherever that was.
      if rows.isEmpty, offset > 0 {
        offset = max(0, offset - (try reading.count(.present, limit: offset)))
      } else {
        offset = 0
      }
      rows += try reading.rows(.missing, limit: wanted - rows.count, offset: offset)
    }
    let shown = rows.prefix(pageSize)
    return Page(cards: shown.map(\.card), hasNext: rows.count > pageSize, last: shown.last?.place)
  }

  /// How many titles fit a filter, counted up to one more than `countedUpTo`.
  static func count(_ connection: Connection, user: Int, _ filter: Filter, today: Day) throws -> Int {
    try LibraryReading(connection: connection, user: user, filter: filter, today: today.description)
      .count(nil, limit: countedUpTo + 1)
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

  /// A person's lists that are kept by hand, in their order.
  static func lists(_ connection: Connection, user: Int) throws -> [(id: Int, name: String)] {
    try connection.rows(
      "SELECT id, name FROM lists WHERE user_id = $1 AND rule IS NULL ORDER BY place, id LIMIT 200", user
    ) { ($0.int(), $0.text()) }
  }
}

/// A filter while it is read, with its values in the order the statements take them.
private struct LibraryReading {
  let connection: Connection
  let user: Int
  let filter: LibraryStore.Filter
  let today: String

  /// The leading condition for which this order has an index.
  private var lead: LibraryStatements.Lead {
    if filter.person != nil { return .person }
    let isIndexed = [.name, .added, .watched].contains(filter.sort)
    // An airing turns "up to date" into "watching" by itself, which the walk along the order looks at row by row.
    let mayTurn = filter.status == .watching || filter.status == .uptodate
    if filter.status != nil, !mayTurn, isIndexed {
      return filter.kind != nil && filter.sort == .name ? .kindStatus : .status
    }
    return filter.kind != nil && isIndexed ? .kind : .order
  }

  func rows(
    _ part: LibraryStatements.Part, limit: Int, offset: Int
  ) throws -> [(card: LibraryStore.Card, place: LibraryStore.Place)] {
    let statement = LibraryStatements.page(
      .init(
        lead: lead, hasMore: filter.isNarrowed, sort: filter.sort, isReversed: filter.isReversed, part: part))
    let (key, id) = place(part)
    let (kind, status) = (filter.kind?.rawValue, filter.status?.rawValue)
    let read: (inout Row) -> (card: LibraryStore.Card, place: LibraryStore.Place) = { row in
      let card = LibraryStore.Card(&row)
      return (card, .init(id: card.titleID, value: .init(row.value())))
    }
    guard filter.isNarrowed else {
      return try connection.rows(statement, user, today, kind, status, limit, key, id, offset, read: read)
    }
    let more = LibraryMore(filter)
    return try connection.rows(
      statement, user, today, kind, status, limit, more.genre, more.decade?.from, more.decade?.to, more.country,
      more.person, more.runtime?.from, more.runtime?.to, more.rating?.from, more.rating?.to, more.watched?.from,
      more.watched?.to, more.favourite, more.nameKey, more.name, key, id, offset, read: read)
  }

  func count(_ part: LibraryStatements.Part?, limit: Int) throws -> Int {
    let more = LibraryMore(filter)
    return try connection.first(
      LibraryStatements.count(filter.person == nil ? .order : .person, filter.sort, part), user, today,
      filter.kind?.rawValue, filter.status?.rawValue, limit, more.genre, more.decade?.from, more.decade?.to,
      more.country, more.person, more.runtime?.from, more.runtime?.to, more.rating?.from, more.rating?.to,
      more.watched?.from, more.watched?.to, more.favourite, more.nameKey, more.name
    ) { $0.int() } ?? 0
  }

  /// Where the walk begins: after a row, or before every row there can be.
  private func place(_ part: LibraryStatements.Part) -> (key: Value, id: Int) {
    let isUp = filter.sort.isAscending != filter.isReversed
    let id = isUp ? 0 : Int.max
    if part == .missing { return (.null, filter.after?.value == .missing ? filter.after?.id ?? id : id) }
    if let after = filter.after { return (after.value.bound, after.id) }
    // Nothing sorts after the last character of Unicode.
    if filter.sort == .name { return (.text(isUp ? "" : "\u{10FFFF}"), id) }
    return (.int(isUp ? .min : .max), id)
  }
}

/// The filters behind "More filters" as their statements take them; those not set are NULL.
private struct LibraryMore {
  let genre: String?
  var decade: (from: Int, to: Int)?
  var country: String?
  let person: Int?
  var runtime: (from: Int, to: Int)?
  var rating: (from: Int, to: Int)?
  var watched: (from: String, to: String)?
  var favourite: Int?
  /// What the sort key holds, and what any of the names holds.
  var nameKey: String?
  var name: String?

  init(_ filter: LibraryStore.Filter) {
    genre = filter.genre
    decade = filter.decade.map { ($0, $0 + 9) }
    country = filter.country.map { "%,\($0),%" }
    person = filter.person
    runtime = filter.runtime?.minutes
    switch filter.rating {
    case nil: rating = nil
    // A missing rating counts as -1 in the statement.
    case .some(.none): rating = (-1, -1)
    case .range(let from, let to): rating = (from, to)
    }
    watched = filter.watched.map { (String($0), String($0 + 1)) }
    favourite = filter.isFavourite ? 1 : nil
    nameKey = filter.text.map { "%" + Self.escaped(Folding.sortKey($0)) + "%" }
    name = filter.text.map { "%" + Self.escaped($0) + "%" }
  }

  // `%`, `_` and the escape itself stand for themselves.
  private static func escaped(_ text: String) -> String {
    String(text.flatMap { "%_\\".contains($0) ? ["\\", $0] : [$0] })
  }
}

extension LibraryStore.Place.Value: Bindable {
  init(_ value: Value) {
    switch value {
    case .int(let number): self = .number(number)
    case .text(let text): self = .text(text)
    default: self = .missing
    }
  }

  static var type: ValueType? { nil }

  var bound: Value {
    switch self {
    case .missing: .null
    case .number(let number): .int(number)
    case .text(let text): .text(text)
    }
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
    addedAt = row.optionalInt()
    poster = row.optionalText()
  }
}
