internal import CPostgres
internal import Foundation

/// One connection to a server, always in libpq's pipeline mode: statements are queued, sent together and answered in
/// their order, so that a transaction's BEGIN, a new statement's text and its values make one journey
/// (postgresql.org/docs/15/libpq-pipeline-mode.html).
///
/// It belongs to one thread at a time.
final class PostgresLink {
  /// What an answer that is due belongs to.
  private enum Awaited {
    /// Something that only has to succeed.
    case plain
    /// A statement's text, kept by this name.
    case prepared(String)
    /// A single text, such as the number of the transaction.
    case note
    /// The rows of a statement.
    case answer
    /// The end of what was sent together.
    case sync
  }

  private let handle: OpaquePointer
  private let warnings = Warnings()
  private var awaited: [Awaited] = []
  /// Set when nothing more can be said over it.
  private(set) var isBroken = false
  /// The last text that was asked for beside a statement.
  private(set) var note = ""
  /// The names of statements that the server refused.
  private(set) var refused: [String] = []
  /// What was done last without an answer of its own, such as `COMMIT`.
  private(set) var command = ""
  /// How many statements with an answer succeeded of those that were last sent together.
  private(set) var answered = 0

  /// Connects, waiting for each host as long as `connect_timeout` says.
  ///
  /// - Throws: `DatabaseError` of the kind `unavailable` or `cannotOpen`.
  init(_ address: PostgresAddress) throws {
    var words: [(String, String)] = [("connect_timeout", String(Self.connectSeconds))]
    words += [("client_encoding", "UTF8"), ("fallback_application_name", "flixlist")]
    // A peer that is gone without a word is noticed.
    words += [("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3")]
    words += [("tcp_user_timeout", "30000")]
    // Of several hosts the one that can be written.
    words.append(("target_session_attrs", "read-write"))
    // What the address says comes last and wins.
    words.append(("dbname", address.url))
    let handle = Self.withStrings(words.map(\.0)) { keys in
      Self.withStrings(words.map(\.1)) { values in PQconnectdbParams(keys, values, 1) }
    }
    guard let handle else { throw DatabaseError(.unavailable, "no memory for a connection") }
    // From here on the end of this object ends the connection, also when it is not made.
    self.handle = handle
    guard PQstatus(handle) == CONNECTION_OK else {
      let message = Self.message(handle)
      throw DatabaseError(Self.isRefusal(message) ? .cannotOpen : .unavailable, message)
    }
    PQsetNoticeReceiver(
      handle,
      { box, result in
        guard let box, let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))) else { return }
        if String(cString: severity) == "WARNING" {
          Unmanaged<Warnings>.fromOpaque(box).takeUnretainedValue().count += 1
        }
      }, Unmanaged.passUnretained(warnings).toOpaque())
    guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
      throw DatabaseError(.unavailable, "the connection cannot be used without waiting")
    }
  }

  deinit { PQfinish(handle) }

  /// How many warnings the server gave; one with a commit says that it is not where it should be, as when the wait for
  /// a replica was broken off.
  var warningCount: Int { warnings.count }

  private final class Warnings { var count = 0 }

  /// Whether the server will not have us, whatever we wait for.
  private static func isRefusal(_ message: String) -> Bool {
    let passing = ["too many connections", "remaining connection slots", "starting up", "shutting down"]
    if passing.contains(where: message.contains) { return false }
    let refusals = ["authentication failed", "no pg_hba.conf entry", "fe_sendauth", "no password supplied"]
    return refusals.contains(where: message.contains) || message.hasSuffix("does not exist")
  }

  /// How long a host may take to answer, in seconds.
  static let connectSeconds = 4

  private static func withStrings<T>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T
  ) -> T {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return (copies.map { $0.map { UnsafePointer($0) } } + [nil]).withUnsafeBufferPointer { buffer in
      // An array that ends with nil is not empty.
      body(buffer.baseAddress.unsafelyUnwrapped)
    }
  }

  private static func message(_ handle: OpaquePointer) -> String {
    PQerrorMessage(handle).map { String(cString: $0).trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
  }

  // MARK: Sending

  /// Queues a statement without values that only has to succeed.
  func send(plain text: String) throws {
    try queue(PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1), .plain)
  }

  /// Queues a statement without values whose one text is kept as `note`.
  func send(note text: String) throws {
    try queue(PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 0), .note)
  }

  /// Empties `note`.
  func forgetNote() { note = "" }

  /// Queues the text of a statement, to be known by a name.
  func send(prepare text: String, as name: String, _ types: [Oid]) throws {
    try queue(PQsendPrepare(handle, name, text, Int32(types.count), types), .prepared(name))
  }

  /// Queues a statement that is known by its name.
  func send(known name: String, _ values: PostgresValues) throws {
    try queue(
      values.withPointers { count, pointers, lengths, formats in
        PQsendQueryPrepared(handle, name, count, pointers, lengths, formats, 1)
      }, .answer)
  }

  /// Queues a statement by its text.
  func send(_ text: String, _ types: [Oid], _ values: PostgresValues) throws {
    try queue(
      values.withPointers { count, pointers, lengths, formats in
        PQsendQueryParams(handle, text, count, types, pointers, lengths, formats, 1)
      }, .answer)
  }

  private func queue(_ code: Int32, _ awaited: Awaited) throws {
    guard code == 1, !isBroken else { throw lost() }
    self.awaited.append(awaited)
  }

  /// Ends what is sent together, and sends it.
  func sync() throws {
    try queue(PQpipelineSync(handle), .sync)
    if PQflush(handle) < 0 { throw lost() }
  }

  // MARK: Receiving

  /// Reads all that is due.
  ///
  /// - Parameters:
  ///   - seconds: how long to wait for each piece of it.
  ///   - deadline: when waiting ends in any case.
  /// - Returns: the rows of each statement that was sent, in their order.
  @discardableResult
  func collect(seconds: Int, until deadline: ContinuousClock.Instant? = nil) throws -> [PostgresAnswer] {
    var seconds = seconds
    if let deadline {
      seconds = max(1, min(seconds, Int((deadline - .now).components.seconds)))
    }
    var answers: [PostgresAnswer] = []
    var failure: DatabaseError?
    refused = []
    command = ""
    answered = 0
    while let next = awaited.first {
      let result = try receive(seconds).map(PostgresAnswer.init)
      guard let result else { throw lost() }
      if case .sync = next {
        guard PQresultStatus(result.result) == PGRES_PIPELINE_SYNC else { throw lost() }
      } else {
        switch PQresultStatus(result.result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
          switch next {
          case .answer: answers.append(result)
          case .plain: command = result.command
          case .note: note = PostgresRow(result: result.result, row: 0).plainText
          case .prepared, .sync: break
          }
          answered = answers.count
        case PGRES_PIPELINE_ABORTED: if case .prepared(let name) = next { refused.append(name) }
        default:
          if case .prepared(let name) = next { refused.append(name) }
          failure = failure ?? error(result)
        }
        guard try receive(seconds) == nil else { throw lost() }
      }
      awaited.removeFirst()
    }
    if let failure { throw failure }
    return answers
  }

  private func receive(_ seconds: Int) throws -> OpaquePointer? {
    while PQisBusy(handle) == 1 {
      let flushed = PQflush(handle)
      if flushed < 0 { throw lost() }
      var descriptor = pollfd(
        fd: PQsocket(handle), events: Int16(POLLIN) | (flushed == 1 ? Int16(POLLOUT) : 0), revents: 0)
      let ready = poll(&descriptor, 1, Int32(seconds * 1000))
      if ready == 0 {
        isBroken = true
        throw DatabaseError(.busy, "the server did not answer within \(seconds) seconds")
      }
      if ready < 0, errno != EINTR { throw lost() }
      if PQconsumeInput(handle) == 0 { throw lost() }
    }
    return PQgetResult(handle)
  }

  private func lost() -> DatabaseError {
    isBroken = true
    let message = Self.message(handle)
    return DatabaseError(.unavailable, message.isEmpty ? "the connection was lost" : message)
  }

  private func error(_ result: PostgresAnswer) -> DatabaseError {
    let error = result.error
    if PQstatus(handle) != CONNECTION_OK || error.kind == .unavailable { isBroken = true }
    return isBroken ? DatabaseError(.unavailable, error.message, state: error.state) : error
  }

  // MARK: Scripts

  /// Runs several statements in one text, within the transaction that is under way.
  func script(_ text: String) throws {
    guard PQexitPipelineMode(handle) == 1 else { throw lost() }
    defer { if PQenterPipelineMode(handle) != 1 { isBroken = true } }
    guard let result = PQexec(handle, text).map(PostgresAnswer.init) else { throw lost() }
    let status = PQresultStatus(result.result)
    guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else { throw error(result) }
  }

  // MARK: Copying

  /// How much is gathered before it is sent.
  private static let copyBytes = 1 << 16

  /// Streams rows into a table, within the transaction that is under way: the server takes in what it has while the
  /// rest is written out here (postgresql.org/docs/15/libpq-copy.html).
  ///
  /// - Parameter seconds: how long to wait for each piece.
  func copy(_ text: String, _ rows: [[any Bindable]], seconds: Int) throws {
    guard PQexitPipelineMode(handle) == 1 else { throw lost() }
    defer { if PQenterPipelineMode(handle) != 1 { isBroken = true } }
    guard PQsendQuery(handle, text) == 1 else { throw lost() }
    var failure: (any Error)?
    while let result = try receive(seconds).map(PostgresAnswer.init) {
      switch PQresultStatus(result.result) {
      case PGRES_COPY_IN:
        do { try put(rows, seconds) } catch {
          failure = error
          // Ends it with an error at the server, too.
          if isBroken || PQputCopyEnd(handle, "no such rows") != 1 { throw error }
        }
      case PGRES_COMMAND_OK: break
      default: failure = failure ?? error(result)
      }
    }
    if let failure { throw failure }
  }

  private func put(_ rows: [[any Bindable]], _ seconds: Int) throws {
    var text = CopyText()
    let columns = rows.first?.count
    for row in rows {
      guard row.count == columns else { throw DatabaseError(.statement, "rows of unequal length") }
      try text.add(row)
      if text.bytes.count < Self.copyBytes { continue }
      try put(text.bytes, seconds)
      text.bytes.removeAll(keepingCapacity: true)
    }
    try put(text.bytes, seconds)
    while true {
      let code = PQputCopyEnd(handle, nil)
      if code == 1 { return }
      try waitToSend(code, seconds)
    }
  }

  private func put(_ bytes: [UInt8], _ seconds: Int) throws {
    while true {
      let code = bytes.withUnsafeBytes { bytes in
        PQputCopyData(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
      }
      // Never more in our memory than this piece and what is on its way.
      if code == 1, PQflush(handle) == 0 { return }
      try waitToSend(code, seconds)
      if code == 1 { return }
    }
  }

  /// Waits until the connection takes more.
  private func waitToSend(_ code: Int32, _ seconds: Int) throws {
    guard code >= 0 else { throw lost() }
    var left = PQflush(handle)
    while left == 1 {
      var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN) | Int16(POLLOUT), revents: 0)
      let ready = poll(&descriptor, 1, Int32(seconds * 1000))
      if ready == 0 {
        isBroken = true
        throw DatabaseError(.busy, "the server did not take more within \(seconds) seconds")
      }
      if ready < 0, errno != EINTR { throw lost() }
      // What it has to say is read too, or it may not listen.
      if Int32(descriptor.revents) & POLLIN != 0, PQconsumeInput(handle) == 0 { throw lost() }
      left = PQflush(handle)
    }
    if left < 0 { throw lost() }
  }

  // MARK: Cancelling

  /// What stops the statement that is running, from any thread.
  func canceller() -> PostgresCanceller? { PQgetCancel(handle).map(PostgresCanceller.init) }
}

