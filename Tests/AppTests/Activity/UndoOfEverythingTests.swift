import HTTPTypes
import SQL
import Testing

@testable import App

/// Undo is exact, whatever was done: the tables are as they were, row by row and id by id.
@Suite(.serialized) struct UndoOfEverythingTests {
  /// Two scripts; `FLIXLIST_HISTORIES` asks for more.
  static let seeds = (1...max(2, ModelTests.histories / 150)).map { UInt64($0) }

  @Test(arguments: seeds)
  func twoHundredActionsOfEveryKindUndoneInReverseLeaveEveryTableEqual(_ seed: UInt64) async throws {
    try await withSite { (site) async throws in
      let (alice, bob) = (try await site.person("alice"), try await site.person("bob"))
      var script = Script(site, alice, user: try await site.user("alice"), seed: seed + 500)
      // Something to begin with, so that deletes and updates meet rows of before.
      for _ in 0..<20 { try await script.act() }
      script.forget()
      try await Self.liveInBerlin(alice)
      let before = try await site.tables(isWhole: true)
      let record = try await alice.get("/export/record.json").body
      // What there was when so many things stood.
      var dumps: [Int: [String]] = [:]
      for step in 1...200 {
        try await script.act()
        dumps = dumps.filter { $0.key <= script.done.count }
        if step.isMultiple(of: 20) { dumps[script.done.count] = try await site.tables() }
        if step.isMultiple(of: 50) {
          try await ShelfPropertyTests.holdToModel(site)
          try await Self.goAndComeBack(site, alice, bob)
        }
      }
      #expect(script.done.count > 60)
      while !script.done.isEmpty {
        if let dump = dumps[script.done.count] {
          #expect(Self.differences(try await site.tables(), dump) == [], "at \(script.done.count) of seed \(seed)")
        }
        try await script.undoLast()
      }
      try await Self.liveInBerlin(alice)
      #expect(Self.differences(try await site.tables(isWhole: true), before) == [], "seed \(seed)")
      #expect(try await alice.get("/export/record.json").body == record, "seed \(seed)")
    }
  }

  /// The export read into an empty account exports the same bytes; undone, it leaves nothing there.
  private static func goAndComeBack(_ site: Site, _ alice: Person, _ bob: Person) async throws {
    let before = try await site.tables(isWhole: true)
    let record = try await alice.get("/export/record.json").body
    if record == ImportTests.empty { return }
    let posted = try await bob.upload(record)
    let activity = try #require(posted.done, "\(posted.status): \(posted.body)")
    #expect(try await bob.get("/export/record.json").body == record)
    #expect(try await bob.post("/activity/\(activity)/undo").status == .seeOther)
    #expect(try await bob.get("/export/record.json").body == ImportTests.empty)
    #expect(differences(try await site.tables(isWhole: true), before) == [])
  }

  private static func liveInBerlin(_ person: Person) async throws {
    #expect(try await person.post("/settings", ["zone": "Europe/Berlin", "day_end": "0"]).status == .seeOther)
  }

  /// The rows that only one of two dumps has.
  private static func differences(_ one: [String], _ other: [String]) -> [String] {
    one == other ? [] : Set(one).symmetricDifference(other).sorted()
  }

  // MARK: Each kind once

