import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

@Suite struct AccountTests {
  @Test func onlyTheFirstAccountBecomesAdministrator() async throws {
    try await withSite { (site) async throws in
      _ = try await site.database.write { try $0.execute("DELETE FROM users") }
      let first = Person(site: site)
      #expect(try await first.post("/register", ["username": "Zoë", "password": "a long enough one"]).location == "/")
      #expect(try await first.get("/admin/users").status == .ok)
      let second = Person(site: site)
      _ = try await second.post(
        "/register", ["username": "second", "password": "a long enough one", "zone": "Asia/Kathmandu"])
      #expect(try await second.get("/admin/users").status == .notFound)
      #expect(try await second.get("/settings").body.contains("value=\"Asia/Kathmandu\" selected"))
    }
  }

  @Test func elsewhereThanLoopbackTheFirstAccountNeedsThePrintedLink() async throws {
    try await withSite(
      config: { $0.host = "0.0.0.0" },
      { (site) async throws in
        _ = try await site.database.write { try $0.execute("DELETE FROM users") }
        let link = try #require(try await site.app.setupLink())
        let token = try #require(link.split(separator: "=").last.map(String.init))
        let fields = ["username": "owner", "password": "a long enough one"]
        #expect(try await site.visitor.post("/register", fields).status == .forbidden)
        #expect(
          try await site.visitor.post("/register", fields.merging(["token": "wrong"]) { $1 }).status == .forbidden)
        let owner = Person(site: site)
        #expect(try await owner.post("/register", fields.merging(["token": token]) { $1 }).status == .seeOther)
        #expect(try await owner.get("/admin/users").status == .ok)
      })
  }

  @Test(arguments: [
    ("a", "a long enough one", "2 to 40"), ("1abc", "a long enough one", "begins with a letter"),
    ("a b", "a long enough one", "begins with a letter"), ("valid", "short", "at least 8"),
    ("valid", "password", "first that others"),
    ("valid", "aaaaaaaaaaaa", "first that others"), ("validname", "validname1", "too close"),
    ("alice", "a long enough one", "taken"),
    ("ALICE", "a long enough one", "taken"),
  ])
  func aFormThatIsWrongComesBackWithWhatWasTyped(_ name: String, _ password: String, _ message: String) async throws {
    try await withSite { (site) async throws in
      let answer = try await site.visitor.post(
        "/register", ["username": name, "password": password, "email": "x@example.org"])
      #expect(answer.status == .unprocessableContent)
      #expect(
        answer.body.contains(message) && answer.body.contains("value=\"\(name)\"")
          && answer.body.contains("x@example.org"))
      #expect(!answer.body.contains(password) || password == "password")
    }
  }

  @Test func aTakenEmailIsToldToNobody() async throws {
    try await withSite { (site) async throws in
      let new = Person(site: site)
      #expect(
        try await new.post(
          "/register", ["username": "newcomer", "password": "a long enough one", "email": "alice@example.org"]
        ).status == .seeOther)
      #expect(try await site.number("SELECT count(*) FROM users WHERE username = 'newcomer' AND email IS NULL") == 1)
    }
  }

  @Test func lengthsOfPasswordsAreCountedInCodePointsAndNeverCut() throws {
    for (length, isFine) in [(7, false), (8, true), (14, true), (15, true), (64, true), (256, true), (257, false)] {
      let password = String("aé漢1b$ c".unicodeScalars.map(Character.init).cycled(length))
      #expect(
        (AccountRules.problem(password: password, username: "somebody", email: nil) == nil) == isFine, "\(length)")
    }
    let base = String(repeating: "correct horse ", count: 6)
    let hash = try Passwords.hashNow(base + "1", cost: 4)
    #expect(hash != (try Passwords.hashNow(base + "1", cost: 4)))
  }

  @Test func theSameLettersInAnotherFormAreTheSamePassword() async throws {
    let passwords = Passwords(cost: 4)
    let hash = try Passwords.hashNow("n\u{F6}rdliche W\u{E4}lder 🎬", cost: 4)
    #expect(try await passwords.verify("no\u{308}rdliche Wa\u{308}lder 🎬", hash: hash))
    #expect(try await !passwords.verify("nordliche Walder 🎬", hash: hash))
    #expect(
      try await !passwords.verify(
        String(repeating: "x", count: 72) + "a",
        hash: Passwords.hashNow(String(repeating: "x", count: 72) + "b", cost: 4)))
    try await passwords.shutDown()
  }

  @Test func theShippedCostIsTheStrongOne() async throws {
    #expect(Config().passwordCost == 15)
    let passwords = Passwords(cost: Config().passwordCost)
    let hash = try await passwords.hash("the one test at full cost")
    #expect(hash.hasPrefix("$scrypt$ln=15,r=8,p=3$"))
    #expect(try await passwords.verify("the one test at full cost", hash: hash))
    try await passwords.shutDown()
  }

  @Test func aLoginGivesANewTokenAndOldOnesDie() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let before = try #require(alice.cookie("flixlist"))
      _ = try await alice.post("/login", ["username": "alice@example.org", "password": Site.password])
      #expect(alice.cookie("flixlist") != before)
      let thief = Person(site: site)
      thief.set(cookie: "flixlist", before)
      #expect(try await thief.get("/library").location.hasPrefix("/login"))
      let found = try await site.database.read { connection in
        try connection.rows("SELECT token_hash FROM sessions") { $0.bytes() }
      }
      #expect(!found.contains(Array((alice.cookie("flixlist") ?? "").utf8)))
    }
  }

  @Test func sessionsEndWhenIdleAndAfterThirtyDays() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      site.clock.advance(seconds: 13 * 86_400)
      #expect(try await alice.get("/library").status == .ok)
      site.clock.advance(seconds: 13 * 86_400)
      #expect(try await alice.get("/library").status == .ok)
      site.clock.advance(seconds: 5 * 86_400)
      #expect(try await alice.get("/library").status == .seeOther)
      let bob = try await site.person("bob")
      site.clock.advance(seconds: 14 * 86_400 + 1)
      #expect(try await bob.get("/library").status == .seeOther)
    }
  }

  @Test func changingThePasswordEndsEveryOtherSession() async throws {
    try await withSite { (site) async throws in
      let (here, there) = (try await site.person("alice"), try await site.person("alice"))
      let wrong = try await here.post(
        "/settings/password", ["current": "not it at all", "password": "a brand new one"])
      #expect(wrong.status == .unprocessableContent)
      _ = try await here.post("/settings/password", ["current": Site.password, "password": "a brand new one"])
      #expect(try await here.get("/library").status == .ok)
      #expect(try await there.get("/library").status == .seeOther)
    }
  }

  @Test func oneSessionCanBeEndedAndOnlyOnesOwn() async throws {
    try await withSite { (site) async throws in
      let (here, there) = (try await site.person("alice"), try await site.person("alice"))
      let charlie = try await site.person("charlie")
      #expect(try await here.get("/settings/sessions").body.contains("this one"))
      #expect(try await here.post("/settings/sessions/2/delete").status == .seeOther)
      #expect(try await there.get("/library").status == .seeOther)
      #expect(try await charlie.post("/settings/sessions/7/delete").status == .notFound)
      #expect(try await here.get("/library").status == .ok)
    }
  }

  @Test func aResetLinkWorksOnceAndForAnHour() async throws {
    try await withSite { (site) async throws in
      let root = try await site.person("root")
      let alice = try await site.person("alice")
      let user = try await site.user("alice")
      func link() async throws -> String {
        let page = try await root.post("/admin/users/\(user)/reset").body
        let start = try #require(page.firstRange(of: "/reset/"))
        return String(page[start.lowerBound...].prefix { $0 != "\"" })
      }
      let path = try await link()
      #expect(try await site.visitor.get(path).status == .ok)
      #expect(try await site.visitor.post(path, ["password": "short"]).status == .unprocessableContent)
      #expect(try await site.visitor.post(path, ["password": "a brand new one"]).location == "/login")
      #expect(try await alice.get("/library").status == .seeOther)
      #expect(try await site.visitor.post(path, ["password": "another new one"]).status == .notFound)
      let second = try await link()
      site.clock.advance(seconds: 3_601)
      #expect(try await site.visitor.get(second).status == .notFound)
      #expect(
        try await site.visitor.post("/login", ["username": "alice", "password": "a brand new one"]).status == .seeOther)
    }
  }

  @Test func deletingAnAccountLeavesNothingOfItAndNothingElseGone() async throws {
    try await withSite { (site) async throws in
      let (alice, bob) = (try await site.person("alice"), try await site.person("bob"))
      for person in [alice, bob] {
        _ = try await person.post("/titles/1/plays")
        _ = try await person.post("/titles", ["name": "Mine", "kind": "show", "seasons": "3"])
        _ = try await person.post("/titles/2/plays", ["all": "1"])
      }
      let bobBefore = try await site.record("bob")
      let user = try await site.user("alice")
      #expect(try await alice.post("/settings/delete", ["password": "wrong wrong"]).status == .unprocessableContent)
      #expect(try await alice.post("/settings/delete", ["password": Site.password]).location == "/")
      let tables = try await site.database.read { connection in
        try connection.rows(
          SQL(
            sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%user_id%'",
            postgres: "SELECT table_name FROM information_schema.columns WHERE column_name = 'user_id'")
        ) { $0.text() }
      }
      #expect(tables.count >= 8)
      for table in tables {
        let rows = try await site.database.read {
          try $0.first(SQL(trusted: "SELECT count(*) FROM \(table) WHERE user_id = $1"), user) { $0.int() }
        }
        #expect(rows == 0, "\(table)")
      }
      #expect(try await site.number("SELECT count(*) FROM titles WHERE owner_id IS NOT NULL") == 1)
      #expect(try await site.record("bob") == bobBefore)
    }
  }

  @Test func administration() async throws {
    try await withSite { (site) async throws in
      let root = try await site.person("root")
      let bob = try await site.person("bob")
      let (bobID, rootID) = (try await site.user("bob"), try await site.user("root"))
      _ = try await root.post("/admin/users/\(bobID)/disabled", ["disabled": "1"])
      #expect(try await bob.get("/library").status == .seeOther)
      #expect(
        try await bob.post("/login", ["username": "bob", "password": Site.password]).status == .unprocessableContent)
      _ = try await root.post("/admin/users/\(bobID)/disabled", ["disabled": "0"])
      #expect(try await bob.post("/login", ["username": "bob", "password": Site.password]).status == .seeOther)
      #expect(try await root.post("/admin/users/\(rootID)/admin", ["admin": "0"]).status == .conflict)
      #expect(try await root.post("/admin/users/\(rootID)/disabled", ["disabled": "1"]).status == .conflict)
      _ = try await root.post("/admin/registration", ["registration": "invite"])
      #expect(
        try await site.visitor.post("/register", ["username": "guest", "password": "a long enough one"]).status
          == .forbidden)
      let page = try await root.post("/admin/invitations").body
      let start = try #require(page.firstRange(of: "/register?token="))
      let path = String(page[start.lowerBound...].prefix { $0 != "\"" })
      #expect(try await site.visitor.get(path).body.contains("name=\"token\""))
      let token = String(path.split(separator: "=")[1])
      let fields = ["username": "guest", "password": "a long enough one", "token": token]
      #expect(try await site.visitor.post("/register", fields).status == .seeOther)
      #expect(
        try await site.visitor.post("/register", fields.merging(["username": "guest2"]) { $1 }).status == .forbidden)
    }
  }

  @Test func administrationAsksForThePasswordAgain() async throws {
    try await withSite { (site) async throws in
      let root = try await site.person("root")
      #expect(try await root.get("/admin/users").status == .ok)
      site.clock.advance(seconds: 16 * 60)
      #expect(try await root.get("/admin/users").location.hasPrefix("/confirm"))
      #expect(
        try await root.post("/confirm", ["password": "wrong wrong", "next": "/admin/users"]).status
          == .unprocessableContent)
      #expect(
        try await root.post("/confirm", ["password": Site.password, "next": "/admin/users"]).location == "/admin/users")
      #expect(try await root.get("/admin/users").status == .ok)
    }
  }

  @Test func settingsAreKeptAndChecked() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let fields = [
        "display_name": "Ali", "zone": "America/New_York", "day_end": "4", "language": "de", "theme": "dark",
        "scale": "stars",
        "single_keys": "1", "email": "ali@example.org",
      ]
      #expect(try await alice.post("/settings", fields).status == .seeOther)
      let page = try await alice.get("/settings").body
      #expect(page.contains("lang=\"de\"") && page.contains("data-theme=\"dark\"") && page.contains("value=\"Ali\""))
      for (name, value) in [
        ("zone", "Mars/Olympus"), ("day_end", "13"), ("language", "zz"), ("theme", "pink"), ("scale", "5"),
        ("display_name", ""), ("email", "nope"),
      ] {
        #expect(
          try await alice.post("/settings", fields.merging([name: value]) { $1 }).status == .unprocessableContent,
          "\(name)")
      }
    }
  }
}

extension Array {
  fileprivate func cycled(_ count: Int) -> [Element] { (0..<count).map { self[$0 % self.count] } }
}
