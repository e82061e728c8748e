import Foundation
import Synchronization

/// A time zone of the IANA data base, with the hour at which its owner's day ends.
public struct Zone: Sendable {
  /// Its name, such as `Europe/Berlin`.
  public let identifier: String
  /// How many minutes after midnight still belong to the day before.
  public let dayEndMinutes: Int
  private let zone: TimeZone

  /// The zone with this name, or nil when there is none.
  public init?(_ identifier: String, dayEndMinutes: Int = 0) {
    guard identifier.utf8.count <= 64, let zone = Self.known(identifier) else { return nil }
    self.identifier = identifier
    self.zone = zone
    self.dayEndMinutes = dayEndMinutes
  }

  /// Universal time.
  public static let utc = Zone(utc: ())

  private init(utc: Void) {
    identifier = "Etc/UTC"
    zone = .gmt
    dayEndMinutes = 0
  }

  /// Every zone that a person can choose, by name.
  public static let all: [String] = TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }.sorted()

  // Making a TimeZone reads a file; the same few are asked for with each request.
  private static let cache = Mutex<[String: TimeZone]>([:])

  private static func known(_ identifier: String) -> TimeZone? {
    cache.withLock { cache in
      if let zone = cache[identifier] { return zone }
      guard identifier == "UTC" || identifier.contains("/"), !identifier.contains(".."),
        let zone = TimeZone(identifier: identifier)
      else { return nil }
      cache[identifier] = zone
      return zone
    }
  }

  private func offsetSeconds(at instant: Instant) -> Int {
    zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant) / 1_000_000))
  }

  /// The wall clock at a moment: the calendar's day, and the minutes since its midnight.
  public func clock(at instant: Instant) -> (day: Day, minutes: Int) {
    let seconds = instant.floorDivided(by: 1_000_000) + offsetSeconds(at: instant)
    let day = seconds.floorDivided(by: 86_400)
    return (Day(number: day), (seconds - day * 86_400) / 60)
  }

  /// The day that a moment counts to: the evening before, until the owner's day ends.
  public func day(of instant: Instant) -> Day {
    // By the clock, not by the time that passed: the two differ in a night when the clocks change.
    let (day, minutes) = clock(at: instant)
    return minutes < dayEndMinutes ? day.adding(days: -1) : day
  }

  /// The moment at which a wall clock shows the given time; of two, the first; in a gap, the moment after it.
  public func instant(day: Day, minutes: Int) -> Instant {
    let wall = (day.number * 86_400 + minutes * 60) * 1_000_000
    let before = wall - offsetSeconds(at: wall - 86_400_000_000) * 1_000_000
    let after = wall - offsetSeconds(at: wall + 86_400_000_000) * 1_000_000
    for candidate in [min(before, after), max(before, after)] {
      if candidate + offsetSeconds(at: candidate) * 1_000_000 == wall { return candidate }
    }
    return max(before, after)
  }
}

extension Int {
  func floorDivided(by divisor: Int) -> Int {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
