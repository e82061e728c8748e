/// Which plays a page of figures is about.
struct StatisticsRange: Hashable, Sendable {
  /// The first day; nil for no bound.
  var from: Day?
  /// The last day; nil for no bound.
  var to: Day?
  /// Films or shows alone; nil for both.
  var kind: TitleKind?

  /// Whether it is everything, plays without a date among it.
  var isAll: Bool { from == nil && to == nil }

  /// The name under which finished figures are kept; the number in front changes with the shape of `Statistics`.
  var key: String { "1~\(from?.description ?? "")~\(to?.description ?? "")~\(kind?.rawValue ?? "")" }

  /// A whole year.
  static func year(_ year: Int) -> StatisticsRange? {
    guard let first = Day(year: year, month: 1, day: 1), let last = Day(year: year, month: 12, day: 31) else {
      return nil
    }
    return StatisticsRange(from: first, to: last)
  }

  private var startsYear: Bool { from.map { $0.parts.month == 1 && $0.parts.day == 1 } ?? true }
  private var startsMonth: Bool { from.map { $0.parts.day == 1 } ?? true }
  private var endsYear: Bool { to.map { $0.adding(days: 1).parts.month == 1 && endsMonth } ?? true }
  private var endsMonth: Bool { to.map { $0.adding(days: 1).parts.day == 1 } ?? true }

  /// The least text of a play's day that lies in it: months and years count when they do so as a whole.
  var lower: String { from.map { String($0.description.prefix(startsYear ? 4 : startsMonth ? 7 : 10)) } ?? "0" }

  /// The greatest such text.
  var upper: String { to?.description ?? "9999-12-31" }

  /// The month and the year between the two that reach beyond the end; empty when there is none.
  var beyond: (month: String, year: String) {
    (endsMonth ? "" : String(upper.prefix(7)), endsYear ? "" : String(upper.prefix(4)))
  }

  /// Every month and year that lies in it only in part, four texts, some of them empty.
  var straddling: (fromMonth: String, fromYear: String, toMonth: String, toYear: String) {
    let from = from?.description ?? ""
    return (
      startsMonth ? "" : String(from.prefix(7)), startsYear ? "" : String(from.prefix(4)), beyond.month, beyond.year
    )
  }
}

/// The finished figures of a range: everything its page shows but the words.
///
/// Kept as JSON with sorted keys. Times are minutes; ratings 0 to 100.
struct Statistics: Codable, Equatable, Sendable {
  /// How much was watched.
  struct Count: Codable, Equatable, Sendable {
    /// Plays of films.
    var films = 0
    /// Plays of episodes.
    var episodes = 0
    var minutes = 0
    /// Plays whose length nobody knows.
    var unknown = 0

    var plays: Int { films + episodes }

    mutating func add(_ kind: TitleKind, plays: Int, minutes: Int = 0, unknown: Int = 0) {
      if kind == .movie { films += plays } else { episodes += plays }
      self.minutes += minutes
      self.unknown += unknown
    }
  }

  /// A month (`2026-03`) or year (`2026`).
  struct Period: Codable, Equatable, Sendable {
    let name: String
    var count = Count()
  }

  /// A genre, decade, country or person, with the titles it stands in.
  struct Share: Codable, Equatable, Sendable {
    let name: String
    /// The number of a person.
    var id: Int?
    var titles = 0
    var minutes = 0
  }

  /// A title with what was watched of it.
  struct Line: Codable, Equatable, Sendable {
    let id: Int
    let name: String
    let isFilm: Bool
    let plays: Int
    /// Plays of what had been played before.
    let again: Int
    let minutes: Int
    let rating: Int?
  }

  /// The first or last play.
  struct Moment: Codable, Equatable, Sendable {
    let title: Int
    let name: String
    let isFilm: Bool
    let season: Int?
    let number: Int?
    let at: Instant
    let day: String
    let precision: String
  }

  /// Days one after the other, each with a play.
  struct Streak: Codable, Equatable, Sendable {
    let days: Int
    let from: String
    let to: String
  }

  var total = Count()
  /// How many different films and shows.
  var films = 0
  var shows = 0
  /// Plays of a film or an episode that had been played before.
  var rewatches = 0
  /// Plays without a date; they count only where there is no range.
  var undated = 0
  /// Plays known by a month or year that lies in the range only in part; they count nowhere.
  var straddling = 0

  /// Whether `periods` are months, else years; one after the other without a gap.
  var isMonthly = true
  var periods: [Period] = []
  /// Plays that no month has, since only their year is known.
  var yearOnly = 0
  /// The years with a play, the latest first.
  var years: [Int] = []
  /// From Monday.
  var weekdays = [Count](repeating: Count(), count: 7)
  /// Plays that no weekday has, since only their month or year is known.
  var coarse = 0
  /// By the hour of the clock.
  var hours = [Count](repeating: Count(), count: 24)
  /// Plays of a known day whose hour is not known.
  var timeless = 0

