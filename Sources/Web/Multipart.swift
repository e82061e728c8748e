/// A posted `multipart/form-data` body taken apart (RFC 7578): fields and files, in the order they came.
///
/// The parts are slices of the body, not copies. Nothing is decoded but the names.
public struct Multipart: Sendable {
  /// One field or file.
  public struct Part: Sendable {
    /// The field's name.
    public let name: String
    /// The file's name as the browser said it, or nil for a plain field.
    public let fileName: String?
    /// What was sent.
    public let bytes: ArraySlice<UInt8>

    /// The bytes as text, or nil when they are not UTF-8 or hold a NUL.
    public var text: String? { bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self) }
  }

  /// Why a body was refused.
  public enum Refusal: Error, Equatable, Sendable {
    /// The Content-Type is another, or its boundary is missing or none.
    case notMultipart
    /// The closing boundary is missing: the body broke off.
    case truncated
    /// A part's header is missing, too long or unreadable.
    case badHeader
    /// More than `maximumParts` parts.
    case tooManyParts
  }

  /// How many parts one body may have.
  public static let maximumParts = 50
  /// How many bytes the header of a part may have.
  public static let maximumHeaderBytes = 8 * 1024

  /// The parts, in the order they came.
  public let parts: [Part]

  /// Takes a body apart.
  ///
  /// - Parameter contentType: the request's header, with the boundary.
  public init(bytes: [UInt8], contentType: String) throws(Refusal) {
    let delimiter = Array("\r\n--".utf8) + Array(try Self.boundary(contentType).utf8)
    var parts: [Part] = []
    // What comes before the first boundary is to be passed over; the first may stand at the very start.
    var start: Int
    if bytes.starts(with: delimiter.dropFirst(2)) {
      start = delimiter.count - 2
    } else if let first = Self.find(delimiter, in: bytes, from: 0) {
      start = first + delimiter.count
    } else {
      throw .truncated
    }
    while true {
      if bytes.count >= start + 2, bytes[start] == UInt8(ascii: "-"), bytes[start + 1] == UInt8(ascii: "-") { break }
      while start < bytes.count, bytes[start] == UInt8(ascii: " ") || bytes[start] == UInt8(ascii: "\t") { start += 1 }
      guard bytes.count >= start + 2, bytes[start] == 13, bytes[start + 1] == 10 else { throw .truncated }
      guard parts.count < Self.maximumParts else { throw .tooManyParts }
      guard let end = Self.find(delimiter, in: bytes, from: start) else { throw .truncated }
      parts.append(try Self.part(bytes, from: start + 2, to: max(end, start + 2)))
      start = end + delimiter.count
    }
    self.parts = parts
  }

  /// The value of a plain field, or nil when it was not sent or is no text.
  public subscript(name: String) -> String? { parts.first { $0.name == name && $0.fileName == nil }?.text }

  /// The file of a field, or nil when none was sent.
  public func file(_ name: String) -> Part? { parts.first { $0.name == name && $0.fileName != nil } }

  private static func part(_ bytes: [UInt8], from start: Int, to end: Int) throws(Refusal) -> Part {
    var name: String?
    var fileName: String?
    var line = start
    while true {
      guard let stop = find([13, 10], in: bytes, from: line), stop <= end, stop - start <= maximumHeaderBytes else {
        throw .badHeader
      }
      if stop == line { break }
      guard let text = String(validating: bytes[line..<stop], as: UTF8.self), !text.utf8.contains(0) else {
        throw .badHeader
      }
      if text.lowercased().hasPrefix("content-disposition:") {
        let found = parameters(String(text.dropFirst(20)))
        guard found.value == "form-data" else { throw .badHeader }
        (name, fileName) = (found.parameters["name"], found.parameters["filename"])
      }
      line = stop + 2
    }
    guard let name, line + 2 <= end else { throw .badHeader }
    return Part(name: name, fileName: fileName, bytes: bytes[(line + 2)..<end])
  }

  private static func boundary(_ contentType: String) throws(Refusal) -> String {
    let (value, parameters) = parameters(contentType)
    guard value == "multipart/form-data", let boundary = parameters["boundary"],
      (1...70).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
      boundary.last != " "
    else { throw .notMultipart }
    return boundary
  }

  /// A header's value and its parameters: `form-data; name="file"; filename="a \"b\".json"`.
  private static func parameters(_ header: String) -> (value: String, parameters: [String: String]) {
    var pieces: [String] = [""]
    var isQuoted = false
    var isEscaped = false
    for character in header {
      if isQuoted, character == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      if character == "\"", !isEscaped {
        isQuoted.toggle()
      } else if character == ";", !isQuoted {
        pieces.append("")
      } else {
        pieces[pieces.count - 1].append(character)
      }
      isEscaped = false
    }
    var parameters: [String: String] = [:]
    for piece in pieces.dropFirst() {
      guard let equals = piece.firstIndex(of: "=") else { continue }
      let name = trimmed(piece[..<equals]).lowercased()
      // Browsers write a quotation mark and a line break in a name as escapes (HTML, "multipart/form-data").
      let value = trimmed(piece[piece.index(after: equals)...]).replacing("%22", with: "\"")
        .replacing("%0D", with: "\r").replacing("%0A", with: "\n")
      if parameters[name] == nil { parameters[name] = value }
    }
    return (trimmed(pieces[0][...]).lowercased(), parameters)
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }

  /// Where some bytes begin, at `start` or after it.
  private static func find(_ wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard let first = wanted.first, bytes.count >= wanted.count else { return nil }
    return bytes.withUnsafeBufferPointer { all in
      var place = start
      while place <= all.count - wanted.count {
        if all[place] == first, all[place..<(place + wanted.count)].elementsEqual(wanted) { return place }
        place += 1
      }
      return nil
    }
  }
}
