import SQL

/// Why a file cannot be taken in, and where.
struct ImportMistake: Error, Sendable, Equatable {
  /// What is wrong.
  enum Reason: Sendable, Equatable {
    case badJSON, truncated, notRecord, newer, unknown, missing, twice, wantsText, wantsNumber, wantsTruth, wantsList,
      wantsObject, nul, deep, long, range, future, date, precision, rating, value, reference, film, openPasses, tooMuch
  }

  let reason: Reason
  /// The place in the file, such as `titles[3].plays[0].at`; empty for the file as a whole.
  let place: String
  /// The line, from 1.
  let line: Int
  /// What stands there, cut short.
  var value = ""
}

/// Reads JSON (RFC 8259) from left to right, a value at a time, without building a tree.
///
/// It is strict: no key twice in an object that is read, no NUL in text, at most `maximumDepth` levels, numbers whole
/// and at most 64 bits. Every mistake is an `ImportMistake` with its place. Unknown values can be passed over, which is
/// noted.
struct JSONScanner {
  /// How deep a file may be nested.
  static let maximumDepth = 8
  /// How many keys an object may have: none of ours has a tenth of it.
  static let maximumKeys = 200
  /// How many different places that were passed over are noted.
  static let maximumNotes = 50

  /// A step on the way to a value.
  enum Step {
    case key(String)
    case index(Int)
  }

  private let bytes: ArraySlice<UInt8>
  private var index: Int
  private var path: [Step] = []
  private var depth = 0
  // Where the value that was read last begins: what a mistake shows.
  private var valueStart: Int
  /// How often something was passed over, by its place without numbers.
  private(set) var passedOver: [String: Int] = [:]

