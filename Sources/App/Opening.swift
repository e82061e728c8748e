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
  public static func open(_ config: Config, observer: DatabaseObserver = .init(), now: Instant) throws -> SQLite {
    let database = try openFile(config, observer: observer)
    do {
      try migrate(database, now: now)
      // Also when an earlier start broke off between the two.
      try database.writeBlocking { try Recounts.catchUp($0, now: now) }
      try Starter.load(database, now: now)
      try mark(config)
    } catch {
      try close(database, after: error)
      throw sentence(error, config)
    }
    return database
  }

  /// Opens the database as it is, without changing its schema.
  public static func openFile(_ config: Config, observer: DatabaseObserver = .init()) throws -> SQLite {
    let manager = FileManager.default
    let path = config.databasePath
    let folder = (path as NSString).deletingLastPathComponent
    do {
      try manager.createDirectory(
        atPath: config.data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      if !folder.isEmpty { try manager.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    } catch {
      throw StartProblem("The data folder \(config.data) cannot be made: \(reason(error)).")
    }
    guard manager.isWritableFile(atPath: folder.isEmpty ? "." : folder) else {
      throw StartProblem("The folder \(folder) cannot be written; give the user that runs flixlist the right to.")
    }
    let isThere = manager.fileExists(atPath: path)
    if !isThere, manager.fileExists(atPath: marker(config)) {
      throw StartProblem(
        """
        There was a database at \(path) and now there is none. Is its disk mounted? To begin with an empty one on \
        purpose, remove \(marker(config)) first.
        """)
    }
    if isThere, !manager.isWritableFile(atPath: path) {
      throw StartProblem("The database \(path) cannot be written; give the user that runs flixlist the right to.")
    }
    do {
      return try SQLite(path: path, observer: observer)
    } catch {
      throw sentence(error, config)
    }
  }

  private static func migrate(_ database: SQLite, now: Instant) throws {
    let state = try database.writeBlocking { try migrations.state(on: $0) }
    switch state {
    case .current: return
    case .empty, .behind: try migrations.migrate(database, now: now)
    case .ahead(let names):
      throw StartProblem(
        """
        The database was made by a newer FlixList (it has \(names.joined(separator: ", "))); start that one, or \
        restore a backup.
        """
      )
    case .foreign:
      throw StartProblem(
        "The file is a database, but not one of FlixList's; FLIXLIST_DATABASE points to the wrong file.")
    }
  }

  private static func marker(_ config: Config) -> String { config.data + "/" + markerName }

  private static func mark(_ config: Config) throws {
    if FileManager.default.fileExists(atPath: marker(config)) { return }
    try Data("A FlixList database belongs in this folder.\n".utf8).write(to: URL(fileURLWithPath: marker(config)))
  }

  /// The secret: as configured, else the one in the data folder, made at the first start.
  public static func secret(_ config: Config) throws -> String {
    if let secret = config.secret { return secret }
    let path = config.data + "/" + secretName
    if let known = FileManager.default.contents(atPath: path) {
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

  private static func close(_ database: SQLite, after error: any Error) throws {
    do {
      try database.close()
    } catch {
      // The first error is the one that says what is wrong.
    }
  }

  /// A database error in words for whoever starts the program.
  static func sentence(_ error: any Error, _ config: Config) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let path = config.databasePath
    switch error.kind {
    case .corrupt:
      return StartProblem(
        "\(path) is damaged or not a database (\(error.message)); restore a backup, nothing was changed.")
    case .busy: return StartProblem("\(path) is locked by another program; is FlixList running already?")
    case .full: return StartProblem("The disk of \(path) is full; make room and start again, nothing is lost.")
    case .readOnly:
      return StartProblem("\(path) or its folder cannot be written; give the user that runs flixlist the right to.")
    case .cannotOpen: return StartProblem("\(path) cannot be opened (\(error.message)).")
    case .io: return StartProblem("Reading or writing \(path) failed (\(error.message)); look at the disk.")
    case .constraint, .statement: return error
    }
  }

  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    return (error.userInfo[NSUnderlyingErrorKey] as? NSError)?.localizedDescription ?? error.localizedDescription
  }
}
