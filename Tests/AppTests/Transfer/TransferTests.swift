// swift-format-ignore-file: NeverForceUnwrap

import Foundation
import SQL
import Synchronization
import Testing

@testable import App

/// Backups and copies: everything comes back, whatever the engine, and what is damaged is never taken for good.
@Suite struct TransferTests {
  private static func sums(_ database: any Database) throws -> [String: TableSum.Result] {
    try database.readBlocking { connection in
      var sums: [String: TableSum.Result] = [:]
      for shape in try Tables.shapes(connection) { sums[shape.name] = try TableSum.of(shape, connection) }
      return sums
    }
  }

  /// A record with something in most tables.
  private static func fill(_ site: Site) async throws {
    let alice = try await site.person("alice")
    try await PlanTests.useEverything(alice, site)
    _ = try await site.database.write { try SiteStore.makeIdentity($0) }
  }

  @Test func everyTableIsMoved() async throws {
    try await withSite { (site) async throws in
      let tables = try await site.database.read { connection in
        try connection.rows(
          SQL(
            sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            postgres: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        ) { $0.text() }
      }
      let left: Set<String> = ["statistics", "jobs", "migrations", "edges"]
      let moved = Set(tables.filter { !$0.hasPrefix("words") && !$0.hasPrefix("people_words") }).subtracting(left)
      #expect(moved == Set(Tables.keys.map(\.name)))
      let shapes = try await site.database.read { try Tables.shapes($0) }
      #expect(shapes.count == Tables.keys.count)
      for shape in shapes { #expect(shape.key.allSatisfy { name in shape.columns.contains { $0.name == name } }) }
    }
  }

  @Test func aBackupThatIsBrokenOffLeavesNothing() async throws {
    try await withSite { (site) async throws in
      try await Self.fill(site)
      let shelf = BackupShelf(folder: site.folder + "/broken-off")
      let asked = Mutex(0)
      #expect(throws: CancellationError.self) {
        try shelf.add(site.database, now: Site.now) {
          if asked.withLock({
            $0 += 1
            return $0 == 30
          }) {
            throw CancellationError()
          }
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: shelf.folder) == [])
      try shelf.add(site.database, now: Site.now)
      #expect(try shelf.all().count == 1)
    }
  }

  @Test func aBackupComesBackIntoEitherEngineToTheByte() async throws {
    try await withSite { (site) async throws in
      try await Self.fill(site)
      let path = site.folder + "/one.flixlist.gz"
      let rows = try Backups(now: Site.now).make(site.database, path: path)
      #expect(rows > 100)
      let (record, sums) = (try await site.record("alice"), try Self.sums(site.database))
      let user = try await site.user("alice")
      for engine in TestDatabase.engines {
        try await TestDatabase.withEmpty(engine) { target in
          #expect(try Backups(now: Site.now).restore(path, into: target) == rows)
          #expect(try Self.sums(target) == sums)
          let back = try target.readBlocking { try RecordExport.record($0, user: user).text }
          #expect(back == record)
          #expect(try target.integrityProblems().isEmpty)
          // Numbers are never used again, also of rows that are gone.
          let numbers = try target.readBlocking { try Tables.lastNumbers($0, Tables.shapes($0)) }
          let before = try site.database.readBlocking { try Tables.lastNumbers($0, Tables.shapes($0)) }
          #expect(numbers == before)
          let commands = Commands(database: target, config: site.app.config, now: Site.now)
          #expect(try commands.recount(isRepairing: false) == [])
          // And the search finds what it found.
          let found = try target.readBlocking { connection in
            try SearchStore.find(
              connection, SearchQuery("arriv")!, command: nil,
              .init(user: user, kind: nil, vocabularies: nil, today: Day("2026-11-23")!, limit: 5)
            ).hits.map(\.candidate.name)
          }
          #expect(found == ["Arrival"])
        }
      }
    }
  }

  @Test func aDamagedBackupIsRefusedAndSaidToBe() async throws {
    try await withSite { (site) async throws in
      try await Self.fill(site)
      let path = site.folder + "/one.flixlist.gz"
      try Backups(now: Site.now).make(site.database, path: path)
      let good = try Data(contentsOf: URL(fileURLWithPath: path))
      var random = Seeded(3)
      for round in 0..<24 {
        var bad = good
        switch round % 3 {
        case 0: bad = good.prefix(Int.random(in: 0..<good.count, using: &random))
        case 1: bad[Int.random(in: 0..<good.count, using: &random)] ^= 0x41
        default: bad = Data((0..<200).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        let file = site.folder + "/bad-\(round)"
        try bad.write(to: URL(fileURLWithPath: file))
        do {
          try Backups(now: Site.now).check(file)
          // A bit of gzip's head that says nothing may have been the one.
          #expect(round % 3 == 1, "\(round)")
        } catch let problem as StartProblem {
          #expect(problem.description.hasPrefix(file), "\(problem.description)")
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: site.folder).allSatisfy { !$0.contains(".check") })
    }
  }

  @Test func aBackupOfAnotherKindAndANewerOneAreRefused() async throws {
    try await withSite { (site) async throws in
      let path = site.folder + "/one.flixlist.gz"
      try Backups(now: Site.now).make(site.database, path: path)
      #expect(throws: StartProblem.self) { try Backups(now: Site.now).make(site.database, path: path) }
      #expect(throws: StartProblem.self) { try Backups(now: Site.now).restore(path, into: site.database) }
      let newer = "{\"flixlist\":\"backup\",\"format\":1,\"steps\":[\"001-accounts\",\"999-later\"]}\n"
      try Data(newer.utf8).write(to: URL(fileURLWithPath: site.folder + "/newer"))
      do {
        try Backups(now: Site.now).check(site.folder + "/newer")
        Issue.record("it was taken")
      } catch let problem as StartProblem {
        #expect(problem.description.contains("999-later"))
      }
    }
  }

  @Test func aBackupUnderWritesIsOneMoment() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let isDone = Mutex(false)
      let writing = Task {
        var episode = 0
        while !isDone.withLock({ $0 }) {
          episode = episode % 16 + 1
          let id = try await site.episode(SmallCatalogue.sixteen, 1, episode)
          _ = try await alice.post("/titles/4/plays", ["episode": "\(id)", "again": "1"])
        }
      }
      for round in 1...4 {
        let path = site.folder + "/\(round).flixlist.gz"
        try Backups(now: Site.now).make(site.database, path: path)
        try await TestDatabase.withEmpty(.sqlite) { target in
          try Backups(now: Site.now).restore(path, into: target)
          let commands = Commands(database: target, config: site.app.config, now: Site.now)
          #expect(try commands.recount(isRepairing: false) == [])
        }
      }
      isDone.withLock { $0 = true }
      try await writing.value
    }
  }

  @Test func aCopyIsEqualAndGoesOnWhereItStopped() async throws {
    try await withSite { (site) async throws in
      try await Self.fill(site)
      let sums = try Self.sums(site.database)
      for engine in TestDatabase.engines {
        try await TestDatabase.withEmpty(engine) { target in
          let copier = Copier(source: site.database, target: target, now: Site.now)
          let lines = try copier.run()
          #expect(try Self.sums(target) == sums)
          #expect(lines.allSatisfy { !$0.wasThere })
          // It is not empty any more.
          #expect(throws: StartProblem.self) { _ = try copier.run() }
          // As if it had been broken off in the middle of the plays, with a row of an earlier table changed since.
          let identity = try site.database.readBlocking { try SiteStore.identity($0) } ?? ""
          try target.writeBlocking { connection in
            try connection.script(
              """
              DELETE FROM site;
              DELETE FROM plays WHERE id > 3;
              UPDATE entries SET note = 'changed since';
              """)
            try connection.execute("INSERT INTO site (name, value) VALUES ('copying', $1)", identity)
          }
          let again = try copier.run()
          #expect(try Self.sums(target) == sums)
          #expect(again.first { $0.table == "episodes" }?.wasThere == true)
          #expect(again.first { $0.table == "entries" }?.wasThere == false)
        }
      }
    }
  }

  @Test func whatIsKeptOfTheBackups() {
    let day = 86_400_000_000
    let all = (0..<800).map { Site.now - $0 * day } + [Site.now - 3_600_000_000]
    let kept = BackupRules.kept(all)
    #expect(kept.contains(Site.now) && !kept.contains(Site.now - 3_600_000_000))
    for back in 0..<7 { #expect(kept.contains(Site.now - back * day), "\(back)") }
    #expect((18...24).contains(kept.count), "\(kept.count)")
    #expect(kept.min()! > Site.now - 367 * day)
    #expect(BackupRules.kept([]).isEmpty && BackupRules.kept([5]) == [5])
  }

  @Test func theShelfMakesOneADayAndRemovesWhatNeedNotBeKept() async throws {
    try await withSite { (site) async throws in
      let shelf = BackupShelf(folder: site.folder + "/backups")
      for back in [20, 19, 18, 2, 1, 0] {
        try shelf.add(site.database, now: Site.now - back * 86_400_000_000)
      }
      try shelf.add(site.database, kind: "before-018-jobs", now: Site.now)
      let all = try shelf.all()
      #expect(all.map(\.madeAt) == all.map(\.madeAt).sorted() && all.last?.madeAt == Site.now)
      #expect(Set(all.map(\.madeAt)) == BackupRules.kept(all.map(\.madeAt)))
      let names = try FileManager.default.contentsOfDirectory(atPath: site.folder + "/backups")
      #expect(names.count == all.count + 1 && names.contains("before-018-jobs-2026-11-23T200000Z.flixlist.gz"))
    }
  }
}
