import Foundation
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
    try JSONDecoder().decode([String: Scalar].self, from: Data(text.utf8)).mapValues(\.value)
  }

  private struct Scalar: Decodable {
    let value: Value

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        value = .null
      } else if let number = try? container.decode(Int.self) {
        value = .int(number)
      } else if let text = try? container.decode(String.self) {
        value = .text(text)
      } else {
        value = .real(try container.decode(Double.self))
      }
    }
  }
}

/// Writes JSON text (RFC 8259).
enum JSONText {
  /// Appends a string with its quotes.
  static func append(_ string: String, to text: inout String) {
    text += "\""
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
}
