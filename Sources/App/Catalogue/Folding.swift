import Foundation

/// The form of a name in which it is searched and sorted.
enum Folding {
  /// Lower case, without accents and punctuation, words one space apart.
  ///
  /// Letters that carry no removable accent get their usual spelling: `ß` is `ss`, `ø` is `o`, `æ` is `ae`, `ł` is `l`.
  static func fold(_ name: String) -> String {
    if name.utf8.allSatisfy({ $0 < 0x80 }) { return foldASCII(name) }
    var words = ""
    for scalar in name.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
      if let spelling = spellings[scalar] {
        words += spelling
      } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        words.unicodeScalars.append(scalar)
      } else if scalar.properties.generalCategory == .nonspacingMark || "'’ʼ`´.".unicodeScalars.contains(scalar) {
        continue
      } else {
        words += " "
      }
    }
    return words.split(separator: " ").joined(separator: " ")
  }

  private static func foldASCII(_ name: String) -> String {
    var folded: [UInt8] = []
    folded.reserveCapacity(name.utf8.count)
    for byte in name.utf8 {
      switch byte {
      case 0x61...0x7A, 0x30...0x39: folded.append(byte)
      case 0x41...0x5A: folded.append(byte + 0x20)
      case UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "."): continue
      case UInt8(ascii: "&"):
        if folded.last != 0x20, !folded.isEmpty { folded.append(0x20) }
        folded += Array("and ".utf8)
      default:
        if folded.last != 0x20, !folded.isEmpty { folded.append(0x20) }
      }
    }
    while folded.last == 0x20 { folded.removeLast() }
    return String(decoding: folded, as: UTF8.self)
  }

  private static let spellings: [Unicode.Scalar: String] = [
    "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "&": " and ",
  ]

  /// The key a name is sorted by: folded, without the article at its start.
  static func sortKey(_ name: String) -> String {
    let folded = fold(name)
    for article in ["the ", "a ", "an "] where folded.hasPrefix(article) && folded.count > article.count {
      return String(folded.dropFirst(article.count))
    }
    return folded.isEmpty ? name.lowercased() : folded
  }
}
