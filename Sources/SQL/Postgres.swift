internal import Foundation
internal import Synchronization

/// PostgreSQL through its own client library, which waits: each connection has a thread of its own, and the program's
/// threads only hand work over.
///
/// A lost connection is made again and the transaction done anew, as it is after a deadlock; a commit whose answer was
/// lost is looked up, so that nothing is done twice.
public final class Postgres: Database {
  /// It is PostgreSQL.
  public let engine = Engine.postgres

  private let address: PostgresAddress
  private let observer: DatabaseObserver
  private let queue: PostgresQueue

  /// How long a thread that gets no connection leaves the work to those that have one.
  private static let unconnectedMilliseconds = 500
  /// How often a transaction is begun again.
  static let attempts = 6

  /// Connects.
  ///
  /// - Throws: `DatabaseError` when the server cannot be reached or refuses us.
  public init(_ address: PostgresAddress, observer: DatabaseObserver = .init()) throws {
    self.address = address
    self.observer = observer
    queue = PostgresQueue(workers: address.connections)
    let (queue, prepared) = (queue, observer.prepared)
    for number in 0..<address.connections {
      let thread = Thread {
        let (session, worker) = (PostgresSession(address, prepared: prepared), PostgresWorker())
        while let job = queue.next(worker) {
          let isOpen = session.isConnected || !queue.hasConnection(beside: worker) || session.open()
          if isOpen { job.run(session) } else { queue.giveBack(job) }
          queue.done(job, worker, isConnected: session.isConnected)
          if !isOpen { Pause.milliseconds(Self.unconnectedMilliseconds) }
        }
        queue.leave()
      }
      thread.name = "postgres-\(number)"
      thread.start()
    }
    do {
      _ = try blocking(.read) { connection in try connection.first("SELECT 1") { $0.int() } }
    } catch {
      queue.close()
      throw error
    }
  }

  public func read<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
    try await perform(.read, body)
  }

  public func readLong<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
    try await perform(.long, body)
  }

  public func write<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
    try await perform(.write, body)
  }

  public func writeLong<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
    try await perform(.longWrite, body)
  }

  public func readBlocking<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) throws -> T {
    try blocking(.commandRead, body)
  }

  public func writeBlocking<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) throws -> T {
    try blocking(.command, body)
  }

  /// Rules that were never checked and indexes that cannot be used. What is in the pages only the server's own tools
  /// can tell, such as `pg_amcheck`.
  public func integrityProblems() throws -> [String] {
    try blocking(.commandRead) { connection in
      try connection.rows(
        """
        SELECT 'the constraint ' || conname || ' of ' || conrelid || ' was never checked' FROM pg_constraint
        WHERE NOT convalidated AND connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
        UNION ALL
        SELECT 'the index ' || indexrelid || ' of ' || indrelid || ' cannot be used' FROM pg_index
        WHERE NOT indisvalid
        """
      ) { $0.text() }
    }
  }

  public func close() throws { queue.close() }

  private func perform<T: Sendable>(
    _ work: PostgresWork, _ body: @escaping @Sendable (Connection) throws -> T
  ) async throws -> T {
    let start = ContinuousClock.now
    defer { observer.access(work.isWrite, ContinuousClock.now - start) }
    let cancelling = PostgresJob.Cancelling()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        queue.add(
          PostgresJob(work, cancelling) { session, deadline in
            continuation.resume(with: Result { try Self.transaction(session, work, deadline, cancelling, body) })
          } refuse: {
            continuation.resume(throwing: $0)
          })
      }
    } onCancel: {
      cancelling.cancel()
    }
  }

  /// The same for a thread that may wait.
  private func blocking<T: Sendable>(
    _ work: PostgresWork, _ body: @escaping @Sendable (Connection) throws -> T
  ) throws -> T {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<T, any Error>?>(nil)
    let cancelling = PostgresJob.Cancelling()
    let job = PostgresJob(work, cancelling) { session, deadline in
      let found = Result { try Self.transaction(session, work, deadline, cancelling, body) }
      result.withLock { $0 = found }
      done.signal()
    } refuse: { error in
      result.withLock { $0 = .failure(error) }
      done.signal()
    }
    queue.add(job)
    done.wait()
    guard let result = result.withLock({ $0 }) else { throw DatabaseError(.unavailable, "the database is closed") }
    return try result.get()
  }

  /// One transaction, begun again after a deadlock or on a new connection.
  private static func transaction<T>(
    _ session: PostgresSession, _ work: PostgresWork, _ deadline: ContinuousClock.Instant,
    _ cancelling: PostgresJob.Cancelling, _ body: (Connection) throws -> T
  ) throws -> T {
    // A request to stop that comes late must not stop who has the connection next.
    defer { if cancelling.isCancelled { session.disconnect() } }
    var attempt = 1
    while true {
      do {
        // First, so that what runs on a new connection can be stopped too.
        try session.connect()
        try cancelling.begin(session)
        defer { cancelling.end() }
        return try session.transaction(work, until: deadline, committing: cancelling.commit, body)
      } catch let error as DatabaseError {
        if cancelling.isCancelled { throw CancellationError() }
        let isRepeatable = error.kind == .unavailable || error.state == "40001" || error.state == "40P01"
        guard isRepeatable, attempt < attempts else { throw error }
        if error.kind == .unavailable { session.disconnect() }
        // Longer each time, and not all at once.
        let pause = error.kind == .unavailable ? (attempt == 1 ? 0 : 50 << attempt) : 5 << attempt
        guard ContinuousClock.now + .milliseconds(pause + 1_000) < deadline else { throw error }
        if pause > 0 { Pause.milliseconds(Int.random(in: pause / 2...pause)) }
        attempt += 1
      }
    }
  }
}
