/// How exactly the date of a play is known.
public enum Precision: String, Sendable, CaseIterable {
  case time, day, month, year, unknown
}

/// When a play was: a moment to sort by and the day, month or year it counts to.
public struct PlayTime: Equatable, Sendable {
  /// The moment, or for a coarser date its noon; nil when unknown.
  public let at: Instant?
  /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, fixed when it was written; nil when unknown.
  public let day: String?
  /// How much of it is known.
  public let precision: Precision

  /// Not known.
  public static let unknown = PlayTime(at: nil, day: nil, precision: .unknown)
}

/// What a person said about when they watched something.
public enum When: Equatable, Sendable {
  /// At the moment of the click.
  case now
  /// On the day it first came out.
  case release
  /// They do not know.
  case unknown
  /// A date, in their own zone, with the precision they gave.
  case date(Precision, Day, minutes: Int)
  /// At the moment of a click that was sent later.
  case instant(Instant)

  /// No film is older: the first moving pictures were taken in the 1880s.
  static let firstYear = 1880

  /// Reads `now`, `release`, `unknown`, `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` or an instant such as
  /// `2026-11-24T05:12:33.5Z`; nil when it is none of them.
  public init?(_ text: String) {
    switch text {
    case "", "now": self = .now
    case "release": self = .release
    case "unknown": self = .unknown
    case let text where text.hasSuffix("Z"):
      guard let instant = Self.instant(text) else { return nil }
      self = .instant(instant)
    default:
      guard let date = Self.date(text), case .date(_, let day, _) = date, day.parts.year >= Self.firstYear else {
        return nil
      }
      self = date
    }
  }

  private static func date(_ text: String) -> When? {
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    let parts = (halves.first ?? "").split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, (1...3).contains(parts.count) else { return nil }
    switch parts.count {
    case 1: return Day("\(text)-01-01").map { .date(.year, $0, minutes: 720) }
    case 2: return Day("\(text)-01").map { .date(.month, $0, minutes: 720) }
    default: break
    }
    guard let day = Day(halves[0]) else { return nil }
    guard halves.count == 2 else { return .date(.day, day, minutes: 720) }
    let clock = halves[1].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 2 || clock.count == 3, clock.allSatisfy({ $0.count == 2 }),
      clock.count == 2 || (Int(digits: clock[2]) ?? 60) < 60,
      let hour = Int(digits: clock[0]), let minute = Int(digits: clock[1]), hour < 24, minute < 60
    else { return nil }
    return .date(.time, day, minutes: hour * 60 + minute)
  }

  /// The same in the spelling that `init(_:)` reads.
  public var spelling: String {
    switch self {
    case .release: "release"
    case .unknown: "unknown"
    case .date(.year, let day, _): String(day.description.prefix(4))
    case .date(.month, let day, _): String(day.description.prefix(7))
    case .date(.time, let day, let minutes):
      "\(day)T\((minutes / 60).padded(2)):\((minutes % 60).padded(2))"
    case .date(_, let day, _): day.description
    default: "now"
    }
  }

  /// A day of the calendar.
  static func on(_ day: Day) -> When { .date(.day, day, minutes: 720) }

  /// What somebody would have to say for a play to be at its time, by the clock of a zone.
  init(_ time: PlayTime, in zone: Zone) {
    let known = time.day.map { $0 + "-01-01".suffix(10 - min($0.count, 10)) }
    switch (time.precision, time.at, known.flatMap { Day($0) }) {
    case (.time, let at?, _):
      let clock = zone.clock(at: at)
      self = .date(.time, clock.day, minutes: clock.minutes)
    case (.unknown, _, _), (_, _, nil): self = .unknown
    case (let precision, _, let day?): self = .date(precision, day, minutes: 720)
    }
  }

  /// The play's time, or nil when it lies in the future.
  ///
  /// - Parameters:
  ///   - released: the day the film or episode first came out, where known.
  ///   - year: its year, for a release whose day is not known.
  public func resolved(now: Instant, zone: Zone, released: Day?, year: Int? = nil) -> PlayTime? {
    switch self {
    case .now: return PlayTime(at: now, day: zone.day(of: now).description, precision: .time)
    case .unknown: return .unknown
    case .instant(let instant):
      // A device's clock may be a little ahead of ours.
      guard instant <= now + 60_000_000 else { return nil }
      return When.now.resolved(now: min(instant, now), zone: zone, released: nil)
    case .release:
      if let released { return When.date(.day, released, minutes: 720).resolved(now: now, zone: zone, released: nil) }
      guard let year, let first = Day(year: year, month: 1, day: 1) else { return .unknown }
      return When.date(.year, first, minutes: 720).resolved(now: now, zone: zone, released: nil)
    case .date(.time, let day, let minutes):
      let instant = zone.instant(day: day, minutes: minutes)
      // A form holds whole minutes: the current one is not the future.
      guard instant <= now + 60_000_000 else { return nil }
      return PlayTime(at: instant, day: zone.day(of: instant).description, precision: .time)
    case .date(let precision, let day, let minutes):
      let text = String(day.description.prefix(precision == .year ? 4 : precision == .month ? 7 : 10))
      guard text <= zone.clock(at: now).day.description.prefix(text.count) else { return nil }
      return PlayTime(at: zone.instant(day: day, minutes: minutes), day: text, precision: precision)
    }
  }
}
