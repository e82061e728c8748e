/// Reads a date the way people write it, in English, German or Spanish whatever the language of the pages:
/// `2024`, `May 2024`, `24.5.2024`, `yesterday 21:40`, `last Friday`, `2 days ago`, `release`, `unknown`.
///
/// A clock beside a word for a day (`yesterday 01:30`) belongs to that day as the diary counts it, so that it may be
/// the small hours after it; beside a written date it is that date's own.
struct WhenText: Sendable {
  /// Decides whether 5/6 is June or May; names of months and days are understood in all languages.
  let language: Language
  /// The person's zone, with the end of their day.
  let zone: Zone
  /// What is later than this is the future.
  let now: Instant

  /// How long a text may be, in characters.
  static let length = 60

  /// Why a text is no date.
  enum Mistake: Error, Equatable, Sendable {
    case empty, unreadable, clock, zone
    /// Outside the years in which there are films.
    case year
    case month(Int)
    /// The month has no such day.
    case day(Int, month: Int, year: Int)
    /// The date was another weekday, 0 for Monday.
    case weekday(Day)
    /// Both are dates, and the language does not say which is meant.
    case twoWays(Day, Day)
    /// A spelling of `When`.
    case future(String)
  }

  private var today: Day { zone.clock(at: now).day }

  /// What a text says.
  ///
  /// - Throws: what is wrong with it; the future is refused as well.
  func read(_ text: String) throws(Mistake) -> When {
    let text = text.trimmed
    if text.isEmpty { throw .empty }
    if text.unicodeScalars.count > Self.length { throw .unreadable }
    if let when = When(text) { return try checked(when) }
    var tokens = try Token.all(in: text)
    if let word = Token.phrase(tokens), let when = Self.keywords[word] { return when }
    let clock = try takeClock(&tokens)
    if Self.namesAZone(tokens) { throw .zone }
    tokens = Self.plain(tokens)
    guard let clock else { return try checked(try date(tokens).when) }
    if tokens.isEmpty { return lastTime(clock) }
    let date = try date(tokens)
    guard case .date(.day, let day, _) = date.when else { throw .unreadable }
    // In the small hours that still count to it, a day's name means the night that follows it.
    let isNight = clock < (date.isNight ? 720 : date.isRelative ? zone.dayEndMinutes : 0)
    if isNight, let night = try? checked(.date(.time, day.adding(days: 1), minutes: clock)) { return night }
    return try checked(.date(.time, day, minutes: clock))
  }

  private func checked(_ when: When) throws(Mistake) -> When {
    if case .date(_, let day, _) = when, day.parts.year < When.firstYear { throw .year }
    guard when.resolved(now: now, zone: zone, released: nil) != nil else { throw .future(when.spelling) }
    return when
  }

  /// The last time the clock showed it.
  private func lastTime(_ minutes: Int) -> When {
    let when = When.date(.time, today, minutes: minutes)
    guard when.resolved(now: now, zone: zone, released: nil) == nil else { return when }
    return .date(.time, today.adding(days: -1), minutes: minutes)
  }

  // MARK: Dates

  /// A date without its clock.
  private struct Found {
    var when: When
    /// Whether it was said from today, such as `yesterday`.
    var isRelative = false
    /// Whether it was an evening, such as `last night`.
    var isNight = false
  }

  private func date(_ tokens: [Token]) throws(Mistake) -> Found {
    if tokens.isEmpty { throw .unreadable }
    if let phrase = Token.phrase(tokens), let found = try words(phrase) { return found }
    if let found = try ago(tokens) { return found }
    var tokens = tokens
    var weekday: Int?
    if let place = tokens.firstIndex(where: { $0.word.flatMap { Self.weekdays[$0] } != nil }) {
      weekday = tokens[place].word.flatMap { Self.weekdays[$0] }
      tokens.remove(at: place)
    }
    let months = tokens.compactMap { $0.word.flatMap { Self.months[$0] } }
    guard months.count <= 1, months.count == tokens.filter({ $0.word != nil }).count else { throw .unreadable }
    let when = try months.isEmpty ? numeric(tokens) : named(tokens)
    if let weekday {
      guard case .date(.day, let day, _) = when else { throw .unreadable }
      guard day.weekday == weekday else { throw .weekday(day) }
    }
    return Found(when: when)
  }

