// swift-format-ignore-file: NeverForceUnwrap

import SQL
import Testing

@testable import App

/// Figures worked out the slow and obvious way: every play is read, and each figure is counted by itself.
struct SlowStatistics {
  struct Play {
    let id: Int
    let title: Int
    let episode: Int?
    let at: Int?
    let day: String?
    let precision: String
    let kind: TitleKind
    let minutes: Int?
    let year: Int?

    /// The first and last day it may have been on.
    var span: (first: Day, last: Day)? {
      guard let day else { return nil }
      switch day.count {
      case 4: return (Day(day + "-01-01")!, Day(day + "-12-31")!)
      case 7:
        let first = Day(day + "-01")!
        return (first, first.adding(days: Day.length(year: first.parts.year, month: first.parts.month) - 1))
      default: return (Day(day)!, Day(day)!)
      }
    }
  }

  let every: [Play]
  /// Of each title, read by itself: its genres, countries, who made it and who plays in it, and the person's rating.
  private var genres: [Int: [String]] = [:]
  private var countries: [Int: [String]] = [:]
  private var people: [String: [Int: [Int]]] = [:]
  private var ratings: [Int: Int] = [:]
  let range: StatisticsRange
  let zone: Zone
  let today: Day
  var plays: [Play] = []
  var straddling = 0

  init(_ connection: Connection, user: Int, _ range: StatisticsRange, zone: Zone, today: Day) throws {
    (self.range, self.zone, self.today) = (range, zone, today)
    every = try connection.rows(
      """
      SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, t.kind, coalesce(e.runtime, t.runtime), t.year
      FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
      WHERE p.user_id = $1 ORDER BY p.id
      """, user
    ) { row in
      Play(
        id: row.int(), title: row.int(), episode: row.optionalInt(), at: row.optionalInt(), day: row.optionalText(),
        precision: row.text(), kind: TitleKind(rawValue: row.text())!, minutes: row.optionalInt(),
        year: row.optionalInt())
    }
    for title in Set(every.map(\.title)) {
      genres[title] = try connection.rows("SELECT genre FROM genres WHERE title_id = $1", title) { $0.text() }
      countries[title] = try connection.first("SELECT countries FROM titles WHERE id = $1", title) { $0.text() }?
        .split(separator: ",").map(String.init)
      for job in ["by", "cast"] {
        people[job, default: [:]][title] = try connection.rows(
          "SELECT person_id FROM credits WHERE title_id = $1 AND job = $2", title, job
        ) { $0.int() }
      }
      ratings[title] =
        try connection.first(
          "SELECT rating FROM entries WHERE user_id = $1 AND title_id = $2", user, title
        ) { $0.optionalInt() } ?? nil
    }
    for play in every where range.kind == nil || play.kind == range.kind {
      guard let span = play.span else {
        if range.from == nil && range.to == nil { plays.append(play) }
        continue
      }
      let from = range.from ?? Day("0001-01-01")!
      let to = range.to ?? Day("9999-12-31")!
      if from <= span.first && span.last <= to {
        plays.append(play)
      } else if span.first <= to && from <= span.last {
        straddling += 1
      }
    }
  }

  private func count(_ plays: [Play]) -> Statistics.Count {
    Statistics.Count(
      films: plays.filter { $0.kind == .movie }.count, episodes: plays.filter { $0.kind == .show }.count,
      minutes: plays.reduce(0) { $0 + ($1.minutes ?? 0) }, unknown: plays.filter { $0.minutes == nil }.count)
  }

  private func isAgain(_ play: Play) -> Bool {
    let same = every.filter { $0.title == play.title && $0.episode == play.episode && $0.id != play.id }
    guard let at = play.at else { return same.contains { $0.at == nil && $0.id < play.id } }
    return same.contains { $0.at == nil || $0.at! < at || ($0.at! == at && $0.id < play.id) }
  }

  private var fullDays: [Day] { Set(plays.compactMap { $0.day?.count == 10 ? Day($0.day!) : nil }).sorted() }

  private func streak(endingAt end: Day) -> Int {
    var length = 0
    while fullDays.contains(end.adding(days: -length)) { length += 1 }
    return length
  }

