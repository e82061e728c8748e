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
  /// How often it says that it is still at work.
  let renewing: Duration

  init(
    app: App, jobs: [Job], node: String = Token.make(), renewing: Duration = .seconds(JobRules.renewSeconds)
  ) {
    self.app = app
    self.jobs = jobs
    self.node = node
    self.renewing = renewing
  }

  /// Runs until the program shuts down.
  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          while try await self.next() {}
        } catch {
          if Task.isCancelled { return }
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
      return try JobStore.claim(connection, among: due.keys.sorted(), node: node, now: now)
    }
    guard let name, let job = jobs.first(where: { $0.name == name }) else { return false }
    // What a job read and made is not needed any more, and pages need little.
    defer { cmemory_give_back() }
    do {
      try await withLease(job)
    } catch is LeaseLost {
      app.logger.warning("job", metadata: ["job": "\(name)", "error": "another node has taken it over"])
      return true
    } catch {
      if Task.isCancelled {
        try await end(name, .brokenOff)
        throw CancellationError()
      }
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

  /// Somebody else is at what this node was at.
  private struct LeaseLost: Error {}

  /// Does the work, saying now and then that it is still at it; stops when another node has taken it over.
  private func withLease(_ job: Job) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await job.body()
        return true
      }
      group.addTask { try await renewUntilLost(job.name) }
      defer { group.cancelAll() }
      guard try await group.next() == true else { throw LeaseLost() }
    }
  }

  /// Keeps a job until another node has it; gives false then.
  private func renewUntilLost(_ name: String) async throws -> Bool {
    var last = app.clock()
    while true {
      try await Task.sleep(for: renewing)
      let now = app.clock()
      do {
        let node = node
        guard try await app.database.write({ try JobStore.renew($0, name, node: node, now: now) }) else { return false }
        last = now
      } catch {
        // A database that does not answer for a moment takes no job away, unless for as long as a lease.
        if Task.isCancelled || now - last >= JobRules.leaseSeconds * 1_000_000 { throw error }
      }
    }
  }
}
