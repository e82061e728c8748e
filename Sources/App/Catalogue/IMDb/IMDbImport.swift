import Formats
import Foundation
public import SQL
import Synchronization

/// Takes the titles that IMDb publishes into the catalogue.
///
/// It may run while the site serves: it writes in small transactions and lets others write between them. Broken off,
/// it goes on where it was; done again with newer files, it writes what is different. Nothing of anybody's record is
/// touched, and what other sources say stays.
public struct IMDbImport: Sendable {
  /// What has to be said to whoever uses the datasets (https://developer.imdb.com/non-commercial-datasets/).
  public static let terms = """
    IMDb's datasets are for personal and non-commercial use only.
    Information courtesy of IMDb (https://www.imdb.com). Used with permission.
    """

  /// The files that are read, by their names without `.tsv.gz`.
  public static func files(_ choice: IMDbChoice) -> [String] { Self.wanted(choice).map(\.rawValue) }

  static func wanted(_ choice: IMDbChoice) -> [IMDb.File] {
    [.ratings, .basics] + (choice.kinds.contains(.show) ? [.episode] : []) + [.akas]
      + (choice.takesPeople ? [.principals, .names] : [])
  }

  let database: any Database
  let folder: IMDbFolder
  let choice: IMDbChoice
  let now: Instant
  let config: Config
  let progress: @Sendable (IMDbProgress) -> Void
  /// The least that must be free where the database lies, in megabytes; 0 does not look.
  public var leastFree = 0
  /// Called after each transaction with how many there were: for tests that break off.
  var afterEach: @Sendable (Int) throws -> Void = { _ in }
  /// How many rows a transaction takes; nil finds out.
  var rowsAtOnce: Int?
  /// How many episodes are gathered at a time: some 150 MB with their names.
  var episodesAtOnce = 3_000_000

  /// - Parameters:
  ///   - folder: where the files lie, as `title.basics.tsv.gz` and so on.
  ///   - progress: called now and then.
  public init(
    database: any Database, config: Config, folder: String, choice: IMDbChoice, now: Instant,
    progress: @escaping @Sendable (IMDbProgress) -> Void = { _ in }
  ) {
    self.database = database
    self.folder = IMDbFolder(path: folder)
    self.choice = choice
    self.now = now
    self.progress = progress
    self.config = config
  }

  /// The file of SQLite's database.
  var path: String? {
    if case .sqlite(let path) = config.database { path } else { nil }
  }

  /// Runs it to its end, from where one with the same files and the same choice was broken off.
  ///
  /// - Parameter anew: whether it begins anew in any case.
  /// - Throws: `StartProblem` when a file is missing, is not what it should be or is not whole, or the disk is nearly
  ///   full; what came before is kept.
  public func run(anew: Bool = false) throws -> IMDbReport {
    do { return try go(anew: anew) } catch { throw Opening.sentence(error, config) }
  }

  /// How much memory SQLite's writer gets.
  private static let cacheMegabytes = 128

  private func go(anew: Bool) throws -> IMDbReport {
    if let file = database as? SQLite { try file.prepareForMany(megabytes: Self.cacheMegabytes) }
    let mark = try folder.mark(Self.wanted(choice)) + "; " + choice.mark
    let known = try database.writeBlocking { try IMDbStateStore.load($0) }
    let state = known.flatMap { $0.mark == mark && !anew ? $0 : nil } ?? IMDbState(mark: mark)
    return try IMDbRun(self, state).all()
  }
}

/// An import that is under way.
final class IMDbRun {
  let order: IMDbImport
  var state: IMDbState
  var pace: IMDbPace
  let gauge: IMDbGauge
  /// The titles of the catalogue by their number at IMDb; the lowest bit says whether it is a show.
  var titles = NumberTable()
  let day: Day
  private let start = ContinuousClock.now
  private let millisecondsBefore: Int
  private var transactions = 0
  private var inFlight: (() throws -> Void)?
  private var lookedAt = ContinuousClock.now - .seconds(60)