  private func words(_ phrase: String) throws(Mistake) -> Found? {
    if let days = Self.days[phrase] { return relative(days) }
    if Self.nights.contains(phrase) {
      return Found(when: .date(.day, today.adding(days: -1), minutes: 720), isRelative: true, isNight: true)
    }
    let (year, month, _) = today.parts
    if let back = Self.years[phrase] { return Found(when: try whole(year: year - back)) }
    if let back = Self.monthsBack[phrase] {
      return Found(when: try whole(year: month > back ? year : year - 1, month: month > back ? month - back : 12))
    }
    let bare = phrase.split(separator: " ").filter { !Self.last.contains(String($0)) }
    guard bare.count == 1, let word = bare.first.map(String.init) else { return nil }
    if let weekday = Self.weekdays[word] {
      let back = (today.weekday - weekday + 7) % 7
      return relative(back == 0 ? 7 : back)
    }
    guard let named = Self.months[word] else { return nil }
    return Found(when: try whole(year: named > month ? year - 1 : year, month: named))
  }

  private func relative(_ days: Int) -> Found {
    Found(when: .date(.day, today.adding(days: -days), minutes: 720), isRelative: true)
  }

  /// `2 days ago`, `vor 2 Tagen`, `hace 2 días`, and weeks.
  private func ago(_ tokens: [Token]) throws(Mistake) -> Found? {
    guard let count = tokens.compactMap(\.number).first, tokens.count == 3 else { return nil }
    let words = tokens.compactMap(\.word)
    guard words.count == 2, !Set(words).isDisjoint(with: ["ago", "vor", "hace"]),
      let unit = words.compactMap({ Self.units[$0] }).first
    else { return nil }
    guard count.value <= 99_999 else { throw .year }
    return relative(count.value * unit)
  }

  /// Numbers only: `2024`, `5/2024`, `24.5.2024`, `20240524`, `24.5.`
  private func numeric(_ tokens: [Token]) throws(Mistake) -> When {
    let numbers = tokens.compactMap(\.number)
    let signs = tokens.compactMap(\.sign)
    let sign = signs.first ?? " "
    // Between two numbers there is one sign or none, always the same.
    guard signs.allSatisfy({ $0 == sign && "-/. ".contains(sign) }),
      signs.isEmpty || signs.count == numbers.count - 1, tokens.first?.number != nil, tokens.last?.number != nil
    else { throw .unreadable }
    let shape = numbers.map { $0.digits == 8 ? "c" : $0.digits <= 2 ? "n" : "y" }.joined()
    switch shape {
    case "c": return try day(numbers[0].value / 10_000, numbers[0].value / 100 % 100, numbers[0].value % 100)
    case "n": throw numbers[0].value == 0 ? .year : .unreadable
    case "y": return try whole(year: year(numbers[0]))
    case "yn": return try whole(year: year(numbers[0]), month: numbers[1].value)
    case "ny": return try whole(year: year(numbers[1]), month: numbers[0].value)
    case "ynn": return try day(year(numbers[0]), numbers[1].value, numbers[2].value)
    case "nn": return try dayAndMonth(numbers[0].value, numbers[1].value, year: nil, sign)
    case "nnn" where sign == "-": throw .unreadable
    case "nnn", "nny": return try dayAndMonth(numbers[0].value, numbers[1].value, year: year(numbers[2]), sign)
    default: throw .unreadable
    }
  }

  /// A day and a month in the order that the sign or the language asks for.
  private func dayAndMonth(_ first: Int, _ second: Int, year: Int?, _ sign: Character) throws(Mistake) -> When {
    let isDayFirst = sign == "." || language == .german || language == .spanish
    if isDayFirst || first == second { return try day(year, second, first) }
    if first > 12, second > 12 { throw .month(second) }
    if first > 12 || second > 12 { return try day(year, min(first, second), max(first, second)) }
    guard case .date(_, let one, _) = try day(year, second, first),
      case .date(_, let other, _) = try day(year, first, second)
    else { throw .unreadable }
    throw .twoWays(one, other)
  }

