import HTTPTypes
import SQL
import Testing

@testable import App

/// A record that comes in from a file, where other trackers lost, doubled or dated plays; the file is our own.
@Suite struct FileAcceptanceTests {
  /// A title of the catalogue in a file.
  private static func title(_ kind: String, _ name: String, _ year: Int, _ rest: String) -> String {
    "{\"kind\": \"\(kind)\", \"name\": \"\(name)\", \"year\": \(year), \(rest)}"
  }

  private static func plays(_ plays: [String]) -> String { "\"plays\": [\(plays.joined(separator: ", "))]" }

  private static func play(_ number: Int, at day: String) -> String {
    """
    {"season": 1, "episode": \(number), "at": "\(day)T20:00:00Z", "day": "\(day)", "precision": "time", \
    "source": "import"}
    """
  }

  @Test func ascendingAndDescendingImportsGiveTheSameState() async throws {
    try await withSite { (site) async throws in
      let (bob, charlie) = (try await site.person("bob"), try await site.person("charlie"))
      let ascending = (1...16).map { Self.play($0, at: "2026-11-\($0.padded(2))") }
      for (person, plays) in [(bob, ascending), (charlie, ascending.reversed())] {
        let file = ImportTests.file(Self.title("show", "Sixteen", 2019, Self.plays(plays)))
        #expect(try await person.upload(file).status == .seeOther)
      }
      let row = try #require(try await site.shelf("bob", SmallCatalogue.sixteen))
      #expect(row.seen == 16 && row.due == 16 && row.status == .completed && row.nextEpisode == nil)
      #expect(try await site.shelf("charlie", SmallCatalogue.sixteen) == row)
      #expect(try await site.record("charlie") == site.record("bob"))
    }
  }

  @Test func theSameFileImportedTwiceAddsNothing() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      let file = ImportTests.file(
        Self.title("show", "Sixteen", 2019, Self.plays([Self.play(1, at: "2026-11-01")])) + ",\n"
          + Self.title("movie", "Nowhere Else", 1999, "\"entry\": {\"added\": \"2020-01-01T00:00:00Z\"}"))
      let first = try await bob.upload(file)
      let activity = try #require(first.done, "\(first.body)")
      let (record, tables) = (try await site.record("bob"), try await site.tables())
      let titles = try await site.number("SELECT count(*) FROM titles")
      #expect(try await bob.upload(file).status == .conflict)
      #expect(try await site.record("bob") == record)
      #expect(try await site.tables() == tables)
      // Nor does it after an undo.
      _ = try await bob.post("/activity/\(activity)/undo")
      #expect(try await bob.upload(file).done != nil)
      #expect(try await site.record("bob") == record)
      #expect(try await site.number("SELECT count(*) FROM titles") == titles)
    }
  }

  @Test func threePlaysOfOneFilmStayThreeWithTheirTimes() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      let times = ["2019-05-01T20:15:00Z", "2019-05-01T23:15:30Z", "2024-12-24T18:00:00Z"]
      let plays = times.map { time in
        """
        {"at": "\(time)", "day": "\(time.prefix(10))", "precision": "time", "source": "import"}
        """
      }
      let file = ImportTests.file(Self.title("movie", "Arrival", 2016, Self.plays(plays)))
      #expect(try await bob.upload(file).status == .seeOther)
      let kept = try await site.database.read { try $0.rows("SELECT at FROM plays ORDER BY at") { $0.int() } }
      #expect(kept == times.compactMap { InstantText.read($0) })
      #expect(try await site.shelf("bob", SmallCatalogue.arrival)?.plays == 3)
    }
  }

  @Test func nothingGetsTodaysDateUnlessTheFileSaysSo() async throws {
    try await withSite { (site) async throws in
      let (bob, charlie) = (try await site.person("bob"), try await site.person("charlie"))
      let undated = [
        "{\"precision\": \"unknown\", \"source\": \"import\"}",
        "{\"at\": \"2019-01-01T12:00:00Z\", \"day\": \"2019\", \"precision\": \"year\", \"source\": \"import\"}",
        "{\"at\": \"2020-05-01T12:00:00Z\", \"day\": \"2020-05\", \"precision\": \"month\", \"source\": \"import\"}",
      ]
      let rest = "\"entry\": {\"added\": \"2020-01-01T00:00:00Z\"}, " + Self.plays(undated)
      _ = try await bob.upload(ImportTests.file(Self.title("movie", "Arrival", 2016, rest)))
      #expect(try await site.number("SELECT count(*) FROM plays") == 3)
      let record = try await site.record("bob")
      #expect(!record.contains("2026-11-23") && record.contains("\"precision\": \"unknown\""))
      #expect(record.contains("\"day\": \"2019\"") && record.contains("\"day\": \"2020-05\""))
      let today =
        "{\"at\": \"2026-11-23T12:00:00Z\", \"day\": \"2026-11-23\", \"precision\": \"day\", \"source\": \"web\"}"
      _ = try await charlie.upload(ImportTests.file(Self.title("movie", "Arrival", 2016, Self.plays([today]))))
      #expect(try await site.number("SELECT count(*) FROM plays WHERE day = '2026-11-23'") == 1)
    }
  }

  @Test func droppedStaysDroppedAndRatingsOfSeasonsAndEpisodesArrive() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      let rest = """
        "entry": {"added": "2020-01-01T00:00:00Z", "status": "dropped"}, \
        \(Self.plays([Self.play(1, at: "2026-11-20"), Self.play(2, at: "2026-11-21")])), \
        "ratings": [{"season": 1, "rating": 70}, {"season": 1, "episode": 2, "rating": 90}]
        """
      _ = try await bob.upload(ImportTests.file(Self.title("show", "Season of Six", 2020, rest)))
      let row = try #require(try await site.shelf("bob", SmallCatalogue.six))
      #expect(row.status == .dropped && row.seen == 2)
      #expect(!(try await bob.get("/").body.contains("S1 E3")))
      #expect(try await site.number("SELECT count(*) FROM ratings WHERE season = 1 AND rating = 70") == 1)
      let second = try await site.episode(SmallCatalogue.six, 1, 2)
      let rated = try await site.database.read { connection in
        try connection.first("SELECT rating FROM ratings WHERE episode_id = $1", second) { $0.int() }
      }
      #expect(rated == 90)
    }
  }
}
