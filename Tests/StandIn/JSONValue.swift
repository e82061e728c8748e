internal import Foundation

/// A value as RFC 8259 has it; a member that is not there reads as null, so reading never fails.
public enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number without a fraction that fits.
  case int(Int)
  /// Any other number.
  case double(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object; of a repeated name, the last member.
  case object([String: JSONValue])

  /// Reads UTF-8 text of one value; throws `DecodingError` where there is none.
  public init(parsing bytes: some Sequence<UInt8>) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
  }

  /// The member of an object; writing one makes an object of anything else.
  public subscript(name: String) -> JSONValue {
    get { object?[name] ?? .null }
    set {
      var members = object ?? [:]
      members[name] = newValue
      self = .object(members)
    }
  }

  /// The element of an array, counted from 0; writing past its end does nothing.
  public subscript(index: Int) -> JSONValue {
    get { array.indices.contains(index) ? array[index] : .null }
    set {
      var elements = array
      guard elements.indices.contains(index) else { return }
      elements[index] = newValue
      self = .array(elements)
    }
  }

  /// The elements of an array; of anything else, none.
  public var array: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }

  /// The members of an object; of anything else, nil.
  public var object: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The text of a string; of anything else, nil.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// A whole number; of anything else, nil.
  public var int: Int? {
    if case .int(let number) = self { number } else { nil }
  }

  /// Any number; of anything else, nil.
  public var double: Double? {
    switch self {
    case .int(let number): Double(number)
    case .double(let number): number
    default: nil
    }
  }

  /// Whether it is `true`.
  public var isTrue: Bool { self == .bool(true) }

  /// Whether it is `null` or not there.
  public var isNull: Bool { self == .null }

  /// Takes the patch's members in: objects are merged member by member, elements of arrays that have an `id` with the
  /// element of the same `id` (a new one goes to the end), and anything else is replaced. A null stays a null.
  public mutating func merge(_ patch: JSONValue) {
    switch (self, patch) {
    case (.object(var members), .object(let changes)):
      for (name, change) in changes {
        members[name, default: .null].merge(change)
      }
      self = .object(members)
    case (.array(var elements), .array(let changes)) where changes.contains { !$0["id"].isNull }:
      for change in changes {
        if let place = elements.firstIndex(where: { $0["id"] == change["id"] }) {
          elements[place].merge(change)
        } else {
          elements.append(change)
        }
      }
      self = .array(elements)
    default: self = patch
    }
  }

  /// The same without some members.
  func without(_ names: some Sequence<String>) -> JSONValue {
    guard var members = object else { return self }
    for name in names { members[name] = nil }
    return .object(members)
  }

  /// The same with only these members; one that is not there becomes null.
  func only(_ names: some Sequence<String>) -> JSONValue {
    var members: [String: JSONValue] = [:]
    for name in names { members[name] = self[name] }
    return .object(members)
  }

  /// This object with the other's members, which win.
  func with(_ other: JSONValue) -> JSONValue {
    .object((object ?? [:]).merging(other.object ?? [:]) { $1 })
  }
}

extension JSONValue {
  /// The value as text without spaces, members in the order of their names: the same value, the same bytes.
  public var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .int(let number): text += String(number)
    case .double(let number): text += number.isFinite ? String(number) : "null"
    case .string(let string): Self.write(string, to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, (name, value)) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { text += "," }
        Self.write(name, to: &text)
        text += ":"
        value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\u{0}"..<" ": text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // What is most frequent comes first: each wrong guess costs an error.
    if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if container.decodeNil() {
      self = .null
    } else if let number = try? container.decode(Int.self) {
      self = .int(number)
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .double(number)
    } else if let elements = try? container.decode([JSONValue].self) {
      self = .array(elements)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }
}
