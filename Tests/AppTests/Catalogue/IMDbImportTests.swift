// swift-format-ignore-file: NeverForceUnwrap

import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

/// The import of IMDb's datasets: what is taken, how it meets what is there, and that it can be broken off.
@Suite struct IMDbImportTests {
  private struct Broken: Error {}

  private static func take(
    _ site: Site, _ files: Datasets, members: Int = 1, choice change: (inout IMDbChoice) -> Void = { _ in },
    _ adjust: (inout IMDbImport) -> Void = { _ in }
  ) throws -> IMDbReport {
    try files.write(site.folder + "/imdb", members: members)
    return try run(site, choice: change, adjust)
  }

  private static func run(
    _ site: Site, choice change: (inout IMDbChoice) -> Void = { _ in }, _ adjust: (inout IMDbImport) -> Void = { _ in }
  ) throws -> IMDbReport {
    var choice = IMDbChoice()
    change(&choice)
    var order = IMDbImport(
      database: site.database, config: site.app.config, folder: site.folder + "/imdb", choice: choice, now: Site.now)
    adjust(&order)
    return try order.run()
  }

  /// Two films and a show with everything, and people.
  private static var plain: Datasets {
    var files = Datasets()
    files.title(9_000_001, "movie", "The Glass Harbour", original: "Der gläserne Hafen", votes: 1_200)
    files.title(9_000_002, "tvMovie", "Low Tide", year: "2019", genres: "Sci-Fi,Drama")
    files.title(9_000_003, "tvSeries", "Lantern Street", year: "2001", end: "2004", runtime: "45", votes: 90)
    files.episode(9_000_004, of: 9_000_003, "1", "1", "Dusk")
    files.episode(9_000_005, of: 9_000_003, "1", "2", "Episode #1.2")
    files.episode(9_000_006, of: 9_000_003, "2", "1", "Dawn", year: "2003")
    files.aka(9_000_001, 1, "Der gläserne Hafen", types: "original")
    files.aka(9_000_001, 2, "Le Port de verre")
    files.aka(9_000_003, 1, "Laternenstraße")
    files.person(9_100_001, "Ada Quill", knownFor: [9_000_001])
    files.person(9_100_002, "Bo Marsh", knownFor: [9_000_003])
    files.person(9_100_003, "Nobody Here")
    files.principal(9_000_001, 1, 9_100_002, "actor", characters: "[\"The Pilot\",\"His Brother\"]")
    files.principal(9_000_001, 2, 9_100_001, "director")
    files.principal(9_000_003, 1, 9_100_001, "actress", characters: "[\"Mae\"]")
    files.principal(9_000_003, 2, 9_100_002, "writer", job: "created by")
    return files
  }

  private static func texts(_ site: Site, _ sql: SQL, _ values: any Bindable...) throws -> [String] {
    try site.database.readBlocking { connection in
      var all: [String] = []
      try connection.each(sql, values: values) { all.append($0.text()) }
      return all
    }
  }

  private static func sums(_ site: Site) throws -> [String: TableSum.Result] {
    try site.database.readBlocking { connection in
      var sums: [String: TableSum.Result] = [:]
      for shape in try Tables.shapes(connection) { sums[shape.name] = try TableSum.of(shape, connection) }
      return sums
    }
  }

  private static func setIMDb(_ site: Site, _ title: Int, _ number: Int) async throws {
    _ = try await site.database.write {
      try $0.execute("UPDATE titles SET imdb_id = $2 WHERE id = $1", title, Datasets.id(number))
    }
  }

  // MARK: What is taken