  var genres: [Share] = []
  var decades: [Share] = []
  var countries: [Share] = []
  var makers: [Share] = []
  var cast: [Share] = []
  /// How many titles have each rating, by tens: the nearest of 0, 10, … 100.
  var ratings = [Int](repeating: 0, count: 11)

  var longest: Streak?
  /// How many days the streak has that reaches today or yesterday; only where there is no range.
  var current = 0
  /// Dated plays a week, in tenths, and dated minutes a week.
  var weeklyTenths = 0
  var weeklyMinutes = 0

  var first: Moment?
  var last: Moment?
  /// The shows with the most hours, the titles with the most hours, the most rewatched, the best rated.
  var longestShows: [Line] = []
  var longestTitles: [Line] = []
  var rewatched: [Line] = []
  var rated: [Line] = []
}

/// The rows that figures are made of.
enum StatisticsRows {
  /// A row of `days`.
  struct Day: Sendable {
    let day: String
    let kind: TitleKind
    let plays: Int
    let minutes: Int
    let unknown: Int
    let hours: String
  }

  /// A title with what was watched of it in the range.
  struct Title: Sendable {
    let id: Int
    let name: String
    let kind: TitleKind
    let year: Int?
    let countries: String
    let plays: Int
    let firsts: Int
    let undated: Int
    let minutes: Int
    let unknown: Int
    let rating: Int?
  }
}

/// How figures are made of rows; no database, no words.
enum StatisticsRules {
  /// A range of at most so many months is shown by month, a longer one by year.
  static let mostMonths = 36
  /// How many lines a list of titles, countries or people has at most.
  static let listLength = 10

  /// Fills in everything that comes from titles.
  static func add(_ titles: [StatisticsRows.Title], to figures: inout Statistics) {
    var decades: [Int: Statistics.Share] = [:]
    var countries: [String: Statistics.Share] = [:]
    for title in titles {
      figures.total.add(title.kind, plays: title.plays, minutes: title.minutes, unknown: title.unknown)
      if title.kind == .movie { figures.films += 1 } else { figures.shows += 1 }
      figures.rewatches += title.plays - title.firsts
      figures.undated += title.undated
      if let rating = title.rating { figures.ratings[min(max((rating + 5) / 10, 0), 10)] += 1 }
      if let year = title.year {
        let decade = year / 10 * 10
        decades[decade, default: .init(name: String(decade))].add(title)
      }
      for country in Set(title.countries.split(separator: ",")) {
        countries[String(country), default: .init(name: String(country))].add(title)
      }
    }
    figures.decades = decades.sorted { $0.key < $1.key }.map(\.value)
    figures.countries = Array(ranked(Array(countries.values)).prefix(listLength))
    addLists(titles, to: &figures)
  }

  private static func addLists(_ titles: [StatisticsRows.Title], to figures: inout Statistics) {
    func best(
      _ count: Int, _ titles: [StatisticsRows.Title], by key: (StatisticsRows.Title) -> Int
    )
      -> [Statistics.Line]
    {
      // Equal ones in the order of their plays, then of their ids: the same list each time.
      titles.sorted { (-key($0), -$0.plays, $0.id) < (-key($1), -$1.plays, $1.id) }.prefix(count)
        .map(Statistics.Line.init)
    }
    figures.longestShows = best(listLength, titles.filter { $0.kind == .show && $0.minutes > 0 }) { $0.minutes }
    figures.longestTitles = best(12, titles) { $0.minutes }
    figures.rewatched = best(listLength, titles.filter { $0.plays > $0.firsts }) { $0.plays - $0.firsts }
    figures.rated = best(12, titles.filter { $0.rating != nil }) { $0.rating ?? 0 }
  }

  /// The order of lists by titles: the most first, then the longest, then the name.
  static func ranked(_ shares: [Statistics.Share]) -> [Statistics.Share] {
    shares.sorted { (-$0.titles, -$0.minutes, $0.name) < (-$1.titles, -$1.minutes, $1.name) }
  }

