internal import CPostgres

/// A row of an answer in PostgreSQL's binary format.
struct PostgresRow {
  let result: OpaquePointer
  let row: Int32

  /// The numbers of the types that we read (postgresql.org/docs/15/catalog-pg-type.html).
  enum TypeID {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let oid: Oid = 26
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let numeric: Oid = 1700

    /// The type that a value is sent as; 0 leaves it to the server.
    static func of(_ type: ValueType?) -> Oid {
      switch type {
      case .int: int8
      case .real: float8
      case .text: text
      case .bytes: bytea
      case nil: 0
      }
    }
  }

  func isNull(_ column: Int32) -> Bool { PQgetisnull(result, row, column) == 1 }

  func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
  }

  func type(_ column: Int32) -> ValueType {
    switch PQftype(result, column) {
    case TypeID.int8, TypeID.int4, TypeID.int2, TypeID.bool, TypeID.oid: .int
    case TypeID.float8, TypeID.float4, TypeID.numeric: .real
    case TypeID.bytea: .bytes
    default: .text
    }
  }

  func int(_ column: Int32) -> Int {
    if isNull(column) { return 0 }
    let value = bytes(column)
    switch PQftype(result, column) {
    case TypeID.int8, TypeID.int4, TypeID.int2:
      // Two's complement, most significant byte first, of 8, 4 or 2 bytes.
      let first = value.first.map { Int(Int8(bitPattern: $0)) } ?? 0
      return value.dropFirst().reduce(first) { $0 << 8 | Int($1) }
    case TypeID.bool, TypeID.oid: return value.reduce(0) { $0 << 8 | Int($1) }
    case TypeID.float8, TypeID.float4, TypeID.numeric: return Int(exactly: real(column).rounded(.towardZero)) ?? 0
    default: return Int(text(column)) ?? 0
    }
  }

  func real(_ column: Int32) -> Double {
    if isNull(column) { return 0 }
    let value = bytes(column)
    switch PQftype(result, column) {
    case TypeID.float8: return Double(bitPattern: value.reduce(0) { $0 << 8 | UInt64($1) })
    case TypeID.float4: return Double(Float(bitPattern: value.reduce(0) { $0 << 8 | UInt32($1) }))
    case TypeID.numeric: return Self.numeric(value)
    case TypeID.int8, TypeID.int4, TypeID.int2, TypeID.bool, TypeID.oid: return Double(int(column))
    default: return Double(text(column)) ?? 0
    }
  }

  func text(_ column: Int32) -> String {
    if isNull(column) { return "" }
    switch type(column) {
    case .text, .bytes: return String(decoding: bytes(column), as: UTF8.self)
    case .int: return String(int(column))
    case .real: return String(real(column))
    }
  }

  /// A number in groups of four decimal digits: how many, the weight of the first, the sign, the digits shown, the
  /// groups (numeric_send in PostgreSQL's numeric.c).
  private static func numeric(_ bytes: UnsafeRawBufferPointer) -> Double {
    func word(_ place: Int) -> Int { Int(bytes[place * 2]) << 8 | Int(bytes[place * 2 + 1]) }
    guard bytes.count >= 8 else { return 0 }
    let (count, weight, sign) = (word(0), Int(Int16(truncatingIfNeeded: word(1))), word(2))
    guard sign == 0 || sign == 0x4000, bytes.count >= 8 + count * 2 else { return .nan }
    var value = 0.0
    for place in 0..<count { value = value * 10_000 + Double(word(4 + place)) }
    for _ in 0..<max(0, weight + 1 - count) { value *= 10_000 }
    for _ in 0..<max(0, count - weight - 1) { value /= 10_000 }
    return sign == 0 ? value : -value
  }
}
