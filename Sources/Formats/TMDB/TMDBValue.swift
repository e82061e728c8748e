import Foundation

extension TMDB {
  /// A place in a body, which need not be there: what is missing or of a wrong type is nil or empty.
  public struct Value {
    private let raw: Any?

    init(_ raw: Any?) { self.raw = raw }

    /// What an object holds under a key.
    subscript(key: String) -> Value { Value((raw as? [String: Any])?[key]) }

    var isObject: Bool { raw is [String: Any] }

    var isList: Bool { raw is [Any] }

    /// Whether there is anything but null.
    var exists: Bool { raw != nil && !(raw is NSNull) }

    /// What an object holds, in the order of its keys.
    var members: [(key: String, value: Value)] {
      guard let object = raw as? [String: Any] else { return [] }
      return object.sorted { $0.key < $1.key }.map { ($0.key, Value($0.value)) }
    }

    /// The elements of a list that can be made, up to a limit.
    func all<Element>(limit: Int = Limit.list, _ make: (Value) -> Element?) -> [Element] {
      guard let list = raw as? [Any] else { return [] }
      var made: [Element] = []
      for raw in list where made.count < limit {
        if let element = make(Value(raw)) { made.append(element) }
      }
      return made
    }

    /// The elements of a list that can be made, each key once: the first stays.
    func each<Element, Key: Hashable>(
      _ key: KeyPath<Element, Key>, limit: Int = Limit.list, _ make: (Value) -> Element?
    ) -> [Element] {
      var seen: Set<Key> = []
      return all(limit: limit) { value in
        guard let element = make(value), seen.insert(element[keyPath: key]).inserted else { return nil }
        return element
      }
    }

    /// What an object holds under the codes of countries, some of which have a part: `CA-QC`.
    func byCountry<Element>(_ make: (Value) -> Element?) -> [String: Element] {
      var made: [String: Element] = [:]
      for (key, value) in members where made.count < Limit.list && Self.isCountry(key, withPart: true) {
        made[key] = make(value)
      }
      return made
    }
  }
}

// MARK: - Numbers

extension TMDB.Value {
  /// A whole number, also one that is written as text or with a fraction of nothing.
  var int: Int? {
    if let number { return number.isFloating ? Int(exactly: number.doubleValue) : number as? Int }
    guard let digits else { return nil }
    return Int(digits) ?? Double(digits).flatMap { Int(exactly: $0) }
  }

  /// A finite number, also one that is written as text.
  var real: Double? {
    guard let real = number?.doubleValue ?? digits.flatMap({ Double($0) }), real.isFinite else { return nil }
    return real
  }

  /// An identifier: above zero.
  var id: Int? { int.flatMap { $0 > 0 ? $0 : nil } }

  /// From zero to a thousand million.
  var count: Int? { int.flatMap { (0...TMDB.Limit.count).contains($0) ? $0 : nil } }

  /// A runtime: whole minutes, above zero.
  var minutes: Int? { int.flatMap { (1...TMDB.Limit.minutes).contains($0) ? $0 : nil } }

  /// A mean of votes, 0 to 10.
  var vote: Double? { real.flatMap { (0...10).contains($0) ? $0 : nil } }

  /// Not below zero.
  var popularity: Double? { real.flatMap { $0 >= 0 ? $0 : nil } }

  /// Whether it is true, also as 1 or as text; all else is false.
  var isTrue: Bool { truth ?? false }

  /// Whether it is true or false, also as 1 or 0 or as text.
  var truth: Bool? {
    if let number = raw as? NSNumber, number.isTruth { return number.boolValue }
    switch text?.lowercased() {
    case "true", "1": return true
    case "false", "0": return false
    default: return nil
    }
  }

  private var number: NSNumber? {
    // A bridged string is no number, and true is a number to Foundation.
    guard !(raw is String), let number = raw as? NSNumber, !number.isTruth else { return nil }
    return number
  }

  /// Text that is written as a decimal number.
  private var digits: String? {
    guard let text = raw as? String else { return nil }
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let isDecimal = !trimmed.isEmpty && trimmed.utf8.count <= 40 && trimmed.utf8.allSatisfy(\.isDecimal)
    return isDecimal ? trimmed : nil
  }
}

extension NSNumber {
  /// Whether JSON had true or false here.
  fileprivate var isTruth: Bool { UInt8(bitPattern: objCType.pointee) == UInt8(ascii: "c") }

  fileprivate var isFloating: Bool {
    [UInt8(ascii: "d"), UInt8(ascii: "f")].contains(UInt8(bitPattern: objCType.pointee))
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  fileprivate var isUpper: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }

  fileprivate var isLower: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

  fileprivate var isAlphanumeric: Bool { isDigit || isUpper || isLower }

  fileprivate var isDecimal: Bool { isDigit || "+-.eE".utf8.contains(self) }
}

// MARK: - Text

extension TMDB.Value {
  /// Text as it is, also a number's.
  private var text: String? {
    if let text = raw as? String { return text }
    guard let number else { return nil }
    return int.map { String($0) } ?? number.stringValue
  }

