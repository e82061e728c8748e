import SQL

/// Which names hold every word of a text, in the words of each engine: both deliver the same names.
struct NameMatch: Sendable, Equatable {
  /// A word that a name may hold, or begin with.
  struct Word: Sendable, Equatable {
    let text: String
    var isBegun = false
  }

  /// Each of these has to be there, in one of its spellings. Folded words hold neither quotes nor backslashes.
  let words: [[Word]]

  /// All words of a text, the last one perhaps only begun.
  init(_ words: [String]) {
    self.words = words.enumerated().map { [Word(text: $1, isBegun: $0 == words.count - 1)] }
  }

  /// The same with misspelt words replaced by the nearest of the vocabulary; nil when there is nothing to mend.
  init?(correcting words: [String], _ vocabulary: Vocabulary) {
    var hasMended = false
    self.words = words.enumerated().map { place, word in
      let asTyped = Word(text: word, isBegun: place == words.count - 1)
      if vocabulary.contains(word) { return [asTyped] }
      let nearest = vocabulary.nearest(word, isBegun: asTyped.isBegun)
      if !nearest.isEmpty { hasMended = true }
      return [asTyped] + nearest.map { Word(text: $0) }
    }
    if !hasMended { return nil }
  }

  /// An expression of FTS5 (sqlite.org/fts5.html#full_text_query_syntax) or a tsquery
  /// (postgresql.org/docs/15/datatype-textsearch.html).
  func text(for engine: Engine) -> String {
    let (and, or) = engine == .sqlite ? (" AND ", " OR ") : (" & ", " | ")
    return words.map { spellings in
      let texts = spellings.map { Self.text($0, engine) }
      return texts.count == 1 ? texts[0] : "(" + texts.joined(separator: or) + ")"
    }.joined(separator: and)
  }

  private static func text(_ word: Word, _ engine: Engine) -> String {
    switch engine {
    case .sqlite: return word.isBegun ? "\"\(word.text)\"*" : "\"\(word.text)\""
    case .postgres:
      guard word.isBegun else { return "'\(word.text)'" }
      return word.text.unicodeScalars.count <= longestBeginning ? "'<\(word.text)'" : "'\(word.text)':*"
    }
  }

  /// Of a word's first letters so many are kept as words of their own, as FTS5's `prefix='1 2 3'` does.
  private static let longestBeginning = 3

  /// What PostgreSQL keeps of a folded name: its words, and their beginnings behind a sign that no word holds.
  static func lexemes(_ folded: String) -> String {
    folded.split(separator: " ").flatMap { word -> [String] in
      let scalars = word.unicodeScalars
      return [String(word)]
        + (1...longestBeginning).filter { $0 <= scalars.count }.map { "<" + String(scalars.prefix($0)) }
    }.joined(separator: " ")
  }
}
