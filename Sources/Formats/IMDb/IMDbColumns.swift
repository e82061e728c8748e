extension IMDb {
  /// Where the columns of a file are, found by the names in its header: their order may change, and columns that are
  /// not known are passed over.
  public struct Columns: Sendable {
    /// The most columns that a header may have.
    public static let limit = 32

    /// Which file it is.
    public let file: File
    /// The year that it is now: titles may be 15 years ahead of it.
    public let currentYear: Int
    /// How many columns a line has.
    let count: Int
    /// At each number of a column that is read, its place in the line.
    let places: SIMD16<UInt8>

    /// Reads the first line of a file, with or without a byte order mark. It throws `.missingColumn` for the first
    /// column that is read and not there, and `.tooManyColumns`.
    public init(header: UnsafeRawBufferPointer, file: File, currentYear: Int) throws(Problem) {
      let names = String(decoding: header, as: UTF8.self).unicodeScalars.drop { $0 == "\u{FEFF}" }
        .split(separator: "\t", omittingEmptySubsequences: false).map { String($0) }
      guard names.count <= Self.limit else { throw .tooManyColumns(file) }
      var places = SIMD16<UInt8>()
      for (number, column) in file.columns.enumerated() {
        guard let place = names.firstIndex(of: column) else { throw .missingColumn(file, column: column) }
        places[number] = UInt8(place)
      }
      self.file = file
      self.currentYear = currentYear
      self.count = names.count
      self.places = places
    }

    /// A year in which a title can have appeared.
    @inline(__always)
    func titleYear(_ bytes: UnsafeRawBufferPointer) -> Int? {
      guard let year = Bytes.number(bytes), year >= 1870, year <= currentYear + 15 else { return nil }
      return year
    }

    /// A year in which somebody can have been born or have died.
    func lifeYear(_ bytes: UnsafeRawBufferPointer) -> Int? {
      guard let year = Bytes.number(bytes), year >= 1, year <= currentYear else { return nil }
      return year
    }
  }

  /// A line with the places of its tabs.
  struct Fields<Column: RawRepresentable<Int>> {
    private let line: UnsafeRawBufferPointer
    private let columns: Columns
    private var ends = InlineArray<32, UInt32>(repeating: 0)

    /// The line must have as many columns as the header.
    @inline(__always)
    init(_ line: UnsafeRawBufferPointer, _ columns: Columns, of file: File) throws(Problem) {
      precondition(columns.file == file, "the columns of another file")
      self.line = line
      self.columns = columns
      guard line.count <= Lines.limit else { throw .longLine(file) }
      let last = columns.count - 1
      var found = 0
      var offset = 0
      while offset + 8 <= line.count {
        let word = UInt64(littleEndian: line.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        var tabs = Bytes.matches(word, 0x09)
        while tabs != 0 {
          guard found < last else { throw .shiftedColumns(file) }
          ends[found] = UInt32(truncatingIfNeeded: offset + tabs.trailingZeroBitCount >> 3)
          found += 1
          tabs &= tabs - 1
        }
        offset += 8
      }
      while offset < line.count {
        if line[offset] == 0x09 {
          guard found < last else { throw .shiftedColumns(file) }
          ends[found] = UInt32(truncatingIfNeeded: offset)
          found += 1
        }
        offset += 1
      }
      guard found == last else { throw .tooFewColumns(file) }
      ends[found] = UInt32(truncatingIfNeeded: line.count)
    }

    /// The bytes of a column.
    @inline(__always)
    subscript(_ column: Column) -> UnsafeRawBufferPointer {
      let place = Int(columns.places[column.rawValue])
      let start = place == 0 ? 0 : Int(ends[place - 1]) + 1
      return UnsafeRawBufferPointer(rebasing: line[start..<Int(ends[place])])
    }

    /// The identifier of a title, such as `tt0111161`.
    @inline(__always)
    func title(_ column: Column) throws(Problem) -> Int {
      let bytes = self[column]
      if let number = Bytes.identifier(bytes, 0x74, 0x74) { return number }
      if Bytes.isMissing(bytes) { throw .missingValue(columns.file, column: "\(column)") }
      throw .badIdentifier(columns.file, column: "\(column)")
    }

    /// The identifier of a person, such as `nm0000151`.
    func person(_ column: Column) throws(Problem) -> Int {
      let bytes = self[column]
      if let number = Bytes.identifier(bytes, 0x6E, 0x6D) { return number }
      if Bytes.isMissing(bytes) { throw .missingValue(columns.file, column: "\(column)") }
      throw .badIdentifier(columns.file, column: "\(column)")
    }

    /// A number that must be there.
    func number(_ column: Column) throws(Problem) -> Int {
      let bytes = self[column]
      if let number = Bytes.number(bytes) { return number }
      if Bytes.isMissing(bytes) { throw .missingValue(columns.file, column: "\(column)") }
      throw .badNumber(columns.file, column: "\(column)")
    }

    /// A number that may be missing; one out of the range is no number.
    @inline(__always)
    func number(_ column: Column, in range: ClosedRange<Int>) -> Int? {
      guard let number = Bytes.number(self[column]), range.contains(number) else { return nil }
      return number
    }

    /// A yes or no, which is no when it is missing; anything but 0 and 1 belongs in another column.
    @inline(__always)
    func flag(_ column: Column) throws(Problem) -> Bool {
      let bytes = self[column]
      if bytes.count == 1 {
        if bytes[0] == 0x30 { return false }
        if bytes[0] == 0x31 { return true }
      }
      guard Bytes.isMissing(bytes) else { throw .shiftedColumns(columns.file) }
      return false
    }
  }
}