  /// A name: one line without control characters or space around it, cut; nil when nothing is left.
  var name: String? {
    text.flatMap { text in
      Self.cut(text, TMDB.Limit.name) { scalar in
        switch scalar {
        case "\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}": " "
        default: Self.isControl(scalar) ? nil : scalar
        }
      }
    }
  }

  /// Text of many lines without other control characters, cut; nil when nothing is left.
  var prose: String? {
    text.flatMap { text in
      let hasReturns = text.utf8.contains(UInt8(ascii: "\r"))
      let lines = hasReturns ? text.replacingOccurrences(of: "\r\n", with: "\n") : text
      return Self.cut(lines, TMDB.Limit.prose) { scalar in
        switch scalar {
        case "\n", "\t": scalar
        case "\r", "\u{85}", "\u{2028}", "\u{2029}": "\n"
        default: Self.isControl(scalar) ? nil : scalar
        }
      }
    }
  }

  /// A day of the calendar as `YYYY-MM-DD`, also out of a time that begins with it.
  var date: String? {
    guard let text = name else { return nil }
    let octets = Array(text.utf8.prefix(11))
    let isDash = { (place: Int) in octets[place] == UInt8(ascii: "-") }
    guard octets.count >= 10, isDash(4), isDash(7),
      octets.count == 10 || octets[10] == UInt8(ascii: "T") || octets[10] == UInt8(ascii: " "),
      let year = Self.whole(octets[0..<4]), let month = Self.whole(octets[5..<7]), let day = Self.whole(octets[8..<10]),
      year >= 1, (1...12).contains(month), day >= 1, day <= Self.days(year: year, month: month)
    else { return nil }
    return String(decoding: octets[0..<10], as: UTF8.self)
  }

  /// A moment as the service writes it, `2016-03-01T13:03:55.000Z` or an older way that begins with a day.
  var moment: String? {
    guard date != nil, let text = name, text.utf8.count <= 40 else { return nil }
    return text.utf8.allSatisfy { $0.isAlphanumeric || " :.+-".utf8.contains($0) } ? text : nil
  }

  /// The path of an image: a slash, a file's name of at most 80 ASCII characters, and the ending of an image.
  var imagePath: String? {
    guard let text = raw as? String, text.utf8.count <= 86, text.utf8.first == UInt8(ascii: "/"),
      let dot = text.lastIndex(of: "."), ["jpg", "jpeg", "png", "webp", "svg"].contains(text[dot...].dropFirst())
    else { return nil }
    let file = text[..<dot].dropFirst().utf8
    return (1...80).contains(file.count) && file.allSatisfy { $0.isAlphanumeric || "._-".utf8.contains($0) }
      ? text : nil
  }

  /// The code of a country, ISO 3166-1: two capitals.
  var country: String? { name.flatMap { Self.isCountry($0, withPart: false) ? $0 : nil } }

  /// The code of a language, ISO 639: two or three small letters.
  var language: String? {
    name.flatMap { (2...3).contains($0.utf8.count) && $0.utf8.allSatisfy(\.isLower) ? $0 : nil }
  }

  /// An address to link to: http or https, printable ASCII.
  var address: String? {
    guard let text = (raw as? String)?.trimmingCharacters(in: .whitespacesAndNewlines),
      text.utf8.count <= TMDB.Limit.address, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
    return scheme.map { text.utf8.count > $0.utf8.count } == true ? text : nil
  }

  /// A letter or two and digits: IMDb's `tt0133093` and `nm0000206`, Wikidata's `Q83495`.
  func code(_ prefixes: String...) -> String? {
    guard let name, name.utf8.count <= 20 else { return nil }
    return prefixes.contains { prefix in
      name.hasPrefix(prefix) && name.utf8.count > prefix.utf8.count
        && name.utf8.dropFirst(prefix.utf8.count).allSatisfy(\.isDigit)
    } ? name : nil
  }

  /// A key of at most 64 letters, digits, `_` and `-`.
  var key: String? {
    name.flatMap { name in
      name.utf8.count <= 64 && name.utf8.allSatisfy { $0.isAlphanumeric || "_-".utf8.contains($0) } ? name : nil
    }
  }

  private static func isCountry(_ text: String, withPart: Bool) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard let country = parts.first, country.count == 2, country.allSatisfy(\.isUpper) else { return false }
    if parts.count == 1 { return true }
    return withPart && parts.count == 2 && (1...3).contains(parts[1].count) && parts[1].allSatisfy(\.isAlphanumeric)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }

  /// Text without space around it, each scalar as it is kept, at most so many; nil when nothing is left.
  private static func cut(_ text: String, _ limit: Int, _ keep: (Unicode.Scalar) -> Unicode.Scalar?) -> String? {
    var kept = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      guard let scalar = keep(scalar), count > 0 || !scalar.properties.isWhitespace else { continue }
      kept.append(scalar)
      count += 1
      if count == limit { break }
    }
    while let last = kept.last, last.properties.isWhitespace { kept.removeLast() }
    return kept.isEmpty ? nil : String(kept)
  }

  private static func whole(_ digits: ArraySlice<UInt8>) -> Int? {
    digits.allSatisfy(\.isDigit) ? Int(String(decoding: digits, as: UTF8.self)) : nil
  }

  private static func days(year: Int, month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
