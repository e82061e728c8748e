import Formats
import HTTPTypes
import Logging
import NIOPosix
import SQL
import Synchronization
import Web

/// Fetches pictures from TMDB and puts them on the shelf: each once however many ask for it, a few at a time, and what
/// failed is left alone for a while.
final class PictureFetcher: Sendable {
  /// How many are fetched at once.
  static let mostAtOnce = 8
  /// How many wait for their turn; those that come then are not fetched.
  static let mostWaiting = 500
  /// How long a picture may take, from its turn on.
  static let longest = Duration.seconds(10)
  /// How long one that failed is not asked for again, in seconds.
  static let pauseSeconds = 600
  /// How long one that TMDB does not have is not asked for again, in seconds.
  static let missingSeconds = 86_400
  /// How many failures are remembered.
  static let mostFailures = 10_000
  /// Where TMDB's pictures are.
  static let publicBase = "https://image.tmdb.org"

  private let shelf: PictureShelf
  private let fetcher: Fetcher
  private let clock: @Sendable () -> Instant
  private let logger: Logger
  private let state = Mutex(State())

  private struct State {
    /// Who waits for a picture that is being fetched, or will be.
    var flights: [Picture: [Int: CheckedContinuation<PictureBytes?, Never>]] = [:]
    var queue: [Picture] = []
    var running = 0
    var waiter = 0
    /// Until when a picture is not asked for.
    var failures: [Picture: Instant] = [:]
    var breaker = CircuitBreaker()
    var isClosed = false
    var isFull = false
    var fetched = 0
    var failed = 0
  }

  init(
    base: String = publicBase, shelf: PictureShelf, clock: @escaping @Sendable () -> Instant, logger: Logger
  ) {
    fetcher = Fetcher(base: base)
    self.shelf = shelf
    self.clock = clock
    self.logger = logger
  }

  /// How many pictures were fetched since the start, and how many could not be.
  var counts: (fetched: Int, failed: Int) { state.withLock { ($0.fetched, $0.failed) } }

  /// Ends what is under way: nobody waits any longer, and nothing is fetched afterwards.
  func shutDown() async throws {
    let waiting = state.withLock { state in
      state.isClosed = true
      state.queue = []
      let waiting = state.flights.values.flatMap(\.values)
      state.flights = [:]
      return waiting
    }
    for waiter in waiting { waiter.resume(returning: nil) }
    try await fetcher.shutDown()
  }

  // MARK: Waiting

  /// A picture that is not kept: fetched, or nil when that fails or takes longer. The fetching goes on without whoever
  /// waits no longer, for those who come next.
  func picture(_ picture: Picture, within time: Duration) async -> PictureBytes? {
    let waiter = state.withLock { state in
      state.waiter += 1
      return state.waiter
    }
    let timer = Task { [weak self] in
      try await Task.sleep(for: time)
      self?.giveUp(picture, waiter)
    }
    defer { timer.cancel() }
    return await withCheckedContinuation { continuation in
      guard let isFirst = join(picture, waiter, continuation) else {
        continuation.resume(returning: nil)
        return
      }
      if isFirst { startNext() }
    }
  }

  /// Joins those who wait: whether there were none before; nil when the picture will not be fetched.
  private func join(
    _ picture: Picture, _ waiter: Int, _ continuation: CheckedContinuation<PictureBytes?, Never>
  ) -> Bool? {
    let now = clock()
    return state.withLock { state in
      guard !state.isClosed else { return nil }
      if state.flights[picture] != nil {
        state.flights[picture]?[waiter] = continuation
        return false
      }
      if let until = state.failures[picture] {
        guard now >= until else { return nil }
        state.failures[picture] = nil
      }
      guard state.queue.count < Self.mostWaiting else { return nil }
      state.flights[picture] = [waiter: continuation]
      state.queue.append(picture)
      return true
    }
  }

  private func giveUp(_ picture: Picture, _ waiter: Int) {
    state.withLock { $0.flights[picture]?.removeValue(forKey: waiter) }?.resume(returning: nil)
  }

  // MARK: Fetching

