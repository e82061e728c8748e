// swift-format-ignore-file: NeverForceUnwrap

import Foundation
import SQL
import Testing

@testable import App

/// What `doctor` says: never that all is well where the site would not start.
@Suite struct CheckupTests {
  private struct Broken: Error {}

  private func withFolder(_ body: (Config) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/flixlist-checkup-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var config = Config()
    config.data = folder
    config.backups = nil
    config.database = .sqlite(path: folder + "/flixlist.sqlite")
    try await body(config)
  }

  private func wrong(_ config: Config, outside: Bool = false) async throws -> [String] {
    try await Checkup(config: config, now: Site.now).findings(recount: true, repair: false, asksOutside: outside)
      .filter { !$0.isGood }.map(\.sentence)
  }

  private func start(_ config: Config) throws { try Opening.open(config, now: Site.now).close() }

  @Test func allIsWellBeforeAndAfterTheFirstStart() async throws {
    try await withFolder { config in
      #expect(try await wrong(config) == [])
      try start(config)
      #expect(try await wrong(config, outside: true) == [])
      let said = try await Checkup(config: config, now: Site.now).findings(recount: true, repair: false)
      #expect(said.contains { $0.sentence.contains("There is no token of TMDB") })
    }
  }

  @Test func aDatabaseThatIsGoneIsWrong() async throws {
    try await withFolder { config in
      try start(config)
      for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: config.path + suffix) }
      #expect(try await wrong(config).count { $0.contains("Is its disk mounted?") } == 1)
    }
  }

  @Test func aBackupThatCameBackInPartIsNoSite() async throws {
    try await withSite { (site) async throws in
      let path = site.folder + "/whole.flixlist.gz"
      try Backups(now: Site.now).make(site.database, path: path)
      try await withFolder { config in
        let target = try Opening.connect(config, isRestore: true)
        let broken = Backups(now: Site.now) { table, _, _ in if table == "names" { throw Broken() } }
        #expect(throws: Broken.self) { try broken.restore(path, into: target) }
        try target.close()
        #expect { try start(config) } throws: { "\($0)".contains("the beginning of a backup only") }
        #expect(try await wrong(config).count { $0.contains("the beginning of a backup only") } == 1)
      }
      // The whole of it is one.
      try await withFolder { config in
        let target = try Opening.connect(config, isRestore: true)
        try Backups(now: Site.now).restore(path, into: target)
        try target.close()
        try start(config)
        #expect(try await wrong(config) == [])
      }
    }
  }

  @Test func aCopyThatWasBrokenOffIsNoSite() async throws {
    try await withSite { (site) async throws in
      _ = try await site.database.write { try SiteStore.makeIdentity($0) }
      try await withFolder { config in
        let target = try Opening.connect(config)
        try migrations.migrate(target, now: Site.now)
        try target.writeBlocking { try SiteStore.begin($0, .copying, of: SiteStore.identity($0) ?? "") }
        try target.close()
        #expect { try start(config) } throws: { "\($0)".contains("the beginning of a copy only") }
        #expect(try await wrong(config).count { $0.contains("the beginning of a copy only") } == 1)
      }
    }
  }

  @Test func aDatabaseWithTablesAndNoNameIsAnEmptyOne() async throws {
    try await withFolder { config in
      try start(config)
      for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: config.path + suffix) }
      let empty = try SQLite(path: config.path)
      try migrations.migrate(empty, now: Site.now)
      try empty.close()
      #expect { try start(config) } throws: { "\($0)".contains("and now it is empty") }
      #expect(try await wrong(config).count { $0.contains("and now it is empty") } == 1)
    }
  }

  @Test func whatOthersCanReadIsNamed() async throws {
    try await withFolder { config in
      var config = config
      config.backups = config.data + "-backups"
      defer { try? FileManager.default.removeItem(atPath: config.data + "-backups") }
      try start(config)
      _ = try Opening.secret(config)
      try FileManager.default.createDirectory(atPath: config.backups!, withIntermediateDirectories: true)
      func set(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      }
      try set(0o755, config.backups!)
      #expect(try await wrong(config).contains { $0.hasSuffix("run: chmod 700 \(config.backups!)") })
      try set(0o700, config.backups!)
      // A secret that could be read is behind a folder that is closed.
      try set(0o644, config.data + "/secret")
      #expect(try await wrong(config) == [])
      try set(0o755, config.data)
      let found = try await wrong(config)
      #expect(found.contains { $0.hasSuffix("chmod 600 \(config.data)/secret") })
      #expect(found.contains { $0.hasSuffix("chmod 700 \(config.data)") })
    }
  }

  @Test func theBackupOfAnotherNodeCounts() async throws {
    try await withFolder { config in
      var config = config
      config.backups = config.data + "/backups"
      try start(config)
      let database = try Opening.connect(config)
      try BackupShelf(folder: config.backups!).add(database, now: Site.now - 10 * 86_400_000_000)
      #expect(try await wrong(config).contains { $0.contains("240 hours old") })
      try database.writeBlocking { connection in
        try JobStore.add(connection, ["backup": 0])
        _ = try JobStore.claim(connection, among: ["backup"], node: "another", now: Site.now)
        try JobStore.end(connection, "backup", node: "another", .done(every: 60), now: Site.now - 7_200_000_000)
      }
      let said = try await Checkup(config: config, now: Site.now).findings(recount: false, repair: false)
      #expect(said.contains { $0.isGood && $0.sentence.contains("2 hours old (made by another node)") })
      // One that is broken off by a shutdown is none, and one that failed is said.
      func end(_ ending: JobStore.Ending) throws {
        try database.writeBlocking { connection in
          _ = try JobStore.claim(connection, among: ["backup"], node: "another", now: Site.now)
          try JobStore.end(connection, "backup", node: "another", ending, now: Site.now)
        }
      }
      try end(.brokenOff)
      let then = try await Checkup(config: config, now: Site.now).findings(recount: false, repair: false)
      #expect(then.contains { $0.isGood && $0.sentence.contains("2 hours old (made by another node)") })
      try end(.failed(every: 60, "no room"))
      #expect(try await wrong(config).contains { $0.contains("failed 1 times in a row, the last time: no room") })
      try database.close()
    }
  }

  @Test func aLinkIsJudgedByWhereItLeads() async throws {
    try await withFolder { config in
      var config = config
      let (link, room) = (config.data + "-link", config.data + "-room")
      config.backups = link
      defer { for path in [link, room] { try? FileManager.default.removeItem(atPath: path) } }
      try start(config)
      try FileManager.default.createDirectory(
        atPath: room, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: room)
      #expect(try await wrong(config) == [])
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: room)
      #expect(try await wrong(config).contains { $0.contains("Others can look into \(link)") })
    }
  }

  @Test func aTokenThatCannotBeOpenedIsWrong() async throws {
    try await withFolder { config in
      try start(config)
      let database = try Opening.connect(config)
      let sealed = try Vault(secret: String(repeating: "another secret ", count: 3)).seal("a token", for: "tmdb-token")
      try database.writeBlocking { connection in
        _ = try connection.execute("INSERT INTO site (name, value) VALUES ('tmdb-token', $1)", sealed)
      }
      try database.close()
      #expect(try await wrong(config, outside: true).contains { $0.contains("was set under another secret") })
      // A secret that is none takes no other finding away.
      try Data("short".utf8).write(to: URL(fileURLWithPath: config.data + "/secret"))
      let found = try await Checkup(config: config, now: Site.now).findings(recount: false, repair: false)
      #expect(found.contains { !$0.isGood && $0.sentence.contains("is too short") } && found.count > 5)
    }
  }

  @Test func aSourceThatCannotBeReachedIsWrong() async throws {
    try await withFolder { config in
      var config = config
      config.tmdbToken = "0123456789abcdef0123456789abcdef"
      config.tmdbURL = "http://127.0.0.1:1"
      try start(config)
      let found = try await wrong(config, outside: true)
      #expect(found.count == 1 && found[0].hasPrefix("TMDB cannot be asked at http://127.0.0.1:1"))
      #expect(!found[0].contains("0123456789abcdef"))
    }
  }
}
