// swift-format-ignore-file: NeverForceUnwrap

import SQL
import Web

@testable import App

/// A library of 130 titles with gaps and ties in everything it can be sorted by, and the model it is held to.
enum Shelves {
  struct Title: Sendable {
    let id: Int
    let kind: TitleKind
    let key: String
    let year: Int?
    let genre: String
    let country: String
    let runtime: Int?
    let actor: Int
    let rating: Int?
    let isFavourite: Bool
    let added: Int
    let status: Status
    let lastAt: Int?
    let share: Int
    let watched: Set<Int>

    var decade: Int? { year.map { $0 / 10 * 10 } }
  }

  static let count = 130

  /// Fills Alice's library; Bob has some of the same titles, otherwise rated.
  static func fill(_ site: Site) async throws -> [Title] {
    let (alice, bob) = (try await site.user("alice"), try await site.user("bob"))
    return try await site.database.write { connection in
      try (0..<count).map { number in
        let title = try add(connection, number, user: alice)
        if number.isMultiple(of: 2) {
          try connection.execute(
            "INSERT INTO entries (user_id, title_id, intent, rating, added_at) VALUES ($1, $2, 'planned', 42, $3)",
            bob, title.id, number)
          try Shelf.recount(connection, user: bob, title: title.id, today: Day("2026-11-23")!)
        }
        return title
      }
    }
  }

  /// Puts so many films at once on a shelf, without a record behind it.
  static func fillLong(_ connection: Connection, user: Int, count: Int) throws {
    try connection.execute(
      """
      INSERT INTO titles (kind, name, name_key, year, runtime, source, as_of)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
      SELECT 'movie', 'Long ' || i, 'long ' || i, 2000, 80, 'starter', 0 FROM n
      """, count)
    try connection.execute(
      """
      INSERT INTO shelf (user_id, title_id, kind, name_key, year, status, favourite, added_at, plays, pass, seen,
        skipped, aired, total, share)
      SELECT CAST($1 AS INTEGER), id, 'movie', name_key, year, 'planned', 0, id / 3, 0, 0, 0, 0, 0, 0, 0
      FROM titles WHERE name_key LIKE 'long %'
      """, user)
  }

  private static func add(_ connection: Connection, _ number: Int, user: Int) throws -> Title {
    let kind: TitleKind = number.isMultiple(of: 4) ? .show : .movie
    let names = ["Alpha", "Élan vital", "The Zed", "10 Things", "alpha", "Ño", "Zed 2"]
    var new = NewTitle(kind: kind, name: names[number % names.count])
    new.year = number.isMultiple(of: 7) ? nil : 1950 + number * 13 % 70
    new.genres = number.isMultiple(of: 3) ? ["Drama", "Crime"] : ["Comedy"]
    new.countries = number.isMultiple(of: 5) ? "US,DE" : number.isMultiple(of: 2) ? "DE" : "FR"
    new.runtime = number.isMultiple(of: 11) ? nil : 60 + number % 120
    new.cast = ["Actor \(number % 6)"]
    new.makers = number.isMultiple(of: 6) ? ["Actor 3"] : []
    new.hasEnded = true
    if kind == .show { new.seasons = [NewSeason(number: 1, episodes: 2, year: 2001)] }
    let id = try CatalogueStore.add(connection, new, source: "starter", owner: nil, now: Site.now)
    let rating = number.isMultiple(of: 3) ? nil : number * 37 % 101
    let isPlayed = number % 3 != 1
    try connection.execute(
      """
      INSERT INTO entries (user_id, title_id, intent, rating, favourite, added_at) VALUES ($1, $2, $3, $4, $5, $6)
      """, user, id, isPlayed ? nil : "planned", rating, number.isMultiple(of: 5), number % 9 * 1_000)
    var watched: Set<Int> = []
    if isPlayed {
      watched = try play(connection, number, title: id, isShow: kind == .show, user: user)
    }
    try Shelf.recount(connection, user: user, title: id, today: Day("2026-11-23")!)
    let row = try Shelf.row(connection, user: user, title: id)
    return Title(
      id: id, kind: kind, key: Folding.sortKey(new.name), year: new.year, genre: new.genres[0],
      country: new.countries, runtime: new.runtime, actor: number % 6, rating: rating,
      isFavourite: number.isMultiple(of: 5), added: number % 9 * 1_000, status: row?.status ?? .none,
      lastAt: row?.lastAt, share: row?.share ?? 0, watched: watched)
  }

