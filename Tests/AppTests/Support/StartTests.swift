import Foundation
import SQL
import Testing

@testable import App

extension Config {
  fileprivate static var behindProxy: Config {
    var config = Config()
    config.publicURL = "https://films.example"
    return config
  }
}

/// What stands in the way of a start is said in one clear sentence, and nothing is changed.
@Suite struct StartTests {
  private func withFolder(_ body: (Config) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/flixlist-start-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var config = Config()
    config.data = folder
    config.database = .sqlite(path: folder + "/flixlist.sqlite")
    try body(config)
  }

  private func sentence(_ config: Config) -> String {
    do {
      try Opening.open(config, now: Site.now).close()
      return "it started"
    } catch let problem as StartProblem {
      return problem.description
    } catch {
      return "unclear: \(error)"
    }
  }

  @Test func anEmptyFolderIsFilled() throws {
    try withFolder { config in
      #expect(sentence(config) == "it started")
      #expect(sentence(config) == "it started")
      let secret = try Opening.secret(config)
      #expect(try Opening.secret(config) == secret && secret.count >= 32)
      let mode =
        try FileManager.default.attributesOfItem(atPath: config.data + "/secret")[.posixPermissions] as? NSNumber
      #expect(mode?.intValue == 0o600)
    }
  }

  @Test func aDatabaseThatWasThereAndIsGoneIsNotReplaced() throws {
    try withFolder { config in
      #expect(sentence(config) == "it started")
      for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: config.path + suffix) }
      #expect(sentence(config).contains("Is its disk mounted?"))
      #expect(!FileManager.default.fileExists(atPath: config.path))
    }
  }

  @Test func aDamagedFileIsLeftAsItIs() throws {
    try withFolder { config in
      try FileManager.default.createDirectory(atPath: config.data, withIntermediateDirectories: true)
      let rubbish = Data(String(repeating: "this is not a database. ", count: 1_000).utf8)
      try rubbish.write(to: URL(fileURLWithPath: config.path))
      #expect(sentence(config).contains("damaged or not a database"))
      #expect(FileManager.default.contents(atPath: config.path) == rubbish)
    }
  }

  @Test func aNewerDatabaseAndSomebodyElsesAreRefused() throws {
    try withFolder { config in
      #expect(sentence(config) == "it started")
      let database = try SQLite(path: config.path)
      try database.writeBlocking { try $0.script("INSERT INTO migrations VALUES ('999-later', 0)") }
      try database.close()
      #expect(sentence(config).contains("made by a newer FlixList (it has 999-later)"))
    }
    try withFolder { config in
      try FileManager.default.createDirectory(atPath: config.data, withIntermediateDirectories: true)
      let database = try SQLite(path: config.path)
      try database.writeBlocking { try $0.script("CREATE TABLE recipes (a TEXT)") }
      try database.close()
      #expect(sentence(config).contains("not one of FlixList's"))
    }
  }

  @Test(.enabled(if: TestDatabase.engine == .postgres)) func aServersDatabaseIsKnownAgainByItsFolder() throws {
    try withFolder { config in
      var config = config
      let (name, other) = (TestDatabase.name(), TestDatabase.name())
      for name in [name, other] { try TestDatabase.make(name) }
      config.database = try TestDatabase.address(name)
      #expect(sentence(config) == "it started")
      #expect(sentence(config) == "it started")
      // Emptied, or another one that is empty.
      config.database = try TestDatabase.address(other)
      #expect(sentence(config).contains("now it is empty"))
      // Another FlixList's.
      var elsewhere = config
      elsewhere.data = config.data + "-elsewhere"
      defer { try? FileManager.default.removeItem(atPath: elsewhere.data) }
      #expect(sentence(elsewhere) == "it started")
      #expect(sentence(config).contains("is another FlixList than"))
      // A second node of the same site has a folder of its own.
      elsewhere.database = try TestDatabase.address(name)
      #expect(sentence(elsewhere).contains("is another FlixList than"))
      try Opening.forgetMarker(elsewhere)
      #expect(sentence(elsewhere) == "it started")
      for name in [name, other] { try TestDatabase.remove(name) }
      #expect(sentence(elsewhere).contains("cannot be opened"))
    }
  }

  @Test func aServerThatDoesNotAnswerIsSaidToBe() throws {
    try withFolder { config in
      var config = config
      config.database = try DatabaseAddress("postgres://a:secret@127.0.0.1:1/films")
      let sentence = sentence(config)
      #expect(sentence.contains("does not answer") && !sentence.contains("secret"))
    }
  }

  @Test func aServerNeedsTheSecretOfAllNodes() throws {
    let environment = ["FLIXLIST_DATABASE": "postgres://h/films"]
    #expect { try Config(flags: [:], environment: environment) } throws: { error in
      (error as? Config.Mistakes)?.sentences.contains { $0.contains("FLIXLIST_SECRET is needed") } ?? false
    }
    let secret = String(repeating: "0123456789abcdef", count: 2)
    let config = try Config(flags: [:], environment: environment.merging(["FLIXLIST_SECRET": secret]) { $1 })
    #expect(config.database.engine == .postgres)
  }

  @Test func everyMistakeOfAConfigurationIsNamed() {
    let environment = [
      "FLIXLIST_PORT": "eighty", "FLIXLIST_REGISTRATION": "maybe", "FLIXLIST_LOG_LEVEL": "loud",
      "FLIXLIST_SECRET": "changeme",
      "FLIXLIST_PUBLIC_URL": "films.example", "FLIXLIST_DATABASE": "mysql://x", "FLIXLIST_COLOUR": "blue",
      "FLIXLIST_METRICS_PORT": "70000", "FLIXLIST_SECRET_FILE": "/nonexistent", "PATH": "/bin",
    ]
    do {
      _ = try Config(flags: [:], environment: environment)
      Issue.record("it was taken")
    } catch {
      #expect(error.sentences.count == 9, "\(error.sentences)")
      for name in environment.keys where name != "PATH" {
        #expect(error.sentences.contains { $0.contains(name) }, "\(name)")
      }
    }
  }

  @Test func flagsComeBeforeTheEnvironment() throws {
    let config = try Config(
      flags: ["FLIXLIST_PORT": "9000"],
      environment: [
        "FLIXLIST_PORT": "9001", "FLIXLIST_HOST": "0.0.0.0", "FLIXLIST_DATA": "/srv/films",
        "FLIXLIST_TRUSTED_PROXIES": "127.0.0.1, ::1",
      ])
    #expect(!Config.behindProxy.isLoopback && Config().isLoopback)
    #expect(config.port == 9_000 && config.host == "0.0.0.0" && !config.isLoopback)
    #expect(config.database == .sqlite(path: "/srv/films/flixlist.sqlite"))
    #expect(config.trustedProxies == ["127.0.0.1", "::1"])
    #expect(!config.redacted.contains { $0.value.contains("secret value") })
  }

  @Test func aSeasonWithoutDaysCountsAsAiredWhenItsYearIsPast() async throws {
    try await withSite { (site) async throws in
      _ = try await site.database.write { connection in
        try connection.execute("UPDATE episodes SET aired = NULL, air_day = NULL WHERE title_id = 3 AND season = 2")
      }
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/plays", ["all": "1"])
      #expect(try await site.shelf("alice", SmallCatalogue.running)?.aired == 3)
      try await Housekeeping(app: site.app).once()
      #expect(try await site.shelf("alice", SmallCatalogue.running)?.aired == 3)
      site.clock.advance(seconds: 60 * 86_400)
      try await Housekeeping(app: site.app).once()
      #expect(try await site.shelf("alice", SmallCatalogue.running)?.aired == 7)
    }
  }

  @Test func everyCommonPasswordIsRefused() {
    let lines = Embedded.text("common-passwords.txt").split(separator: "\n")
    #expect(lines.count >= 3_000)
    for line in lines { #expect(AccountRules.problem(password: String(line), username: "somebody", email: nil) != nil) }
  }

  @Test func aRecountFindsAShelfThatIsWrong() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["season": "1"])
      let commands = Commands(database: site.database, config: site.app.config, now: site.clock.now)
      #expect(try commands.recount(isRepairing: false).isEmpty)
      _ = try await site.database.write { try $0.execute("UPDATE shelf SET seen = 5") }
      #expect(try !commands.recount(isRepairing: false).isEmpty)
      #expect(try !commands.recount(isRepairing: true).isEmpty)
      #expect(try commands.recount(isRepairing: false).isEmpty)
    }
  }
}
