/// A title that may be what was meant.
struct Candidate: Sendable {
  let titleID: Int
  let kind: TitleKind
  let name: String
  let originalName: String?
  let year: Int?
  /// The name that matched, folded.
  let folded: String
  /// The place in popularity: lower is more popular.
  let place: Int
  /// The path of a picture at its source.
  var poster: String?
  /// Whether a spelling was mended to find it.
  var isCorrected = false
  /// Whether only the person who searches sees it.
  var isOwn = false

  /// How much looked for it is, from 0 to 255; a person's own title is for them as a well-known one.
  var weight: Int { isOwn ? 160 : Places.weight(of: place) }
}

/// Puts candidates in the order in which people most likely meant them.
///
/// A candidate costs what its name differs from what was typed, less its weight: ten points of weight are twice the
/// votes, so a cost of 50 is made up for by thirty times as many.
enum Ranking {
  /// A candidate with how well its name fits.
  struct Scored: Sendable {
    var candidate: Candidate
    /// How well the name fits: 0 is the very name, 1 but for an article or the spelling of a number, 2 begins so, 3 is
    /// anything else.
    let score: Int
    /// Less is likelier.
    let cost: Int
    /// Whether each word that was typed is there as it was typed.
    let isWhole: Bool
  }

  /// The best candidate of each title, the likeliest first.
  static func sorted(_ candidates: [Candidate], _ query: SearchQuery) -> [Scored] {
    var scorer = Scorer(query)
    var best: [Int: Scored] = [:]
    for candidate in candidates {
      let scored = scorer.score(candidate)
      if let known = best[candidate.titleID],
        (known.cost, known.candidate.place) <= (scored.cost, candidate.place)
      {
        continue
      }
      best[candidate.titleID] = scored
    }
    return best.values.sorted { left, right in
      let (one, other) = (left.candidate, right.candidate)
      return (left.cost, one.place, one.titleID) < (right.cost, other.place, other.titleID)
    }
  }

  /// Those of a sorted list that may equally be meant: one when its name is the very one, else the first three.
  static func meant(_ sorted: [Scored]) -> [Candidate] {
    guard let best = sorted.first else { return [] }
    let equal = best.score > 1 ? sorted[...] : sorted.prefix { $0.score <= min(best.score + 1, 1) }
    return equal.prefix(3).map(\.candidate)
  }

  /// Compares names with one query.
  private struct Scorer {
    let query: SearchQuery
    var whole: NameComparison
    var withoutYear: NameComparison?

    init(_ query: SearchQuery) {
      self.query = query
      whole = NameComparison(query.words)
      withoutYear = query.year == nil ? nil : NameComparison(query.wordsWithoutYear)
    }

    mutating func score(_ candidate: Candidate) -> Scored {
      var fit = whole.compare(candidate.folded)
      if let year = query.year, var rest = withoutYear?.compare(candidate.folded) {
        switch abs((candidate.year ?? 0) - year) {
        case 0: rest.cost -= 60
        case 1: rest.cost -= 30
        default: rest.cost += 60
        }
        // Another year is another title, however its name is spelt.
        if abs((candidate.year ?? 0) - year) > 1 { rest.score = max(rest.score, 2) }
        if rest.cost < fit.cost { fit = rest }
      }
      var scored = candidate
      scored.isCorrected = fit.edits > 0 || fit.missing > 0
      return Scored(
        candidate: scored, score: fit.score, cost: fit.cost - candidate.weight,
        isWhole: fit.edits == 0 && fit.missing == 0)
    }
  }
}

/// How what was typed and a name differ.
struct NameComparison {
  /// The outcome.
  struct Fit: Sendable {
    /// As `Ranking.Scored.score`.
    var score: Int
    var cost: Int
    /// Letters to change.
    var edits: Int
    /// Words that the name lacks.
    var missing: Int
    /// Whether the last word is only the beginning of one.
    var isBegun = false
    /// Whether the name ends with the last word.
    var isAtEnd = true
  }

  private struct Word {
    /// In the spelling that stands for all.
    let text: String
    let letters: [UInt32]
    /// Whether it may be missing.
    let isOptional: Bool

    init(_ text: String, isFirst: Bool) {
      self.text = WordForms.canonical(text, isFirst: isFirst)
      letters = self.text.unicodeScalars.map(\.value)
      isOptional = WordForms.articles.contains(text) || WordForms.parts.contains(text)
    }
  }

  private let typed: String
  private let words: [Word]
  private var distances: [EditDistance]

  /// Takes the words that were typed, the last one perhaps only begun.
  init(_ words: [String]) {
    typed = words.joined(separator: " ")
    self.words = Self.words(words)
    distances = self.words.map { EditDistance($0.letters) }
  }

  private static func words(_ words: [some StringProtocol]) -> [Word] {
    words.enumerated().map { Word(String($1), isFirst: $0 == 0) }
  }

  /// Compares a folded name.
  mutating func compare(_ folded: String) -> Fit {
    if folded == typed { return Fit(score: 0, cost: 0, edits: 0, missing: 0) }
    let name = Self.words(Array(folded.split(separator: " ").prefix(24)))
    var alignment = Alignment(count: words.count, names: name.count)
    align(&alignment, name)
    return fit(alignment, name)
  }

  /// Which word of the name each typed one stands for.
  private struct Alignment {
    /// By typed word: the place in the name.
    var places: [Int?]
    var isUsed: [Bool]
    var edits = 0
    var editCost = 0
    var isBegun = false
    /// Whether words were joined or taken apart.
    var isRespaced = false

