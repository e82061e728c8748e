import SQL
import Testing

@testable import App

/// Names are written in one place, and are found by what is there, not by what was.
@Suite struct NamesTests {
  @Test func namesAreFoundUntilTheyAreReplaced() async throws {
    try await Self.withTitle { connection, title in
      try Names.add(
        connection, title: title, weight: 200, names: ["The Quiet River", "Der stille Fluss", "the quiet river"])
      #expect(try Self.names(connection, title) == ["the quiet river", "der stille fluss"])
      #expect(try Self.find(connection, "quiet riv") == ["Film"])
      try Names.replace(connection, title: title, weight: 203, names: ["The Quiet River", "静かな川の物語"])
      #expect(try Self.names(connection, title).contains("the quiet river"))
      #expect(try Self.find(connection, "stille fluss") == [])
      #expect(try Self.find(connection, "quiet riv") == ["Film"])
      // Any two neighbours of a script without spaces are found.
      #expect(try Self.find(connection, "な川") == ["Film"])
      try Names.remove(connection, title: title)
      #expect(try Self.find(connection, "quiet") == [])
      #expect(try Self.find(connection, "な川") == [])
    }
  }

  @Test func aNameMovesToAnotherBandOnlyWhenTheWeightMovedFar() async throws {
    try await Self.withTitle { connection, title in
      func weight() throws -> Int? {
        try connection.first("SELECT id FROM names WHERE title_id = $1", title) { Places.weight(of: $0.int()) }
      }
      try Names.add(connection, title: title, weight: 100, names: ["River"])
      try Names.replace(connection, title: title, weight: 106, names: ["River"])
      #expect(try weight() == 100)
      try Names.replace(connection, title: title, weight: 107, names: ["River"])
      #expect(try weight() == 107)
      try Names.replace(connection, title: title, weight: 900, names: ["River"])
      #expect(try weight() == 255)
      #expect(try Self.find(connection, "river") == ["Film"])
    }
  }

  @Test func manyNamesTakePlacesOneAfterTheOther() async throws {
    try await Self.withTitle { connection, title in
      try Names.add(connection, title: title, weight: 50, names: ["First"])
      var many = try Names.Many(connection)
      many.add(title: title, weight: 50, names: ["Second"])
      many.add(title: title, weight: 90, names: ["Third"])
      many.add(title: title, weight: 50, names: ["Fourth", "", "…", "fourth"])
      try many.write(connection)
      #expect(try Self.names(connection, title) == ["third", "first", "second", "fourth"])
      let places = try connection.rows("SELECT id FROM names ORDER BY id") { $0.int() }
      let band = Places.band(50)
      #expect(places == [Places.band(90), band, band + 1, band + 2])
    }
  }

  @Test func aLongNameIsCut() async throws {
    try await Self.withTitle { connection, title in
      try Names.add(connection, title: title, weight: 1, names: [String(repeating: "物語 ", count: 200)])
      let name = try #require(try Self.names(connection, title).first)
      #expect(name.unicodeScalars.count <= Names.longest && name.hasPrefix("物語 "))
      #expect(try Self.find(connection, "物語") == ["Film"])
    }
  }

  @Test func peopleAreFoundByTheNameTheyHave() async throws {
    try await Self.withTitle { connection, title in
      let person = try #require(
        try connection.first(
          "INSERT INTO people (name, name_key) VALUES ('Ana Müller', 'ana muller') RETURNING id", read: { $0.int() }))
      #expect(try Self.people(connection, "muller") == [])
      try PeopleNames.raise(connection, person: person, weight: 90)
      #expect(try Self.people(connection, "muller") == ["Ana Müller"])
      try PeopleNames.raise(connection, person: person, weight: 80)
      try PeopleNames.replace(connection, person: person, weight: 120, name: "Ana Schmidt")
      #expect(try Self.people(connection, "muller") == [])
      #expect(try Self.people(connection, "ana schm") == ["Ana Schmidt"])
      #expect(try connection.first("SELECT weight FROM people", read: { $0.int() }) == 120)
      try PeopleNames.remove(connection, person: person)
      #expect(try Self.people(connection, "schmidt") == [])
    }
  }

  @Test func whatFewKnowIsLookedAtWhereTooFewKnownNamesHoldTheWords() async throws {
    try await Self.withTitle { connection, _ in
      func add(_ kind: TitleKind, _ name: String, _ weight: Int) throws {
        let title = try connection.first(
          """
          INSERT INTO titles (kind, name, name_key, source, as_of) VALUES ($1, $2, $2, 'imdb', 0) RETURNING id
          """, kind.rawValue, name
        ) { $0.int() }
        try Names.add(connection, title: try #require(title), weight: weight, names: [name])
      }
      for number in 1...2 { try add(.movie, "Famous quorl \(number)", 200) }
      for number in 1..<(Finder.enough - 2) { try add(.movie, "Known quorl \(number)", 80) }
      try add(.show, "Obscure quorl", 79)
      func found(_ kind: TitleKind?) throws -> Set<String> {
        Set(try Self.found(connection, "quorl", kind).titles.map { String($0.candidate.name.prefix(7)) })
      }
      // One short of enough.
      #expect(try found(nil) == ["Famous ", "Known q", "Obscure"])
      try add(.movie, "Known quorl, the last", 124)
      #expect(try found(nil) == ["Famous ", "Known q"])
      #expect(try found(.show) == ["Obscure"])
      for number in 3...Finder.enough { try add(.movie, "Famous quorl \(number)", 125) }
      #expect(try found(nil) == ["Famous "])
      #expect(try Self.find(connection, "obscure quorl") == ["Obscure quorl"])
    }
  }

  private static func withTitle(_ body: @escaping @Sendable (Connection, Int) throws -> Void) async throws {
    try await TestDatabase.withEmpty(TestDatabase.engine) { database in
      try migrations.migrate(database, now: Site.now)
      try await database.write { connection in
        let title = try connection.first(
          """
          INSERT INTO titles (kind, name, name_key, source, as_of) VALUES ('movie', 'Film', 'film', 'tmdb', 0)
          RETURNING id
          """
        ) { $0.int() }
        try body(connection, try #require(title))
      }
    }
  }

  private static func names(_ connection: Connection, _ title: Int) throws -> [String] {
    try connection.rows("SELECT folded FROM names WHERE title_id = $1 ORDER BY id", title) { $0.text() }
  }

  private static func found(
    _ connection: Connection, _ text: String, _ kind: TitleKind? = nil
  ) throws -> Finder.Found {
    let query = try #require(SearchQuery(text))
    return try Finder(connection: connection, user: 1, kind: kind, vocabularies: nil).find(query)
  }

  private static func find(_ connection: Connection, _ text: String) throws -> [String] {
    try found(connection, text).titles.map(\.candidate.name)
  }

  private static func people(_ connection: Connection, _ text: String) throws -> [String] {
    try found(connection, text).people.map(\.name)
  }
}
