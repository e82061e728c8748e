/// The forms of a name that the search keeps.
enum NameForm {
  /// A name as it is searched: `Folding.fold`, with a fraction as a word of its own ("8½" is `8 1 2`).
  static func fold(_ name: String) -> String {
    if name.utf8.allSatisfy({ $0 < 0x80 }) { return Folding.fold(name) }
    var text = ""
    for scalar in name.unicodeScalars {
      switch scalar.value {
      case 0xBC...0xBE, 0x2150...0x215F, 0x2189:
        text.unicodeScalars.append(" ")
        text.unicodeScalars.append(scalar)
      // An acute accent that stands for an apostrophe.
      case 0xB4: text.unicodeScalars.append("'")
      // A sign of multiplication that is read as a letter, as in "Spy × Family".
      case 0xD7: text += " x "
      default: text.unicodeScalars.append(scalar)
      }
    }
    return Folding.fold(text)
  }

  /// A folded name, cut to the longest that is kept.
  static func cut(_ folded: String) -> String {
    guard folded.utf8.count > Names.longest else { return folded }
    let scalars = folded.unicodeScalars.prefix(Names.longest)
    return String(String.UnicodeScalarView(scalars.last == " " ? scalars.dropLast() : scalars))
  }

  /// What FTS5 is given: a folded name, and every two neighbours of a script without spaces.
  static func indexed(_ folded: String) -> String {
    let pairs = pairs(folded)
    return pairs.isEmpty ? folded : folded + " " + pairs.joined(separator: " ")
  }

  /// What PostgreSQL keeps: the same words, and the beginnings of the whole ones behind a sign that no word holds.
  static func lexemes(_ folded: String, withPairs: Bool = true) -> String {
    let words = words(folded).flatMap { word -> [String] in
      let scalars = word.unicodeScalars
      return [word] + (1...longestBeginning).filter { $0 <= scalars.count }.map { "<" + String(scalars.prefix($0)) }
    }
    return (withPairs ? words + pairs(folded) : words).joined(separator: " ")
  }

  /// The same as the text of a `tsvector` (postgresql.org/docs/15/datatype-textsearch.html).
  static func quoted(_ folded: String) -> String {
    let quote = UInt8(ascii: "'")
    var bytes = [quote]
    for byte in lexemes(folded).utf8 {
      switch byte {
      case UInt8(ascii: " "): bytes += [quote, byte, quote]
      case quote, UInt8(ascii: "\\"): bytes += [byte, byte]
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes + [quote], as: UTF8.self)
  }

  /// Of a word's first letters so many are kept as words of their own, as FTS5's `prefix='1 2 3'` does.
  static let longestBeginning = 3

  /// The words of a folded text.
  static func words(_ folded: String) -> [String] { folded.split(separator: " ").map(String.init) }

  /// Every two neighbours that are written without spaces between words: Chinese and Japanese. A name is found by any
  /// part of it that is at least so long; the migration `searchPlaces` makes the same pairs in SQL.
  static func pairs(_ folded: String) -> [String] {
    if folded.utf8.allSatisfy({ $0 < 0xE3 }) { return [] }
    let scalars = Array(folded.unicodeScalars)
    return zip(scalars, scalars.dropFirst()).compactMap { first, second in
      isUnspaced(first) && isUnspaced(second) ? String(first) + String(second) : nil
    }
  }

  /// Han, kana and their marks of repetition and length.
  private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3005, 0x3041...0x30FF, 0x3400...0x9FFF: true
    default: false
    }
  }
}
