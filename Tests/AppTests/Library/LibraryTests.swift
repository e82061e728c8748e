import HTTPTypes
import SQL
import Testing
import Web

@testable import App

/// The library with its filters, orders and pages, against a slow and obvious model.
@Suite struct LibraryTests {
  // MARK: - Filters

  @Test func everyFilterAloneAndInPairsFindsWhatTheModelFinds() async throws {
    try await withSite { (site) async throws in
      let titles = try await Shelves.fill(site)
      let user = try await site.user("alice")
      let person = try await site.number("SELECT id FROM people WHERE name = 'Actor 3'")
      let filters = Shelves.filters(person: person)
      for (place, one) in filters.enumerated() {
        for other in filters[place...] {
          let isSame = one.query.prefix { $0 != "=" } == other.query.prefix { $0 != "=" }
          if isSame, one.query != other.query { continue }
          let both = one.query == other.query ? one.query : one.query + "&" + other.query
          let expected = Set(titles.filter { one.fits($0) && other.fits($0) }.map(\.id))
          let found = try await Shelves.all(site, user: user, both)
          #expect(Set(found) == expected && found.count == expected.count, "\(both)")
        }
        #expect(titles.contains(where: one.fits) && !titles.allSatisfy(one.fits), "\(one.query) tells nothing apart")
      }
    }
  }

