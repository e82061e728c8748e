internal import CSettings
internal import GRDB
internal import GRDBSQLite
internal import Synchronization

/// The embedded database: one file in WAL mode, one writer, several readers, every commit on disk before it is
/// answered.
public final class SQLite: Database {
  /// It is SQLite.
  public let engine = Engine.sqlite

  private let pool: DatabasePool
  private let observer: DatabaseObserver
  private let connections: Mutex<Connections>

  /// How many readers may work at once.
  static let readersAtOnce = 6
  /// How long a writer waits for another process, in seconds.
  static let busyTimeoutSeconds = 5.0

  /// What holds for the library in the whole process, set once before the first database is opened.
  private static let settings = csettings_without_statistics()

  /// Opens the file at `path`, made when it is not there.
  ///
  /// - Throws: `DatabaseError` when the file is not a database, is damaged, or cannot be read and written.
  public init(path: String, observer: DatabaseObserver = .init()) throws {
    // A refusal leaves it as it was: somewhat slower.
    _ = Self.settings
    self.observer = observer
    connections = Mutex(Connections())
    var configuration = Configuration()
    configuration.maximumReaderCount = Self.readersAtOnce
    configuration.persistentReadOnlyConnections = true
    configuration.busyMode = .timeout(Self.busyTimeoutSeconds)
    configuration.prepareDatabase { database in
      // No memory map: each connection's would count the whole file to the program once more.
      try database.execute(sql: "PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY")
    }
    do {
      pool = try DatabasePool(path: path, configuration: configuration)
      // GRDB sets NORMAL when it turns WAL on, after prepareDatabase: a power cut would lose answered commits.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      _ = try pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
    } catch let error as GRDB.DatabaseError {
      throw DatabaseError(error)
    }
  }

  public func read<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
    // On the caller's own thread: a page's statements take well under a millisecond, and two hops between
    // executors cost more than they do. Longer work goes through `readLong`.
    try readBlocking(body)
  }

  public func readBlocking<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) throws -> T {
    let start = ContinuousClock.now
    defer { observer.access(false, ContinuousClock.now - start) }
    do {
      return try pool.read { try body(connection(of: $0)) }
    } catch let error as GRDB.DatabaseError {
      throw DatabaseError(error)
    }
  }

  public func readLong<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
    let start = ContinuousClock.now
    defer { observer.access(false, ContinuousClock.now - start) }
    do {
      return try await pool.read { [self] in try body(connection(of: $0)) }
    } catch let error as GRDB.DatabaseError {
      throw DatabaseError(error)
    }
  }

  public func write<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
    let start = ContinuousClock.now
    defer { observer.access(true, ContinuousClock.now - start) }
    do {
      return try await pool.write { [self] in try body(connection(of: $0)) }
    } catch let error as GRDB.DatabaseError {
      // Of the body's statements we hear by our own errors: this is the commit's. When the disk failed to keep it, its
      // last page may have got there all the same, and is found at the next start.
      let known = DatabaseError(error)
      throw known.kind == .io ? DatabaseError(.unsure, known.message) : known
    }
  }

  public func writeLong<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
    try await write(body)
  }

  public func writeBlocking<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) throws -> T {
    do {
      return try pool.write { try body(connection(of: $0)) }
    } catch let error as GRDB.DatabaseError {
      throw DatabaseError(error)
    }
  }

  public func close() throws {
    try pool.barrierWriteWithoutTransaction { _ in
      connections.withLock { all in
        for session in all.byHandle.values { session.forget() }
        all.byHandle = [:]
      }
    }
    do {
      // The pool closes its writer before its readers, so none of them would empty the write-ahead log.
      try pool.writeWithoutTransaction { try Self.emptyLog($0) }
      try pool.close()
    } catch let error as GRDB.DatabaseError {
      throw DatabaseError(error)
    }
  }

  /// Brings the write-ahead log into the file, unless somebody else is at work there: then that is theirs to do, and no
  /// reason to fail or to hold them up.
  private static func emptyLog(_ database: GRDB.Database) throws {
    try database.execute(sql: "PRAGMA busy_timeout = 0")
    do {
      _ = try database.checkpoint(.truncate)
    } catch let error as GRDB.DatabaseError where error.resultCode == .SQLITE_BUSY {
      // Whoever closes last empties it; nothing is lost in it meanwhile.
    }
  }

  /// Gives the writer more memory and lets its log grow, for a program that writes millions of rows.
  ///
  /// A page that many rows go to is then written once for all of them.
  ///
  /// - Parameter megabytes: how much of the file it keeps in memory, and how far the log grows before it is emptied.
  public func prepareForMany(megabytes: Int) throws {
    try pool.writeWithoutTransaction { database in
      try database.execute(
        sql: "PRAGMA cache_size = -\(megabytes * 1_024); PRAGMA wal_autocheckpoint = \(megabytes * 256)")
    }
  }

  /// The level of `PRAGMA synchronous` on the writer: 2 is FULL.
  public func synchronousLevel() throws -> Int {
    try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
  }

  /// What SQLite finds wrong with the file: nothing when it is sound.
  public func integrityProblems() throws -> [String] {
    try pool.read { database in
      let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
      let keys = try GRDB.Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map { "foreign key: \($0)" }
      return integrity + keys
    }
  }

  /// A consistent copy of the whole database in a new file.
  public func copy(to path: String) throws {
    try pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
  }

  private func connection(of database: GRDB.Database) -> Connection {
    // Handed out of the lock, but only to the queue that owns this connection.
    nonisolated(unsafe) var found: SQLiteSession?
    connections.withLock { all in
      let key = ObjectIdentifier(database)
      let known = all.byHandle[key] ?? SQLiteSession(database, prepared: observer.prepared)
      all.byHandle[key] = known
      found = known
    }
    return Connection(found ?? SQLiteSession(database, prepared: observer.prepared))
  }
}

/// The session of each of the pool's connections, by the identity of the connection.
///
/// Unchecked because a session is used only inside GRDB's closure for that connection, on the one queue that owns it;
/// this table merely remembers it between closures.
private struct Connections: @unchecked Sendable {
  var byHandle: [ObjectIdentifier: SQLiteSession] = [:]
}
