import HTTPTypes
import SQL
import Testing

@testable import App

/// Any script of things done to lists, undone in reverse, leaves both tables as they were, ids and places included.
@Suite struct ListPropertyTests {
  @Test(arguments: [11, 12, 13] as [UInt64])
  func twoHundredActionsUndoneInReverseLeaveTheTablesEqual(_ seed: UInt64) async throws {
    try await withSite { (site) async throws in
      var random = Seeded(seed)
      let alice = try await site.person("alice")
      for _ in 0..<20 { _ = try await Self.act(alice, site, &random) }
      let before = try await site.lists()
      var done: [Int] = []
      for _ in 0..<200 {
        site.clock.advance(seconds: Int.random(in: 1..<200, using: &random))
        if let activity = try await Self.act(alice, site, &random) { done.append(activity) }
      }
      #expect(done.count > 60)
      for activity in done.reversed() {
        let answer = try await alice.post("/activity/\(activity)/undo")
        #expect(answer.status == .seeOther, "undo \(activity): \(answer.status)")
      }
      #expect(try await site.lists() == before)
      #expect(try await site.number("SELECT count(*) FROM shelf") == 0)
    }
  }

  /// Does one thing at random; gives the activity, when something changed.
  private static func act(_ person: Person, _ site: Site, _ random: inout Seeded) async throws -> Int? {
    let before = try await site.number("SELECT coalesce(max(id), 0) FROM activities")
    let lists = try await site.database.read { try $0.rows("SELECT id FROM lists ORDER BY id") { $0.int() } }
    let items = try await site.database.read {
      try $0.rows("SELECT list_id, id FROM list_items ORDER BY id") { (list: $0.int(), id: $0.int()) }
    }
    let list = lists.randomElement(using: &random) ?? 0
    let other = lists.randomElement(using: &random) ?? 0
    let item = items.randomElement(using: &random) ?? (0, 0)
    let title = String(Int.random(in: 1...6, using: &random))
    let moves: [[String: String]] = [
      ["move": "up"], ["move": "down"], ["move": "top"], ["move": "bottom"],
      ["to": "\(Int.random(in: 1...6, using: &random))"],
    ]
    let move = moves.randomElement(using: &random) ?? [:]
    let name = "List \(Int.random(in: 1...30, using: &random))"
    let note = ["", "a\nb \"c\" ü"].randomElement(using: &random) ?? ""
    switch Int.random(in: 0..<14, using: &random) {
    case 0: _ = try await person.post("/lists", ["name": name, "note": note, "title": title])
    case 1: _ = try await person.post("/lists", ["name": name, "copy": "\(list)"])
    case 2: _ = try await person.post("/lists", ["name": name, "rule": "status=planned"])
    case 3: _ = try await person.post("/lists/\(list)", ["name": name, "note": note])
    case 4: _ = try await person.post("/lists/\(list)/delete")
    case 5: _ = try await person.post("/lists/\(list)/move", move)
    case 6:
      let sort = ListSort.allCases.randomElement(using: &random) ?? .name
      _ = try await person.post("/lists/\(list)/sort", ["by": sort.rawValue])
    case 7: _ = try await person.post("/lists/\(item.list)/items/\(item.id)", ["note": note])
    case 8: _ = try await person.post("/lists/\(item.list)/items/\(item.id)/delete")
    case 9:
      let isMove = Bool.random(using: &random) ? "1" : "0"
      _ = try await person.post(
        "/lists/\(item.list)/items/\(item.id)/copy", ["list": "\(other)", "move": isMove])
    case 10, 11: _ = try await person.post("/lists/\(item.list)/items/\(item.id)/move", move)
    default: _ = try await person.post("/lists/\(list)/items", ["title": title, "note": note])
    }
    let after = try await site.number("SELECT max(id) FROM activities")
    return after > before ? after : nil
  }
}