  /// With the name of a month: `May 2024`, `24 May 2024`, `May 24, 2024`, `2024 May 24`, `24 May`.
  private func named(_ tokens: [Token]) throws(Mistake) -> When {
    let month = tokens.compactMap { $0.word.flatMap { Self.months[$0] } }.first ?? 0
    let numbers = tokens.compactMap(\.number)
    guard tokens.compactMap(\.sign).allSatisfy({ "-/.".contains($0) }), tokens.count <= 5 else { throw .unreadable }
    switch numbers.count {
    case 1 where numbers[0].digits > 2: return try whole(year: year(numbers[0]), month: month)
    case 1: return try day(nil, month, numbers[0].value)
    case 2 where numbers[0].digits > 2: return try day(year(numbers[0]), month, numbers[1].value)
    case 2: return try day(year(numbers[1]), month, numbers[0].value)
    default: throw .unreadable
    }
  }

  private func year(_ number: Token.Number) throws(Mistake) -> Int {
    // Of two digits, the last year that ends with them.
    if number.digits == 2 {
      let century = today.parts.year / 100 * 100
      return century + number.value <= today.parts.year ? century + number.value : century - 100 + number.value
    }
    guard number.digits == 4, number.value >= When.firstYear else { throw .year }
    return number.value
  }

  private func whole(year: Int) throws(Mistake) -> When {
    guard year >= When.firstYear, let first = Day(year: year, month: 1, day: 1) else { throw .year }
    return .date(.year, first, minutes: 720)
  }

  private func whole(year: Int, month: Int) throws(Mistake) -> When {
    guard (1...12).contains(month) else { throw .month(month) }
    guard year >= When.firstYear, let first = Day(year: year, month: month, day: 1) else { throw .year }
    return .date(.month, first, minutes: 720)
  }

  /// A day; without a year the last such day.
  private func day(_ year: Int?, _ month: Int, _ day: Int) throws(Mistake) -> When {
    guard (1...12).contains(month) else { throw .month(month) }
    let this = today.parts.year
    if let year, year < When.firstYear { throw .year }
    // A leap day is at most eight years back.
    for year in year.map({ [$0] }) ?? (0...8).map({ this - $0 }) {
      if let found = Day(year: year, month: month, day: day), found <= today || year != this { return .on(found) }
    }
    if let year, let found = Day(year: year, month: month, day: day) { return .on(found) }
    throw .day(day, month: month, year: year ?? this)
  }

  // MARK: Clocks

  /// Takes the first clock out of the tokens: `21:40`, `21:40:05`, `9:40 pm`, `9pm`, `21h40`, `21.40 Uhr`.
  ///
  /// - Returns: minutes since midnight.
  private func takeClock(_ tokens: inout [Token]) throws(Mistake) -> Int? {
    for start in tokens.indices {
      guard let hour = tokens[start].number, let clock = try ClockText.read(hour, tokens[(start + 1)...]) else {
        continue
      }
      let end = start + 1 + clock.tokens
      if Self.isOffset(tokens[end...]) { throw .zone }
      tokens.removeSubrange(start..<end)
      return clock.minutes
    }
    return nil
  }

  /// `+02:00` or `-05` behind a clock.
  private static func isOffset(_ tokens: ArraySlice<Token>) -> Bool {
    guard let sign = tokens.first?.sign, "+-".contains(sign), tokens.dropFirst().first?.number != nil else {
      return false
    }
    let third = tokens.dropFirst(2).first
    return sign == "+" || third == nil || third?.sign == ":"
  }

  private static func namesAZone(_ tokens: [Token]) -> Bool {
    if tokens.contains(where: { $0.word.map(zones.contains) ?? false }) { return true }
    return tokens.indices.dropLast(2).contains { place in
      tokens[place + 1].sign == "/" && tokens[place].word.map { months[$0] == nil } ?? false
        && tokens[place + 2].word != nil
    }
  }

  /// The tokens without the small words and marks that say nothing.
  private static func plain(_ tokens: [Token]) -> [Token] {
    var plain: [Token] = []
    for token in tokens {
      if let word = token.word, fillers.contains(word) || (plain.last?.number != nil && ordinals.contains(word)) {
        continue
      }
      if let sign = token.sign, ",·".contains(sign) || (sign == "." && plain.last?.word != nil) { continue }
      plain.append(token)
    }
    while plain.last?.sign == "." || plain.last?.sign == "-" { plain.removeLast() }
    while plain.first?.sign == "-" { plain.removeFirst() }
    return plain
  }
}
