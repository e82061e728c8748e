/// What a person typed into the search box, taken apart.
struct SearchQuery: Sendable {
  /// The folded text.
  let folded: String
  /// Its words, at most `maximumWords`.
  let words: [String]
  /// A year among them, when there are other words too.
  let year: Int?
  /// The words without that year.
  let wordsWithoutYear: [String]

  static let maximumWords = 10

  /// Takes a text apart; nil when nothing of it can be searched.
  init?(_ text: String) {
    folded = NameForm.cut(NameForm.fold(text))
    words = Array(NameForm.words(folded).prefix(Self.maximumWords))
    if words.isEmpty { return nil }
    let place = words.lastIndex { $0.count == 4 && (1880...2100).contains(Int(digits: $0) ?? 0) }
    if let place, words.count > 1 {
      year = Int(words[place])
      wordsWithoutYear = words.enumerated().filter { $0.offset != place }.map(\.element)
    } else {
      year = nil
      wordsWithoutYear = words
    }
  }

  /// Names that would be the very ones: as typed, and with each article that may be missing or another.
  var exactNames: [String] {
    let rest = wordsWithoutYear
    let bare = rest.count > 1 && WordForms.articles.contains(rest[0]) ? Array(rest.dropFirst()) : rest
    let name = bare.joined(separator: " ")
    return [folded, rest.joined(separator: " "), name] + ["the ", "a ", "an ", "la ", "le "].map { $0 + name }
  }

  /// Whether a folded name holds each of the words, the last one perhaps only begun.
  func matches(_ folded: String) -> Bool {
    let name = folded.split(separator: " ")
    return wordsWithoutYear.allSatisfy { word in name.contains { $0.hasPrefix(word) } }
  }
}
