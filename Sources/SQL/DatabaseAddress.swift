/// Where a database is: `sqlite:///path/to/file` or `postgres://user@host/name`.
public enum DatabaseAddress: Sendable, Equatable {
  case sqlite(path: String)
  case postgres(PostgresAddress)

  /// What is wrong with an address, in a sentence that goes on after its name.
  public struct Mistake: Error, Sendable, Equatable {
    /// The rest of the sentence.
    public let sentence: String
  }

  /// Reads an address.
  public init(_ text: String) throws(Mistake) {
    let scheme = "sqlite://"
    if text.hasPrefix(scheme), text.count > scheme.count {
      self = .sqlite(path: String(text.dropFirst(scheme.count)))
      return
    }
    do {
      self = .postgres(try PostgresAddress(text))
    } catch {
      switch error {
      case .scheme:
        throw Mistake(
          sentence: "must be written as sqlite:///path/to/file or postgres://user:password@host:5432/name.")
      case .unreadable:
        throw Mistake(
          sentence: "cannot be read; write special characters of a password with percent signs, such as %40 for @.")
      case .prepare: throw Mistake(sentence: "has prepare=, which must be on or off.")
      case .pool:
        throw Mistake(sentence: "has pool=, which must be a number from 1 to \(PostgresAddress.mostConnections).")
      }
    }
  }

  /// The engine behind it.
  public var engine: Engine {
    switch self {
    case .sqlite: .sqlite
    case .postgres: .postgres
    }
  }

  /// The address without a password, for people to read.
  public var redacted: String {
    switch self {
    case .sqlite(let path): "sqlite://" + path
    case .postgres(let address): address.redacted
    }
  }
}
