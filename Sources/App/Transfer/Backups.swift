import Foundation
public import SQL

/// Makes backups, tries them, and brings them back.
public struct Backups: Sendable {
  private let now: Instant
  private let progress: @Sendable (String, Int, Int) throws -> Void

  /// - Parameter progress: called now and then with the table, and how many rows are done of how many; what it throws
  ///   ends the work, and nothing is left of it.
  public init(now: Instant, progress: @escaping @Sendable (String, Int, Int) throws -> Void = { _, _, _ in }) {
    self.now = now
    self.progress = progress
  }

  /// Writes a consistent backup of a database that may be in use, brings it back into a throw-away database, compares,
  /// and only then gives it its name.
  ///
  /// - Returns: how many rows it holds.
  @discardableResult
  public func make(_ database: any Database, path: String) throws -> Int {
    let manager = FileManager.default
    guard !manager.fileExists(atPath: path) else { throw StartProblem("There is a file \(path) already.") }
    let part = path + ".part"
    try? manager.removeItem(atPath: part)
    defer { try? manager.removeItem(atPath: part) }
    let rows = try database.readBlocking { try write($0, to: part) }
    try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: part)
    try check(part)
    try Self.sync(part)
    try manager.moveItem(atPath: part, toPath: path)
    return rows
  }

  private func write(_ connection: Connection, to path: String) throws -> Int {
    // Begun again when the connection was lost in the middle.
    try? FileManager.default.removeItem(atPath: path)
    let writer = try BackupWriter(path: path)
    let shapes = try Tables.shapes(connection)
    try writer.head(
      .init(
        site: shapes.contains { $0.name == "site" } ? try SiteStore.identity(connection) ?? "" : "",
        engine: connection.engine.rawValue, madeAt: now,
        steps: try connection.rows("SELECT name FROM migrations ORDER BY at, name") { $0.text() },
        numbers: try Tables.lastNumbers(connection, shapes)))
    for shape in shapes {
      try writer.table(shape)
      let count = try Tables.count(connection, shape)
      var sum = TableSum()
      try Tables.pages(connection, shape) { page in
        for row in page {
          sum.add(row)
          try writer.row(row)
        }
        try progress(shape.name, sum.rows, count)
      }
      try writer.end(sum.result)
    }
    try writer.close()
    return writer.rows
  }

  /// Brings a backup into a database of its own that is thrown away, and looks whether it is all there and sound.
  public func check(_ path: String) throws {
    let room = path + ".check"
    let files = ["", "-wal", "-shm"].map { room + $0 }
    for file in files { try? FileManager.default.removeItem(atPath: file) }
    defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
    let database = try SQLite(path: room)
    do {
      try restore(path, into: database)
      let problems = try database.integrityProblems()
      guard problems.isEmpty else { throw StartProblem("\(path) is damaged: \(problems.joined(separator: "; "))") }
    } catch {
      try? database.close()
      throw error
    }
    try database.close()
  }

  /// Brings a backup into an empty database, and compares every table.
  ///
  /// - Returns: how many rows there are.
  @discardableResult
  public func restore(_ path: String, into database: any Database) throws -> Int {
    do {
      return try fill(database, from: try BackupReader(path: path))
    } catch let mistake as BackupFile.Mistake {
      throw StartProblem("\(path) \(mistake.sentence).")
    }
  }

  private func fill(_ database: any Database, from reader: BackupReader) throws -> Int {
    guard try database.readBlocking({ try migrations.state(on: $0) }) == .empty else {
      throw StartProblem("The database is not empty. A backup comes back into an empty one only.")
    }
    let known = migrations.steps.filter { reader.head.steps.contains($0.name) }
    let unknown = reader.head.steps.filter { step in !known.contains { $0.name == step } }
    guard unknown.isEmpty else {
      throw StartProblem("The backup was made by a newer FlixList (it has \(unknown.joined(separator: ", "))).")
    }
    try Migrator(known).migrate(database, now: now)
    let shapes = try database.readBlocking { try Tables.shapes($0) }
    if shapes.contains(where: { $0.name == "site" }) {
      let site = reader.head.site
      try database.writeBlocking { connection in
        try connection.script("DELETE FROM site")
        try SiteStore.begin(connection, .restoring, of: site)
      }
    }
    let numbers = reader.head.numbers
    var (shape, page, sum, total): (TableShape?, [[Value]], TableSum, Int) = (nil, [], TableSum(), 0)
    func flush() throws {
      guard let shape, !page.isEmpty else { return }
      let rows = page
      try database.writeBlocking { connection in
        // It comes last: with it everything is there, and the site may be served.
        if shape.name == "site" {
          try Tables.setLastNumbers(connection, numbers)
          try SiteStore.end(connection, .restoring)
        }
        try Tables.insert(connection, shape, rows)
      }
      page = []
      try progress(shape.name, sum.rows, sum.rows)
    }
    while let line = try reader.next() {
      switch line {
      case .table(let name, let columns):
        guard let found = shapes.first(where: { $0.name == name }), found.columns.map(\.name) == columns else {
          throw BackupFile.Mistake.damaged("the table \(name)")
        }
        (shape, sum) = (found, TableSum())
      case .row(let row):
        guard let shape, row.count == shape.columns.count else { throw BackupFile.Mistake.damaged("a row") }
        sum.add(row)
        page.append(row)
        if page.count == Tables.pageSize { try flush() }
      case .sum(let wanted):
        try flush()
        // Where nothing is noted of a site, that table has no row.
        if shape?.name == "site" { try database.writeBlocking { try SiteStore.end($0, .restoring) } }
        guard let found = shape, sum.result == wanted,
          try database.readBlocking({ try TableSum.of(found, $0) }) == wanted
        else { throw BackupFile.Mistake.damaged("the table \(shape?.name ?? "?")") }
        total += wanted.rows
      case .end(let rows):
        guard rows == total, try reader.next() == nil else { throw BackupFile.Mistake.damaged("its end") }
        try database.writeBlocking { try Tables.setLastNumbers($0, numbers) }
        return total
      }
    }
    throw BackupFile.Mistake.truncated
  }

  /// So that a power cut right after does not take it away.
  private static func sync(_ path: String) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.synchronize()
    try file.close()
  }
}
