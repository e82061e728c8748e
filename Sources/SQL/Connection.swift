internal import GRDB
internal import GRDBSQLite

/// One connection, for the length of one `read` or `write`: runs statements and hands out their rows.
///
/// Statements are prepared once a connection and kept. Values are bound by number: `$1` is the first.
public final class Connection {
  /// Which engine it speaks to.
  public var engine: Engine { .sqlite }

  private let database: GRDB.Database
  private let prepared: @Sendable (SQL) -> Void
  private var literals: [UnsafePointer<UInt8>: Prepared] = [:]
  private var made: [String: Prepared] = [:]

  init(_ database: GRDB.Database, prepared: @escaping @Sendable (SQL) -> Void) {
    self.database = database
    self.prepared = prepared
  }

  var handle: OpaquePointer? { database.sqliteConnection }

  /// Every row of the answer, each read by `read` in the order of the columns.
  public func rows<T>(_ sql: SQL, _ values: any Bindable..., read: (inout Row) throws -> T) throws -> [T] {
    var all: [T] = []
    try run(sql, values) { row in all.append(try read(&row)) }
    return all
  }

  /// The first row of the answer, or nil when there is none.
  public func first<T>(_ sql: SQL, _ values: any Bindable..., read: (inout Row) throws -> T) throws -> T? {
    var found: T?
    try run(sql, values, atMost: 1) { row in found = try read(&row) }
    return found
  }

  /// Calls `body` for each row, without keeping any: for long answers.
  public func each(_ sql: SQL, _ values: any Bindable..., body: (inout Row) throws -> Void) throws {
    try run(sql, values, body)
  }

  /// Runs a statement that answers nothing, and says how many rows it changed.
  @discardableResult
  public func execute(_ sql: SQL, _ values: any Bindable...) throws -> Int {
    try run(sql, values) { _ in }
    return Int(sqlite3_changes(handle))
  }

  /// Runs a statement with its values in an array.
  @discardableResult
  public func execute(_ sql: SQL, values: [any Bindable]) throws -> Int {
    try run(sql, values) { _ in }
    return Int(sqlite3_changes(handle))
  }

  /// The first row of a statement with its values in an array, or nil.
  public func first<T>(_ sql: SQL, values: [any Bindable], read: (inout Row) throws -> T) throws -> T? {
    var found: T?
    try run(sql, values, atMost: 1) { row in found = try read(&row) }
    return found
  }

  private func run(
    _ sql: SQL, _ values: [any Bindable], atMost limit: Int = .max, _ body: (inout Row) throws -> Void
  ) throws {
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
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else { throw error(sql) }
      var row = Row(statement: handle)
      try body(&row)
      count += 1
      if count == limit { return }
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

  /// Runs statements that are not worth keeping, such as those of a migration.
  public func script(_ text: String) throws {
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

/// One row, read from left to right: each call takes the next column.
///
/// It is valid only inside the closure it was handed to.
public struct Row {
  private let statement: OpaquePointer
  private var column: Int32 = 0

  init(statement: OpaquePointer) { self.statement = statement }

  /// The next column as an integer; NULL reads as 0.
  public mutating func int() -> Int {
    defer { column += 1 }
    return Int(sqlite3_column_int64(statement, column))
  }

  /// The next column as an integer, or nil for NULL.
  public mutating func optionalInt() -> Int? {
    if sqlite3_column_type(statement, column) == SQLITE_NULL {
      column += 1
      return nil
    }
    return int()
  }

  /// The next column as a truth: anything but 0.
  public mutating func bool() -> Bool { int() != 0 }

  /// The next column as a real number; NULL reads as 0.
  public mutating func real() -> Double {
    defer { column += 1 }
    return sqlite3_column_double(statement, column)
  }

  /// The next column as text; NULL reads as the empty text.
  public mutating func text() -> String {
    defer { column += 1 }
    guard let start = sqlite3_column_text(statement, column) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// The next column as text, or nil for NULL.
  public mutating func optionalText() -> String? {
    if sqlite3_column_type(statement, column) == SQLITE_NULL {
      column += 1
      return nil
    }
    return text()
  }

  /// The next column as bytes; NULL reads as no bytes.
  public mutating func bytes() -> [UInt8] {
    defer { column += 1 }
    guard let start = sqlite3_column_blob(statement, column) else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
  }

  /// The next column in whatever type it is kept.
  public mutating func value() -> Value {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .int(int())
    case SQLITE_FLOAT: return .real(real())
    case SQLITE_TEXT: return .text(text())
    case SQLITE_BLOB: return .bytes(bytes())
    default:
      column += 1
      return .null
    }
  }
}

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
