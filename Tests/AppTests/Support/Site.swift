// swift-format-ignore-file: NeverForceUnwrap

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Metrics
import NIOCore
import SQL
import Synchronization
import Testing
import Web

@testable import App

/// The whole application on a copy of a prepared database, with the cast: Alice owns, Bob is a friend, Charlie a
/// stranger, Root administers. Everybody's password is `the usual password`.
struct Site: Sendable {
  let app: App
  let database: any Database
  let client: any TestClientProtocol
  let clock: Clock
  let log: LogBox
  let folder: String

  static let password = "the usual password"
  /// The tests' present: Monday, 23 November 2026, 20:00 UTC.
  static let now: Instant = Day("2026-11-23")!.number * 86_400_000_000 + 20 * 3_600_000_000

  /// Somebody with a browser of their own.
  func person(_ name: String) async throws -> Person {
    let person = Person(site: self)
    let answer = try await person.post("/login", ["username": name, "password": Self.password])
    try #require(answer.status == .seeOther)
    return person
  }

  /// Somebody who is not logged in.
  var visitor: Person { Person(site: self) }
}

/// A clock that a test turns.
final class Clock: Sendable {
  private let time = Mutex(Site.now)
  var now: Instant { time.withLock { $0 } }
  func set(_ instant: Instant) { time.withLock { $0 = instant } }
  func advance(seconds: Int) { time.withLock { $0 += seconds * 1_000_000 } }
}

/// The lines of the log.
final class LogBox: Sendable {
  private let kept = Mutex<[String]>([])
  var lines: [String] { kept.withLock { $0 } }
  func add(_ line: String) { kept.withLock { $0.append(line) } }
}

/// An answer as text.
struct Answer: Sendable {
  let status: HTTPResponse.Status
  let headers: HTTPFields
  let body: String

  var location: String { headers[.location] ?? "" }
  /// The activity that a redirect names.
  var done: Int? {
    location.firstRange(of: "done=").flatMap { Int(location[$0.upperBound...].prefix { $0.isNumber }) }
  }
}

/// A browser: cookies kept, forms sent as forms, redirects not followed.
final class Person: Sendable {
  let site: Site
  private let cookies = Mutex<[String: String]>([:])

  init(site: Site) { self.site = site }

  func get(_ path: String, headers: HTTPFields = [:]) async throws -> Answer {
    try await send(.get, path, headers: headers, body: nil)
  }

  func post(_ path: String, _ fields: [String: String] = [:], headers: HTTPFields = [:]) async throws -> Answer {
    let body = URLEncoding.query(fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    var headers = headers
    headers[.contentType] = "application/x-www-form-urlencoded"
    if headers[.origin] == nil, headers[.fetchSite] == nil { headers[.fetchSite] = "same-origin" }
    return try await send(.post, path, headers: headers, body: body)
  }

  func send(_ method: HTTPRequest.Method, _ path: String, headers: HTTPFields, body: String?) async throws -> Answer {
    var headers = headers
    let jar = cookies.withLock { $0 }
    if !jar.isEmpty { headers[.cookie] = jar.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "; ") }
    let answer = try await site.client.execute(
      uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
    ) { response in
      Answer(status: response.status, headers: response.headers, body: String(buffer: response.body))
    }
    for header in answer.headers[values: .setCookie] {
      let pair = header.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      cookies.withLock { $0[String(pair[0])] = pair.count > 1 && !pair[1].isEmpty ? String(pair[1]) : nil }
    }
    return answer
  }

  func cookie(_ name: String) -> String? { cookies.withLock { $0[name] } }
  func set(cookie name: String, _ value: String) { cookies.withLock { $0[name] = value } }
}

extension HTTPField.Name {
  static let fetchSite = Self("Sec-Fetch-Site")!
  static let originHeader = Self("Origin")!
  static let fragment = Self("X-Fragment")!
}

/// Runs a test on a site of its own, on the engine that is tested.
func withSite<T: Sendable>(
  config change: (inout Config) -> Void = { _ in }, prepared: @escaping @Sendable (SQL) -> Void = { _ in },
  _ body: @Sendable (Site) async throws -> T
) async throws -> T {
  if TestDatabase.engine == .sqlite { return try await onSite(config: change, prepared: prepared, body) }
  await Turnstile.server.enter()
  let result: Result<T, any Error>
  do {
    result = .success(try await onSite(config: change, prepared: prepared, body))
  } catch { result = .failure(error) }
  await Turnstile.server.leave()
  return try result.get()
}

private func onSite<T: Sendable>(
  config change: (inout Config) -> Void, prepared: @escaping @Sendable (SQL) -> Void,
  _ body: @Sendable (Site) async throws -> T
) async throws -> T {
  let folder = FileManager.default.temporaryDirectory.path + "/flixlist-test-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  var config = Config()
  config.data = folder
  config.passwordCost = 4
  config.secret = String(repeating: "0123456789abcdef", count: 4)
  let meters = Meters(factory: NOOPMetricsHandler.instance)
  let database: any Database
  let name = TestDatabase.name()
  switch TestDatabase.engine {
  case .sqlite:
    config.database = .sqlite(path: folder + "/flixlist.sqlite")
    change(&config)
    try FileManager.default.copyItem(atPath: try Template.place.get(), toPath: config.path)
    database = try SQLite(path: config.path, observer: meters.databaseObserver(prepared: prepared))
  case .postgres:
    config.database = try TestDatabase.address(name)
    change(&config)
    try TestDatabase.make(name, copying: try Template.place.get())
    guard case .postgres(let address) = config.database else { preconditionFailure("the test changed the engine") }
    database = try Postgres(address, observer: meters.databaseObserver(prepared: prepared))
  }
  let clock = Clock()
  let log = LogBox()
  var logger = Logger(label: "test") { _ in LogLines(level: .info, clock: { clock.now }, write: { log.add($0) }) }
  logger.logLevel = .info
  let app = try App(config: config, database: database, meters: meters, logger: logger, clock: { clock.now })
  try await app.warmUp()
  try await app.vocabulary.build(from: database)
  let result: Result<T, any Error>
  do {
    result = .success(
      try await Application(router: app.makeRouter(), logger: logger).test(.router) { client in
        try await body(Site(app: app, database: database, client: client, clock: clock, log: log, folder: folder))
      })
  } catch { result = .failure(error) }
  try await app.shutDown()
  try database.close()
  if TestDatabase.engine == .postgres { try TestDatabase.remove(name) }
  return try result.get()
}

