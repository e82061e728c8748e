/// What a person typed into the search box, when it says what to do with a title: "arrival 9/10 yesterday".
///
/// Only the words around the name are read; which title is meant is the search's to say, and nothing is done until a
/// person chooses it. At least one word is left for the name, so "Yesterday" and "9/11" stay names.
struct Command: Sendable, Equatable {
  /// What is to be done, where the text says so.
  enum Verb: Sendable {
    case watched, planned, paused, dropped
  }

  /// An episode by its numbers.
  struct Place: Sendable, Comparable {
    let season: Int
    let number: Int

    /// In the order of the show.
    static func < (left: Place, right: Place) -> Bool { (left.season, left.number) < (right.season, right.number) }
  }

  /// Which episodes are meant.
  enum Episodes: Sendable, Equatable {
    case season(Int)
    case one(Place)
    case range(from: Place, upTo: Place)
  }

  /// The name, as it was typed.
  let name: String
  /// From 0 to 100.
  let rating: Int?
  let episodes: Episodes?
  /// A date, never `now`.
  let when: When?
  /// Whether that date is yet to come.
  let isFuture: Bool
  let verb: Verb?
  /// The folded words that are not the name's.
  let words: [String]

  /// Reads a text; nil when it holds nothing but a name.
  ///
  /// - Parameters:
  ///   - dates: the person's language, whose words are understood beside the English ones, their zone, and the moment
  ///     from which "yesterday" is counted.
  init?(_ text: String, _ dates: WhenText) {
    for takesStart in [true, false] {
      var reader = CommandReader(text, words: CommandWords.of(dates.language), dates)
      if takesStart, !reader.readStart() { continue }
      reader.readEnd()
      guard reader.isWhole, let name = reader.name else { continue }
      self.name = name
      rating = reader.rating
      episodes = reader.episodes
      when = reader.when
      isFuture = reader.when.map { $0.resolved(now: dates.now, zone: dates.zone, released: nil) == nil } ?? false
      verb = reader.verb
      words = reader.taken
      return
    }
    return nil
  }

  /// Whether a name holds the very words that were read as a command, as "Freaky Friday" does.
  func isExplained(by names: [String]) -> Bool {
    let rest = Folding.fold(name).split(separator: " ").map(String.init)
    return names.contains { name in
      let held = name.split(separator: " ").map(String.init)
      func count(_ word: String, _ list: [String]) -> Int { list.filter { $0 == word }.count }
      return !words.isEmpty && words.allSatisfy { count($0, held) >= count($0, words) + count($0, rest) }
    }
  }
}

/// Takes the parts of a command off the ends of a text.
private struct CommandReader {
  /// A word as it was typed, without case and marks around it, and as the search folds it.
  struct Token {
    let typed: String
    let bare: String
    let folded: String
  }

  let words: CommandWords
  let dates: WhenText
  let today: Day
  var tokens: [Token]
  var rating: Int?
  var episodes: Command.Episodes?
  var when: When?
  var verb: Command.Verb?
  var taken: [String] = []
  private var asksForRating = false

  /// No part is longer, such as "on the 24th of May 2024".
  private static let longest = 6
  private static let marks: Set<Character> = [",", ";", ":", "!", "?", "(", ")", "[", "]", "\"", "“", "”", "„"]
  private static let dashes: Set<Character> = ["-", "–", "—"]

  init(_ text: String, words: CommandWords, _ dates: WhenText) {
    self.words = words
    self.dates = dates
    today = dates.zone.day(of: dates.now)
    tokens = text.split(whereSeparator: \.isWhitespace).map { typed in
      Token(
        typed: String(typed), bare: Self.trimmed(typed.lowercased(), of: Self.marks),
        folded: Folding.fold(String(typed)))
    }
  }

  /// The name that is left; nil when nothing of it can be searched.
  var name: String? {
    let typed = tokens.map(\.typed).joined(separator: " ")
    let name = Self.trimmed(typed, of: Self.dashes.union([",", ";", ":", " "]))
    return SearchQuery(name) == nil ? nil : name
  }

  /// Whether what was read makes sense: something was, and the name is not itself half a command.
  var isWhole: Bool {
    let hasRead = rating != nil || episodes != nil || when != nil || verb != nil
    let isName = CommandNumbers.rating(bare(tokens[...])) == nil && episodes(tokens[...]) == nil
    return hasRead && (!asksForRating || rating != nil) && (isName || taken.allSatisfy { !words.starts.contains($0) })
  }

  /// Takes a verb off the start; false when there is none.
  mutating func readStart() -> Bool {
    for length in [2, 1] where tokens.count > length {
      let phrase = phrase(tokens.prefix(length))
      let isRate = words.rate.contains(phrase)
      guard isRate || words.before[phrase] != nil else { continue }
      verb = words.before[phrase]
      asksForRating = isRate
      take(tokens.prefix(length))
      tokens.removeFirst(length)
      return true
    }
    return false
  }

