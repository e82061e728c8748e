import Formats
import SQL

/// The passes of the people: who is needed, what they are called, and who was in what.
extension IMDbRun {
  /// Adds the people of the catalogue's titles, then their parts.
  func readPeople() throws {
    if state.pass == .people {
      try readNames(of: try neededPeople())
      try next(.credits)
    }
    try readCredits()
  }

  /// The part of somebody in a title of the catalogue; nil for any other.
  private func part(_ principal: IMDb.Principal) -> IMDbPart? {
    guard principal.nconst <= IMDbNumber.limit, let title = titles[principal.tconst] else { return nil }
    return IMDbPart(principal, title: title >> 1, isShow: title & 1 == 1)
  }

  private func neededPeople() throws -> NumberSet {
    var needed = NumberSet()
    let problem = try read(.principals, "people") { line, columns, _ in
      if let part = part(try IMDb.Principal(line: line, columns: columns)) { _ = needed.insert(part.person) }
    }
    if let problem { throw problem }
    return needed
  }

  private func readNames(of needed: NumberSet) throws {
    let weights = try order.database.readBlocking { try IMDbPeopleStore.weights($0) }
    let known = try order.database.readBlocking { try IMDbPeopleStore.numbers($0) }
    var piece: [IMDbPeopleStore.Coming] = []
    var last = state.place
    let problem = try read(.names, "people", weight: Self.writing, after: state.place) { line, columns, number in
      let name = try IMDb.Name(line: line, columns: columns)
      last = number
      guard needed.contains(name.nconst) else { return }
      piece.append(
        .init(
          number: name.nconst, name: name.primaryName, id: known[name.nconst],
          weight: name.knownFor.compactMap { weights[$0] }.max() ?? 0,
          knownFor: name.knownFor.compactMap { titles[$0].map { $0 >> 1 } }))
      if piece.count < pace.rows { return }
      try writePeople(piece, upTo: number)
      piece.removeAll(keepingCapacity: true)
    }
    try writePeople(piece, upTo: last)
    try finish()
    if let problem { throw problem }
  }

  private func writePeople(_ piece: [IMDbPeopleStore.Coming], upTo line: Int) throws {
    if piece.isEmpty { return }
    try write(place: line, rows: piece.count) { connection, report in
      try IMDbPeopleStore.put(connection, piece, &report)
    }
  }

  private func readCredits() throws {
    let people = try order.database.readBlocking { try IMDbPeopleStore.numbers($0) }
    var piece: [IMDbPeopleStore.Credits] = []
    var rows = 0
    var (current, last) = (0, state.place)
    let problem = try read(
      .principals, "who was in what", weight: Self.writing, after: state.place, isAgain: true
    ) { line, columns, number in
      let principal = try IMDb.Principal(line: line, columns: columns)
      if principal.tconst != current, rows >= pace.rows {
        try writeCredits(piece, rows: rows, upTo: last)
        piece.removeAll(keepingCapacity: true)
        rows = 0
      }
      last = number
      let isNew = principal.tconst != current || piece.isEmpty
      current = principal.tconst
      guard let part = part(principal), let person = people[part.person] else { return }
      if isNew || piece.last?.title != part.title { piece.append(.init(title: part.title)) }
      piece[piece.count - 1].add(part, person: person)
      rows += 1
    }
    try writeCredits(piece, rows: rows, upTo: last)
    try finish()
    if let problem { throw problem }
  }

  private func writeCredits(_ piece: [IMDbPeopleStore.Credits], rows: Int, upTo line: Int) throws {
    if piece.isEmpty { return }
    try write(place: line, rows: rows) { connection, report in
      report.credits += try IMDbPeopleStore.put(connection, piece)
    }
  }
}

/// Somebody's part in a title, as far as the catalogue has such parts.
struct IMDbPart: Sendable {
  enum Job: Sendable {
    /// Who directed a film or created a show.
    case maker
    /// Who wrote a show: a maker where nobody is said to have created it.
    case writer
    case cast
  }

  let title: Int
  let person: Int
  let job: Job
  /// Who was played.
  let name: String

  /// The longest part, in characters.
  private static let longest = 200

  init?(_ principal: IMDb.Principal, title: Int, isShow: Bool) {
    let job: Job
    switch principal.category {
    case "actor", "actress", "self": job = .cast
    case "director" where !isShow: job = .maker
    case "creator" where isShow: job = .maker
    case "writer" where isShow: job = principal.job?.contains("creat") ?? false ? .maker : .writer
    default: return nil
    }
    self.title = title
    person = principal.nconst
    self.job = job
    name = job == .cast ? String(principal.characters.joined(separator: ", ").prefix(Self.longest)) : ""
  }
}
