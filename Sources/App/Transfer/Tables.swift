import Crypto
import SQL

/// A table as it is moved from one database to another, whatever their engines.
struct TableShape: Sendable, Equatable {
  let name: String
  /// What its rows are sorted by; no two have the same.
  let key: [String]
  /// In the order of the alphabet, so that it is the same on both engines.
  let columns: [Column]

  struct Column: Sendable, Equatable {
    let name: String
    let type: ValueType
  }

  /// Whether the database numbers its rows.
  var isNumbered: Bool { key == ["id"] }

  /// The key of one of its rows.
  func key(of row: [Value]) -> [Value] {
    key.map { name in columns.firstIndex { $0.name == name }.map { row[$0] } ?? .null }
  }
}

/// The tables of a site in the order in which their rows can be put in: what a row names comes before it.
enum Tables {
  /// Name and key of each. Not among them: what is worked out again (`statistics` and `edges`), what
  /// only running nodes need (`jobs`), and the words of the search, which come with `names`.
  static let keys: [(name: String, key: [String])] = [
    ("users", ["id"]), ("sessions", ["token_hash"]), ("links", ["token_hash"]), ("throttles", ["bucket"]),
    ("collections", ["id"]), ("titles", ["id"]), ("recounts", ["title_id", "after_user"]),
    ("genres", ["title_id", "position"]), ("seasons", ["title_id", "number"]),
    ("episodes", ["id"]), ("people", ["id"]), ("credits", ["title_id", "job", "position"]), ("names", ["id"]),
    ("keywords", ["title_id", "position"]), ("translations", ["title_id", "language"]),
    ("videos", ["title_id", "position"]), ("certificates", ["title_id", "country"]), ("providers", ["id"]),
    ("offers", ["title_id", "country", "kind", "provider_id"]), ("related", ["title_id", "position"]),
    ("orders", ["id"]), ("order_items", ["order_id", "place"]),
    ("charts", ["name", "position"]), ("fetches", ["resource"]), ("services", ["user_id", "provider_id"]),
    ("dismissals", ["user_id", "title_id"]),
    ("entries", ["user_id", "title_id"]), ("passes", ["id"]), ("plays", ["id"]),
    ("skips", ["user_id", "title_id", "episode_id"]), ("ratings", ["id"]), ("lists", ["id"]), ("list_items", ["id"]),
    ("activities", ["id"]), ("changes", ["user_id", "activity_id", "place"]), ("imports", ["user_id", "activity_id"]),
    ("stand_ins", ["user_id", "title_id"]), ("feeds", ["token_hash"]), ("shelf", ["user_id", "title_id"]),
    ("counts", ["user_id", "kind", "status"]), ("days", ["user_id", "day", "kind"]),
    ("tallies", ["user_id", "title_id"]), ("site", ["name"]),
  ]

  /// How many rows are read at once.
  static let pageSize = 2_000

  /// The tables that a database has, with their columns; one of an earlier schema has fewer.
  static func shapes(_ connection: Connection) throws -> [TableShape] {
    try keys.compactMap { name, key in
      let columns = try connection.rows(
        SQL(
          sqlite: "SELECT name, type FROM pragma_table_info($1) ORDER BY name",
          postgres: """
            SELECT column_name, data_type FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = $1 AND data_type <> 'tsvector'
            ORDER BY column_name COLLATE "C"
            """), name
      ) { TableShape.Column(name: $0.text(), type: type(of: $0.text())) }
      return columns.isEmpty ? nil : TableShape(name: name, key: key, columns: columns)
    }
  }

  private static func type(of name: String) -> ValueType {
    switch name.lowercased() {
    case "integer", "bigint": .int
    case "real", "double precision": .real
    case "blob", "bytea": .bytes
    default: .text
    }
  }

  // Names of tables and columns come from the schema; only this file puts them into statements.

  /// How many rows a table has.
  static func count(_ connection: Connection, _ shape: TableShape) throws -> Int {
    try connection.first(SQL(trusted: "SELECT count(*) FROM \(shape.name)")) { $0.int() } ?? 0
  }

  /// Whether a table has no row.
  static func isEmpty(_ connection: Connection, _ shape: TableShape) throws -> Bool {
    try connection.first(SQL(trusted: "SELECT 1 FROM \(shape.name) LIMIT 1")) { $0.int() } == nil
  }

  /// Hands out all rows of a table in the order of its key, a page at a time.
  ///
  /// - Parameter after: the key after which to begin.
  static func pages(
    _ connection: Connection, _ shape: TableShape, after: [Value]? = nil, _ body: ([[Value]]) throws -> Void
  ) throws {
    let names = shape.columns.map(\.name).joined(separator: ", ")
    let key = shape.key.joined(separator: ", ")
    let places = (1...shape.key.count).map { "$\($0)" }.joined(separator: ", ")
    let first = SQL(trusted: "SELECT \(names) FROM \(shape.name) ORDER BY \(key) LIMIT \(pageSize)")
    let next = SQL(
      trusted: "SELECT \(names) FROM \(shape.name) WHERE (\(key)) > (\(places)) ORDER BY \(key) LIMIT \(pageSize)")
    var last = after
    while true {
      var page: [[Value]] = []
      page.reserveCapacity(pageSize)
      try connection.each(last == nil ? first : next, values: last ?? []) { row in
        page.append(shape.columns.map { _ in row.value() })
      }
      guard let end = page.last else { return }
      try body(page)
      if page.count < pageSize { return }
      last = shape.key(of: end)
    }
  }

