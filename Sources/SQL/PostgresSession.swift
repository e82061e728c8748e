internal import CPostgres

/// What a transaction is for, and how long it may take.
enum PostgresWork {
  /// A page: a snapshot, within a short time.
  case read
  /// A page that reads much: an export, the figures of a year.
  case long
  /// A change within a short time.
  case write
  /// A change of much at once: an import.
  case longWrite
  /// A snapshot for a command, for as long as it takes.
  case commandRead
  /// A change by a command, such as a migration.
  case command

  var isWrite: Bool { self == .write || self == .longWrite || self == .command }
  /// Whether it may hold a connection for longer than a page; such work gets at most half of them.
  var isLong: Bool { self != .read && self != .write }
  var isCommand: Bool { self == .commandRead || self == .command }

  /// How long it may take from when it is asked for, in seconds.
  var totalSeconds: Int { isCommand ? 7 * 86_400 : isLong ? 120 : 12 }
  /// How long each statement may take; the server gives up first, a second before us.
  var statementSeconds: Int { isCommand ? 7 * 86_400 : isLong ? 30 : PostgresSession.statementSeconds }
  /// How long it may wait for a connection.
  var queueSeconds: Int { isCommand ? 600 : 5 }
}

/// The statements of one transaction after the other, over a connection that is made again when it is lost.
final class PostgresSession: Session {
  let engine = Engine.postgres

  private let address: PostgresAddress
  private let prepared: @Sendable (SQL) -> Void
  private var link: PostgresLink?
  private var known: [Key: String] = [:]
  private var names = 0
  private var work = PostgresWork.read
  private var deadline = ContinuousClock.now
  private var hasBegun = false
  /// Whether the server was told to plan statements for their values.
  private var plansAnew = false
  /// Which history of the server the connection was made in: after a fail-over it is another timeline, after a crash
  /// another start, and the number of a transaction may then be somebody else's.
  private var history = History()

  private struct History: Equatable {
    var timeline = ""
    var start = ""
  }

  /// A statement as the server knows it: its text and the types of its values.
  private struct Key: Hashable {
    enum Text: Hashable {
      case literal(UnsafePointer<UInt8>)
      case made(String)
    }

    let text: Text
    let types: [Oid]
  }

  /// How long a statement of a page may take, in seconds.
  static let statementSeconds = 8
  /// How long it may wait for a lock.
  static let lockSeconds = 5
  /// A transaction that says nothing for so long is ended by the server: its node is gone.
  static let idleSeconds = 60

  init(_ address: PostgresAddress, prepared: @escaping @Sendable (SQL) -> Void) {
    self.address = address
    self.prepared = prepared
  }

  // MARK: Transactions

  /// Runs `body` in one transaction.
  ///
  /// - Parameters:
  ///   - deadline: when nobody waits any more.
  ///   - committing: called when nothing may be cancelled any more; may throw, and then nothing is kept.
  /// - Throws: what `body` threw; `DatabaseError`.
  func transaction<T>(
    _ work: PostgresWork, until deadline: ContinuousClock.Instant, committing: () throws -> Void = {},
    _ body: (Connection) throws -> T
  ) throws -> T {
    try connect()
    self.work = work
    self.deadline = deadline
    hasBegun = false
    let value: T
    do {
      value = try body(Connection(self))
      try committing()
    } catch {
      endAfterError()
      throw error
    }
    // Nothing was asked of the server.
    if !hasBegun { return value }
    try commit()
    return value
  }

  private func commit() throws {
    guard let link else { throw DatabaseError(.unavailable, "the connection was lost") }
    let (transaction, warnings) = (link.note, link.warningCount)
    do {
      try link.send(plain: "COMMIT")
      try link.sync()
      // Nobody waits for the end of a snapshot; it is read with the next answer.
      if !work.isWrite { return }
      try link.collect(seconds: work.statementSeconds + 1, until: deadline)
      guard link.command != "ROLLBACK" else {
        throw DatabaseError(.statement, "a statement had failed, and the transaction went on without an attempt")
      }
      guard link.warningCount == warnings else {
        throw DatabaseError(.unsure, "the server warned that the commit is not where it should be")
      }
    } catch let error as DatabaseError where link.isBroken && work.isWrite {
      guard try isKept(transaction, error) else {
        throw DatabaseError(.unavailable, "the transaction was not kept: \(error.message)")
      }
    }
  }

