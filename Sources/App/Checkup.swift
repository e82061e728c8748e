import Foundation
import SQL

/// What `doctor` finds.
public struct Checkup: Sendable {
  /// One thing that was looked at.
  public struct Finding: Sendable {
    /// Whether it is as it should be.
    public let isGood: Bool
    /// What was found and, when it is wrong, what to do.
    public let sentence: String
  }

  private let config: Config
  private let now: Instant

  /// Looks at the site of a configuration.
  public init(config: Config, now: Instant) {
    self.config = config
    self.now = now
  }

  /// Less free space than this is worth a word: 200 MB.
  static let leastFreeBytes = 200_000_000

  /// Everything that was found; changes nothing unless it repairs.
  public func findings(recount: Bool, repair: Bool) throws -> [Finding] {
    var found = [folder(), space(), zones()].compactMap { $0 }
    if case .sqlite(let path) = config.database, !FileManager.default.fileExists(atPath: path) {
      return found + [Finding(isGood: true, sentence: "There is no database yet; `flixlist serve` makes it.")]
    }
    let database: any Database
    do {
      database = try Opening.connect(config)
    } catch let problem as StartProblem {
      return found + [Finding(isGood: false, sentence: problem.description)]
    }
    let state = try database.writeBlocking { try migrations.state(on: $0) }
    found.append(schema(state))
    let problems = try database.integrityProblems()
    found.append(
      Finding(
        isGood: problems.isEmpty,
        sentence: problems.isEmpty
          ? "The database is sound."
          : "The database is damaged (\(problems.joined(separator: "; "))); restore a backup."))
    found += try durability(database)
    found += try backups(state)
    if recount, state == .current { found.append(try shelves(database, repair: repair)) }
    try database.close()
    return found
  }

  private func durability(_ database: any Database) throws -> [Finding] {
    if let file = database as? SQLite {
      let isFull = try file.synchronousLevel() == 2
      return [
        Finding(
          isGood: isFull,
          sentence: isFull ? "Every commit is on disk before it is answered." : "Commits are not synchronous.")
      ]
    }
    let server = try database.writeBlocking { try ServerFacts($0) }
    let isDurable = server.synchronousCommit != "off" && server.fsync == "on"
    let aside = abs(server.now - App.systemClock())
    return [
      Finding(
        isGood: isDurable,
        sentence: isDurable
          ? "Every commit is on the server's disk before it is answered."
          : "The server answers commits before they are on its disk; set fsync and synchronous_commit to on."),
      Finding(
        isGood: server.encoding == "UTF8",
        sentence: server.encoding == "UTF8"
          ? "The server is PostgreSQL \(server.version), and its text is UTF-8."
          : "The database keeps text as \(server.encoding); make one with ENCODING 'UTF8' and copy there."),
      Finding(
        isGood: aside < Self.mostAside,
        sentence: aside < Self.mostAside
          ? "The server's clock is ours."
          : "The server's clock is \(aside / 1_000_000) seconds from ours; set both by NTP."),
      Finding(
        isGood: server.free >= Self.leastFreeConnections,
        sentence: "\(server.free) connections of the server are free."
          + (server.free >= Self.leastFreeConnections ? "" : " Raise max_connections, or lower pool= in the address.")),
    ]
  }

  /// Clocks may differ by two seconds.
  private static let mostAside = 2_000_000
  private static let leastFreeConnections = 3

  private func backups(_ state: Migrator.State) throws -> [Finding] {
    guard let folder = config.backups else {
      return [Finding(isGood: true, sentence: "Backups by itself are turned off (FLIXLIST_BACKUPS).")]
    }
    if state == .empty { return [] }
    guard let newest = try BackupShelf(folder: folder).all().last else {
      return [
        Finding(
          isGood: true, sentence: "There is no backup in \(folder) yet; a node that serves makes one a day.")
      ]
    }
    let hours = (now - newest.madeAt) / 3_600_000_000
    let isOld = now - newest.madeAt > BackupRules.oldSeconds * 1_000_000
    return [
      Finding(
        isGood: !isOld,
        sentence: "The newest backup is \(hours) hours old (\(newest.path))."
          + (isOld ? " Is a node serving, and its disk not full? Its log says why there is none." : ""))
    ]
  }

