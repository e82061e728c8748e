// swift-format-ignore-file: NeverForceUnwrap

import Dispatch
import SQL
import Testing

@testable import App

/// What the catalogue changes for many people reaches all of them, a few at a time.
@Suite struct RecountsTests {
  /// People who have seen the first of six episodes; four accounts are there before them.
  private static func people(_ site: Site, _ count: Int) async throws {
    try await site.database.write { connection in
      let episode = try connection.first("SELECT min(id) FROM episodes WHERE title_id = 2") { $0.int() }!
      for number in 1...count {
        let user = try connection.first(
          """
          INSERT INTO users (username, username_key, display_name, password, zone, created_at)
          VALUES ($1, $1, $1, 'x', 'Europe/Berlin', 0) RETURNING id
          """, "person\(number)"
        ) { $0.int() }!
        try connection.execute(
          """
          INSERT INTO plays (user_id, title_id, episode_id, at, day, precision, source)
          VALUES ($1, 2, $2, 5, '1970-01-01', 'time', 'web')
          """, user, episode)
        try Shelf.recountAll(connection, user: user, today: Day("2026-11-23")!)
        try Days.recountAll(connection, user: user)
      }
    }
  }

  /// A seventh episode, and each of the six takes longer, as a source may say.
  private static func change(_ site: Site, number: Int = 7) async throws {
    try await site.database.write { connection in
      try connection.execute("UPDATE episodes SET runtime = 60 WHERE title_id = 2")
      try connection.execute(
        "INSERT INTO episodes (title_id, season, number, air_day) VALUES (2, 1, $1, '2026-11-20')", number)
      try Recounts.everybody(connection, title: 2, now: Site.now)
    }
  }

  private static func piece(_ site: Site) async throws -> Bool {
    try await site.database.write { try Recounts.piece($0, now: Site.now) }
  }

  private static func differences(_ site: Site) throws -> [String] {
    try Commands(database: site.database, config: site.app.config, now: Site.now).recount(isRepairing: false)
  }

  @Test func aFewAreRecountedWithTheChangeItself() async throws {
    try await withSite { (site) async throws in
      try await Self.people(site, Recounts.atOnce)
      try await Self.change(site)
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total = 7") == Recounts.atOnce)
      #expect(try await site.number("SELECT count(*) FROM recounts") == 0)
      #expect(try Self.differences(site) == [])
    }
  }

  @Test func theOthersAreRecountedPieceByPiece() async throws {
    try await withSite { (site) async throws in
      let count = Recounts.atOnce + Recounts.pieceSize + 10
      try await Self.people(site, count)
      try await Self.change(site)
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total = 7") == Recounts.atOnce)
      // Nothing is wrong meanwhile: they wait.
      #expect(try Self.differences(site) == [])
      var done = Recounts.atOnce
      while try await Self.piece(site) {
        let now = try await site.number("SELECT count(*) FROM shelf WHERE total = 7")
        #expect((done + 1...done + Recounts.pieceSize).contains(now))
        done = now
      }
      #expect(done == count)
      #expect(try await site.number("SELECT count(*) FROM days WHERE minutes = 60") == count)
      #expect(try await site.number("SELECT count(*) FROM recounts") == 0)
      #expect(try Self.differences(site) == [])
    }
  }

  @Test func aChangeMeanwhileBeginsAnew() async throws {
    try await withSite { (site) async throws in
      let count = Recounts.atOnce + 2 * Recounts.pieceSize
      try await Self.people(site, count)
      try await Self.change(site)
      #expect(try await Self.piece(site))
      try await Self.change(site, number: 8)
      while try await Self.piece(site) {}
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total = 8") == count)
      #expect(try Self.differences(site) == [])
    }
  }