    init(count: Int, names: Int) {
      places = Array(repeating: nil, count: count)
      isUsed = Array(repeating: false, count: names)
    }

    mutating func use(_ word: Int, _ place: Int) {
      places[word] = place
      isUsed[place] = true
    }
  }

  private mutating func align(_ found: inout Alignment, _ name: [Word]) {
    for (index, word) in words.enumerated() {
      // The same word twice stands in the same order.
      let after = index > 0 ? found.places[index - 1] ?? -1 : -1
      let same = name.indices.filter { !found.isUsed[$0] && name[$0].text == word.text }
      if let place = same.first(where: { $0 > after }) ?? same.first { found.use(index, place) }
    }
    if let last = words.indices.last, found.places[last] == nil, !words[last].letters.isEmpty {
      let begun = name.indices.first { !found.isUsed[$0] && name[$0].letters.starts(with: words[last].letters) }
      if let begun {
        found.use(last, begun)
        found.isBegun = true
      }
    }
    respace(&found, name)
    for index in words.indices where found.places[index] == nil && !words[index].isOptional {
      mend(index, &found, name)
    }
  }

  /// Pairs words that are one word on the other side.
  private func respace(_ found: inout Alignment, _ name: [Word]) {
    for index in words.indices where found.places[index] == nil {
      let text = words[index].letters
      if let place = name.indices.first(where: { start in
        let joined = Self.run(name, from: start, to: text.count)
        return joined > start + 1 && name[start..<joined].flatMap(\.letters) == text
          && !found.isUsed[start..<joined].contains(true)
      }) {
        for other in place..<Self.run(name, from: place, to: text.count) { found.isUsed[other] = true }
        found.places[index] = place
        found.isRespaced = true
        continue
      }
      guard index + 1 < words.count, found.places[index + 1] == nil || found.isBegun else { continue }
      let joined = text + words[index + 1].letters
      let isLast = index + 2 == words.count
      let place = name.indices.first {
        !found.isUsed[$0] && (name[$0].letters == joined || isLast && name[$0].letters.starts(with: joined))
      }
      if let place {
        if let wrong = found.places[index + 1] { found.isUsed[wrong] = false }
        found.isBegun = found.isBegun && !isLast || name[place].letters.count > joined.count
        found.use(index, place)
        found.places[index + 1] = place
        found.isRespaced = true
      }
    }
  }

  /// Where the words of a name from `start` on have so many letters together.
  private static func run(_ name: [Word], from start: Int, to letters: Int) -> Int {
    var (end, sum) = (start, 0)
    while end < name.count, sum < letters {
      sum += name[end].letters.count
      end += 1
    }
    return sum == letters ? end : start
  }

  /// Pairs a word with the nearest that is left.
  private mutating func mend(_ index: Int, _ found: inout Alignment, _ name: [Word]) {
    let letters = words[index].letters
    let tolerance = Vocabulary.tolerance(letters.count, isAlone: words.count == 1)
    guard tolerance > 0 else { return }
    let isLast = index == words.count - 1 && letters.count > 3
    var best: (place: Int, cost: Int, edits: Int, isBegun: Bool)?
    for place in name.indices where !found.isUsed[place] {
      let other = name[place].letters
      var distance = distances[index].distance(to: other, atMost: tolerance)
      var isBegun = false
      if isLast, other.count > letters.count, distance ?? 9 > 1,
        let begun = distances[index].distance(to: other, atMost: 1, ofBeginning: true)
      {
        (distance, isBegun) = (begun, true)
      }
      guard let distance else { continue }
      let cost =
        distance * 45 + (other.first == letters.first ? 0 : 8) + (letters.count < 5 ? 10 : 0)
        + (isBegun ? 15 : 0)
      if cost < best?.cost ?? .max { best = (place, cost, distance, isBegun) }
    }
    guard let best else { return }
    found.use(index, best.place)
    found.edits += best.edits
    found.editCost += best.cost
    found.isBegun = found.isBegun || best.isBegun
  }

  private func fit(_ found: Alignment, _ name: [Word]) -> Fit {
    let missing = words.indices.filter { found.places[$0] == nil && !words[$0].isOptional }.count
    let wrongArticles = words.indices.filter { found.places[$0] == nil && words[$0].isOptional }.count
    let left = name.indices.filter { !found.isUsed[$0] }
    let rest = left.filter { !name[$0].isOptional }.count
    let places = found.places.compactMap { $0 }
    let isInOrder = zip(places, places.dropFirst()).allSatisfy { $0 <= $1 }
    var cost = found.editCost + missing * 70 + wrongArticles * 4 + (found.isBegun ? 20 : 0) + (found.isRespaced ? 4 : 0)
    cost += (left.count - rest) * 2
    var score = 3
    let start = name.firstIndex { !$0.isOptional } ?? 0
    if rest == 0 {
      score = found.isBegun ? 2 : 1
      cost += isInOrder ? 2 : 14
    } else if isInOrder, places.first ?? 9 <= start, (places.last ?? 0) - (places.first ?? 0) <= places.count {
      score = 2
      cost += 30 + min(rest, 5) * 2
    } else if isInOrder, (places.last ?? 0) - (places.first ?? 0) < places.count {
      cost += 45 + min(rest, 5) * 2
    } else {
      cost += 50 + min(rest, 6) * 3
    }
    if found.edits > 0 || missing > 0 { score = 3 }
    return Fit(
      score: score, cost: cost, edits: found.edits, missing: missing, isBegun: found.isBegun,
      isAtEnd: found.isUsed.last ?? false)
  }
}