  /// Takes parts off the end, each kind once, and leaves at least one word.
  mutating func readEnd() {
    while let length = (1...Self.longest).reversed().first(where: { $0 < tokens.count && read(tokens.suffix($0)) }) {
      take(tokens.suffix(length))
      tokens.removeLast(length)
    }
  }

  private mutating func take(_ part: ArraySlice<Token>) {
    taken += part.flatMap { $0.folded.split(separator: " ").map(String.init) }
  }

  /// Reads the last words as one part of a kind that was not there yet.
  private mutating func read(_ tail: ArraySlice<Token>) -> Bool {
    if rating == nil, let found = CommandNumbers.rating(bare(tail)) {
      rating = found
    } else if episodes == nil, let found = episodes(tail) {
      episodes = found
    } else if when == nil, let found = when(tail) {
      when = found
    } else if verb == nil, let found = words.after[phrase(tail)] {
      verb = found
    } else {
      return false
    }
    return true
  }

  private func episodes(_ tail: ArraySlice<Token>) -> Command.Episodes? {
    let bare = bare(tail)
    switch bare.count {
    case 1: return CommandNumbers.episodes(bare[0], words.letters)
    case 2:
      if words.season.contains(phrase(tail.prefix(1))) { return CommandNumbers.episodes("s" + bare[1], words.letters) }
      // "s2 e3": the first alone is a season, the second alone is nothing.
      guard case .season = CommandNumbers.episodes(bare[0], words.letters),
        let letter = bare[1].utf8.first, words.letters.episode.contains(letter)
      else { return nil }
      return CommandNumbers.episodes(bare[0] + bare[1], words.letters)
    case 4:
      guard words.season.contains(phrase(tail.prefix(1))), words.episode.contains(phrase(tail.dropFirst(2).prefix(1)))
      else { return nil }
      return CommandNumbers.episodes("s" + bare[1] + "e" + bare[3], words.letters)
    default: return nil
    }
  }

  private func when(_ tail: ArraySlice<Token>) -> When? {
    let phrase = phrase(tail)
    if let distance = words.days[phrase] { return day(today.adding(days: -distance)) }
    if let weekday = words.weekdays[phrase] {
      return day(today.adding(days: -((today.weekday - weekday + 6) % 7 + 1)))
    }
    if let distance = words.ago(phrase) { return day(today.adding(days: -distance)) }
    if let date = written(tail) { return date }
    let bare = bare(tail)
    guard let last = bare.last else { return nil }
    let leading = self.phrase(tail.dropLast())
    if leading.isEmpty || words.on.contains(leading), let date = CommandNumbers.day(last, words.separator) {
      return day(date)
    }
    guard let first = last.utf8.first, (0x30...0x39).contains(first) else { return nil }
    let isWithin = words.within.contains(leading)
    if leading.isEmpty || isWithin, last.utf8.count == 7, let month = When(last) { return month }
    return last.utf8.count == 4 && (isWithin || (leading.isEmpty && followsNumbers)) ? When(last) : nil
  }

  /// What the field for dates reads as well: "24 May 2024", "May 2024", "yesterday 21:40", "friday at 9pm".
  ///
  /// Only with the name of a month, or with a clock beside a day: numbers alone are too often a name's.
  private func written(_ tail: ArraySlice<Token>) -> When? {
    guard tail.count > 1, let first = tail.first, tail.contains(where: { $0.bare.first?.isNumber ?? false }) else {
      return nil
    }
    let introduces = words.on.contains(first.folded) || words.within.contains(first.folded)
    guard introduces || !WhenText.fillers.contains(first.folded) else { return nil }
    let text = tail.map(\.bare).joined(separator: " ")
    let when: When?
    do { when = try dates.read(text) } catch .future(let spelling) { when = When(spelling) } catch { return nil }
    guard case .date(let precision, _, _) = when else { return nil }
    return precision == .time || tail.contains { WhenText.months[$0.folded] != nil } ? when : nil
  }

  /// Whether a rating or an episode stands before the last word: only then is a bare year the year of the viewing.
  private var followsNumbers: Bool {
    let before = tokens.dropLast()
    return (1...Self.longest).contains { length in
      let part = before.suffix(length)
      return before.count > length && (CommandNumbers.rating(bare(part)) != nil || episodes(part) != nil)
    }
  }

  private func day(_ day: Day) -> When { .date(.day, day, minutes: 720) }
  private func bare(_ part: ArraySlice<Token>) -> [String] { part.map(\.bare) }
  private func phrase(_ part: ArraySlice<Token>) -> String { part.map(\.folded).joined(separator: " ") }

  private static func trimmed(_ text: some StringProtocol, of characters: Set<Character>) -> String {
    let start = text.drop { characters.contains($0) }
    return String(start.reversed().drop { characters.contains($0) }.reversed())
  }
}
