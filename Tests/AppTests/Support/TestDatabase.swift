import CPostgres
import Foundation
import SQL

@testable import App

/// The databases of the tests: files of their own, or databases of their own on the server that
/// `TEST_POSTGRES` names, such as `postgres://flixlist@/postgres?host=/tmp/socket`.
enum TestDatabase {
  static let server = ProcessInfo.processInfo.environment["TEST_POSTGRES"]
  static var engine: Engine { server == nil ? .sqlite : .postgres }

  /// The address of a database on the server.
  static func address(_ name: String, pool: Int = 3) throws -> DatabaseAddress {
    try DatabaseAddress((server ?? "").replacing("/postgres?", with: "/\(name)?") + "&pool=\(pool)")
  }

  /// Makes a database as a copy of another, or an empty one.
  static func make(_ name: String, copying template: String = "template0") throws {
    try command("CREATE DATABASE \(name) TEMPLATE \(template)")
  }

  static func remove(_ name: String) throws { try command("DROP DATABASE IF EXISTS \(name) WITH (FORCE)") }

  /// A name that no other test has.
  static func name() -> String { "t" + UUID().uuidString.lowercased().filter { $0 != "-" } }

  /// Runs `body` on an empty database of an engine.
  static func withEmpty<T>(_ engine: Engine, _ body: (any Database) async throws -> T) async throws -> T {
    let name = name()
    let file = FileManager.default.temporaryDirectory.path + "/flixlist-\(name).sqlite"
    let database: any Database
    if engine == .sqlite {
      database = try SQLite(path: file)
    } else {
      try make(name)
      database = try Opening.open(try address(name))
    }
    let result: Result<T, any Error>
    do { result = .success(try await body(database)) } catch { result = .failure(error) }
    try database.close()
    if engine == .postgres { try remove(name) }
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + suffix) }
    return try result.get()
  }

  /// The engines that are here.
  static var engines: [Engine] { server == nil ? [.sqlite] : [.sqlite, .postgres] }

  /// Everything that a site keeps, as it lies on the disk or as the server writes it out.
  static func contents(_ site: Site) throws -> Data {
    guard case .postgres(let address) = site.app.config.database else {
      return try Data(contentsOf: URL(fileURLWithPath: site.app.config.path))
        + Data(contentsOf: URL(fileURLWithPath: site.app.config.path + "-wal"))
    }
    let dump = Process()
    let tools = ProcessInfo.processInfo.environment["TEST_POSTGRES_BIN"] ?? "/usr/bin"
    dump.executableURL = URL(fileURLWithPath: tools + "/pg_dump")
    dump.arguments = ["--dbname", address.url]
    let pipe = Pipe()
    dump.standardOutput = pipe
    try dump.run()
    let text = pipe.fileHandleForReading.readDataToEndOfFile()
    dump.waitUntilExit()
    guard dump.terminationStatus == 0, !text.isEmpty else { throw DatabaseError(.io, "pg_dump failed") }
    return text
  }

  // What cannot be done inside a transaction.
  private static func command(_ text: String) throws {
    let handle = PQconnectdb(server ?? "")
    defer { PQfinish(handle) }
    let result = PQexec(handle, text)
    defer { PQclear(result) }
    guard PQresultStatus(result) == PGRES_COMMAND_OK else {
      throw DatabaseError(.statement, PQerrorMessage(handle).map { String(cString: $0) } ?? "", statement: text)
    }
  }
}

/// Lets so many tests at once speak to the server: each has connections of its own.
actor Turnstile {
  static let server = Turnstile(places: 16)

  private var places: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(places: Int) { self.places = places }

  func enter() async {
    if places > 0 {
      places -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty {
      places += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}

extension Config {
  /// The file of the database.
  var path: String {
    guard case .sqlite(let path) = database else { return "" }
    return path
  }
}