  /// Holds figures to what is counted here.
  func hold(_ figures: Statistics, _ comment: Comment) {
    let full = plays.filter { $0.day?.count == 10 }
    let dated = plays.filter { $0.day != nil }
    #expect(figures.total == count(plays), comment)
    #expect(figures.films == Set(plays.filter { $0.kind == .movie }.map(\.title)).count, comment)
    #expect(figures.shows == Set(plays.filter { $0.kind == .show }.map(\.title)).count, comment)
    #expect(figures.rewatches == plays.filter(isAgain).count, comment)
    #expect(figures.undated == plays.filter { $0.day == nil }.count, comment)
    #expect(figures.straddling == straddling, comment)
    #expect(figures.coarse == dated.count - full.count, comment)
    #expect(figures.timeless == full.filter { $0.precision != "time" }.count, comment)
    for weekday in 0..<7 {
      #expect(figures.weekdays[weekday] == count(full.filter { Day($0.day!)!.weekday == weekday }), comment)
    }
    for hour in 0..<24 {
      let own = plays.filter { $0.precision == "time" && zone.clock(at: $0.at!).minutes / 60 == hour }
      let found = figures.hours[hour]
      #expect(found.films == count(own).films && found.episodes == count(own).episodes, comment)
    }
    holdPeriods(figures, dated, comment)
    let longest = fullDays.map(streak).max() ?? 0
    #expect((figures.longest?.days ?? 0) == longest, comment)
    if range.isAll {
      #expect(figures.current == max(streak(endingAt: today), streak(endingAt: today.adding(days: -1))), comment)
    }
    let order = full.sorted { ($0.day!, $0.at!, $0.id) < ($1.day!, $1.at!, $1.id) }
    #expect(figures.first?.title == order.first?.title && figures.first?.at == order.first?.at, comment)
    #expect(figures.last?.title == order.last?.title && figures.last?.at == order.last?.at, comment)
    holdTitles(figures, comment)
  }

  private func holdPeriods(_ figures: Statistics, _ dated: [Play], _ comment: Comment) {
    let length = figures.isMonthly ? 7 : 4
    for period in figures.periods {
      #expect(period.name.count == length, comment)
      #expect(
        period.count == count(dated.filter { $0.day!.count >= length && $0.day!.hasPrefix(period.name) }), comment)
    }
    #expect(figures.yearOnly == (figures.isMonthly ? dated.filter { $0.day!.count == 4 }.count : 0), comment)
    #expect(figures.periods.reduce(0) { $0 + $1.count.plays } == dated.count - figures.yearOnly, comment)
    #expect(Set(figures.periods.map(\.name)).count == figures.periods.count, comment)
    #expect(figures.years == Set(dated.map { Int($0.day!.prefix(4))! }).sorted(by: >), comment)
  }

  private func holdTitles(_ figures: Statistics, _ comment: Comment) {
    let titles = Set(plays.map(\.title))
    let decades = Dictionary(
      grouping: titles.compactMap { title in plays.first { $0.title == title }!.year }, by: { $0 / 10 * 10 })
    #expect(figures.decades.map(\.name) == decades.keys.sorted().map { String($0) }, comment)
    #expect(figures.decades.map(\.titles) == decades.keys.sorted().map { decades[$0]!.count }, comment)
    for line in figures.longestShows + figures.longestTitles + figures.rewatched {
      let own = plays.filter { $0.title == line.id }
      #expect(line.plays == own.count && line.minutes == count(own).minutes, comment)
      #expect(line.again == own.filter(isAgain).count, comment)
    }
    #expect(Set(figures.rewatched.map(\.id)) == Set(plays.filter(isAgain).map(\.title)), comment)
    #expect(figures.rewatched.map(\.again) == figures.rewatched.map(\.again).sorted(by: >), comment)
    let shows = Set(plays.filter { $0.kind == .show && $0.minutes ?? 0 > 0 }.map(\.title))
    #expect(Set(figures.longestShows.map(\.id)) == shows, comment)
    holdShares(figures.genres.map { ($0.name, $0) }, of: titles, by: genres, comment)
    holdShares(figures.countries.map { ($0.name, $0) }, of: titles, by: countries, comment)
    holdShares(figures.makers.map { ($0.id!, $0) }, of: titles, by: people["by"] ?? [:], comment)
    holdShares(figures.cast.map { ($0.id!, $0) }, of: titles, by: people["cast"] ?? [:], comment)
    let rated = titles.compactMap { ratings[$0] }
    for step in 0...10 {
      #expect(figures.ratings[step] == rated.filter { ($0 + 5) / 10 == step }.count, comment)
    }
    #expect(figures.rated.map(\.rating) == rated.sorted(by: >).prefix(figures.rated.count).map { $0 }, comment)
    #expect(figures.rated.count == min(rated.count, StatisticsRules.listLength), comment)
  }

  /// Holds the shares of something that a title may have several of; the small catalogue has fewer than a list shows.
  private func holdShares<Key: Hashable>(
    _ found: [(Key, Statistics.Share)], of titles: Set<Int>, by all: [Int: [Key]], _ comment: Comment
  ) {
    let wanted = Set(titles.flatMap { all[$0] ?? [] })
    #expect(Set(found.map(\.0)) == wanted && found.count == wanted.count, comment)
    for (key, share) in found {
      let own = titles.filter { all[$0]?.contains(key) ?? false }
      #expect(share.titles == own.count, comment)
      #expect(share.minutes == count(plays.filter { own.contains($0.title) }).minutes, comment)
    }
  }
}
