import SQL

/// The tables of a person's record: what the journal writes and undo restores.
enum JournalTable: String, CaseIterable {
  case entries, plays, skips, passes, ratings, lists
  case items = "list_items"

  /// The column that names a row beside `user_id`.
  var key: String {
    switch self {
    case .entries: "title_id"
    case .skips: "episode_id"
    case .plays, .passes, .ratings, .lists, .items: "id"
    }
  }

  /// Every other column, in the order of the alphabet.
  var columns: [String] {
    switch self {
    case .entries: ["added_at", "favourite", "intent", "note", "rating", "specials"]
    case .plays: ["at", "day", "episode_id", "note", "once", "pass", "precision", "source", "title_id"]
    case .skips: ["title_id"]
    case .passes: ["ended_at", "name", "started_at", "title_id"]
    case .ratings: ["episode_id", "rating", "season", "title_id"]
    case .lists: ["created_at", "name", "note", "place", "rule"]
    case .items: ["added_at", "list_id", "note", "place", "title_id"]
    }
  }

  /// The value of a column in an image that was written before there was such a column.
  func missing(_ column: String) -> Value { column == "specials" ? .int(0) : .null }

  private func statement(_ text: String) -> SQL { SQL(trusted: text) }

  /// Inserts a row with all its columns; gives the key.
  var insert: SQL {
    let names = (["user_id", key] + columns).joined(separator: ", ")
    let values = (1...columns.count + 2).map { "$\($0)" }.joined(separator: ", ")
    return statement("INSERT INTO \(rawValue) (\(names)) VALUES (\(values)) RETURNING \(key)")
  }

  /// Inserts a row whose key the database chooses; gives the key.
  var insertNew: SQL { Self.inserts[self] ?? madeInsertNew }

  // An import runs it tens of thousands of times.
  private static let inserts = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.madeInsertNew) })

  private var madeInsertNew: SQL {
    let names = (["user_id"] + columns).joined(separator: ", ")
    let values = (1...columns.count + 1).map { "$\($0)" }.joined(separator: ", ")
    return statement("INSERT INTO \(rawValue) (\(names)) VALUES (\(values)) RETURNING \(key)")
  }

  /// Sets some columns of a row.
  func update(_ names: [String]) -> SQL {
    let sets = names.enumerated().map { "\($1) = $\($0 + 3)" }.joined(separator: ", ")
    return statement("UPDATE \(rawValue) SET \(sets) WHERE user_id = $1 AND \(key) = $2")
  }

  /// Removes a row.
  var delete: SQL { statement("DELETE FROM \(rawValue) WHERE user_id = $1 AND \(key) = $2") }

  /// Reads some columns of a row.
  func select(_ names: [String]) -> SQL {
    statement("SELECT \(names.joined(separator: ", ")) FROM \(rawValue) WHERE user_id = $1 AND \(key) = $2")
  }
}

/// The columns of a row before or after a change: all of them for a row that came or went, else those it touched.
typealias Image = [String: Value]

/// One activity while it is being written: every change to a person's record goes through it.
///
/// Making one takes the person's row first, so their writes follow each other (MODEL section 2). The activity itself is
/// written with the first change; without a change there is none.
struct Journal {
  let connection: Connection
  let user: User
  let now: Instant
  /// What kind of thing the person did, such as `watched`.
  var kind: ActivityKind
  /// The title it is about, when it is about one.
  let title: Int?
  /// Where it came from: `web`, later others.
  let source: String
  /// What the line about it says, beside the kind and title.
  var detail: ActivityDetail
  /// The activity, once something changed.
  private(set) var activity: Int?
  private var place = 0
  private var touched = Touched()

  /// How many titles it has changed so far.
  var titlesChanged: Int { touched.titles.subtracting([Self.noTitle]).count }

  /// Stands for the title of a change that belongs to none, such as the name of a list.
  static let noTitle = 0

