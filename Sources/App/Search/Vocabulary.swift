/// Words of names, to find what a misspelt one was meant to be.
///
/// They are kept in pieces that never change once they are full, so that a new one costs a copy of the last piece
/// only, and whoever reads keeps what they have. 32,000 words take some 700 KB.
struct Vocabulary: Sendable {
  /// How many words at most are kept: those of the most looked for names, which come first.
  let most: Int

  private var pieces: [Piece] = []

  init(most: Int) { self.most = most }

  /// Whether there is room for more.
  var isFull: Bool { count >= most }

  /// How many words it has.
  var count: Int { pieces.reduce(0) { $0 + $1.count } }

  /// Whether a word is there as it is written.
  func contains(_ word: String) -> Bool { weight(of: word) != nil }

  /// The weight of the most looked for name that has a word; nil when none does.
  func weight(of word: String) -> Int? {
    let bytes = Array(word.utf8)
    let hash = Piece.hash(bytes)
    for piece in pieces {
      if let place = piece.place(of: bytes, hash) { return Int(piece.weights[place]) }
    }
    return nil
  }

  /// Adds the words of a folded name, where there is room; one that is there stays as it is.
  ///
  /// - Parameter weight: how much looked for the name is, from 0 to 255.
  mutating func add(_ folded: String, weight: Int) {
    for word in folded.utf8.split(separator: 0x20) where word.count < Piece.longest {
      let bytes = Array(word)
      let hash = Piece.hash(bytes)
      if pieces.contains(where: { $0.place(of: bytes, hash) != nil }) { continue }
      if pieces.last?.isFull ?? true {
        if isFull { return }
        pieces.append(Piece())
      }
      pieces[pieces.count - 1].add(bytes, hash, weight: UInt8(clamping: weight))
    }
  }

  /// How many letters may differ in a word of so many; in a short one only when there are other words.
  static func tolerance(_ length: Int, isAlone: Bool) -> Int {
    switch length {
    case ..<3: 0
    case 3: isAlone ? 0 : 1
    case 4...5: 1
    default: 2
    }
  }

  /// A word near to another.
  private struct Near {
    let word: String
    /// Of changes, in quarters: a swap of neighbours costs a little less, another first letter a little more.
    let cost: Int
    let weight: Int
  }

  /// The words nearest to one but not itself, nearest and most looked for first, at most `limit`.
  ///
  /// - Parameters:
  ///   - isBegun: whether only the beginning may have been typed yet.
  ///   - isAlone: whether it is all that was typed.
  func nearest(_ word: String, isBegun: Bool, isAlone: Bool, limit: Int) -> [String] {
    let letters = word.unicodeScalars.map(\.value)
    let tolerance = Self.tolerance(letters.count, isAlone: isAlone)
    // A number is not misspelt, but another number.
    let isNumber = word.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard tolerance > 0, letters.count < Piece.longest, !isNumber else { return [] }
    var found: [Near] = []
    var distances = EditDistance(letters)
    for piece in pieces {
      piece.each(near: letters, tolerance: tolerance, isBegun: isBegun && letters.count > 3) { place, isLonger in
        let limit = isLonger ? 1 : tolerance
        let distance = piece.withLetters(at: place) {
          distances.distance(to: $0, atMost: limit, ofBeginning: isLonger)
        }
        guard let distance, distance > 0 else { return }
        let candidate = piece.word(at: place)
        var cost = distance * 4
        if isLonger { cost += 4 }
        if candidate.unicodeScalars.first?.value != letters.first { cost += 1 }
        if distance == 1, isSwap(letters, candidate.unicodeScalars.map(\.value)) { cost -= 1 }
        found.append(Near(word: candidate, cost: cost, weight: Int(piece.weights[place])))
      }
    }
    // A change more is worth as much as being looked for thirty times as often.
    found.sort { left, right in
      let (one, other) = (left.cost * 12 - left.weight, right.cost * 12 - right.weight)
      // Words that are equally near come in one order on every node.
      return one == other ? left.word < right.word : one < other
    }
    return found.prefix(limit).map(\.word)
  }

  private func isSwap(_ one: [UInt32], _ other: [UInt32]) -> Bool {
    one.count == other.count && one.sorted() == other.sorted()
  }

