import HTML

/// Writes dates the way a person reads them, in their language and zone.
struct Dates: Sendable {
  let texts: Texts
  let zone: Zone
  let now: Instant

  /// The person's today, by the clock of their zone.
  var today: Day { zone.clock(at: now).day }

  /// `today`, `yesterday`, `21 Jan` this year, `21 Jan 2019` else.
  func text(_ day: Day) -> String {
    switch day.number - today.number {
    case 0: return texts(.today)
    case -1: return texts(.yesterday)
    case 1: return texts(.tomorrow)
    default: return absolute(day)
    }
  }

  /// `21 Jan` this year, `21 Jan 2019` else.
  func absolute(_ day: Day) -> String {
    let (year, month, number) = day.parts
    let values = ["day": String(number), "month": Self.month(month, texts), "year": String(year)]
    return year == today.parts.year ? texts(.dateDayMonth, values) : texts(.dateFull, values)
  }

  /// The date of a play as exact as it is known, such as `yesterday, 21:40`, `Jan 2019`, `2019` or `date unknown`.
  func text(_ time: PlayTime) -> String {
    guard let day = time.day else { return texts(.dateUnknown) }
    switch time.precision {
    case .unknown: return texts(.dateUnknown)
    case .year: return day
    case .month: return monthText(day)
    case .day: return Day(day).map(text) ?? day
    case .time:
      guard let at = time.at, let known = Day(day) else { return day }
      return texts(.dateTime, ["date": text(known), "time": clock(at)])
    }
  }

  /// A day, month or year as a play keeps it, such as `21 Jan 2019`, `Jan 2019` or `2019`.
  func span(_ day: String) -> String {
    switch day.count {
    case 10: return Day(day).map(absolute) ?? day
    case 7: return monthText(day)
    default: return day
    }
  }

  /// The heading of a day, month or year in the diary.
  func heading(_ day: String) -> String {
    switch day.count {
    case 10:
      guard let known = Day(day) else { return day }
      let name = texts(.dateWeekday, ["weekday": Self.weekday(known.weekday, texts), "date": absolute(known)])
      let distance = today.number - known.number
      return distance == 0 || distance == 1 ? "\(texts(distance == 0 ? .todayHead : .yesterdayHead)) · \(name)" : name
    case 7: return monthText(day)
    default: return day
    }
  }

  /// `21:40` in the person's zone.
  func clock(_ instant: Instant) -> String {
    let minutes = zone.clock(at: instant).minutes
    return (minutes / 60).padded(2) + ":" + (minutes % 60).padded(2)
  }

  /// Day and clock of a moment, such as `yesterday, 21:40`.
  func moment(_ instant: Instant) -> String {
    texts(.dateTime, ["date": text(zone.clock(at: instant).day), "time": clock(instant)])
  }

  /// `1 h 57 min`.
  func length(minutes: Int) -> String {
    if minutes < 60 { return texts(.lengthMinutes, ["n": String(minutes)]) }
    return minutes % 60 == 0
      ? texts(.lengthHours, ["h": String(minutes / 60)])
      : texts(.lengthHoursMinutes, ["h": String(minutes / 60), "m": String(minutes % 60)])
  }

  /// The bounds of a date field: from the first films to now.
  func bounds(hasTime: Bool) -> HTML {
    let clock = zone.clock(at: now)
    let last = clock.day.description + (hasTime ? "T" + self.clock(now) : "")
    return " min=\"\(When.firstYear)-01-01\(hasTime ? "T00:00" : "")\" max=\"\(last)\""
  }

  /// The value of an input of type `datetime-local` or `date` for a play.
  func inputValue(_ time: PlayTime) -> String {
    guard let day = time.day else { return "" }
    guard time.precision == .time, let at = time.at else { return day }
    return zone.clock(at: at).day.description + "T" + clock(at)
  }

  private func monthText(_ day: String) -> String {
    guard let first = Day(day.prefix(7) + "-01") else { return day }
    let (year, month, _) = first.parts
    return texts(.dateMonth, ["month": Self.month(month, texts), "year": String(year)])
  }

  private static func month(_ month: Int, _ texts: Texts) -> String {
    let keys: [Key] = [
      .month1, .month2, .month3, .month4, .month5, .month6, .month7, .month8, .month9, .month10, .month11, .month12,
    ]
    return texts(keys[month - 1])
  }

  private static func weekday(_ weekday: Int, _ texts: Texts) -> String {
    let keys: [Key] = [.weekday1, .weekday2, .weekday3, .weekday4, .weekday5, .weekday6, .weekday7]
    return texts(keys[weekday])
  }
}
