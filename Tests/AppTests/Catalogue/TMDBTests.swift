import Foundation
import HTTPTypes
import SQL
import StandIn
import Testing

@testable import App

/// Runs a test on a site whose TMDB is the stand-in.
func withTMDB<T: Sendable>(
  token: String? = "stand-in-token", _ body: @Sendable (Site, StandIn.TMDB) async throws -> T
) async throws -> T {
  let tmdb = try StandIn.TMDB()
  return try await tmdb.serve { base in
    try await withSite(config: {
      $0.tmdbURL = base
      $0.tmdbToken = token
    }) { try await body($0, tmdb) }
  }
}

extension Site {
  /// Fetches until nothing is due.
  func workOff() async { await Refresher(app: app).workOff() }

  /// The number here of a title of TMDB's.
  func title(_ kind: TitleKind, tmdb: Int) async throws -> Int? {
    try await database.read { connection in
      try connection.first("SELECT id FROM titles WHERE kind = $1 AND tmdb_id = $2", kind.rawValue, tmdb) { $0.int() }
    }
  }

  /// Stores a title of TMDB's with all its facts.
  func fetch(_ resource: Resource) async throws {
    let now = app.clock()
    try await database.write { try FetchStore.wantNow($0, resource, now: now) }
    await workOff()
  }

  func rows(_ sql: SQL) async throws -> [String] {
    try await database.read { connection in try connection.rows(sql) { $0.text() } }
  }
}

struct TMDBTests {
  @Test func aFilmIsStoredWholeAndItsPageShowsIt() async throws {
    try await withTMDB { site, _ in
      try await site.fetch(.movie(9_900_001))
      let id = try #require(try await site.title(.movie, tmdb: 9_900_001))
      let alice = try await site.person("alice")
      let page = try await alice.get("/titles/\(id)")
      #expect(page.status == .ok)
      #expect(page.body.contains("/pictures/poster/"))
      #expect(page.body.contains("Facts from TMDB."))
      #expect(page.body.contains("Where to watch: United States"))
      #expect(page.body.contains("Liked by those who like it"))
      // Search mends to its words at once; while typing nobody else is asked.
      #expect(try await alice.get("/search?suggest=1&q=lanttern+at+low+tide").body.contains("The Lantern at Low Tide"))
    }
  }

  @Test func aShowIsStoredWithItsSeasonsAndEpisodes() async throws {
    try await withTMDB { site, _ in
      for show in 9_900_101...9_900_106 { try await site.fetch(.show(show)) }
      let counts = try await site.rows(
        """
        SELECT t.name || ' ' || count(e.id) FROM titles t JOIN episodes e ON e.title_id = t.id
        WHERE t.tmdb_id BETWEEN 9900101 AND 9900106 AND t.kind = 'show' GROUP BY t.id, t.name ORDER BY 1
        """)
      #expect(counts.count == 6)
      let alice = try await site.person("alice")
      for show in 9_900_101...9_900_106 {
        let id = try #require(try await site.title(.show, tmdb: show))
        #expect(try await alice.get("/titles/\(id)").status == .ok)
      }
    }
  }

  @Test func whatChangesAtTheSourceChangesHereAndPlaysFollowTheirEpisode() async throws {
    try await withTMDB { site, tmdb in
      try await site.fetch(.show(9_900_101))
      let id = try #require(try await site.title(.show, tmdb: 9_900_101))
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/\(id)/plays", ["season": "1"])
      let plays: SQL = "SELECT id || ' ' || title_id || ' ' || episode_id || ' ' || at FROM plays ORDER BY id"
      let counted: SQL = """
        SELECT s.seen || '' FROM shelf s JOIN titles t ON t.id = s.title_id WHERE t.tmdb_id = 9900101
        """
      let before = try await site.rows(plays)
      let seen = try await site.rows(counted)
      await tmdb.delete(season: 1, of: 9_900_101)
      try await site.fetch(.show(9_900_101))
      #expect(try await site.rows(plays) == before)
      #expect(seen != ["0"])
      let gone = try await site.rows(
        """
        SELECT gone_from FROM episodes e JOIN titles t ON t.id = e.title_id
        WHERE t.tmdb_id = 9900101 AND gone_from IS NOT NULL ORDER BY 1
        """)
      #expect(!gone.isEmpty)
      let specials = try await alice.get("/titles/\(id)/seasons/0")
      #expect(specials.body.contains("its source does not have it any more"))
      // Whoever has no record of them does not see them.
      let bob = try await site.person("bob")
      #expect(!(try await bob.get("/titles/\(id)/seasons/0").body.contains("does not have it any more")))
      // It comes back, and with it the progress.
      await tmdb.reset()
      try await site.fetch(.show(9_900_101))
      #expect(try await site.rows(counted) == seen)
    }
  }

