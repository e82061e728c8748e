internal import GRDB
internal import GRDBSQLite

/// One of SQLite's connections, with its kept statements.
final class SQLiteSession: Session {
  let engine = Engine.sqlite

  private let database: GRDB.Database
  private let prepared: @Sendable (SQL) -> Void
  private var literals: [UnsafePointer<UInt8>: Prepared] = [:]
  private var made: [String: Prepared] = [:]

  init(_ database: GRDB.Database, prepared: @escaping @Sendable (SQL) -> Void) {
    self.database = database
    self.prepared = prepared
  }

  private var handle: OpaquePointer? { database.sqliteConnection }

  func run(
    _ sql: SQL, _ values: [any Bindable], atMost limit: Int, _ body: (inout Row) throws -> Void
  ) throws -> Int {
    let statement = try prepare(sql)
    let handle = statement.handle
    defer {
      sqlite3_reset(handle)
      sqlite3_clear_bindings(handle)
    }
    try statement.bind(values, of: sql)
    var count = 0
    while true {
      let code = sqlite3_step(handle)
      if code == SQLITE_DONE { break }
      guard code == SQLITE_ROW else { throw error(sql) }
      var row = Row(statement: handle)
      try body(&row)
      count += 1
      if count == limit { break }
    }
    return Int(sqlite3_changes(self.handle))
  }

  func run(_ asked: [Asked], _ body: (Int, inout Row) throws -> Void) throws {
    for (index, each) in asked.enumerated() {
      _ = try run(each.sql, each.values, atMost: .max) { try body(index, &$0) }
    }
  }

  private func prepare(_ sql: SQL) throws -> Prepared {
    switch sql.sqliteText {
    case .literal(let text):
      if let known = literals[text.utf8Start] { return known }
      let new = try make(sql, text.description)
      literals[text.utf8Start] = new
      return new
    case .made(let text):
      if let known = made[text] { return known }
      let new = try make(sql, text)
      made[text] = new
      return new
    }
  }

  private func make(_ sql: SQL, _ text: String) throws -> Prepared {
    prepared(sql)
    do {
      return Prepared(try database.makeStatement(sql: text))
    } catch let error as GRDB.DatabaseError {
      throw DatabaseError(error, statement: text)
    }
  }

  private func error(_ sql: SQL) -> DatabaseError {
    let message = sqlite3_errmsg(handle).map { String(cString: $0) } ?? ""
    return DatabaseError(
      .init(code: sqlite3_extended_errcode(handle)), message, statement: sql.text(for: .sqlite))
  }

  func script(_ text: String) throws {
    do {
      try database.execute(sql: text)
    } catch let error as GRDB.DatabaseError {
      throw DatabaseError(error, statement: text)
    }
  }

  /// Finalizes the kept statements, so that the connection can close.
  func forget() {
    literals = [:]
    made = [:]
  }
}

/// A kept statement and the places of its parameters.
private struct Prepared {
  let statement: GRDB.Statement
  let handle: OpaquePointer
  /// `places[0]` is the engine's index of `$1`.
  let places: [Int32]

  init(_ statement: GRDB.Statement) {
    self.statement = statement
    handle = statement.sqliteStatement
    let count = sqlite3_bind_parameter_count(handle)
    var places: [Int32] = []
    if count > 0 {
      for number in 1...count { places.append(sqlite3_bind_parameter_index(handle, "$\(number)")) }
    }
    self.places = places
  }

  func bind(_ values: [any Bindable], of sql: SQL) throws {
    guard values.count == places.count else {
      throw DatabaseError(
        .statement, "\(values.count) values for \(places.count) parameters", statement: sql.text(for: .sqlite))
    }
    for (place, value) in zip(places, values) {
      switch value.bound {
      case .null: sqlite3_bind_null(handle, place)
      case .int(let number): sqlite3_bind_int64(handle, place, Int64(number))
      case .real(let number): sqlite3_bind_double(handle, place, number)
      case .text(let text): sqlite3_bind_text(handle, place, text, Int32(text.utf8.count), transient)
      case .bytes(let bytes): sqlite3_bind_blob(handle, place, bytes, Int32(bytes.count), transient)
      }
    }
  }
}

/// Tells SQLite to copy what is bound.
private let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension DatabaseError {
  init(_ error: GRDB.DatabaseError, statement: String? = nil) {
    self.init(
      .init(code: error.extendedResultCode.rawValue), error.message ?? error.description,
      statement: statement ?? error.sql)
  }
}

extension DatabaseError.Kind {
  /// SQLite's result codes (sqlite.org/rescode.html) in our few kinds.
  init(code: Int32) {
    switch code & 0xFF {
    case SQLITE_CONSTRAINT: self = .constraint
    case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
    case SQLITE_FULL: self = .full
    case SQLITE_READONLY, SQLITE_PERM: self = .readOnly
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: self = .corrupt
    case SQLITE_IOERR: self = .io
    case SQLITE_CANTOPEN: self = .cannotOpen
    default: self = .statement
    }
  }
}
