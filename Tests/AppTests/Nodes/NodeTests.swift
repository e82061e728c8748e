import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import SQL
import Testing
import Web

@testable import App

/// Several programs on one database: nothing is in the memory of one that another would need.
@Suite struct NodeTests {
  /// A second node of a site, with connections of its own where the engine has a server.
  private func withSecondNode(of site: Site, _ body: @Sendable (Site) async throws -> Void) async throws {
    var database = site.database
    if case .postgres(let address) = site.app.config.database { database = try Postgres(address) }
    let clock = site.clock
    let app = try App(
      config: site.app.config, database: database, meters: site.app.meters, logger: site.app.logger,
      clock: { clock.now })
    try await app.warmUp()
    let (second, log, folder) = (database, site.log, site.folder)
    try await Application(router: app.makeRouter(), logger: app.logger).test(.router) { client in
      try await body(Site(app: app, database: second, client: client, clock: clock, log: log, folder: folder))
    }
    try await app.shutDown()
    if site.app.config.database.engine == .postgres { try database.close() }
  }

  /// The same browser on another node.
  private func moved(_ person: Person, to site: Site) -> Person {
    let same = Person(site: site)
    if let cookie = person.cookie("flixlist") { same.set(cookie: "flixlist", cookie) }
    return same
  }

  @Test func fiftyTicksAtOnceOnTwoNodesAreCountedRight() async throws {
    try await withSite { (first) async throws in
      try await withSecondNode(of: first) { second in
        let alice = try await first.person("alice")
        let nodes = [alice, moved(alice, to: second)]
        // Sixteen episodes of one show and six of another, some of them by both nodes at the same time.
        let episodes = try await first.database.read { connection in
          try connection.rows(
            "SELECT title_id, id FROM episodes WHERE title_id IN ($1, $2) ORDER BY title_id, id", SmallCatalogue.six,
            SmallCatalogue.sixteen
          ) { (title: $0.int(), id: $0.int()) }
        }
        try await withThrowingTaskGroup { group in
          for number in 0..<50 {
            let (node, episode) = (nodes[number % 2], episodes[number / 2 % episodes.count])
            group.addTask {
              let fields = ["episode": String(episode.id), "once": "tick-\(episode.id)"]
              let answer = try await node.post("/titles/\(episode.title)/plays", fields)
              #expect(answer.status == .seeOther)
            }
          }
          try await group.waitForAll()
        }
        #expect(try await first.shelf("alice", SmallCatalogue.six)?.seen == 6)
        #expect(try await second.shelf("alice", SmallCatalogue.sixteen)?.seen == 16)
        #expect(try await first.number("SELECT count(*) FROM plays") == 22)
        let commands = Commands(database: first.database, config: first.app.config, now: first.clock.now)
        #expect(try commands.recount(isRepairing: false) == [])
      }
    }
  }

  @Test func whatOneNodeDoesTheOtherShowsAtOnce() async throws {
    try await withSite { (first) async throws in
      try await withSecondNode(of: first) { second in
        let alice = try await first.person("alice")
        let elsewhere = moved(alice, to: second)
        #expect(try await elsewhere.get("/").status == .ok)
        let done = try await alice.post("/titles/1/plays").done
        #expect(try await elsewhere.get("/history").body.contains("Arrival"))
        #expect(try await elsewhere.post("/activity/\(done ?? 0)/undo").status == .seeOther)
        #expect(try await !alice.get("/history").body.contains("/titles/1-"))
        #expect(try await alice.post("/logout").status == .seeOther)
        #expect(try await elsewhere.get("/library").location.hasPrefix("/login"))
      }
    }
  }

  @Test func moreThanAPageUpNextIsCounted() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let shows = try await site.database.write { connection in
        try (1...40).map { number in
          try CatalogueStore.add(
            connection,
            NewTitle(
              kind: .show, name: "Show \(number)", year: 2020, runtime: 30, hasEnded: true, weight: 1,
              seasons: [NewSeason(number: 1, episodes: 3, year: 2020)]), source: "starter", owner: nil, now: Site.now)
        }
      }
      for show in shows {
        let first = try await site.episode(show, 1, 1)
        #expect(try await alice.post("/titles/\(show)/plays", ["episode": "\(first)"]).status == .seeOther)
      }
      let home = try await alice.get("/")
      #expect(home.status == .ok && home.body.contains("40"))
    }
  }

  @Test func aThrottleCountsTheTriesOnAllNodes() async throws {
    try await withSite { (first) async throws in
      try await withSecondNode(of: first) { second in
        let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
          for number in 0..<30 {
            let guesser = number % 2 == 0 ? first.visitor : second.visitor
            group.addTask {
              try await guesser.post("/login", ["username": "alice", "password": "guess \(number)"]).status
            }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == .unprocessableContent }.count == Int(Throttle.account.burst))
        #expect(statuses.filter { $0 == .tooManyRequests }.count == 30 - Int(Throttle.account.burst))
      }
    }
  }

  @Test func ofTwoFirstAccountsOneAdministers() async throws {
    try await withSite { (first) async throws in
      for name in ["root", "alice", "bob", "charlie"] {
        let user = try await first.user(name)
        try await first.database.write { try AccountsStore.delete($0, user: user) }
      }
      try await withSecondNode(of: first) { second in
        try await withThrowingTaskGroup { group in
          for number in 0..<6 {
            let visitor = number % 2 == 0 ? first.visitor : second.visitor
            group.addTask {
              // Three names, each wanted twice.
              _ = try await visitor.post(
                "/register", ["username": "person\(number / 2)", "password": "a long password \(number)"])
            }
          }
          try await group.waitForAll()
        }
        #expect(try await first.number("SELECT count(*) FROM users") == 3)
        #expect(try await first.number("SELECT count(*) FROM users WHERE is_admin = 1") == 1)
      }
    }
  }

  @Test func twentyLoginsAtOnceAreTwentySessions() async throws {
    try await withSite { (first) async throws in
      let user = try await first.user("alice")
      try await withThrowingTaskGroup { group in
        for number in 0..<20 {
          group.addTask {
            try await first.database.write { connection in
              try SessionStore.start(
                connection, user: user, tokenHash: [UInt8(number)], agent: "", address: "", now: Site.now)
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await first.number("SELECT count(DISTINCT id) FROM sessions") == 20)
    }
  }
}