  init(_ order: IMDbImport, _ state: IMDbState) throws {
    self.order = order
    self.state = state
    pace = IMDbPace(engine: order.database.engine, path: order.path, rows: order.rowsAtOnce)
    millisecondsBefore = state.report.milliseconds
    day = Zone.utc.clock(at: order.now).day
    gauge = IMDbGauge(all: try Self.weights(order), show: order.progress)
  }

  var choice: IMDbChoice { order.choice }
  var year: Int { day.parts.year }

  /// What reading a line with writing weighs, where reading alone is 1.
  static let writing = 3

  private static func weights(_ order: IMDbImport) throws -> Int {
    func size(_ file: IMDb.File) throws -> Int { try order.folder.size(file) }
    var all = try size(.ratings) + size(.basics) * writing + size(.akas) * writing
    if order.choice.kinds.contains(.show) { all += try size(.episode) * 2 + size(.basics) * (1 + writing) }
    if order.choice.takesPeople { all += try size(.principals) * (1 + writing) + size(.names) * writing }
    return all
  }

  func all() throws -> IMDbReport {
    try loadTitles()
    if state.pass == .titles {
      try readTitles(try ratings())
      try next(.episodes)
    }
    if state.pass == .episodes {
      if choice.kinds.contains(.show) { try readEpisodes() }
      try next(.names)
    }
    if state.pass == .names {
      try readNames()
      try next(.people)
    }
    if choice.takesPeople { try readPeople() }
    try finish()
    state.report.milliseconds = elapsed
    try order.database.writeBlocking { try IMDbStateStore.clear($0) }
    return state.report
  }

  private var elapsed: Int { millisecondsBefore + Int((ContinuousClock.now - start) / .milliseconds(1)) }

  func next(_ pass: IMDbState.Pass) throws {
    try finish()
    state.pass = pass
    state.place = 0
    let state = state
    try order.database.writeBlocking { try IMDbStateStore.save($0, state) }
  }

  private func loadTitles() throws {
    titles = try order.database.readBlocking { connection in
      var titles = NumberTable()
      try IMDbTitleStore.each(connection) { number, id, isShow in titles.set(number, id << 1 | (isShow ? 1 : 0)) }
      return titles
    }
  }

  // MARK: Reading

  /// Reads a file from behind a line on, and counts lines that cannot be used.
  ///
  /// - Parameter isAgain: whether its problems were counted before.
  /// - Returns: what is wrong with the file, to be thrown when what came before is written; nil when it is whole.
  func read(
    _ file: IMDb.File, _ stage: String, weight: Int = 1, after place: Int = 0, isAgain: Bool = false,
    _ body: (UnsafeRawBufferPointer, IMDb.Columns, Int) throws -> Void
  ) throws -> StartProblem? {
    let path = order.folder.file(file)
    let size = max(1, try order.folder.size(file))
    gauge.begin(stage, weight: size * weight)
    let reader = try IMDbFile(path: path)
    var lines = IMDb.Lines()
    var columns: IMDb.Columns?
    func take(_ line: UnsafeRawBufferPointer, _ number: Int) throws {
      guard let known = columns else {
        columns = try header(line, file)
        return
      }
      if number <= place { return }
      do { try body(line, known, number) } catch let problem as IMDb.Problem {
        if !isAgain { state.report.add(problem.description, line: number) }
      }
    }
    let end = try reader.each { chunk in
      let before = lines.count
      try lines.take(chunk, take)
      state.report.lines += max(0, lines.count - max(before, place))
      gauge.at(Double(reader.offset) / Double(size), rows: lines.count - before)
    }
    if end == .whole {
      let before = lines.count
      try lines.finish(take)
      state.report.lines += lines.count - before
    }
    if let first = lines.firstTooLong, first > place, !isAgain {
      state.report.add(IMDb.Problem.longLine(file).description, line: first, count: lines.tooLong)
    }
    switch end {
    case .whole where columns == nil: return StartProblem("\(path) is empty; fetch it again.")
    case .whole: return nil
    case .broken(let words):
      return StartProblem(
        """
        \(path): \(words) after line \(lines.count). What came before is kept; fetch the file again and start the \
        import again.
        """)
    }
  }