  /// Begins an activity of a person.
  init(
    _ connection: Connection, user: User, kind: ActivityKind, title: Int?, detail: ActivityDetail = .init(),
    source: String = "web", now: Instant
  ) throws {
    self.connection = connection
    self.user = user
    self.kind = kind
    self.title = title
    self.detail = detail
    self.source = source
    self.now = now
    try Journal.take(connection, user: user.id)
  }

  /// Takes a person's row, so that their writes follow each other.
  static func take(_ connection: Connection, user: Int) throws {
    let (_, taken) = try connection.all(
      connection.holding(AccountsStore.lock(of: user)),
      Query("UPDATE users SET version = version + 1 WHERE id = $1 RETURNING id", user) { $0.int() })
    if taken.isEmpty { throw Problem.notFound }
  }

  /// The person's today.
  var today: Day { user.zone.clock(at: now).day }

  /// Adds a row under a key that the database chooses, and gives the key.
  mutating func insert(_ table: JournalTable, title: Int, _ row: Image) throws -> Int {
    let values: [any Bindable] = [user.id] + table.columns.map { row[$0] ?? .null }
    let key = try connection.first(table.insertNew, values: values) { $0.int() }
    try note(table, key: key ?? 0, title: title, before: nil, after: row)
    return key ?? 0
  }

  /// Adds a row under a key.
  mutating func insert(_ table: JournalTable, key: Int, title: Int, _ row: Image) throws {
    try Self.insert(connection, user: user.id, table, key: key, row)
    try note(table, key: key, title: title, before: nil, after: row)
  }

  /// Sets columns of a row; those that already hold the value are left out, and without any left nothing happens.
  mutating func update(_ table: JournalTable, key: Int, title: Int, _ row: Image) throws {
    let names = row.keys.sorted()
    if names.isEmpty { return }
    guard let before = try Self.read(connection, user: user.id, table, key: key, names) else { throw Problem.notFound }
    let changed = names.filter { before[$0] != row[$0] }
    if changed.isEmpty { return }
    let after = row.filter { changed.contains($0.key) }
    try Self.update(connection, user: user.id, table, key: key, after)
    try note(table, key: key, title: title, before: before.filter { changed.contains($0.key) }, after: after)
  }

  /// Removes a row.
  mutating func delete(_ table: JournalTable, key: Int, title: Int) throws {
    guard let before = try Self.read(connection, user: user.id, table, key: key, table.columns) else {
      throw Problem.notFound
    }
    try connection.execute(table.delete, user.id, key)
    try note(table, key: key, title: title, before: before, after: nil)
  }

  /// Ends the activity: writes what its line says and recounts every title and day it touched.
  ///
  /// - Returns: the activity, or nil when nothing changed.
  func finish() throws -> Int? {
    guard let activity else { return nil }
    try connection.execute(
      "UPDATE activities SET kind = $3, detail = $4 WHERE user_id = $1 AND id = $2", user.id, activity, kind.rawValue,
      detail.text)
    try Self.recount(connection, user: user, touched, today: today)
    return activity
  }

  private mutating func note(_ table: JournalTable, key: Int, title: Int, before: Image?, after: Image?) throws {
    let activity = try self.activity ?? begin()
    self.activity = activity
    place += 1
    touched.add(table, key: key, title: title, before: before, after: after)
    try connection.execute(
      """
      INSERT INTO changes (user_id, activity_id, place, tbl, key, title_id, before, after)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """, user.id, activity, place, table.rawValue, key, title, before.map(ImageText.write), after.map(ImageText.write)
    )
  }

  private func begin() throws -> Int {
    let id = try connection.first(
      """
      INSERT INTO activities (user_id, kind, title_id, source, detail, at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
      """, user.id, kind.rawValue, self.title, source, detail.text, now
    ) { $0.int() }
    guard let id else { throw DatabaseError(.statement, "INSERT … RETURNING gave no row") }
    return id
  }
}

// MARK: - Undo

/// Why an activity cannot be undone.
enum UndoRefusal: Error, Sendable {
  /// It was undone before.
  case undone
  /// Its changes were dropped after `Journal.undoDays`.
  case tooOld
  /// A later change stands in the way; the activity that made it, when known.
  case changedSince(by: Int?)
}