  /// Begins with the next in the queue, when there is a place for it.
  private func startNext() {
    let next = state.withLock { state -> Picture? in
      guard state.running < Self.mostAtOnce, !state.queue.isEmpty else { return nil }
      state.running += 1
      return state.queue.removeFirst()
    }
    guard let next else { return }
    Task {
      let found = await bring(next)
      let waiting = state.withLock { state in
        state.running -= 1
        return state.flights.removeValue(forKey: next)
      }
      for waiter in (waiting ?? [:]).values { waiter.resume(returning: found) }
      startNext()
    }
  }

  /// A picture from the shelf, where it may have come since it was asked for, or from TMDB.
  private func bring(_ picture: Picture) async -> PictureBytes? {
    let shelf = shelf
    do {
      if let kept = try await NIOThreadPool.singleton.runIfActive({ shelf.read(picture) }) { return kept }
      guard state.withLock({ $0.breaker.isAllowed(now: clock()) }) else { return nil }
      let found = try await ask(picture)
      guard !state.withLock({ $0.isClosed }) else { return nil }
      let outcome = try await NIOThreadPool.singleton.runIfActive { shelf.keep(picture, found) }
      note(outcome)
      if outcome == .keptAndFull {
        Task { try await NIOThreadPool.singleton.runIfActive { shelf.clear() } }
      }
      return found
    } catch let failure as Failure {
      note(failure, of: picture)
      return nil
    } catch {
      // The threads have ended: so does the program.
      return nil
    }
  }

  /// Why a picture was not fetched.
  private struct Failure: Error {
    let text: String
    /// Whether the server itself is well.
    var isAnswered = false
    var seconds = PictureFetcher.pauseSeconds
  }

  private func ask(_ picture: Picture) async throws(Failure) -> PictureBytes {
    let answer: Fetcher.Answer
    do {
      answer = try await fetcher.get(
        picture.target, headers: [.accept: "image/jpeg, image/png, image/webp"], within: Self.longest,
        atMost: PictureBytes.mostBytes)
    } catch {
      switch error {
      case .late: throw Failure(text: "no answer in time")
      case .tooBig: throw Failure(text: "more than \(PictureBytes.mostBytes >> 20) MB", isAnswered: true)
      case .unreachable(let why): throw Failure(text: String(why.prefix(200)))
      }
    }
    switch answer.status {
    case 200: break
    case 404, 410: throw Failure(text: "not there", isAnswered: true, seconds: Self.missingSeconds)
    default: throw Failure(text: "status \(answer.status)")
    }
    let type = (answer.headers[.contentType] ?? "").prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    // A page of somebody in between is no picture, whatever it is called.
    guard let found = PictureBytes(answer.bytes), found.format.mediaType == type else {
      throw Failure(text: "no picture, but \(type.prefix(40))")
    }
    state.withLock { state in
      state.fetched += 1
      state.breaker.note(isAnswered: true, now: clock())
    }
    return found
  }

  private func note(_ failure: Failure, of picture: Picture) {
    let now = clock()
    let isClosed = state.withLock { state in
      guard !state.isClosed else { return true }
      state.failed += 1
      state.breaker.note(isAnswered: failure.isAnswered, now: now)
      if state.failures.count >= Self.mostFailures {
        state.failures = state.failures.filter { $0.value > now }
        // When all of them hold, those that end first go.
        let excess = state.failures.count - Self.mostFailures * 9 / 10
        if excess > 0 {
          for (picture, _) in state.failures.sorted(by: { $0.value < $1.value }).prefix(excess) {
            state.failures[picture] = nil
          }
        }
      }
      state.failures[picture] = now + failure.seconds * 1_000_000
      return false
    }
    guard !isClosed else { return }
    logger.debug("picture", metadata: ["target": "\(picture.target)", "problem": "\(failure.text)"])
  }

  /// Says once that nothing can be kept, and once that it can again.
  private func note(_ outcome: PictureShelf.Outcome) {
    var problem: String?
    if case .refused(let why) = outcome { problem = why }
    let isNew = state.withLock { state in
      defer { state.isFull = problem != nil }
      return state.isFull != (problem != nil)
    }
    guard isNew else { return }
    if let problem {
      logger.warning("pictures are not kept", metadata: ["folder": "\(shelf.folder)", "problem": "\(problem)"])
    } else {
      logger.info("pictures are kept again", metadata: ["folder": "\(shelf.folder)"])
    }
  }
}
