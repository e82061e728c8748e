import Synchronization

/// Ends the work for a client that has gone away.
final class Departure: Sendable {
  /// How long the work goes on: who only says that nothing more is sent may still wait for an answer.
  let grace: Duration
  private let answering = Mutex<Task<Void, Never>?>(nil)

  init(grace: Duration) { self.grace = grace }

  /// Notes what answers the connection.
  func ends(_ task: Task<Void, Never>) { answering.withLock { $0 = task } }

  /// Nobody waits any more.
  func leave() { answering.withLock { $0 }?.cancel() }
}
