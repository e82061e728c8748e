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

  /// A statement that both engines understand.
  public init(stringLiteral value: StaticString) {
    sqliteText = .literal(value)
    postgresText = .literal(value)
  }

  /// A statement whose text differs by engine.
  public init(sqlite: StaticString, postgres: StaticString) {
    sqliteText = .literal(sqlite)
    postgresText = .literal(postgres)
  }

  /// A statement made from names that stand in our own source, never from user data; a tidy test counts its uses.
  public init(trusted text: String) {
    sqliteText = .made(text)
    postgresText = .made(text)
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

/// A Swift value that knows which `Value` it is bound as.
public protocol Bindable: Sendable {
  /// What is sent to the database.
  var bound: Value { get }
}

extension Value: Bindable {
  /// Itself.
  public var bound: Value { self }
}

extension Int: Bindable {
  /// An integer.
  public var bound: Value { .int(self) }
}

extension Bool: Bindable {
  /// 1 or 0: both engines keep truth as an integer.
  public var bound: Value { .int(self ? 1 : 0) }
}

extension Double: Bindable {
  /// A real number.
  public var bound: Value { .real(self) }
}

extension String: Bindable {
  /// A text.
  public var bound: Value { .text(self) }
}

extension [UInt8]: Bindable {
  /// Bytes.
  public var bound: Value { .bytes(self) }
}

extension Optional: Bindable where Wrapped: Bindable {
  /// The value, or NULL.
  public var bound: Value { self?.bound ?? .null }
}
