import SQL

/// Titles that people add themselves.
enum OwnTitleStore {
  /// How many titles one person may add.
  static let limit = 2_000

  /// Adds a title that only this person sees, and plans it.
  static func add(_ connection: Connection, user: User, _ title: NewTitle, now: Instant) throws -> Int {
    try Journal.take(connection, user: user.id)
    let count = try connection.first("SELECT count(*) FROM titles WHERE owner_id = $1", user.id) { $0.int() } ?? 0
    guard count < limit else { throw Problem.invalid(.problemTooManyTitles) }
    let id = try CatalogueStore.add(connection, title, source: "own", owner: user.id, now: now)
    var change = RecordStore.EntryChange()
    change.intent = .to(.planned)
    _ = try RecordStore.change(connection, user: user, title: id, change, now: now)
    return id
  }
}