  @Test func titlesEpisodesNamesAndPeopleAreTaken() async throws {
    try await withSite { (site) async throws in
      let report = try Self.take(site, Self.plain) { $0.takesPeople = true }
      #expect(report.titles == .init(new: 3) && report.episodes == .init(new: 3) && report.names == 2)
      #expect(report.people.new == 2 && report.credits == 2 && report.problems.isEmpty)
      let film = try Self.texts(
        site,
        """
        SELECT name || '|' || original_name || '|' || year || '|' || runtime || '|' || votes || '|' || score ||
        '|' || source FROM titles WHERE imdb_id = 'tt9000001'
        """)
      #expect(film == ["The Glass Harbour|Der gläserne Hafen|2001|90|1200|73|imdb"])
      let weight = try await site.number("SELECT weight FROM titles WHERE imdb_id = 'tt9000001'")
      #expect(weight == Popularity.weight(votes: 1_200))
      let genres = try Self.texts(
        site,
        """
        SELECT genre FROM genres g JOIN titles t ON t.id = g.title_id WHERE imdb_id = 'tt9000002' ORDER BY
        position
        """)
      #expect(genres == ["Science fiction", "Drama"])
      let episodes = try Self.texts(
        site,
        """
        SELECT e.season || '.' || e.number || ' ' || e.name || ' ' || e.air_day FROM episodes e JOIN titles t ON
        t.id = e.title_id WHERE t.imdb_id = 'tt9000003' ORDER BY e.season, e.number
        """)
      #expect(episodes == ["1.1 Dusk 0001-01-01", "1.2  0001-01-01", "2.1 Dawn 0001-01-01"])
      let credits = try Self.texts(
        site,
        """
        SELECT t.imdb_id || ' ' || c.job || ' ' || p.name || ' ' || c.part FROM credits c JOIN people p ON p.id
        = c.person_id JOIN titles t ON t.id = c.title_id WHERE t.source = 'imdb' ORDER BY t.id, c.job
        """)
      #expect(
        credits == [
          "tt9000001 by Ada Quill ", "tt9000001 cast Bo Marsh The Pilot, His Brother", "tt9000003 by Bo Marsh ",
          "tt9000003 cast Ada Quill Mae",
        ])
      let alice = try await site.person("alice")
      for name in ["glass harbour", "port de verre", "laternenstrasse"] {
        let page = try await alice.get("/search?q=" + name.replacing(" ", with: "+")).body
        #expect(page.contains("The Glass Harbour") || page.contains("Lantern Street"), "\(name)")
      }
      #expect(try site.database.integrityProblems().isEmpty)
      let commands = Commands(database: site.database, config: site.app.config, now: Site.now)
      #expect(try commands.recount(isRepairing: false) == [])
    }
  }

  @Test func onlyWhatIsChosenIsTaken() async throws {
    var files = Self.plain
    files.title(9_000_010, "short", "Brief", votes: 500)
    files.title(9_000_011, "videoGame", "Played", votes: 500)
    files.title(9_000_012, "movie", "Late", adult: "1", votes: 500)
    files.title(9_000_013, "movie", "Later", genres: "Adult", votes: 500)
    files.title(9_000_014, "movie", "Early", year: "1920", votes: 500)
    files.title(9_000_015, "movie", "Sometime", year: "\\N", votes: 500)
    files.title(9_000_016, "tvSpecial", "One Night", votes: 500)
    files.title(9_000_017, "hologram", "Shimmer", votes: 500)
    let all = files
    try await withSite { (site) async throws in
      let report = try Self.take(site, all) {
        $0.minVotes = 100
        $0.since = 1990
      }
      #expect(report.leftOut == ["kind": 3, "adult": 2, "year": 2, "votes": 2])
      let names = try Self.texts(site, "SELECT name FROM titles WHERE source = 'imdb' ORDER BY name")
      #expect(names == ["One Night", "The Glass Harbour"])
      // The show was left out, and its episodes with it.
      #expect(report.episodes.new == 0 && report.episodesLeftOut == ["show": 3])
      let more = try Self.run(site) {
        $0.kinds = [.short]
        $0.takesAdult = true
      }
      #expect(more.titles == .init(new: 1, same: 2))
    }
  }

  // MARK: What is there already

  @Test func whatOthersSayStaysAndWhatIsMissingIsFilled() async throws {
    try await withSite { (site) async throws in
      try await Self.setIMDb(site, SmallCatalogue.arrival, 9_000_001)
      try await Self.setIMDb(site, SmallCatalogue.running, 9_000_003)
      _ = try await site.database.write { try $0.execute("UPDATE titles SET runtime = NULL WHERE id = 1") }
      var files = Self.plain
      files.episode(9_000_007, of: 9_000_003, "1", "4", "Night", year: "2024")
      files.title(9_000_008, "tvEpisode", "One, they say", year: "2026")
      files.episodes.append("tt9000008\ttt9000003\t2\t1")
      let report = try Self.take(site, files)
      #expect(report.titles == .init(new: 1, changed: 2))
      let film = try Self.texts(
        site, "SELECT name || '|' || year || '|' || runtime || '|' || votes || '|' || source FROM titles WHERE id = 1")
      #expect(film == ["Arrival|2016|90|1200|starter"])
      // 2.1 was there and has its name and its day; 1.1 lacked a name, 1.4 was not there.
      let episodes = try Self.texts(
        site,
        """
        SELECT season || '.' || number || ' ' || name || ' ' || coalesce(aired, '') FROM episodes WHERE title_id
        = 3 AND season * 10 + number IN (11, 14, 21) ORDER BY season, number
        """)
      #expect(episodes == ["1.1 Dusk ", "1.4 Night ", "2.1 One 2026-11-09"])
      #expect(report.episodes.new == 1)
    }
  }

  @Test func nobodysRecordChanges() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1"])
      _ = try await alice.post("/titles/1/plays", [:])
      try await Self.setIMDb(site, SmallCatalogue.arrival, 9_000_001)
      let before = try await site.record("alice")
      let report = try Self.take(site, Self.plain) { $0.takesPeople = true }
      #expect(report.titles.changed == 1)
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func newEpisodesRecountTheShelvesOfTheirShow() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["all": "1"])
      let before = try #require(try await site.shelf("alice", SmallCatalogue.six))
      #expect(before.status == .completed && before.total == 6)
      try await Self.setIMDb(site, SmallCatalogue.six, 9_000_003)
      let report = try Self.take(site, Self.plain)
      #expect(report.episodes == .init(new: 1, changed: 2))
      let after = try #require(try await site.shelf("alice", SmallCatalogue.six))
      #expect(after.total == 7 && after.seen == 6 && after.status != .completed)
      let commands = Commands(database: site.database, config: site.app.config, now: Site.now)
      #expect(try commands.recount(isRepairing: false) == [])
    }
  }

  @Test func aSecondRunWritesNothingAndNewerFilesOnlyTheDifference() async throws {
    try await withSite { (site) async throws in
      let people: (inout IMDbChoice) -> Void = { $0.takesPeople = true }
      _ = try Self.take(site, Self.plain, choice: people)
      let before = try Self.sums(site)
      let again = try Self.take(site, Self.plain, choice: people)
      #expect(again.titles == .init(same: 3) && again.episodes == .init(same: 3) && again.names == 0)
      #expect(again.people == .init(same: 2) && again.credits == 0)
      #expect(try Self.sums(site) == before)
      var newer = Datasets()
      newer.title(9_000_001, "movie", "The Glass Harbor", original: "Der gläserne Hafen", votes: 90_000)
      newer.title(9_000_003, "tvSeries", "Lantern Street", year: "2001", end: "2004", runtime: "45", votes: 90)
      newer.episode(9_000_004, of: 9_000_003, "1", "1", "Dusk")
      newer.episode(9_000_005, of: 9_000_003, "1", "2", "Noon")
      newer.episode(9_000_009, of: 9_000_003, "2", "2", "Noon Again", year: "2003")
      let report = try Self.take(site, newer)
      #expect(report.titles == .init(changed: 1, same: 1))
      #expect(report.episodes == .init(new: 1, changed: 1, same: 1))
      // What is not in the files any more stays, and so does the old name.
      #expect(try await site.number("SELECT count(*) FROM titles WHERE source = 'imdb'") == 3)
      let names = try Self.texts(
        site,
        """
        SELECT n.folded FROM names n JOIN titles t ON t.id = n.title_id WHERE t.imdb_id = 'tt9000001' ORDER BY
        n.folded
        """)
      #expect(names == ["der glaserne hafen", "le port de verre", "the glass harbor", "the glass harbour"])
      let band = try await site.number(
        "SELECT min(n.id) FROM names n JOIN titles t ON t.id = n.title_id WHERE t.imdb_id = 'tt9000001'")
      #expect(Places.weight(of: band) == Popularity.weight(votes: 90_000))
    }
  }

  // MARK: Breaking off

  /// More of everything than goes into one transaction.
  private static var many: Datasets {
    var files = plain
    for number in 0..<30 {
      let film = 9_001_000 + number
      files.title(film, "movie", "Film Number \(number)", votes: number * 50 + 5)
      files.aka(film, 1, "Movie Number \(number)")
      files.person(9_101_000 + number, "Actor Number \(number)", knownFor: [film])
      files.principal(film, 1, 9_101_000 + number, "actor")
      let show = 9_002_000 + number * 10
      files.title(show, "tvMiniSeries", "Show Number \(number)")
      for place in 1...3 { files.episode(show + place, of: show, "1", "\(place)", "Part \(place) of \(number)") }
    }
    files.principals.sort()
    return files
  }

  @Test func anImportThatWasBrokenOffGoesOnAndEndsWithTheSame() async throws {
    let files = Self.many
    let people: @Sendable (inout IMDbChoice) -> Void = { $0.takesPeople = true }
    let whole = try await withSite { (site) async throws in
      let report = try Self.take(site, files, choice: people) {
        $0.rowsAtOnce = 7
        $0.episodesAtOnce = 20
      }
      return (sums: try Self.sums(site), report: report)
    }
    try await withSite { (site) async throws in
      try files.write(site.folder + "/imdb")
      // It is broken off after each third transaction, whichever pass that is.
      var breaks = 0
      while true {
        do {
          let report = try Self.run(site, choice: people) {
            $0.rowsAtOnce = 7
            $0.episodesAtOnce = 20
            $0.afterEach = { if $0 == 3 { throw Broken() } }
          }
          #expect(report.titles == whole.report.titles && report.episodes == whole.report.episodes)
          #expect(report.names == whole.report.names && report.people == whole.report.people)
          #expect(report.episodesLeftOut == whole.report.episodesLeftOut)
          break
        } catch is Broken { breaks += 1 }
      }
      #expect(breaks > 8)
      #expect(try Self.sums(site) == whole.sums)
    }
  }

  @Test func otherFilesOrAnotherChoiceBeginAnew() async throws {
    try await withSite { (site) async throws in
      try Self.many.write(site.folder + "/imdb")
      #expect(throws: Broken.self) {
        try Self.run(site, choice: { _ in }) {
          $0.rowsAtOnce = 7
          $0.afterEach = { if $0 == 3 { throw Broken() } }
        }
      }
      let report = try Self.run(site) { $0.minVotes = 1 }
      #expect(report.titles.same + report.titles.changed > 0)
      #expect(report.lines == (try Self.run(site) { $0.minVotes = 1 }).lines)
    }
  }

  @Test func aFileWithoutItsEndIsSaidToBeSoAndWhatCameBeforeStays() async throws {
    try await withSite { (site) async throws in
      let path = Datasets.path(site.folder + "/imdb", "title.basics")
      try Self.many.write(site.folder + "/imdb")
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
      do {
        _ = try Self.run(site)
        Issue.record("it was taken for whole")
      } catch let problem as StartProblem {
        #expect(problem.description.contains(path) && problem.description.contains("its end is missing"))
      }
      let half = try await site.number("SELECT count(*) FROM titles WHERE source = 'imdb'")
      #expect(half > 3)
      try whole.write(to: URL(fileURLWithPath: path))
      let report = try Self.run(site)
      #expect(report.titles == .init(new: 63 - half, same: half))
      // A byte that has changed is found by the sum at the end at the latest.
      var bad = whole
      bad[bad.count - 6] ^= 0x41
      try bad.write(to: URL(fileURLWithPath: path))
      #expect(throws: StartProblem.self) { try Self.run(site) }
    }
  }

  // MARK: Oddities

  @Test func filesInSeveralMembersAndFilesThatAreNotPackedAreRead() async throws {
    try await withSite { (site) async throws in
      #expect(try Self.take(site, Self.many, members: 5).titles.new == 63)
      let folder = site.folder + "/imdb"
      let name = "title.akas"
      try FileManager.default.removeItem(atPath: Datasets.path(folder, name))
      try Data(Self.many.text(name).utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).tsv"))
      #expect(try Self.run(site).titles.same == 63)
      try FileManager.default.removeItem(atPath: "\(folder)/\(name).tsv")
      #expect(throws: StartProblem.self) { try Self.run(site) }
    }
  }

  @Test func linesThatCannotBeUsedAreCountedAndPassedOver() async throws {
    var files = Self.plain
    files.basics.insert("tt9000020\tmovie\tShifted\t0\t1960\t\\N\t\\N\tDrama\t\\N", at: 0)
    files.basics.append("tt9000021\tmovie\tShort line")
    files.basics.append("nm9000022\tmovie\tA\tA\t0\t2001\t\\N\t90\tDrama")
    files.title(9_000_023, "movie", "\\N")
    files.title(9_000_024, "movie", "\"Quoted\" and more", year: "0", runtime: "0", genres: "\\N")
    files.title(9_000_025, "movie", "Bell\u{07} and return\r", year: "2999")
    files.title(9_000_026, "movie", String(repeating: "Ö", count: 900))
    files.title(9_000_001, "movie", "A second time")
    files.title(999_000_000_000, "movie", "A number that cannot be")
    files.basics.append("tt9000027\tmovie\t" + String(repeating: "x", count: 70_000))
    files.ratings.append("tt9000024\tgood\t50")
    files.episodes.append("tt9000030\t\\N\t1\t1")
    files.episodes.append("tt9000031\ttt9000003\t\\N\t\\N")
    files.episodes.append("tt9000032\ttt9000003\t2\t1")
    files.episodes.append("tt9000033\ttt9000099\t1\t1")
    files.akas.append("tt9000001\tx\tBroken\t\\N\t\\N\t\\N\t\\N\t0")
    files.aka(9_000_001, 9, "THE GLASS HARBOUR!")
    let odd = files
    try await withSite { (site) async throws in
      let report = try Self.take(site, odd)
      #expect(report.titles.new == 6)
      #expect(report.problems["title.basics: values in the wrong columns"] == .init(count: 1, firstLine: 2))
      #expect(report.problems["title.basics: too few columns"]?.count == 1)
      #expect(report.problems["title.basics: tconst is not an identifier"]?.count == 2)
      #expect(report.problems["title.basics: primaryTitle is missing"]?.count == 1)
      #expect(report.problems["title.basics: longer than 65536 bytes"]?.count == 1)
      #expect(report.problems["title.basics: a title for the second time"]?.count == 1)
      #expect(report.problems["title.ratings: averageRating is not a number that can be"]?.count == 1)
      #expect(report.problems["title.episode: parentTconst is missing"]?.count == 1)
      #expect(report.problems["title.akas: ordering is not a number that can be"]?.count == 1)
      #expect(report.episodesLeftOut == ["number": 1, "show": 1, "twice": 1])
      #expect(report.names == 2)
      let names = try Self.texts(
        site, "SELECT name FROM titles WHERE imdb_id IN ('tt9000001', 'tt9000024', 'tt9000025') ORDER BY imdb_id")
      #expect(names == ["The Glass Harbour", "\"Quoted\" and more", "Bell and return"])
      #expect(try await site.number("SELECT length(name) FROM titles WHERE imdb_id = 'tt9000026'") == 400)
      #expect(report.sentences.contains { $0.contains("the first is line 2") })
    }
  }

  @Test func aFileWithoutAColumnIsRefused() async throws {
    try await withSite { (site) async throws in
      try Self.plain.write(site.folder + "/imdb")
      let path = Datasets.path(site.folder + "/imdb", "title.basics")
      try Data("tconst\ttitleType\n".utf8).write(to: URL(fileURLWithPath: path))
      do {
        _ = try Self.run(site)
        Issue.record("it was taken")
      } catch let problem as StartProblem {
        #expect(problem.description.contains("title.basics has no column primaryTitle"))
      }
      try Data().write(to: URL(fileURLWithPath: path))
      #expect(throws: StartProblem.self) { try Self.run(site) }
    }
  }

  @Test func aTitleGetsSoManyNamesThatDiffer() async throws {
    var files = Self.plain
    for number in 0..<60 { files.aka(9_000_003, number + 2, "Name \(number)", types: number < 20 ? "working" : "\\N") }
    for number in 0..<60 { files.aka(9_000_003, number + 70, "NAME  \(number)!") }
    let all = files
    try await withSite { (site) async throws in
      _ = try Self.take(site, all)
      let names = try Self.texts(
        site, "SELECT n.folded FROM names n JOIN titles t ON t.id = n.title_id WHERE t.imdb_id = 'tt9000003'")
      #expect(names.count == IMDbNameStore.most && Set(names).count == names.count)
      #expect(!names.contains("name 3") && names.contains("name 33"))
    }
  }

  // MARK: Tables in memory, and pace

  @Test func aTableOfNumbersKeepsThemAndIsSmall() {
    var table = NumberTable()
    for key in 1...100_000 { table.set(key * 37, key) }
    for key in stride(from: 1, to: 100_000, by: 7) { table.set(key * 37, key + 1) }
    #expect(table.count == 100_000)
    #expect((1...100_000).allSatisfy { table[$0 * 37] == (($0 - 1) % 7 == 0 && $0 < 100_000 ? $0 + 1 : $0) })
    #expect(table[5] == nil && table[0] == nil && table[-1] == nil && table[1 << 40] == nil)
    var set = NumberSet()
    #expect(set.insert(70_000) && !set.insert(70_000) && set.contains(70_000) && !set.contains(69_999))
    #expect(set.insert(-1) && !set.contains(-1) && set.insert(NumberSet.limit + 1) && !set.contains(1 << 40))
  }

  @Test func transactionsGrowAndShrinkTowardsTheirTime() {
    var pace = IMDbPace(engine: .sqlite, path: nil)
    let first = pace.rows
    pace.took(.milliseconds(5), rows: first)
    #expect(pace.rows > first)
    let grown = pace.rows
    pace.took(.milliseconds(20), rows: grown)
    #expect(pace.rows == grown)
    pace.took(.milliseconds(100), rows: grown)
    #expect(pace.rows < grown / 4)
    // A piece that was not full says nothing of a full one.
    let small = pace.rows
    pace.took(.milliseconds(1), rows: 1)
    #expect(pace.rows == small)
    // Alone it may take longer, and not any more when somebody comes.
    pace.set(isAlone: true)
    for _ in 0..<20 { pace.took(.milliseconds(100), rows: pace.rows) }
    let alone = pace.rows
    #expect(alone > small * 10)
    pace.set(isAlone: false)
    #expect(pace.rows < alone / 5)
  }
}
