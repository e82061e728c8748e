import Foundation
import Testing

@testable import Formats

/// Bodies as the service writes them, of things that there are not.
private enum Fixture {
  static let movie = """
    {"id": 9001, "title": "The Glass Orchard", "original_title": "Der gläserne Garten", "original_language": "de",
     "overview": "A gardener grows glass.\\nIt rings.", "tagline": "Mind the wind.", "release_date": "2021-03-04",
     "runtime": 101, "status": "Released", "adult": false, "softcore": false, "popularity": 12.5,
     "vote_average": 7.25, "vote_count": 42, "homepage": "https://orchard.example/", "imdb_id": "tt9000001",
     "poster_path": "/orchard.jpg", "backdrop_path": "/wide-orchard.webp",
     "genres": [{"id": 18, "name": "Drama"}, {"id": 14, "name": "Fantasy"}],
     "production_countries": [{"iso_3166_1": "DE", "name": "Germany"}, {"iso_3166_1": "AT", "name": "Austria"}],
     "origin_country": ["DE"], "spoken_languages": [{"iso_639_1": "de", "name": "Deutsch"}],
     "belongs_to_collection": {"id": 77, "name": "Gardens", "poster_path": "/g.png", "backdrop_path": null},
     "credits": {
       "cast": [{"id": 1, "name": "Ada Thorn", "character": "The Gardener", "order": 0, "profile_path": "/ada.jpg"}],
       "crew": [{"id": 2, "name": "Bo Reed", "job": "Director", "department": "Directing", "profile_path": null}]},
     "keywords": {"keywords": [{"id": 5, "name": "garden"}]},
     "videos": {"results": [{"site": "YouTube", "key": "a_b-C1", "name": "Trailer", "type": "Trailer",
       "iso_639_1": "de", "official": true, "published_at": "2021-01-02T03:04:05.000Z"}]},
     "external_ids": {"imdb_id": "tt9000001", "wikidata_id": "Q42", "tvdb_id": 300},
     "release_dates": {"results": [{"iso_3166_1": "DE", "release_dates": [
       {"certification": "12", "type": 3, "release_date": "2021-03-04T00:00:00.000Z"}]}]},
     "watch/providers": {"results": {"DE": {"link": "https://tmdb.example/9001", "rent": [
       {"provider_id": 10, "provider_name": "Shelf", "logo_path": "/shelf.jpg", "display_priority": 4}]}}},
     "recommendations": {"page": 1, "results": [{"id": 9002, "title": "Sand", "release_date": "", "genre_ids": [18]}]},
     "alternative_titles": {"titles": [{"iso_3166_1": "US", "title": "Orchard of Glass"}]},
     "translations": {"translations": [{"iso_639_1": "fr", "iso_3166_1": "FR", "name": "Français",
       "data": {"title": "Le verger de verre", "overview": "Un jardinier."}}]},
     "images": {"posters": [{"file_path": "/orchard.jpg"}], "backdrops": "none"}}
    """

  static let show = """
    {"id": 8001, "name": "Low Tide", "original_name": "Ebbe", "original_language": "de", "overview": "Mud.",
     "first_air_date": "2019-01-01", "last_air_date": "2020-02-29", "in_production": true, "status": "Ended",
     "type": "Scripted", "number_of_seasons": 2, "number_of_episodes": 12, "episode_run_time": [45, 0, "50"],
     "networks": [{"id": 3, "name": "Kanal", "logo_path": "/k.svg", "origin_country": "DE"}],
     "created_by": [{"id": 2, "name": "Bo Reed"}], "origin_country": ["DE"], "languages": ["de"],
     "seasons": [{"id": 50, "season_number": 0, "name": "Specials", "episode_count": 1},
       {"id": 51, "season_number": 1, "name": "One", "episode_count": 2}],
     "last_episode_to_air": {"id": 602, "season_number": 1, "episode_number": 2, "name": "Out",
       "episode_type": "finale", "runtime": 48}, "next_episode_to_air": null,
     "season/1": {"id": 51, "season_number": 1, "name": "One", "episodes": [
       {"id": 601, "episode_number": 1, "name": "In", "air_date": "2019-01-01", "still_path": "/i.jpg"},
       {"id": 602, "episode_number": 2, "name": "Out", "air_date": "2019-01-08"}]},
     "season/2": {"success": false, "status_code": 34, "status_message": "Not found."},
     "season/10": {"id": 60, "episodes": []}, "season/x": {"episodes": []},
     "aggregate_credits": {
       "cast": [{"id": 1, "name": "Ada Thorn", "order": 0, "total_episode_count": 2,
         "roles": [{"character": "Nell", "episode_count": 2}, {"character": "Nan", "episode_count": 1}]}],
       "crew": [{"id": 2, "name": "Bo Reed", "department": "Directing", "total_episode_count": 2,
         "jobs": [{"job": "Director", "episode_count": 2}, {"job": "Second Unit", "episode_count": 1}]}]},
     "credits": {"cast": [{"id": 9, "name": "Someone Else", "character": "X"}], "crew": []},
     "keywords": {"results": [{"id": 6, "name": "sea"}]},
     "content_ratings": {"results": [{"iso_3166_1": "DE", "rating": "12"}]},
     "alternative_titles": {"results": [{"iso_3166_1": "GB", "title": "Ebb"}]},
     "episode_groups": {"results": [{"id": "5acf93e60e0a", "name": "Discs", "type": 3, "group_count": 1}]}}
    """

