import CZlib
import SQL

/// A backup: one gzip file of lines that people can read too (`zcat`), the same for both engines.
///
/// The first line says what it is, the last that it is whole. Between them each table has a line with its columns, a
/// line a row as a JSON list, and a line with the number of its rows and their sum (`TableSum`). Bytes stand as
/// `{"hex":"…"}`, real numbers as `{"bits":…}`, the bits of the IEEE 754 double.
enum BackupFile {
  /// The form that this program writes; a newer one is refused.
  static let format = 1

  /// What is wrong with a file.
  enum Mistake: Error, Equatable, Sendable {
    case unreadable, notOurs, newer, truncated
    /// Where.
    case damaged(String)

    /// In words.
    var sentence: String {
      switch self {
      case .unreadable: "cannot be read"
      case .notOurs: "is no backup of FlixList"
      case .newer: "was made by a newer FlixList"
      case .truncated: "is not whole: its end is missing"
      case .damaged(let place): "is damaged (\(place))"
      }
    }
  }

  /// What the first line says.
  struct Head: Sendable, Equatable {
    var site = ""
    var engine = ""
    var madeAt: Instant = 0
    /// The steps of the schema that the database had.
    var steps: [String] = []
    var numbers: [String: Int] = [:]
  }
}

/// Writes the lines of a backup.
final class BackupWriter {
  private let file: gzFile
  private var isOpen = true
  private var text = ""
  private(set) var rows = 0

  /// One that was broken off leaves no descriptor, which would keep its room on the disk.
  deinit { if isOpen { gzclose(file) } }

  /// Begins a file that must not be there yet.
  init(path: String) throws {
    guard let file = gzopen(path, "wbx6") else { throw StartProblem("The file \(path) cannot be made.") }
    self.file = file
    gzbuffer(file, 1 << 17)
  }

  func head(_ head: BackupFile.Head) throws {
    text = "{\"flixlist\":\"backup\",\"format\":\(BackupFile.format),\"site\":"
    JSONText.append(head.site, to: &text)
    text += ",\"engine\":\"\(head.engine)\",\"made_at\":\"\(InstantText.write(head.madeAt))\",\"steps\":["
    text += head.steps.map(JSONText.quoted).joined(separator: ",") + "],\"numbers\":{"
    text += head.numbers.sorted { $0.key < $1.key }.map { "\(JSONText.quoted($0)):\($1)" }.joined(separator: ",") + "}}"
    try line()
  }

  func table(_ shape: TableShape) throws {
    text = "{\"table\":\"\(shape.name)\",\"columns\":["
    text += shape.columns.map { JSONText.quoted($0.name) }.joined(separator: ",") + "]}"
    try line()
  }

  func row(_ row: [Value]) throws {
    text = "["
    for (place, value) in row.enumerated() {
      if place > 0 { text += "," }
      switch value {
      case .null: text += "null"
      case .int(let number): text += String(number)
      case .real(let number): text += "{\"bits\":\(Int(bitPattern: UInt(number.bitPattern)))}"
      case .text(let value): JSONText.append(value, to: &text)
      case .bytes(let value):
        text += "{\"hex\":\"" + value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\"}"
      }
    }
    text += "]"
    rows += 1
    try line()
  }

  func end(_ sum: TableSum.Result) throws {
    text = "{\"rows\":\(sum.rows),\"sum\":\"\(sum.sum)\"}"
    try line()
  }

  /// Ends the file.
  func close() throws {
    text = "{\"end\":true,\"rows\":\(rows)}"
    try line()
    isOpen = false
    guard gzclose(file) == Z_OK else { throw StartProblem("The backup cannot be written; is the disk full?") }
  }

  private func line() throws {
    text += "\n"
    let written = text.utf8.withContiguousStorageIfAvailable { bytes in
      gzwrite(file, bytes.baseAddress, UInt32(bytes.count))
    }
    guard written == Int32(text.utf8.count) else {
      throw StartProblem("The backup cannot be written; is the disk full?")
    }
  }
}

/// Reads the lines of a backup.
final class BackupReader {
  /// A line after the first.
  enum Line {
    case table(name: String, columns: [String])
    case row([Value])
    case sum(TableSum.Result)
    case end(rows: Int)
  }

  let head: BackupFile.Head
  private let file: gzFile

  /// The longest line: a note has at most some thousand characters, figures some hundred thousand.
  private static let longestLine = 64 << 20