/// Asks the server to stop what a connection is doing.
///
/// Unchecked because PQcancel may be called from any thread, and nothing else is done with it.
final class PostgresCanceller: @unchecked Sendable {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }
  deinit { PQfreeCancel(handle) }

  /// Sends the request, on a thread of its own: it waits for the server.
  func cancel() {
    Thread.detachNewThread { [self] in
      var words = [CChar](repeating: 0, count: 256)
      _ = PQcancel(handle, &words, Int32(words.count))
    }
  }
}

/// An answer of the server, freed with the last who holds it.
final class PostgresAnswer {
  let result: OpaquePointer

  init(_ result: OpaquePointer) { self.result = result }
  deinit { PQclear(result) }

  var count: Int32 { PQntuples(result) }
  /// How many rows the statement changed.
  var changed: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }
  /// What was done, such as `COMMIT`.
  var command: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

  var error: DatabaseError {
    func field(_ code: Character) -> String {
      let value = PQresultErrorField(result, Int32(code.asciiValue ?? 0))
      return value.map { String(cString: $0) } ?? ""
    }
    // PG_DIAG_SQLSTATE, PG_DIAG_MESSAGE_PRIMARY and PG_DIAG_MESSAGE_DETAIL.
    let (state, primary, detail) = (field("C"), field("M"), field("D"))
    return DatabaseError(
      .init(state: state), primary + (detail.isEmpty ? "" : " (\(detail))"), state: state)
  }
}

