import Web

/// A film or show as the calendar needs it.
struct CalendarTitle: Sendable, Equatable {
  let id: Int
  let kind: TitleKind
  let name: String
  /// By which names are sorted.
  let nameKey: String
  let status: Status
  /// Whether something of it has been watched.
  let isPlayed: Bool
  /// Where its dates are from, as the catalogue keeps it: `starter`, `own`, …
  let source: String
  let poster: String?
}

/// An episode on its day.
struct CalendarEpisode: Sendable, Equatable {
  let id: Int
  let season: Int
  let number: Int
  /// Empty when nobody knows it, or when it is hidden from who has not seen the episode.
  let name: String
  /// When it airs to the minute, where that is known; it then decides the day.
  let airsAt: Instant?
  let state: LibraryRules.State

  /// As the views of the library name it.
  var catalogued: Episode {
    Episode(id: id, season: season, number: number, name: name, aired: nil, airDay: nil)
  }
}

/// What the store finds: an episode, or a film with none, and the day the catalogue gives it.
struct CalendarRow: Sendable {
  let title: CalendarTitle
  let episode: CalendarEpisode?
  let day: Day
}

/// One line of the calendar: a film, or the episodes of a show that come one after the other on one day.
struct CalendarLine: Sendable, Equatable {
  let day: Day
  let title: CalendarTitle
  /// Of one season, without a gap, in order; empty for a film.
  var episodes: [CalendarEpisode]

  /// Those that are neither seen nor skipped.
  var open: [CalendarEpisode] { episodes.filter { $0.state == .unseen } }
  /// How many are seen.
  var seen: Int { episodes.filter { $0.state == .seen }.count }
  /// Whether all of it is seen.
  var isSeen: Bool { episodes.isEmpty ? title.isPlayed : seen == episodes.count }
  /// Whether nothing is left of it to watch, and not all was seen.
  var isSkipped: Bool { !isSeen && open.isEmpty && !episodes.isEmpty }

  /// Whether all of it is out: its instant is past, or its day has begun.
  func hasAired(now: Instant, today: Day) -> Bool {
    episodes.isEmpty ? day <= today : episodes.allSatisfy { $0.airsAt.map { $0 <= now } ?? (day <= today) }
  }
}

/// The last thing that was watched of a title.
struct CalendarLast: Sendable {
  /// The episode; nil for a film.
  let episode: (season: Int, number: Int)?
  let time: PlayTime
}

/// What a person asks the calendar for.
enum CalendarRequest: Sendable, Equatable {
  /// Day after day from a day; nil for the usual place, a week ago.
  case agenda(from: Day?)
  /// A month, by its first day.
  case month(Day)

  /// How far back the calendar goes, in days: without an end, each page back would look at more of the library.
  static let daysBack = 731
  /// How far ahead it goes, in days.
  static let daysAhead = 1_827

  /// Reads a query.
  ///
  /// - Throws: 422 for a day or month that is none, or lies beyond the ends of the calendar.
  static func read(_ query: Form, today: Day) throws -> CalendarRequest {
    let ends = ends(today: today)
    let from = try day(query["from"])
    let month = try day(query["month"].flatMap { $0.isEmpty ? nil : $0 + "-01" })
    if let from, !ends.contains(from) { throw Problem.invalid(.problemCalendarDay) }
    switch query["view"] ?? "" {
    case "", "agenda": return .agenda(from: from)
    case "month":
      let first = CalendarRules.firstOfMonth(month ?? today)
      guard (CalendarRules.firstOfMonth(ends.lowerBound)...ends.upperBound).contains(first) else {
        throw Problem.invalid(.problemCalendarDay)
      }
      return .month(first)
    default: throw Problem.invalid(.problemForm)
    }
  }

  /// The first and the last day that one can ask for.
  static func ends(today: Day) -> ClosedRange<Day> {
    today.adding(days: -daysBack)...today.adding(days: daysAhead)
  }

  private static func day(_ text: String?) throws -> Day? {
    guard let text, !text.isEmpty else { return nil }
    guard let day = Day(text) else { throw Problem.invalid(.problemCalendarDay) }
    return day
  }
}

/// A page of the calendar.
struct CalendarPage: Sendable {
  /// A day with what comes out on it.
  struct DayLines: Sendable {
    let day: Day
    var lines: [CalendarLine]
    /// How many more lines the day has than are shown.
    var left = 0
  }

  /// What was asked for.
  let request: CalendarRequest
  /// The days that the page covers.
  var days: ClosedRange<Day>
  /// Those on which something comes out.
  var lines: [DayLines]
  /// Where the page before and the page after begin; nil at the ends of the calendar.
  var previous: Day?
  var next: Day?
  /// Whether more comes out in these days than one page reads.
  var isCut = false
  /// What was last watched of each title, by its number.
  var last: [Int: CalendarLast] = [:]
  var answer: ActivityLine?
}

/// The rules of the calendar that need no database.
enum CalendarRules {
  /// The agenda begins so many days ago.
  static let agendaBack = 7
  /// It covers so many days.
  static let agendaDays = 35
  /// An agenda has at most so many lines, else it ends earlier.
  static let agendaLines = 40
  /// Of those at most so many before today, where no day was asked for: today has to be on the page.
  static let agendaPastLines = 15
  /// A day of a month names at most so many.
  static let monthLines = 6

  /// The day of a row for a person: that of its instant in their zone, where it has one.
  static func day(of row: CalendarRow, zone: Zone) -> Day {
    row.episode?.airsAt.map { zone.clock(at: $0).day } ?? row.day
  }

