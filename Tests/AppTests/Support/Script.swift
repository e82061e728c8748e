import HTTPTypes
import SQL
import Testing

@testable import App

/// Somebody who does one thing after another to their record, at random: everything that a page offers.
struct Script {
  /// The activities that stand, oldest first.
  private(set) var done: [Int] = []

  private let site: Site
  private let person: Person
  private let user: Int
  private var random: Seeded

  init(_ site: Site, _ person: Person, user: Int, seed: UInt64) {
    (self.site, self.person, self.user) = (site, person, user)
    random = Seeded(seed)
  }

  /// Dates of every precision, as they are typed.
  private static let dates = [
    "now", "unknown", "release", "2019", "2021-05", "2022-03-27", "2023-10-29T02:30", "yesterday 21:40", "24.5.2024",
    "May 2020", "2026-03-29 02:30", "29 Feb",
  ]
  private static let ratings = ["", "0", "10", "55", "100"]
  private static let commands = [
    "arrival 9/10 yesterday", "season of six s1e3 8/10", "sixteen s1e2-4", "amelie watchlist", "pause sixteen",
    "still running season 1 in 2024", "with specials 7/10", "season of six watched", "drop amelie 2/10",
    "sixteen s1 6/10",
  ]
  private static let moves = [("move", "up"), ("move", "down"), ("move", "top"), ("move", "bottom"), ("to", "2")]

  /// What there is to do something to.
  private struct Known: Sendable {
    /// The title of this turn, with its episodes.
    var title = 1
    var isFilm = true
    var episodes: [Int] = []
    var titles: [Int] = []
    var plays: [Int] = []
    var passes: [Int] = []
    var lists: [Int] = []
    var items: [(list: Int, id: Int)] = []
    var newest = 0
  }

  private func look(_ dice: Int) async throws -> Known {
    let user = user
    return try await site.database.read { connection in
      var known = Known()
      let titles = try connection.rows(
        "SELECT id, kind FROM titles WHERE owner_id IS NULL OR owner_id = $1 ORDER BY id", user
      ) { (id: $0.int(), kind: $0.text()) }
      known.titles = titles.map(\.id)
      known.title = titles[dice % titles.count].id
      known.isFilm = titles[dice % titles.count].kind == "movie"
      known.episodes = try connection.rows(
        "SELECT id FROM episodes WHERE title_id = $1 ORDER BY season, number", known.title
      ) { $0.int() }
      known.plays = try connection.rows("SELECT id FROM plays WHERE user_id = $1 ORDER BY id", user) { $0.int() }
      known.passes = try connection.rows("SELECT id FROM passes WHERE user_id = $1 ORDER BY id", user) { $0.int() }
      known.lists = try connection.rows("SELECT id FROM lists WHERE user_id = $1 ORDER BY id", user) { $0.int() }
      known.items = try connection.rows("SELECT list_id, id FROM list_items WHERE user_id = $1 ORDER BY id", user) {
        (list: $0.int(), id: $0.int())
      }
      known.newest = try Self.newest(connection, user)
      return known
    }
  }

  private static func newest(_ connection: Connection, _ user: Int) throws -> Int {
    try connection.first("SELECT coalesce(max(id), 0) FROM activities WHERE user_id = $1", user) { $0.int() } ?? 0
  }

  private mutating func pick(_ all: [String]) -> String { all.randomElement(using: &random) ?? "" }
  private mutating func pick(_ all: [Int]) -> Int { all.randomElement(using: &random) ?? 0 }
  private mutating func chance(_ sides: Int) -> Bool { Int.random(in: 0..<sides, using: &random) == 0 }

  @discardableResult
  private func post(_ path: String, _ fields: [(String, String)] = []) async throws -> Answer {
    let answer = try await person.send(path, fields)
    #expect(answer.status.code < 500, "\(path) \(fields): \(answer.status)")
    return answer
  }

  /// Begins anew: what was done so far stays.
  mutating func forget() { done = [] }

