import Foundation
import Synchronization
import Testing

@testable import SQL

/// The server of the tests, and databases on it.
private enum Server {
  static let base = ProcessInfo.processInfo.environment["TEST_POSTGRES"]
  static let bouncer = ProcessInfo.processInfo.environment["TEST_PGBOUNCER"]

  static func address(_ more: String = "pool=4") throws -> PostgresAddress {
    try PostgresAddress((base ?? "") + "&" + more)
  }
}

/// What no other suite shows of PostgreSQL: types, lost connections, deadlocks, cancelled work.
@Suite(.enabled(if: Server.base != nil)) struct PostgresTests {
  private final class Count: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    @discardableResult func add() -> Int {
      number.withLock {
        $0 += 1
        return $0
      }
    }
  }

  private func withDatabase(
    _ address: PostgresAddress? = nil, _ body: (Postgres, String) async throws -> Void
  ) async throws {
    let database = try Postgres(address ?? Server.address())
    let table = "t" + UUID().uuidString.lowercased().filter { $0 != "-" }
    try database.writeBlocking { try $0.script("CREATE TABLE \(table) (id bigint PRIMARY KEY, n bigint, t text)") }
    let result = await Result { try await body(database, table) }
    try database.writeBlocking { try $0.script("DROP TABLE IF EXISTS \(table) CASCADE") }
    try database.close()
    try result.get()
  }

  @Test func everyTypeComesBackAsItWasSent() async throws {
    try await withDatabase { database, _ in
      try await database.read { connection in
        for number in [0, 1, -1, Int.min, Int.max] {
          #expect(try connection.first("SELECT $1", number) { $0.int() } == number)
        }
        for number in [0.0, -1.5, .pi, .greatestFiniteMagnitude, -.leastNonzeroMagnitude] {
          #expect(try connection.first("SELECT $1", number) { $0.real() } == number)
        }
        for text in ["", "a", "Amélie — 映画 🎬", String(repeating: "x", count: 100_000)] {
          #expect(try connection.first("SELECT $1", text) { $0.text() } == text)
        }
        for bytes in [[], [0], Array(0...255)] as [[UInt8]] {
          #expect(try connection.first("SELECT $1", bytes) { $0.bytes() } == bytes)
        }
        let nothing = try connection.first("SELECT $1, $2, $3", nil as Int?, nil as String?, "" as String?) { row in
          (row.optionalInt(), row.optionalText(), row.value())
        }
        #expect(nothing?.0 == nil && nothing?.1 == nil && nothing?.2 == .text(""))
        let values = try connection.first("SELECT true, CAST(7 AS integer), CAST(-3 AS smallint), count(*), NULL") {
          row in
          (0..<5).map { _ in row.value() }
        }
        #expect(values == [.int(1), .int(7), .int(-3), .int(1), .null])
      }
    }
  }

  @Test func decimalNumbersAreRead() async throws {
    try await withDatabase { database, _ in
      try await database.read { connection in
        for text in ["0", "1", "-1", "10000", "123456789012", "-0.5", "0.0001", "12345.6789", "100000000"] {
          let found = try connection.first(SQL(trusted: "SELECT CAST('\(text)' AS numeric)")) { $0.real() }
          #expect(found == Double(text), "\(text)")
        }
        #expect(try connection.first("SELECT sum(n) FROM (VALUES (4), (5)) v (n)") { $0.int() } == 9)
      }
    }
  }

  @Test func whatIsAttemptedAndFailsLeavesTheRest() async throws {
    try await withDatabase { database, table in
      let insert = SQL(trusted: "INSERT INTO \(table) (id) VALUES ($1)")
      try await database.write { connection in
        try connection.execute(insert, 1)
        #expect(throws: DatabaseError.self) { try connection.attempt { try connection.execute(insert, 1) } }
        try connection.execute(insert, 2)
      }
      let count = try await database.read { try $0.first(SQL(trusted: "SELECT count(*) FROM \(table)")) { $0.int() } }
      #expect(count == 2)
      // Caught outside of an attempt, the server has given up the transaction: that must not pass for a commit.
      await #expect(throws: DatabaseError.self) {
        try await database.write { connection in
          try connection.execute(insert, 3)
          #expect(throws: DatabaseError.self) { try connection.execute(insert, 3) }
        }
      }
    }
  }

  @Test func aDeadlockIsBegunAgain() async throws {
    try await withDatabase { database, table in
      let update = SQL(trusted: "UPDATE \(table) SET n = n + 1 WHERE id = $1")
      try database.writeBlocking { try $0.script("INSERT INTO \(table) (id, n) VALUES (1, 0), (2, 0)") }
      let (runs, holding) = (Count(), Count())
      try await withThrowingTaskGroup { group in
        for ids in [[1, 2], [2, 1]] {
          group.addTask {
            try await database.write { connection in
              runs.add()
              try connection.execute(update, ids[0])
              // Both hold their first row before either asks for its second.
              holding.add()
              for _ in 0..<500 where holding.value < 2 { Pause.milliseconds(5) }
              try connection.execute(update, ids[1])
            }
          }
        }
        try await group.waitForAll()
      }
      let sum = try await database.read { try $0.first(SQL(trusted: "SELECT sum(n) FROM \(table)")) { $0.int() } }
      #expect(sum == 4 && runs.value > 2)
    }
  }

  @Test func aLostConnectionIsMadeAgainAndNothingIsDoneTwice() async throws {
    try await withDatabase(try Server.address("pool=1")) { database, table in
      let killer = try Postgres(Server.address("pool=1"))
      defer { try? killer.close() }
      let insert = SQL(trusted: "INSERT INTO \(table) (id) VALUES ($1)")
      for place in 1...3 {
        let runs = Count()
        try await database.write { connection in
          let isFirst = runs.add() == 1
          let process = try connection.first("SELECT pg_backend_pid()") { $0.int() } ?? 0
          func kill() throws {
            guard isFirst else { return }
            try killer.writeBlocking {
              try $0.each("SELECT pg_terminate_backend(CAST($1 AS integer))", process) { _ in }
            }
          }
          if place == 1 { try kill() }
          try connection.execute(insert, place)
          if place == 2 { try kill() }
          // In the third round the connection goes while the commit waits for this.
          if place == 3 { try kill() }
        }
        #expect(runs.value == 2, "\(place)")
      }
      let count = try await database.read { try $0.first(SQL(trusted: "SELECT count(*) FROM \(table)")) { $0.int() } }
      #expect(count == 3)
    }
  }

  @Test(arguments: [true, false]) func aCommitWhoseAnswerIsLostIsLookedUp(_ reachesTheServer: Bool) async throws {
    let proxy = try Proxy(server: Server.base ?? "")
    defer { proxy.stop() }
    try await withDatabase(try PostgresAddress(proxy.address + "&pool=1")) { database, table in
      proxy.cutAtCommit(reachesTheServer: reachesTheServer)
      let runs = Count()
      let insert = SQL(trusted: "INSERT INTO \(table) (id) VALUES ($1)")
      try await database.write { connection in
        runs.add()
        try connection.execute(insert, 7)
      }
      // Kept already: not again. Not kept: again.
      #expect(proxy.cuts == 1 && runs.value == (reachesTheServer ? 1 : 2))
      let count = try await database.read { try $0.first(SQL(trusted: "SELECT count(*) FROM \(table)")) { $0.int() } }
      #expect(count == 1)
    }
  }

  @Test func workThatNobodyWaitsForIsStopped() async throws {
    try await withDatabase(try Server.address("pool=1")) { database, _ in
      let begun = Count()
      let work = Task {
        try await database.readLong { connection in
          try connection.each("SELECT 1") { _ in }
          begun.add()
          try connection.each("SELECT pg_sleep(3600)") { _ in }
        }
      }
      while begun.value == 0 { await Task.yield() }
      work.cancel()
      await #expect(throws: CancellationError.self) { try await work.value }
      let alive = try await database.read { try $0.first("SELECT 1") { $0.int() } }
      #expect(alive == 1)
    }
  }

  @Test func workOnANewConnectionIsStoppedToo() async throws {
    try await withDatabase(try Server.address("pool=1")) { database, _ in
      await #expect(throws: DatabaseError.self) {
        try await database.read { try $0.each("SELECT pg_terminate_backend(pg_backend_pid())") { _ in } }
      }
      let begun = Count()
      let work = Task {
        try await database.readLong { connection in
          begun.add()
          try connection.each("SELECT pg_sleep(3600)") { _ in }
        }
      }
      while begun.value == 0 { await Task.yield() }
      try await Task.sleep(for: .milliseconds(100))
      work.cancel()
      await #expect(throws: CancellationError.self) { try await work.value }
    }
  }

  @Test func aSnapshotIsOneMomentAndCannotWrite() async throws {
    try await withDatabase { database, table in
      let count = SQL(trusted: "SELECT count(*) FROM \(table)")
      try await database.read { connection in
        #expect(try connection.first(count) { $0.int() } == 0)
        try database.writeBlocking { try $0.script("INSERT INTO \(table) (id) VALUES (1)") }
        #expect(try connection.first(count) { $0.int() } == 0)
      }
      await #expect(throws: DatabaseError.self) {
        try await database.read { try $0.execute(SQL(trusted: "INSERT INTO \(table) (id) VALUES (2)")) }
      }
      #expect(try await database.read { try $0.first(count) { $0.int() } } == 1)
    }
  }

  @Test func nodesThatStartTogetherMigrateOnce() async throws {
    let schema = "s" + UUID().uuidString.lowercased().filter { $0 != "-" }
    let plain = try Postgres(Server.address("pool=1"))
    try plain.writeBlocking { try $0.script("CREATE SCHEMA \(schema)") }
    let migrator = Migrator(
      (1...3).map { Migration("step \($0)", "CREATE TABLE a\($0) (id INTEGER NOT NULL) STRICT;") })
    let ran = Count()
    try await withThrowingTaskGroup { group in
      for _ in 0..<10 {
        group.addTask {
          let node = try Postgres(Server.address("pool=1&options=-csearch_path%3D\(schema)"))
          for _ in try migrator.migrate(node, now: 0) { ran.add() }
          #expect(try await migrator.state(of: node) == .current)
          try node.close()
        }
      }
      try await group.waitForAll()
    }
    #expect(ran.value == 3)
    try plain.writeBlocking { try $0.script("DROP SCHEMA \(schema) CASCADE") }
    try plain.close()
  }

  @Test func withoutKeptStatementsEverythingWorksToo() async throws {
    try await withDatabase(try Server.address("prepare=off&pool=2")) { try await Self.useAtOnce($0, $1) }
  }

  @Test(.enabled(if: Server.bouncer != nil)) func behindPgBouncerEverythingWorksToo() async throws {
    let address = try PostgresAddress((Server.bouncer ?? "") + "&prepare=off&pool=6")
    try await withDatabase(address) { try await Self.useAtOnce($0, $1) }
  }

  /// Many transactions at once over few connections: each has its own limits, locks and statements.
  private static func useAtOnce(_ database: Postgres, _ table: String) async throws {
    let insert = SQL(trusted: "INSERT INTO \(table) (id, t) VALUES ($1, $2)")
    try await withThrowingTaskGroup { group in
      for number in 1...60 {
        group.addTask {
          try await database.write { connection in
            try connection.hold(Lock("one at a time"))
            let last = try connection.first(SQL(trusted: "SELECT coalesce(max(id), 0) FROM \(table)")) { $0.int() }
            try connection.execute(insert, (last ?? 0) + 1, "number \(number)")
            let timeout = try connection.first("SELECT current_setting('statement_timeout')") { $0.text() }
            #expect(timeout == "\(PostgresSession.statementSeconds)s")
          }
        }
      }
      try await group.waitForAll()
    }
    let found = try await database.read {
      try $0.rows(SQL(trusted: "SELECT id FROM \(table) ORDER BY id")) { $0.int() }
    }
    #expect(found == Array(1...60))
  }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}