  static let season = #"{"id": 51, "season_number": 1, "episodes": [{"id": 601, "episode_number": 1, "runtime": 3}]}"#

  static let person = """
    {"id": 1, "name": "Ada Thorn", "also_known_as": ["A. Thorn", "", "A. Thorn"], "biography": "Born.\\r\\nActed.",
     "birthday": "1980-02-29", "deathday": null, "place_of_birth": "Ulm", "known_for_department": "Acting",
     "imdb_id": "nm9000001", "popularity": 3, "combined_credits": {
       "cast": [{"id": 9001, "media_type": "movie", "title": "The Glass Orchard", "character": "The Gardener"},
         {"id": 8001, "media_type": "tv", "name": "Low Tide", "character": "Nell", "episode_count": 2}],
       "crew": [{"id": 9003, "media_type": "movie", "title": "Wax", "job": "Writer", "department": "Writing"}]}}
    """

  static let page = """
    {"page": 1, "total_pages": 3, "total_results": 45, "results": [
      {"id": 9001, "title": "The Glass Orchard", "media_type": "movie", "genre_ids": [18, "14", 18, null]},
      {"id": 8001, "name": "Low Tide", "first_air_date": "2019-01-01", "origin_country": ["DE"]},
      {"id": 1, "name": "Ada Thorn", "media_type": "person", "known_for": [
        {"id": 9001, "title": "The Glass Orchard"}, {"id": 2, "name": "Bo Reed", "media_type": "person"}]},
      {"id": 77, "name": "Gardens", "media_type": "collection"}, {"id": 78, "name": "Gardens", "original_name": "G"},
      {"title": "Nothing"}, 7, null, "x", []]}
    """

  static let group = """
    {"id": "5acf93e60e0a", "name": "Discs", "type": 3, "groups": [
      {"id": "b", "name": "Two", "order": 1, "episodes": [{"id": 603, "season_number": 2, "episode_number": 1}]},
      {"id": "a", "name": "One", "order": 0, "episodes": [
        {"id": 602, "season_number": 1, "episode_number": 2, "order": 1},
        {"id": 601, "season_number": 1, "episode_number": 1, "order": 0}]}]}
    """
}

