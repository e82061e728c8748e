import Formats

/// The calendar as a file that calendar programs subscribe to: whole days, in the person's zone and language.
enum CalendarFeed {
  /// It begins so many days ago.
  static let daysBack = 30
  /// It ends in so many days.
  static let daysAhead = 180
  /// At most so many episodes, and as many films: the later ones are left out.
  static let rowLimit = 1_000
  /// A program should ask again after so many hours.
  static let refreshHours = 6

  /// The days it covers.
  static func days(today: Day) -> ClosedRange<Day> { today.adding(days: -daysBack)...today.adding(days: daysAhead) }

  /// The whole file.
  ///
  /// - Parameter site: the address of the site, to which its links lead.
  static func text(_ rows: [CalendarRow], zone: Zone, now: Instant, site: String, _ t: Texts) -> String {
    let today = zone.clock(at: now).day
    let lines = CalendarRules.lines(rows, days: days(today: today), zone: zone)
    return ICalendar(
      product: "-//FlixList//FlixList//EN", name: "FlixList", stamp: ICalendar.Date(Zone.utc.clock(at: now).day),
      refreshHours: refreshHours, events: lines.map { event($0, site: site, t) }
    ).text
  }

  private static func event(_ line: CalendarLine, site: String, _ t: Texts) -> ICalendar.Event {
    let what = CalendarViews.code(line, t)
    let names = line.episodes.map { episode in
      Views.episodeName(episode.catalogued, t) + (episode.state == .seen ? Views.separator + t(.calendarSeen) : "")
    }
    // A line keeps its name when its day moves: the program then moves the event.
    let uid = line.episodes.first.map { "episode-\($0.id)" } ?? "title-\(line.title.id)"
    return ICalendar.Event(
      uid: uid + "@" + host(site), day: ICalendar.Date(line.day),
      summary: what.isEmpty ? line.title.name : line.title.name + " " + what,
      description: line.episodes.isEmpty ? t(.calendarReleased) : names.joined(separator: "\n"),
      url: site + URLs.title(line.title.id, name: line.title.name), categories: [Views.kind(line.title.kind, t)])
  }

  private static func host(_ site: String) -> String {
    String(site.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? "flixlist")
  }
}

extension ICalendar.Date {
  fileprivate init(_ day: Day) {
    let (year, month, number) = day.parts
    self.init(year: year, month: month, day: number)
  }
}