  private func endAfterError() {
    guard hasBegun, let link, !link.isBroken else { return }
    do {
      try link.send(plain: "ROLLBACK")
      try link.sync()
      // At once, so that nobody waits for its locks; an error here is one of the connection.
      try link.collect(seconds: Self.statementSeconds)
    } catch {
      self.link = nil
    }
  }

  // MARK: Lost commits

  /// How long the end of a lost commit is looked for, in seconds.
  private static let lookSeconds = 6

  /// Whether a transaction whose end nobody heard was kept.
  ///
  /// - Throws: `unsure` where nobody can say.
  private func isKept(_ transaction: String, _ error: DatabaseError) throws -> Bool {
    let (before, deadline) = (history, ContinuousClock.now + .seconds(Self.lookSeconds))
    let unsure = DatabaseError(.unsure, "the connection was lost during a commit: \(error.message)")
    guard !transaction.isEmpty, transaction.allSatisfy(\.isNumber) else { throw unsure }
    while ContinuousClock.now < deadline {
      do {
        try connect()
        guard let link, history.timeline == before.timeline else { throw unsure }
        try link.send(note: "SELECT pg_xact_status('\(transaction)')")
        try link.sync()
        try link.collect(seconds: 2, until: deadline)
        // After a crash the numbers of what was not on disk are given out again: only "not kept" is then certain.
        let hasCrashed = history.start != before.start
        switch link.note {
        case "aborted": return false
        case "in progress" where hasCrashed: return false
        case "in progress": Pause.milliseconds(50)
        case "committed" where !hasCrashed:
          try waitForReplicas(link, deadline)
          return true
        default: throw unsure
        }
      } catch let failure as DatabaseError where failure.kind != .unsure {
        // A number that the server has not reached again: what had it is lost.
        if failure.state == "22023" { return false }
        Pause.milliseconds(200)
      }
    }
    throw unsure
  }

  /// Waits until what was committed before is where a commit has to be: on a replica, where the server waits for one.
  private func waitForReplicas(_ link: PostgresLink, _ deadline: ContinuousClock.Instant) throws {
    let warnings = link.warningCount
    try link.send(plain: "BEGIN")
    // A commit without anything in the log would not wait.
    try link.send(plain: "SELECT pg_logical_emit_message(true, 'flixlist', '')")
    try link.send(plain: "COMMIT")
    try link.sync()
    try link.collect(seconds: Self.lookSeconds, until: deadline)
    if link.warningCount != warnings { throw DatabaseError(.unsure, "the server warned about a commit") }
  }

  // MARK: The connection

  /// Whether there is one that is not known to be broken.
  var isConnected: Bool { link.map { !$0.isBroken } ?? false }

  /// Connects; false when that does not succeed now.
  func open() -> Bool {
    do {
      try connect()
      return true
    } catch {
      return false
    }
  }

  func canceller() -> PostgresCanceller? { link?.canceller() }

  /// Gives the connection up.
  func disconnect() {
    link = nil
    known = [:]
  }

  /// Makes the connection, unless it is there.
  func connect() throws {
    if isConnected { return }
    disconnect()
    let link = try PostgresLink(address)
    if address.keepsStatements {
      // Once for the length of the connection.
      try link.send(plain: Self.settings(isLocal: false, .read))
      // A statement that is kept is planned once, one that is not for its values: the server's own choice plans many
      // a short one each time, which takes longer than to run it.
      try link.send(plain: "SET plan_cache_mode = force_generic_plan")
    }
    try link.send(
      note: """
        SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END
          || ' ' || (SELECT coalesce(stats_reset, '-infinity') FROM pg_stat_bgwriter)
        """)
    try link.sync()
    try link.collect(seconds: Self.statementSeconds)
    let words = link.note.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    history = History(timeline: words.first ?? "", start: words.last ?? "")
    self.link = link
  }

  private static func settings(isLocal: Bool, _ work: PostgresWork) -> String {
    let limits = [
      ("statement_timeout", work.isCommand ? 0 : work.statementSeconds),
      ("lock_timeout", work.isCommand ? 0 : lockSeconds),
      ("idle_in_transaction_session_timeout", work.isCommand ? 0 : idleSeconds),
    ]
    // What is read often is in memory, where a page by an index costs as much as the next one; and no statement of a
    // page is worth compiling.
    var plans = [("random_page_cost", "1.1"), ("jit", "off")]
    // An index of words takes more in at a time.
    if work == .command { plans.append(("work_mem", "64MB")) }
    let all = limits.map { ($0, String($1 * 1_000)) } + plans
    return "SELECT " + all.map { "set_config('\($0)', '\($1)', \(isLocal))" }.joined(separator: ", ")
  }

