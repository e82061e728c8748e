import Foundation
import HTML
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SQL
import StandIn
import Synchronization
import Testing

@testable import App

/// Pictures of a stand-in for TMDB, kept and served by us.
@Suite struct PictureTests {
  static let limit = 50 << 20

  /// Runs a test on a site that fetches its pictures from `base` and keeps them in the site's folder.
  private static func on<T: Sendable>(
    _ site: Site, base: String?, limit: Int = limit, patience: Duration = .seconds(30),
    _ body: @Sendable (Site, Pictures) async throws -> T
  ) async throws -> T {
    let app = site.app
    let pictures = Pictures(
      folder: site.folder + "/pictures", limit: limit, base: base, patience: patience, clock: app.clock,
      logger: app.logger)
    let router = Router(context: Visit.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: Edge(app: app, pages: ErrorPages(app: app), routes: RouteTable([])))
    AccountsPages(app: app).addRoutes(to: router)
    PicturePages(app: app, pictures: pictures).addRoutes(to: router.group(context: SignedIn.self))
    let result: Result<T, any Error>
    do {
      result = .success(
        try await Application(router: router, logger: app.logger).test(.router) { client in
          let site = Site(
            app: app, database: site.database, client: client, clock: site.clock, log: site.log, folder: site.folder)
          return try await body(site, pictures)
        })
    } catch { result = .failure(error) }
    try await pictures.shutDown()
    return try result.get()
  }

  /// The same with a stand-in that serves.
  private static func withPictures(
    limit: Int = limit, patience: Duration = .seconds(30),
    _ body: @Sendable (Site, Pictures, TMDB) async throws -> Void
  ) async throws {
    try await withSite { (site) async throws in
      try await prepare(site)
      let tmdb = try TMDB()
      try await tmdb.serve { base in
        try await on(site, base: base, limit: limit, patience: patience) { try await body($0, $1, tmdb) }
      }
    }
  }

  /// A picture of each kind, and collections with posters `/c1.jpg` to `/c20.jpg`.
  private static func prepare(_ site: Site) async throws {
    try await site.database.write { connection in
      try connection.execute("UPDATE titles SET poster = '/poster.jpg', backdrop = '/backdrop.jpg' WHERE id = 1")
      try connection.execute("UPDATE seasons SET poster = '/season.png' WHERE title_id = 2")
      try connection.execute("UPDATE episodes SET still = '/still.webp' WHERE title_id = 2")
      try connection.execute("UPDATE people SET picture = '/face.jpeg' WHERE id = 1")
      try connection.execute("INSERT INTO providers (id, name, logo) VALUES (8, 'Flix & Co', '/logo.jpg')")
      for number in 1...20 {
        try connection.execute(
          "INSERT INTO collections (tmdb_id, name, poster) VALUES ($1, $2, $3)", number, "Part \(number)",
          "/c\(number).jpg")
      }
    }
  }

  private static let every = [
    "/pictures/poster/w342/poster.jpg", "/pictures/poster/w92/season.png", "/pictures/poster/w780/c1.jpg",
    "/pictures/backdrop/w1280/backdrop.jpg", "/pictures/still/w300/still.webp", "/pictures/face/w185/face.jpeg",
    "/pictures/logo/w45/logo.jpg",
  ]

  private static func isDrawn(_ answer: Answer) -> Bool {
    answer.status == .ok && answer.headers[.contentType] == "image/svg+xml"
      && answer.headers[.cacheControl] == "no-store" && answer.headers[.eTag] == nil && answer.body.hasPrefix("<svg")
  }

  private static func isPicture(_ answer: Answer) -> Bool {
    answer.status == .ok && answer.headers[.contentType] == "image/png"
  }

  // MARK: Served

  @Test func aPictureIsFetchedOnceForAllWhoAskTogether() async throws {
    try await Self.withPictures { site, _, tmdb in
      let alice = try await site.person("alice")
      let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
        for _ in 0..<20 { group.addTask { try await alice.get("/pictures/poster/w342/poster.jpg") } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.count == 20 && answers.allSatisfy(Self.isPicture))
      #expect(await tmdb.requests.map(\.target) == ["/t/p/w342/poster.jpg"])
      #expect(await tmdb.count(for: "/3") == 0)
    }
  }

