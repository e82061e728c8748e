/// The fields of a URL-encoded form or query, in the order they came.
public struct Form: Sendable {
  /// Names and values, decoded.
  public private(set) var fields: [(name: String, value: String)] = []

  /// Why a form was refused before anyone looked at its meaning.
  public enum Refusal: Error, Equatable, Sendable {
    /// More than `maximumFields` fields.
    case tooManyFields
    /// A percent escape or a character that is not UTF-8.
    case badEncoding
    /// A NUL character, which PostgreSQL refuses in text.
    case nul
    /// A field that the form does not have.
    case unknown(String)
    /// A field that came twice, where the form takes one.
    case repeated(String)
  }

  /// How many fields one form may have; the largest of ours name 500 titles or plays beside their other fields.
  public static let maximumFields = 520

  /// No fields.
  public init() {}

  /// Reads `application/x-www-form-urlencoded` bytes (WHATWG URL, section 5.1).
  public init(bytes: some Collection<UInt8>) throws(Refusal) {
    for pair in bytes.split(separator: UInt8(ascii: "&")) {
      guard fields.count < Self.maximumFields else { throw .tooManyFields }
      let equals = pair.firstIndex(of: UInt8(ascii: "="))
      let name = try Self.decode(pair[..<(equals ?? pair.endIndex)])
      let value = try equals.map { index throws(Refusal) in try Self.decode(pair[pair.index(after: index)...]) } ?? ""
      fields.append((name, value))
    }
  }

  /// Reads a query or body given as text.
  public init(_ text: some StringProtocol) throws(Refusal) {
    try self.init(bytes: Array(text.utf8))
  }

  /// The value of a field, or nil when it was not sent.
  public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Every value of a field that may come more than once.
  public func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// Holds the form to the fields it declares: no other name, none twice unless it is one of `lists`.
  public func check(allowing names: Set<String>, lists: Set<String> = []) throws(Refusal) {
    var seen: Set<String> = []
    for field in fields {
      guard names.contains(field.name) || lists.contains(field.name) else { throw .unknown(field.name) }
      if !seen.insert(field.name).inserted, !lists.contains(field.name) { throw .repeated(field.name) }
    }
  }

  private static func decode(_ bytes: some Collection<UInt8>) throws(Refusal) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index != bytes.endIndex {
      let byte = bytes[index]
      index = bytes.index(after: index)
      switch byte {
      case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard index != bytes.endIndex, let high = hex(bytes[index]) else { throw .badEncoding }
        index = bytes.index(after: index)
        guard index != bytes.endIndex, let low = hex(bytes[index]) else { throw .badEncoding }
        index = bytes.index(after: index)
        decoded.append(high << 4 | low)
      case 0: throw .nul
      default: decoded.append(byte)
      }
    }
    if decoded.contains(0) { throw .nul }
    guard let text = String(validating: decoded, as: UTF8.self) else { throw .badEncoding }
    return text
  }

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// Makes the query or form body that `Form` reads back.
public enum URLEncoding {
  /// Text with everything escaped but RFC 3986's unreserved characters.
  public static func escape(_ text: String) -> String {
    var escaped: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        escaped.append(byte)
      default:
        let digits = Array("0123456789ABCDEF".utf8)
        escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }

  /// `name=value&…` of the given pairs.
  public static func query(_ pairs: [(String, String)]) -> String {
    pairs.map { escape($0.0) + "=" + escape($0.1) }.joined(separator: "&")
  }
}