  @Test func whoTicksMeanwhileIsCountedByTheCatalogueAsItIs() async throws {
    try await withSite { (site) async throws in
      try await Self.people(site, Recounts.atOnce + 5)
      // She comes after them.
      _ = try await site.database.write { connection in
        try connection.execute(
          """
          INSERT INTO users (username, username_key, display_name, password, zone, created_at)
          SELECT 'zoe', 'zoe', 'Zoe', password, zone, 0 FROM users WHERE username = 'charlie'
          """)
      }
      let zoe = try await site.person("zoe")
      let first = try await site.episode(2, 1, 1)
      _ = try await zoe.post("/titles/2/plays", ["episode": "\(first)"])
      try await Self.change(site)
      #expect(try await site.shelf("zoe", 2)?.total == 6)
      _ = try await zoe.post("/titles/2/plays", ["episode": "\(try await site.episode(2, 1, 7))"])
      #expect(try await site.shelf("zoe", 2)?.total == 7)
      while try await Self.piece(site) {}
      #expect(try await site.shelf("zoe", 2)?.seen == 2)
      #expect(try Self.differences(site) == [])
    }
  }

  @Test func theKeeperRecountsEverybody() async throws {
    try await withSite { (site) async throws in
      try await Self.people(site, Recounts.atOnce + 30)
      try await Self.change(site)
      try await RecountKeeper(app: site.app).once()
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total = 7") == Recounts.atOnce + 30)
      #expect(try await site.number("SELECT count(*) FROM recounts") == 0)
    }
  }

  @Test func aTransactionRecountsAsManyWhateverItChanges() async throws {
    try await withSite { (site) async throws in
      try await Self.people(site, 15)
      try await site.database.write { connection in
        let users = try connection.rows("SELECT user_id FROM shelf WHERE title_id = 2") { $0.int() }
        for user in users {
          try connection.execute(
            "INSERT INTO entries (user_id, title_id, intent, added_at) VALUES ($1, 4, 'planned', 5)", user)
          try Shelf.recountAll(connection, user: user, today: Day("2026-11-23")!)
        }
        try connection.execute(
          """
          INSERT INTO episodes (title_id, season, number, air_day)
          VALUES (2, 1, 7, '2026-11-20'), (4, 1, 17, '2026-11-20')
          """)
        var budget = Recounts.Budget()
        for title in [2, 4] { try Recounts.everybody(connection, title: title, now: Site.now, budget: &budget) }
        #expect(budget.people == 0)
      }
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total IN (7, 17)") == Recounts.atOnce)
      while try await Self.piece(site) {}
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total IN (7, 17)") == 30)
      #expect(try Self.differences(site) == [])
    }
  }

  /// On SQLite there is one writer, so nobody is busy.
  @Test(.enabled(if: TestDatabase.engine == .postgres))
  func whoIsBusyIsRecountedLaterAndHoldsNobodyUp() async throws {
    try await withSite { (site) async throws in
      let count = Recounts.atOnce + 30
      try await Self.people(site, count)
      let users = try await site.database.read { connection in
        try connection.rows("SELECT user_id FROM shelf ORDER BY user_id") { $0.int() }
      }
      // The fifth of those who come with the change, and one of the others.
      let (begun, over) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
      let busy = [users[4], users[Recounts.atOnce + 10]]
      async let holding: Void = site.database.write { connection in
        for user in busy { try AccountsStore.hold(connection, user: user) }
        begun.continuation.yield()
        over.wait()
      }
      for await _ in begun.stream { break }
      try await Self.change(site)
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total = 7") == 4)
      while try await Self.piece(site) {}
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total = 7") == count - 2)
      #expect(try await site.number("SELECT count(*) FROM recounts") == 2)
      over.signal()
      try await holding
      #expect(try Self.differences(site) == [])
      let later = Site.now + Recounts.laterSeconds * 1_000_000
      while try await site.database.write({ try Recounts.piece($0, now: later) }) {}
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total = 7") == count)
      #expect(try Self.differences(site) == [])
    }
  }

  @Test func changesAndPiecesAtOnceLeaveNobodyOut() async throws {
    try await withSite { (site) async throws in
      let count = Recounts.atOnce + Recounts.pieceSize
      try await Self.people(site, count)
      try await Self.change(site)
      try await withThrowingTaskGroup { group in
        for number in 8...12 { group.addTask { try await Self.change(site, number: number) } }
        for _ in 1...3 { group.addTask { while try await Self.piece(site) {} } }
        try await group.waitForAll()
      }
      let later = Site.now + Recounts.laterSeconds * 1_000_000
      while try await site.database.write({ try Recounts.piece($0, now: later) }) {}
      #expect(try await site.number("SELECT count(*) FROM shelf WHERE total = 12") == count)
      #expect(try Self.differences(site) == [])
    }
  }
}
