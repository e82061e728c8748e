// swift-format-ignore-file: NeverForceUnwrap

import Testing

@testable import App

@Suite struct AiringTests {
  private let today = Day("2026-11-23")!

  private func effective(
    _ aired: [String?], ended: Bool = false, year: Int? = nil
  ) -> [String?] {
    Airing.effective(
      aired.enumerated().map { (1, $0.offset + 1, $0.element.flatMap { Day($0) }) },
      seasonYears: year.map { [1: $0] } ?? [:], hasEnded: ended, today: today)
  }

  @Test func aKnownDayStands() {
    #expect(effective(["2026-11-01", "2026-12-01"]) == ["2026-11-01", "2026-12-01"])
  }

  @Test func unknownBeforeAnAiredOneHasAired() {
    #expect(effective([nil, "2026-11-01", nil]) == [Airing.longAgo, "2026-11-01", nil])
    #expect(effective([nil, "2026-12-01"]) == [nil, "2026-12-01"])
  }

  @Test func unknownInAnEndedShowOrAPastYearHasAired() {
    #expect(effective([nil, nil], ended: true) == [Airing.longAgo, Airing.longAgo])
    #expect(effective([nil], year: 2025) == [Airing.longAgo])
    #expect(effective([nil], year: 2026) == [nil])
  }

  @Test func daysCountAsTheCalendarDoes() {
    for (text, weekday) in [("1970-01-01", 3), ("2000-02-29", 1), ("2026-11-23", 0), ("1582-10-15", 4)] {
      let day = Day(text)
      #expect(day?.description == text && day?.weekday == weekday)
    }
    for bad in ["2023-02-29", "2023-13-01", "2023-00-01", "23-01-01", "2023-1-1", "", "2023-01-01x", "+023-01-01"] {
      #expect(Day(bad) == nil, "\(bad)")
    }
    var day = Day("1899-12-31")!
    for _ in 0..<60_000 {
      let next = Day(day.adding(days: 1).description)
      #expect(next == day.adding(days: 1))
      day = day.adding(days: 1)
    }
  }

  @Test func wallClocksAroundChangesOfTheClock() {
    let berlin = Zone("Europe/Berlin")!
    // 02:30 does not exist on this day, and exists twice on the other.
    let spring = berlin.instant(day: Day("2026-03-29")!, minutes: 150)
    #expect(berlin.clock(at: spring).day == Day("2026-03-29")!)
    let autumn = berlin.instant(day: Day("2026-10-25")!, minutes: 150)
    #expect(berlin.clock(at: autumn) == (Day("2026-10-25")!, 150))
    #expect(berlin.clock(at: autumn + 3_600_000_000) == (Day("2026-10-25")!, 150))
    for name in ["Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo"] {
      let zone = Zone(name)!
      let noon = zone.instant(day: Day("2019-06-15")!, minutes: 720)
      #expect(zone.clock(at: noon) == (Day("2019-06-15")!, 720))
    }
    #expect(Zone("Mars/Olympus") == nil && Zone("../etc/passwd") == nil)
  }
}