  private func folder() -> Finding {
    let attributes = try? FileManager.default.attributesOfItem(atPath: config.data)
    guard let attributes else {
      return Finding(
        isGood: true, sentence: "The data folder \(config.data) is not there yet; `flixlist serve` makes it.")
    }
    let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    return mode & 0o007 == 0
      ? Finding(isGood: true, sentence: "The data folder \(config.data) is closed to others.")
      : Finding(isGood: false, sentence: "Others can look into \(config.data); run: chmod 700 \(config.data)")
  }

  private func space() -> Finding? {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: config.data)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue else { return nil }
    return free < Self.leastFreeBytes
      ? Finding(
        isGood: false, sentence: "Only \(free / 1_000_000) MB are free on the disk of \(config.data); make room.")
      : Finding(isGood: true, sentence: "\(free / 1_000_000) MB are free on the disk of \(config.data).")
  }

  private func zones() -> Finding {
    Zone("Europe/Berlin") != nil
      ? Finding(isGood: true, sentence: "Time zones are known.")
      : Finding(isGood: false, sentence: "Time zones are missing; install the package tzdata.")
  }

  private func schema(_ state: Migrator.State) -> Finding {
    switch state {
    case .current: Finding(isGood: true, sentence: "The schema is current.")
    case .empty: Finding(isGood: true, sentence: "The database is empty; `flixlist serve` fills it.")
    case .behind(let names):
      Finding(
        isGood: false,
        sentence: "The schema lacks \(names.joined(separator: ", ")); `flixlist serve` brings it up to date.")
    case .ahead(let names):
      Finding(
        isGood: false,
        sentence: "A newer FlixList made this database (\(names.joined(separator: ", "))); start that one.")
    case .foreign: Finding(isGood: false, sentence: "There is a database, but not one of FlixList's.")
    }
  }

  private func shelves(_ database: any Database, repair: Bool) throws -> Finding {
    let differences = try Commands(database: database, config: config, now: now).recount(isRepairing: repair)
    if differences.isEmpty { return Finding(isGood: true, sentence: "Every shelf is as a recount makes it.") }
    let shown = differences.prefix(5).joined(separator: "\n      ")
    return Finding(
      isGood: repair,
      sentence:
        "\(differences.count) rows of shelves \(repair ? "were" : "are") not as a recount makes them:\n      \(shown)")
  }
}

/// What a PostgreSQL server says of itself.
private struct ServerFacts {
  let synchronousCommit: String
  let fsync: String
  let encoding: String
  let version: String
  /// In microseconds.
  let now: Instant
  /// How many connections could still be made.
  let free: Int

  init(_ connection: Connection) throws {
    let facts =
      try connection.rows(
        """
        SELECT current_setting('synchronous_commit') || ' ' || current_setting('fsync') || ' '
          || current_setting('server_encoding') || ' ' || current_setting('server_version') || ' '
          || CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) || ' '
          || (CAST(current_setting('max_connections') AS bigint) - (SELECT count(*) FROM pg_stat_activity
            WHERE backend_type = 'client backend'))
        """
      ) { $0.text() }.first?.split(separator: " ").map(String.init) ?? []
    guard facts.count >= 6 else { throw DatabaseError(.statement, "the server does not say how it is set") }
    (synchronousCommit, fsync, encoding, version) = (facts[0], facts[1], facts[2], facts[3])
    // The version may hold the name of a distribution.
    (now, free) = (Int(facts[facts.count - 2]) ?? 0, Int(facts[facts.count - 1]) ?? 0)
  }
}
