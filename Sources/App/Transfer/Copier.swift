import SQL

/// Moves everything that a site keeps into an empty database, of either engine.
struct Copier: Sendable {
  let source: any Database
  let target: any Database
  let now: Instant
  /// Called after each page of rows: the table, how many of its rows are there, and how many it will have.
  var progress: @Sendable (String, Int, Int) -> Void = { _, _, _ in }

  /// How a table came out.
  struct Line: Sendable {
    let table: String
    let rows: Int
    /// Whether it was there already, from a copy that was broken off.
    let wasThere: Bool
  }

  /// Copies, and compares every table with where it came from.
  ///
  /// A copy that was broken off goes on where it stopped: what is there already and equal stays.
  ///
  /// - Throws: `StartProblem` when the source is not of this program's schema, the target is not empty, or a table does
  ///   not come out equal.
  func run() throws -> [Line] {
    let state = try source.readBlocking { try migrations.state(on: $0) }
    guard state == .current else {
      throw StartProblem("The source is not of this FlixList's schema; start this FlixList on it once, then copy.")
    }
    try prepare()
    let lines = try source.readBlocking { try fill(from: $0) }
    try target.writeBlocking { try SiteStore.end($0, .copying) }
    return lines
  }

  /// The row of `site` by which a copy that was broken off is known.
  private static let mark = SiteStore.Filling.copying.rawValue

  private func prepare() throws {
    let site = try source.readBlocking { try SiteStore.identity($0) } ?? ""
    let state = try target.readBlocking { try migrations.state(on: $0) }
    switch state {
    case .empty: try migrations.migrate(target, now: now)
    case .current: break
    default: throw StartProblem("The target is not empty. Name an empty database.")
    }
    try target.writeBlocking { connection in
      let begun = try connection.first("SELECT value FROM site WHERE name = $1", Self.mark) { $0.text() }
      if begun == site { return }
      guard begun == nil else { throw StartProblem("The target holds the beginning of a copy of another site.") }
      for shape in try Tables.shapes(connection) where shape.name != "site" {
        guard try Tables.isEmpty(connection, shape) else {
          throw StartProblem("The target is not empty (\(shape.name) has rows). Name an empty database.")
        }
      }
      try connection.execute("DELETE FROM site")
      try SiteStore.begin(connection, .copying, of: site)
    }
  }

  private func fill(from connection: Connection) throws -> [Line] {
    let shapes = try Tables.shapes(connection)
    var lines: [Line] = []
    var isBehind = false
    for shape in shapes where shape.name != "site" {
      let there = isBehind ? TableSum.Result(rows: 0, sum: "") : try target.readBlocking { try TableSum.of(shape, $0) }
      let (sum, wasThere) = try fill(shape, from: connection, there: there) {
        // Later tables name rows of this one.
        try clear(from: shape, of: shapes)
        isBehind = true
      }
      if there.rows < sum.rows { isBehind = true }
      guard try target.readBlocking({ try TableSum.of(shape, $0) }) == sum else {
        throw StartProblem(
          "The table \(shape.name) did not come out as it is in the source; clear the target and copy again.")
      }
      lines.append(Line(table: shape.name, rows: sum.rows, wasThere: wasThere))
    }
    let numbers = try Tables.lastNumbers(connection, shapes)
    guard let site = shapes.first(where: { $0.name == "site" }) else { return lines }
    var rows: [[Value]] = []
    try Tables.pages(connection, site) { rows += $0 }
    let kept = rows
    try target.writeBlocking { connection in
      try connection.execute("DELETE FROM site WHERE name <> $1", Self.mark)
      try Tables.insert(connection, site, kept)
      try Tables.setLastNumbers(connection, numbers)
    }
    return lines + [Line(table: "site", rows: rows.count, wasThere: false)]
  }

  /// Fills a table: all of it, or what comes after those rows that are there and equal.
  private func fill(
    _ shape: TableShape, from connection: Connection, there: TableSum.Result, clear: () throws -> Void
  ) throws -> (TableSum.Result, wasThere: Bool) {
    let count = try Tables.count(connection, shape)
    // The sum of as many rows of the source as the target has, and the last of their keys.
    var begun = TableSum()
    var last: [Value]?
    if there.rows > 0 {
      try Tables.pages(connection, shape) { page in
        for row in page where begun.rows < there.rows {
          begun.add(row)
          last = shape.key(of: row)
        }
      }
    }
    if begun.result != there, there.rows > 0 {
      try clear()
      begun = TableSum()
      last = nil
    }
    let wasThere = begun.rows > 0 && begun.rows == count
    progress(shape.name, begun.rows, count)
    if !wasThere {
      try Tables.pages(connection, shape, after: last) { page in
        for row in page { begun.add(row) }
        try target.writeBlocking { try Tables.insert($0, shape, page) }
        progress(shape.name, begun.rows, count)
      }
    }
    return (begun.result, wasThere)
  }

  private func clear(from shape: TableShape, of shapes: [TableShape]) throws {
    for later in shapes.reversed() {
      if later.name != "site" { try target.writeBlocking { try Tables.clear($0, later) } }
      if later.name == shape.name { return }
    }
  }
}
