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

  /// The date of a play as a field for it holds it: as exact as it is known, and `WhenText` reads the same.
  func field(_ time: PlayTime) -> String {
    let when = When(time, in: zone)
    return when == .unknown ? texts(.whenWordUnknown) : when.spelling.replacing("T", with: " ")
  }

  /// A spelling of `When` in words, such as `24 May 2024, 21:40`.
  func text(spelling: String) -> String {
    switch When(spelling) {
    case .unknown: return texts(.dateUnknown)
    case .date(.year, let day, _): return String(day.parts.year)
    case .date(.month, let day, _): return monthText(day.description)
    case .date(.time, let day, let minutes):
      let clock = (minutes / 60).padded(2) + ":" + (minutes % 60).padded(2)
      return texts(.dateTime, ["date": text(day), "time": clock])
    case .date(_, let day, _): return text(day)
    default: return spelling
    }
  }

  /// A month without its year.
  func monthName(_ month: Int) -> String { Self.month(month, texts) }

  private func monthText(_ day: String) -> String {
    guard let first = Day(day.prefix(7) + "-01") else { return day }
    let (year, month, _) = first.parts
    return texts(.dateMonth, ["month": Self.month(month, texts), "year": String(year)])
  }

  /// The short name of a month, 1 to 12.
  static func month(_ month: Int, _ texts: Texts) -> String {
    let keys: [Key] = [
      .month1, .month2, .month3, .month4, .month5, .month6, .month7, .month8, .month9, .month10, .month11, .month12,
    ]
    return texts(keys[month - 1])
  }

  /// The name of a weekday; 0 is Monday.
  static func weekday(_ weekday: Int, _ texts: Texts) -> String {
    let keys: [Key] = [.weekday1, .weekday2, .weekday3, .weekday4, .weekday5, .weekday6, .weekday7]
    return texts(keys[weekday])
  }

  /// What is wrong with a date that somebody typed, and what to do about it.
  func text(_ mistake: WhenText.Mistake) -> String {
    switch mistake {
    case .empty: return texts(.whenEmpty)
    case .unreadable: return texts(.problemDate)
    case .clock: return texts(.whenNoClock)
    case .zone: return texts(.whenZone, ["zone": zone.identifier])
    case .year: return texts(.whenNoYear, ["first": String(When.firstYear), "last": String(today.parts.year)])
    case .month(let month): return texts(.whenNoMonth, ["month": String(month)])
    case .day(let day, let month, let year):
      let name = texts(.dateMonth, ["month": Self.month(month, texts), "year": String(year)])
      let length = Day.length(year: year, month: month)
      return texts(.whenNoDay, ["day": String(day), "month": name, "length": String(length)])
    case .weekday(let day):
      return texts(.whenWeekday, ["date": absolute(day), "weekday": Self.weekday(day.weekday, texts)])
    case .twoWays(let one, let other):
      return texts(.whenTwoWays, ["first": absolute(one), "second": absolute(other)])
    case .future(let spelling):
      // A click of a device whose clock is ahead has no date that was typed.
      return When(spelling) == .now ? texts(.problemFuture) : texts(.whenFuture, ["date": text(spelling: spelling)])
    }
  }
}
