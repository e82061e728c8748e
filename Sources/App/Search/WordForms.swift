/// What words of names are spelt in several ways or may be missing, whatever the name.
enum WordForms {
  /// Articles: they may be missing, added or wrong.
  static let articles: Set<String> = [
    "the", "a", "an", "der", "die", "das", "den", "dem", "ein", "eine", "le", "la", "les", "l", "un", "une", "el",
    "los",
    "las", "una", "il", "lo", "gli", "i", "o", "os", "as", "um", "uma", "de", "het", "een", "en", "et", "det",
  ]

  /// What stands before the number of a part and may be missing.
  static let parts: Set<String> = [
    "part", "pt", "vol", "volume", "episode", "ep", "chapter", "teil", "partie", "parte", "season",
  ]

  /// Words between others, in very many names.
  static let links: Set<String> = ["of", "and", "in", "to", "und", "du", "des", "di", "y", "e", "on", "at", "for"]

  private static let numbers = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
  ]
  private static let romans = [
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii",
    "xviii", "xix", "xx",
  ]
  private static let digits = ["zero"] + numbers.prefix(9)

  private static let groups = [
    ["dr", "doctor"], ["mr", "mister"], ["mrs", "missus"], ["st", "saint"], ["vs", "versus"],
    ["and", "und", "et"],
    ["vol", "volume"], ["pt", "part"], ["ep", "episode"], ["ft", "featuring"], ["jr", "junior"], ["sr", "senior"],
  ]

  /// The one spelling that stands for all of a word's.
  private static let canonicals: [String: String] = {
    var all: [String: String] = [:]
    for group in groups { for word in group { all[word] = group[0] } }
    for (index, word) in numbers.enumerated() { all[word] = String(index + 1) }
    for (index, word) in romans.enumerated() { all[word] = String(index + 1) }
    return all
  }()

  private static let spellings: [String: [String]] = {
    var all: [String: [String]] = [:]
    for (word, canonical) in canonicals { all[canonical, default: []].append(word) }
    return all.mapValues { $0.sorted() }
  }()

  /// The spelling that stands for all of a word's, such as `2` for `ii` and `two`.
  ///
  /// - Parameter isFirst: a single letter at the start of a name is no number.
  static func canonical(_ word: String, isFirst: Bool) -> String {
    if word.utf8.count > 9 || isFirst && word.utf8.count == 1 { return word }
    return canonicals[word] ?? word
  }

  /// The other spellings of a word.
  ///
  /// - Parameter isLast: a last word may be the beginning of another, so only a number has other spellings there.
  static func others(_ word: String, isFirst: Bool, isLast: Bool) -> [String] {
    let canonical = canonical(word, isFirst: isFirst)
    if isLast, !isDigit(canonical) { return [] }
    let all = [canonical] + (spellings[canonical] ?? [])
    return all.filter { $0 != word && !(isFirst && $0.utf8.count == 1 && !isDigit($0)) }
  }

  /// The digits of a number in words, where they may be said one by one: `nine nine`, `nine one one`.
  static func spokenDigits(_ word: String) -> [String] {
    guard (2...3).contains(word.utf8.count), word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return [] }
    return word.utf8.map { digits[Int($0) - 0x30] }
  }

  private static func isDigit(_ word: String) -> Bool { word.utf8.allSatisfy { (0x30...0x39).contains($0) } }
}
