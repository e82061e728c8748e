import SQL

/// The text form of an image: a JSON object with sorted keys, so that the same image is always the same bytes.
enum ImageText {
  /// Writes an image.
  static func write(_ image: Image) -> String {
    var text = "{"
    for (place, name) in image.keys.sorted().enumerated() {
      if place > 0 { text += "," }
      JSONText.append(name, to: &text)
      text += ":"
      switch image[name] ?? .null {
      case .null: text += "null"
      case .int(let number): text += String(number)
      case .real(let number): text += String(number)
      case .text(let value): JSONText.append(value, to: &text)
      case .bytes: text += "null"
      }
    }
    return text + "}"
  }

  /// Reads it back.
  static func read(_ text: String) throws -> Image {
    var scan = JSONScanner(Array(text.utf8)[...])
    var image: Image = [:]
    try scan.object { scan, key in image[key] = try scan.scalar() }
    return image
  }
}

/// Writes JSON text (RFC 8259).
enum JSONText {
  /// Appends a string with its quotes.
  static func append(_ string: String, to text: inout String) {
    text += "\""
    if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
      text += string
      text += "\""
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  /// A string with its quotes.
  static func quoted(_ string: String) -> String {
    var text = ""
    append(string, to: &text)
    return text
  }
}