  /// Does one thing, some time after the last.
  mutating func act() async throws {
    site.clock.advance(seconds: Int.random(in: 0..<150, using: &random))
    let known = try await look(Int.random(in: 0..<1_000, using: &random))
    switch Int.random(in: 0..<44, using: &random) {
    case 0..<10: try await mark(known)
    case 10..<14: try await changePlay(known)
    case 14: try await post("/activity/\(pick(done))/when", [("when", pick(Self.dates))])
    case 15..<18: try await changePlays(known)
    case 18..<21: try await changeTitles(known)
    case 21..<24: try await skip(known)
    case 24..<27: try await pass(known)
    case 27: try await post("/titles/\(known.title)/seasons/1/rating", [("rating", pick(Self.ratings))])
    case 28: try await post("/episodes/\(pick(known.episodes))/rating", [("rating", pick(Self.ratings))])
    case 29..<32: try await changeEntry(known)
    case 32..<35: try await list(known)
    case 35..<38: try await item(known)
    case 38: try await command()
    case 39: try await recount()
    case 40 where known.titles.count < 12: try await addTitle()
    case 41, 42: try await post("/titles/\(known.title)/relink", [("to", String(pick(known.titles)))])
    default: try await undoLast()
    }
    let user = user
    let newest = try await site.database.read { try Self.newest($0, user) }
    if newest > known.newest { done.append(newest) }
  }

  /// Takes the last thing back that stands.
  mutating func undoLast() async throws {
    guard let last = done.popLast() else { return }
    let answer = try await person.post("/activity/\(last)/undo")
    try #require(answer.status == .seeOther, "undo of \(last): \(answer.status)")
  }

  // MARK: Plays

  private mutating func mark(_ known: Known) async throws {
    var fields = [("when", pick(Self.dates))]
    var isOne = known.isFilm
    if !known.isFilm {
      let ends = [pick(known.episodes), pick(known.episodes)].sorted()
      switch Int.random(in: 0..<7, using: &random) {
      case 0: fields.append(("season", String(Int.random(in: 0...2, using: &random))))
      case 1: fields.append(("all", "1"))
      case 2: fields.append(("upto", String(ends[0])))
      case 3: fields += [("from", String(ends[0])), ("upto", String(ends[1]))]
      default:
        fields.append(("episode", String(ends[0])))
        isOne = true
      }
    }
    if isOne, chance(3) { fields.append(("rating", pick(Self.ratings))) }
    if chance(2) { fields.append(("again", "1")) }
    if chance(6) { fields.append(("once", "o\(Int.random(in: 1...9, using: &random))")) }
    try await post("/titles/\(known.title)/plays", fields)
  }

  private mutating func changePlay(_ known: Known) async throws {
    let path = "/plays/\(pick(known.plays))"
    switch Int.random(in: 0..<4, using: &random) {
    case 0: try await post(path + "/delete")
    case 1: try await post(path, [("note", pick(["", "a\nb \"c\" ü"]))])
    case 2: try await post(path, [("when", pick(Self.dates)), ("note", pick(["", "both"]))])
    default: try await post(path, [("when", pick(Self.dates))])
    }
  }

  private mutating func changePlays(_ known: Known) async throws {
    let count = Int.random(in: 1...6, using: &random)
    let plays = known.plays.shuffled(using: &random).prefix(count).map { ("play", String($0)) }
    let fields = [("act", pick(["when", "when", "release", "unknown", "delete"])), ("when", pick(Self.dates))]
    try await post("/history/plays", plays + fields)
  }

  // MARK: Titles

  private mutating func changeTitles(_ known: Known) async throws {
    let count = Int.random(in: 1...4, using: &random)
    let titles = known.titles.shuffled(using: &random).prefix(count).map { ("title", String($0)) }
    let act: [(String, String)]
    switch Int.random(in: 0..<6, using: &random) {
    case 0: act = [("act", "status"), ("status", pick(["planned", "watching", "paused", "dropped", "none"]))]
    case 1: act = [("act", "rate"), ("rating", pick(Self.ratings))]
    case 2: act = [("act", "favourite")]
    case 3: act = [("act", "unfavourite")]
    case 4: act = [("act", "list"), ("list", String(pick(known.lists)))]
    default: act = [("act", "watched"), ("when", pick(Self.dates))]
    }
    try await post("/library/titles", titles + act)
  }

  private mutating func changeEntry(_ known: Known) async throws {
    let path = "/titles/\(known.title)/entry"
    switch Int.random(in: 0..<5, using: &random) {
    case 0: try await post(path, [("status", pick(["planned", "watching", "paused", "dropped", "none"]))])
    case 1: try await post(path, [("rating", pick(Self.ratings))])
    case 2: try await post(path, [("favourite", pick(["0", "1"]))])
    case 3: try await post(path, [("note", pick(["", "a\nb \"c\" ü", "\t😀 \\"]))])
    default: try await post(path, [("specials", pick(["0", "1"]))])
    }
  }

  private mutating func skip(_ known: Known) async throws {
    let ends = [pick(known.episodes), pick(known.episodes)].sorted()
    let path = "/titles/\(known.title)/skips"
    switch Int.random(in: 0..<6, using: &random) {
    case 0: try await post(path, [("season", "1")])
    case 1: try await post(path, [("from", String(ends[0])), ("upto", String(ends[1]))])
    case 2: try await post(path, [("upto", String(ends[0]))])
    default: try await post("/episodes/\(ends[0])/skip", [("skip", pick(["0", "1"]))])
    }
  }

