import Foundation
import SQL

/// The ratings of MovieLens, a list for each person.
struct MovieLensRatings {
  /// The place of each title by its number there.
  private(set) var movies: [Int: Int] = [:]
  /// For each person, packed: the place of the title, then 7 bits of its rating.
  private(set) var people: [[Int32]] = []
  /// The title that each person liked last; -1 for none.
  private var last: [Int32] = []

  /// Reads them in a stream.
  ///
  /// - Throws: `StartProblem` for a file that cannot be read or is something else.
  init(path: String) throws {
    var user = -1
    var newest = -1
    try NumberLines.each(path, fields: 4) { fields in
      let (who, movie, rating, time) = (fields[0], fields[1], fields[2] / 5, fields[3])
      guard (10...100).contains(rating) else { return false }
      if who != user {
        (user, newest) = (who, -1)
        people.append([])
        last.append(-1)
      }
      let place = movies[movie] ?? movies.count
      movies[movie] = place
      people[people.count - 1].append(Int32(place << 7 | rating))
      if rating >= RecommendationTrial.hidden, time > newest {
        newest = time
        last[last.count - 1] = Int32(place)
      }
      return true
    }
  }

  /// A title and its rating, 0 to 100.
  static func entry(_ packed: Int32) -> (place: Int, rating: Int) { (Int(packed >> 7), Int(packed & 127)) }

  /// The titles that somebody likes, the dearest first.
  static func liked(_ own: [Int32]) -> [Int32] {
    own.filter { $0 & 127 >= RecommendationRules.liked }
      .sorted { ($1 & 127, $0) < ($0 & 127, $1) }.map { $0 >> 7 }
  }

  /// Hides the title that each of some people liked last, spread evenly over all who like enough others.
  ///
  /// - Returns: the people and what was hidden from their ratings.
  mutating func hide(users: Int) -> [(person: Int, hidden: Int)] {
    let able = people.indices.filter { person in
      last[person] >= 0 && Self.liked(people[person]).count > RecommendationTrial.leastLiked
    }
    let step = max(1, able.count / max(users, 1))
    let tried = stride(from: 0, to: able.count, by: step).prefix(users).map { able[$0] }
    return tried.map { person in
      people[person].removeAll { $0 >> 7 == last[person] }
      return (person, Int(last[person]))
    }
  }
}

/// What MovieLens' titles are elsewhere.
struct MovieLensLinks {
  private var titles: [(place: Int, imdb: Int, tmdb: Int)] = []

  /// - Throws: `StartProblem` for a file that cannot be read or is something else.
  init(path: String, movies: [Int: Int]) throws {
    try NumberLines.each(path, fields: 3) { fields in
      if let place = movies[fields[0]] { titles.append((place, fields[1], fields[2])) }
      return true
    }
  }

  /// What each title is about, by the catalogue; nothing for those that it does not know.
  func features(_ connection: Connection, count: Int) throws -> [[Feature]] {
    var features = [[Feature]](repeating: [], count: count)
    var ids: [(place: Int, title: Int)] = []
    let asked = titles.map { ["tt" + $0.imdb.padded(7), $0.tmdb] as [any Bindable] }
    try connection.each(
      """
      SELECT id, year FROM titles
      WHERE (imdb_id = $1 OR (kind = 'movie' AND tmdb_id = $2)) AND owner_id IS NULL ORDER BY id LIMIT 1
      """, many: asked
    ) { index, row in
      ids.append((titles[index].place, row.int()))
      if let year = row.optionalInt() { features[titles[index].place].append(.decade(year / 10)) }
    }
    try RecommendationStore.features(connection, of: ids.map(\.title)) { features[ids[$0].place].append($1) }
    return features
  }
}

/// Reads a CSV file of numbers with one line of heads, in pieces.
enum NumberLines {
  private static let piece = 1 << 20

  /// Hands out the fields of each line: whole numbers, and the third of four, which may have one decimal, in
  /// hundredths. An empty field is 0.
  ///
  /// - Parameter body: says whether the line makes sense.
  static func each(_ path: String, fields count: Int, _ body: ([Int]) throws -> Bool) throws {
    guard let file = FileHandle(forReadingAtPath: path) else { throw StartProblem("\(path) cannot be read.") }
    defer { try? file.close() }
    var rest: [UInt8] = []
    var number = 0
    func line(_ bytes: ArraySlice<UInt8>) throws {
      number += 1
      let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
      if number == 1 || bytes.isEmpty { return }
      let fields = Self.fields(bytes, decimal: count == 4 ? 2 : nil)
      guard let fields, fields.count == count, try body(fields) else {
        throw StartProblem("Line \(number) of \(path) is not what MovieLens writes there.")
      }
    }
    while let data = try file.read(upToCount: piece), !data.isEmpty {
      rest.append(contentsOf: data)
      var start = rest.startIndex
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try line(rest[start..<end])
        start = end + 1
      }
      rest.removeSubrange(..<start)
    }
    try line(rest[...])
  }

  private static func fields(_ bytes: ArraySlice<UInt8>, decimal: Int?) -> [Int]? {
    var fields = [0]
    var decimals: Int?
    func end() {
      if decimal == fields.count - 1 {
        for _ in (decimals ?? 0)..<2 { fields[fields.count - 1] *= 10 }
      }
      decimals = nil
    }
    for byte in bytes {
      switch byte {
      case UInt8(ascii: ","):
        end()
        fields.append(0)
      case UInt8(ascii: "."):
        guard decimal == fields.count - 1, decimals == nil else { return nil }
        decimals = 0
      case 0x30...0x39:
        if let known = decimals {
          if known == 2 { return nil }
          decimals = known + 1
        }
        let (more, isTooLarge) = fields[fields.count - 1].multipliedReportingOverflow(by: 10)
        if isTooLarge || more > Int.max - 9 { return nil }
        fields[fields.count - 1] = more + Int(byte - 0x30)
      default: return nil
      }
    }
    end()
    return fields
  }
}
