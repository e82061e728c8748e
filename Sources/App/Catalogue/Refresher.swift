import Logging
import NIOCore
import SQL
public import ServiceLifecycle
import Synchronization

/// Wakes the one who fetches: somebody asked for something, or there is a new token.
final class FetchBell: Sendable {
  private let wake: AsyncStream<Void>.Continuation
  let wakes: AsyncStream<Void>
  /// Until when nothing is asked, because there was no token or it was refused.
  private let quiet = Mutex<Instant>(0)

  init() { (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  /// What somebody looks at and is not fresh, until it is noted in the queue.
  private let wanted = Mutex<Set<Resource>>([])
  /// So many are noted at once; what is more is asked for again with the next look at it.
  private static let mostWanted = 1_000

  /// Asks for the facts of a title that somebody looks at; nobody waits for it.
  func want(_ title: Title) {
    guard title.ownerID == nil,
      let resource = Resource(kind: title.kind, tmdbID: title.tmdbID, imdbID: title.imdbID)
    else { return }
    want(resource)
  }

  /// Asks for something that somebody looks at.
  func want(_ resource: Resource) {
    let isNew = wanted.withLock { $0.count < Self.mostWanted && $0.insert(resource).inserted }
    if isNew { ring() }
  }

  /// What was asked for since the last time.
  func takeWanted() -> Set<Resource> {
    wanted.withLock { all in
      defer { all = [] }
      return all
    }
  }

  /// Something has been asked for.
  func ring() { wake.yield() }

  /// There is a new token: what was refused is asked for again.
  func ringAnew() {
    quiet.withLock { $0 = 0 }
    ring()
  }

  /// Nothing is asked before that time.
  func beQuiet(until time: Instant) { quiet.withLock { $0 = time } }
  func isQuiet(at now: Instant) -> Bool { quiet.withLock { now < $0 } }
}

/// Works off the queue of what is to be fetched, sharing it with the other nodes. No page waits for it.
public struct Refresher: Service {
  private let app: App
  private let source: TMDBSource

  /// How often it looks by itself, in seconds.
  static let lookSeconds = 15
  /// How many things are fetched at a time.
  static let workers = 3

  init(app: App) {
    self.app = app
    source = TMDBSource(client: app.tmdb, database: app.database, clock: app.clock) { facts in
      let card = facts.card
      app.vocabulary.learn(
        titles: [card.name] + [card.originalName].compactMap { $0 } + facts.otherNames,
        people: (facts.makers + facts.cast).map(\.name),
        weight: Popularity.weight(votes: Popularity.votes(tmdb: card.votes)))
    }
  }

  /// Runs until the program shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          while !Task.isCancelled {
            do {
              try await Task.sleep(for: .seconds(Self.lookSeconds))
            } catch { return }
            self.app.fetchBell.ring()
          }
        }
        group.addTask {
          self.app.fetchBell.ring()
          for await _ in self.app.fetchBell.wakes { await self.workOff() }
        }
      }
    }
  }

  /// Notes what people look at, where there is a token to ask with.
  private func noteWanted() async throws {
    let wanted = app.fetchBell.takeWanted()
    guard !wanted.isEmpty else { return }
    let now = app.clock()
    guard try await app.database.read({ try TMDBToken.read($0, app) }) != nil else { return }
    try await app.database.write { connection in
      for resource in wanted.sorted(by: { $0.description < $1.description }) {
        try FetchStore.want(connection, resource, .looked, at: now)
      }
    }
  }

  /// Fetches until nothing is due.
  func workOff() async {
    do {
      try await noteWanted()
    } catch {
      app.logger.error("fetch", metadata: ["error": "\(error)"])
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<Self.workers {
        group.addTask {
          do {
            while !Task.isCancelled, try await self.next() {}
          } catch is CancellationError {
            return
          } catch {
            self.app.logger.error("fetch", metadata: ["error": "\(error)"])
          }
        }
      }
    }
  }

  /// Fetches the most urgent thing; false when there is none, or nothing can be fetched now.
  func next() async throws -> Bool {
    let now = app.clock()
    if app.fetchBell.isQuiet(at: now) { return false }
    let (isDue, token) = try await app.database.read { connection in
      (try FetchStore.isDue(connection, now: now), try TMDBToken.read(connection, self.app))
    }
    guard isDue, let token else { return false }
    guard let claim = try await app.database.write({ try FetchStore.claim($0, now: now) }) else { return false }
    do {
      let outcome = try await source.fetch(claim, token: token)
      try await end(claim, outcome)
      return true
    } catch let problem as TMDBProblem {
      return try await end(claim, problem)
    } catch let error as CancellationError {
      try await release(claim)
      throw error
    } catch {
      app.logger.error("fetch", metadata: ["resource": "\(claim.resource)", "error": "\(error)"])
      let again = app.clock() + FetchRules.retrySeconds(failures: claim.failures + 1) * 1_000_000
      try await app.database.write {
        try FetchStore.failed($0, claim.resource, "cannot be stored: \(error)", again: again, isCounted: true)
      }
      return true
    }
  }

  private func end(_ claim: FetchStore.Claim, _ outcome: TMDBSource.Outcome) async throws {
    let now = app.clock()
    guard case .done(let etag, let again) = outcome else { return }
    try await app.database.write {
      try FetchStore.done($0, claim.resource, etag: etag, again: again, now: now)
    }
  }

  /// Notes a failure; false when the others had better wait too.
  private func end(_ claim: FetchStore.Claim, _ problem: TMDBProblem) async throws -> Bool {
    let now = app.clock()
    var (seconds, isCounted, goesOn) = (FetchRules.retrySeconds(failures: claim.failures + 1), true, true)
    switch problem {
    case .notFound:
      try await source.markGone(claim.resource)
      seconds = 30 * FetchRules.day
    case .busy(let wait): (seconds, isCounted, goesOn) = (wait, false, false)
    case .leftAlone: (seconds, isCounted, goesOn) = (CircuitBreaker.firstPauseSeconds, false, false)
    case .refused, .notConfigured:
      goesOn = false
      app.fetchBell.beQuiet(until: now + 60 * 1_000_000)
      (seconds, isCounted) = (60, false)
    case .unavailable, .malformed: break
    }
    let (again, counted) = (now + seconds * 1_000_000, isCounted)
    try await app.database.write {
      try FetchStore.failed($0, claim.resource, problem.summary, again: again, isCounted: counted)
    }
    return goesOn
  }

  private func release(_ claim: FetchStore.Claim) async throws {
    let (database, now) = (app.database, app.clock())
    // On a task of its own: what is noted at a shutdown must not be cancelled by it.
    try await Task {
      try await database.write {
        try FetchStore.failed($0, claim.resource, "broken off", again: now, isCounted: false)
      }
    }.value
  }
}
