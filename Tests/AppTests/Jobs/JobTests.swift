import SQL
import Synchronization
import Testing

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
        #expect(try JobStore.claim(connection, node: "dead", now: now) == "work")
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
