/// A database that hands out connections for the length of one closure.
///
/// The bodies are synchronous and may run twice (a lock, a lost connection), so they touch nothing outside.
public protocol Database: Sendable {
  /// Which engine stands behind it.
  var engine: Engine { get }

  /// Runs `body` on a consistent snapshot. For pages: short statements that use an index.
  func read<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T

  /// Runs `body` on a consistent snapshot, away from the threads that serve pages: exports, figures.
  func readLong<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T

  /// Runs `body` in one transaction that is on disk when this returns; an error rolls everything back.
  func write<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T

  /// The same for one that may take longer than a page, such as an import.
  func writeLong<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T

  /// Runs `body` on a consistent snapshot for as long as it takes: commands, checks, backups.
  func readBlocking<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) throws -> T

  /// The same as `write`, for the start of the program and for commands, where nothing is asynchronous yet.
  func writeBlocking<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) throws -> T

  /// What is wrong with what is kept, in a sentence each: nothing when it is sound.
  func integrityProblems() throws -> [String]

  /// Closes every connection; later calls throw.
  func close() throws
}

/// What went wrong in the database, in the few kinds that a caller can act on.
public struct DatabaseError: Error, CustomStringConvertible, Sendable {
  /// The kinds of failure.
  public enum Kind: String, Sendable {
    /// A UNIQUE, CHECK, NOT NULL or foreign key rule refused the change.
    case constraint
    /// Somebody else held the lock for longer than the busy timeout.
    case busy
    /// The disk is full.
    case full
    /// The file or its folder cannot be written.
    case readOnly
    /// The file is not a database, or is damaged.
    case corrupt
    /// Reading or writing the disk failed.
    case io
    /// The file cannot be opened, or the server refuses us.
    case cannotOpen
    /// The server cannot be reached, is starting or stopping, or has no connection to spare.
    case unavailable
    /// The connection was lost while a commit was under way, and nobody can say whether it was kept.
    case unsure
    /// The statement itself is wrong: a mistake in our source.
    case statement
  }

  /// Which kind it is.
  public let kind: Kind
  /// The engine's own words: for the log, never for a visitor.
  public let message: String
  /// The statement that failed, without its values.
  public let statement: String?
  /// PostgreSQL's code for it (SQLSTATE); empty elsewhere.
  public let state: String

  /// Makes an error of the given kind.
  public init(_ kind: Kind, _ message: String, statement: String? = nil, state: String = "") {
    self.kind = kind
    self.message = message
    self.statement = statement
    self.state = state
  }

  /// Kind, message and statement on one line.
  public var description: String {
    let words =
      statement.map { ": " + $0.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(300) } ?? ""
    return "\(kind.rawValue): \(message)\(words)"
  }
}

/// What a database reports about its own work: kept apart from any metrics library.
public struct DatabaseObserver: Sendable {
  /// Called after each access with its kind and how long it took, waiting included.
  public var access: @Sendable (_ isWrite: Bool, _ duration: Duration) -> Void
  /// Called when a connection prepares a statement for the first time.
  public var prepared: @Sendable (SQL) -> Void

  /// Watches nothing unless told.
  public init(
    access: @escaping @Sendable (Bool, Duration) -> Void = { _, _ in },
    prepared: @escaping @Sendable (SQL) -> Void = { _ in }
  ) {
    self.access = access
    self.prepared = prepared
  }
}