  private mutating func pass(_ known: Known) async throws {
    let path = "/passes/\(pick(known.passes))"
    switch Int.random(in: 0..<7, using: &random) {
    case 0: try await post(path, [("name", pick(["", "Winter", "With Bob"]))])
    case 1: try await post(path + "/end")
    case 2: try await post(path + "/delete", [("plays", pick(["keep", "delete"]))])
    default: try await post("/titles/\(known.title)/passes", [("name", pick(["", "Again"]))])
    }
  }

  private mutating func addTitle() async throws {
    let name = ("name", "Own \(Int.random(in: 1...3, using: &random))")
    try await post(
      "/titles",
      chance(2) ? [name, ("kind", "movie")] : [name, ("kind", "show"), ("seasons", "2, 3"), ("year", "2001")])
  }

  // MARK: Lists

  private mutating func list(_ known: Known) async throws {
    let name = ("name", "List \(Int.random(in: 1...30, using: &random))")
    let note = ("note", pick(["", "a\nb \"c\" ü"]))
    let list = pick(known.lists)
    switch Int.random(in: 0..<9, using: &random) {
    case 0: try await post("/lists", [name, note, ("title", String(known.title))])
    case 1: try await post("/lists", [name, ("copy", String(list))])
    case 2: try await post("/lists", [name, ("rule", "status=planned")])
    case 3: try await post("/lists/\(list)", [name, note])
    case 4: try await post("/lists/\(list)", [("rule", "kind=movie")])
    case 5: try await post("/lists/\(list)/delete")
    case 6: try await post("/lists/\(list)/move", [Self.moves.randomElement(using: &random) ?? ("to", "1")])
    case 7: try await post("/lists/\(list)/sort", [("by", pick(ListSort.allCases.map(\.rawValue)))])
    default: try await post("/lists", [name])
    }
  }

  private mutating func item(_ known: Known) async throws {
    let item = known.items.randomElement(using: &random) ?? (0, 0)
    let path = "/lists/\(item.list)/items/\(item.id)"
    switch Int.random(in: 0..<8, using: &random) {
    case 0: try await post(path, [("note", pick(["", "only at night"]))])
    case 1: try await post(path + "/delete")
    case 2: try await post(path + "/copy", [("list", String(pick(known.lists))), ("move", pick(["0", "1"]))])
    case 3, 4: try await post(path + "/move", [Self.moves.randomElement(using: &random) ?? ("to", "1")])
    default:
      let titles = [known.title, pick(known.titles)].map { ("title", String($0)) }
      try await post("/lists/\(pick(known.lists))/items", titles + [("note", "")])
    }
  }

  // MARK: Elsewhere

  /// Types something into the search box and takes the first offer.
  private mutating func command() async throws {
    let page = try await CommandTests.search(person, pick(Self.commands)).body
    guard let offer = CommandTests.offers(page).first else { return }
    try await post(offer.path, offer.fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  /// Moves elsewhere, and has the days counted again.
  private mutating func recount() async throws {
    let zone = pick(["Europe/Berlin", "America/New_York", "Asia/Tokyo"])
    try await post("/settings", [("zone", zone), ("day_end", pick(["0", "4", "12"]))])
    try await post("/settings/diary")
  }
}

extension Site {
  /// Every row of everybody's record, of the shelf and of its counts, each as text.
  ///
  /// - Parameter isWhole: with the figures by day and title too, where the schema has them; their hours are those of
  ///   the zone that a person lives in now.
  func tables(isWhole: Bool = false) async throws -> [String] {
    let names =
      ["entries", "plays", "skips", "ratings", "passes", "lists", "list_items", "shelf", "counts"]
      + (isWhole ? ["days", "tallies"] : [])
    let columnsOf = SQL(sqlite: "SELECT name FROM pragma_table_info($1)", postgres: "SELECT CAST($1 AS TEXT)")
    return try await database.read { connection in
      try names.flatMap { name -> [String] in
        let columns = try connection.rows(columnsOf, name) { $0.text() }
        if columns.isEmpty { return [] }
        let text = "SELECT \(columns.joined(separator: ", ")) FROM \(name)"
        // A count that went down to nothing is as good as none.
        let sql = SQL(trusted: name == "counts" ? text + " WHERE titles <> 0" : text)
        return try connection.rows(sql) { row in name + columns.map { _ in " \(row.value())" }.joined() }.sorted()
      }
    }
  }
}