  /// A word taken apart into two known words, or three with a letter in the middle; the most looked for first, at most
  /// three ways.
  func splits(_ word: String) -> [[String]] {
    let scalars = Array(word.unicodeScalars)
    guard (4...40).contains(scalars.count) else { return [] }
    func part(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
    var found: [(words: [String], weight: Int)] = []
    for place in 1..<scalars.count {
      let first = part(0..<place)
      guard let weight = weight(of: first) else { continue }
      let rest = part(place..<scalars.count)
      if let other = self.weight(of: rest) {
        found.append(([first, rest], min(weight, other)))
      }
      if place > 1, place + 3 < scalars.count, let other = self.weight(of: part(place + 1..<scalars.count)),
        self.weight(of: part(place..<place + 1)) != nil
      {
        found.append(([first, part(place..<place + 1), part(place + 1..<scalars.count)], min(weight, other) - 20))
      }
    }
    found.sort { ($1.weight, $0.words[0]) < ($0.weight, $1.words[0]) }
    return found.prefix(3).map(\.words)
  }
}

/// Some tens of thousands of words in a few plain arrays.
private struct Piece: Sendable {
  /// How many words it takes.
  static let capacity = 32_768
  /// Words of so many bytes and more are left out.
  static let longest = 48

  private(set) var weights: [UInt8] = []
  private var lengths: [UInt8] = []
  private var masks: [UInt32] = []
  private var starts: [UInt32] = []
  private var bytes: [UInt8] = []
  /// Where a word with a certain hash is: its place and one, 0 for none; open addressing.
  private var table: [UInt16] = Array(repeating: 0, count: 1 << 10)

  init() {
    weights.reserveCapacity(Self.capacity)
    lengths.reserveCapacity(Self.capacity)
    masks.reserveCapacity(Self.capacity)
    starts.reserveCapacity(Self.capacity)
  }

  var count: Int { weights.count }
  var isFull: Bool { count >= Self.capacity - 1 }

  /// FNV-1a, 64 bits.
  static func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  private func slot(_ hash: UInt64) -> Int { Int((hash ^ hash >> 29) & UInt64(table.count - 1)) }

  private func range(at place: Int) -> Range<Int> {
    Int(starts[place])..<(place + 1 < count ? Int(starts[place + 1]) : bytes.count)
  }

  func place(of word: [UInt8], _ hash: UInt64) -> Int? {
    var slot = slot(hash)
    while table[slot] != 0 {
      let place = Int(table[slot]) - 1
      let range = range(at: place)
      if range.count == word.count, bytes[range].elementsEqual(word) { return place }
      slot = (slot + 1) & (table.count - 1)
    }
    return nil
  }

  mutating func add(_ word: [UInt8], _ hash: UInt64, weight: UInt8) {
    if (count + 1) * 3 > table.count * 2 { grow() }
    let text = String(decoding: word, as: UTF8.self).unicodeScalars
    weights.append(weight)
    lengths.append(UInt8(clamping: text.count))
    masks.append(Self.mask(text.lazy.map(\.value)))
    starts.append(UInt32(bytes.count))
    bytes += word
    note(place: count - 1, hash)
    // Full, it never grows again: nothing is kept in reserve.
    if isFull { bytes = bytes.withUnsafeBufferPointer { Array($0) } }
  }

  private mutating func note(place: Int, _ hash: UInt64) {
    var slot = slot(hash)
    while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
    table[slot] = UInt16(place + 1)
  }

  private mutating func grow() {
    table = Array(repeating: 0, count: table.count * 2)
    for place in 0..<count { note(place: place, Self.hash(Array(bytes[range(at: place)]))) }
  }

  func word(at place: Int) -> String { String(decoding: bytes[range(at: place)], as: UTF8.self) }

  /// Calls `body` with the letters of a word.
  func withLetters<T>(at place: Int, _ body: (UnsafeBufferPointer<UInt32>) -> T) -> T {
    let range = range(at: place)
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.longest) { letters in
      var count = 0
      if range.count == lengths[place] {
        for byte in bytes[range] {
          letters[count] = UInt32(byte)
          count += 1
        }
      } else {
        for scalar in word(at: place).unicodeScalars {
          letters[count] = scalar.value
          count += 1
        }
      }
      return body(UnsafeBufferPointer(rebasing: letters[..<count]))
    }
  }

  /// The first letter of a word of ASCII; of others a part of it.
  private func first(of place: Int) -> UInt8 { bytes[Int(starts[place])] }

  /// A bit for each letter that a word has.
  static func mask(_ letters: some Sequence<UInt32>) -> UInt32 {
    letters.reduce(0) { $0 | 1 << ($1 >= 0x61 && $1 <= 0x7A ? $1 - 0x61 : 26 + $1 % 6) }
  }