  // Some are dated to the day, some to the year, some not at all.
  private static func play(
    _ connection: Connection, _ number: Int, title: Int, isShow: Bool, user: Int
  ) throws -> Set<Int> {
    let episode =
      isShow
      ? try connection.first("SELECT min(id) FROM episodes WHERE title_id = $1", title) { $0.int() } : nil
    let year = 2019 + number % 5
    let (day, precision): (String?, String) =
      number.isMultiple(of: 10)
      ? (nil, "unknown")
      : number.isMultiple(of: 8) ? ("\(year)", "year") : ("\(year)-12-31", "day")
    try connection.execute(
      """
      INSERT INTO plays (user_id, title_id, episode_id, at, day, precision, source)
      VALUES ($1, $2, $3, $4, $5, $6, 'web')
      """, user, title, episode, day == nil ? nil : year * 1_000, day, precision)
    return day == nil ? [] : [year]
  }

  typealias Filter = (query: String, fits: @Sendable (Title) -> Bool)

  /// Each filter of the library with what it means.
  static func filters(person: Int) -> [Filter] {
    [
      ("status=planned", { $0.status == .planned }), ("status=watching", { $0.status == .watching }),
      ("kind=show", { $0.kind == .show }), ("genre=Drama", { $0.genre == "Drama" }),
      ("decade=1990", { $0.decade == 1990 }), ("country=US", { $0.country.hasPrefix("US") }),
      ("country=DE", { $0.country.contains("DE") }),
      ("person=\(person)", { $0.actor == 3 || $0.actor == 0 }),
      ("runtime=0-90", { $0.runtime.map { $0 < 90 } ?? false }),
      ("runtime=120-150", { $0.runtime.map { (120..<150).contains($0) } ?? false }),
      ("runtime=150-", { $0.runtime.map { $0 >= 150 } ?? false }),
      ("rating=none", { $0.rating == nil }), ("rating=0-49", { $0.rating.map { $0 < 50 } ?? false }),
      ("rating=70-100", { $0.rating.map { $0 >= 70 } ?? false }), ("watched=2021", { $0.watched.contains(2021) }),
      ("favourite=1", { $0.isFavourite }), ("q=zed", { $0.key.contains("zed") }),
    ]
  }

  /// Every title of a filter, page by page.
  static func all(_ site: Site, user: Int, _ query: String, byPlace: Bool = false) async throws -> [Int] {
    let today = Day("2026-11-23")!
    return try await site.database.read { connection in
      var filter = try LibraryQuery.read(try Form(query))
      var ids: [Int] = []
      while true {
        let page = try LibraryStore.page(connection, user: user, filter, today: today)
        ids += page.cards.map(\.titleID)
        guard page.hasNext, let last = page.last, ids.count <= 2 * count else { return ids }
        if byPlace {
          // As it comes back out of the address.
          filter.after = LibraryStore.Place(last.text, in: filter.sort)
        } else {
          filter.page += 1
        }
      }
    }
  }

  /// The order that pages must have.
  static func sorted(_ titles: [Title], _ sort: LibraryStore.Sort, isUp: Bool) -> [Title] {
    func number(_ title: Title) -> Int? {
      switch sort {
      case .name: nil
      case .added: title.added
      case .watched: title.lastAt
      case .rating: title.rating
      case .year: title.year
      case .progress: title.share
      }
    }
    func isBefore(_ a: Title, _ b: Title) -> Bool {
      if sort == .name {
        let (first, second) = (Array(a.key.utf8), Array(b.key.utf8))
        return first == second ? a.id < b.id : first.lexicographicallyPrecedes(second)
      }
      return (number(a) ?? 0, a.id) < (number(b) ?? 0, b.id)
    }
    let present = titles.filter { sort == .name || number($0) != nil }
    let missing = titles.filter { sort != .name && number($0) == nil }
    return present.sorted { isUp ? isBefore($0, $1) : isBefore($1, $0) }
      + missing.sorted { isUp ? $0.id < $1.id : $0.id > $1.id }
  }

  /// The titles that stand on a page.
  static func ids(_ body: String) -> Set<Int> {
    Set(body.matches(of: #/ id="t(\d+)"/#).compactMap { Int($0.1) })
  }

  /// How SQLite would go about a statement.
  static func plan(_ connection: Connection, _ text: String, values: Int) throws -> [String] {
    try detail(connection, SQL(trusted: "EXPLAIN QUERY PLAN " + text), values: values)
  }

  private static func detail(_ connection: Connection, _ explain: SQL, values: Int) throws -> [String] {
    let none: Int? = nil
    func read(_ row: inout Row) -> String {
      _ = (row.int(), row.int(), row.int())
      return row.text()
    }
    switch values {
    case 3: return try connection.rows(explain, none, none, none, read: read)
    case 8: return try connection.rows(explain, none, none, none, none, none, none, none, none, read: read)
    case 19:
      return try connection.rows(
        explain, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none,
        none, none, read: read)
    default:
      return try connection.rows(
        explain, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none,
        none, none, none, none, none, read: read)
    }
  }
}
