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
  private let queue = PostgresQueue()

  /// How often a transaction is begun again.
  static let attempts = 6
  /// For how long, in seconds.
  static let attemptSeconds = 8

  /// Connects.
  ///
  /// - Throws: `DatabaseError` when the server cannot be reached or refuses us.
  public init(_ address: PostgresAddress, observer: DatabaseObserver = .init()) throws {
    self.address = address
    self.observer = observer
    let (queue, prepared) = (queue, observer.prepared)
    for number in 0..<address.connections {
      let thread = Thread {
        let session = PostgresSession(address, prepared: prepared)
        while let job = queue.next() { job.run(session) }
        queue.leave()
      }
      thread.name = "postgres-\(number)"
      thread.start()
    }
    do {
      _ = try blocking(.read) { connection in try connection.first("SELECT 1") { $0.int() } }
    } catch {
      queue.close(waitingFor: address.connections)
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

  public func writeBlocking<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) throws -> T {
    try blocking(.longWrite, body)
  }

  /// Asks the server whether every index of the record agrees with its table, and every key with what it names.
  public func integrityProblems() throws -> [String] {
    try blocking(.long) { connection in
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

  public func close() throws { queue.close(waitingFor: address.connections) }

  private func perform<T: Sendable>(
    _ work: PostgresWork, _ body: @escaping @Sendable (Connection) throws -> T
  ) async throws -> T {
    let start = ContinuousClock.now
    defer { observer.access(work.isWrite, ContinuousClock.now - start) }
    let cancelling = PostgresJob.Cancelling()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        queue.add(
          PostgresJob(work, cancelling) { session in
            continuation.resume(with: Result { try Self.transaction(session, work, cancelling, body) })
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
    let job = PostgresJob(work, cancelling) { session in
      let found = Result { try Self.transaction(session, work, cancelling, body) }
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
    _ session: PostgresSession, _ work: PostgresWork, _ cancelling: PostgresJob.Cancelling,
    _ body: (Connection) throws -> T
  ) throws -> T {
    let deadline = ContinuousClock.now + .seconds(attemptSeconds)
    var attempt = 1
    while true {
      do {
        try cancelling.begin(session)
        defer { cancelling.end() }
        return try session.transaction(work, committing: cancelling.end, body)
      } catch let error as DatabaseError {
        if cancelling.isCancelled { throw CancellationError() }
        let isRepeatable = error.kind == .unavailable || error.state == "40001" || error.state == "40P01"
        guard isRepeatable, attempt < attempts, ContinuousClock.now < deadline else { throw error }
        if error.kind == .unavailable { session.disconnect() }
        // Longer each time, and not all at once.
        let pause = error.kind == .unavailable ? (attempt == 1 ? 0 : 50 << attempt) : 5 << attempt
        if pause > 0 { Pause.milliseconds(Int.random(in: pause / 2...pause)) }
        attempt += 1
      }
    }
  }
}

/// One transaction that waits for a connection.
final class PostgresJob: Sendable {
  private let cancelling: Cancelling
  private let body: @Sendable (PostgresSession) -> Void
  private let refuseWith: @Sendable (any Error) -> Void
  private let deadline: ContinuousClock.Instant

  /// How long one may wait, in seconds.
  static let waitSeconds = 5

  init(
    _ work: PostgresWork, _ cancelling: Cancelling, _ body: @escaping @Sendable (PostgresSession) -> Void,
    refuse: @escaping @Sendable (any Error) -> Void
  ) {
    self.cancelling = cancelling
    self.body = body
    refuseWith = refuse
    deadline = .now + .seconds(work.isLong ? 600 : Self.waitSeconds)
  }

  func run(_ session: PostgresSession) {
    if cancelling.isCancelled { return refuseWith(CancellationError()) }
    guard ContinuousClock.now < deadline else {
      return refuse(DatabaseError(.unavailable, "no connection was free within \(Self.waitSeconds) seconds"))
    }
    body(session)
  }

  func refuse(_ error: any Error) { refuseWith(error) }

  /// Whether whoever asked still waits, and what stops the server's work when they do not.
  final class Cancelling: Sendable {
    private struct State {
      var isCancelled = false
      var canceller: PostgresCanceller?
    }

    private let state = Mutex(State())

    var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// - Throws: `CancellationError` when nobody waits any more.
    func begin(_ session: PostgresSession) throws {
      let canceller = session.isConnected ? session.canceller() : nil
      let isCancelled = state.withLock { state in
        state.canceller = canceller
        return state.isCancelled
      }
      if isCancelled { throw CancellationError() }
    }

    /// From here on nothing is stopped: a commit that is cancelled while it waits for a replica would be answered as
    /// if it were safe.
    func end() { state.withLock { $0.canceller = nil } }

    func cancel() {
      let canceller = state.withLock { state in
        state.isCancelled = true
        return state.canceller
      }
      canceller?.cancel()
    }
  }
}

/// What waits for a connection, first come first served.
///
/// Unchecked because `jobs` and the counts are only touched while `condition` is held.
final class PostgresQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private var jobs: [PostgresJob] = []
  private var first = 0
  private var isClosed = false
  private var left = 0

  func add(_ job: PostgresJob) {
    condition.lock()
    let isClosed = isClosed
    if !isClosed { jobs.append(job) }
    condition.signal()
    condition.unlock()
    if isClosed { job.refuse(DatabaseError(.unavailable, "the database is closed")) }
  }

  /// Waits for a job; nil when there will be no more.
  func next() -> PostgresJob? {
    condition.lock()
    defer { condition.unlock() }
    while first == jobs.count, !isClosed { condition.wait() }
    guard first < jobs.count else { return nil }
    let job = jobs[first]
    first += 1
    if first == jobs.count || first > 1_000 {
      jobs.removeFirst(first)
      first = 0
    }
    return job
  }

  /// A worker ends.
  func leave() {
    condition.lock()
    left += 1
    condition.broadcast()
    condition.unlock()
  }

  /// Takes no more work, and waits until what was taken is done.
  func close(waitingFor workers: Int) {
    condition.lock()
    isClosed = true
    condition.broadcast()
    while left < workers { condition.wait() }
    condition.unlock()
  }
}
