import HTTPTypes
import SQL
import Testing
import Web

@testable import App

@Suite struct ListTests {
  // MARK: Making and naming

  @Test func aListIsMadeFilledAndShown() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let made = try await alice.post("/lists", ["name": " Rainy \n Sundays ", "note": "With tea"])
      #expect(made.status == .seeOther && made.location.hasPrefix("/lists/1?done="))
      #expect(try await alice.get("/lists/1").body.contains("Nothing on this list yet"))
      for title in ["5", "1", "2"] {
        let added = try await alice.post("/lists/1/items", ["title": title, "note": "for \(title)"])
        #expect(added.location.hasPrefix("/lists/1?done="))
      }
      #expect(try await site.order(1) == [5, 1, 2])
      _ = try await alice.post("/titles/1/plays")
      let page = try await alice.get("/lists/1").body
      #expect(page.contains("<h1>Rainy Sundays</h1>") && page.contains("With tea") && page.contains("3 titles"))
      #expect(page.contains("for 5") && page.contains("No. 3") && page.contains("Completed"))
      let places = page.matches(of: /data-position="(\d+)"/).map { String($0.1) }
      #expect(places == ["1", "2", "3"])
      let all = try await alice.get("/lists").body
      #expect(all.contains("Rainy Sundays") && all.contains("3 titles") && all.contains("/posters/5.svg"))
      #expect(try await alice.get("/library").body.contains("href=\"/lists\""))
    }
  }

  @Test func aNameIsNeededHasALimitAndIsGivenOnce() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      for (name, words) in [
        ("  ", "A name has 1 to 100 characters."), (String(repeating: "x", count: 101), "A name has 1 to 100"),
        ("nOIR", "You have a list of this name already."),
      ] {
        let refused = try await alice.post("/lists", ["name": name, "note": "kept as typed", "title": "5"])
        #expect(refused.status == .unprocessableContent && refused.body.contains(words), "\(name)")
        // What was typed and chosen is not lost.
        #expect(refused.body.contains("kept as typed") && refused.body.contains("name=\"title\" value=\"5\""))
      }
      let long = try await alice.post("/lists", ["name": "Long", "note": String(repeating: "x", count: 2_001)])
      #expect(long.status == .unprocessableContent && long.body.contains("2,000 characters"))
      #expect(try await site.number("SELECT count(*) FROM lists") == 1)
      // Another person may use the same name.
      #expect(try await site.person("bob").post("/lists", ["name": "Noir"]).status == .seeOther)
    }
  }

  @Test func aListIsRenamedAndItsNoteChanged() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir", "note": "old"])
      _ = try await alice.post("/lists", ["name": "Westerns"])
      let before = try await site.lists()
      let renamed = try await alice.post("/lists/1", ["name": "Film noir", "note": "two\r\nlines"])
      #expect(try await site.number("SELECT count(*) FROM lists WHERE name = 'Film noir' AND length(note) = 9") == 1)
      let again = try await alice.post("/lists/1", ["name": "Film noir", "note": "two\r\nlines"])
      #expect(again.done == nil)
      let taken = try await alice.post("/lists/1", ["name": "westerns", "note": "mine"])
      #expect(taken.status == .unprocessableContent && taken.body.contains(">mine</textarea>"))
      #expect(try await alice.post("/lists/1").status == .unprocessableContent)
      _ = try await alice.post("/activity/\(try #require(renamed.done))/undo")
      #expect(try await site.lists() == before)
    }
  }

  @Test func listsHaveAnOrderOfTheirOwn() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for name in ["A", "B", "C"] { _ = try await alice.post("/lists", ["name": name]) }
      _ = try await alice.post("/lists/3/move", ["move": "top"])
      let moved = try await alice.post("/lists/1/move", ["to": "3"])
      func order() async throws -> [String] {
        try await alice.get("/lists").body.matches(of: /<li class="rowline" id="l(\d+)"/).map { String($0.1) }
      }
      #expect(try await order() == ["3", "2", "1"])
      _ = try await alice.post("/activity/\(try #require(moved.done))/undo")
      #expect(try await order() == ["3", "1", "2"])
      // It stands there already: nothing is done.
      #expect(try await alice.post("/lists/3/move", ["move": "up"]).done == nil)
    }
  }

  @Test func anAccountHasTwoHundredListsAtMost() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let user = try await site.user("alice")
      try await site.database.write { connection in
        for number in 1...200 {
          try connection.execute(
            "INSERT INTO lists (user_id, name, place, created_at) VALUES ($1, $2, $3, 0)", user, "List \(number)",
            number)
        }
      }
      let refused = try await alice.post("/lists", ["name": "One more"])
      #expect(refused.status == .unprocessableContent && refused.body.contains("You have 200 lists"))
      #expect(refused.body.contains("value=\"One more\""))
      let last = try await alice.get("/lists?page=9").body
      #expect(last.contains("Page 5 of 5") && last.contains("List 200") && last.contains("data-position=\"200\""))
      _ = try await alice.post("/lists/200/move", ["to": "1"])
      #expect(try await alice.get("/lists").body.contains("List 200"))
    }
  }

  // MARK: Titles on a list

  @Test func theSameTitleTwiceStaysOnceAndAnswersAsBefore() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      let first = try await alice.post("/lists/1/items", ["title": "1", "note": "first"])
      _ = try await alice.post("/lists/1/items", ["title": "2"])
      let second = try await alice.post("/lists/1/items", ["title": "1", "note": "second"])
      #expect(second.done == first.done && first.done != nil)
      #expect(try await site.number("SELECT count(*) FROM list_items WHERE note = 'first'") == 1)
      #expect(try await site.order(1) == [1, 2])
      _ = try await alice.post("/activity/\(try #require(first.done))/undo")
      #expect(try await site.order(1) == [2])
    }
  }

  @Test func manyTitlesAreOneActivity() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      let added = try await alice.send("/lists/1/items", (1...6).map { ("title", "\($0)") } + [("title", "3")])
      #expect(try await site.order(1) == [1, 2, 3, 4, 5, 6])
      #expect(
        try await alice.get("/lists/1?done=\(added.done ?? 0)").body.contains("Added 6 titles to the list “Noir”"))
      _ = try await alice.post("/activity/\(try #require(added.done))/undo")
      #expect(try await site.order(1).isEmpty)
      // One that is not there, and nothing is added.
      #expect(try await alice.send("/lists/1/items", [("title", "1"), ("title", "999")]).status == .notFound)
      let most = try await alice.send(
        "/lists/1/items", (0..<500).map { ("title", "\($0 % 6 + 1)") } + [("back", "/lists/1")])
      #expect(most.status == .seeOther)
      let more = try await alice.send("/lists/1/items", (0..<501).map { ("title", "\($0 % 6 + 1)") })
      #expect(more.status == .unprocessableContent && more.body.contains("At most 500 titles"))
      #expect(try await alice.post("/lists/1/items").status == .unprocessableContent)
      #expect(try await alice.post("/lists/1/items", ["title": "x"]).status == .unprocessableContent)
    }
  }

  @Test func aListHoldsFiveThousandTitles() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let user = try await site.user("alice")
      _ = try await alice.post("/lists", ["name": "Everything"])
      try await site.database.write { connection in
        try connection.execute(
          """
          INSERT INTO titles (id, kind, name, name_key, has_ended, source, as_of)
          WITH RECURSIVE n (i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
          SELECT n.i, 'movie', 'Film ' || n.i, 'film ' || n.i, 1, 'starter', 0 FROM n
          """)
        try connection.execute(
          """
          INSERT INTO list_items (user_id, list_id, title_id, place, added_at)
          SELECT $1, 1, id, id, 0 FROM titles WHERE id > 1000
          """, user)
      }
      let refused = try await alice.post("/lists/1/items", ["title": "1"])
      #expect(refused.status == .unprocessableContent && refused.body.contains("at most 5,000 titles"))
      // There before: nothing to refuse.
      #expect(try await alice.post("/lists/1/items", ["title": "1001"]).status == .seeOther)
      let last = try await alice.get("/lists/1?page=50").body
      #expect(last.contains("Film 6000") && last.contains("Page 50 of 50") && last.contains("data-position=\"5000\""))
      #expect(last.utf8.count < 100_000)
      #expect(try await alice.get("/lists/1?page=99").body.contains("Page 50 of 50"))
      let moved = try await alice.post("/lists/1/items/5000/move", ["move": "top"])
      #expect(try await site.order(1).first == 6000)
      _ = try await alice.post("/activity/\(try #require(moved.done))/undo")
      #expect(try await site.order(1).last == 6000)
    }
  }

  @Test func aTitleHasItsNoteOnTheList() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      _ = try await alice.post("/lists/1/items", ["title": "1"])
      let noted = try await alice.post("/lists/1/items/1", ["note": "Only <b>at</b> night"])
      #expect(try await alice.get("/lists/1").body.contains("Only &lt;b&gt;at&lt;/b&gt; night"))
      let long = String(repeating: "y", count: 2_001)
      let refused = try await alice.post("/lists/1/items/1", ["note": long])
      #expect(refused.status == .unprocessableContent && refused.body.contains(">\(long)</textarea>"))
      #expect(refused.body.contains("at most 2,000 characters") && refused.body.contains("value=\"Noir\""))
      _ = try await alice.post("/activity/\(try #require(noted.done))/undo")
      #expect(try await site.number("SELECT count(*) FROM list_items WHERE note = ''") == 1)
    }
  }

  // MARK: Order by hand

  @Test func titlesAreMovedByHand() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      _ = try await alice.send("/lists/1/items", (1...5).map { ("title", "\($0)") })
      // The items have the ids of their titles here.
      for (item, fields, expected) in [
        (2, ["move": "up"], [2, 1, 3, 4, 5]), (2, ["move": "up"], [2, 1, 3, 4, 5]),
        (1, ["move": "down"], [2, 3, 1, 4, 5]), (5, ["move": "top"], [5, 2, 3, 1, 4]),
        (5, ["move": "bottom"], [2, 3, 1, 4, 5]), (5, ["to": "2"], [2, 5, 3, 1, 4]),
        (2, ["to": "4"], [5, 3, 1, 2, 4]), (5, ["to": "99"], [3, 1, 2, 4, 5]), (4, ["to": "1"], [4, 3, 1, 2, 5]),
      ] as [(Int, [String: String], [Int])] {
        #expect(try await alice.post("/lists/1/items/\(item)/move", fields).status == .seeOther)
        #expect(try await site.order(1) == expected, "\(item) \(fields)")
      }
      for fields in [["to": "0"], ["to": "x"], ["to": "-1"], ["move": "left"], ["move": "up", "to": "1"], [:]] {
        let refused = try await alice.post("/lists/1/items/4/move", fields)
        #expect(refused.status == .unprocessableContent, "\(fields)")
      }
    }
  }

  @Test func aMoveTouchesOneRowUntilThereIsNoRoom() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      _ = try await alice.send("/lists/1/items", (1...6).map { ("title", "\($0)") })
      var expected = try await site.order(1)
      var done: [Int] = []
      var dumps = [try await site.lists()]
      for _ in 0..<40 {
        // The last into the gap after the first: it halves each time.
        let last = expected.removeLast()
        expected.insert(last, at: 1)
        let moved = try await alice.post("/lists/1/items/\(last)/move", ["to": "2"])
        done.append(try #require(moved.done))
        #expect(try await site.order(1) == expected)
        dumps.append(try await site.lists())
      }
      let rows = try await site.database.read {
        try $0.rows("SELECT count(*) FROM changes WHERE tbl = 'list_items' GROUP BY activity_id") { $0.int() }
      }
      #expect(rows.contains(1) && rows.filter { $0 == 1 }.count > 35 && rows.filter { $0 > 1 }.count > 1)
      dumps.removeLast()
      for activity in done.reversed() {
        #expect(try await alice.post("/activity/\(activity)/undo").status == .seeOther)
        #expect(try await site.lists() == dumps.removeLast())
      }
    }
  }

  @Test func sortingOrdersOnceByHandOrder() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      for title in [1, 2, 5, 4] {
        site.clock.advance(seconds: 1)
        _ = try await alice.post("/lists/1/items", ["title": "\(title)"])
      }
      _ = try await alice.post("/titles/5/entry", ["rating": "90"])
      _ = try await alice.post("/titles/2/entry", ["rating": "70"])
      _ = try await alice.post("/titles/1/plays")
      for (by, expected) in [
        ("name", [5, 1, 2, 4]), ("year", [2, 4, 1, 5]), ("rating", [5, 2, 1, 4]), ("added", [4, 5, 2, 1]),
        ("watched", [1, 5, 2, 4]),
      ] {
        let before = try await site.lists()
        let sorted = try await alice.post("/lists/1/sort", ["by": by])
        #expect(try await site.order(1) == expected, "\(by)")
        #expect(try await alice.post("/lists/1/sort", ["by": by]).done == nil)
        _ = try await alice.post("/activity/\(try #require(sorted.done))/undo")
        #expect(try await site.lists() == before)
      }
      #expect(try await alice.post("/lists/1/sort", ["by": "weight"]).status == .unprocessableContent)
    }
  }

  // MARK: Copies

  @Test func aListIsCopiedWithNotesAndOrder() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      for title in ["5", "1"] { _ = try await alice.post("/lists/1/items", ["title": title, "note": "n\(title)"]) }
      let before = try await site.lists()
      let copy = try await alice.post("/lists", ["name": "Copy of Noir", "copy": "1"])
      #expect(copy.location.hasPrefix("/lists/2?done="))
      #expect(try await site.order(2) == [5, 1])
      #expect(try await site.number("SELECT count(*) FROM list_items WHERE list_id = 2 AND note = 'n5'") == 1)
      #expect(try await alice.get(copy.location).body.contains("Made the list “Copy of Noir” with 2 titles"))
      _ = try await alice.post("/activity/\(try #require(copy.done))/undo")
      #expect(try await site.lists() == before)
      #expect(try await alice.post("/lists", ["name": "Of none", "copy": "99"]).status == .notFound)
    }
  }

  @Test func aTitleIsCopiedOrMovedToAnotherList() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for name in ["A", "B"] { _ = try await alice.post("/lists", ["name": name]) }
      for title in ["1", "2"] { _ = try await alice.post("/lists/1/items", ["title": title, "note": "n\(title)"]) }
      _ = try await alice.post("/lists/2/items", ["title": "3"])
      let copied = try await alice.post("/lists/1/items/1/copy", ["list": "2"])
      #expect(try await site.order(1) == [1, 2])
      #expect(try await site.order(2) == [3, 1])
      #expect(try await alice.post("/lists/1/items/1/copy", ["list": "2"]).done == copied.done)
      let before = try await site.lists()
      let moved = try await alice.post("/lists/1/items/2/copy", ["list": "2", "move": "1"])
      #expect(try await site.order(1) == [1])
      #expect(try await site.order(2) == [3, 1, 2])
      #expect(try await site.number("SELECT count(*) FROM list_items WHERE list_id = 2 AND note = 'n2'") == 1)
      #expect(try await alice.get("/activity").body.contains("Moved to the list “B”"))
      _ = try await alice.post("/activity/\(try #require(moved.done))/undo")
      #expect(try await site.lists() == before)
      #expect(try await alice.post("/lists/1/items/1/copy", ["list": "9"]).status == .notFound)
      #expect(try await alice.post("/lists/1/items/1/copy", ["list": ""]).status == .unprocessableContent)
    }
  }
}

extension Site {
  /// The titles of a list in its order.
  func order(_ list: Int) async throws -> [Int] {
    try await database.read {
      try $0.rows("SELECT title_id FROM list_items WHERE list_id = $1 ORDER BY place, id", list) { $0.int() }
    }
  }

  /// Both tables of lists, whole.
  func lists() async throws -> [String] {
    try await database.read { connection in
      let lists = try connection.rows(
        "SELECT id, user_id, name, note, rule, place, created_at FROM lists ORDER BY id"
      ) { row in (0..<7).map { _ in "\(row.value())" }.joined(separator: " ") }
      let items = try connection.rows(
        "SELECT id, user_id, list_id, title_id, place, note, added_at FROM list_items ORDER BY id"
      ) { row in (0..<7).map { _ in "\(row.value())" }.joined(separator: " ") }
      return lists + items
    }
  }
}

extension Person {
  /// Posts a form in which a name may come more than once.
  func send(_ path: String, _ fields: [(String, String)]) async throws -> Answer {
    try await send(
      .post, path, headers: [.contentType: "application/x-www-form-urlencoded", .fetchSite: "same-origin"],
      body: URLEncoding.query(fields))
  }
}