  @Test func whatIsKeptIsServedWhenTMDBIsGone() async throws {
    try await withSite { (site) async throws in
      try await Self.prepare(site)
      let tmdb = try TMDB()
      try await tmdb.serve { base in
        try await Self.on(site, base: base) { site, _ in
          let alice = try await site.person("alice")
          for path in Self.every { #expect(Self.isPicture(try await alice.get(path)), "\(path)") }
        }
      }
      // Nobody listens there, and a later node may ask nobody at all.
      for base in ["http://127.0.0.1:1", nil] {
        try await Self.on(site, base: base) { site, _ in
          let bob = try await site.person("bob")
          for path in Self.every { #expect(Self.isPicture(try await bob.get(path)), "\(path)") }
        }
      }
      #expect(await tmdb.count() == Self.every.count)
    }
  }

  @Test func aPictureIsKeptByTheBrowserForGood() async throws {
    try await Self.withPictures { site, _, tmdb in
      let alice = try await site.person("alice")
      let path = Self.every[0]
      let first = try await alice.get(path)
      let tag = try #require(first.headers[.eTag])
      #expect(first.headers[.cacheControl] == "private, max-age=31536000, immutable")
      #expect(first.headers[HTTPField.Name("X-Content-Type-Options")!] == "nosniff")
      for known in [tag, "W/" + tag, "\"other\", \(tag)"] {
        let again = try await alice.get(path, headers: [.ifNoneMatch: known])
        #expect(again.status == .notModified && again.body.isEmpty && again.headers[.eTag] == tag)
      }
      #expect(Self.isPicture(try await alice.get(path, headers: [.ifNoneMatch: "\"other\""])))
      #expect(try await alice.get(path.replacing("w342", with: "w500")).headers[.eTag] != tag)
      #expect(try await alice.send(.head, path, headers: [:], body: nil).status == .ok)
    }
  }

  @Test func whatTheCatalogueDoesNotKnowIsNotFoundAndNotFetched() async throws {
    try await Self.withPictures { site, pictures, tmdb in
      let alice = try await site.person("alice")
      for path in [
        "/pictures/poster/w342/unknown.jpg", "/pictures/backdrop/w1280/poster.jpg", "/pictures/face/w185/poster.jpg",
        "/pictures/poster/w1280/poster.jpg", "/pictures/poster/original/poster.jpg", "/pictures/poster/342/poster.jpg",
        "/pictures/banner/w342/poster.jpg", "/pictures/poster/w342/poster.svg", "/pictures/poster/w342/poster.jpg.svg",
        "/pictures/poster/w342/..%2Fposter.jpg", "/pictures/poster/w342/%2e%2e", "/pictures/poster/w342/poster.jpg%00",
        "/pictures/poster/w342/POSTER.jpg", "/pictures/poster/w342/" + String(repeating: "a", count: 81) + ".jpg",
      ] {
        #expect(try await alice.get(path).status == .notFound, "\(path)")
      }
      _ = try await site.database.write {
        try $0.execute("UPDATE titles SET owner_id = (SELECT id FROM users WHERE username = 'alice') WHERE id = 1")
      }
      #expect(Self.isPicture(try await alice.get(Self.every[0])))
      #expect(try await site.person("charlie").get(Self.every[0]).status == .notFound)
      #expect(await tmdb.count() == 1 && pictures.fetcher?.counts.failed == 0)
    }
  }

  @Test func aVisitorIsSentToLogIn() async throws {
    try await Self.withPictures { site, _, tmdb in
      for path in Self.every + ["/pictures/poster/w342/unknown.jpg"] {
        let answer = try await site.visitor.get(path)
        #expect(answer.status == .seeOther && answer.location.hasPrefix("/login"), "\(path)")
      }
      #expect(await tmdb.count() == 0)
    }
  }

  // MARK: Going wrong

  @Test func whatIsNoPictureIsNeverKept() async throws {
    try await Self.withPictures { site, pictures, tmdb in
      let alice = try await site.person("alice")
      let failures: [TMDB.Failure] = [
        .garbage, .html, .empty, .truncated, .contentType("text/html"), .contentType("image/jpeg"),
        .huge(bytes: 20 << 20), .redirect(), .status(404), .status(500), .status(429), .reset, .cut,
      ]
      for (place, failure) in failures.enumerated() {
        let path = "w342/c\(place + 1).jpg"
        await tmdb.fail(failure, for: "/t/p/" + path)
        for _ in 0..<2 {
          let start = ContinuousClock.now
          let answer = try await alice.get("/pictures/poster/" + path)
          #expect(Self.isDrawn(answer) && answer.body.contains("Part \(place + 1)"), "\(failure)")
          #expect(ContinuousClock.now - start < .seconds(40), "\(failure)")
        }
        // What failed is left alone.
        #expect(await tmdb.count(for: "/t/p/" + path) == 1, "\(failure)")
        // So that it is not left alone for what was before.
        site.clock.advance(seconds: 601)
      }
      #expect(pictures.shelf.total == 0 && Self.files(site).isEmpty)
      await tmdb.recover()
      // It is well again: those are asked for anew, but for the one that is not there, which waits for a day.
      for place in failures.indices {
        let answer = try await alice.get("/pictures/poster/w342/c\(place + 1).jpg")
        #expect(failures[place] == .status(404) ? Self.isDrawn(answer) : Self.isPicture(answer), "\(failures[place])")
      }
      site.clock.advance(seconds: 86_400)
      let found = try await alice.get("/pictures/poster/w342/c\(failures.count - 4).jpg")
      #expect(Self.isPicture(found))
    }
  }

  @Test func aSlowAnswerIsNotWaitedForButKept() async throws {
    #expect(Pictures.patience == .seconds(3))
    try await Self.withPictures(patience: Pictures.patience) { site, pictures, tmdb in
      let alice = try await site.person("alice")
      await tmdb.fail(.hang(seconds: 60), for: "/t/p/w342/c1.jpg")
      await tmdb.fail(.drip(everySeconds: 1), for: "/t/p/w342/c2.jpg")
      await tmdb.fail(.stall(seconds: 60), for: "/t/p/w342/c3.jpg")
      await tmdb.fail(.hang(seconds: 6), for: "/t/p/w342/c4.jpg")
      let start = ContinuousClock.now
      try await withThrowingTaskGroup(of: Answer.self) { group in
        for number in 1...4 { group.addTask { try await alice.get("/pictures/poster/w342/c\(number).jpg") } }
        for try await answer in group { #expect(Self.isDrawn(answer)) }
      }
      // On a machine that does much else; by itself it is three seconds.
      #expect(ContinuousClock.now - start < .seconds(40))
      let late = try #require(Picture(.poster, width: 342, path: "/c4.jpg"))
      for _ in 0..<200 where pictures.shelf.read(late) == nil { try await Task.sleep(for: .milliseconds(50)) }
      #expect(pictures.shelf.read(late) != nil && Self.files(site).count == 1)
      #expect(Self.isPicture(try await alice.get("/pictures/poster/w342/c4.jpg")))
    }
  }

  @Test func aServerThatFailsIsLeftAlone() async throws {
    try await Self.withPictures { site, _, tmdb in
      let alice = try await site.person("alice")
      await tmdb.fail(.status(503), for: "/t/p")
      for number in 1...10 {
        #expect(Self.isDrawn(try await alice.get("/pictures/poster/w342/c\(number).jpg")))
      }
      #expect(await tmdb.count() == CircuitBreaker.failuresToOpen)
      await tmdb.recover()
      #expect(Self.isDrawn(try await alice.get("/pictures/poster/w342/c10.jpg")))
      site.clock.advance(seconds: CircuitBreaker.firstPauseSeconds + 1)
      // Those that it was not asked for have not failed.
      for number in 6...10 {
        #expect(Self.isPicture(try await alice.get("/pictures/poster/w342/c\(number).jpg")))
      }
    }
  }

  @Test func withoutAServerOrWithoutRoomEveryPictureIsDrawn() async throws {
    try await withSite { (site) async throws in
      try await Self.prepare(site)
      let tmdb = try TMDB()
      try await tmdb.serve { base in
        for (base, limit) in [(nil, Self.limit), (base, 0)] as [(String?, Int)] {
          try await Self.on(site, base: base, limit: limit) { site, _ in
            let alice = try await site.person("alice")
            for path in Self.every { #expect(Self.isDrawn(try await alice.get(path)), "\(path)") }
            let poster = try await alice.get(Self.every[0])
            #expect(poster.body == Poster.svg(name: "Arrival", year: 2016))
            #expect(try await alice.get("/pictures/logo/w92/logo.jpg").body.contains(">FC</text>"))
          }
        }
      }
      #expect(await tmdb.count() == 0 && Self.files(site).isEmpty)
    }
  }

  @Test func aFullDiskServesWithoutKeeping() async throws {
    try await Self.withPictures { site, _, _ in
      // A file stands where the folder should be: nothing can be written below it.
      #expect(FileManager.default.createFile(atPath: site.folder + "/pictures", contents: Data()))
      let alice = try await site.person("alice")
      for _ in 0..<2 { #expect(Self.isPicture(try await alice.get(Self.every[0]))) }
      #expect(site.log.lines.filter { $0.contains("pictures are not kept") }.count == 1)
    }
  }
}

// MARK: The shelf

extension PictureTests {
  /// Every file that is kept.
  private static func files(_ site: Site) -> [String] {
    let folder = site.folder + "/pictures"
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.contains("/") }.map { folder + "/" + $0 }
  }

  @Test func theLeastRecentlyUsedGoesWhenThereAreTooMany() async throws {
    // A poster of the stand-in's has about 16,400 bytes: there is room for three.
    let limit = 57_000
    try await Self.withPictures(limit: limit) { site, pictures, tmdb in
      let alice = try await site.person("alice")
      for number in 1...3 {
        #expect(Self.isPicture(try await alice.get("/pictures/poster/w342/c\(number).jpg")))
        site.clock.advance(seconds: 60)
      }
      #expect(Self.files(site).count == 3 && pictures.shelf.total > 40_000)
      site.clock.advance(seconds: PictureShelf.noteEverySeconds)
      #expect(Self.isPicture(try await alice.get("/pictures/poster/w342/c1.jpg")))
      #expect(Self.isPicture(try await alice.get("/pictures/poster/w342/c4.jpg")))
      for _ in 0..<100 where pictures.shelf.total > limit { try await Task.sleep(for: .milliseconds(20)) }
      #expect(pictures.shelf.total <= limit / 10 * 9 && Self.files(site).count == 3)
      let kept = try (1...4).map { number in
        pictures.shelf.read(try #require(Picture(.poster, width: 342, path: "/c\(number).jpg"))) != nil
      }
      #expect(kept == [true, false, true, true])
      #expect(Self.isPicture(try await alice.get("/pictures/poster/w342/c2.jpg")))
      #expect(await tmdb.count(for: "/t/p/w342/c2.jpg") == 2)
    }
  }

  @Test func aStartCountsWhatIsThere() async throws {
    try await Self.withPictures { site, pictures, _ in
      let alice = try await site.person("alice")
      for path in Self.every { _ = try await alice.get(path) }
      let (folder, total) = (pictures.shelf.folder, pictures.shelf.total)
      let one = try #require(Self.files(site).first)
      let (draft, mine) = (one + ".1-1.new", folder + "/00/README")
      try FileManager.default.createDirectory(atPath: folder + "/00", withIntermediateDirectories: true)
      for path in [draft, mine] {
        #expect(FileManager.default.createFile(atPath: path, contents: Data([1, 2, 3])))
        let old = Date(timeIntervalSince1970: Double(site.clock.now / 1_000_000 - 7_200))
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
      }
      let clock = site.clock
      let again = PictureShelf(folder: folder, limit: Self.limit, clock: { clock.now })
      again.count()
      #expect(again.total == total && total > 0)
      #expect(!FileManager.default.fileExists(atPath: draft) && FileManager.default.fileExists(atPath: mine))
      let smaller = PictureShelf(folder: folder, limit: total / 2, clock: { clock.now })
      smaller.count()
      #expect((1...total / 2).contains(smaller.total))
      #expect(FileManager.default.fileExists(atPath: mine))
    }
  }

  @Test func aDamagedFileIsFetchedAgain() async throws {
    try await Self.withPictures { site, pictures, tmdb in
      let alice = try await site.person("alice")
      let path = "/pictures/poster/w342/poster.jpg"
      #expect(Self.isPicture(try await alice.get(path)))
      let file = try #require(Self.files(site).first)
      let right = try Data(contentsOf: URL(fileURLWithPath: file))
      for (times, damaged) in [Data(count: right.count), right.prefix(right.count / 2), Data()].enumerated() {
        try damaged.write(to: URL(fileURLWithPath: file))
        #expect(Self.isPicture(try await alice.get(path)))
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == right)
        #expect(await tmdb.count() == times + 2)
      }
      try FileManager.default.removeItem(atPath: file)
      #expect(Self.isPicture(try await alice.get(path)))
      #expect(await tmdb.count() == 5 && Self.files(site) == [file])
      #expect(pictures.shelf.total >= right.count)
    }
  }
}

// MARK: Rules

extension PictureTests {
  @Test func onlyPathsOfPicturesAreTaken() {
    for path in ["/a.jpg", "/aB-3_x.y.jpeg", "/1.png", "/x.webp", "/" + String(repeating: "a", count: 80) + ".jpg"] {
      #expect(Picture.isPath(path), "\(path)")
    }
    for path in [
      "", "/", "a.jpg", "/.jpg", "/a.svg", "/a.JPG", "/a/b.jpg", "//a.jpg", "/a.jpg?x", "/a b.jpg", "/é.jpg",
      "/a%.jpg", "/a\n.jpg", "/a.jpg\n", "/\"a.jpg", "http://a.jpg", "/" + String(repeating: "a", count: 81) + ".jpg",
    ] {
      #expect(!Picture.isPath(path), "\(path)")
    }
    for text in ["<!doctype html><html></html>", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "GIF89a"] {
      #expect(PictureBytes(Array(text.utf8)) == nil)
    }
  }

  @Test func initialsAreThoseOfTheFirstAndTheLastWord() {
    for (name, letters) in [
      ("Denis Villeneuve", "DV"), ("cher", "C"), ("Joseph Gordon-Levitt", "JG"), ("黒澤 明", "黒明"), ("", ""),
      ("\"Weird\" <Al> Yankovic", "WY"), ("& – !", ""),
    ] {
      #expect(PictureDrawing.initials(name) == letters)
    }
  }

  @Test func aViewGivesAPictureItsBoxAndTheDrawnOneWhereThereIsNone() {
    let poster = Views.poster(7, "/a.jpg").text
    #expect(poster.contains("src=\"/pictures/poster/w342/a.jpg\""))
    #expect(poster.contains("/pictures/poster/w154/a.jpg 154w, /pictures/poster/w342/a.jpg 342w"))
    #expect(
      poster.contains("width=\"200\" height=\"300\" loading=\"lazy\" decoding=\"async\"") && poster.contains("alt=\"\"")
    )
    for path in [nil, "", "/a.svg", "/\"><script>.jpg", "https://elsewhere.example/a.jpg"] {
      #expect(Views.poster(7, path).text == Views.poster(7).text)
      #expect(Views.backdrop(path) == nil && Views.still(path).text.contains("blank"))
      #expect(Views.face(path, name: "<b> Bold").text.contains(">BB<"))
    }
    #expect(Views.logo("/a.png", name: "A & B", isNamed: false).text.contains("alt=\"A &amp; B\""))
    #expect(Views.poster(7, "/a.jpg", .page).text.contains("fetchpriority=\"high\""))
  }

  @Test(.enabled(if: TestDatabase.engine == .sqlite)) func aLookUpScansNoTable() async throws {
    let seen = Mutex<Set<String>>([])
    let observer: @Sendable (SQL) -> Void = { sql in _ = seen.withLock { $0.insert(sql.text(for: .sqlite)) } }
    try await withSite(prepared: observer) { (site) async throws in
      for kind in PictureKind.allCases {
        _ = try await site.database.read { try PictureStore.owner($0, user: 1, kind: kind, path: "/a.jpg") }
      }
      let statements = seen.withLock { $0 }.filter { $0.contains(/(poster|backdrop|still|picture|logo) = \$/) }
      #expect(statements.count == PictureKind.allCases.count)
      for statement in statements {
        let scans = try await site.database.read { connection in
          var scans: [String] = []
          try connection.explain(statement) { if $0.hasPrefix("SCAN") { scans.append($0) } }
          return scans
        }
        #expect(scans.isEmpty, "\(scans) in \(statement)")
      }
    }
  }
}
