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
      let canceller = session.canceller()
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

/// A thread with a connection of its own.
///
/// Unchecked because `isConnected` is only touched while the queue's lock is held.
final class PostgresWorker: @unchecked Sendable {
  fileprivate let bell = DispatchSemaphore(value: 0)
  fileprivate var isConnected = false
}

/// What waits for a connection, first come first served, but that work which takes long has at most half of them.
///
/// Of the threads that have nothing to do one that is connected is woken first, and of those the last that worked.
/// Unchecked because everything that changes is only touched while `lock` is held.
final class PostgresQueue: @unchecked Sendable {
  private let lock = NSLock()
  private let count: Int
  private let ended = DispatchSemaphore(value: 0)
  private var jobs: [PostgresJob] = []
  private var idle: [PostgresWorker] = []
  private var connected = 0
  private var longRunning = 0
  private var isClosed = false

  /// How often what has waited too long is looked for, in seconds.
  private static let sweepSeconds = 0.5

  init(workers: Int) {
    count = workers
    // While every connection waits for a server that is silent, nobody else would tell those in the queue.
    let sweeper = Thread { [weak self] in
      while let queue = self, queue.sweep() { Thread.sleep(forTimeInterval: Self.sweepSeconds) }
    }
    sweeper.name = "postgres-queue"
    sweeper.start()
  }

  private func sweep() -> Bool {
    let (stale, goesOn) = lock.withLock {
      let stale = jobs.filter(\.isStale)
      if !stale.isEmpty { jobs.removeAll { job in stale.contains { $0 === job } } }
      return (stale, !isClosed)
    }
    for job in stale { job.refuse() }
    return goesOn
  }

  func add(_ job: PostgresJob) {
    let isTaken = lock.withLock {
      if isClosed { return false }
      jobs.append(job)
      ring()
      return true
    }
    if !isTaken { job.refuse(DatabaseError(.unavailable, "the database is closed")) }
  }

  /// Puts a job back for another thread: this one gets no connection, others have theirs.
  func giveBack(_ job: PostgresJob) {
    lock.withLock {
      jobs.insert(job, at: 0)
      ring()
    }
  }

  // Wakes one that has nothing to do.
  private func ring() {
    guard let place = idle.lastIndex(where: \.isConnected) ?? idle.indices.last else { return }
    idle.remove(at: place).bell.signal()
  }

  private func ringAll() {
    for worker in idle { worker.bell.signal() }
    idle = []
  }

  /// Waits for a job; nil when there will be no more.
  func next(_ worker: PostgresWorker) -> PostgresJob? {
    while true {
      let (job, isOver) = lock.withLock { () -> (PostgresJob?, Bool) in
        if let place = jobs.firstIndex(where: { !$0.work.isLong || longRunning < max(1, count / 2) }) {
          let job = jobs.remove(at: place)
          if job.work.isLong { longRunning += 1 }
          if isClosed, jobs.isEmpty { ringAll() }
          return (job, false)
        }
        if isClosed, jobs.isEmpty { return (nil, true) }
        idle.append(worker)
        return (nil, false)
      }
      if job != nil || isOver { return job }
      worker.bell.wait()
    }
  }

  /// Whether a thread has a connection, beside one that has none.
  func hasConnection(beside worker: PostgresWorker) -> Bool {
    lock.withLock { !worker.isConnected && connected > 0 }
  }

  /// A job has ended, or was given back.
  func done(_ job: PostgresJob, _ worker: PostgresWorker, isConnected: Bool) {
    lock.withLock {
      connected += (isConnected ? 1 : 0) - (worker.isConnected ? 1 : 0)
      worker.isConnected = isConnected
      guard job.work.isLong else { return }
      longRunning -= 1
      if jobs.contains(where: { $0.work.isLong }) { ring() }
    }
  }

  /// A worker ends.
  func leave() { ended.signal() }

  /// Takes no more work, and waits until what was taken is done.
  func close() {
    lock.withLock {
      isClosed = true
      ringAll()
    }
    for _ in 0..<count { ended.wait() }
    // Closing again finds the same.
    for _ in 0..<count { ended.signal() }
  }
}
