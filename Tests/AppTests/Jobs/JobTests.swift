import SQL
import Synchronization
import Testing
import Web

@testable import App

/// One node at a time does what is due, and the work of a node that died is done by another.
@Suite struct JobTests {
  private final class Count: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
  }

  private struct Broken: Error {}

  @Test func aJobRunsOnceAndIsDueAgainLater() async throws {
    try await withSite { (site) async throws in
      let count = Count()
      let job = Job(name: "work", everySeconds: 600) { count.add() }
      let nodes = (1...4).map { JobRunner(app: site.app, jobs: [job], node: "node \($0)") }
      try await withThrowingTaskGroup { group in
        for node in nodes { group.addTask { while try await node.next() {} } }
        try await group.waitForAll()
      }
      #expect(count.value == 1)
      site.clock.advance(seconds: 599)
      #expect(try await !nodes[0].next())
      site.clock.advance(seconds: 1)
      #expect(try await nodes[1].next() && count.value == 2)
    }
  }

  @Test func theJobOfADeadNodeIsDoneByAnotherWhenItsLeaseEnds() async throws {
    try await withSite { (site) async throws in
      let count = Count()
      let runner = JobRunner(app: site.app, jobs: [Job(name: "work", everySeconds: 600) { count.add() }], node: "alive")
      let now = site.clock.now
      try await site.database.write { connection in
        try JobStore.add(connection, ["work": now])
        #expect(try JobStore.claim(connection, among: ["work"], node: "dead", now: now) == "work")
      }
      #expect(try await !runner.next() && count.value == 0)
      site.clock.advance(seconds: JobRules.leaseSeconds - 1)
      #expect(try await !runner.next())
      site.clock.advance(seconds: 1)
      #expect(try await runner.next() && count.value == 1)
      // It comes back to life: what it has to say is nobody's business any more.
      let later = site.clock.now
      try await site.database.write { connection in
        #expect(try !JobStore.renew(connection, "work", node: "dead", now: later))
        try JobStore.end(connection, "work", node: "dead", .failed(every: 600, "late"), now: later)
        #expect(try JobStore.all(connection).first?.problem == nil)
      }
    }
  }

  @Test func aFailureIsNotedAndTriedAgainSoonerAndSooner() async throws {
    try await withSite { (site) async throws in
      let runner = JobRunner(app: site.app, jobs: [Job(name: "work", everySeconds: 86_400) { throw Broken() }])
      for (failures, seconds) in [(1, 30), (2, 60), (3, 120)] {
        #expect(try await runner.next())
        let line = try await site.database.read { try JobStore.all($0).first }
        #expect(line?.failures == failures && line?.problem?.contains("Broken") == true)
        #expect(line?.dueAt == site.clock.now + seconds * 1_000_000)
        site.clock.advance(seconds: seconds)
      }
    }
  }

  @Test func aNodeThatLostItsLeaseStopsThatJobAndGoesOn() async throws {
    try await withSite { (site) async throws in
      let (count, stopped) = (Count(), Count())
      let long = Job(name: "long", everySeconds: 600) {
        do { try await Task.sleep(for: .seconds(60)) } catch {
          stopped.add()
          throw error
        }
      }
      let short = Job(name: "short", everySeconds: 600, firstSeconds: 60) { count.add() }
      let runner = JobRunner(app: site.app, jobs: [long, short], renewing: .milliseconds(20))
      let work = Task { try await runner.run() }
      while try await site.number("SELECT count(*) FROM jobs WHERE node IS NOT NULL") != 1 { await Task.yield() }
      site.clock.advance(seconds: 60)
      let lease = site.clock.now + JobRules.leaseSeconds * 1_000_000
      _ = try await site.database.write {
        try $0.execute("UPDATE jobs SET node = 'another', lease_until = $1 WHERE name = 'long'", lease)
      }
      // The one that it lost ends, and it does the other.
      while count.value == 0 { try await Task.sleep(for: .milliseconds(10)) }
      #expect(stopped.value == 1)
      #expect(
        try await site.number("SELECT count(*) FROM jobs WHERE name = 'long' AND node = 'another' AND failures = 0")
          == 1)
      work.cancel()
      try await work.value
    }
  }

  /// A service is named after all that it holds when the program starts: by reflection, unless it has a name.
  @Test func theNamesOfServicesAreShortAndHoldNoSecret() async throws {
    try await withSite { (site) async throws in
      let secret = site.app.config.secret ?? ""
      let names = site.app.services(registry: MetricsRegistry()).map { "\($0)" }
      #expect(names.count >= 6 && secret.count >= 32)
      for name in names { #expect(name.utf8.count < 4_000 && !name.contains(secret), "\(name.prefix(200))") }
    }
  }

  @Test func aRunnerTakesItsOwnJobsOnly() async throws {
    try await withSite { (site) async throws in
      let count = Count()
      let now = site.clock.now
      try await site.database.write { try JobStore.add($0, ["a newer node's": now - 5]) }
      let runner = JobRunner(app: site.app, jobs: [Job(name: "work", everySeconds: 600) { count.add() }])
      #expect(try await runner.next())
      #expect(try await !runner.next() && count.value == 1)
      #expect(
        try await site.number("SELECT count(*) FROM jobs WHERE node IS NULL AND ended_at IS NULL") == 1)
    }
  }

  @Test func aShutdownGivesTheJobBackAtOnce() async throws {
    try await withSite { (site) async throws in
      let job = Job(name: "work", everySeconds: 600) { try await Task.sleep(for: .seconds(60)) }
      let runner = JobRunner(app: site.app, jobs: [job])
      let work = Task { try await runner.next() }
      while try await site.number("SELECT count(*) FROM jobs WHERE node IS NOT NULL") != 1 { await Task.yield() }
      work.cancel()
      await #expect(throws: CancellationError.self) { try await work.value }
      #expect(try await site.number("SELECT count(*) FROM jobs WHERE node IS NULL AND failures = 0") == 1)
    }
  }
}