  private func header(_ line: UnsafeRawBufferPointer, _ file: IMDb.File) throws -> IMDb.Columns {
    do {
      return try IMDb.Columns(header: line, file: file, currentYear: year)
    } catch {
      throw StartProblem("\(order.folder.file(file)) is not what it should be: \(error).")
    }
  }

  // MARK: Writing

  /// Writes a piece in a transaction of its own, with how far the import then is. The one before is waited for, this
  /// one is not: the next piece is read meanwhile.
  ///
  /// - Parameters:
  ///   - place: up to where the pass is then done.
  ///   - rows: how many rows the piece has.
  ///   - done: called with what it gave when it is waited for.
  func write<T: Sendable>(
    place: Int, rows: Int, _ body: @escaping @Sendable (Connection, inout IMDbReport) throws -> T,
    then done: @escaping (T) -> Void = { _ in }
  ) throws {
    try finish()
    try lookAtDisk()
    var before = state
    before.place = place
    before.report.milliseconds = elapsed
    let flight = IMDbFlight<T>()
    let (old, database) = (before, order.database)
    DispatchQueue.global().async {
      flight.land {
        try Self.patiently {
          try database.writeBlocking { connection in
            let start = ContinuousClock.now
            var new = IMDbReport()
            let value = try body(connection, &new)
            var state = old
            state.report.add(new)
            try IMDbStateStore.save(connection, state)
            return (value, new, start)
          }
        }
      }
    }
    inFlight = { [self] in
      let (value, new, start, end) = try flight.wait()
      state.place = place
      state.report.add(new)
      pace.took(end - start, rows: rows)
      pace.giveWay(after: end - start, since: end)
      done(value)
      transactions += 1
      try order.afterEach(transactions)
    }
  }

  /// Waits for what is being written.
  func finish() throws {
    let last = inFlight
    inFlight = nil
    try last?()
  }

  /// How often it waits for a writer who takes longer than the busy timeout: some two minutes.
  private static let patience = 24

  private static func patiently<T>(_ body: () throws -> T) throws -> T {
    var tries = 0
    while true {
      do {
        return try body()
      } catch let error as DatabaseError where error.kind == .busy && tries < patience {
        tries += 1
      }
    }
  }

  private func lookAtDisk() throws {
    guard order.leastFree > 0, ContinuousClock.now - lookedAt > .seconds(1) else { return }
    lookedAt = .now
    let folder = order.path.map { ($0 as NSString).deletingLastPathComponent } ?? order.config.data
    let attributes = try FileManager.default.attributesOfFileSystem(forPath: folder.isEmpty ? "." : folder)
    guard let free = attributes[.systemFreeSize] as? NSNumber, free.intValue < order.leastFree << 20 else { return }
    throw StartProblem(
      """
      Less than \(order.leastFree) MB are free where the database lies. What was imported is kept; make room and start \
      the import again, and it goes on.
      """)
  }
}

/// A transaction that another thread does.
private final class IMDbFlight<T: Sendable>: Sendable {
  private let end = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<(T, IMDbReport, ContinuousClock.Instant, ContinuousClock.Instant), any Error>?>(nil)

  /// Does it.
  func land(_ body: () throws -> (T, IMDbReport, ContinuousClock.Instant)) {
    let found = Result { () throws -> (T, IMDbReport, ContinuousClock.Instant, ContinuousClock.Instant) in
      let (value, report, start) = try body()
      return (value, report, start, .now)
    }
    result.withLock { $0 = found }
    end.signal()
  }

  /// What it gave, what it did, and when it began and ended.
  func wait() throws -> (T, IMDbReport, ContinuousClock.Instant, ContinuousClock.Instant) {
    end.wait()
    guard let found = result.withLock({ $0 }) else { throw DatabaseError(.unavailable, "the transaction was not done") }
    return try found.get()
  }
}
