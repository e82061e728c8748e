import Foundation
import SQL
import Testing

@testable import App

@Suite struct StarterTests {
  @Test func itsFormAndSize() throws {
    let titles = try Starter.titles()
    let films = titles.filter { $0.kind == .movie }
    let shows = titles.filter { $0.kind == .show }
    #expect(films.count >= 400 && shows.count >= 150)
    #expect(Set(titles.flatMap { $0.countries.split(separator: ",") }).count >= 30)
    #expect(films.contains { ($0.year ?? 0) < 1930 } && films.contains { $0.year == 2026 })
    #expect(shows.filter { $0.seasons.isEmpty }.map(\.name).isEmpty)
    for title in titles {
      #expect((1920...2026).contains(title.year ?? 0), "\(title.name)")
      #expect(Set(title.genres).isSubset(of: StarterReader.genres) && !title.genres.isEmpty, "\(title.name)")
      #expect((40...300).contains(title.overview.count), "\(title.name): \(title.overview.count)")
      #expect(title.imdbID?.wholeMatch(of: /tt\d{7,8}/) != nil || title.imdbID == nil, "\(title.name)")
    }
  }

  @Test func idsAndTitlesAreUnique() throws {
    let titles = try Starter.titles()
    for (what, ids) in [
      ("imdb", titles.compactMap(\.imdbID)),
      ("tmdb", titles.compactMap { title in title.tmdbID.map { "\(title.kind) \($0)" } }),
      ("title", titles.map { "\($0.kind) \($0.name) \($0.year ?? 0)" }),
    ] {
      let twice = Dictionary(grouping: ids, by: { $0 }).filter { $0.value.count > 1 }.keys.sorted()
      #expect(twice.isEmpty, "\(what)")
    }
  }

  @Test func idsAndYearsAgreeWithWikidata() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("../shared/samples/d-catalog/wikidata/wikidata-movies-a.jsonl")
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return }
    struct Line: Decodable {
      let imdbID: String?
      let publicationDate: String?

      enum CodingKeys: String, CodingKey {
        case imdbID = "imdb_id"
        case publicationDate = "publication_date"
      }
    }
    let titles = Dictionary(try Starter.titles().compactMap { title in title.imdbID.map { ($0, title) } }) { $1 }
    var compared = 0
    for line in text.split(separator: "\n") {
      guard let known = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)), let id = known.imdbID,
        let year = known.publicationDate.flatMap({ Int($0.prefix(4)) }), let title = titles[id]
      else { continue }
      compared += 1
      #expect(abs((title.year ?? 0) - year) <= 1, "\(title.name) \(id): \(title.year ?? 0), there \(year)")
    }
    #expect(compared > 10)
  }

  @Test func itLoadsOnceIntoAnEmptyCatalogue() async throws {
    try await withSite { (site) async throws in
      try await site.database.write { connection in
        for table in ["credits", "people", "genres", "names", "episodes", "seasons", "titles"] {
          try connection.execute(SQL(trusted: "DELETE FROM \(table)"))
        }
        for table in ["words", "people_words"] where connection.engine == .sqlite {
          try connection.execute(SQL(trusted: "INSERT INTO \(table) (\(table)) VALUES ('delete-all')"))
        }
      }
      #expect(try Starter.load(site.database, now: Site.now) > 550)
      #expect(try Starter.load(site.database, now: Site.now) == 0)
      try await site.app.vocabulary.build(from: site.database)
      let alice = try await site.person("alice")
      let page = try await alice.get("/search?q=the+ofice").body
      #expect(page.contains(">The Office</a> <span class=\"year\">2005</span>"))
    }
  }
}
