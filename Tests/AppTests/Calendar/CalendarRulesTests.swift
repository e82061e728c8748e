// swift-format-ignore-file: NeverForceUnwrap

import Testing

@testable import App

/// The rules of the calendar alone.
@Suite struct CalendarRulesTests {
  private let today = Day("2026-11-23")!

  private func row(
    _ day: String, title: Int = 1, season: Int = 1, number: Int = 1, at: Instant? = nil,
    _ state: LibraryRules.State = .unseen
  ) -> CalendarRow {
    CalendarRow(
      title: CalendarTitle(
        id: title, kind: .show, name: "Show \(title)", nameKey: "show \(title)", status: .watching, isPlayed: true,
        source: "starter", poster: nil),
      episode: CalendarEpisode(
        id: title * 1_000 + season * 100 + number, season: season, number: number, name: "", airsAt: at, state: state),
      day: Day(day)!)
  }

  private func lines(_ rows: [CalendarRow], _ zone: String = "Europe/Berlin") -> [CalendarLine] {
    CalendarRules.lines(rows, days: Day("2026-01-01")!...Day("2028-12-31")!, zone: Zone(zone)!)
  }

  @Test func theDayOfAnInstantIsThatOfTheWallClockAlsoWhenTheClockChanges() {
    // Half past midnight before and after the night in which Berlin's clock went back, on 25 October 2026.
    let summer = Day("2026-10-24")!.number * 86_400_000_000 + (22 * 60 + 30) * 60_000_000
    let winter = Day("2026-10-25")!.number * 86_400_000_000 + (23 * 60 + 30) * 60_000_000
    let berlin = lines([row("2026-10-24", at: summer), row("2026-10-25", number: 2, at: winter)])
    #expect(berlin.map(\.day.description) == ["2026-10-25", "2026-10-26"])
    let utc = lines([row("2026-10-24", at: summer), row("2026-10-25", number: 2, at: winter)], "Etc/UTC")
    #expect(utc.map(\.day.description) == ["2026-10-24", "2026-10-25"])
    // The day before 29 March 2026 ends an hour earlier by the sun: 23:30 UTC is half past midnight in winter time.
    let spring = Day("2026-03-28")!.number * 86_400_000_000 + (23 * 60 + 30) * 60_000_000
    #expect(lines([row("2026-03-28", at: spring)]).map(\.day.description) == ["2026-03-29"])
    #expect(lines([row("2026-03-28", at: spring - 3_600_000_000)]).map(\.day.description) == ["2026-03-28"])
  }

  @Test func aLineIsARunOfOneSeasonOnOneDay() {
    let rows = [
      row("2026-11-20", number: 1), row("2026-11-20", number: 2, .seen), row("2026-11-20", number: 4),
      row("2026-11-20", season: 2, number: 5), row("2026-11-21", season: 2, number: 6),
      row("2026-11-20", title: 2, number: 3),
    ]
    let found = lines(rows.reversed())
    #expect(found.map { $0.episodes.map(\.number) } == [[1, 2], [4], [5], [3], [6]])
    #expect(found[0].open.map(\.number) == [1] && found[0].seen == 1 && !found[0].isSeen && !found[0].isSkipped)
  }

  @Test func seenAndSkippedTogetherLeaveNothingOpen() {
    let mixed = lines([row("2026-11-20", number: 1, .seen), row("2026-11-20", number: 2, .skipped)])[0]
    #expect(!mixed.isSeen && mixed.isSkipped && mixed.open.isEmpty)
    let seen = lines([row("2026-11-20", number: 1, .seen)])[0]
    #expect(seen.isSeen && !seen.isSkipped)
  }

  @Test func monthsHaveTheirWeeks() {
    let leap = CalendarRules.weeks(Day("2028-02-01")!)
    #expect(leap.count == 5 && leap.joined().compactMap { $0 }.last == Day("2028-02-29")!)
    #expect(leap[0].firstIndex { $0 != nil } == 1)
    let whole = CalendarRules.weeks(Day("2027-02-01")!)
    #expect(whole.count == 4 && !whole.joined().contains(nil))
    for month in 1...12 {
      let first = Day(year: 2026, month: month, day: 1)!
      let weeks = CalendarRules.weeks(first)
      #expect(weeks.allSatisfy { $0.count == 7 })
      #expect(weeks.joined().compactMap { $0 }.count == Day.length(year: 2026, month: month))
      for week in weeks { for (place, day) in week.enumerated() { #expect(day == nil || day?.weekday == place) } }
      #expect(CalendarRules.firstOfMonth(first.adding(days: 27)) == first)
    }
  }

  private func agenda(_ rows: [CalendarRow], from: String? = nil, complete: Day? = nil) -> CalendarPage {
    let from = from.map { Day($0)! }
    let days = CalendarRules.agendaDays(from: from, today: today)
    return CalendarRules.agenda(
      CalendarRules.lines(rows, days: days, zone: .utc), request: .agenda(from: from), days: days,
      complete: min(days.lowerBound, complete ?? days.lowerBound)...(complete ?? days.upperBound), today: today)
  }

  @Test func anAgendaWithMuchInItEndsEarlierAndNothingIsLostBetweenPages() {
    // Four shows a day for sixty days.
    let rows = (0..<60).flatMap { offset in
      (1...4).map { row(today.adding(days: offset).description, title: $0, number: offset + 1) }
    }
    var shown: [CalendarLine] = []
    var from: Day? = today
    var pages = 0
    while let first = from, first < today.adding(days: 60) {
      let page = agenda(rows, from: first.description)
      #expect(page.lines.reduce(0) { $0 + $1.lines.count } <= CalendarRules.agendaLines)
      #expect(page.days.lowerBound == first && !page.isCut)
      shown += page.lines.flatMap(\.lines)
      from = page.next
      pages += 1
    }
    #expect(shown == CalendarRules.lines(rows, days: today...today.adding(days: 99), zone: .utc))
    #expect(pages == 6)
  }

  @Test func todayIsOnTheUsualPageHoweverMuchTheWeekBeforeHas() {
    let rows = (-7...3).flatMap { offset in
      (1...12).map { row(today.adding(days: offset).description, title: $0, number: offset + 10) }
    }
    let page = agenda(rows)
    #expect(page.lines.first?.day == today.adding(days: -1) && page.days.lowerBound == today.adding(days: -1))
    #expect(page.lines.contains { $0.day == today } && page.previous == today.adding(days: -36))
    let asked = agenda(rows, from: "2026-11-16")
    #expect(asked.lines.first?.day == Day("2026-11-16")! && asked.next == Day("2026-11-19")!)
    // All of it yesterday: that day goes too.
    let yesterday = (1...40).map { row(today.adding(days: -1).description, title: $0) }
    #expect(agenda(yesterday).days.lowerBound == today && agenda(yesterday).lines.isEmpty)
  }

  @Test func whatWasNotReadWholeIsLeftToTheNextPage() {
    let rows = (0..<10).map { row(today.adding(days: $0).description, number: $0 + 1) }
    let page = agenda(rows, from: today.description, complete: today.adding(days: 4))
    #expect(page.lines.last?.day == today.adding(days: 4) && page.next == today.adding(days: 5) && !page.isCut)
    let none = agenda(rows, from: today.description, complete: today.adding(days: -1))
    #expect(none.isCut && none.lines.count == 10)
  }
}