extension Journal {
  /// For how many days an activity can be undone.
  static let undoDays = 30

  private struct Change {
    let table: JournalTable
    let key: Int
    let title: Int
    let before: Image?
    let after: Image?
  }

  /// Takes back an activity, exactly: its changes from last to first, each only where the row still is as it left it.
  ///
  /// - Throws: `Problem.notFound` for somebody else's activity; `UndoRefusal`.
  static func undo(_ connection: Connection, user: User, activity: Int, now: Instant) throws {
    try take(connection, user: user.id)
    let state = try connection.first(
      "SELECT undone_at IS NOT NULL, kind FROM activities WHERE user_id = $1 AND id = $2", user.id, activity
    ) { ($0.bool(), $0.text()) }
    guard let state else { throw Problem.notFound }
    if state.0 { throw UndoRefusal.undone }
    let changes = try changes(connection, user: user.id, activity: activity)
    if changes.isEmpty { throw UndoRefusal.tooOld }
    for change in changes { try restore(connection, user: user.id, change, of: activity) }
    try connection.execute(
      "UPDATE activities SET undone_at = $3 WHERE user_id = $1 AND id = $2", user.id, activity, now)
    var touched = Touched()
    for change in changes {
      touched.add(change.table, key: change.key, title: change.title, before: change.before, after: change.after)
    }
    try recount(connection, user: user, touched, today: user.zone.clock(at: now).day)
  }

  /// Makes everything anew that is worked out from the rows that changed.
  fileprivate static func recount(_ connection: Connection, user: User, _ touched: Touched, today: Day) throws {
    for title in touched.titles.sorted() where title != noTitle {
      try Shelf.recount(connection, user: user.id, title: title, today: today)
    }
    try touched.recountDays(connection, user: user.id)
  }

  private static func changes(_ connection: Connection, user: Int, activity: Int) throws -> [Change] {
    try connection.rows(
      """
      SELECT tbl, key, title_id, before, after FROM changes WHERE user_id = $1 AND activity_id = $2
      ORDER BY place DESC
      """, user, activity
    ) { row in
      guard let table = JournalTable(rawValue: row.text()) else {
        throw DatabaseError(.corrupt, "a change of an unknown table in activity \(activity)")
      }
      let key = row.int()
      let title = row.int()
      return Change(
        table: table, key: key, title: title, before: try row.optionalText().map(ImageText.read),
        after: try row.optionalText().map(ImageText.read))
    }
  }

  /// The latest activity after the given one that touched the same row and stands.
  private static func later(_ connection: Connection, user: Int, _ change: Change, than activity: Int) throws -> Int? {
    try latest(connection, user: user, change.table, key: change.key, after: activity)
  }

  /// The latest activity that touched a row and stands.
  private static func latest(
    _ connection: Connection, user: Int, _ table: JournalTable, key: Int, after activity: Int = 0
  ) throws -> Int? {
    try connection.first(
      """
      SELECT c.activity_id FROM changes c JOIN activities a ON a.id = c.activity_id
      WHERE c.user_id = $1 AND c.tbl = $2 AND c.key = $3 AND c.activity_id > $4 AND a.undone_at IS NULL
      ORDER BY c.activity_id DESC LIMIT 1
      """, user, table.rawValue, key, activity
    ) { $0.int() }
  }

  /// The latest activity after the given one that set the same columns of a row, made it or removed it, and stands, be
  /// it to the same values: undoing the earlier one would leave the later one with nothing to come back to.
  private static func overwritten(
    _ connection: Connection, user: Int, _ change: Change, since activity: Int
  ) throws -> Int? {
    let mine = Set((change.after ?? change.before ?? [:]).keys)
    var found: Int?
    try connection.each(
      """
      SELECT c.activity_id, c.after FROM changes c JOIN activities a ON a.id = c.activity_id
      WHERE c.user_id = $1 AND c.tbl = $2 AND c.key = $3 AND c.activity_id > $4 AND a.undone_at IS NULL
      ORDER BY c.activity_id
      """, user, change.table.rawValue, change.key, activity
    ) { row in
      let later = row.int()
      let image = try row.optionalText().map(ImageText.read)
      if let image, mine.isDisjoint(with: image.keys) { return }
      found = later
    }
    return found
  }

