public import SQL

/// What is done to a site from a shell; each is one call of the command line.
public struct Commands: Sendable {
  private let database: any Database
  private let config: Config
  private let now: Instant

  /// Works on an open database.
  public init(database: any Database, config: Config, now: Instant) {
    self.database = database
    self.config = config
    self.now = now
  }

  /// Adds an account.
  public func addUser(_ username: String, password: String, email: String?, isAdmin: Bool) throws {
    let problem =
      AccountRules.problem(username: username) ?? email.flatMap { AccountRules.problem(email: $0) }
      ?? AccountRules.problem(password: password, username: username, email: email)
    if let problem { throw StartProblem(try english()(problem)) }
    let new = AccountsStore.New(
      username: username, email: email, displayName: username,
      password: try Passwords.hashNow(password, cost: config.passwordCost), isAdmin: isAdmin, zone: nil,
      language: .english)
    guard try database.writeBlocking({ try AccountsStore.create($0, new, now: now) }) != nil else {
      throw StartProblem("There is an account named \(username) already.")
    }
  }

  /// Every account in a line.
  public func users() throws -> [String] {
    var lines: [String] = []
    var after = 0
    while true {
      let from = after
      let page = try database.writeBlocking { try AdminStore.users($0, after: from) }
      for user in page.prefix(AdminStore.pageSize) {
        let marks = [user.isAdmin ? "administrator" : nil, user.isDisabled ? "disabled" : nil].compactMap { $0 }
        let since = InstantText.write(user.createdAt).prefix(10)
        lines.append("\(user.username)\t\(user.titles) titles\tsince \(since)\t\(marks.joined(separator: ", "))")
        after = user.id
      }
      if page.count <= AdminStore.pageSize { return lines }
    }
  }

  /// Sets a password and ends the account's sessions.
  public func setPassword(_ username: String, password: String) throws {
    let id = try find(username)
    if let problem = AccountRules.problem(password: password, username: username, email: nil) {
      throw StartProblem(try english()(problem))
    }
    let hash = try Passwords.hashNow(password, cost: config.passwordCost)
    try database.writeBlocking { connection in
      try AccountsStore.setPassword(connection, user: id, hash: hash)
      try SessionStore.endAll(connection, user: id)
    }
  }

  /// Gives or takes the rights of an administrator.
  public func setAdmin(_ username: String, _ isAdmin: Bool) throws {
    let id = try find(username)
    _ = try database.writeBlocking { try AdminStore.setAdmin($0, user: id, isAdmin) }
  }

  /// Deletes an account with its record.
  public func deleteUser(_ username: String) throws {
    let id = try find(username)
    try database.writeBlocking { try AccountsStore.delete($0, user: id) }
  }

  /// Takes a record.json into an account whose record is empty.
  ///
  /// - Parameter isLook: whether nothing is kept, only said what would be.
  /// - Returns: what was done, a line each.
  public func importRecord(_ path: String, into username: String, isLook: Bool) throws -> [String] {
    let t = try english()
    let id = try find(username)
    guard let user = try database.writeBlocking({ try AccountsStore.user($0, id: id) }) else {
      throw StartProblem("There is no account named \(username).")
    }
    let report: ImportReport
    do {
      let record = try RecordImport.read(try RecordFile.bytes(path), now: now)
      report = try database.writeBlocking {
        try isLook
          ? ImportStore.look($0, user: user.id, record) : ImportStore.run($0, user: user, record, now: now)
      }
    } catch let mistake as ImportMistake {
      throw StartProblem("\(path): \(mistake.sentence(t))")
    } catch let refusal as ImportRefusal {
      throw StartProblem(refusal.sentence(t))
    } catch let error as DatabaseError {
      throw Opening.sentence(error, config)
    }
    return [t(isLook ? .importLookHead : .importReportHead)] + report.lines(t)
  }

  private func find(_ username: String) throws -> Int {
    guard let known = try database.writeBlocking({ try AccountsStore.credentials($0, name: username) }) else {
      throw StartProblem("There is no account named \(username).")
    }
    return known.id
  }

  private func english() throws -> Texts { try Texts(language: .english, file: Embedded.text("en.txt")) }

  /// How much the catalogue knows.
  public func catalogueStats() throws -> String {
    let counts = try database.writeBlocking { try CatalogueStore.counts($0) }
    return "\(counts.movies) films, \(counts.shows) shows, \(counts.episodes) episodes"
  }

  /// Recounts every shelf and every day, and says which rows were not as the recount makes them.
  ///
  /// - Parameter isRepairing: whether the recount stays; else everything is left as it was.
  public func recount(isRepairing: Bool) throws -> [String] {
    let users = try database.writeBlocking {
      try $0.rows("SELECT id, zone FROM users ORDER BY id") { ($0.int(), $0.text()) }
    }
    var differences: [String] = []
    for (user, zoneName) in users {
      let today = (Zone(zoneName) ?? .utc).clock(at: now).day
      do {
        differences += try database.writeBlocking { connection in
          try AccountsStore.hold(connection, user: user)
          try Recounts.waiting(connection, user: user, today: today)
          let before = try Self.shelf(connection, user: user) + Days.lines(connection, user: user)
          try Shelf.recountAll(connection, user: user, today: today)
          try Days.recountAll(connection, user: user)
          let after = try Self.shelf(connection, user: user) + Days.lines(connection, user: user)
          let found = Set(before).symmetricDifference(after).sorted()
          if !isRepairing { throw RollBack(found: found) }
          return found
        }
      } catch let rollBack as RollBack {
        differences += rollBack.found
      }
    }
    return differences
  }

  private struct RollBack: Error {
    let found: [String]
  }

  private static func shelf(_ connection: Connection, user: Int) throws -> [String] {
    try connection.rows(
      """
      SELECT user_id, title_id, kind, name_key, year, status, rating, favourite, added_at, last_at, last_day, plays,
        pass, seen, skipped, aired, total, share, next_episode, next_day, aired_day, turn_day
      FROM shelf WHERE user_id = $1
      """, user
    ) { row in (0..<22).map { _ in "\(row.value())" }.joined(separator: " ") }
      + connection.rows("SELECT kind, status, titles FROM counts WHERE user_id = $1 AND titles <> 0", user) { row in
        "user \(user) counts \(row.text()) \(row.text()) \(row.int())"
      }
  }

  /// Copies everything into another database, which is empty or holds the beginning of the same copy.
  ///
  /// - Returns: a line a table.
  public static func copy(
    from source: any Database, to target: any Database, now: Instant,
    progress: @escaping @Sendable (String, Int, Int) -> Void
  ) throws -> [String] {
    let lines = try Copier(source: source, target: target, now: now, progress: progress).run()
    let total = lines.reduce(0) { $0 + $1.rows }
    return lines.map { "\($0.table)\t\($0.rows) rows, equal\($0.wasThere ? ", there already" : "")" }
      + ["Everything is there: \(total) rows."]
  }

  /// The schema in PostgreSQL's spelling.
  public static var postgresSchema: String {
    ([Migrator.table] + migrations.steps).map(\.postgresText).joined(separator: "\n")
  }
}
