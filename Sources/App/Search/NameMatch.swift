import SQL

/// Which names hold what was typed, in the words of each engine: both deliver the same names.
indirect enum NameMatch: Sendable, Equatable {
  /// A word of the name, or the beginning of one. Folded words hold neither quotes nor backslashes.
  case word(String, isBegun: Bool)
  case all([NameMatch])
  case any([NameMatch])

  /// Every word of a text in one of its spellings, the last one perhaps only begun.
  ///
  /// Articles are left out where two other words say enough: they are in too many names to tell them apart.
  init(_ words: [String]) {
    let telling = words.filter { !WordForms.articles.contains($0) && $0.utf8.count > 2 }
    var seen: Set<String> = []
    self = .all(
      words.enumerated().compactMap { place, word in
        let isLast = place == words.count - 1
        if !isLast, telling.count > 1, WordForms.articles.contains(word) { return nil }
        guard isLast || seen.insert(word).inserted else { return nil }
        return Self.spellings(word, isFirst: place == 0, isBegun: isLast)
      })
  }

  /// A word in each of its spellings.
  static func spellings(_ word: String, isFirst: Bool, isBegun: Bool) -> NameMatch {
    var all: [NameMatch] = [.word(word, isBegun: isBegun)]
    all += WordForms.others(word, isFirst: isFirst, isLast: isBegun).map { .word($0, isBegun: false) }
    let spoken = Set(WordForms.spokenDigits(word)).sorted()
    if !spoken.isEmpty { all.append(.all(spoken.map { .word($0, isBegun: false) })) }
    let pairs = NameForm.pairs(word)
    if !pairs.isEmpty { all.append(.all(pairs.map { .word($0, isBegun: false) })) }
    return all.count == 1 ? all[0] : .any(all)
  }

  /// An expression of FTS5 (sqlite.org/fts5.html#full_text_query_syntax) or a tsquery
  /// (postgresql.org/docs/15/datatype-textsearch.html).
  func text(for engine: Engine) -> String {
    switch self {
    case .word(let text, let isBegun): Self.text(text, isBegun, engine)
    case .all(let parts): Self.joined(parts, by: engine == .sqlite ? " AND " : " & ", engine)
    case .any(let parts): Self.joined(parts, by: engine == .sqlite ? " OR " : " | ", engine)
    }
  }

  private static func joined(_ parts: [NameMatch], by sign: String, _ engine: Engine) -> String {
    let texts = parts.map { $0.text(for: engine) }
    return texts.count == 1 ? texts[0] : "(" + texts.joined(separator: sign) + ")"
  }

  private static func text(_ word: String, _ isBegun: Bool, _ engine: Engine) -> String {
    switch engine {
    case .sqlite: return isBegun ? "\"\(word)\"*" : "\"\(word)\""
    case .postgres:
      guard isBegun else { return "'\(word)'" }
      return word.unicodeScalars.count <= NameForm.longestBeginning ? "'<\(word)'" : "'\(word)':*"
    }
  }
}

/// What a text may have been meant as when it finds too little as it is typed.
struct Mending: Sendable {
  let words: [String]
  let vocabulary: Vocabulary

  /// Of a text with more words, so many at most are mended: each looks through the whole vocabulary.
  static let mostMended = 5
  /// Of a text with more words none may be missing.
  static let mostToMiss = 6
  /// How many nearest words may stand for one.
  static let mostNearest = 8

  /// Takes words without a year.
  ///
  /// Articles and what stands before the number of a part do not have to be there, where something else is, nor do
  /// words such as `of`, where two others are.
  init(_ words: [String], _ vocabulary: Vocabulary) {
    let needed = words.filter { !WordForms.articles.contains($0) && !WordForms.parts.contains($0) }
    let telling = needed.filter { !WordForms.links.contains($0) }
    self.words = needed.isEmpty ? words : telling.count < 2 ? needed : telling
    self.vocabulary = vocabulary
  }

  /// The words as they are typed, but joined or taken apart where that gives known words: "ghost busters", "xfiles".
  var respaced: NameMatch {
    .any([.all(words.indices.map { spaced($0) })] + joined.prefix(4))
  }

  /// The words with what they may be misspelt for, known or not; nil when nothing is near.
  var mended: NameMatch? {
    var hasMended = false
    // The longest are mended where there are too many: short ones are most often right.
    let chosen = Set(words.indices.sorted { (words[$0].count, $1) > (words[$1].count, $0) }.prefix(Self.mostMended))
    let parts = words.indices.map { index -> NameMatch in
      let word = words[index]
      let plain = spaced(index)
      guard chosen.contains(index) else { return plain }
      let nearest = vocabulary.nearest(
        word, isBegun: index == words.count - 1, isAlone: words.count == 1, limit: Self.mostNearest)
      if nearest.isEmpty { return plain }
      hasMended = true
      return .any([plain] + nearest.map { .word($0, isBegun: false) })
    }
    return hasMended ? .all(parts) : nil
  }

  /// What holds all words but one, whichever; of two words the one that says enough alone, and nothing for very many.
  ///
  /// - Parameter words: those that were typed, articles too.
  func allButOne(of words: [String]) -> NameMatch? {
    if words.count < 3 {
      let telling = words.filter { words.count == 2 && $0.unicodeScalars.count > 5 && vocabulary.contains($0) }
      return telling.isEmpty ? nil : .any(telling.map { .word($0, isBegun: false) })
    }
    if words.count > Self.mostToMiss { return nil }
    return .any(
      words.indices.map { missing in
        .all(
          words.indices.filter { $0 != missing }.map {
            NameMatch.spellings(words[$0], isFirst: $0 == 0, isBegun: $0 == words.count - 1)
          })
      })
  }

  /// A word in each of its spellings, or as two or three known ones.
  private func spaced(_ index: Int) -> NameMatch {
    let word = words[index]
    let typed = NameMatch.spellings(word, isFirst: index == 0, isBegun: index == words.count - 1)
    let splits = vocabulary.splits(word)
    if splits.isEmpty { return typed }
    return .any([typed] + splits.map { .all($0.map { .word($0, isBegun: false) }) })
  }

  /// The text with two neighbours joined to a known word, or to the beginning of one at its end.
  private var joined: [NameMatch] {
    guard words.count > 1 else { return [] }
    return words.indices.dropLast().compactMap { index in
      let word = words[index] + words[index + 1]
      let isLast = index + 2 == words.count
      guard isLast || vocabulary.contains(word) else { return nil }
      let before = words[..<index].enumerated().map { NameMatch.spellings($1, isFirst: $0 == 0, isBegun: false) }
      let after = words[(index + 2)...].indices.map {
        NameMatch.spellings(words[$0], isFirst: false, isBegun: $0 == words.count - 1)
      }
      return .all(before + [.word(word, isBegun: isLast)] + after)
    }
  }
}
