import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

/// Forms for what is gone, for what was never filled, and for what is changed at the same moment.
@Suite struct GoneTests {
  @Test func aFormPostedToADeletedListPassOrPlayIsAnswered404AndChangesNothing() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for name in ["Noir", "Westerns"] { _ = try await alice.post("/lists", ["name": name, "title": "1"]) }
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "2020"])
      _ = try await alice.post("/titles/2/passes")
      _ = try await alice.post("/titles/1/plays", ["when": "2020"])
      for path in ["/lists/1/delete", "/passes/1/delete", "/plays/7/delete"] {
        #expect(try await alice.post(path).status == .seeOther, "\(path)")
      }
      let tables = try await site.tables(isWhole: true)
      let activities = try await site.number("SELECT count(*) FROM activities")
      for (path, fields) in [
        ("/lists/1", ["name": "Film noir"]), ("/lists/1", ["note": "x"]), ("/lists/1/delete", [:]),
        ("/lists/1/move", ["move": "top"]), ("/lists/1/sort", ["by": "name"]), ("/lists/1/items", ["title": "1"]),
        ("/lists/1/items/1", ["note": "x"]), ("/lists/1/items/1/move", ["move": "top"]),
        ("/lists/1/items/1/copy", ["list": "2"]), ("/lists/1/items/1/delete", [:]),
        ("/lists/2/items/2/copy", ["list": "1"]), ("/lists", ["name": "Copy", "copy": "1"]),
        ("/library/titles", ["title": "1", "act": "list", "list": "1"]), ("/passes/1", ["name": "Winter"]),
        ("/passes/1/end", [:]), ("/passes/1/delete", ["plays": "keep"]), ("/passes/1/delete", ["plays": "delete"]),
        ("/plays/7", ["when": "2019"]), ("/plays/7", ["note": "x"]), ("/plays/7/delete", [:]),
        ("/history/plays", ["play": "7", "act": "delete"]), ("/history/plays", ["play": "7", "act": "unknown"]),
        ("/activity/999/undo", [:]), ("/activity/999/when", ["when": "2019"]),
      ] {
        for headers in [[:], [.fragment: "1"]] as [HTTPFields] {
          let answer = try await alice.post(path, fields, headers: headers)
          #expect(answer.status == .notFound, "\(path) \(fields): \(answer.status)")
        }
      }
      #expect(try await alice.get("/lists/1").status == .notFound)
      #expect(try await site.tables(isWhole: true) == tables)
      #expect(try await site.number("SELECT count(*) FROM activities") == activities)
    }
  }

  @Test func aPassWithNoPlaysIsEndedAndDeletedAndComesBack() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "2020"])
      let (before, shelf) = (try await site.tables(), try await site.shelf("alice", SmallCatalogue.six))
      let begun = try #require(try await alice.post("/titles/2/passes", ["name": "Winter"]).done)
      let open = try await site.tables()
      for (path, fields, says) in [
        ("/passes/1/end", [:], "Ended the rewatch"),
        ("/passes/1/delete", ["plays": "keep"], "Deleted the rewatch, kept what was watched"),
        ("/passes/1/delete", ["plays": "delete"], "Deleted the rewatch"),
        ("/passes/1/delete", [:], "Deleted the rewatch"),
      ] as [(String, [String: String], String)] {
        let answer = try await alice.post(path, fields)
        let done = try #require(answer.done, "\(path) \(fields)")
        // Nothing was seen in it: nothing of it is left, and the show is finished as before.
        #expect(try await site.number("SELECT count(*) FROM passes") == 0)
        #expect(try await site.shelf("alice", SmallCatalogue.six) == shelf)
        #expect(try await alice.get(answer.location).body.contains(says), "\(path) \(fields)")
        #expect(try await alice.post(path, fields).status == .notFound)
        #expect(try await alice.post("/activity/\(done)/undo").status == .seeOther)
        #expect(try await site.tables() == open)
      }
      #expect(try await alice.post("/passes/1/delete", ["plays": "some"]).status == .unprocessableContent)
      _ = try await alice.post("/activity/\(begun)/undo")
      #expect(try await site.tables() == before)
    }
  }

  @Test func aPlayOfAFinishedRewatchGoesThoughAnEarlierOneIsUnderWay() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1", "when": "2020"])
      _ = try await alice.post("/titles/2/passes")
      let episode = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(episode)", "again": "1"])
      let ended = try #require(try await alice.post("/passes/1/end").done)
      _ = try await alice.post("/titles/2/passes")
      _ = try await alice.post("/titles/2/plays", ["all": "1"])
      #expect(try await alice.post("/activity/\(ended)/undo").status == .seeOther)
      let before = try await site.tables()
      let play = try await site.number("SELECT max(id) FROM plays WHERE pass = 2")
      let removed = try await alice.post("/plays/\(play)/delete")
      #expect(removed.status == .seeOther)
      // Only one rewatch is under way: the other stays ended.
      #expect(try await site.number("SELECT count(*) FROM passes WHERE ended_at IS NULL") == 1)
      #expect(try await alice.post("/activity/\(try #require(removed.done))/undo").status == .seeOther)
      #expect(try await site.tables() == before)
    }
  }

  @Test func aSeasonLongerThanAPageKeepsItsPageAfterATick() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let own = try await alice.post("/titles", ["name": "Long show", "kind": "show", "seasons": "130"])
      let title = try #require(own.location.split(separator: "/").last.flatMap { Int($0.prefix { $0.isNumber }) })
      let path = "/titles/\(title)/seasons/1?page=2"
      let page = try await alice.get(path).body
      let (first, last) = (try await site.episode(title, 1, 101), try await site.episode(title, 1, 130))
      #expect(page.contains("id=\"e\(first)\"") && !page.contains("id=\"e\(first - 1)\""))
      // Every form of the page says where it stands.
      #expect(page.contains("name=\"back\" value=\"\(path)\""))
      let tick = try await alice.post("/titles/\(title)/plays", ["episode": "\(last)", "back": path])
      #expect(tick.location == "\(path)&done=\(tick.done ?? 0)#e\(last)")
      let after = try await alice.get(String(tick.location.prefix { $0 != "#" })).body
      #expect(after.contains("id=\"e\(first)\"") && after.contains("Marked S1 E130"))
      #expect(after.contains("name=\"back\" value=\"\(path)\""))
      // In place too, and when it is taken back.
      let fields = ["episode": "\(first)", "back": path]
      let piece = try await alice.post("/titles/\(title)/plays", fields, headers: [.fragment: "1"])
      #expect(piece.status == .ok && piece.body.contains("id=\"e\(first)\"") && piece.body.contains("Marked S1 E101"))
      #expect(!piece.body.contains("id=\"e\(first - 1)\"") && piece.body.contains("value=\"\(path)\""))
      let undone = try await alice.post("/activity/\(try #require(tick.done))/undo", ["back": path])
      #expect(undone.location == "\(path)&done=\(tick.done ?? 0)")
    }
  }

  // MARK: Accounts

  @Test func aLoginThatRacesAPasswordResetLeavesNobodyInWithTheOldPassword() async throws {
    try await withSite(
      config: { $0.passwordCost = 12 },
      { (site) async throws in
        // A hash that takes its time, so that the race has some length.
        let slow = try Passwords.hashNow(Site.password, cost: 12)
        _ = try await site.database.write {
          try $0.execute("UPDATE users SET password = $1 WHERE username = 'alice'", slow)
        }
        let root = try await site.person("root")
        let user = try await site.user("alice")
        let page = try await root.post("/admin/users/\(user)/reset").body
        let start = try #require(page.firstRange(of: "/reset/"))
        let path = String(page[start.lowerBound...].prefix { $0 != "\"" })
        let racers = (0..<8).map { _ in site.visitor }
        let statuses = try await withThrowingTaskGroup(of: (Bool, Int).self) { group in
          for (place, racer) in racers.enumerated() {
            if place == 3 {
              group.addTask { (true, try await site.visitor.post(path, ["password": "a brand new one"]).status.code) }
            }
            group.addTask {
              let fields = ["username": "alice", "password": Site.password]
              return (false, try await racer.post("/login", fields).status.code)
            }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        // In, refused as wrong, or told to try again since the password changed meanwhile.
        #expect(statuses.allSatisfy { $0.0 ? $0.1 == 303 : [303, 409, 422].contains($0.1) }, "\(statuses)")
        for racer in racers { #expect(try await racer.get("/library").location.hasPrefix("/login")) }
        let old = try await site.visitor.post("/login", ["username": "alice", "password": Site.password])
        #expect(old.status == .unprocessableContent)
        let new = try await site.visitor.post("/login", ["username": "alice", "password": "a brand new one"])
        #expect(new.status == .seeOther)
        #expect(try await site.visitor.post(path, ["password": "yet another one"]).status == .notFound)
      })
  }
}
