/// A piece of markup: text becomes part of it only escaped, so that nothing a person typed can turn into markup.
///
/// It is written as a string literal with interpolations. A `String` is escaped on its way in, an `HTML` goes in as
/// it is, numbers as digits. The one other way in is `init(trusted:)`.
public struct HTML: Sendable, ExpressibleByStringInterpolation, ExpressibleByStringLiteral {
  /// The markup in UTF-8.
  public private(set) var bytes: [UInt8]

  /// No markup.
  public init() { bytes = [] }

  /// Markup that stands in our own source; only ever written as a literal.
  public init(stringLiteral value: String) { bytes = [UInt8](value.utf8) }

  /// Markup made by an interpolated literal.
  public init(stringInterpolation: Interpolation) { bytes = stringInterpolation.bytes }

  /// Takes text as markup without escaping it; a tidy test counts the uses.
  public init(trusted text: String) { bytes = [UInt8](text.utf8) }

  /// Escapes text.
  public init(text: String) {
    bytes = []
    bytes.reserveCapacity(text.utf8.count)
    bytes.appendEscaped(text)
  }

  /// Adds markup at the end.
  public mutating func append(_ other: HTML) { bytes.append(contentsOf: other.bytes) }

  /// Whether there is nothing in it.
  public var isEmpty: Bool { bytes.isEmpty }

  /// The markup as text: for tests and small pieces.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Both pieces, one after the other.
  public static func + (left: HTML, right: HTML) -> HTML {
    var all = left
    all.append(right)
    return all
  }

  /// Gathers the pieces of an interpolated literal.
  public struct Interpolation: StringInterpolationProtocol {
    var bytes: [UInt8] = []

    /// Reserves room.
    public init(literalCapacity: Int, interpolationCount: Int) {
      bytes.reserveCapacity(literalCapacity + interpolationCount * 48)
    }

    /// The markup between interpolations, as it is.
    public mutating func appendLiteral(_ literal: String) { bytes.append(contentsOf: literal.utf8) }

    /// Text, escaped. Disfavoured, so that a literal in `flag ? "<b>x</b>" : ""` is taken for markup.
    @_disfavoredOverload
    public mutating func appendInterpolation(_ text: String) { bytes.appendEscaped(text) }

    /// Text that may be missing, escaped.
    @_disfavoredOverload
    public mutating func appendInterpolation(_ text: String?) {
      if let text { bytes.appendEscaped(text) }
    }

    /// A number, as digits.
    public mutating func appendInterpolation(_ number: Int) { bytes.appendDigits(number) }

    /// Markup, as it is.
    public mutating func appendInterpolation(_ html: HTML) { bytes.append(contentsOf: html.bytes) }

    /// Markup that may be missing.
    public mutating func appendInterpolation(_ html: HTML?) {
      if let html { bytes.append(contentsOf: html.bytes) }
    }

    /// Several pieces, one after the other.
    public mutating func appendInterpolation(_ pieces: [HTML]) {
      for piece in pieces { bytes.append(contentsOf: piece.bytes) }
    }
  }
}

extension [UInt8] {
  /// Appends text with the five characters that markup gives a meaning to replaced by references.
  mutating func appendEscaped(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      var start = 0
      for index in 0..<utf8.count {
        let entity: StaticString
        switch utf8[index] {
        case UInt8(ascii: "&"): entity = "&amp;"
        case UInt8(ascii: "<"): entity = "&lt;"
        case UInt8(ascii: ">"): entity = "&gt;"
        case UInt8(ascii: "\""): entity = "&quot;"
        case UInt8(ascii: "'"): entity = "&#39;"
        default: continue
        }
        append(contentsOf: utf8[start..<index])
        append(contentsOf: UnsafeBufferPointer(start: entity.utf8Start, count: entity.utf8CodeUnitCount))
        start = index + 1
      }
      append(contentsOf: utf8[start...])
    }
  }

  /// Appends a number's decimal digits.
  mutating func appendDigits(_ number: Int) {
    if number < 0 { append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    let start = count
    repeat {
      append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    self[start...].reverse()
  }
}

extension HTML {
  /// Several pieces, one after the other.
  public static func joined(_ pieces: [HTML]) -> HTML {
    var all = HTML()
    for piece in pieces { all.append(piece) }
    return all
  }
}
