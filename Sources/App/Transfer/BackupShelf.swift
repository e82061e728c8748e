import Foundation
import SQL

/// Which backups are kept: those of the last days, and of longer ago one a week and one a month.
enum BackupRules {
  static let days = 7
  static let weeks = 5
  static let months = 12
  /// How often one is made, in seconds.
  static let everySeconds = 86_400
  /// The first is made so long after the first start, in seconds: until then there is little to lose.
  static let firstSeconds = 3_600
  /// One that is older than this is worth a word, in seconds.
  static let oldSeconds = 2 * 86_400 + 3_600

  /// Those to keep: the newest of each of the last days, weeks and months that have one.
  static func kept(_ all: [Instant]) -> Set<Instant> {
    var kept: Set<Instant> = []
    func keep(_ count: Int, _ period: (Day) -> Int) {
      var seen: Set<Int> = []
      for instant in all.sorted(by: >) where seen.count < count {
        if seen.insert(period(Zone.utc.clock(at: instant).day)).inserted { kept.insert(instant) }
      }
    }
    keep(days) { $0.number }
    // Weeks begin on Monday: day 0, 1 January 1970, was a Thursday.
    keep(weeks) { ($0.number + 3) / 7 }
    keep(months) { $0.parts.year * 12 + $0.parts.month }
    return kept
  }
}

/// The folder of the backups that are made by themselves.
struct BackupShelf: Sendable {
  let folder: String

  private static let ending = ".flixlist.gz"

  /// When each was made, with its path, the oldest first.
  func all() throws -> [(madeAt: Instant, path: String)] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { name in
      guard name.hasPrefix("daily-"), name.hasSuffix(Self.ending) else { return nil }
      let stamp = name.dropFirst("daily-".count).dropLast(Self.ending.count)
      return InstantText.read(Self.spelled(String(stamp))).map { ($0, folder + "/" + name) }
    }
  }

  // Colons are no good in names of files: 2026-11-29T030000Z stands for 2026-11-29T03:00:00Z.
  private static func spelled(_ stamp: String) -> String {
    guard let t = stamp.firstIndex(of: "T"), stamp.hasSuffix("Z") else { return stamp }
    let clock = Array(stamp[stamp.index(after: t)...].dropLast())
    guard clock.count == 6 else { return stamp }
    return stamp[...t] + String(clock[0..<2]) + ":" + String(clock[2..<4]) + ":" + String(clock[4..<6]) + "Z"
  }

  private func path(_ kind: String, _ now: Instant) -> String {
    let seconds = InstantText.write(now).prefix("2026-11-29T03:00:00".count) + "Z"
    return folder + "/\(kind)-" + seconds.filter { $0 != ":" } + Self.ending
  }

  /// Makes one, and removes those that need not be kept.
  ///
  /// - Parameters:
  ///   - kind: `daily`, or what it was made before; only daily ones are removed.
  ///   - goesOn: asked now and then; when it throws, nothing is left of the backup.
  /// - Returns: its path.
  @discardableResult
  func add(
    _ database: any Database, kind: String = "daily", now: Instant, goesOn: @escaping @Sendable () throws -> Void = {}
  ) throws -> String {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let path = path(kind, now)
    try Backups(now: now) { _, _, _ in try goesOn() }.make(database, path: path)
    let all = try all()
    let kept = BackupRules.kept(all.map(\.madeAt))
    for backup in all where !kept.contains(backup.madeAt) { try FileManager.default.removeItem(atPath: backup.path) }
    return path
  }
}