  /// How many rows one statement puts in, where each is a journey to a server; SQLite is quickest row by row. Fewer
  /// values than a statement may have.
  private static let batchSizes = [400, 20, 1]

  /// Puts rows in, with the words of the search where they belong to names.
  static func insert(_ connection: Connection, _ shape: TableShape, _ rows: [[Value]]) throws {
    var rest = rows[...]
    let sizes = connection.engine == .sqlite ? [1] : batchSizes
    for size in sizes where size * shape.columns.count < 30_000 {
      let statement = insertion(shape, rows: size)
      while rest.count >= size {
        let values = rest.prefix(size).flatMap { row in
          zip(row, shape.columns).map { TypedValue(bound: $0, sentAs: $1.type) }
        }
        try connection.execute(statement, values: values)
        rest = rest.dropFirst(size)
      }
    }
    try index(connection, shape, rows)
  }

  /// Makes the search find what came in.
  private static func index(_ connection: Connection, _ shape: TableShape, _ rows: [[Value]]) throws {
    let isNames = shape.name == "names"
    func column(_ name: String) -> Int? { shape.columns.firstIndex { $0.name == name } }
    guard isNames || shape.name == "people", let place = column(isNames ? "id" : "place"),
      let text = column(isNames ? "folded" : "name_key")
    else { return }
    for row in rows {
      guard case (.int(let place), .text(let text)) = (row[place], row[text]) else { continue }
      if isNames {
        try Names.index(connection, name: place, folded: text)
      } else {
        try PeopleNames.index(connection, place: place, key: text)
      }
    }
  }

  private static func insertion(_ shape: TableShape, rows: Int) -> SQL {
    let names = shape.columns.map(\.name).joined(separator: ", ")
    let width = shape.columns.count
    let values = (0..<rows).map { row in
      "(" + (1...width).map { "$\(row * width + $0)" }.joined(separator: ", ") + ")"
    }
    return SQL(trusted: "INSERT INTO \(shape.name) (\(names)) VALUES \(values.joined(separator: ", "))")
  }

  /// Empties a table.
  static func clear(_ connection: Connection, _ shape: TableShape) throws {
    if shape.name == "names", connection.engine == .sqlite {
      try connection.script("INSERT INTO words (words) VALUES ('delete-all')")
    }
    if shape.name == "people", connection.engine == .sqlite {
      try connection.script("INSERT INTO people_words (people_words) VALUES ('delete-all')")
    }
    try connection.script("DELETE FROM \(shape.name)")
  }

  // MARK: Numbers of rows

  /// The last number that each numbered table gave a row, also one that is gone: numbers are never used again.
  static func lastNumbers(_ connection: Connection, _ shapes: [TableShape]) throws -> [String: Int] {
    var numbers: [String: Int] = [:]
    for shape in shapes where shape.isNumbered {
      let largest = try connection.first(SQL(trusted: "SELECT max(id) FROM \(shape.name)")) { $0.int() } ?? 0
      let given = try connection.first(
        SQL(
          sqlite: "SELECT seq FROM sqlite_sequence WHERE name = $1",
          postgres: "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence($1, 'id') AS regclass))"), shape.name
      ) { $0.int() }
      numbers[shape.name] = max(largest, given ?? 0)
    }
    return numbers
  }

  /// Makes numbered tables go on after the given numbers.
  static func setLastNumbers(_ connection: Connection, _ numbers: [String: Int]) throws {
    for (name, number) in numbers.sorted(by: { $0.key < $1.key }) where number > 0 {
      if connection.engine == .sqlite {
        try connection.script("DELETE FROM sqlite_sequence WHERE name = '\(name)'")
      }
      try connection.each(
        SQL(
          sqlite: "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)",
          postgres: "SELECT setval(CAST(pg_get_serial_sequence($1, 'id') AS regclass), $2)"), name, number
      ) { _ in }
    }
  }
}

/// A value with the type of its column, which NULL alone does not have.
struct TypedValue: Bindable {
  let bound: Value
  let sentAs: ValueType?
  static var type: ValueType? { nil }
}

/// A sum over the rows of a table in the order of its key: the same on both engines.
struct TableSum: Sendable {
  private(set) var rows = 0
  private var hash = SHA256()

  /// Adds a row.
  mutating func add(_ row: [Value]) {
    rows += 1
    var bytes: [UInt8] = []
    for value in row { Self.append(value, to: &bytes) }
    hash.update(data: bytes)
  }

  /// How many rows there were, and the sum in hexadecimal digits.
  var result: Result {
    Result(rows: rows, sum: hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
  }

  struct Result: Sendable, Equatable {
    let rows: Int
    let sum: String
  }

  /// Each value begins with its type and, where it varies, its length.
  private static func append(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(0)
    case .int(let number): append(1, UInt64(bitPattern: Int64(number)), to: &bytes)
    case .real(let number): append(2, number.bitPattern, to: &bytes)
    case .text(let text):
      append(3, UInt64(text.utf8.count), to: &bytes)
      bytes += text.utf8
    case .bytes(let value):
      append(4, UInt64(value.count), to: &bytes)
      bytes += value
    }
  }

  private static func append(_ type: UInt8, _ number: UInt64, to bytes: inout [UInt8]) {
    bytes.append(type)
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }

  /// The sum of a whole table.
  static func of(_ shape: TableShape, _ connection: Connection) throws -> Result {
    var sum = TableSum()
    try Tables.pages(connection, shape) { page in for row in page { sum.add(row) } }
    return sum.result
  }
}
