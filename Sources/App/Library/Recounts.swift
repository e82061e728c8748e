import SQL

/// Recounts of many people, after something changed that they share.
///
/// A transaction holds each person whom it recounts, and a show may be on as many shelves as a country has people. So
/// the first few are recounted together with the change; the others wait in `recounts`, as ranges of their numbers,
/// and `RecountKeeper` takes them piece by piece. Whoever changes something of that title meanwhile is recounted with
/// it, by the catalogue as it is now. Nobody is waited for: who is busy is recounted a little later.
enum Recounts {
  /// How many people a change of the catalogue still recounts in its own transaction, whatever it changes.
  struct Budget {
    var people = Recounts.atOnce
  }

  /// How many that are at first.
  static let atOnce = 20
  /// How many people one piece has at most.
  static let pieceSize = 50
  /// After this time a piece takes no further person: nobody else can write meanwhile on SQLite.
  static let pieceTime = Duration.milliseconds(25)
  /// How long later somebody is looked for again who is busy.
  static let laterSeconds = 10

  /// Recounts a title for everybody who has it, after the catalogue changed.
  ///
  /// - Parameters:
  ///   - hasNewRuntimes: whether what was watched of it may have become longer or shorter.
  ///   - budget: shared by all titles that a transaction changes.
  static func everybody(
    _ connection: Connection, title: Int, hasNewRuntimes: Bool = true, now: Instant, budget: inout Budget
  ) throws {
    // No piece is taken meanwhile.
    try CatalogueStore.hold(connection, title: title)
    let people = try people(connection, title: title, after: 0, limit: budget.people + 1)
    let waiting = try connection.first(
      "SELECT max(has_new_runtimes) FROM recounts WHERE title_id = $1", title
    ) { $0.optionalInt() }
    let asked = waiting.flatMap { $0 }
    let hasNewRuntimes = hasNewRuntimes || asked == 1
    var last = 0
    for person in people.prefix(budget.people) {
      guard try recount(connection, person, title: title, hasNewRuntimes: hasNewRuntimes, now: now) else { break }
      last = person.user
      budget.people -= 1
    }
    // Those who waited before are among the ones who wait now.
    if asked != nil { try connection.execute("DELETE FROM recounts WHERE title_id = $1", title) }
    guard let end = people.last?.user, end > last else { return }
    try add(connection, UserRange(title: title, after: last, upTo: .max, hasNewRuntimes: hasNewRuntimes), dueAt: now)
  }

  /// The same for a transaction that changes one title.
  static func everybody(_ connection: Connection, title: Int, hasNewRuntimes: Bool = true, now: Instant) throws {
    var budget = Budget()
    try everybody(connection, title: title, hasNewRuntimes: hasNewRuntimes, now: now, budget: &budget)
  }

  /// Recounts the next of those who wait; false when nobody does whose time has come.
  static func piece(_ connection: Connection, now: Instant) throws -> Bool {
    let next = try connection.first(
      SQL(
        sqlite: """
          SELECT title_id, after_user, upto_user, has_new_runtimes FROM recounts WHERE due_at <= $1
          ORDER BY due_at, title_id, after_user LIMIT 1
          """,
        postgres: """
          SELECT title_id, after_user, upto_user, has_new_runtimes FROM recounts WHERE due_at <= $1
          ORDER BY due_at, title_id, after_user LIMIT 1 FOR UPDATE SKIP LOCKED
          """), now
    ) { UserRange(title: $0.int(), after: $0.int(), upTo: $0.int(), hasNewRuntimes: $0.bool()) }
    guard var range = next else { return false }
    let later = now + laterSeconds * 1_000_000
    guard try CatalogueStore.tryShare(connection, title: range.title) else {
      // It is being changed, and then everybody is due.
      try connection.execute(
        "UPDATE recounts SET due_at = $3 WHERE title_id = $1 AND after_user = $2", range.title, range.after, later)
      return true
    }
    try connection.execute(
      "DELETE FROM recounts WHERE title_id = $1 AND after_user = $2", range.title, range.after)
    let people = try people(
      connection, title: range.title, after: range.after, upTo: range.upTo, limit: pieceSize)
    let start = ContinuousClock.now
    for person in people {
      let isDone = try recount(
        connection, person, title: range.title, hasNewRuntimes: range.hasNewRuntimes, now: now)
      if !isDone {
        var one = range
        (one.after, one.upTo) = (person.user - 1, person.user)
        try add(connection, one, dueAt: later)
      }
      range.after = person.user
      if ContinuousClock.now - start > pieceTime { break }
    }
    let isOver = people.count < pieceSize && range.after >= people.last?.user ?? 0
    if !isOver, range.after < range.upTo { try add(connection, range, dueAt: now) }
    return true
  }