extension PostgresRow {
  /// The first column of an answer in text format.
  var plainText: String { PQntuples(result) == 0 ? "" : String(decoding: bytes(0), as: UTF8.self) }
}

/// Values in binary format, in one piece of memory.
struct PostgresValues {
  private var bytes: [CChar] = []
  private var places: [(start: Int, count: Int32)?] = []

  init(_ values: [any Bindable]) {
    places.reserveCapacity(values.count)
    for value in values { add(value.bound) }
    // So that a value without bytes at the end has a place too.
    bytes.append(0)
  }

  private mutating func add(_ value: Value) {
    let start = bytes.count
    switch value {
    case .null: return places.append(nil)
    case .int(let number): add(UInt64(bitPattern: Int64(number)))
    case .real(let number): add(number.bitPattern)
    case .text(let text): bytes.append(contentsOf: text.utf8.lazy.map { CChar(bitPattern: $0) })
    case .bytes(let value): bytes.append(contentsOf: value.lazy.map { CChar(bitPattern: $0) })
    }
    places.append((start, Int32(bytes.count - start)))
  }

  private mutating func add(_ number: UInt64) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(CChar(bitPattern: UInt8(truncatingIfNeeded: number >> UInt64(shift))))
    }
  }

  func withPointers<T>(
    _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> T
  ) -> T {
    bytes.withUnsafeBufferPointer { memory in
      let pointers = places.map { place in place.flatMap { place in memory.baseAddress.map { $0 + place.start } } }
      let lengths = places.map { $0?.count ?? 0 }
      let formats = [Int32](repeating: 1, count: places.count)
      return body(Int32(places.count), pointers, lengths, formats)
    }
  }
}

extension DatabaseError.Kind {
  /// PostgreSQL's codes (postgresql.org/docs/15/errcodes-appendix.html) in our few kinds.
  init(state: String) {
    switch state {
    // Serialization failure, deadlock, lock timeout, statement timeout or cancelled.
    case "40001", "40P01", "55P03", "57014": self = .busy
    // Disk full, out of memory.
    case "53100": self = .full
    case "53200", "53400", "58030": self = .io
    // A server that only reads: another host is the one that writes.
    // Too many connections; shutting down, crashed, starting; a statement that is not known any more, or whose answer
    // has other columns after a migration: a new connection helps.
    case "25006", "53300", "57P01", "57P02", "57P03", "57P05", "26000", "0A000": self = .unavailable
    case "28000", "28P01", "3D000", "42501": self = .cannotOpen
    case "XX001", "XX002": self = .corrupt
    default:
      switch state.prefix(2) {
      case "23": self = .constraint
      case "08", "": self = .unavailable
      default: self = .statement
      }
    }
  }
}
