extension Connection {
  /// How many statements make one journey to PostgreSQL at most.
  private static let journey = 1_000
  /// From how many rows on a table is copied to: that takes a journey of its own.
  private static let streamed = 100

  /// Runs a statement once for each of `rows`, and hands out what it answers with the place of its row: in turn on
  /// SQLite, many in one journey on PostgreSQL.
  public func each(
    _ sql: SQL, many rows: [[any Bindable]], body: (Int, inout Row) throws -> Void = { _, _ in }
  ) throws {
    var start = 0
    while start < rows.count {
      let end = min(rows.count, start + Self.journey)
      let first = start
      try session.run(rows[start..<end].map { Asked(sql: sql, values: $0) }) { try body(first + $0, &$1) }
      start = end
    }
  }

  /// Inserts many rows by the statement for one: in turn on SQLite, as one statement on PostgreSQL.
  ///
  /// There each `$n` between the parentheses of `VALUES (…)` stands for a column of all rows, so the statement may
  /// have none elsewhere. What it returns comes in any order. Values are integers, real numbers and texts. Where the
  /// statement has nothing but its values, many rows are streamed.
  ///
  /// - Throws: `DatabaseError` of the kind `statement` for any other statement or value, or rows of unequal length.
  public func insert(
    _ sql: SQL, many rows: [[any Bindable]], body: (inout Row) throws -> Void = { _ in }
  ) throws {
    guard let first = rows.first else { return }
    guard engine == .postgres else { return try each(sql, many: rows) { try body(&$1) } }
    if rows.count >= Self.streamed, let text = ManyText.copy(of: sql.text(for: .postgres)) {
      return try session.copy(text, rows)
    }
    var columns = first.map { ArrayText($0.sentAs) }
    for row in rows {
      guard row.count == columns.count else {
        throw DatabaseError(.statement, "rows of unequal length", statement: sql.text(for: .postgres))
      }
      for (place, value) in row.enumerated() { try columns[place].add(value.bound) }
    }
    let text = try ManyText.of(sql.text(for: .postgres), types: columns.map(\.type))
    _ = try session.run(SQL(made: text), columns.map(\.ended), atMost: .max) { try body(&$0) }
  }
}

extension Collection<Int> {
  /// The numbers as a JSON array, for `json_each`, which both engines know.
  public var jsonArray: String { "[" + map(String.init).joined(separator: ",") + "]" }
}

extension SQL {
  /// A statement made of a literal.
  fileprivate init(made text: String) {
    sqliteText = .made(text)
    postgresText = .made(text)
    isPlannedAnew = false
  }
}

/// Makes of an INSERT of one row one of as many rows as its parameters, which are arrays, have elements.
enum ManyText {
  /// The `COPY` that does the same; nil where the statement has more than its values, each perhaps cast to a type.
  static func copy(of text: String) -> String? {
    let parts = text.split(separator: "VALUES (", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasPrefix("INSERT INTO "), parts[1].hasSuffix(")") else { return nil }
    for (place, value) in parts[1].dropLast().split(separator: ", ", omittingEmptySubsequences: false).enumerated() {
      let bare = value.hasPrefix("CAST(") ? value.dropFirst(5).prefix { $0 != " " } : value
      guard bare == "$\(place + 1)", value == bare || value.hasSuffix(")") else { return nil }
    }
    return "COPY " + parts[0].dropFirst("INSERT INTO ".count) + "FROM STDIN"
  }

  /// The statement with `SELECT … FROM unnest(…)` where it had `VALUES (…)`.
  static func of(_ text: String, types: [String]) throws -> String {
    func refusal() -> DatabaseError { DatabaseError(.statement, "no single VALUES (…)", statement: text) }
    let parts = text.split(separator: "VALUES (", omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw refusal() }
    var depth = 1
    let end = parts[1].firstIndex { character in
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      return depth == 0
    }
    guard let end, !parts[0].contains("$") else { throw refusal() }
    let (values, rest) = (parts[1][..<end], parts[1][parts[1].index(after: end)...])
    guard !rest.contains("$") else { throw refusal() }
    let arrays = types.enumerated().map { "$\($0 + 1)::\($1)[]" }.joined(separator: ", ")
    let names = types.indices.map { "c\($0 + 1)" }.joined(separator: ", ")
    return parts[0] + "SELECT " + values.replacing("$", with: "many.c") + " FROM unnest(\(arrays)) AS many (\(names))"
      + rest
  }
}

/// A column of many rows as the text of a PostgreSQL array (postgresql.org/docs/15/arrays.html#ARRAYS-IO).
private struct ArrayText {
  let type: String
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  init(_ type: ValueType?) {
    switch type {
    case .int: self.type = "bigint"
    case .real: self.type = "double precision"
    case .bytes: self.type = "bytea"
    case .text, nil: self.type = "text"
    }
  }

  mutating func add(_ value: Value) throws {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    switch value {
    case .null: bytes.append(contentsOf: "NULL".utf8)
    case .int(let number): bytes.append(contentsOf: String(number).utf8)
    case .real(let number): bytes.append(contentsOf: "\"\(number)\"".utf8)
    case .text(let text):
      bytes.append(UInt8(ascii: "\""))
      for byte in text.utf8 {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
        bytes.append(byte)
      }
      bytes.append(UInt8(ascii: "\""))
    case .bytes: throw DatabaseError(.statement, "bytes cannot be inserted as many")
    }
  }

  var ended: String { String(decoding: bytes, as: UTF8.self) + "}" }
}

/// Rows as `COPY` takes them in, in its text format (postgresql.org/docs/15/sql-copy.html).
struct CopyText {
  /// What is to be sent.
  var bytes: [UInt8] = []

  /// Adds a row.
  mutating func add(_ row: [any Bindable]) throws {
    for (place, value) in row.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: "\t")) }
      switch value.bound {
      case .null: bytes.append(contentsOf: "\\N".utf8)
      case .int(let number): bytes.append(contentsOf: String(number).utf8)
      case .real(let number): bytes.append(contentsOf: "\(number)".utf8)
      case .text(let text): add(text)
      case .bytes: throw DatabaseError(.statement, "bytes cannot be inserted as many")
      }
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func add(_ text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
      case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
      default: bytes.append(byte)
      }
    }
  }
}
