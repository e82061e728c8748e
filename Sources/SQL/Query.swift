/// A statement with its values and the way its rows are read, to be asked alone or together with others.
public struct Query<T> {
  let asked: Asked
  let read: (inout Row) throws -> T
  /// Whether it is asked at all; one that is not answers no rows.
  let isAsked: Bool

  /// A statement whose rows are each read by `read` in the order of the columns.
  public init(_ sql: SQL, _ values: any Bindable..., read: @escaping (inout Row) throws -> T) {
    self.init(Asked(sql: sql, values: values), isAsked: true, read)
  }

  private init(_ asked: Asked, isAsked: Bool, _ read: @escaping (inout Row) throws -> T) {
    self.asked = asked
    self.isAsked = isAsked
    self.read = read
  }

  /// The same, asked only where that is so.
  public func asked(if condition: Bool) -> Query { Query(asked, isAsked: isAsked && condition, read) }
}

extension Query where T == Void {
  /// A statement that answers no rows, to be run together with others; they run in their order.
  public init(running sql: SQL, _ values: any Bindable...) {
    self.init(Asked(sql: sql, values: values), isAsked: true) { _ in }
  }
}

/// A statement and its values.
struct Asked {
  let sql: SQL
  let values: [any Bindable]
}

extension Connection {
  /// Every row of a query.
  public func rows<T>(_ query: Query<T>) throws -> [T] { try all(query) }

  /// The first row of a query, or nil when there is none.
  public func first<T>(_ query: Query<T>) throws -> T? { try all(query).first }

  /// Every row of several queries that do not need each other's answers: in turn on SQLite, in one journey on
  /// PostgreSQL.
  ///
  /// ```swift
  /// let (titles, lists) = try connection.all(Store.title(7), Store.lists(of: 7))
  /// ```
  public func all<each T>(_ queries: repeat Query<each T>) throws -> (repeat [each T]) {
    let answers = (repeat Answers(each queries))
    var due: [any Answering] = []
    for answer in repeat each answers {
      if answer.query.isAsked { due.append(answer) }
    }
    if !due.isEmpty { try session.run(due.map(\.asked)) { try due[$0].take(&$1) } }
    return (repeat (each answers).rows)
  }
}

/// What gathers the rows of one query, whatever they are read as.
private protocol Answering: AnyObject {
  var asked: Asked { get }
  func take(_ row: inout Row) throws
}

private final class Answers<T>: Answering {
  let query: Query<T>
  var rows: [T] = []

  init(_ query: Query<T>) { self.query = query }

  var asked: Asked { query.asked }
  func take(_ row: inout Row) throws { rows.append(try query.read(&row)) }
}
