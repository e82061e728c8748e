import HTTPTypes
import SQL
import Testing

@testable import App

/// Deleting and undo, smart lists, other people, the page of a title, pieces of pages.
@Suite struct ListPageTests {
  @Test func aDeletedListComesBackWithNotesAndOrder() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir", "note": "dark"])
      for title in ["5", "1", "4"] {
        _ = try await alice.post("/lists/1/items", ["title": title, "note": "n\(title)"])
      }
      let before = try await site.lists()
      let deleted = try await alice.post("/lists/1/delete", ["back": "/lists/1"])
      #expect(deleted.location.hasPrefix("/lists?done="))
      #expect(try await site.lists().isEmpty)
      #expect(try await alice.get("/lists/1").status == .notFound)
      #expect(try await alice.get(deleted.location).body.contains("Deleted the list “Noir”"))
      _ = try await alice.post("/activity/\(try #require(deleted.done))/undo")
      #expect(try await site.lists() == before)
    }
  }

  @Test func undoOfAListIsRefusedWhileLaterTitlesAreOnIt() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let made = try await alice.post("/lists", ["name": "Noir"])
      let added = try await alice.post("/lists/1/items", ["title": "1"])
      let undo = "/activity/\(try #require(made.done))/undo"
      #expect(try await alice.post(undo).status == .conflict)
      #expect(try await site.order(1) == [1])
      _ = try await alice.post("/activity/\(try #require(added.done))/undo")
      #expect(try await alice.post(undo, ["back": "/lists"]).status == .seeOther)
      #expect(try await site.lists().isEmpty)
    }
  }

  @Test func undoOfARemovalIsRefusedWhenTheListOrThePlaceIsGone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      for title in ["1", "2"] { _ = try await alice.post("/lists/1/items", ["title": title]) }
      let first = try #require(try await alice.post("/lists/1/items/1/delete").done)
      let second = try #require(try await alice.post("/lists/1/items/2/delete").done)
      _ = try await alice.post("/lists/1/items", ["title": "1"])
      #expect(try await alice.post("/activity/\(first)/undo").status == .conflict)
      _ = try await alice.post("/lists/1/delete")
      #expect(try await alice.post("/activity/\(second)/undo").status == .conflict)
      #expect(try await site.lists().isEmpty)
    }
  }

  @Test func anAddressOfWhatWasMadeUndoesBackToAllLists() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let made = try await alice.post("/lists", ["name": "Noir"])
      let page = try await alice.get(made.location).body
      let undo = "/activity/\(try #require(made.done))/undo"
      #expect(page.contains("Made the list “Noir”"))
      #expect(page.contains("action=\"\(undo)\"><input type=\"hidden\" name=\"back\" value=\"/lists\">"))
      let undone = try await alice.post(undo, ["back": "/lists"])
      #expect(try await alice.get(undone.location).body.contains("Undone: Made the list “Noir”"))
    }
  }

  @Test func accountsAreDeletedWithTheirLists() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let own = try await alice.post("/titles", ["name": "Home film", "kind": "movie"])
      let title = try #require(own.location.split(separator: "/").last).prefix { $0.isNumber }
      _ = try await alice.post("/lists", ["name": "Noir", "title": String(title)])
      #expect(try await site.number("SELECT count(*) FROM list_items") == 1)
      let user = try await site.user("alice")
      try await site.database.write { try AccountsStore.delete($0, user: user) }
      #expect(try await site.lists().isEmpty)
    }
  }

  // MARK: Smart lists

  @Test func theRuleOfASmartListIsChangedInTheLibrary() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays")
      _ = try await alice.post("/lists", ["name": "Seen films", "rule": "status=completed"])
      // Every link of the library keeps on saying which list is being changed.
      let library = try await alice.get("/library?status=planned&kind=movie&list=1").body
      #expect(library.contains("Keep this view in “Seen films”") && library.contains("action=\"/lists/1\""))
      #expect(library.contains("value=\"status=planned&amp;kind=movie\"") && library.contains("&amp;list=1\""))
      let changed = try await alice.post("/lists/1", ["rule": "status=planned&kind=movie", "back": "/lists/1"])
      #expect(changed.location.hasPrefix("/lists/1?done="))
      #expect(try await site.number("SELECT count(*) FROM lists WHERE rule = 'status=planned&kind=movie'") == 1)
      // Somebody else's list, or one by hand, is not offered.
      let bob = try await site.person("bob")
      #expect(try await !bob.get("/library?status=planned&list=1").body.contains("action=\"/lists/1\""))
      _ = try await alice.post("/lists", ["name": "By hand"])
      #expect(try await !alice.get("/library?status=planned&list=2").body.contains("action=\"/lists/2\""))
    }
  }

  @Test func aSmartListShowsWhatTheLibraryFinds() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays")
      _ = try await alice.post("/titles/5/entry", ["status": "planned"])
      let made = try await alice.post(
        "/lists", ["name": "Seen films", "rule": "?kind=movie&status=completed&page=3&utm=x&sort=name"])
      #expect(made.location.hasPrefix("/lists/1?done="))
      #expect(try await site.number("SELECT count(*) FROM lists WHERE rule = 'status=completed&kind=movie'") == 1)
      let page = try await alice.get("/lists/1").body
      #expect(page.contains("Arrival") && !page.contains("Amélie") && !page.contains("name=\"move\""))
      #expect(page.contains("href=\"/library?status=completed&amp;kind=movie&amp;list=1\""))
      let before = try await site.lists()
      let changed = try await alice.post("/lists/1", ["rule": "status=planned"])
      #expect(try await alice.get("/lists/1").body.contains("Amélie"))
      _ = try await alice.post("/activity/\(try #require(changed.done))/undo")
      #expect(try await site.lists() == before)
      #expect(try await alice.post("/lists", ["name": "Again", "copy": "1"]).status == .seeOther)
      #expect(try await site.number("SELECT count(*) FROM lists WHERE rule = 'status=completed&kind=movie'") == 2)
    }
  }

  @Test func aRuleIsCheckedAndByHandAndByRuleDoNotMix() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for rule in ["status=lost", "sort=luck", "kind=book", "%zz", String(repeating: "a", count: 2_001)] {
        let refused = try await alice.post("/lists", ["name": "Wrong", "rule": rule])
        #expect(refused.status == .unprocessableContent && refused.body.contains("does not understand"), "\(rule)")
      }
      _ = try await alice.post("/lists", ["name": "Smart", "rule": ""])
      _ = try await alice.post("/lists", ["name": "By hand", "title": "1"])
      for (path, fields) in [
        ("/lists/1/items", ["title": "1"]), ("/lists/1/sort", ["by": "name"]), ("/lists/2", ["rule": "kind=movie"]),
        ("/lists/2/items/1/copy", ["list": "1"]), ("/lists", ["name": "Both", "rule": "kind=movie", "title": "1"]),
      ] {
        #expect(try await alice.post(path, fields).status == .unprocessableContent, "\(path)")
      }
      #expect(try await site.number("SELECT count(*) FROM lists") == 2)
    }
  }

  @Test func aRuleThatIsNotUnderstoodAnyMoreSaysSo() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Smart", "rule": "status=planned"])
      _ = try await site.database.write { try $0.execute("UPDATE lists SET rule = 'status=adored'") }
      let page = try await alice.get("/lists/1")
      #expect(page.status == .ok && page.body.contains("does not understand the rule of this list any more"))
      #expect(try await alice.post("/lists/1/delete").status == .seeOther)
    }
  }

  // MARK: Other people

  @Test func somebodyElsesListsAndTitlesAreNotFound() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let charlie = try await site.person("charlie")
      let own = try await alice.post("/titles", ["name": "Home film", "kind": "movie"])
      let title = String(try #require(own.location.split(separator: "/").last).prefix { $0.isNumber })
      for name in ["A", "B"] { _ = try await alice.post("/lists", ["name": name, "title": "1"]) }
      _ = try await charlie.post("/lists", ["name": "C", "title": "2"])
      let before = try await site.lists()
      #expect(try await charlie.get("/lists/1").status == .notFound)
      for (path, fields) in [
        ("/lists/1", ["name": "Mine"]), ("/lists/1/delete", [:]), ("/lists/1/move", ["move": "top"]),
        ("/lists/1/sort", ["by": "name"]), ("/lists/1/items", ["title": "2"]), ("/lists/1/items/1", ["note": "x"]),
        ("/lists/1/items/1/move", ["move": "top"]), ("/lists/1/items/1/delete", [:]),
        ("/lists/1/items/1/copy", ["list": "3"]), ("/lists/3/items/3/copy", ["list": "1", "move": "1"]),
        ("/lists/3/items/1", ["note": "x"]), ("/lists/3/items/1/delete", [:]), ("/lists/3/items", ["title": title]),
        ("/lists", ["name": "Theirs", "copy": "1"]), ("/lists", ["name": "Theirs", "title": title]),
        ("/lists/3/items", ["title": "999999"]),
      ] as [(String, [String: String])] {
        #expect(try await charlie.post(path, fields).status == .notFound, "\(path) \(fields)")
      }
      #expect(try await site.lists() == before)
      // An item is found on its own list only.
      #expect(try await alice.post("/lists/2/items/1/delete").status == .notFound)
    }
  }

  // MARK: Pages and pieces of them

  @Test func thePageOfATitlePutsItOnListsAndTakesItOff() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      _ = try await alice.post("/lists", ["name": "Smart", "rule": "kind=movie"])
      let page = try await alice.get("/titles/1").body
      #expect(page.contains("action=\"/lists/1/items\"") && !page.contains("action=\"/lists/2/items\""))
      #expect(page.contains("id=\"list-1\" aria-pressed=\"false\""))
      let on = try await alice.post(
        "/lists/1/items", ["title": "1", "back": "/titles/1-arrival"], headers: [.fragment: "1"])
      #expect(on.body.contains("<main id=\"main\"") && on.body.contains("Added to the list “Noir”"))
      #expect(
        on.body.contains("action=\"/lists/1/items/1/delete\"") && on.body.contains("aria-pressed=\"true\">✓ Noir"))
      // What was just used stays open.
      #expect(on.body.contains("<details class=\"manage\" open>"))
      let off = try await alice.post("/lists/1/items/1/delete", ["back": "/titles/1-arrival"])
      #expect(off.location.hasPrefix("/titles/1-arrival?done="))
      let new = try await alice.post("/lists", ["name": "New", "title": "1", "back": "/titles/1-arrival"])
      #expect(new.location.hasPrefix("/titles/1-arrival?done="))
      #expect(try await site.order(3) == [1])
      _ = try await alice.post("/activity/\(try #require(new.done))/undo")
      #expect(try await site.number("SELECT count(*) FROM lists") == 2)
    }
  }

  @Test func aChangeInPlaceAnswersWithTheListMadeAnew() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/lists", ["name": "Noir"])
      for title in ["1", "2"] { _ = try await alice.post("/lists/1/items", ["title": title]) }
      let moved = try await alice.post(
        "/lists/1/items/2/move", ["to": "1", "back": "/lists/1"], headers: [.fragment: "1"])
      #expect(moved.headers[.fragment] == "1" && moved.body.contains("Moved on the list “Noir”"))
      #expect(moved.body.matches(of: /<li class="card" id="t(\d+)"/).map { String($0.1) } == ["2", "1"])
      let all = try await alice.post("/lists/1/move", ["move": "top", "back": "/lists"], headers: [.fragment: "1"])
      #expect(all.headers[.fragment] == "1" && all.body.contains("id=\"l1\""))
      let made = try await alice.post("/lists", ["name": "New"], headers: [.fragment: "1"])
      #expect(made.headers[SecurityHeaders.location]?.hasPrefix("/lists/2?done=") == true)
      // The page that it was posted from is gone.
      let deleted = try await alice.post("/lists/2/delete", ["back": "/lists"], headers: [.fragment: "1"])
      #expect(deleted.headers[SecurityHeaders.location]?.hasPrefix("/lists?done=") == true)
      let taken = try await alice.post("/lists", ["name": "noir"], headers: [.fragment: "1"])
      #expect(taken.status == .unprocessableContent && taken.body.contains("aria-invalid=\"true\""))
    }
  }

  @Test func aPageOfAHundredStaysSmall() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let user = try await site.user("alice")
      _ = try await alice.post("/lists", ["name": "Many"])
      try await site.database.write { connection in
        for number in 1...100 {
          let title = NewTitle(kind: .movie, name: "A film with a long name, number \(number)", year: 2000)
          let id = try CatalogueStore.add(connection, title, source: "starter", owner: nil, now: Site.now)
          try connection.execute(
            """
            INSERT INTO list_items (user_id, list_id, title_id, place, note, added_at) VALUES ($1, 1, $2, $3, $4, 0)
            """, user, id, number, String(repeating: "a long note ", count: 160))
        }
      }
      let page = try await alice.get("/lists/1?edit=7").body
      #expect(page.utf8.count < 110_000 && page.contains("No. 100") && !page.contains("class=\"pages\""))
      #expect(page.contains("name=\"to\" min=\"1\" max=\"100\" value=\"7\""))
    }
  }
}
