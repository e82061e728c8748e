import Foundation
import Testing

@testable import SQL

/// Statements for many rows: the same on both engines.
@Suite struct ManyTests {
  private static let server = ProcessInfo.processInfo.environment["TEST_POSTGRES"]

  private func withDatabase(_ body: (any Database, String) throws -> Void) throws {
    let table = "many" + UUID().uuidString.lowercased().filter { $0 != "-" }
    let path = FileManager.default.temporaryDirectory.path + "/sql-\(table).sqlite"
    defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
    let database: any Database =
      try Self.server.map { try Postgres(PostgresAddress($0 + "&pool=1")) } ?? SQLite(path: path)
    // A statement is a literal, so the table of a test has its name by a schema of its own.
    try database.writeBlocking { connection in
      if connection.engine == .postgres { try connection.script("CREATE SCHEMA \(table); SET search_path = \(table)") }
      try connection.script("CREATE TABLE many (a bigint PRIMARY KEY, b text, c double precision)")
    }
    let result = Result { try body(database, table) }
    if database.engine == .postgres { try database.writeBlocking { try $0.script("DROP SCHEMA \(table) CASCADE") } }
    try database.close()
    try result.get()
  }

  @Test func manyRowsGoInWithWhatTheyHold() throws {
    let texts: [String?] = ["", "NULL", nil, "\"", "\\", "{a,b}", "a\"b\\c,d", " x ", "\t\n", "ü東🎬", "$1", "'"]
    let numbers: [Double?] = [1.5, nil, -0.25, 1e300]
    try withDatabase { database, table in
      let rows = try database.writeBlocking { connection in
        if connection.engine == .postgres { try connection.script("SET LOCAL search_path = \(table)") }
        try connection.insert(
          "INSERT INTO many (a, b, c) VALUES ($1, $2, $3)",
          many: texts.enumerated().map { [$0, $1, numbers[$0 % numbers.count]] })
        return try connection.rows("SELECT a, b, c FROM many ORDER BY a") { row in
          [row.value(), row.value(), row.value()]
        }
      }
      #expect(rows.map { $0[1] } == texts.map(\.bound))
      #expect(rows.indices.allSatisfy { rows[$0][0] == .int($0) && rows[$0][2] == numbers[$0 % 4].bound })
    }
  }

  @Test func aStreamOfRowsKeepsWhatTheyHoldAndFailsAsAWhole() throws {
    let texts: [String?] = [
      "", nil, "\\N", "\\.", "\\", "a\tb", "a\r\nb", "\"", "ü東🎬", "$1", String(repeating: "x\\", count: 20_000),
    ]
    try withDatabase { database, table in
      let rows = (0..<2_200).map { [$0, texts[$0 % texts.count], $0.isMultiple(of: 3) ? nil : 0.5] as [any Bindable] }
      let found = try database.writeBlocking { connection in
        if connection.engine == .postgres { try connection.script("SET LOCAL search_path = \(table)") }
        try connection.insert("INSERT INTO many (a, b, c) VALUES ($1, $2, $3)", many: rows)
        // Somebody has the last already; what came before is there again, and the connection goes on.
        #expect(throws: DatabaseError.self) {
          try connection.attempt {
            try connection.insert(
              "INSERT INTO many (a, b) VALUES ($1, $2)",
              many: (2_200...2_400).reversed().map { [$0, "x"] } + [[7, "x"]])
          }
        }
        #expect(throws: DatabaseError.self) {
          try connection.attempt {
            try connection.insert(
              "INSERT INTO many (a, b) VALUES ($1, $2)", many: (3_000...3_200).map { [$0, "x"] } + [[3_201]])
          }
        }
        return try connection.rows("SELECT a, b, c FROM many ORDER BY a") { [$0.value(), $0.value(), $0.value()] }
      }
      #expect(found == rows.map { $0.map(\.bound) })
    }
  }

  @Test func onlyWhatHasNothingButItsValuesIsStreamed() {
    #expect(ManyText.copy(of: "INSERT INTO t (a, b) VALUES ($1, $2)") == "COPY t (a, b) FROM STDIN")
    #expect(ManyText.copy(of: "INSERT INTO t (a) VALUES (CAST($1 AS tsvector))") == "COPY t (a) FROM STDIN")
    for other in [
      "INSERT INTO t (a, b) VALUES ($2, $1)", "INSERT INTO t (a) VALUES ($1) RETURNING a",
      "INSERT INTO t (a, b) VALUES ($1, f($2))", "INSERT INTO t (a, b) VALUES ($1, 7)", "DELETE FROM t WHERE a = $1",
      "INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING",
    ] {
      #expect(ManyText.copy(of: other) == nil, "\(other)")
    }
  }

  @Test func conflictsAndReturningWorkAndExpressionsAreKept() throws {
    try withDatabase { database, table in
      let (ids, texts) = try database.writeBlocking { connection in
        if connection.engine == .postgres { try connection.script("SET LOCAL search_path = \(table)") }
        try connection.execute("INSERT INTO many (a) VALUES ($1)", 2)
        var ids: [Int] = []
        try connection.insert(
          """
          INSERT INTO many (a, b) VALUES ($1, upper(replace($2, ' ', '-'))) ON CONFLICT (a) DO NOTHING RETURNING a
          """, many: (1...1_500).map { [$0, "row \($0)"] }
        ) { ids.append($0.int()) }
        var texts: [String] = []
        try connection.each("SELECT b FROM many WHERE a = $1", many: [[1_500], [7], [9_999]]) { place, row in
          texts.append("\(place) \(row.text())")
        }
        return (ids.sorted(), texts)
      }
      #expect(ids == [1] + Array(3...1_500))
      #expect(texts == ["0 ROW-1500", "1 ROW-7"])
    }
  }

  @Test func manyUpdatesGoTogetherAndNoRowsAreNothing() throws {
    try withDatabase { database, table in
      let sum = try database.writeBlocking { connection in
        if connection.engine == .postgres { try connection.script("SET LOCAL search_path = \(table)") }
        try connection.insert("INSERT INTO many (a, b) VALUES ($1, $2)", many: [])
        try connection.insert("INSERT INTO many (a, c) VALUES ($1, $2)", many: (0..<2_500).map { [$0, 0.0] })
        try connection.each("UPDATE many SET c = $2 WHERE a = $1", many: (0..<2_500).map { [$0, 2.0] })
        return try connection.first("SELECT sum(c) FROM many") { $0.real() }
      }
      #expect(sum == 5_000)
    }
  }

  @Test func onlyAStatementOfOneRowCanBeOfMany() throws {
    let text = try ManyText.of(
      "INSERT INTO t (a, b) VALUES ($1, f($2)) ON CONFLICT DO NOTHING", types: ["bigint", "text"])
    #expect(
      text == """
        INSERT INTO t (a, b) SELECT many.c1, f(many.c2) FROM unnest($1::bigint[], $2::text[]) AS many (c1, c2) \
        ON CONFLICT DO NOTHING
        """)
    for wrong in [
      "DELETE FROM t WHERE a = $1", "INSERT INTO t (a) VALUES ($1), ($1)", "INSERT INTO t (a) VALUES ($1",
      "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = $1", "INSERT INTO t (a) VALUES ($1) VALUES (2)",
    ] {
      #expect(throws: DatabaseError.self, "\(wrong)") { try ManyText.of(wrong, types: ["bigint"]) }
    }
  }
}
