internal import CPostgres

/// What a transaction is for.
enum PostgresWork {
  /// A page: a snapshot, within a short time.
  case read
  /// A snapshot for as long as it takes.
  case long
  /// A change, each statement within a short time.
  case write
  /// A change that may take its time: a migration, a command.
  case longWrite

  var isWrite: Bool { self == .write || self == .longWrite }
  var isLong: Bool { self == .long || self == .longWrite }

  /// How long a statement may take, in seconds. The server gives up first, a second before us.
  var seconds: Int { isLong ? 7_200 : PostgresSession.statementSeconds + 1 }
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
  private var hasBegun = false
  /// Over which history of the server the connection was made; after a fail-over it is another.
  private var timeline = ""

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
  /// - Parameter committing: called when nothing may be cancelled any more.
  /// - Throws: what `body` threw; `DatabaseError`.
  func transaction<T>(
    _ work: PostgresWork, committing: () -> Void = {}, _ body: (Connection) throws -> T
  ) throws -> T {
    try connect()
    self.work = work
    hasBegun = false
    let value: T
    do {
      value = try body(Connection(self))
    } catch {
      endAfterError()
      throw error
    }
    committing()
    // Nothing was asked of the server.
    if !hasBegun { return value }
    guard let link else { throw DatabaseError(.unavailable, "the connection was lost") }
    let transaction = link.note
    do {
      try link.send(plain: "COMMIT")
      try link.sync()
      // Nobody waits for the end of a snapshot; it is read with the next answer.
      if !work.isWrite { return value }
      let answer = try link.collect(seconds: work.seconds)
      guard answer?.command != "ROLLBACK" else {
        throw DatabaseError(.statement, "a statement had failed, and the transaction went on without an attempt")
      }
    } catch let error as DatabaseError where link.isBroken && work.isWrite {
      guard try isKept(transaction, error) else {
        throw DatabaseError(.unavailable, "the transaction was not kept: \(error.message)")
      }
    }
    return value
  }

  private func endAfterError() {
    guard hasBegun, let link, !link.isBroken else { return }
    do {
      try link.send(plain: "ROLLBACK")
      try link.sync()
      // At once, so that nobody waits for its locks; an error here is one of the connection.
      _ = try link.collect(seconds: Self.statementSeconds)
    } catch {
      self.link = nil
    }
  }

  /// Whether a transaction whose end nobody heard was kept.
  ///
  /// - Throws: `unsure` where nobody can say.
  private func isKept(_ transaction: String, _ error: DatabaseError) throws -> Bool {
    let (before, deadline) = (timeline, ContinuousClock.now + .seconds(Self.statementSeconds))
    let unsure = DatabaseError(.unsure, "the connection was lost during a commit: \(error.message)")
    while ContinuousClock.now < deadline {
      do {
        try connect()
        guard let link, timeline == before, !transaction.isEmpty, transaction.allSatisfy(\.isNumber) else {
          throw unsure
        }
        // Asked within a commit of its own: when that is where it has to be, on a replica perhaps, so is all before it.
        try link.send(plain: "BEGIN")
        try link.send(note: "SELECT pg_current_xact_id()")
        try link.send(note: "SELECT pg_xact_status('\(transaction)')")
        try link.send(plain: "COMMIT")
        try link.sync()
        _ = try link.collect(seconds: work.seconds)
        switch link.note {
        case "committed": return true
        case "aborted": return false
        case "in progress": Pause.milliseconds(50)
        default: throw unsure
        }
      } catch let error as DatabaseError where error.kind == .unavailable {
        Pause.milliseconds(200)
      }
    }
    throw unsure
  }

  // MARK: The connection

  /// Whether there is one that is not known to be broken.
  var isConnected: Bool { link.map { !$0.isBroken } ?? false }

  func canceller() -> PostgresCanceller? { link?.canceller() }

  /// Gives the connection up.
  func disconnect() {
    link = nil
    known = [:]
  }

  private func connect() throws {
    if isConnected { return }
    disconnect()
    let link = try PostgresLink(address)
    if address.keepsStatements {
      // Once for the length of the connection.
      try link.send(plain: Self.settings(isLocal: false, isLong: false))
    }
    try link.send(
      note: """
        SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END
        """)
    try link.sync()
    _ = try link.collect(seconds: Self.statementSeconds)
    timeline = link.note
    self.link = link
  }

  private static func settings(isLocal: Bool, isLong: Bool) -> String {
    let limits = [
      ("statement_timeout", statementSeconds), ("lock_timeout", lockSeconds),
      ("idle_in_transaction_session_timeout", idleSeconds),
    ]
    return "SELECT "
      + limits.map { "set_config('\($0)', '\(isLong ? 0 : $1 * 1_000)', \(isLocal))" }.joined(separator: ", ")
  }

  private func begin(_ link: PostgresLink) throws {
    try link.send(plain: work.isWrite ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    if !address.keepsStatements || work.isLong {
      try link.send(plain: Self.settings(isLocal: true, isLong: work.isLong))
    }
    if work.isWrite { try link.send(note: "SELECT pg_current_xact_id()") }
    hasBegun = true
  }

  // MARK: Statements

  func run(
    _ sql: SQL, _ values: [any Bindable], atMost limit: Int, _ body: (inout Row) throws -> Void
  ) throws -> Int {
    guard let link else { throw DatabaseError(.unavailable, "the connection was lost") }
    if !hasBegun { try begin(link) }
    let types = values.map { value in PostgresRow.TypeID.of(Swift.type(of: value).type ?? value.bound.type) }
    let wired = PostgresValues(values)
    if address.keepsStatements && !sql.isPlannedAnew {
      try link.send(known: try name(sql, types, link), wired)
    } else {
      try link.send(sql.text(for: .postgres), types, wired)
    }
    try link.sync()
    guard let answer = try collect(link, sql) else { return 0 }
    for number in 0..<min(answer.count, Int32(clamping: limit)) {
      var row = Row(PostgresRow(result: answer.result, row: number))
      try body(&row)
    }
    return answer.changed
  }

  private func collect(_ link: PostgresLink, _ sql: SQL) throws -> PostgresAnswer? {
    do {
      return try link.collect(seconds: work.seconds)
    } catch let error as DatabaseError {
      if !link.refused.isEmpty { known = known.filter { !link.refused.contains($0.value) } }
      throw DatabaseError(error.kind, error.message, statement: sql.text(for: .postgres), state: error.state)
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

  func script(_ text: String) throws {
    guard let link else { throw DatabaseError(.unavailable, "the connection was lost") }
    if !hasBegun { try begin(link) }
    try link.sync()
    _ = try link.collect(seconds: work.seconds)
    do {
      try link.script(text)
    } catch let error as DatabaseError {
      throw DatabaseError(error.kind, error.message, statement: text, state: error.state)
    }
  }
}
