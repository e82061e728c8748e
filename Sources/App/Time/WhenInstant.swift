extension When {
  /// Whether it is the moment of a click, of which no two lie within a minute of each other.
  var isClick: Bool {
    switch self {
    case .now, .instant: true
    case .release, .unknown, .date: false
    }
  }

  /// Reads an instant of RFC 3339 in UTC, `2026-11-24T05:12:33Z`, with up to six digits after the second; nil when it
  /// is none, or older than the first film.
  static func instant(_ text: String) -> Instant? {
    let halves = text.dropLast().split(separator: "T", omittingEmptySubsequences: false)
    guard text.last == "Z", halves.count == 2, let day = Day(halves[0]), day.parts.year >= firstYear else { return nil }
    let pieces = halves[1].split(separator: ".", omittingEmptySubsequences: false)
    let clock = pieces[0].split(separator: ":", omittingEmptySubsequences: false)
    guard pieces.count <= 2, clock.count == 3, clock.allSatisfy({ $0.count == 2 }),
      let hour = Int(digits: clock[0]), let minute = Int(digits: clock[1]), let second = Int(digits: clock[2]),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var microseconds = 0
    if pieces.count == 2 {
      guard pieces[1].count <= 6, let digits = Int(digits: pieces[1]) else { return nil }
      microseconds = (pieces[1].count..<6).reduce(digits) { value, _ in value * 10 }
    }
    return (day.number * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000 + microseconds
  }
}
