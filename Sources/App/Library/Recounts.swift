import SQL

/// Recounts of many people at once, after something changed that they share.
///
/// A transaction holds each person whom it recounts, and a show may be on as many shelves as a country has people. So
/// the first few are recounted together with the change; the others wait in `recounts`, and a job takes them piece by
/// piece. Whoever changes something of that title meanwhile is recounted with it, by the catalogue as it is now.
enum Recounts {
  /// How many people are recounted in the transaction of the change.
  static let atOnce = 20
  /// How many people one piece has at most.
  static let pieceSize = 50
  /// After this time a piece takes no further person: nobody else can write meanwhile on SQLite.
  static let pieceTime = Duration.milliseconds(25)
  /// The name of the job.
  static let job = "recounts"
  /// How often the job looks when nobody has asked it to.
  static let everySeconds = 600

  /// Recounts a title for everybody who has it, after the catalogue changed.
  ///
  /// - Parameter hasNewRuntimes: whether what was watched of it may have become longer or shorter.
  static func everybody(
    _ connection: Connection, title: Int, hasNewRuntimes: Bool = true, now: Instant
  ) throws {
    let people = try people(connection, title: title, after: 0, limit: atOnce + 1)
    for person in people.prefix(atOnce) {
      try recount(connection, person, title: title, hasNewRuntimes: hasNewRuntimes, now: now)
    }
    guard people.count > atOnce else { return }
    // A row that is there already asks for less: those whom it had reached are due again.
    try connection.execute(
      """
      INSERT INTO recounts (title_id, after_user, has_new_runtimes) VALUES ($1, $2, $3)
      ON CONFLICT (title_id) DO UPDATE SET after_user = excluded.after_user,
        has_new_runtimes = CASE WHEN excluded.has_new_runtimes = 1 THEN 1 ELSE recounts.has_new_runtimes END
      """, title, people[atOnce - 1].user, hasNewRuntimes)
    try JobStore.hasten(connection, job, now: now)
  }

  /// Recounts the next of those who wait; false when nobody does.
  static func piece(_ connection: Connection, now: Instant) throws -> Bool {
    let waiting = try connection.first("SELECT title_id FROM recounts ORDER BY title_id LIMIT 1") { $0.int() }
    guard let title = waiting else { return false }
    // First the title and then its row here, as a change of the title does.
    try CatalogueStore.share(connection, title: title)
    let row = try connection.first(
      "UPDATE recounts SET after_user = after_user WHERE title_id = $1 RETURNING after_user, has_new_runtimes", title
    ) { (after: $0.int(), hasNewRuntimes: $0.bool()) }
    guard let row else { return true }
    let people = try people(connection, title: title, after: row.after, limit: pieceSize)
    let start = ContinuousClock.now
    var done = 0
    for person in people {
      try recount(connection, person, title: title, hasNewRuntimes: row.hasNewRuntimes, now: now)
      done += 1
      if ContinuousClock.now - start > pieceTime { break }
    }
    if people.count < pieceSize, done == people.count {
      try connection.execute("DELETE FROM recounts WHERE title_id = $1", title)
    } else {
      try connection.execute("UPDATE recounts SET after_user = $2 WHERE title_id = $1", title, people[done - 1].user)
    }
    return true
  }

  /// Recounts for one person the titles for which they wait.
  static func waiting(_ connection: Connection, user: Int, today: Day) throws {
    let titles = try connection.rows(
      """
      SELECT r.title_id, r.has_new_runtimes FROM recounts r JOIN shelf s ON s.user_id = $1 AND s.title_id = r.title_id
      WHERE r.after_user < $1
      """, user
    ) { (id: $0.int(), hasNewRuntimes: $0.bool()) }
    for title in titles {
      try Shelf.recount(connection, user: user, title: title.id, today: today)
      if title.hasNewRuntimes { try Days.recountCatalogue(connection, user: user, title: title.id) }
    }
  }

  private struct Person {
    let user: Int
    let zone: Zone
  }

  private static func people(_ connection: Connection, title: Int, after: Int, limit: Int) throws -> [Person] {
    try connection.rows(
      """
      SELECT s.user_id, u.zone FROM shelf s JOIN users u ON u.id = s.user_id
      WHERE s.title_id = $1 AND s.user_id > $2 ORDER BY s.user_id LIMIT $3
      """, title, after, limit
    ) { Person(user: $0.int(), zone: Zone($0.text()) ?? .utc) }
  }

  private static func recount(
    _ connection: Connection, _ person: Person, title: Int, hasNewRuntimes: Bool, now: Instant
  ) throws {
    try AccountsStore.hold(connection, user: person.user)
    try Shelf.recount(connection, user: person.user, title: title, today: person.zone.clock(at: now).day)
    if hasNewRuntimes { try Days.recountCatalogue(connection, user: person.user, title: title) }
  }

  /// Recounts everything of everybody when a migration emptied what is worked out from the record; a person at a time,
  /// and the mark goes last.
  static func catchUp(_ database: any Database, now: Instant) throws {
    let people = try database.readBlocking { connection -> [Person]? in
      guard try connection.first("SELECT 1 FROM site WHERE name = 'recount'", read: { $0.int() }) != nil else {
        return nil
      }
      return try connection.rows("SELECT id, zone FROM users ORDER BY id") {
        Person(user: $0.int(), zone: Zone($0.text()) ?? .utc)
      }
    }
    guard let people else { return }
    for person in people {
      try database.writeBlocking { connection in
        try AccountsStore.hold(connection, user: person.user)
        try Shelf.recountAll(connection, user: person.user, today: person.zone.clock(at: now).day)
        try Days.recountAll(connection, user: person.user)
      }
    }
    try database.writeBlocking { _ = try $0.execute("DELETE FROM site WHERE name = 'recount'") }
  }
}
