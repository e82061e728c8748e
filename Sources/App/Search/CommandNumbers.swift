/// The parts of a command that are written with numbers: ratings, episodes, days.
enum CommandNumbers {
  /// A rating from 0 to 100: `9/10`, `4.5/5`, `4,5/5`, `85/100`, `85%`, `4*`, `★★★★½`, `9 of 10`, `9 out of 10`.
  ///
  /// - Parameter words: lower case; the whole of them must be the rating.
  static func rating(_ words: [String]) -> Int? {
    switch words.count {
    case 1: return rating(words[0])
    case 3 where ["/", "of", "von", "de"].contains(words[1]): return rating(words[0] + "/" + words[2])
    case 4 where words[1] == "out" && words[2] == "of": return rating(words[0] + "/" + words[3])
    default: return nil
    }
  }

  private static func rating(_ word: String) -> Int? {
    if let stars = stars(word) { return stars }
    if word.hasSuffix("%") { return share(word.dropLast(), of: 100) }
    if word.hasSuffix("*") || word.hasSuffix("★") { return share(word.dropLast(), of: 5) }
    let halves = word.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, let best = Int(digits: halves[1]), [5, 10, 100].contains(best) else { return nil }
    return share(halves[0], of: best)
  }

  private static func share(_ text: Substring, of best: Int) -> Int? {
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "," }
    guard (1...2).contains(parts.count), parts[0].count <= 3, var hundredths = Int(digits: parts[0]).map({ $0 * 100 })
    else { return nil }
    if parts.count == 2 {
      guard let decimals = Int(digits: parts[1]), parts[1].count <= 2 else { return nil }
      hundredths += parts[1].count == 1 ? decimals * 10 : decimals
    }
    return hundredths <= best * 100 ? (hundredths + best / 2) / best : nil
  }

  private static func stars(_ word: String) -> Int? {
    var rest = word[...]
    let full = rest.prefix { $0 == "★" }.count
    rest = rest.dropFirst(full)
    let hasHalf = rest.first == "½"
    let points = full * 20 + (hasHalf ? 10 : 0)
    let isRest = rest.dropFirst(hasHalf ? 1 : 0).allSatisfy { $0 == "☆" }
    return full > 0 && isRest && word.count <= 5 && points <= 100 ? points : nil
  }

  /// The letters before a season's and an episode's number.
  struct Letters: Sendable {
    var season: [UInt8] = [UInt8(ascii: "s")]
    var episode: [UInt8] = [UInt8(ascii: "e")]
  }

  /// `s2e3`, `S02E03`, `2x03`, `s2`, `s2e3-5`, `s2e3-e5`, `s1e9-s2e2`, in lower case; a range is put in its order.
  static func episodes(_ word: String, _ letters: Letters) -> Command.Episodes? {
    var scanner = Scanner(bytes: Array(word.replacing("–", with: "-").utf8)[...])
    let season: Int
    let first: Int
    if scanner.skip(letters.season) {
      guard let number = scanner.number(atMost: 3) else { return nil }
      if scanner.isAtEnd { return .season(number) }
      guard scanner.skip(letters.episode), let episode = scanner.number(atMost: 4) else { return nil }
      (season, first) = (number, episode)
    } else {
      guard let number = scanner.number(atMost: 2), scanner.skip([UInt8(ascii: "x")]),
        let episode = scanner.number(atMost: 4)
      else { return nil }
      (season, first) = (number, episode)
    }
    let from = Command.Place(season: season, number: first)
    if scanner.isAtEnd { return .one(from) }
    guard scanner.skip([UInt8(ascii: "-")]), let upTo = place(&scanner, letters, season: season), scanner.isAtEnd
    else { return nil }
    return from == upTo ? .one(from) : .range(from: min(from, upTo), upTo: max(from, upTo))
  }

  /// The end of a range: a number, `e5`, `s2e5` or `2x05`.
  private static func place(_ scanner: inout Scanner, _ letters: Letters, season: Int) -> Command.Place? {
    if scanner.skip(letters.season) {
      guard let season = scanner.number(atMost: 3), scanner.skip(letters.episode) else { return nil }
      return scanner.number(atMost: 4).map { Command.Place(season: season, number: $0) }
    }
    _ = scanner.skip(letters.episode)
    guard let number = scanner.number(atMost: 4) else { return nil }
    guard scanner.skip([UInt8(ascii: "x")]) else { return Command.Place(season: season, number: number) }
    return scanner.number(atMost: 4).map { Command.Place(season: number, number: $0) }
  }

  private struct Scanner {
    var bytes: ArraySlice<UInt8>
    var isAtEnd: Bool { bytes.isEmpty }

    mutating func skip(_ letters: [UInt8]) -> Bool {
      guard let first = bytes.first, letters.contains(first) else { return false }
      bytes.removeFirst()
      return true
    }

    mutating func number(atMost length: Int) -> Int? {
      let digits = bytes.prefix { (0x30...0x39).contains($0) }
      guard digits.count <= length, let number = Int(digits: String(decoding: digits, as: UTF8.self)) else {
        return nil
      }
      bytes.removeFirst(digits.count)
      return number
    }
  }

  /// A day since the first films: `YYYY-MM-DD`, or day, month and year with the language's separator.
  static func day(_ word: String, _ separator: Character?) -> Day? {
    var found = Day(word)
    if found == nil, let separator {
      let parts = word.split(separator: separator, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0].count <= 2, parts[1].count <= 2, parts[2].count == 4,
        let day = Int(digits: parts[0]), let month = Int(digits: parts[1]), let year = Int(digits: parts[2])
      else { return nil }
      found = Day(year: year, month: month, day: day)
    }
    return found.flatMap { $0.parts.year >= When.firstYear ? $0 : nil }
  }
}