  /// Rows as lines, by day and name; what lies outside `days` in the person's zone is left out.
  static func lines(_ rows: [CalendarRow], days: ClosedRange<Day>, zone: Zone) -> [CalendarLine] {
    let placed = rows.map { (day: day(of: $0, zone: zone), row: $0) }.filter { days.contains($0.day) }
    let sorted = placed.sorted { left, right in
      let (a, b) = (left.row.title, right.row.title)
      if left.day != right.day { return left.day < right.day }
      if a.nameKey != b.nameKey { return a.nameKey < b.nameKey }
      let (x, y) = (left.row.episode, right.row.episode)
      return (a.id, x?.season ?? 0, x?.number ?? 0) < (b.id, y?.season ?? 0, y?.number ?? 0)
    }
    var lines: [CalendarLine] = []
    for (day, row) in sorted {
      if let episode = row.episode, let last = lines.last, last.day == day, last.title.id == row.title.id,
        let before = last.episodes.last, before.season == episode.season, before.number + 1 == episode.number
      {
        lines[lines.count - 1].episodes.append(episode)
      } else {
        lines.append(CalendarLine(day: day, title: row.title, episodes: row.episode.map { [$0] } ?? []))
      }
    }
    return lines
  }

  /// Lines by their day.
  static func byDay(_ lines: [CalendarLine]) -> [CalendarPage.DayLines] {
    var days: [CalendarPage.DayLines] = []
    for line in lines {
      if days.last?.day == line.day {
        days[days.count - 1].lines.append(line)
      } else {
        days.append(.init(day: line.day, lines: [line]))
      }
    }
    return days
  }

  /// The days an agenda reads.
  static func agendaDays(from: Day?, today: Day) -> ClosedRange<Day> {
    let first = from ?? today.adding(days: -agendaBack)
    return first...first.adding(days: agendaDays - 1)
  }

  /// Makes an agenda out of the lines of its days: whole days, and no more lines than a page should have.
  ///
  /// - Parameter complete: the days of which all rows were read.
  static func agenda(
    _ lines: [CalendarLine], request: CalendarRequest, days: ClosedRange<Day>, complete: ClosedRange<Day>, today: Day
  ) -> CalendarPage {
    var page = CalendarPage(request: request, days: days, lines: byDay(lines))
    var end = days.upperBound
    if complete.lowerBound > days.lowerBound {
      page.lines.removeAll { $0.day < complete.lowerBound }
      page.days = complete.lowerBound...end
    }
    if complete.upperBound < end, page.lines.contains(where: { $0.day <= complete.upperBound }) {
      page.lines.removeAll { $0.day > complete.upperBound }
      end = complete.upperBound
    } else {
      page.isCut = complete.upperBound < end
    }
    if request == .agenda(from: nil), end >= today {
      while let first = page.lines.first, first.day < today,
        page.lines.reduce(0, { $0 + ($1.day < today ? $1.lines.count : 0) }) > agendaPastLines
      {
        page.lines.removeFirst()
        page.days = min(first.day.adding(days: 1), today)...end
      }
    }
    var count = 0
    for (place, day) in page.lines.enumerated() {
      count += day.lines.count
      guard count > agendaLines else { continue }
      if place > 0 {
        page.lines.removeSubrange(place...)
        end = day.day.adding(days: -1)
      } else {
        page.lines[0].left = day.lines.count - agendaLines
        page.lines[0].lines.removeSubrange(agendaLines...)
        page.lines.removeSubrange(1...)
        end = day.day
      }
      break
    }
    page.days = page.days.lowerBound...end
    let ends = CalendarRequest.ends(today: today)
    if page.days.lowerBound > ends.lowerBound {
      page.previous = max(page.days.lowerBound.adding(days: -agendaDays), ends.lowerBound)
    }
    page.next = end < ends.upperBound ? end.adding(days: 1) : nil
    return page
  }

  /// Makes a month out of the lines of its days.
  static func month(
    _ lines: [CalendarLine], first: Day, days: ClosedRange<Day>, isCut: Bool, today: Day
  )
    -> CalendarPage
  {
    let ends = CalendarRequest.ends(today: today)
    let (previous, next) = (firstOfMonth(first.adding(days: -1)), days.upperBound.adding(days: 1))
    return CalendarPage(
      request: .month(first), days: days, lines: byDay(lines),
      previous: previous >= firstOfMonth(ends.lowerBound) ? previous : nil,
      next: next <= ends.upperBound ? next : nil, isCut: isCut)
  }

  /// The first day of a day's month.
  static func firstOfMonth(_ day: Day) -> Day { day.adding(days: 1 - day.parts.day) }

  /// All days of a month.
  static func daysOfMonth(_ first: Day) -> ClosedRange<Day> {
    let (year, month, _) = first.parts
    return first...first.adding(days: Day.length(year: year, month: month) - 1)
  }

  /// The weeks of a month from Monday to Sunday; nil stands for a day of another month.
  static func weeks(_ first: Day) -> [[Day?]] {
    let days = daysOfMonth(first)
    var cells: [Day?] = Array(repeating: nil, count: first.weekday)
    cells += (days.lowerBound.number...days.upperBound.number).map { Day(number: $0) }
    cells += Array(repeating: nil, count: (7 - cells.count % 7) % 7)
    return stride(from: 0, to: cells.count, by: 7).map { Array(cells[$0..<$0 + 7]) }
  }
}