  /// Recounts for one person the titles for which they wait.
  static func waiting(_ connection: Connection, user: Int, today: Day) throws {
    let titles = try connection.rows(
      """
      SELECT r.title_id, r.has_new_runtimes FROM recounts r JOIN shelf s ON s.user_id = $1 AND s.title_id = r.title_id
      WHERE r.after_user < $1 AND r.upto_user >= $1
      """, user
    ) { (id: $0.int(), hasNewRuntimes: $0.bool()) }
    for title in titles {
      try Shelf.recount(connection, user: user, title: title.id, today: today)
      if title.hasNewRuntimes { try Days.recountCatalogue(connection, user: user, title: title.id) }
    }
  }

  // MARK: People

  private struct Person {
    let user: Int
    let zone: Zone
  }

  /// Those who have a title and whose number is larger than one, up to another.
  private struct UserRange {
    let title: Int
    var after: Int
    var upTo: Int
    let hasNewRuntimes: Bool
  }

  private static func add(_ connection: Connection, _ range: UserRange, dueAt: Instant) throws {
    try connection.execute(
      """
      INSERT INTO recounts (title_id, after_user, upto_user, has_new_runtimes, due_at) VALUES ($1, $2, $3, $4, $5)
      """, range.title, range.after, range.upTo, range.hasNewRuntimes, dueAt)
  }

  private static func people(
    _ connection: Connection, title: Int, after: Int, upTo: Int = .max, limit: Int
  ) throws -> [Person] {
    try connection.rows(
      """
      SELECT s.user_id, u.zone FROM shelf s JOIN users u ON u.id = s.user_id
      WHERE s.title_id = $1 AND s.user_id > $2 AND s.user_id <= $3 ORDER BY s.user_id LIMIT $4
      """, title, after, upTo, limit
    ) { Person(user: $0.int(), zone: Zone($0.text()) ?? .utc) }
  }

  /// False when somebody else holds this person.
  private static func recount(
    _ connection: Connection, _ person: Person, title: Int, hasNewRuntimes: Bool, now: Instant
  ) throws -> Bool {
    guard try AccountsStore.tryHold(connection, user: person.user) else { return false }
    try Shelf.recount(connection, user: person.user, title: title, today: person.zone.clock(at: now).day)
    if hasNewRuntimes { try Days.recountCatalogue(connection, user: person.user, title: title) }
    return true
  }

  // MARK: After a migration

  /// Recounts everything of everybody when a migration emptied what is worked out from the record; a person at a time,
  /// and the mark goes last.
  ///
  /// Nodes that start together take turns at it, each with the next person, and a start that was broken off goes on
  /// with whom it had come to.
  static func catchUp(_ database: any Database, now: Instant) throws {
    while try database.writeBlocking({ try catchUpNext($0, now: now) }) {}
  }

  /// What the mark says before the number of whoever was recounted last; a migration sets it without.
  private static let after = "after "

  private static func catchUpNext(_ connection: Connection, now: Instant) throws -> Bool {
    // Holds the mark meanwhile.
    let found = try connection.first("UPDATE site SET value = value WHERE name = 'recount' RETURNING value") {
      $0.text()
    }
    guard let mark = found else { return false }
    let last = mark.hasPrefix(after) ? Int(mark.dropFirst(after.count)) ?? 0 : 0
    let next = try connection.first("SELECT id, zone FROM users WHERE id > $1 ORDER BY id LIMIT 1", last) {
      Person(user: $0.int(), zone: Zone($0.text()) ?? .utc)
    }
    guard let person = next else {
      try connection.execute("DELETE FROM site WHERE name = 'recount'")
      return false
    }
    try AccountsStore.hold(connection, user: person.user)
    try Shelf.recountAll(connection, user: person.user, today: person.zone.clock(at: now).day)
    try Days.recountAll(connection, user: person.user)
    try connection.execute("UPDATE site SET value = $1 WHERE name = 'recount'", after + String(person.user))
    return true
  }
}