  /// Reads these bytes; a byte order mark at their start is passed over.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
    index = self.bytes.startIndex
    valueStart = index
  }

  // MARK: Values

  /// Whether an object comes next; false as well for nothing at all.
  mutating func isObjectNext() -> Bool {
    skipSpace()
    return index < bytes.endIndex && bytes[index] == UInt8(ascii: "{")
  }

  /// Whether a list comes next.
  mutating func isListNext() throws -> Bool { try peek() == UInt8(ascii: "[") }

  /// Reads an object: `body` is called with each key and has to read its value.
  mutating func object(_ body: (inout JSONScanner, String) throws -> Void) throws {
    try open(UInt8(ascii: "{"), .wantsObject)
    var seen: [String] = []
    seen.reserveCapacity(10)
    if try !closes(UInt8(ascii: "}")) {
      repeat {
        guard try peek() == UInt8(ascii: "\"") else { throw mistake(.badJSON) }
        let key = try string()
        path.append(.key(key))
        if seen.contains(key) { throw mistake(.twice) }
        if seen.count == Self.maximumKeys { throw mistake(.tooMuch, value: String(Self.maximumKeys)) }
        seen.append(key)
        guard try peek() == UInt8(ascii: ":") else { throw mistake(.badJSON) }
        index += 1
        try body(&self, key)
        path.removeLast()
      } while try goesOn(UInt8(ascii: "}"))
    }
    depth -= 1
  }

  /// Reads a list: `body` is called for each value, with its place from 0, and has to read it.
  mutating func list(_ body: (inout JSONScanner, Int) throws -> Void) throws {
    try open(UInt8(ascii: "["), .wantsList)
    var count = 0
    if try !closes(UInt8(ascii: "]")) {
      repeat {
        path.append(.index(count))
        try body(&self, count)
        path.removeLast()
        count += 1
      } while try goesOn(UInt8(ascii: "]"))
    }
    depth -= 1
  }

  /// Reads a text of at most so many code points, as the database counts them: one character may have thousands.
  mutating func text(atMost limit: Int) throws -> String {
    guard try peek() == UInt8(ascii: "\"") else { throw wrong(.wantsText) }
    let text = try string()
    // The number of bytes bounds that of code points and is known at once.
    if text.utf8.count > limit, text.unicodeScalars.count > limit { throw mistake(.long) }
    return text
  }

  /// Reads a whole number within bounds.
  mutating func int(_ bounds: ClosedRange<Int>, else reason: ImportMistake.Reason = .range) throws -> Int {
    let first = try peek()
    guard first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else { throw wrong(.wantsNumber) }
    let isNegative = first == UInt8(ascii: "-")
    if isNegative { index += 1 }
    let start = index
    var number = 0
    var isTooLarge = false
    while index < bytes.endIndex, (0x30...0x39).contains(bytes[index]) {
      let (product, overflows) = number.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = product.addingReportingOverflow(Int(bytes[index] - 0x30))
      isTooLarge = isTooLarge || overflows || overflowsToo
      number = sum
      index += 1
    }
    guard index > start, index - start == 1 || bytes[start] != 0x30 else { throw mistake(.badJSON) }
    if index < bytes.endIndex, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[index]) {
      throw wrong(.wantsNumber)
    }
    number = isNegative ? 0 &- number : number
    guard !isTooLarge, bounds.contains(number) else { throw mistake(reason, value: excerpt()) }
    return number
  }

  /// Reads `true` or `false`.
  mutating func truth() throws -> Bool {
    _ = try peek()
    if word("true") { return true }
    if word("false") { return false }
    throw wrong(.wantsTruth)
  }

  /// Reads a text, a whole number or null, as it is bound to a statement.
  mutating func scalar() throws -> Value {
    switch try peek() {
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "n"):
      guard word("null") else { throw mistake(.badJSON) }
      return .null
    default: return .int(try int(Int.min...Int.max))
    }
  }

  /// Passes over a value that nobody asks for, and notes its place.
  mutating func passOver() throws {
    notePassedOver()
    try skip()
  }

  /// Notes that the value that was read last is left out.
  mutating func notePassedOver() {
    let place = Self.text(of: path, hasNumbers: false)
    if passedOver[place] != nil || passedOver.count < Self.maximumNotes { passedOver[place, default: 0] += 1 }
  }

  /// Ends the reading: nothing but white space may follow.
  mutating func finish() throws {
    skipSpace()
    if index < bytes.endIndex { throw mistake(.badJSON) }
  }

  // MARK: Mistakes

  /// A mistake at the value that was read last, or at a place below it.
  func mistake(
    _ reason: ImportMistake.Reason, value: String = "", at steps: [Step] = []
  ) -> ImportMistake {
    let line = bytes[bytes.startIndex..<min(index, bytes.endIndex)].reduce(1) { $1 == 10 ? $0 + 1 : $0 }
    return ImportMistake(
      reason: reason, place: Self.text(of: path + steps, hasNumbers: true), line: line, value: Self.cut(value))
  }

  private func wrong(_ reason: ImportMistake.Reason) -> ImportMistake { mistake(reason, value: excerpt()) }

  /// The value that was read last as it stands in the file, cut short.
  private func excerpt() -> String {
    let ends: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 10, 13]
    return String(decoding: bytes[valueStart...].prefix(60).prefix { !ends.contains($0) }, as: UTF8.self)
  }

  private static func cut(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(60).filter { $0.value >= 0x20 && $0.value != 0x7F }
    return String(String.UnicodeScalarView(shown))
  }

  private static func text(of path: [Step], hasNumbers: Bool) -> String {
    var text = ""
    for step in path {
      switch step {
      case .key(let key): text += (text.isEmpty ? "" : ".") + cut(key)
      case .index(let place): text += hasNumbers ? "[\(place)]" : "[]"
      }
    }
    return text
  }

  // MARK: Signs

  private mutating func skipSpace() {
    while index < bytes.endIndex {
      switch bytes[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return
      }
    }
  }

  private mutating func peek() throws -> UInt8 {
    skipSpace()
    valueStart = index
    guard index < bytes.endIndex else { throw mistake(.truncated) }
    return bytes[index]
  }

  private mutating func open(_ sign: UInt8, _ reason: ImportMistake.Reason) throws {
    guard try peek() == sign else { throw wrong(reason) }
    index += 1
    depth += 1
    if depth > Self.maximumDepth { throw mistake(.deep) }
  }

  private mutating func closes(_ sign: UInt8) throws -> Bool {
    guard try peek() == sign else { return false }
    index += 1
    return true
  }

  private mutating func goesOn(_ end: UInt8) throws -> Bool {
    let sign = try peek()
    guard sign == UInt8(ascii: ",") || sign == end else { throw mistake(.badJSON) }
    index += 1
    return sign != end
  }

  private mutating func word(_ word: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[index...].starts(with: wanted) else { return false }
    index += wanted.count
    return true
  }

  private mutating func skip() throws {
    switch try peek() {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"):
      try open(UInt8(ascii: "{"), .badJSON)
      if try !closes(UInt8(ascii: "}")) {
        repeat {
          guard try peek() == UInt8(ascii: "\"") else { throw mistake(.badJSON) }
          _ = try string()
          guard try peek() == UInt8(ascii: ":") else { throw mistake(.badJSON) }
          index += 1
          try skip()
        } while try goesOn(UInt8(ascii: "}"))
      }
      depth -= 1
    case UInt8(ascii: "["):
      try open(UInt8(ascii: "["), .badJSON)
      if try !closes(UInt8(ascii: "]")) {
        repeat { try skip() } while try goesOn(UInt8(ascii: "]"))
      }
      depth -= 1
    default: try skipWord()
    }
  }

  private mutating func skipWord() throws {
    if word("true") || word("false") || word("null") { return }
    let start = index
    while index < bytes.endIndex, (0x30...0x39).contains(bytes[index]) || "+-.eE".utf8.contains(bytes[index]) {
      index += 1
    }
    guard index > start, Double(String(decoding: bytes[start..<index], as: UTF8.self)) != nil else {
      throw mistake(.badJSON)
    }
  }

  // MARK: Text

  private mutating func string() throws -> String {
    let start = index + 1
    var end = start
    while end < bytes.endIndex {
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      end += 1
    }
    guard end < bytes.endIndex else {
      index = end
      throw mistake(.truncated)
    }
    if bytes[end] == UInt8(ascii: "\"") {
      index = end + 1
      return try decoded(bytes[start..<end])
    }
    var text = Array(bytes[start..<end])
    index = end
    while true {
      guard index < bytes.endIndex else { throw mistake(.truncated) }
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return try decoded(text[...])
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0: throw mistake(.nul)
      case 0..<0x20: throw mistake(.badJSON)
      default: text.append(byte)
      }
    }
  }

  private func decoded(_ bytes: ArraySlice<UInt8>) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw mistake(.badJSON) }
    return text
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    guard index < bytes.endIndex else { throw mistake(.truncated) }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "u"):
      var value = UInt32(try unit())
      if (0xD800..<0xDC00).contains(value) {
        guard word("\\u") else { throw mistake(.badJSON) }
        let low = UInt32(try unit())
        guard (0xDC00..<0xE000).contains(low) else { throw mistake(.badJSON) }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      if value == 0 { throw mistake(.nul) }
      guard let scalar = Unicode.Scalar(value) else { throw mistake(.badJSON) }
      text += Array(String(Character(scalar)).utf8)
    default: throw mistake(.badJSON)
    }
  }

  private mutating func unit() throws -> UInt16 {
    guard bytes.endIndex - index >= 4 else {
      index = bytes.endIndex
      throw mistake(.truncated)
    }
    let digits = bytes[index..<(index + 4)]
    guard digits.allSatisfy({ Self.isHex($0) }), let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw mistake(.badJSON) }
    index += 4
    return unit
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }
}
