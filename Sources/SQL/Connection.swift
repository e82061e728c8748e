/// One connection, for the length of one `read` or `write`: runs statements and hands out their rows.
///
/// Statements are prepared once a connection and kept. Values are bound by number: `$1` is the first.
public final class Connection {
  let session: any Session

  init(_ session: any Session) { self.session = session }

  /// Which engine it speaks to.
  public var engine: Engine { session.engine }

  /// Every row of the answer, each read by `read` in the order of the columns.
  public func rows<T>(_ sql: SQL, _ values: any Bindable..., read: (inout Row) throws -> T) throws -> [T] {
    var all: [T] = []
    _ = try session.run(sql, values, atMost: .max) { row in all.append(try read(&row)) }
    return all
  }

  /// The first row of the answer, or nil when there is none.
  public func first<T>(_ sql: SQL, _ values: any Bindable..., read: (inout Row) throws -> T) throws -> T? {
    try first(sql, values: values, read: read)
  }

  /// The first row of a statement with its values in an array, or nil.
  public func first<T>(_ sql: SQL, values: [any Bindable], read: (inout Row) throws -> T) throws -> T? {
    var found: T?
    _ = try session.run(sql, values, atMost: 1) { row in found = try read(&row) }
    return found
  }

  /// Calls `body` for each row, without keeping any: for long answers.
  public func each(_ sql: SQL, _ values: any Bindable..., body: (inout Row) throws -> Void) throws {
    _ = try session.run(sql, values, atMost: .max, body)
  }

  /// The same with its values in an array.
  public func each(_ sql: SQL, values: [any Bindable], body: (inout Row) throws -> Void) throws {
    _ = try session.run(sql, values, atMost: .max, body)
  }

  /// Runs a statement that answers nothing, and says how many rows it changed.
  @discardableResult
  public func execute(_ sql: SQL, _ values: any Bindable...) throws -> Int {
    try session.run(sql, values, atMost: .max) { _ in }
  }

  /// Runs a statement with its values in an array.
  @discardableResult
  public func execute(_ sql: SQL, values: [any Bindable]) throws -> Int {
    try session.run(sql, values, atMost: .max) { _ in }
  }

  /// Runs statements that are not worth keeping, such as those of a migration.
  public func script(_ text: String) throws { try session.script(text) }

  /// Runs `body` so that what it did can be taken back alone: after an error its changes are gone, and the
  /// transaction goes on.
  ///
  /// Without it a statement that fails ends the whole transaction on PostgreSQL.
  public func attempt<T>(_ body: () throws -> T) throws -> T {
    _ = try session.run("SAVEPOINT attempt", [], atMost: 0) { _ in }
    do {
      let value = try body()
      _ = try session.run("RELEASE SAVEPOINT attempt", [], atMost: 0) { _ in }
      return value
    } catch {
      do {
        _ = try session.run("ROLLBACK TO SAVEPOINT attempt", [], atMost: 0) { _ in }
        _ = try session.run("RELEASE SAVEPOINT attempt", [], atMost: 0) { _ in }
      } catch {
        // The transaction is lost; what went wrong first says why.
      }
      throw error
    }
  }

  /// Waits until no other transaction holds the same number, and holds it until this one ends.
  ///
  /// On SQLite there is one writer, so nothing has to be held.
  public func hold(_ lock: Lock) throws { _ = try all(holding(lock)) }

  /// The same, to be asked before other statements in one journey: each of them sees what was done before it waited.
  public func holding(_ lock: Lock) -> Query<Void> {
    Query(running: "SELECT pg_advisory_xact_lock($1)", lock.number).asked(if: engine == .postgres)
  }
}

extension Connection {
  /// Holds a number as `hold` does, unless somebody else does: then it is false, and nobody waits.
  public func tryHold(_ lock: Lock) throws -> Bool {
    guard engine == .postgres else { return true }
    return try first("SELECT pg_try_advisory_xact_lock($1)", lock.number) { $0.bool() } ?? false
  }
}

/// Something that only one transaction may do at a time, on any node.
public struct Lock: Sendable {
  /// What PostgreSQL knows it by.
  let number: Int

  /// A lock by its name; the same name is the same lock on every node.
  public init(_ name: String) {
    // FNV-1a, 64 bits (isthe.com/chongo/tech/comp/fnv): names do not collide in practice, and all nodes agree.
    let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    number = Int(truncatingIfNeeded: hash)
  }
}

/// What an engine does for a connection.
protocol Session: AnyObject {
  var engine: Engine { get }

  /// Runs a statement, hands out at most so many rows, and says how many it changed.
  func run(
    _ sql: SQL, _ values: [any Bindable], atMost limit: Int, _ body: (inout Row) throws -> Void
  ) throws -> Int

  /// Runs statements that do not need each other's answers, and hands out their rows with the statement's place.
  func run(_ asked: [Asked], _ body: (Int, inout Row) throws -> Void) throws

  /// Runs statements that are not kept.
  func script(_ text: String) throws

  /// Streams rows into a table by PostgreSQL's `COPY … FROM STDIN`; no other engine is asked.
  func copy(_ text: String, _ rows: [[any Bindable]]) throws
}

extension Session {
  func copy(_ text: String, _ rows: [[any Bindable]]) throws {
    throw DatabaseError(.statement, "only PostgreSQL copies", statement: text)
  }
}