  private func begin(_ link: PostgresLink) throws {
    link.forgetNote()
    plansAnew = false
    try link.send(plain: work.isWrite ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    if !address.keepsStatements || work.isLong { try link.send(plain: Self.settings(isLocal: true, work)) }
    if work.isWrite { try link.send(note: "SELECT pg_current_xact_id()") }
    hasBegun = true
  }

  // MARK: Statements

  func run(
    _ sql: SQL, _ values: [any Bindable], atMost limit: Int, _ body: (inout Row) throws -> Void
  ) throws -> Int {
    guard let answer = try answers([Asked(sql: sql, values: values)]).first else { return 0 }
    try Self.hand(out: answer, atMost: limit, body)
    return answer.changed
  }

  func run(_ asked: [Asked], _ body: (Int, inout Row) throws -> Void) throws {
    for (index, answer) in try answers(asked).enumerated() {
      try Self.hand(out: answer, atMost: .max) { try body(index, &$0) }
    }
  }

  private static func hand(
    out answer: PostgresAnswer, atMost limit: Int, _ body: (inout Row) throws -> Void
  ) throws {
    for number in 0..<min(answer.count, Int32(clamping: limit)) {
      var row = Row(PostgresRow(result: answer.result, row: number))
      try body(&row)
    }
  }

  /// Sends statements together and waits for the answers of all.
  private func answers(_ asked: [Asked]) throws -> [PostgresAnswer] {
    guard let link else { throw DatabaseError(.unavailable, "the connection was lost") }
    guard ContinuousClock.now < deadline else { throw DatabaseError(.busy, "the transaction took too long") }
    if !hasBegun { try begin(link) }
    for (sql, values) in asked.lazy.map({ ($0.sql, $0.values) }) {
      let types = values.map { PostgresRow.TypeID.of($0.sentAs) }
      let wired = PostgresValues(values)
      if address.keepsStatements, plansAnew != sql.isPlannedAnew {
        plansAnew = sql.isPlannedAnew
        let mode = plansAnew ? "force_custom_plan" : "force_generic_plan"
        try link.send(plain: "SET LOCAL plan_cache_mode = \(mode)")
      }
      if address.keepsStatements && !sql.isPlannedAnew {
        try link.send(known: try name(sql, types, link), wired)
      } else {
        try link.send(sql.text(for: .postgres), types, wired)
      }
    }
    try link.sync()
    do {
      return try link.collect(seconds: work.statementSeconds + 1, until: deadline)
    } catch let error as DatabaseError {
      if !link.refused.isEmpty { known = known.filter { !link.refused.contains($0.value) } }
      let text = asked.dropFirst(link.answered).first?.sql.text(for: .postgres)
      throw DatabaseError(error.kind, error.message, statement: text, state: error.state)
    }
  }

  /// The name by which the server knows a statement; queues its text when it does not yet.
  private func name(_ sql: SQL, _ types: [Oid], _ link: PostgresLink) throws -> String {
    let text: Key.Text =
      switch sql.postgresText {
      case .literal(let text): .literal(text.utf8Start)
      case .made(let text): .made(text)
      }
    let key = Key(text: text, types: types)
    if let name = known[key] { return name }
    prepared(sql)
    names += 1
    let name = "s\(names)"
    try link.send(prepare: sql.text(for: .postgres), as: name, types)
    known[key] = name
    return name
  }

  func copy(_ text: String, _ rows: [[any Bindable]]) throws {
    try alone(text) { try $0.copy(text, rows, seconds: work.statementSeconds + 1) }
  }

  func script(_ text: String) throws {
    try alone(text) { try $0.script(text) }
  }

  /// Does something that does not go together with other statements.
  private func alone(_ text: String, _ body: (PostgresLink) throws -> Void) throws {
    guard let link else { throw DatabaseError(.unavailable, "the connection was lost") }
    if !hasBegun { try begin(link) }
    try link.sync()
    try link.collect(seconds: work.statementSeconds + 1, until: deadline)
    do {
      try body(link)
    } catch let error as DatabaseError {
      throw DatabaseError(error.kind, error.message, statement: text, state: error.state)
    }
  }
}
