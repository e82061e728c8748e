import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

/// What Discover suggests, and why.
@Suite struct DiscoverTests {
  /// Edges made a minute after what was done so far.
  private func makeEdges(_ site: Site) async throws {
    site.clock.advance(seconds: 60)
    try await SimilarityJob(app: site.app).once()
    site.clock.advance(seconds: 60)
  }

  private func shows(_ answer: Answer, _ title: Int) -> Bool { answer.body.contains("id=\"t\(title)\"") }

  private func edges(_ site: Site) async throws -> [(title: Int, other: Int, isWatched: Bool)] {
    let kept = try await site.database.read { try RecommendationStore.kept($0) }
    var all: [(title: Int, other: Int, isWatched: Bool)] = []
    for (title, edges) in kept { edges.others.each { other, isWatched, _ in all.append((title, other, isWatched)) } }
    return all
  }

  @Test func aSuggestionSaysWhichOwnRatingItFollowsFrom() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/entry", ["rating": "90"])
      _ = try await alice.post("/titles/4/entry", ["rating": "20"])
      try await makeEdges(site)
      let page = try await alice.get("/discover")
      #expect(page.status == .ok && shows(page, SmallCatalogue.amelie))
      #expect(page.body.contains("Because you rated Arrival 9 of 10."))
      // What she has is not suggested, and what she did not like leads nowhere.
      #expect(!shows(page, SmallCatalogue.arrival) && !shows(page, SmallCatalogue.sixteen))
      #expect(!page.body.contains("Because you rated Sixteen"))
      _ = try await alice.post("/titles/1/entry", ["rating": ""])
      _ = try await alice.post("/titles/1/plays")
      #expect(try await alice.get("/discover").body.contains("Because you watched Arrival."))
    }
  }

  @Test func whatTheSourceRecommendsIsSuggestedAtOnce() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/entry", ["rating": "80"])
      try await site.database.write {
        _ = try $0.execute("INSERT INTO related (title_id, position, other_id) VALUES (1, 0, 6)")
      }
      let page = try await alice.get("/discover")
      #expect(shows(page, 6) && page.body.contains("TMDB recommends it with that one."))
    }
  }

  @Test func whoHasNothingYetSeesTheBestKnownAndIsToldSo() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      try await makeEdges(site)
      let page = try await alice.get("/discover")
      #expect(page.body.contains("Rate or mark what you have watched") && shows(page, 1) && shows(page, 6))
      #expect(!page.body.contains("Because you"))
    }
  }

  @Test func whatWasDismissedIsNeverShownUntilItIsTakenBack() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let bob = try await site.person("bob")
      _ = try await alice.post("/titles/1/entry", ["rating": "90"])
      try await makeEdges(site)
      let gone = try await alice.post("/titles/5/dismiss", ["dismiss": "1", "back": "/discover"])
      #expect(gone.status == .seeOther && gone.location == "/discover?dismissed=5")
      let told = try await alice.get(gone.location)
      #expect(told.body.contains("Amélie will not be suggested again.") && !shows(told, 5))
      for path in ["/discover", "/discover?list=popular", "/discover?list=trending"] {
        #expect(try await !shows(alice.get(path), 5), "\(path)")
      }
      for turn in 0..<8 { #expect(try await !shows(alice.get("/discover/pick?turn=\(turn)"), 5)) }
      // It is her own business.
      #expect(try await shows(bob.get("/discover"), 5))
      #expect(try await !bob.get("/discover?dismissed=5").body.contains("will not be suggested again"))
      _ = try await alice.post("/titles/5/dismiss", ["dismiss": "0", "back": "/discover"])
      #expect(try await shows(alice.get("/discover"), 5))
      #expect(try await alice.post("/titles/999999/dismiss", ["dismiss": "1"]).status == .notFound)
      #expect(try await alice.post("/titles/5/dismiss", ["dismiss": "2"]).status == .unprocessableContent)
    }
  }

  @Test func fewerThanFivePeopleMakeNoEdge() async throws {
    try await withSite { (site) async throws in
      // Nothing is alike in these two but who likes them.
      let (one, other) = (SmallCatalogue.six, SmallCatalogue.amelie)
      for name in ["alice", "bob", "charlie", "root"] {
        let person = try await site.person(name)
        for title in [one, other] { _ = try await person.post("/titles/\(title)/entry", ["rating": "90"]) }
      }
      try await makeEdges(site)
      #expect(try await edges(site).count { $0.isWatched } == 0)
      for (name, titles) in [("dora", [one, other]), ("emil", [one])] {
        let hash = try Passwords.hashNow(Site.password, cost: 4)
        _ = try await site.database.write { connection in
          try AccountsStore.create(
            connection,
            .init(
              username: name, email: "\(name)@example.org", displayName: name, password: hash, isAdmin: false,
              zone: "Europe/Berlin", language: .english), now: Site.now)
        }
        let person = try await site.person(name)
        for title in titles { _ = try await person.post("/titles/\(title)/entry", ["rating": "90"]) }
      }
      try await makeEdges(site)
      #expect(try await edges(site).count { $0.isWatched } == 2)
      let page = try await site.person("emil").get("/discover")
      #expect(shows(page, other) && page.body.contains("Several people here like both."))
    }
  }

  @Test func ofMorePeopleThanAreReadSomeSpeakForAll() async throws {
    try await withSite { (site) async throws in
      for (name, title, rating) in [("alice", 1, 90), ("alice", 5, 50), ("bob", 5, 60), ("charlie", 5, 100)] {
        let person = try await site.person(name)
        _ = try await person.post("/titles/\(title)/entry", ["rating": "\(rating)"])
      }
      _ = try await site.person("charlie").post("/titles/2/plays", ["all": "1"])
      let (all, half) = try await site.database.read { connection in
        let places = [1: 10, 2: 20, 5: 50]
        return try (
          RecommendationStore.likes(connection, of: RecommendationStore.people(connection), places: places),
          RecommendationStore.likes(connection, of: RecommendationStore.people(connection, limit: 2), places: places)
        )
      }
      // root, alice, bob and charlie have the numbers 1 to 4. The rated come first; a 5 of 10 is no liking.
      #expect(all == [[], [10], [50], [50, 20]])
      #expect(half == [[10], [50, 20]])
    }
  }

  /// The edges of a rare title are made because somebody has it: they must not say so to who adds it now.
  @Test func theEdgesOfARareTitleDoNotSayThatSomebodyHasIt() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let bob = try await site.person("bob")
      _ = try await alice.post("/titles/1/entry", ["rating": "90"])
      try await makeEdges(site)
      try await site.database.write { _ = try $0.execute("UPDATE edges SET is_common = 0") }
      _ = try await bob.post("/titles/1/entry", ["rating": "90"])
      #expect(try await alice.get("/discover").body.contains("Because you rated Arrival"))
      #expect(try await !bob.get("/discover").body.contains("Because you rated Arrival"))
      try await makeEdges(site)
      #expect(try await bob.get("/discover").body.contains("Because you rated Arrival"))
    }
  }

  @Test func ownTitlesAreSuggestedToNobody() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let own = try await alice.post("/titles", ["name": "Home film", "kind": "movie"])
      #expect(own.status == .seeOther)
      let title = try await site.number("SELECT max(id) FROM titles")
      _ = try await alice.post("/titles/\(title)/entry", ["rating": "90"])
      try await makeEdges(site)
      #expect(try await edges(site).contains { $0.title == title || $0.other == title } == false)
      #expect(try await site.person("bob").post("/titles/\(title)/dismiss", ["dismiss": "1"]).status == .notFound)
    }
  }

  @Test func edgesThatHaveNotChangedAreNotWrittenAgain() async throws {
    try await withSite { (site) async throws in
      #expect(try await SimilarityJob(app: site.app).once() > 1)
      #expect(try await !edges(site).isEmpty)
      #expect(try await SimilarityJob(app: site.app).once() == 0)
      try await site.database.write { _ = try $0.execute("UPDATE edges SET is_common = 0 WHERE title_id = 1") }
      #expect(try await SimilarityJob(app: site.app).once() == 1)
    }
  }
}