  @Test func aTitleThatIsGoneStaysAndSaysSo() async throws {
    try await withTMDB { site, tmdb in
      try await site.fetch(.movie(9_900_002))
      let id = try #require(try await site.title(.movie, tmdb: 9_900_002))
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/\(id)/plays", ["when": "now"])
      await tmdb.delete(.movie(9_900_002))
      site.clock.advance(seconds: 10)
      try await site.fetch(.movie(9_900_002))
      let page = try await alice.get("/titles/\(id)")
      #expect(page.status == .ok)
      #expect(page.body.contains("does not have it any more"))
    }
  }

  @Test func whoLooksAtATitleHasItAskedForAndNobodyWaits() async throws {
    try await withTMDB { site, tmdb in
      try await site.fetch(.chart(.popularMovies))
      await tmdb.forget()
      let known = try await site.rows(
        "SELECT id || '' FROM titles WHERE kind = 'movie' AND source = 'tmdb' AND fetched_at IS NULL ORDER BY id")
      let id = try #require(known.first)
      let alice = try await site.person("alice")
      let page = try await alice.get("/titles/\(id)")
      #expect(page.body.contains("More is being fetched"))
      #expect(await tmdb.requests.isEmpty)
      await site.workOff()
      #expect(await tmdb.requests.count == 1)
      #expect(try await alice.get("/titles/\(id)").body.contains("Facts from TMDB. As of"))
      // What is fresh is not asked for again.
      await site.workOff()
      #expect(await tmdb.requests.count == 1)
    }
  }

  @Test func aRefusedTokenIsSaidAndNothingIsHammered() async throws {
    try await withTMDB(token: "wrong-token-wrong-token") { site, tmdb in
      try await site.fetch(.movie(9_900_001))
      for _ in 0..<5 { await site.workOff() }
      #expect(await tmdb.requests.count == 1)
    }
  }

  @Test func anUnchangedFilmIsConfirmedByItsTag() async throws {
    try await withTMDB { site, _ in
      try await site.fetch(.movie(9_900_003))
      site.clock.advance(seconds: 200 * 86_400)
      let before = try await site.rows("SELECT as_of || '' FROM titles WHERE tmdb_id = 9900003")
      await site.workOff()
      #expect(try await site.rows("SELECT as_of || '' FROM titles WHERE tmdb_id = 9900003") != before)
    }
  }

  @Test func whatTMDBsTermsAllowForSixMonthsGoesAfterThem() async throws {
    try await withTMDB { site, tmdb in
      try await site.fetch(.movie(9_900_001))
      await tmdb.fail(.status(503), for: "/3")
      site.clock.advance(seconds: 181 * 86_400)
      try await CatalogueCare(app: site.app).once()
      let left = try await site.rows(
        "SELECT name || '|' || overview || '|' || coalesce(poster, '') FROM titles WHERE tmdb_id = 9900001")
      #expect(left.first?.hasSuffix("||") == true)
    }
  }

  @Test func theListsOfTheSourceAreKept() async throws {
    try await withTMDB { site, _ in
      try await CatalogueCare(app: site.app).once()
      await site.workOff()
      let charts = try await site.rows("SELECT DISTINCT name FROM charts ORDER BY 1")
      #expect(charts.count >= 6)
      #expect(try await site.rows("SELECT problem FROM fetches WHERE problem IS NOT NULL") == [])
    }
  }

  /// Each failure, whatever is fetched: the pages are there with what is known, and afterwards all is well.
  @Test(arguments: [
    StandIn.TMDB.Failure.status(400), .status(401), .status(404), .status(429), .status(500), .status(502),
    .status(503), .garbage, .html, .truncated, .empty, .cut, .reset, .contentType(), .redirect(), .nulls([]),
    .wrongTypes([]),
    .huge(bytes: 20 << 20),
  ])
  func noFailureBreaksAPage(failure: StandIn.TMDB.Failure) async throws {
    try await withTMDB { site, tmdb in
      try await site.fetch(.show(9_900_102))
      let id = try #require(try await site.title(.show, tmdb: 9_900_102))
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/\(id)/plays", ["season": "1"])
      let plays: SQL = "SELECT id || ' ' || title_id || ' ' || episode_id || ' ' || at FROM plays ORDER BY id"
      let before = try await site.rows(plays)
      await tmdb.fail(failure, for: "/3")
      try await site.fetch(.show(9_900_102))
      try await site.fetch(.chart(.trendingShows))
      try await site.fetch(.changes(.show))
      let pages = [
        "/", "/titles/\(id)", "/titles/\(id)/seasons/1", "/library", "/search?q=the", "/calendar", "/history",
      ]
      for path in pages {
        #expect(try await alice.get(path).status == .ok, "\(path)")
      }
      // Names and places may have become nonsense for a while; what was watched and when has not.
      #expect(try await site.rows(plays) == before)
      #expect(try await alice.get("/export/record.json").status == .ok)
      await tmdb.recover()
      site.clock.advance(seconds: 2 * 86_400)
      try await site.fetch(.show(9_900_102))
      let left: SQL = "SELECT problem FROM fetches WHERE resource = 'tv/9900102' AND problem IS NOT NULL"
      #expect(try await site.rows(left) == [])
    }
  }
}
