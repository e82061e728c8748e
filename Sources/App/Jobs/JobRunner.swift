import CMemory
import Logging
import SQL
public import ServiceLifecycle

/// Does the jobs that are due, one after the other, sharing them with the other nodes.
///
/// A node that dies loses its job to another when the lease ends.
public struct JobRunner: Service {
  let app: App
  let jobs: [Job]
  let node: String

  init(app: App, jobs: [Job], node: String = Token.make()) {
    self.app = app
    self.jobs = jobs
    self.node = node
  }

  /// With every job of the application.
  public init(app: App) { self.init(app: app, jobs: app.jobs) }

  /// Runs until the program shuts down.
  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          while try await self.next() {}
        } catch is CancellationError {
          return
        } catch {
          self.app.logger.error("jobs", metadata: ["error": "\(error)"])
        }
        do {
          try await Task.sleep(for: .seconds(JobRules.lookSeconds))
        } catch is CancellationError { return }
      }
    }
  }

  /// Claims a job that is due and does it; false when there is none.
  func next() async throws -> Bool {
    let (node, now) = (node, app.clock())
    let due = Dictionary(jobs.map { ($0.name, now + $0.firstSeconds * 1_000_000) }) { first, _ in first }
    let name = try await app.database.write { connection in
      try JobStore.add(connection, due)
      return try JobStore.claim(connection, node: node, now: now)
    }
    guard let name else { return false }
    guard let job = jobs.first(where: { $0.name == name }) else {
      // A newer node's; it will find it.
      try await end(name, .done(every: JobRules.lookSeconds))
      return true
    }
    // What a job read and made is not needed any more, and pages need little.
    defer { cmemory_give_back() }
    do {
      try await withLease(job)
    } catch is CancellationError {
      try await end(name, .brokenOff)
      throw CancellationError()
    } catch {
      app.logger.error("job", metadata: ["job": "\(name)", "error": "\(error)"])
      app.meters.ran(job: name, isDone: false)
      try await end(name, .failed(every: job.everySeconds, "\(error)"))
      return true
    }
    app.meters.ran(job: name, isDone: true)
    try await end(name, .done(every: job.everySeconds))
    return true
  }

  // On a task of its own: what is noted at a shutdown must not be cancelled by it.
  private func end(_ name: String, _ ending: JobStore.Ending) async throws {
    let (database, node, now) = (app.database, node, app.clock())
    try await Task {
      try await database.write { try JobStore.end($0, name, node: node, ending, now: now) }
    }.value
  }

  /// Does the work, saying now and then that it is still at it; stops when another node has taken it over.
  private func withLease(_ job: Job) async throws {
    let (app, node) = (app, node)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await job.body()
        return true
      }
      group.addTask {
        while true {
          try await Task.sleep(for: .seconds(JobRules.renewSeconds))
          let now = app.clock()
          let isOurs = try await app.database.write { try JobStore.renew($0, job.name, node: node, now: now) }
          if !isOurs { return false }
        }
      }
      defer { group.cancelAll() }
      guard try await group.next() == true else { throw CancellationError() }
    }
  }
}