  private static func restore(_ connection: Connection, user: Int, _ change: Change, of activity: Int) throws {
    func refusal() throws -> UndoRefusal {
      .changedSince(by: try later(connection, user: user, change, than: activity))
    }
    let names = (change.after ?? change.before ?? [:]).keys.sorted()
    let current = try read(connection, user: user, change.table, key: change.key, names)
    guard current == change.after else { throw try refusal() }
    if let stands = try overwritten(connection, user: user, change, since: activity) {
      throw UndoRefusal.changedSince(by: stands)
    }
    // What came onto a list later would go with it, unseen.
    if change.table == .lists, change.before == nil,
      let item = try ListStore.lastItem(connection, user: user, list: change.key)
    {
      throw UndoRefusal.changedSince(by: try ListStore.activity(connection, user: user, item: item))
    }
    // So would a rewatch under the plays that were recorded in it, and a name that another list has taken.
    if change.table == .passes, change.before == nil,
      let play = try PassStore.lastPlay(connection, user: user, pass: change.key)
    {
      throw UndoRefusal.changedSince(by: try latest(connection, user: user, .plays, key: play))
    }
    if change.table == .lists, case .text(let name)? = change.before?["name"],
      let list = try ListStore.named(connection, user: user, name, except: change.key)
    {
      throw UndoRefusal.changedSince(by: try latest(connection, user: user, .lists, key: list))
    }
    switch (change.before, change.after) {
    case (nil, _): try connection.execute(change.table.delete, user, change.key)
    case (let before?, nil):
      do {
        try connection.attempt { try insert(connection, user: user, change.table, key: change.key, before) }
      } catch let error as DatabaseError where error.kind == .constraint {
        // Something that came since stands in its place, such as a play with the same `once`.
        throw try refusal()
      }
    case (let before?, _):
      do {
        try connection.attempt { try update(connection, user: user, change.table, key: change.key, before) }
      } catch let error as DatabaseError where error.kind == .constraint {
        throw try refusal()
      }
    }
  }

  fileprivate static func read(
    _ connection: Connection, user: Int, _ table: JournalTable, key: Int, _ names: [String]
  ) throws -> Image? {
    try connection.first(table.select(names), user, key) { row in
      var image: Image = [:]
      for name in names { image[name] = row.value() }
      return image
    }
  }

  fileprivate static func insert(
    _ connection: Connection, user: Int, _ table: JournalTable, key: Int, _ row: Image
  ) throws {
    let values: [any Bindable] = [user, key] + table.columns.map { row[$0] ?? table.missing($0) }
    _ = try connection.first(table.insert, values: values) { $0.int() }
  }

  fileprivate static func update(
    _ connection: Connection, user: Int, _ table: JournalTable, key: Int, _ row: Image
  ) throws {
    let names = row.keys.sorted()
    let values: [any Bindable] = [user, key] + names.map { row[$0] ?? .null }
    try connection.execute(table.update(names), values: values)
  }

  /// Drops the changes of activities that can no longer be undone, at most `limit`; the activities stay.
  static func dropOld(_ connection: Connection, now: Instant, limit: Int) throws -> Int {
    // From the oldest changes on: activities stay, and there are ever more of them.
    try connection.execute(
      SQL(
        plannedAnew: """
          DELETE FROM changes WHERE activity_id IN (
            SELECT a.id FROM (SELECT DISTINCT c.activity_id FROM changes c ORDER BY c.activity_id LIMIT $2) AS oldest
            JOIN activities a ON a.id = oldest.activity_id WHERE a.at < $1)
          """), now - undoDays * 86_400_000_000, limit)
  }
}
