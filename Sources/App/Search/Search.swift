import Synchronization

/// What a person typed into the search box, taken apart.
struct SearchQuery: Sendable {
  /// The folded text.
  let folded: String
  /// Its words, at most `maximumWords`.
  let words: [String]
  /// A year among them, when there are other words too.
  let year: Int?
  /// The words without that year.
  let wordsWithoutYear: [String]

  static let maximumWords = 10

  /// Takes a text apart; nil when nothing of it can be searched.
  init?(_ text: String) {
    folded = Folding.fold(text)
    words = Array(folded.split(separator: " ").map(String.init).prefix(Self.maximumWords))
    if words.isEmpty { return nil }
    let place = words.lastIndex { $0.count == 4 && (1880...2100).contains(Int(digits: $0) ?? 0) }
    if let place, words.count > 1 {
      year = Int(words[place])
      wordsWithoutYear = words.enumerated().filter { $0.offset != place }.map(\.element)
    } else {
      year = nil
      wordsWithoutYear = words
    }
  }

  /// Whether a folded name holds each of the words, the last one perhaps only begun.
  func matches(_ folded: String) -> Bool {
    let name = folded.split(separator: " ")
    return wordsWithoutYear.allSatisfy { word in name.contains { $0.hasPrefix(word) } }
  }
}

/// A title that may be what was meant.
struct Candidate: Sendable {
  let titleID: Int
  let kind: TitleKind
  let name: String
  let originalName: String?
  let year: Int?
  /// The name that matched, folded.
  let folded: String
  /// The place in popularity: lower is more popular.
  let place: Int
  /// Whether a spelling was mended to find it.
  var isCorrected = false
  /// Whether only the person who searches sees it.
  var isOwn = false
}

/// Puts candidates in the order in which people most likely meant them.
enum Ranking {
  /// A candidate with how well its name fits: 1 or less is the very name.
  struct Scored: Sendable {
    let candidate: Candidate
    let score: Int
  }

  /// The best candidate of each title, the likeliest first.
  static func sorted(_ candidates: [Candidate], _ query: SearchQuery) -> [Scored] {
    let rest = query.wordsWithoutYear.joined(separator: " ")
    var best: [Int: (score: Int, candidate: Candidate)] = [:]
    for candidate in candidates {
      let score = score(candidate, query, rest)
      if let known = best[candidate.titleID], (known.score, known.candidate.place) <= (score, candidate.place) {
        continue
      }
      best[candidate.titleID] = (score, candidate)
    }
    return best.values
      .sorted {
        ($0.score, $0.candidate.place, $0.candidate.titleID) < ($1.score, $1.candidate.place, $1.candidate.titleID)
      }
      .map { Scored(candidate: $0.candidate, score: $0.score) }
  }

  /// Those of a sorted list that may equally be meant: one when its name is the very one, else the first three.
  static func meant(_ sorted: [Scored]) -> [Candidate] {
    guard let best = sorted.first else { return [] }
    let equal = best.score > 1 ? sorted[...] : sorted.prefix { $0.score <= min(best.score + 1, 1) }
    return equal.prefix(3).map(\.candidate)
  }

  private static func score(_ candidate: Candidate, _ query: SearchQuery, _ rest: String) -> Int {
    var score = nameScore(candidate.folded, query.folded)
    if let year = query.year {
      switch abs((candidate.year ?? 0) - year) {
      case 0: score = min(score, nameScore(candidate.folded, rest) - 5)
      case 1: score = min(score, nameScore(candidate.folded, rest) - 2)
      default: score = min(score, nameScore(candidate.folded, rest) + 20)
      }
    }
    return candidate.isCorrected ? score + 10 : score
  }

  private static func nameScore(_ name: String, _ query: String) -> Int {
    if name == query { return 0 }
    let bare = name.hasPrefix("the ") ? String(name.dropFirst(4)) : name
    if bare == query { return 1 }
    if name.hasPrefix(query + " ") || bare.hasPrefix(query + " ") { return 2 }
    if name.hasPrefix(query) || bare.hasPrefix(query) { return 3 }
    return 4
  }
}

