import Foundation
public import SQL

/// Why the program cannot start, in the one sentence that helps.
public struct StartProblem: Error, Sendable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// Makes one.
  public init(_ sentence: String) { description = sentence }
}

/// Opens the data folder and its database, and refuses with a clear sentence when something is not as it should be.
public enum Opening {
  /// A file beside the database that says one has been here: with it, a missing database is an unmounted disk or a
  /// deleted file, not a first start.
  static let markerName = "flixlist.marker"
  /// The file of the secret that is made once.
  static let secretName = "secret"

  /// Opens the database, brings its schema up to this program's and loads the starter catalogue when there is none.
  public static func open(_ config: Config, observer: DatabaseObserver = .init(), now: Instant) throws -> any Database {
    let database = try connect(config, observer: observer)
    do {
      try check(config, database)
      try migrate(database, config, now: now)
      // Also when an earlier start broke off between the two.
      try Recounts.catchUp(database, now: now)
      try Starter.load(database, now: now)
      try mark(config, database)
    } catch {
      try close(database, after: error)
      throw sentence(error, config)
    }
    return database
  }

  /// Opens the database as it is, without changing its schema.
  ///
  /// - Parameter isRestore: whether it is there to be filled: then a missing file is no surprise.
  public static func connect(
    _ config: Config, observer: DatabaseObserver = .init(), isRestore: Bool = false
  ) throws -> any Database {
    do {
      try FileManager.default.createDirectory(
        atPath: config.data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw StartProblem("The data folder \(config.data) cannot be made: \(reason(error)).")
    }
    do {
      switch config.database {
      case .sqlite(let path):
        try checkFile(path, config, isRestore: isRestore)
        return try SQLite(path: path, observer: observer)
      case .postgres(let address): return try Postgres(address, observer: observer)
      }
    } catch {
      throw sentence(error, config)
    }
  }

  /// Opens a database by its address alone.
  public static func open(_ address: DatabaseAddress) throws -> any Database {
    var config = Config()
    config.database = address
    do {
      switch address {
      case .sqlite(let path): return try SQLite(path: path)
      case .postgres(let address): return try Postgres(address)
      }
    } catch {
      throw sentence(error, config)
    }
  }

  /// Forgets which database the data folder belonged to: another one has been put in its place on purpose.
  public static func forgetMarker(_ config: Config) throws {
    if FileManager.default.fileExists(atPath: marker(config)) {
      try FileManager.default.removeItem(atPath: marker(config))
    }
  }

  /// Refuses a file that is not there where there was one, or that cannot be written.
  private static func checkFile(_ path: String, _ config: Config, isRestore: Bool) throws {
    let manager = FileManager.default
    let folder = (path as NSString).deletingLastPathComponent
    do {
      if !folder.isEmpty { try manager.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    } catch {
      throw StartProblem("The folder \(folder) cannot be made: \(reason(error)).")
    }
    guard manager.isWritableFile(atPath: folder.isEmpty ? "." : folder) else {
      throw StartProblem("The folder \(folder) cannot be written; give the user that runs flixlist the right to.")
    }
    let isThere = manager.fileExists(atPath: path)
    if !isThere, !isRestore, let problem = missing(path, config) { throw problem }
    if isThere, !manager.isWritableFile(atPath: path) {
      throw StartProblem("The database \(path) cannot be written; give the user that runs flixlist the right to.")
    }
  }

  /// Why a file that is not there should be; nil where there never was one.
  static func missing(_ path: String, _ config: Config) -> StartProblem? {
    guard FileManager.default.fileExists(atPath: marker(config)) else { return nil }
    return StartProblem(
      """
      There was a database at \(path) and now there is none. Is its disk mounted? To begin with an empty one on \
      purpose, remove \(marker(config)) first.
      """)
  }

  private static let schemaLock = Lock("schema")

  private static func migrate(_ database: any Database, _ config: Config, now: Instant) throws {
    if try isCurrent(database) { return }
    guard case .postgres(let address) = config.database else { return try bringUp(database, config, now: now) }
    // Of nodes that start together one does it, on a connection of its own; the others look again.
    let gate = try Postgres(address.with(connections: 1))
    defer { Self.end(gate) }
    while true {
      let isOurs = try gate.writeBlocking { connection in
        guard try connection.tryHold(schemaLock) else { return false }
        try bringUp(database, config, now: now)
        return true
      }
      if isOurs { return }
      Thread.sleep(forTimeInterval: 0.2)
      if try isCurrent(database) { return }
    }
  }

  private static func end(_ gate: Postgres) {
    do {
      try gate.close()
    } catch {
      // It has nothing that could be lost.
    }
  }

  private static func bringUp(_ database: any Database, _ config: Config, now: Instant) throws {
    if case .behind(let steps) = try database.readBlocking({ try migrations.state(on: $0) }),
      let folder = config.backups
    {
      try BackupShelf(folder: folder).add(database, kind: "before-\(steps.first ?? "")", now: now)
    }
    try migrations.migrate(database, now: now)
  }

  /// Whether the schema is this program's; refuses what it cannot be made of.
  private static func isCurrent(_ database: any Database) throws -> Bool {
    switch try database.readBlocking({ try migrations.state(on: $0) }) {
    case .current: return true
    case .empty, .behind: return false
    case .ahead(let names):
      throw StartProblem(
        """
        The database was made by a newer FlixList (it has \(names.joined(separator: ", "))); start that one, or \
        restore a backup.
        """
      )
    case .foreign:
      throw StartProblem(
        "There is a database, but not one of FlixList's; FLIXLIST_DATABASE points to the wrong one.")
    }
  }

  private static func marker(_ config: Config) -> String { config.data + "/" + markerName }

  /// Refuses a database that is not the one which this data folder has belonged to, or that is half filled.
  public static func check(_ config: Config, _ database: any Database) throws {
    let known = try database.readBlocking { connection -> (site: String?, filling: SiteStore.Filling?)? in
      let state = try migrations.state(on: connection)
      // Somebody else's: its schema is refused.
      if state == .foreign { return nil }
      guard state != .empty, try migrations.hasRun("001-accounts", on: connection) else { return (nil, nil) }
      return (try SiteStore.identity(connection) ?? "", try SiteStore.filling(connection))
    }
    guard let known else { return }
    switch known.filling {
    case .restoring:
      throw StartProblem(
        """
        \(config.database.redacted) holds the beginning of a backup only: bringing it back was broken off, or is under \
        way. Empty the database and run `flixlist restore` again.
        """)
    case .copying:
      throw StartProblem(
        """
        \(config.database.redacted) holds the beginning of a copy only: it was broken off, or is under way. Run the \
        same `flixlist copy` again; it goes on where it stopped.
        """)
    case nil: break
    }
    guard let marker = FileManager.default.contents(atPath: marker(config)) else { return }
    // Markers of older programs name no site.
    let marked = String(decoding: marker, as: UTF8.self).split(separator: "\n").compactMap { line in
      line.hasPrefix(markerLine) ? String(line.dropFirst(markerLine.count)) : nil
    }.first
    // One that was never served has tables, perhaps, but no name.
    guard let site = known.site, !(site.isEmpty && marked != nil) else {
      throw StartProblem(
        """
        There was a database at \(config.database.redacted) and now it is empty. To begin anew on purpose, remove \
        \(Self.marker(config)) first; to have what there was, restore a backup.
        """)
    }
    if let marked, !site.isEmpty, marked != site {
      throw StartProblem(
        """
        \(config.database.redacted) is another FlixList than the one that the data folder \(config.data) belongs to. \
        Name the right one in FLIXLIST_DATABASE, or remove \(Self.marker(config)) to join the two.
        """)
    }
  }

  private static let markerLine = "site: "

  private static func mark(_ config: Config, _ database: any Database) throws {
    let site = try database.writeBlocking { try SiteStore.makeIdentity($0) }
    let text = "A FlixList database belongs in this folder.\n" + markerLine + site + "\n"
    if FileManager.default.contents(atPath: marker(config)) == Data(text.utf8) { return }
    try Data(text.utf8).write(to: URL(fileURLWithPath: marker(config)))
  }

  /// The secret: as configured, else the one in the data folder, made at the first start.
  public static func secret(_ config: Config) throws -> String {
    if let secret = config.secret { return secret }
    let path = config.data + "/" + secretName
    if FileManager.default.fileExists(atPath: path) {
      // A new one in its place would lock away what the old one sealed.
      guard let known = FileManager.default.contents(atPath: path) else {
        throw StartProblem("The secret in \(path) cannot be read; give the user that runs flixlist the right to.")
      }
      let text = String(decoding: known, as: UTF8.self).trimmed
      guard text.count >= 32 else {
        throw StartProblem("The secret in \(path) is too short; remove the file to have a new one made.")
      }
      return text
    }
    let secret = Token.make()
    guard
      FileManager.default.createFile(atPath: path, contents: Data(secret.utf8), attributes: [.posixPermissions: 0o600])
    else { throw StartProblem("The secret cannot be written to \(path).") }
    return secret
  }

  private static func close(_ database: any Database, after error: any Error) throws {
    do {
      try database.close()
    } catch {
      // The first error is the one that says what is wrong.
    }
  }

  /// A database error in words for whoever starts the program.
  static func sentence(_ error: any Error, _ config: Config) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let place = config.database.redacted
    let user = "give the user that runs flixlist the right to"
    switch error.kind {
    case .corrupt:
      return StartProblem(
        "\(place) is damaged or not a database (\(error.message)); restore a backup, nothing was changed.")
    case .busy where config.database.engine == .sqlite:
      return StartProblem("\(place) is locked by another program; is FlixList running already?")
    case .busy: return StartProblem("\(place) is busy (\(error.message)); try again.")
    case .full: return StartProblem("The disk of \(place) is full; make room and start again, nothing is lost.")
    case .readOnly: return StartProblem("\(place) or its folder cannot be written; \(user).")
    case .cannotOpen: return StartProblem("\(place) cannot be opened (\(error.message)).")
    case .io: return StartProblem("Reading or writing \(place) failed (\(error.message)); look at the disk.")
    case .unavailable:
      return StartProblem("\(place) does not answer (\(error.message)). Is the server running, and the address right?")
    case .unsure: return StartProblem("\(place) was lost during a change (\(error.message)); look before repeating it.")
    case .constraint, .statement: return error
    }
  }

  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    return (error.userInfo[NSUnderlyingErrorKey] as? NSError)?.localizedDescription ?? error.localizedDescription
  }
}