/// The prepared database: migrated, with the cast and a small catalogue.
enum Template {
  /// The path of its file, or its name on the server.
  static let place: Result<String, any Error> = Result {
    let file = FileManager.default.temporaryDirectory.path + "/flixlist-template-\(UUID().uuidString).sqlite"
    let name = TestDatabase.name()
    let database: any Database
    switch TestDatabase.engine {
    case .sqlite: database = try SQLite(path: file)
    case .postgres:
      try TestDatabase.make(name)
      guard case .postgres(let address) = try TestDatabase.address(name) else { return "" }
      database = try Postgres(address)
    }
    try fill(database)
    if let database = database as? SQLite {
      try database.copy(to: file + ".copy")
      try database.close()
      return file + ".copy"
    }
    try database.close()
    return name
  }

  private static func fill(_ database: any Database) throws {
    try migrations.migrate(database, now: Site.now)
    let hash = try Passwords.hashNow(Site.password, cost: 4)
    try database.writeBlocking { connection in
      for name in ["root", "alice", "bob", "charlie"] {
        let new = AccountsStore.New(
          username: name, email: "\(name)@example.org", displayName: name.capitalized, password: hash,
          isAdmin: name == "root", zone: "Europe/Berlin", language: .english)
        _ = try AccountsStore.create(connection, new, now: Site.now)
      }
      for title in SmallCatalogue.titles {
        _ = try CatalogueStore.add(connection, title, source: "starter", owner: nil, now: Site.now)
      }
    }
  }
}

/// A few titles with everything a rule could ask for; ids are their places, from 1.
enum SmallCatalogue {
  static let arrival = 1
  static let six = 2
  static let running = 3
  static let sixteen = 4
  static let amelie = 5
  static let specials = 6

  static let titles: [NewTitle] = [
    film("Arrival", 2016, "2016-11-11"),
    show("Season of Six", ended: true, [NewSeason(number: 1, episodes: 6, year: 2020)]),
    show(
      "Still Running", ended: false,
      [
        NewSeason(number: 1, episodes: 3, year: 2024),
        NewSeason(
          number: 2, episodes: 4, year: 2026,
          known: [
            1: (Day("2026-11-09"), "One"), 2: (Day("2026-11-16"), "Two"), 3: (Day("2026-11-30"), "Three"),
            4: (Day("2026-12-07"), "Four"),
          ]),
      ]),
    show("Sixteen", ended: true, [NewSeason(number: 1, episodes: 16, year: 2019)]),
    film("Amélie", 2001, "2001-04-25", original: "Le Fabuleux Destin d'Amélie Poulain"),
    show(
      "With Specials", ended: true,
      [NewSeason(number: 0, episodes: 2, year: 2018), NewSeason(number: 1, episodes: 2, year: 2018)]),
  ]

  private static func film(_ name: String, _ year: Int, _ released: String, original: String? = nil) -> NewTitle {
    NewTitle(
      kind: .movie, name: name, originalName: original, year: year, released: Day(released), runtime: 116,
      overview: "A film called \(name).", weight: 50, genres: ["Drama"], makers: ["Somebody"], cast: ["An Actor"])
  }

  private static func show(_ name: String, ended: Bool, _ seasons: [NewSeason]) -> NewTitle {
    NewTitle(
      kind: .show, name: name, year: seasons.last?.year, runtime: 45, hasEnded: ended, weight: 50, genres: ["Comedy"],
      seasons: seasons)
  }
}

extension Site {
  /// The id of an episode.
  func episode(_ title: Int, _ season: Int, _ number: Int) async throws -> Int {
    try await database.read { connection in
      try connection.first(
        "SELECT id FROM episodes WHERE title_id = $1 AND season = $2 AND number = $3", title, season, number
      ) { $0.int() }
    } ?? 0
  }

  /// The number of an account.
  func user(_ name: String) async throws -> Int {
    try await database.read { connection in
      try connection.first("SELECT id FROM users WHERE username = $1", name) { $0.int() }
    } ?? 0
  }

  /// Somebody's shelf row.
  func shelf(_ name: String, _ title: Int) async throws -> ShelfRow? {
    let user = try await user(name)
    return try await database.read { try Shelf.row($0, user: user, title: title) }
  }

  /// Somebody's `record.json`.
  func record(_ name: String) async throws -> String {
    let user = try await user(name)
    return try await database.read { try RecordExport.record($0, user: user).text }
  }

  /// A number that a statement answers.
  func number(_ sql: SQL) async throws -> Int { try await database.read { try $0.first(sql) { $0.int() } } ?? -1 }
}
