internal import Foundation
internal import Synchronization

/// One transaction that waits for a connection.
final class PostgresJob: Sendable {
  let work: PostgresWork
  private let cancelling: Cancelling
  private let body: @Sendable (PostgresSession, ContinuousClock.Instant) -> Void
  private let refuseWith: @Sendable (any Error) -> Void
  private let added = ContinuousClock.now

  /// - Parameters:
  ///   - body: does it, and knows until when.
  ///   - refuse: called instead of it, with the reason.
  init(
    _ work: PostgresWork, _ cancelling: Cancelling,
    _ body: @escaping @Sendable (PostgresSession, ContinuousClock.Instant) -> Void,
    refuse: @escaping @Sendable (any Error) -> Void
  ) {
    self.work = work
    self.cancelling = cancelling
    self.body = body
    refuseWith = refuse
  }

  /// Whether it has waited for so long that it should not be begun.
  var isStale: Bool { ContinuousClock.now > added + .seconds(work.queueSeconds) || cancelling.isCancelled }

  func run(_ session: PostgresSession) { body(session, added + .seconds(work.totalSeconds)) }

  func refuse() {
    refuseWith(
      cancelling.isCancelled
        ? CancellationError()
        : DatabaseError(.unavailable, "no connection was free within \(work.queueSeconds) seconds"))
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
    ///
    /// - Throws: `CancellationError` when it was cancelled before.
    func commit() throws {
      end()
      if isCancelled { throw CancellationError() }
    }

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

/// What waits for a connection, first come first served, but that work which takes long has at most half of them.
///
/// Unchecked because everything that changes is only touched while `condition` is held.
final class PostgresQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private let workers: Int
  private var jobs: [PostgresJob] = []
  private var longRunning = 0
  private var isClosed = false
  private var left = 0

  /// How often what has waited too long is looked for, in seconds.
  private static let sweepSeconds = 0.5

  init(workers: Int) {
    self.workers = workers
    // While every connection waits for a server that is silent, nobody else would tell those in the queue.
    let sweeper = Thread { [weak self] in
      while let queue = self, queue.sweep() { Thread.sleep(forTimeInterval: Self.sweepSeconds) }
    }
    sweeper.name = "postgres-queue"
    sweeper.start()
  }

  private func sweep() -> Bool {
    condition.lock()
    let stale = jobs.filter(\.isStale)
    if !stale.isEmpty { jobs.removeAll { job in stale.contains { $0 === job } } }
    let goesOn = !isClosed
    condition.unlock()
    for job in stale { job.refuse() }
    return goesOn
  }

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
    while true {
      if let place = jobs.firstIndex(where: { !$0.work.isLong || longRunning < max(1, workers / 2) }) {
        let job = jobs.remove(at: place)
        if job.work.isLong { longRunning += 1 }
        return job
      }
      if isClosed, jobs.isEmpty { return nil }
      condition.wait()
    }
  }

  /// A job has ended.
  func done(_ job: PostgresJob) {
    guard job.work.isLong else { return }
    condition.lock()
    longRunning -= 1
    condition.broadcast()
    condition.unlock()
  }

  /// A worker ends.
  func leave() {
    condition.lock()
    left += 1
    condition.broadcast()
    condition.unlock()
  }

  /// Takes no more work, and waits until what was taken is done.
  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    while left < workers { condition.wait() }
    condition.unlock()
  }
}