/// Every word of the names, to find what a misspelt one was meant to be.
struct Vocabulary: Sendable {
  private struct Word: Sendable {
    let text: [UInt8]
    let mask: UInt64
    let uses: Int
  }

  private var byLength: [[Word]] = []
  private let known: Set<String>

  /// Takes the words with how often each is used.
  init(_ uses: [String: Int]) {
    known = Set(uses.keys)
    for (word, count) in uses {
      let bytes = Array(word.utf8)
      while byLength.count <= bytes.count { byLength.append([]) }
      byLength[bytes.count].append(Word(text: bytes, mask: Self.mask(bytes), uses: count))
    }
  }

  /// Whether a word is there as it is written.
  func contains(_ word: String) -> Bool { known.contains(word) }

  /// How many words it has.
  var count: Int { known.count }

  /// How many letters may differ in a word of so many.
  static func tolerance(_ length: Int) -> Int { length < 4 ? 0 : length < 8 ? 1 : 2 }

  /// The words nearest to one, nearest and most used first, at most `limit`.
  ///
  /// - Parameter isBegun: whether only the beginning may have been typed yet.
  func nearest(_ word: String, isBegun: Bool, limit: Int = 8) -> [String] {
    let bytes = Array(word.utf8)
    let tolerance = Self.tolerance(bytes.count)
    guard tolerance > 0, bytes.count < 40 else { return [] }
    let mask = Self.mask(bytes)
    var found: [(distance: Int, uses: Int, text: [UInt8])] = []
    let longest = min(byLength.count - 1, isBegun ? bytes.count + 12 : bytes.count + tolerance)
    guard longest >= bytes.count - tolerance else { return [] }
    for length in max(1, bytes.count - tolerance)...longest {
      for candidate in byLength[length] {
        // Letters of the one that the other lacks cost at least one change each.
        let missing = (mask & ~candidate.mask).nonzeroBitCount
        if missing > tolerance { continue }
        let isLonger = length > bytes.count + tolerance
        let text = isLonger ? Array(candidate.text.prefix(bytes.count)) : candidate.text
        guard let distance = Self.distance(bytes, text, atMost: isLonger ? min(tolerance, 1) : tolerance) else {
          continue
        }
        found.append((isLonger ? distance + 1 : distance, candidate.uses, candidate.text))
      }
    }
    found.sort { left, right in
      let (one, other) = ((left.distance, -left.uses, left.text.count), (right.distance, -right.uses, right.text.count))
      // Words that are equally near come in one order on every node.
      return one == other ? left.text.lexicographicallyPrecedes(right.text) : one < other
    }
    return found.prefix(limit).map { String(decoding: $0.text, as: UTF8.self) }
  }

  private static func mask(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0) { $0 | 1 << UInt64($1 & 63) }
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two words, or nil when more than `limit`
  /// (optimal string alignment distance).
  static func distance(_ left: [UInt8], _ right: [UInt8], atMost limit: Int) -> Int? {
    if abs(left.count - right.count) > limit { return nil }
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var row = [i + 1]
      row.reserveCapacity(right.count + 1)
      var least = i + 1
      for (j, other) in right.enumerated() {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (letter == other ? 0 : 1))
        if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
        least = min(least, cost)
      }
      if least > limit { return nil }
      beforeLast = last
      last = row
    }
    return last[right.count] <= limit ? last[right.count] : nil
  }
}

/// Holds the vocabulary; it is made anew when the catalogue has changed.
final class VocabularyBox: Sendable {
  private let current = Mutex<Vocabulary?>(nil)

  /// The vocabulary, or nil before it was first made.
  var value: Vocabulary? { current.withLock { $0 } }

  /// Puts a new one in its place.
  func replace(_ vocabulary: Vocabulary) { current.withLock { $0 = vocabulary } }
}