/// Addresses are libpq's, with two words of ours.
@Suite struct PostgresAddressTests {
  @Test func ourWordsAreTakenOut() throws {
    let address = try PostgresAddress("postgres://a:secret@h1,h2:5433/films?sslmode=require&prepare=off&pool=12")
    #expect(address.url == "postgres://a:secret@h1,h2:5433/films?sslmode=require")
    #expect(!address.keepsStatements && address.connections == 12)
    #expect(address.redacted == "postgres://a:…@h1,h2:5433/films?sslmode=require")
    let plain = try PostgresAddress("postgresql:///films")
    #expect(plain.url == "postgresql:///films" && plain.keepsStatements)
    #expect(plain.connections == PostgresAddress.usualConnections)
  }

  @Test func noPasswordIsShown() throws {
    for text in [
      "postgres:///f?user=a&password=secret", "postgres://a:sec%40ret@h/f", "postgres://h/f?sslpassword=secret",
    ] {
      let redacted = try PostgresAddress(text).redacted
      #expect(!redacted.contains("sec"), "\(text)")
    }
  }

  @Test(arguments: [
    ("mysql://x", PostgresAddress.Mistake.scheme), ("postgres", .scheme), ("postgres://h/f?prepare=maybe", .prepare),
    ("postgres://h/f?pool=0", .pool), ("postgres://h/f?pool=many", .pool), ("postgres://h/f?pool=201", .pool),
  ]) func mistakesAreNamed(_ text: String, _ mistake: PostgresAddress.Mistake) {
    #expect(throws: mistake) { () throws -> Void in _ = try PostgresAddress(text) }
  }
}