  /// Calls `body` with the words whose letters are not too many changes away, as far as their masks tell.
  ///
  /// - Parameter isBegun: whether longer words count too, by their beginning; their first letter must be right.
  func each(near letters: [UInt32], tolerance: Int, isBegun: Bool, _ body: (_ place: Int, _ isLonger: Bool) -> Void) {
    let mask = Self.mask(letters)
    let (least, most) = (max(letters.count - tolerance, 1), letters.count + tolerance)
    let longest = isBegun ? letters.count + 12 : most
    let start = letters.first.flatMap(Unicode.Scalar.init).map { String($0).utf8.first ?? 0 } ?? 0
    masks.withUnsafeBufferPointer { masks in
      lengths.withUnsafeBufferPointer { lengths in
        for place in masks.indices {
          let other = masks[place]
          // Letters of the one that the other lacks cost at least one change each.
          let lacks = (mask & ~other).nonzeroBitCount
          if lacks > tolerance { continue }
          let length = Int(lengths[place])
          if length < least || length > longest { continue }
          if length <= most, (other & ~mask).nonzeroBitCount <= tolerance {
            body(place, false)
          } else if isBegun, length > letters.count, lacks <= 1, first(of: place) == start {
            body(place, true)
          }
        }
      }
    }
  }
}

/// The distance from one word to others: insertions, deletions, replacements and swaps of neighbours (optimal string
/// alignment), of Unicode scalars. It keeps its rows, so that a word after another allocates nothing.
struct EditDistance {
  private let word: [UInt32]
  private var rows: [Int32]

  /// Words of so many letters and more are not compared.
  private static let width = 64

  /// Takes the word that others are compared with.
  init(_ word: [UInt32]) {
    self.word = word
    rows = Array(repeating: 0, count: 3 * Self.width)
  }

  /// The distance, or nil when it is more than `limit`.
  ///
  /// - Parameter ofBeginning: whether the other word may go on after its part that is compared.
  mutating func distance(to other: [UInt32], atMost limit: Int, ofBeginning: Bool = false) -> Int? {
    other.withUnsafeBufferPointer { distance(to: $0, atMost: limit, ofBeginning: ofBeginning) }
  }

  /// The same.
  mutating func distance(
    to other: UnsafeBufferPointer<UInt32>, atMost limit: Int, ofBeginning: Bool = false
  ) -> Int? {
    let width = ofBeginning ? min(other.count, word.count + limit) : other.count
    if width >= Self.width || abs(word.count - width) > limit { return nil }
    return word.withUnsafeBufferPointer { word in
      rows.withUnsafeMutableBufferPointer { rows in
        Self.distance(word, UnsafeBufferPointer(rebasing: other[..<width]), rows, limit, ofBeginning)
      }
    }
  }

  private static func distance(
    _ word: UnsafeBufferPointer<UInt32>, _ other: UnsafeBufferPointer<UInt32>,
    _ rows: UnsafeMutableBufferPointer<Int32>,
    _ limit: Int, _ ofBeginning: Bool
  ) -> Int? {
    let far = Int32(limit + 1)
    var start = 0
    while start < word.count, start < other.count, word[start] == other[start] { start += 1 }
    // A swap may begin with the last letter that is the same.
    start = max(start - 1, 0)
    let (height, width) = (word.count - start, other.count - start)
    for column in 0...width { rows[column] = Int32(min(column, limit + 1)) }
    var (now, last, before) = (Self.width, 0, 2 * Self.width)
    for row in 0..<height {
      // Only the columns beside the diagonal can be near enough.
      let (from, to) = (max(row - limit, 0), min(row + limit + 1, width))
      rows[now + from] = from == 0 ? Int32(row + 1) : far
      if to < width { rows[now + to + 1] = far }
      var least = rows[now + from]
      var column = from
      let letter = word[start + row]
      while column < to {
        let isSame = letter == other[start + column]
        var cost = min(rows[last + column + 1] + 1, rows[now + column] + 1, rows[last + column] + (isSame ? 0 : 1))
        if row > 0, column > 0, letter == other[start + column - 1], word[start + row - 1] == other[start + column] {
          cost = min(cost, rows[before + column - 1] + 1)
        }
        rows[now + column + 1] = cost
        least = min(least, cost)
        column += 1
      }
      if least >= far { return nil }
      (now, last, before) = (before, now, last)
    }
    if !ofBeginning { return rows[last + width] < far ? Int(rows[last + width]) : nil }
    let ends = max(height - limit, 0)...width
    let distance = ends.lazy.map { rows[last + $0] }.min() ?? far
    return distance < far ? Int(distance) : nil
  }
}