/// A movie with one field set to a piece of JSON.
private func movie(_ field: String, _ json: String) throws -> TMDB.Movie {
  try TMDB.Movie.decode(Data(#"{"id": 1, "title": "T", "\#(field)": \#(json)}"#.utf8))
}

private func malformed(_ body: String, as type: any TMDB.Answer.Type = TMDB.Movie.self) -> String? {
  do {
    _ = try type.decode(Array(body.utf8))
    return nil
  } catch {
    return error.what
  }
}

@Suite struct TMDBTests {
  @Test func aFilmWithItsParts() throws {
    let film = try TMDB.Movie.decode(Array(Fixture.movie.utf8))
    #expect(film.id == 9001 && film.title == "The Glass Orchard" && film.originalTitle == "Der gläserne Garten")
    #expect(film.overview == "A gardener grows glass.\nIt rings." && film.runtime == 101 && !film.isAdult)
    #expect(film.releaseDate == "2021-03-04" && film.voteAverage == 7.25 && film.voteCount == 42)
    #expect(film.genres.map(\.name) == ["Drama", "Fantasy"] && film.countries == ["DE", "AT"])
    #expect(film.spokenLanguages == ["de"] && film.homepage == "https://orchard.example/")
    #expect(film.posterPath == "/orchard.jpg" && film.backdropPath == "/wide-orchard.webp")
    #expect(film.collection?.id == 77 && film.collection?.parts == [])
    #expect(film.cast.map(\.character) == ["The Gardener"] && film.cast.first?.profilePath == "/ada.jpg")
    #expect(film.crew.map(\.job) == ["Director"] && film.crew.first?.department == "Directing")
    #expect(film.keywords.map(\.name) == ["garden"] && film.videos.map(\.key) == ["a_b-C1"])
    #expect(film.videos.first?.isOfficial == true && film.videos.first?.publishedAt == "2021-01-02T03:04:05.000Z")
    #expect(film.imdbID == "tt9000001" && film.externalIDs.wikidata == "Q42" && film.externalIDs.tvdb == 300)
    #expect(
      film.releaseDates == [.init(country: "DE", certification: "12", type: .theatrical, date: "2021-03-04")])
    #expect(film.providers["DE"]?.rent.first?.name == "Shelf" && film.providers["DE"]?.buy == [])
    #expect(film.recommendations.map(\.kind) == [.movie] && film.recommendations.first?.date == nil)
    #expect(film.alternativeTitles.first?.title == "Orchard of Glass")
    #expect(film.translations.first?.name == "Le verger de verre" && film.translations.first?.country == "FR")
  }

  @Test func aShowWithItsParts() throws {
    let show = try TMDB.Show.decode(Data(Fixture.show.utf8))
    #expect(show.name == "Low Tide" && show.isInProduction && show.episodeRunTime == [45, 50])
    #expect(show.networks.first?.logoPath == "/k.svg" && show.createdBy.first?.job == "Creator")
    #expect(show.countries == ["DE"] && show.spokenLanguages == ["de"])
    #expect(show.seasons.map(\.number) == [0, 1] && show.seasons.map(\.episodeCount) == [1, 2])
    #expect(show.lastEpisode?.type == "finale" && show.nextEpisode == nil)
    // The refusal of a second season is no season; a season without its number has it from its place.
    #expect(show.seasonDetails.map(\.number) == [1, 10])
    #expect(show.seasonDetails.first?.episodes.map(\.season) == [1, 1] && show.seasonDetails.first?.episodeCount == 2)
    #expect(show.cast.map(\.character) == ["Nell / Nan"] && show.cast.first?.episodeCount == 2)
    #expect(show.crew.map(\.job) == ["Director", "Second Unit"] && show.crew.map(\.episodeCount) == [2, 1])
    #expect(show.keywords.map(\.name) == ["sea"] && show.contentRatings.first?.rating == "12")
    #expect(show.alternativeTitles.first?.country == "GB" && show.episodeGroups.first?.type == .dvd)
  }

  @Test func peoplePagesAndGroups() throws {
    let person = try TMDB.Person.decode(Data(Fixture.person.utf8))
    #expect(
      person.alsoKnownAs == ["A. Thorn"] && person.biography == "Born.\nActed." && person.birthday == "1980-02-29")
    #expect(person.credits.map(\.title.kind) == [.movie, .show, .movie] && person.credits.last?.job == "Writer")
    let page = try TMDB.Page.decode(Data(Fixture.page.utf8))
    #expect(page.items.map(\.kind) == [.movie, .show, .person] && page.totalPages == 3)
    #expect(page.items.first?.genreIDs == [18, 14] && page.items.last?.knownFor.map(\.id) == [9001])
    let group = try TMDB.EpisodeGroup.decode(Data(Fixture.group.utf8))
    #expect(group.type == .dvd && group.groups.map(\.name) == ["One", "Two"])
    #expect(group.groups.first?.episodes.map(\.id) == [601, 602])
  }

  @Test func whatHasNoIdentifierIsMalformed() {
    for body in ["", " ", "<html>", "{", "{\"id\":1", "null", "7", "\"x\"", "{\"id\":1e999}", "{\"id\":\"\u{1}"] {
      #expect(malformed(body) == "not JSON", "\(body)")
    }
    #expect(malformed("[]") == "not an object" && malformed("[{\"id\":1}]") == "not an object")
    for id in ["0", "-5", "null", "\"\"", "\"x\"", "1.5", "true", "[1]", "{}", "99999999999999999999"] {
      #expect(malformed("{\"title\":\"T\",\"id\":\(id)}") == "without id", "\(id)")
    }
    #expect(malformed("{\"status_code\":34}", as: TMDB.Page.self) == "without results")
    #expect(malformed("{\"status_code\":34}", as: TMDB.Failure.self) == nil)
    #expect(malformed("{\"results\":{}}", as: TMDB.Page.self) == "without results")
    for type in [TMDB.Movie.self, TMDB.Show.self, TMDB.Found.self, TMDB.Changes.self] as [any TMDB.Answer.Type] {
      #expect(malformed("{\"success\":false,\"status_code\":7,\"status_message\":\"No.\"}", as: type) != nil)
    }
  }

  @Test func depthIsBounded() {
    for depth in [1, 100, 508] {
      let open = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      #expect(malformed("{\"id\":1,\"genres\":\(open)}") == nil, "\(depth)")
    }
    for depth in [600, 100_000] {
      let open = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      #expect(malformed("{\"id\":1,\"genres\":\(open)}") == "not JSON", "\(depth)")
    }
    let people = String(repeating: #"{"id":1,"media_type":"person","known_for":["#, count: 200)
    #expect(malformed(people + String(repeating: "]}", count: 200), as: TMDB.ListItem.self) == nil)
  }

  @Test func numbersAndTextStandForEachOther() throws {
    #expect(try TMDB.Movie.decode(Data(#"{"id": "12", "title": 1917}"#.utf8)).id == 12)
    #expect(try movie("title", "1917").title == "1917" && movie("original_title", "8.5").originalTitle == "8.5")
    for (json, minutes) in [("\"90\"", 90), ("90.0", 90), ("\" 90 \"", 90), ("9e1", 90), ("\"90.0\"", 90)] {
      #expect(try movie("runtime", json).runtime == minutes, "\(json)")
    }
    for json in ["0", "-1", "true", "\"\"", "\"0x10\"", "\"90 min\"", "1e300", "null", "[90]", "1.5"] {
      #expect(try movie("runtime", json).runtime == nil, "\(json)")
    }
    #expect(try movie("vote_average", "\"7.5\"").voteAverage == 7.5 && movie("vote_average", "11").voteAverage == nil)
    #expect(try movie("vote_average", "\"nan\"").voteAverage == nil && movie("popularity", "-1").popularity == nil)
    for (json, isAdult) in [("true", true), ("\"true\"", true), ("1", true), ("\"1\"", true), ("false", false)] {
      #expect(try movie("adult", json).isAdult == isAdult, "\(json)")
    }
    for json in ["null", "2", "\"yes\"", "[]", "{}"] { #expect(try !movie("adult", json).isAdult, "\(json)") }
  }

  @Test func blankTextIsNone() throws {
    for json in ["\"\"", "\"  \"", "\"\\n\\t\"", "\"\\u0000\"", "null", "true", "[]", "{}"] {
      #expect(try movie("tagline", json).tagline == nil && movie("overview", json).overview == nil, "\(json)")
    }
    #expect(try movie("title", "\"\"").title == nil)
    let original = try TMDB.Movie.decode(Data(#"{"id": 1, "title": " ", "original_title": "O"}"#.utf8))
    #expect(original.title == "O")
  }

  @Test func textIsCleanedAndCut() throws {
    #expect(try movie("tagline", #""  a\u0000b\u0007\nc\u2028d\u009f ""#).tagline == "ab c d")
    #expect(try movie("overview", #""a\r\nb\rc\u0000\u0085d\te""#).overview == "a\nb\nc\nd\te")
    let long = String(repeating: "é", count: 30_000)
    #expect(try movie("title", "\"\(long)\"").title?.unicodeScalars.count == 500)
    #expect(try movie("overview", "\"\(long)\"").overview?.unicodeScalars.count == 20_000)
    #expect(try movie("title", "\"\(String(repeating: "x", count: 499)) yz\"").title?.count == 499)
  }

  @Test(arguments: [
    ("2020-02-29", "2020-02-29"), ("1999-10-15T00:00:00.000Z", "1999-10-15"), ("2000-02-29 01:02:03 UTC", "2000-02-29"),
    ("2021-02-29", nil), ("1900-02-29", nil), ("2020-13-01", nil), ("2020-00-10", nil), ("2020-04-31", nil),
    ("2020-06-31", nil), ("2020-09-31", nil), ("2020-11-31", nil),
    ("0000-01-01", nil), ("2020-1-1", nil), ("2020", nil), ("01/02/2020", nil), ("2020-01-015", nil), ("", nil),
    ("+020-01-01", nil), ("２０２０-01-01", nil), ("2020-01-01x", nil),
  ])
  func datesAreDaysOfTheCalendar(_ text: String, _ date: String?) throws {
    #expect(try movie("release_date", "\"\(text)\"").releaseDate == date)
  }

  @Test(arguments: [
    ("/a.jpg", true), ("/A-b_c.9.jpeg", true), ("/x.svg", true), ("/x.webp", true), ("/x.png", true), ("a.jpg", false),
    ("/.jpg", false), ("/a.gif", false), ("/a.jpg?x", false), ("/a/b.jpg", false), ("//host/b.jpg", false),
    ("/a.JPG", false), ("/a b.jpg", false), ("/é.jpg", false), ("/a.jpg\\n", false), ("/..jpg", true),
    ("/https://secure.example/a.jpg", false), ("", false),
    ("/" + String(repeating: "x", count: 80) + ".jpg", true), ("/" + String(repeating: "x", count: 81) + ".jpg", false),
  ])
  func imagePathsAreFilesOfTheImageHost(_ path: String, _ isTaken: Bool) throws {
    #expect(try (movie("poster_path", "\"\(path)\"").posterPath != nil) == isTaken)
  }

  @Test func identifiersCodesAndAddressesHaveAForm() throws {
    #expect(try movie("imdb_id", "\"tt0133093\"").imdbID == "tt0133093")
    for json in ["\"tt\"", "\"nm123\"", "\"tt12x\"", "\"TT1\"", "133093", "\"\"", "\"https://x/tt1\""] {
      #expect(try movie("imdb_id", json).imdbID == nil, "\(json)")
    }
    #expect(try movie("homepage", "\"http://a.example/?q=1\"").homepage == "http://a.example/?q=1")
    for text in ["javascript:alert(1)", "https://", "ftp://a", "//a", "https://a b", "data:text/html,x", "https://é"] {
      #expect(try movie("homepage", "\"\(text)\"").homepage == nil, "\(text)")
    }
    #expect(try movie("origin_country", #"["US", "us", "", "USA", null, 7, "US", "GB"]"#).countries == ["US", "GB"])
    #expect(try movie("original_language", "\"zh\"").originalLanguage == "zh")
    #expect(try movie("original_language", "\"en-US\"").originalLanguage == nil)
    let video = #"{"results": [{"site": "YouTube", "key": "a&b=c"}, {"site": "YouTube", "key": "ok"}, {"key": "x"}]}"#
    #expect(try movie("videos", video).videos.map(\.key) == ["ok"])
  }

  @Test func aBadElementCostsItself() throws {
    let genres = #"[{"id": 1, "name": "A"}, null, 5, {"id": 0, "name": "Z"}, {"id": 2}, {"id": 1, "name": "B"}, []]"#
    #expect(try movie("genres", genres).genres.map(\.name) == ["A"])
    let cast = #"{"cast": [{"name": "No id"}, {"id": 3}, {"id": 4, "name": "D", "order": "x"}], "crew": null}"#
    let film = try movie("credits", cast)
    #expect(film.cast.map(\.name) == ["D"] && film.cast.first?.order == nil && film.crew.isEmpty)
    let season = #"{"season_number": 1, "episodes": [{"id": 1}, {"episode_number": 2}, {"episode_number": "3"}, 7]}"#
    #expect(try TMDB.Season.decode(Data(season.utf8)).episodes.map(\.number) == [2, 3])
  }

  @Test func listsAreBounded() throws {
    func list(_ count: Int, _ element: (Int) -> String) -> String {
      "[" + (1...count).map(element).joined(separator: ",") + "]"
    }
    #expect(try movie("genres", list(700) { #"{"id":\#($0),"name":"G"}"# }).genres.count == 500)
    let season = #"{"season_number": 1, "episodes": \#(list(2_500) { #"{"episode_number":\#($0)}"# })}"#
    #expect(try TMDB.Season.decode(Data(season.utf8)).episodes.count == 2_000)
    let crew = list(800) { number in
      #"{"id":\#(number),"name":"N","job":"J","department":"\#(number == 800 ? "Directing" : "Sound")"}"#
    }
    let kept = try movie("credits", #"{"crew": \#(crew)}"#).crew
    #expect(kept.count == 500 && kept.first?.personID == 800)
  }
}

@Suite struct TMDBDamageTests {
  private static let bodies: [(text: String, type: any TMDB.Answer.Type, identifiers: Set<String>)] = [
    (Fixture.movie, TMDB.Movie.self, ["id"]), (Fixture.show, TMDB.Show.self, ["id"]),
    (Fixture.season, TMDB.Season.self, ["season_number"]), (Fixture.person, TMDB.Person.self, ["id"]),
    (Fixture.page, TMDB.Page.self, ["results"]), (Fixture.group, TMDB.EpisodeGroup.self, ["id"]),
  ]

  /// What a field can become; nil takes it away.
  private static func damaged(_ field: Any) -> [Any?] {
    [nil, NSNull(), -1, "text", true, [NSNull()], [field], ["x": field]]
  }

  /// All bodies with one field anywhere damaged, with the path of that field.
  private static func variants(_ value: Any, _ path: [String] = []) -> [(value: Any, path: [String])] {
    var all: [(value: Any, path: [String])] = []
    if let object = value as? [String: Any] {
      for (key, field) in object {
        for damage in damaged(field) {
          var copy = object
          copy[key] = damage
          all.append((copy, path + [key]))
        }
        all += variants(field, path + [key]).map { variant in
          var copy = object
          copy[key] = variant.value
          return (copy, variant.path)
        }
      }
    } else if let list = value as? [Any] {
      for (place, element) in list.enumerated() {
        all += variants(element, path + ["\(place)"]).map { variant in
          var copy = list
          copy[place] = variant.value
          return (copy, variant.path)
        }
      }
    }
    return all
  }

  private static func fields(_ answer: any TMDB.Answer) -> [String: String] {
    var fields: [String: String] = [:]
    for child in Mirror(reflecting: answer).children { fields[child.label ?? ""] = String(describing: child.value) }
    return fields
  }

  @Test(arguments: 0..<6) func aDamagedFieldCostsThatFieldOnly(_ number: Int) throws {
    let (text, type, identifiers) = Self.bodies[number]
    let whole = Self.fields(try type.decode(Array(text.utf8)))
    let variants = Self.variants(try JSONSerialization.jsonObject(with: Data(text.utf8)))
    #expect(variants.count > 40)
    for (value, path) in variants {
      let isIdentifier = path.count == 1 && path.first.map { identifiers.contains($0) } == true
      do {
        let rest = Self.fields(try type.decode(try JSONSerialization.data(withJSONObject: value)))
        let lost = whole.keys.filter { whole[$0] != rest[$0] }.sorted()
        // Two fields come of one where a title is its original's, an id is a part's, and credits are cast and crew.
        #expect(isIdentifier || lost.count <= 2, "\(path): \(lost)")
      } catch {
        #expect(isIdentifier, "\(path): \(error)")
      }
    }
  }

  @Test func randomDamageGivesAValueOrMalformed() {
    var random = Generator(state: 20_260_801)
    let seeds = Self.bodies.map { (Array($0.text.utf8), $0.type) }
    let deadline = ContinuousClock.now + .seconds(2)
    var (read, refused) = (0, 0)
    for round in 0..<10_000 {
      if round % 50 == 0 && ContinuousClock.now >= deadline { break }
      let seed = seeds[round % seeds.count]
      var bytes = seed.0
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes[place] = Array("{}[]\",:0-9eE\\tn".utf8).randomElement(using: &random) ?? 0
        default: if place > 0 && round % 3 == 0 { bytes.removeLast(bytes.count - place) }
        }
      }
      do {
        _ = try seed.1.decode(bytes)
        read += 1
      } catch {
        refused += 1
      }
    }
    #expect(read > 10 && refused > 10)
  }

  /// SplitMix64, so that a run can be had again.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
}