  @Test func everyKindOfActivityIsUndoneExactly() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let whole = try await site.tables(isWhole: true)
      let record = try await alice.get("/export/record.json").body
      var dumps: [[String]] = []
      for (path, fields) in try await Self.everything(site) {
        if path == "/settings/diary" { _ = try await alice.post("/settings", ["zone": "America/New_York"]) }
        dumps.append(try await site.tables())
        let answer = try await alice.post(path, fields)
        try #require(answer.status == .seeOther, "\(path) \(fields): \(answer.status)")
        let newest = try await site.number("SELECT coalesce(max(id), 0) FROM activities")
        try #require(newest == dumps.count, "\(path) \(fields) is one activity")
        #expect(try await site.tables() != dumps.last, "\(path) \(fields)")
      }
      let kinds = try await site.database.read { connection in
        try connection.rows("SELECT DISTINCT kind FROM activities") { $0.text() }
      }
      // Its own test: it needs an empty record.
      let wanted = Set(ActivityKind.allCases.map(\.rawValue)).subtracting([ActivityKind.imported.rawValue])
      #expect(Set(kinds) == wanted, "every kind of activity has an action here")
      while let dump = dumps.popLast() {
        let activity = dumps.count + 1
        #expect(try await alice.post("/activity/\(activity)/undo").status == .seeOther, "undo of \(activity)")
        #expect(Self.differences(try await site.tables(), dump) == [], "undo of \(activity)")
      }
      try await Self.liveInBerlin(alice)
      #expect(Self.differences(try await site.tables(isWhole: true), whole) == [])
      #expect(try await alice.get("/export/record.json").body == record)
    }
  }

  /// Every action, each changing something; the ids are those that an empty record gives out.
  private static func everything(_ site: Site) async throws -> [(String, [String: String])] {
    let first = try await site.episode(SmallCatalogue.six, 1, 1)
    let second = try await site.episode(SmallCatalogue.six, 1, 2)
    let other = try await site.episode(SmallCatalogue.sixteen, 1, 1)
    let entries: [(String, [String: String])] = [
      ("/titles/1/entry", ["status": "planned"]), ("/titles/5/entry", ["status": "watching"]),
      ("/titles/5/entry", ["status": "paused"]), ("/titles/5/entry", ["status": "dropped"]),
      ("/titles/5/entry", ["status": "none"]),
    ]
    let plays: [(String, [String: String])] = [
      ("/titles/2/plays", ["season": "1", "when": "2020"]), ("/titles/1/plays", ["when": "2026-05-24T02:30"]),
      ("/plays/7", ["note": "with tea"]), ("/plays/6", ["when": "2019"]), ("/activity/6/when", ["when": "release"]),
      ("/history/plays", ["play": "1", "act": "when", "when": "2018"]),
      ("/titles/3/plays", ["upto": "\(try await site.episode(SmallCatalogue.running, 2, 1))", "when": "2024-05"]),
    ]
    let parts: [(String, [String: String])] = [
      ("/titles/2/entry", ["rating": "80"]), ("/titles/2/entry", ["rating": ""]),
      ("/titles/2/entry", ["favourite": "1"]), ("/titles/2/entry", ["favourite": "0"]),
      ("/titles/2/entry", ["status": "paused"]), ("/titles/2/entry", ["status": "none"]),
      ("/episodes/\(second)/rating", ["rating": "70"]), ("/titles/2/seasons/1/rating", ["rating": "60"]),
      ("/episodes/\(second)/rating", ["rating": ""]), ("/episodes/\(other)/skip", ["skip": "1"]),
      ("/episodes/\(other)/skip", ["skip": "0"]), ("/titles/4/skips", ["season": "1"]),
      ("/titles/6/entry", ["specials": "1"]), ("/titles/6/entry", ["specials": "0"]),
    ]
    let passes: [(String, [String: String])] = [
      ("/titles/2/passes", ["name": ""]), ("/passes/1", ["name": "Winter"]),
      ("/titles/2/plays", ["episode": "\(first)"]), ("/passes/1/end", [:]), ("/passes/1/delete", ["plays": "delete"]),
      ("/titles/2/passes", ["name": "Again"]), ("/passes/2/end", [:]), ("/plays/5/delete", [:]),
    ]
    let lists: [(String, [String: String])] = [
      ("/lists", ["name": "A", "title": "5"]), ("/lists", ["name": "B"]),
      ("/lists", ["name": "C", "rule": "kind=movie"]),
      ("/lists/1", ["note": "why"]), ("/lists/1/items", ["title": "1"]), ("/lists/1/items/2", ["note": "x"]),
      ("/lists/1/items/2/move", ["move": "up"]), ("/lists/1/sort", ["by": "name"]),
      ("/lists/1/items/2/copy", ["list": "2", "move": "1"]), ("/lists/2/items/3/delete", [:]),
      ("/lists/2/move", ["move": "top"]), ("/lists/1/delete", [:]),
    ]
    return entries + plays + parts + passes + lists + [
      ("/library/titles", ["title": "5", "act": "rate", "rating": "50"]),
      ("/titles", ["name": "Home film", "kind": "movie"]), ("/titles/2/relink", ["to": "4"]), ("/settings/diary", [:]),
    ]
  }
}
