import Foundation
import SQL
import Web

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
  ///
  /// - Parameter asksOutside: whether TMDB is asked, too.
  public func findings(recount: Bool, repair: Bool, asksOutside: Bool = true) async throws -> [Finding] {
    var found = [folder()] + closed() + spaces() + [zones()]
    if case .sqlite(let path) = config.database, !FileManager.default.fileExists(atPath: path) {
      if let problem = Opening.missing(path, config) {
        return found + [Finding(isGood: false, sentence: problem.description)]
      }
      return found + [Finding(isGood: true, sentence: "There is no database yet; `flixlist serve` makes it.")]
    }
    let database: any Database
    do {
      database = try Opening.connect(config)
    } catch let problem as StartProblem {
      return found + [Finding(isGood: false, sentence: problem.description)]
    }
    do {
      try Opening.check(config, database)
    } catch {
      // What else there is to say of it would be of another database.
      try database.close()
      return found + [Finding(isGood: false, sentence: "\(Opening.sentence(error, config))")]
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
    found += try backups(state, database)
    if asksOutside, state == .current { found.append(try await source(database)) }
    if recount, state == .current { found.append(try shelves(database, repair: repair)) }
    try database.close()
    return found
  }

  /// Whether TMDB answers, and knows the token.
  private func source(_ database: any Database) async throws -> Finding {
    let path = config.data + "/" + Opening.secretName
    let vault: Vault
    do {
      // None is made here.
      let isSecret = config.secret != nil || FileManager.default.fileExists(atPath: path)
      vault = Vault(secret: isSecret ? try Opening.secret(config) : "")
    } catch {
      return Finding(isGood: false, sentence: "\(error)")
    }
    let (token, isKept) = try await database.read { [config] in
      (try TMDBToken.read($0, configured: config.tmdbToken, vault), try TMDBToken.kept($0) != nil)
    }
    guard let token else {
      if isKept {
        return Finding(
          isGood: false,
          sentence: "The token of TMDB was set under another secret; give FLIXLIST_SECRET again, or set the token anew."
        )
      }
      return Finding(
        isGood: true, sentence: "There is no token of TMDB: the catalogue is what is here and what IMDb's files add.")
    }
    let client = TMDBClient(base: config.tmdbURL, database: database, clock: App.systemClock)
    let sentence: String?
    do {
      _ = try await client.get("/configuration", token: token, within: .seconds(5))
      sentence = nil
    } catch .refused {
      sentence = "TMDB refuses the token; set a new one under Administration, or in FLIXLIST_TMDB_TOKEN."
    } catch {
      sentence =
        "TMDB cannot be asked at \(config.tmdbURL) (\(error.summary)); does the machine reach it? Pages go on without."
    }
    try await client.fetcher.shutDown()
    return Finding(isGood: sentence == nil, sentence: sentence ?? "TMDB answers at \(config.tmdbURL).")
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

  private func backups(_ state: Migrator.State, _ database: any Database) throws -> [Finding] {
    guard let folder = config.backups else {
      return [Finding(isGood: true, sentence: "Backups by itself are turned off (FLIXLIST_BACKUPS).")]
    }
    if state == .empty { return [] }
    let here = try BackupShelf(folder: folder).all().last
    // Of several nodes another may have made the newest, in its own folder.
    let jobs = state == .current ? try database.readBlocking { try JobStore.all($0) } : []
    let job = jobs.first { $0.name == "backup" }
    if let job, job.failures > 0 {
      return [
        Finding(
          isGood: false,
          sentence: "The backup failed \(job.failures) times in a row, the last time: \(job.problem ?? "?").")
      ]
    }
    let elsewhere = job?.endedAt
    guard let newest = [here?.madeAt, elsewhere].compactMap({ $0 }).max() else {
      return [
        Finding(
          isGood: true, sentence: "There is no backup in \(folder) yet; a node that serves makes one a day.")
      ]
    }
    let hours = (now - newest) / 3_600_000_000
    let isOld = now - newest > BackupRules.oldSeconds * 1_000_000
    let isHere = here.map { newest - $0.madeAt < BackupRules.everySeconds * 1_000_000 } ?? false
    return [
      Finding(
        isGood: !isOld,
        sentence: "The newest backup is \(hours) hours old (\(isHere ? here?.path ?? "" : "made by another node"))."
          + (isOld ? " Is a node serving, and its disk not full? Its log says why there is none." : ""))
    ]
  }

  private func folder() -> Finding {
    let manager = FileManager.default
    guard manager.fileExists(atPath: config.data) else {
      return Finding(
        isGood: true, sentence: "The data folder \(config.data) is not there yet; `flixlist serve` makes it.")
    }
    return manager.isWritableFile(atPath: config.data)
      ? Finding(isGood: true, sentence: "The data folder \(config.data) can be written.")
      : Finding(
        isGood: false,
        sentence: "The data folder \(config.data) cannot be written; give the user that runs flixlist the right to.")
  }

  /// The file of the database, if it is one.
  private var file: String? { if case .sqlite(let path) = config.database { path } else { nil } }

  /// Whether others can look into what only this site should read. What lies in a folder that is closed is closed.
  private func closed() -> [Finding] {
    let inside = [config.data + "/" + Opening.secretName] + [file, config.backups].compactMap { $0 }
    let open = [config.data].filter(isOpen) + inside.filter { isOpen($0) && isOpen(folder(of: $0)) }
    if open.isEmpty {
      return FileManager.default.fileExists(atPath: config.data)
        ? [Finding(isGood: true, sentence: "The data folder \(config.data) is closed to others.")] : []
    }
    return open.map { path in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      let wanted = isFolder.boolValue ? "700" : "600"
      return Finding(
        isGood: false,
        sentence: "Others can look into \(path); run: chmod \(wanted) \(path)")
    }
  }

  private func isOpen(_ path: String) -> Bool {
    let mode = try? FileManager.default.attributesOfItem(atPath: real(path))[.posixPermissions] as? NSNumber
    return (mode?.intValue ?? 0) & 0o007 != 0
  }

  /// Where a path leads; a link has rights and a disk of its own.
  private func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

  private func folder(of path: String) -> String { (real(path) as NSString).deletingLastPathComponent }

  /// How much is free where something is written, each disk once.
  private func spaces() -> [Finding] {
    let folders = [config.data, file.map { folder(of: $0) }, config.backups]
    var seen: Set<NSNumber> = []
    return folders.compactMap { $0 }.compactMap { folder in
      let manager = FileManager.default
      guard let disk = try? manager.attributesOfItem(atPath: real(folder))[.systemNumber] as? NSNumber,
        seen.insert(disk).inserted,
        let free = try? manager.attributesOfFileSystem(forPath: folder)[.systemFreeSize] as? NSNumber
      else { return nil }
      let megabytes = free.intValue / 1_000_000
      return free.intValue < Self.leastFreeBytes
        ? Finding(isGood: false, sentence: "Only \(megabytes) MB are free on the disk of \(folder); make room.")
        : Finding(isGood: true, sentence: "\(megabytes) MB are free on the disk of \(folder).")
    }
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