/// The filters of Discover.
@Suite struct DiscoverFilterTests {
  private func titles(_ person: Person, _ filter: String) async throws -> [Int] {
    let page = try await person.get("/discover?list=popular\(filter)")
    #expect(page.status == .ok)
    return (1...6).filter { page.body.contains("id=\"t\($0)\"") }
  }

  @Test func eachFilterLeavesWhatFits() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      try await site.database.write { connection in
        try connection.execute("UPDATE titles SET countries = 'FR,DE', languages = 'fr' WHERE id = 5")
        try connection.execute("UPDATE titles SET countries = 'US', languages = 'en,fr' WHERE id = 1")
      }
      #expect(try await titles(alice, "") == [1, 2, 3, 4, 5, 6])
      #expect(try await titles(alice, "&kind=movie") == [1, 5])
      #expect(try await titles(alice, "&genre=Comedy") == [2, 3, 4, 6])
      #expect(try await titles(alice, "&decade=2000") == [5])
      #expect(try await titles(alice, "&country=DE") == [5])
      #expect(try await titles(alice, "&language=fr") == [1, 5])
      #expect(try await titles(alice, "&minutes=100") == [2, 3, 4, 6])
      #expect(try await titles(alice, "&minutes=100&kind=movie") == [])
      let person = try await site.number("SELECT person_id FROM credits WHERE title_id = 1 AND job = 'by'")
      #expect(try await titles(alice, "&person=\(person)") == [1, 5])
      // What makes no sense is as if it were not there.
      #expect(try await titles(alice, "&minutes=x&decade=7&country=%25&language=EN&kind=&person=-1").count == 6)
    }
  }

  @Test func myServicesInMyCountry() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let user = try await site.user("alice")
      try await site.database.write { connection in
        try connection.execute("UPDATE users SET country = 'DE' WHERE id = $1", user)
        try connection.execute("INSERT INTO providers (id, name) VALUES (8, 'One'), (9, 'Two')")
        try connection.execute(
          """
          INSERT INTO offers (title_id, country, kind, provider_id) VALUES
            (1, 'DE', 'stream', 8), (2, 'DE', 'stream', 9), (3, 'DE', 'rent', 8), (4, 'FR', 'stream', 8),
            (5, 'DE', 'ads', 8)
          """)
      }
      let none = try await alice.get("/discover?list=popular&mine=1")
      #expect(none.body.contains("You have not said which services you have.") && !none.body.contains("id=\"t1\""))
      try await site.database.write {
        _ = try $0.execute("INSERT INTO services (user_id, provider_id) VALUES ($1, 8)", user)
      }
      #expect(try await titles(alice, "&mine=1") == [1, 5])
      #expect(try await alice.get("/discover?list=popular").body.contains("On One"))
    }
  }

  @Test func listsByDayAndChart() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      try await site.database.write { connection in
        try connection.execute("INSERT INTO charts (name, position, title_id) VALUES ('trending-movie', 0, 5)")
        try connection.execute("UPDATE titles SET released = '2026-11-01' WHERE id = 1")
        try connection.execute("UPDATE titles SET released = '2027-01-01' WHERE id = 5")
        try connection.execute("UPDATE titles SET score = 81, votes = 500 WHERE id = 2")
        try connection.execute("UPDATE titles SET score = 99, votes = 3 WHERE id = 3")
      }
      for (list, expected) in [("trending", [5]), ("new", [1]), ("coming", [5]), ("top", [2])] {
        let page = try await alice.get("/discover?list=\(list)")
        #expect((1...6).filter { page.body.contains("id=\"t\($0)\"") } == expected, "\(list)")
      }
      #expect(try await alice.get("/discover?list=top").body.contains("8.1"))
    }
  }

  @Test func onePickedTitleHasAReasonAndThereIsAnother() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      var picked: Set<Int> = []
      for turn in 0..<6 {
        let page = try await alice.get("/discover/pick?list=popular&turn=\(turn)")
        let shown = (1...6).filter { page.body.contains("id=\"t\($0)\"") }
        #expect(shown.count == 1 && page.body.contains("Among the best known."))
        #expect(page.body.contains("turn=\(turn + 1)\""))
        picked.formUnion(shown)
      }
      #expect(picked == [1, 2, 3, 4, 5, 6])
      #expect(try await alice.get("/discover/pick?genre=Western").body.contains("Nothing to suggest"))
    }
  }
}