  /// Fills in everything that comes from days, which are in the order of their text.
  static func add(
    _ days: [StatisticsRows.Day], range: StatisticsRange, today: Day, to figures: inout Statistics
  ) {
    var full: [Day] = []
    var hour = (films: [Int](repeating: 0, count: 24), episodes: [Int](repeating: 0, count: 24))
    for row in days {
      guard let day = row.day.utf8.count == 10 ? Day(row.day) : nil else {
        figures.coarse += row.plays
        continue
      }
      if full.last != day { full.append(day) }
      figures.weekdays[day.weekday].add(row.kind, plays: row.plays, minutes: row.minutes, unknown: row.unknown)
      let timed =
        row.kind == .movie ? HoursText.add(row.hours, to: &hour.films) : HoursText.add(row.hours, to: &hour.episodes)
      figures.timeless += row.plays - timed
    }
    for place in 0..<24 {
      figures.hours[place] = Statistics.Count(films: hour.films[place], episodes: hour.episodes[place])
    }
    figures.years = Set(days.compactMap { Int(digits: $0.day.prefix(4)) }).sorted(by: >)
    addPeriods(days, range: range, today: today, to: &figures)
    addStreaks(full, range: range, today: today, to: &figures)
    addAverage(days, range: range, today: today, to: &figures)
  }

  private static func addPeriods(
    _ days: [StatisticsRows.Day], range: StatisticsRange, today: Day, to figures: inout Statistics
  ) {
    guard let first = days.first?.day, let last = days.last?.day else { return }
    var (start, end) = (month(first, orElse: 1), month(last, orElse: 12))
    // The text of a year is less than that of its months: the last month may stand before the last row.
    end = days.reduce(end) { max($0, month($1.day, orElse: $1.day.prefix(4) == last.prefix(4) ? 1 : 12)) }
    if range.to == nil { end = max(start, min(end, month(today.description, orElse: 12))) }
    if let from = range.from, let to = range.to {
      let whole = (month(from.description, orElse: 1), month(to.description, orElse: 12))
      if whole.1 - whole.0 < mostMonths { (start, end) = whole }
    }
    figures.isMonthly = end - start < mostMonths
    if figures.isMonthly {
      figures.periods = (start...end).map {
        Statistics.Period(name: ($0 / 12).padded(4) + "-" + ($0 % 12 + 1).padded(2))
      }
    } else {
      figures.periods = (start / 12...end / 12).map { Statistics.Period(name: $0.padded(4)) }
    }
    for row in days {
      if figures.isMonthly, row.day.utf8.count == 4 {
        figures.yearOnly += row.plays
        continue
      }
      let place = figures.isMonthly ? month(row.day, orElse: 1) - start : month(row.day, orElse: 1) / 12 - start / 12
      guard figures.periods.indices.contains(place) else { continue }
      figures.periods[place].count.add(row.kind, plays: row.plays, minutes: row.minutes, unknown: row.unknown)
    }
  }

  // Months since the year 0 of a day, month or year.
  private static func month(_ text: String, orElse missing: Int) -> Int {
    let year = Int(digits: text.prefix(4)) ?? 0
    return year * 12 + (Int(digits: text.dropFirst(5).prefix(2)) ?? missing) - 1
  }

  private static func addStreaks(_ days: [Day], range: StatisticsRange, today: Day, to figures: inout Statistics) {
    var start = 0
    for place in days.indices {
      if place > 0, days[place].number != days[place - 1].number + 1 { start = place }
      let length = place - start + 1
      if length > figures.longest?.days ?? 0 {
        figures.longest = .init(days: length, from: days[start].description, to: days[place].description)
      }
    }
    // Today is not over: a streak that reached yesterday still stands. A day that was lived in another zone may lie
    // ahead of today.
    let past = days.prefix { $0 <= today }
    guard range.isAll, let last = past.last, last >= today.adding(days: -1) else { return }
    let run = past.reversed().enumerated().prefix { place, day in day.number == last.number - place }
    figures.current = run.count
  }

  private static func addAverage(
    _ days: [StatisticsRows.Day], range: StatisticsRange, today: Day, to figures: inout Statistics
  ) {
    let first = days.first.flatMap { Day($0.day + "-01-01".suffix(10 - $0.day.utf8.count)) }
    guard let start = range.from ?? first else { return }
    let end = min(range.to ?? today, today)
    // Of less than a week nobody knows how a week is.
    let length = max(7, end.number - start.number + 1)
    let plays = days.reduce(0) { $0 + $1.plays }
    figures.weeklyTenths = (plays * 70 + length / 2) / length
    figures.weeklyMinutes = (days.reduce(0) { $0 + $1.minutes } * 7 + length / 2) / length
  }
}

extension Statistics.Share {
  fileprivate mutating func add(_ title: StatisticsRows.Title) {
    titles += 1
    minutes += title.minutes
  }
}

extension Statistics.Line {
  init(_ title: StatisticsRows.Title) {
    self.init(
      id: title.id, name: title.name, isFilm: title.kind == .movie, plays: title.plays,
      again: title.plays - title.firsts, minutes: title.minutes, rating: title.rating)
  }
}
