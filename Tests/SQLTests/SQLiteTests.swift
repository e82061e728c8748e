import Foundation
import SQL
import Testing

@Suite struct SQLiteTests {
  private func withDatabase(_ body: (SQLite, String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.path + "/sql-test-\(UUID().uuidString).sqlite"
    defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
    let database = try SQLite(path: path)
    try database.writeBlocking {
      try $0.script("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE, c REAL, d BLOB) STRICT")
    }
    try await body(database, path)
    try database.close()
  }

  @Test func everyCommitIsSynchronous() async throws {
    try await withDatabase { (database, _) async throws in #expect(try database.synchronousLevel() == 2) }
  }

  /// A command beside a site that is served: what the other one writes is its own to bring into the file.
  @Test func closingWaitsForNobodyElse() async throws {
    try await withDatabase { (database, path) async throws in
      let other = try SQLite(path: path)
      try database.writeBlocking { connection in
        try connection.execute("INSERT INTO t (a) VALUES (1)")
        try other.close()
      }
      #expect(try database.readBlocking { try $0.first("SELECT count(*) FROM t") { $0.int() } } == 1)
    }
  }

  @Test func theLastToCloseLeavesAnEmptyLog() async throws {
    let path = FileManager.default.temporaryDirectory.path + "/sql-test-\(UUID().uuidString).sqlite"
    defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
    let (first, second) = (try SQLite(path: path), try SQLite(path: path))
    try first.writeBlocking { try $0.script("CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT") }
    try second.close()
    try first.writeBlocking { try $0.execute("INSERT INTO t (a) VALUES (1)") }
    try first.close()
    let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
    #expect((log ?? 0) == 0)
  }

  @Test func valuesGoInByNumberAndComeBack() async throws {
    try await withDatabase { (database, _) async throws in
      try await database.write { connection in
        try connection.execute(
          "INSERT INTO t (d, c, b, a) VALUES ($4, $3, $2, $1)", 7, "ü'\"; DROP", 1.5, [1, 0, 255] as [UInt8])
        try connection.execute(
          "INSERT INTO t (a, b, c, d) VALUES ($1, $2, $3, $4)", 8, String?.none, Double?.none, Value.null)
      }
      let rows = try await database.read {
        try $0.rows("SELECT a, b, c, d FROM t ORDER BY a") { [$0.value(), $0.value(), $0.value(), $0.value()] }
      }
      #expect(rows == [[7, "ü'\"; DROP", .real(1.5), .bytes([1, 0, 255])], [8, nil, nil, nil]])
    }
  }

  @Test func aWrongNumberOfValuesIsAnError() async throws {
    try await withDatabase { (database, _) async throws in
      await #expect(throws: DatabaseError.self) {
        try await database.read { try $0.rows("SELECT $1", read: { $0.int() }) }
      }
      await #expect(throws: DatabaseError.self) {
        try await database.read { try $0.rows("SELECT 1", 5, read: { $0.int() }) }
      }
    }
  }

  @Test func anErrorRollsBackAndIsOfItsKind() async throws {
    try await withDatabase { (database, _) async throws in
      do {
        try await database.write { connection in
          try connection.execute("INSERT INTO t (a, b) VALUES (1, 'x')")
          try connection.execute("INSERT INTO t (a, b) VALUES (2, 'x')")
        }
        Issue.record("the constraint did not hold")
      } catch let error as DatabaseError {
        #expect(error.kind == .constraint)
      }
      #expect(try await database.read { try $0.first("SELECT count(*) FROM t") { $0.int() } } == 0)
    }
  }

  @Test func readersSeeNoHalfOfAWrite() async throws {
    try await withDatabase { (database, _) async throws in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for number in 0..<200 {
            try await database.write { connection in
              try connection.execute("INSERT INTO t (a) VALUES ($1)", number * 2)
              try connection.execute("INSERT INTO t (a) VALUES ($1)", number * 2 + 1)
            }
          }
        }
        for _ in 0..<3 {
          group.addTask {
            for _ in 0..<200 {
              let count = try await database.read { try $0.first("SELECT count(*) FROM t") { $0.int() } } ?? 1
              #expect(count.isMultiple(of: 2))
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func aFileThatIsNoDatabaseIsNamedCorrupt() throws {
    let path = FileManager.default.temporaryDirectory.path + "/sql-test-\(UUID().uuidString).txt"
    try Data(String(repeating: "not a database ", count: 500).utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect { try SQLite(path: path) } throws: { ($0 as? DatabaseError)?.kind == .corrupt }
  }

  @Test func migrationsRunOnceAndKnowTheirState() async throws {
    try await withDatabase { (database, _) async throws in
      let first = Migrator([Migration("1", "CREATE TABLE x (a INTEGER) STRICT;")])
      let second = Migrator(first.steps + [Migration("2", "CREATE TABLE y (a INTEGER) STRICT;")])
      #expect(try await first.state(of: database) == .foreign)
      #expect(try first.migrate(database, now: 1) == ["1"])
      #expect(try await first.state(of: database) == .current)
      #expect(try await second.state(of: database) == .behind(["2"]))
      #expect(try second.migrate(database, now: 1) == ["2"] && second.migrate(database, now: 1).isEmpty)
      #expect(try await first.state(of: database) == .ahead(["2"]))
    }
  }

  @Test func aFailedMigrationLeavesNothingBehind() async throws {
    try await withDatabase { (database, _) async throws in
      let bad = Migrator([Migration("1", "CREATE TABLE x (a INTEGER) STRICT; CREATE TABLE x (a INTEGER) STRICT;")])
      #expect(throws: DatabaseError.self) { try bad.migrate(database, now: 1) }
      #expect(try await bad.state(of: database) == .behind(["1"]))
      #expect(
        try await database.read { try $0.first("SELECT count(*) FROM sqlite_master WHERE name = 'x'") { $0.int() } }
          == 0)
    }
  }
}
