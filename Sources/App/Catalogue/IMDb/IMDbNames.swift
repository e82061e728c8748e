import Formats
import SQL

/// The pass of the other names.
extension IMDbRun {
  /// Adds names by which the titles of the catalogue are found elsewhere.
  func readNames() throws {
    var piece: [IMDbNameStore.Coming] = []
    var rows = 0
    var (current, last) = (0, state.place)
    let problem = try read(.akas, "other names", weight: Self.writing, after: state.place) { line, columns, number in
      let aka = try IMDb.Aka(line: line, columns: columns)
      if aka.tconst != current, rows >= pace.rows {
        try writeNames(piece, rows: rows, upTo: last)
        piece.removeAll(keepingCapacity: true)
        rows = 0
      }
      last = number
      let isNew = aka.tconst != current || piece.isEmpty
      current = aka.tconst
      guard let title = titles[aka.tconst].map({ $0 >> 1 }) else { return }
      if isNew {
        piece.append(.init(title: title))
        rows += 1
      }
      if piece[piece.count - 1].add(aka) { rows += 1 }
    }
    try writeNames(piece, rows: rows, upTo: last)
    try finish()
    if let problem { throw problem }
  }

  private func writeNames(_ piece: [IMDbNameStore.Coming], rows: Int, upTo line: Int) throws {
    if piece.isEmpty { return }
    try write(place: line, rows: rows) { connection, report in
      report.names += try IMDbNameStore.put(connection, piece)
    }
  }
}

/// Other names of IMDb's in the catalogue.
enum IMDbNameStore {
  /// The most names that a title is found by, its own among them.
  static let most = 32

  /// The other names of a title, folded.
  struct Coming: Sendable {
    let title: Int
    private var usual: [String] = []
    private var rare: [String] = []

    init(title: Int) { self.title = title }

    /// Names of which only few people know.
    private static let rareTypes: Set<String> = ["working", "dvd", "festival", "tv", "video"]

    /// Notes a name; false when it is there or there are plenty.
    mutating func add(_ aka: IMDb.Aka) -> Bool {
      let folded = NameForm.cut(NameForm.fold(aka.title))
      if folded.isEmpty || usual.contains(folded) || rare.contains(folded) { return false }
      let isRare = !aka.types.isEmpty && aka.types.allSatisfy(Self.rareTypes.contains)
      if (isRare ? rare : usual).count >= most * 4 { return false }
      if isRare { rare.append(folded) } else { usual.append(folded) }
      return true
    }

    /// All of them, those first that are used most.
    var names: [String] { usual + rare }
  }

  /// Adds the names that differ from those that a title has, up to so many; says how many those were.
  static func put(_ connection: Connection, _ coming: [Coming]) throws -> Int {
    // A title may come twice where the file is not in order.
    var places: [Int: Int] = [:]
    var all: [(title: Int, names: [String])] = []
    for each in coming {
      if let place = places[each.title] {
        all[place].names += each.names
      } else {
        places[each.title] = all.count
        all.append((each.title, each.names))
      }
    }
    let ids = all.map { [$0.title] as [any Bindable] }
    var weights = [Int?](repeating: nil, count: all.count)
    var known = [Set<String>](repeating: [], count: all.count)
    try connection.each("SELECT weight FROM titles WHERE id = $1", many: ids) { weights[$0] = $1.int() }
    try connection.each("SELECT folded FROM names WHERE title_id = $1", many: ids) { known[$0].insert($1.text()) }
    var new = try Names.Many(connection)
    var count = 0
    for (place, (title, names)) in all.enumerated() {
      guard let weight = weights[place] else { continue }
      for folded in names where known[place].count < most && known[place].insert(folded).inserted {
        new.add(title: title, weight: weight, folded: folded)
        count += 1
      }
    }
    try new.write(connection)
    return count
  }
}
