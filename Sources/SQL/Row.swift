internal import GRDBSQLite

/// One row, read from left to right: each call takes the next column.
///
/// It is valid only inside the closure it was handed to.
public struct Row {
  private enum Source {
    case sqlite(OpaquePointer)
    case postgres(PostgresRow)
  }

  private let source: Source
  private var column: Int32 = 0

  init(statement: OpaquePointer) { source = .sqlite(statement) }
  init(_ row: PostgresRow) { source = .postgres(row) }

  /// The next column as an integer; NULL reads as 0.
  public mutating func int() -> Int {
    defer { column += 1 }
    switch source {
    case .sqlite(let statement): return Int(sqlite3_column_int64(statement, column))
    case .postgres(let row): return row.int(column)
    }
  }

  /// The next column as an integer, or nil for NULL.
  public mutating func optionalInt() -> Int? {
    if isNull {
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
    switch source {
    case .sqlite(let statement): return sqlite3_column_double(statement, column)
    case .postgres(let row): return row.real(column)
    }
  }

  /// The next column as text; NULL reads as the empty text.
  public mutating func text() -> String {
    defer { column += 1 }
    switch source {
    case .sqlite(let statement):
      guard let start = sqlite3_column_text(statement, column) else { return "" }
      let count = Int(sqlite3_column_bytes(statement, column))
      return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    case .postgres(let row): return row.text(column)
    }
  }

  /// The next column as text, or nil for NULL.
  public mutating func optionalText() -> String? {
    if isNull {
      column += 1
      return nil
    }
    return text()
  }

  /// The next column as bytes; NULL reads as no bytes.
  public mutating func bytes() -> [UInt8] {
    defer { column += 1 }
    switch source {
    case .sqlite(let statement):
      guard let start = sqlite3_column_blob(statement, column) else { return [] }
      return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    case .postgres(let row): return [UInt8](row.bytes(column))
    }
  }

  /// The next column in whatever type it is kept.
  public mutating func value() -> Value {
    if isNull {
      column += 1
      return .null
    }
    switch type {
    case .int: return .int(int())
    case .real: return .real(real())
    case .text: return .text(text())
    case .bytes: return .bytes(bytes())
    }
  }

  private var isNull: Bool {
    switch source {
    case .sqlite(let statement): sqlite3_column_type(statement, column) == SQLITE_NULL
    case .postgres(let row): row.isNull(column)
    }
  }

  private var type: ValueType {
    switch source {
    case .sqlite(let statement):
      switch sqlite3_column_type(statement, column) {
      case SQLITE_INTEGER: .int
      case SQLITE_FLOAT: .real
      case SQLITE_TEXT: .text
      default: .bytes
      }
    case .postgres(let row): row.type(column)
    }
  }
}