  @Test func thePageSaysHowManyFitAndOffersToTakeEachFilterAway() async throws {
    try await withSite { (site) async throws in
      let titles = try await Shelves.fill(site)
      let alice = try await site.person("alice")
      let fits = titles.filter { $0.decade == 1990 && $0.isFavourite }
      let page = try await alice.get("/library?decade=1990&favourite=1&view=&runtime=")
      #expect(page.status == .ok && page.body.contains("<p>\(fits.count) titles</p>"))
      #expect(page.body.contains("<details class=\"morefilters\" open>"))
      #expect(
        page.body.contains("href=\"/library?favourite=1\"") && page.body.contains("href=\"/library?decade=1990\""))
      #expect(Shelves.ids(page.body) == Set(fits.map(\.id)))
      let plain = try await alice.get("/library").body
      #expect(plain.contains("<details class=\"morefilters\">") && plain.contains("Everything <small>"))
    }
  }

  @Test func anAiringMakesAShowWatchingInTheFilterToo() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/plays", ["all": "1"])
      #expect(Shelves.ids(try await alice.get("/library?status=uptodate").body) == [3])
      site.clock.advance(seconds: 8 * 86_400)
      #expect(Shelves.ids(try await alice.get("/library?status=uptodate").body).isEmpty)
      #expect(Shelves.ids(try await alice.get("/library?status=watching&kind=show&sort=watched").body) == [3])
    }
  }

  @Test func theNameFindsOtherNamesAndPassesOverArticlesAndSigns() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/5/entry", ["status": "planned"])
      _ = try await alice.post("/titles/1/entry", ["status": "planned"])
      for text in ["amelie", "AM%C3%89L", "poulain", "the+amelie"] {
        #expect(Shelves.ids(try await alice.get("/library?q=\(text)").body) == [5], "\(text)")
      }
      #expect(Shelves.ids(try await alice.get("/library?q=%25").body) == [1, 5])
      #expect(Shelves.ids(try await alice.get("/library?q=amel_e").body).isEmpty)
    }
  }

  @Test(arguments: [
    "status=seen", "kind=book", "sort=colour", "dir=up", "page=0", "page=101", "page=x", "decade=1995", "decade=90",
    "country=de", "country=DEU", "person=me", "runtime=90", "rating=7", "rating=80-70", "rating=0-101", "watched=24",
    "favourite=yes", "view=wall", "cols=weight", "select=2", "after=x", "after=1~", "after=5&sort=name",
    "after=5~x&sort=year", "after=5~1&page=2",
  ])
  func whatNamesNoFilterIs422(_ query: String) async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      #expect(try await alice.get("/library?" + query).status == .unprocessableContent)
    }
  }

  // MARK: - Orders and pages

  @Test func pagesGiveEveryTitleOnceInOrderByNumberAndByPlace() async throws {
    try await withSite { (site) async throws in
      let titles = try await Shelves.fill(site)
      let user = try await site.user("alice")
      for sort in LibraryStore.Sort.allCases {
        for direction in ["asc", "desc"] {
          for (query, fits) in [
            ("", { (_: Shelves.Title) in true }), ("kind=movie&", { $0.kind == .movie }),
            ("favourite=0&genre=Drama&", { $0.genre == "Drama" }), ("status=completed&", { $0.status == .completed }),
            ("kind=movie&status=planned&", { $0.kind == .movie && $0.status == .planned }),
          ] as [(String, (Shelves.Title) -> Bool)] {
            let expected = Shelves.sorted(titles.filter(fits), sort, isUp: direction == "asc").map(\.id)
            let address = "\(query)sort=\(sort.rawValue)&dir=\(direction)"
            #expect(try await Shelves.all(site, user: user, address) == expected, "\(address) by number")
            #expect(try await Shelves.all(site, user: user, address, byPlace: true) == expected, "\(address) by place")
          }
        }
      }
    }
  }

  @Test func aPageGoesOnAfterTheLastRowOfAnother() async throws {
    try await withSite { (site) async throws in
      let titles = try await Shelves.fill(site)
      let alice = try await site.person("alice")
      let first = try await alice.get("/library?sort=year").body
      #expect(first.contains("href=\"/library?sort=year&amp;page=2\"") && !first.contains("after="))
      let order = Shelves.sorted(titles, .year, isUp: false)
      let last = order[LibraryStore.pageSize - 1]
      let after = try await alice.get("/library?sort=year&after=\(last.id)~\(last.year ?? 0)").body
      #expect(Shelves.ids(after) == Set(order[LibraryStore.pageSize..<LibraryStore.pageSize * 2].map(\.id)))
      #expect(after.contains("rel=\"next\" href=\"/library?sort=year&amp;after=") && after.contains("First page"))
      #expect(Shelves.ids(try await alice.get("/library?sort=year&page=100").body).isEmpty)
    }
  }

  @Test func pageHundredLeadsOnByPlace() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.user("bob")
      try await site.database.write { try Shelves.fillLong($0, user: bob, count: 5_060) }
      let person = try await site.person("bob")
      let hundredth = try await person.get("/library?sort=added&page=100").body
      let next = try #require(hundredth.firstMatch(of: #/rel="next" href="([^"]*after=[^"]*)"/#)).1
      let beyond = try await person.get(String(next).replacing("&amp;", with: "&")).body
      #expect(Shelves.ids(hundredth).count == 50 && Shelves.ids(beyond).count == 50)
      #expect(Shelves.ids(hundredth).isDisjoint(with: Shelves.ids(beyond)))
      let end = try #require(beyond.firstMatch(of: #/rel="next" href="([^"]*after=[^"]*)"/#)).1
      let last = try await person.get(String(end).replacing("&amp;", with: "&")).body
      #expect(Shelves.ids(last).count == 10 && !last.contains("rel=\"next\""))
      #expect(try await person.get("/library?runtime=0-90").body.contains("More than 1,000 titles"))
      #expect(hundredth.utf8.count < 100_000)
    }
  }

  @Test(.enabled(if: TestDatabase.engine == .sqlite)) func noPlanOfTheLibraryScansATable() async throws {
    try await withSite { (site) async throws in
      _ = try await Shelves.fill(site)
      // A connection of its own: these are no statements of the site.
      let plain = try SQLite(path: site.folder + "/flixlist.sqlite")
      let texts =
        LibraryStatements.all.map { ("\($0)", LibraryStatements.page($0).text(for: .sqlite), $0.hasMore ? 22 : 8) }
        + LibraryStatements.Lead.allCases.map {
          ("\($0)", LibraryStatements.count($0, .rating, nil).text(for: .sqlite), 19)
        }
        + LibraryStatements.Home.allCases.map { ("\($0)", LibraryStatements.home($0).text(for: .sqlite), 3) }
      for (name, text, values) in texts {
        let plan = try await plain.read { try Shelves.plan($0, text, values: values) }
        for line in plan where line.hasPrefix("SCAN") { #expect(line == "SCAN found", "\(name): \(line)") }
        if values != 19, !name.contains("person") {
          #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(name) sorts: \(plan)")
        }
      }
      try plain.close()
    }
  }

  // MARK: - Looks

  @Test func theTableHasTheChosenColumnsAndHeadsThatSort() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2024-03"])
      _ = try await alice.post("/titles/1/entry", ["rating": "80"])
      let usual = try await alice.get("/library?view=table&sort=rating").body
      #expect(usual.contains("aria-sort=\"descending\"") && usual.contains("<th scope=\"row\">"))
      #expect(usual.contains("href=\"/library?sort=rating&amp;dir=asc&amp;view=table\""))
      #expect(usual.contains(">8</td>") && usual.contains(">Mar 2024</td>") && !usual.contains("56\u{A0}min</td>"))
      let chosen = try await alice.get("/library?view=table&cols=runtime&cols=added").body
      #expect(chosen.contains(">1\u{A0}h\u{A0}56\u{A0}min</td>") && !chosen.contains(">8</td>"))
      #expect(chosen.contains("cols=added%2Cruntime"))
    }
  }

  @Test func somebodysTitlesAreNeverInAnothersLibrary() async throws {
    try await withSite { (site) async throws in
      let (alice, charlie) = (try await site.person("alice"), try await site.person("charlie"))
      let own = try await alice.post("/titles", ["name": "Home film", "kind": "movie"])
      let id = try #require(own.location.split(separator: "/").last).prefix { $0.isNumber }
      _ = try await charlie.post("/titles/1/entry", ["status": "planned"])
      for query in ["", "?q=home", "?sort=year", "?view=table", "?runtime=0-90"] {
        #expect(!(try await charlie.get("/library" + query).body.contains("id=\"t\(id)\"")), "\(query)")
      }
      #expect(try await alice.get("/library?q=home").body.contains("id=\"t\(id)\""))
    }
  }

  // MARK: - People

  @Test func thePageOfAPersonShowsTheirTitlesMineFirst() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/5/entry", ["status": "planned"])
      let title = try await alice.get("/titles/5").body
      let person = try await site.number("SELECT id FROM people WHERE name = 'An Actor'")
      #expect(title.contains("<a href=\"/people/\(person)\">An Actor</a>"))
      let page = try await alice.get("/people/\(person)").body
      let (mine, other) = (page.firstRange(of: "id=\"t5\""), page.firstRange(of: "id=\"t1\""))
      #expect(try #require(mine).lowerBound < (try #require(other)).lowerBound)
      #expect(page.contains("<h1>An Actor</h1>") && page.contains("href=\"/library?person=\(person)\""))
      let library = try await alice.get("/library?person=\(person)").body
      #expect(Shelves.ids(library) == [5] && library.contains("An Actor"))
      #expect(try await alice.get("/people/999999").status == .notFound)
      #expect(try await alice.get("/library?person=999999").status == .notFound)
    }
  }

  @Test func whoIsOnlyInSomebodysOwnTitleIsNobodyToOthers() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.user("alice")
      try await site.database.write { connection in
        let own = NewTitle(kind: .movie, name: "Home film", cast: ["Aunt Agatha"])
        _ = try CatalogueStore.add(connection, own, source: "own", owner: alice, now: Site.now)
      }
      let person = try await site.number("SELECT id FROM people WHERE name = 'Aunt Agatha'")
      #expect(try await site.person("alice").get("/people/\(person)").status == .ok)
      let charlie = try await site.person("charlie")
      #expect(try await charlie.get("/people/\(person)").status == .notFound)
      #expect(try await charlie.get("/library?person=\(person)").status == .notFound)
    }
  }
}