  /// Opens a file.
  init(path: String) throws {
    guard let file = gzopen(path, "rb") else { throw BackupFile.Mistake.unreadable }
    self.file = file
    gzbuffer(file, 1 << 17)
    var lines = LineBuffer(file: file)
    guard let first = try lines.next() else { throw BackupFile.Mistake.notOurs }
    head = try Self.head(first)
    self.lines = lines
  }

  deinit { gzclose(file) }

  private var lines: LineBuffer

  /// The next line; nil after the last.
  func next() throws -> Line? {
    guard let bytes = try lines.next() else { return nil }
    do {
      return try Self.line(bytes)
    } catch let mistake as ImportMistake {
      throw BackupFile.Mistake.damaged("line \(lines.count), \(mistake.reason)")
    }
  }

  private static func head(_ bytes: ArraySlice<UInt8>) throws -> BackupFile.Head {
    var head = BackupFile.Head()
    var (isOurs, format) = (false, 0)
    do {
      var scan = JSONScanner(bytes)
      try scan.object { scan, key in
        switch key {
        case "flixlist": isOurs = try scan.text(atMost: 20) == "backup"
        case "format": format = try scan.int(0...Int.max)
        case "site": head.site = try scan.text(atMost: 200)
        case "engine": head.engine = try scan.text(atMost: 20)
        case "made_at": head.madeAt = InstantText.read(try scan.text(atMost: 40)) ?? 0
        case "steps": try scan.list { scan, _ in head.steps.append(try scan.text(atMost: 200)) }
        case "numbers": try scan.object { scan, name in head.numbers[name] = try scan.int(0...Int.max) }
        default: try scan.passOver()
        }
      }
    } catch is ImportMistake { throw BackupFile.Mistake.notOurs }
    guard isOurs else { throw BackupFile.Mistake.notOurs }
    guard format <= BackupFile.format else { throw BackupFile.Mistake.newer }
    return head
  }

  private static func line(_ bytes: ArraySlice<UInt8>) throws -> Line {
    var scan = JSONScanner(bytes)
    if try scan.isListNext() {
      var row: [Value] = []
      try scan.list { scan, _ in row.append(scan.isObjectNext() ? try special(&scan) : try scan.scalar()) }
      return .row(row)
    }
    var (name, sum, rows, isEnd): (String?, String?, Int, Bool) = (nil, nil, 0, false)
    var columns: [String] = []
    try scan.object { scan, key in
      switch key {
      case "table": name = try scan.text(atMost: 100)
      case "columns": try scan.list { scan, _ in columns.append(try scan.text(atMost: 100)) }
      case "rows": rows = try scan.int(0...Int.max)
      case "sum": sum = try scan.text(atMost: 100)
      case "end": isEnd = try scan.truth()
      default: try scan.passOver()
      }
    }
    if let name { return .table(name: name, columns: columns) }
    if let sum { return .sum(.init(rows: rows, sum: sum)) }
    guard isEnd else { throw scan.mistake(.unknown) }
    return .end(rows: rows)
  }

  private static func special(_ scan: inout JSONScanner) throws -> Value {
    var value = Value.null
    try scan.object { scan, key in
      switch key {
      case "bits": value = .real(Double(bitPattern: UInt64(bitPattern: Int64(try scan.int(Int.min...Int.max)))))
      case "hex":
        let digits = Array(try scan.text(atMost: longestLine).utf8)
        func digit(_ place: Int) -> UInt8 { digits[place] < 0x60 ? digits[place] & 15 : digits[place] &- 0x57 }
        value = .bytes(stride(from: 0, to: digits.count - 1, by: 2).map { digit($0) << 4 | digit($0 + 1) })
      default: throw scan.mistake(.unknown)
      }
    }
    return value
  }

  /// Cuts what is unpacked into lines.
  private struct LineBuffer {
    let file: gzFile
    private var bytes: [UInt8] = []
    private var start = 0
    private(set) var count = 0

    init(file: gzFile) { self.file = file }

    mutating func next() throws -> ArraySlice<UInt8>? {
      var searched = start
      while true {
        if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
          defer { start = end + 1 }
          count += 1
          return bytes[start..<end]
        }
        guard bytes.count - start < longestLine else { throw BackupFile.Mistake.damaged("a line without end") }
        bytes.removeSubrange(..<start)
        start = 0
        searched = bytes.count
        var more = [UInt8](repeating: 0, count: 1 << 16)
        let size = gzread(file, &more, UInt32(more.count))
        if size < 0 { throw BackupFile.Mistake.damaged("its compression") }
        if size == 0 {
          guard bytes.isEmpty else { throw BackupFile.Mistake.truncated }
          return nil
        }
        bytes += more[..<Int(size)]
      }
    }
  }
}
