import Foundation
import SQL

/// How much one transaction takes, so that nobody who ticks waits long (MODEL section 9), and when others come first.
struct IMDbPace: Sendable {
  /// How long a transaction of SQLite takes: they grow while they take less than `least`, and shrink when they take
  /// more than `most`.
  struct Limits: Sendable {
    let least: Duration
    let most: Duration

    /// While others may write.
    static let shared = Limits(least: .milliseconds(15), most: .milliseconds(25))
    /// While nobody else has the database open: larger ones write each page less often, and the index of words in
    /// fewer pieces.
    static let alone = Limits(least: .milliseconds(700), most: .milliseconds(1_400))
  }

  private let engine: Engine
  private let neighbours: Neighbours?
  private let isFixed: Bool
  /// How many rows the next transaction takes.
  private(set) var rows: Int
  private var limits = Limits.shared
  private var lookedAt: ContinuousClock.Instant?

  /// The rows of the first transaction on SQLite, and the most.
  private static let firstRows = 200
  private static let mostRows = 200_000
  /// The rows of one on PostgreSQL, where writers do not wait for each other.
  private static let postgresRows = 5_000
  /// How often it looks for others.
  private static let looks = Duration.milliseconds(500)

  /// - Parameters:
  ///   - path: the file of SQLite's database, to see whether another process has it open; nil when this one serves the
  ///     site, or it is not SQLite.
  ///   - rows: how many rows each transaction takes; nil finds out.
  init(engine: Engine, path: String?, rows fixed: Int? = nil) {
    self.engine = engine
    neighbours = path.map { Neighbours(path: $0) }
    isFixed = fixed != nil
    rows = fixed ?? (engine == .sqlite ? Self.firstRows : Self.postgresRows)
  }

  /// Notes how long a transaction took, and how many rows were in it.
  mutating func took(_ time: Duration, rows done: Int) {
    guard engine == .sqlite, done > 0, !isFixed else { return }
    if time > limits.most {
      // Straight to where it should be, but never less than a few.
      rows = max(10, min(rows, Int(Double(done) * (limits.least / time))))
    } else if time < limits.least, done >= rows * 3 / 4 {
      rows = min(Self.mostRows, rows * 5 / 4 + 1)
    }
  }

  /// Lets others write. In this process they stand in the same queue; another process looks now and then whether the
  /// writer is free, so it is left free for as long as it was taken.
  ///
  /// - Parameter end: since when it is free.
  mutating func giveWay(after time: Duration, since end: ContinuousClock.Instant) {
    guard let neighbours else { return }
    let now = ContinuousClock.now
    if lookedAt.map({ now - $0 > Self.looks }) ?? true {
      set(isAlone: !neighbours.areThere)
      lookedAt = now
    }
    if limits.most == Limits.shared.most {
      let rest = min(.milliseconds(50), max(.milliseconds(2), time)) - (now - end)
      if rest > .zero { Thread.sleep(forTimeInterval: rest / .seconds(1)) }
    }
  }

  /// Takes the limits that hold while others are there or not.
  mutating func set(isAlone: Bool) {
    let new = isAlone ? Limits.alone : .shared
    if new.most < limits.most, !isFixed { rows = max(10, rows * 15 / 700) }
    limits = new
  }
}

/// Other processes that have a database of SQLite open.
struct Neighbours: Sendable {
  private let path: String

  /// - Parameter path: the file of the database.
  init(path: String) { self.path = path }

  /// Whether there are any; also where that cannot be told.
  ///
  /// Everybody who has a database in WAL mode open holds a lock in its file of shared memory
  /// (sqlite.org/walformat.html#the_wal_index_file_format). The system's list of locks is read, since to open that
  /// file and close it would end this process's own locks.
  var areThere: Bool {
    guard let list = FileManager.default.contents(atPath: "/proc/locks"),
      let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-shm"),
      let number = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value
    else { return true }
    let own = String(ProcessInfo.processInfo.processIdentifier)
    var (sawOwn, sawOthers) = (false, false)
    // 1: POSIX  ADVISORY  READ 4242 08:01:123456 128 128
    for line in String(decoding: list, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 6, let place = words.firstIndex(where: { $0.hasSuffix(":\(number)") }), place > 0
      else { continue }
      if words[place - 1] == own { sawOwn = true } else { sawOthers = true }
    }
    return sawOthers || !sawOwn
  }
}

/// How far an import is, to be shown.
public struct IMDbProgress: Sendable {
  /// What it is at.
  public let stage: String
  /// How much of everything is done, 0 to 1.
  public let share: Double
  /// How many lines and rows were dealt with.
  public let rows: Int
}

/// Adds up how far the steps of an import are, and says so ten times a second at most.
final class IMDbGauge {
  private let show: @Sendable (IMDbProgress) -> Void
  private let all: Int
  private var done = 0
  private var step = 0
  private var stage = ""
  private var rows = 0
  private var shownAt = ContinuousClock.now

  /// - Parameter all: the weights of all steps.
  init(all: Int, show: @escaping @Sendable (IMDbProgress) -> Void) {
    self.all = max(1, all)
    self.show = show
  }

  /// Begins a step; the one before it is done.
  func begin(_ stage: String, weight: Int) {
    done += step
    (self.stage, step) = (stage, weight)
    say(0)
  }

  /// Says how far the step is.
  func at(_ share: Double, rows: Int) {
    self.rows += rows
    guard ContinuousClock.now - shownAt > .milliseconds(100) else { return }
    say(share)
  }

  private func say(_ share: Double) {
    shownAt = .now
    let done = Double(self.done) + Double(step) * min(1, max(0, share))
    show(IMDbProgress(stage: stage, share: min(1, done / Double(all)), rows: rows))
  }
}
