import Foundation

@testable import App

/// Files of IMDb's shape with a few invented titles.
struct Datasets: Sendable {
  var basics: [String] = []
  var ratings: [String] = []
  var episodes: [String] = []
  var akas: [String] = []
  var principals: [String] = []
  var names: [String] = []

  static func id(_ number: Int, _ letters: String = "tt") -> String { IMDbNumber.text(number, letters) }

  mutating func title(
    _ number: Int, _ kind: String, _ name: String, original: String? = nil, adult: String = "0",
    year: String = "2001", end: String = "\\N", runtime: String = "90", genres: String = "Drama", votes: Int? = nil
  ) {
    let columns = [Self.id(number), kind, name, original ?? name, adult, year, end, runtime, genres]
    basics.append(columns.joined(separator: "\t"))
    if let votes { ratings.append("\(Self.id(number))\t7.3\t\(votes)") }
  }

  mutating func episode(
    _ number: Int, of show: Int, _ season: String, _ place: String, _ name: String, year: String = "2001"
  ) {
    title(number, "tvEpisode", name, year: year, runtime: "\\N")
    episodes.append("\(Self.id(number))\t\(Self.id(show))\t\(season)\t\(place)")
  }

  mutating func aka(_ number: Int, _ ordering: Int, _ name: String, types: String = "imdbDisplay") {
    akas.append("\(Self.id(number))\t\(ordering)\t\(name)\tDE\t\\N\t\(types)\t\\N\t0")
  }

  mutating func person(_ number: Int, _ name: String, knownFor: [Int] = []) {
    let known = knownFor.map { Self.id($0) }.joined(separator: ",")
    names.append("\(Self.id(number, "nm"))\t\(name)\t1950\t\\N\tactor\t\(known.isEmpty ? "\\N" : known)")
  }

  mutating func principal(
    _ title: Int, _ ordering: Int, _ person: Int, _ category: String, job: String = "\\N", characters: String = "\\N"
  ) {
    principals.append(
      "\(Self.id(title))\t\(ordering)\t\(Self.id(person, "nm"))\t\(category)\t\(job)\t\(characters)")
  }

  private static let headers = [
    "title.basics": "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres",
    "title.ratings": "tconst averageRating numVotes",
    "title.episode": "tconst parentTconst seasonNumber episodeNumber",
    "title.akas": "titleId ordering title region language types attributes isOriginalTitle",
    "title.principals": "tconst ordering nconst category job characters",
    "name.basics": "nconst primaryName birthYear deathYear primaryProfession knownForTitles",
  ]

  /// A file as it is before it is packed.
  func text(_ name: String) -> String {
    let lines: [String]
    switch name {
    case "title.basics": lines = basics
    case "title.ratings": lines = ratings
    case "title.episode": lines = episodes
    case "title.akas": lines = akas
    case "title.principals": lines = principals
    default: lines = names
    }
    let header = (Self.headers[name] ?? "").split(separator: " ").joined(separator: "\t")
    return ([header] + lines).map { $0 + "\n" }.joined()
  }

  /// Writes all of them, packed in so many members each.
  func write(_ folder: String, members: Int = 1) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in Self.headers.keys {
      let bytes = Array(text(name).utf8)
      let size = max(1, (bytes.count + members - 1) / members)
      let packed = stride(from: 0, to: bytes.count, by: size).flatMap {
        Gzip.stored(bytes[$0..<min(bytes.count, $0 + size)])
      }
      try Data(packed).write(to: URL(fileURLWithPath: Self.path(folder, name)))
    }
  }

  static func path(_ folder: String, _ name: String) -> String { folder + "/" + name + ".tsv.gz" }
}

/// A gzip file that holds its bytes as they are (RFC 1951, section 3.2.4; RFC 1952).
enum Gzip {
  static func stored(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    let block = 10_000
    var start = bytes.startIndex
    repeat {
      let end = min(bytes.endIndex, start + block)
      let count = UInt16(end - start)
      packed.append(end == bytes.endIndex ? 1 : 0)
      packed += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
      packed += bytes[start..<end]
      start = end
    } while start < bytes.endIndex
    for word in [checksum(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
      for shift in stride(from: 0 as UInt32, to: 32, by: 8) { packed.append(UInt8(word >> shift & 255)) }
    }
    return packed
  }

  // CRC-32 as in RFC 1952, section 8, a bit at a time.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
