/// The text of one statement, written as a literal beside the function that runs it.
///
/// The literal is a `StaticString`, so a statement cannot be put together from user data: values are bound as `$1`,
/// `$2`, ….
/// Where the two engines truly differ both texts are given; a test counts those.
public struct SQL: ExpressibleByStringLiteral, Sendable {
  /// Where a statement's text comes from: a literal in the source, or text made from our own table descriptions.
  enum Text: Sendable {
    case literal(StaticString)
    case made(String)
  }

  let sqliteText: Text
  let postgresText: Text
  /// Whether PostgreSQL plans it for its very values each time, for those whose best plan depends on them.
  let isPlannedAnew: Bool

  /// A statement that both engines understand.
  public init(stringLiteral value: StaticString) {
    sqliteText = .literal(value)
    postgresText = .literal(value)
    isPlannedAnew = false
  }

  /// A statement that both engines understand and that PostgreSQL plans for its very values each time.
  public init(plannedAnew text: StaticString) {
    self.init(sqlite: text, postgres: text, isPlannedAnew: true)
  }

  /// A statement whose text differs by engine.
  ///
  /// - Parameter isPlannedAnew: whether PostgreSQL plans it for its very values each time.
  public init(sqlite: StaticString, postgres: StaticString, isPlannedAnew: Bool = false) {
    sqliteText = .literal(sqlite)
    postgresText = .literal(postgres)
    self.isPlannedAnew = isPlannedAnew
  }

  /// A statement that only PostgreSQL is asked.
  public init(postgresOnly text: StaticString, isPlannedAnew: Bool = false) {
    self.init(sqlite: "", postgres: text, isPlannedAnew: isPlannedAnew)
  }

  /// A statement made from names that stand in our own source, never from user data; a tidy test counts its uses.
  ///
  /// - Parameter isPlannedAnew: whether PostgreSQL plans it for its very values each time.
  public init(trusted text: String, isPlannedAnew: Bool = false) {
    sqliteText = .made(text)
    postgresText = .made(text)
    self.isPlannedAnew = isPlannedAnew
  }

  /// The text as the given engine gets it.
  public func text(for engine: Engine) -> String {
    switch engine == .sqlite ? sqliteText : postgresText {
    case .literal(let text): text.description
    case .made(let text): text
    }
  }
}

/// The database engines that FlixList speaks to.
public enum Engine: String, Sendable {
  case sqlite, postgres
}

/// A value that can be bound to `$n`.
public enum Value: Sendable, Equatable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral
{
  case null
  case int(Int)
  case real(Double)
  case text(String)
  case bytes([UInt8])

  /// An integer.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// SQL's NULL.
  public init(nilLiteral: ()) { self = .null }
}

/// The types that a value is kept as.
public enum ValueType: Sendable {
  case int, real, text, bytes
}

/// A Swift value that knows which `Value` it is bound as.
public protocol Bindable: Sendable {
  /// What is sent to the database.
  var bound: Value { get }
  /// As what, known for NULL too; nil when only the value says.
  static var type: ValueType? { get }
  /// As what this one is sent; nil leaves it to the engine.
  var sentAs: ValueType? { get }
}

extension Bindable {
  /// As its type says, else as the value is.
  public var sentAs: ValueType? { Self.type ?? bound.type }
}

extension Value: Bindable {
  /// Itself.
  public var bound: Value { self }
  /// Only the value says.
  public static var type: ValueType? { nil }

  /// The type of this value; nil for NULL.
  var type: ValueType? {
    switch self {
    case .null: nil
    case .int: .int
    case .real: .real
    case .text: .text
    case .bytes: .bytes
    }
  }
}

extension Int: Bindable {
  /// An integer.
  public var bound: Value { .int(self) }
  /// An integer.
  public static var type: ValueType? { .int }
}

extension Bool: Bindable {
  /// 1 or 0: both engines keep truth as an integer.
  public var bound: Value { .int(self ? 1 : 0) }
  /// An integer.
  public static var type: ValueType? { .int }
}

extension Double: Bindable {
  /// A real number.
  public var bound: Value { .real(self) }
  /// A real number.
  public static var type: ValueType? { .real }
}

extension String: Bindable {
  /// A text.
  public var bound: Value { .text(self) }
  /// A text.
  public static var type: ValueType? { .text }
}

extension [UInt8]: Bindable {
  /// Bytes.
  public var bound: Value { .bytes(self) }
  /// Bytes.
  public static var type: ValueType? { .bytes }
}

extension Optional: Bindable where Wrapped: Bindable {
  /// The value, or NULL.
  public var bound: Value { self?.bound ?? .null }
  /// As its value.
  public static var type: ValueType? { Wrapped.type }
}
