import Foundation
import Testing

@testable import Formats

/// What TMDB answered, where its recordings lie beside the package or where `TEST_SAMPLES` says.
private enum Samples {
  static let folder: URL = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let samples = ProcessInfo.processInfo.environment["TEST_SAMPLES"].map { URL(fileURLWithPath: $0) }
    return (samples ?? root.appendingPathComponent("../shared/samples")).appendingPathComponent("c-tmdb")
  }()

  static let document = "openapi/tmdb-api-v3-openapi.json"

  /// The recordings' paths, in order; none where there is no such folder.
  static let paths: [String] = {
    let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".json") && !$0.hasPrefix("openapi/") }.sorted()
  }()

  /// A recording's body: of some, it stands within what was asked and answered.
  static func body(_ path: String) throws -> (data: Data, parsed: Any) {
    let data = try Data(contentsOf: folder.appendingPathComponent(path))
    let whole = try JSONSerialization.jsonObject(with: data)
    guard let parts = whole as? [String: Any], parts["request"] != nil,
      let body = (parts["response"] as? [String: Any])?["body"]
    else { return (data, whole) }
    return (try JSONSerialization.data(withJSONObject: body), body)
  }
}

/// What the paths of a table that match stand for; nil for a kind of answer that has no type.
private struct Row: Sendable {
  let pattern: String
  let type: (any TMDB.Answer.Type)?

  init(_ pattern: String, _ type: (any TMDB.Answer.Type)?) {
    self.pattern = pattern
    self.type = type
  }

  func matches(_ path: String) -> Bool { path.range(of: "^(\(pattern))$", options: .regularExpression) != nil }
}

/// All types, for what has none of them.
private let types: [any TMDB.Answer.Type] = [
  TMDB.Movie.self, TMDB.Show.self, TMDB.Season.self, TMDB.Episode.self, TMDB.EpisodeGroup.self,
  TMDB.EpisodeGroups.self, TMDB.Person.self, TMDB.PersonCredits.self, TMDB.Credits.self, TMDB.ListItem.self,
  TMDB.Page.self, TMDB.Found.self, TMDB.Collection.self, TMDB.GenreList.self, TMDB.Keywords.self, TMDB.Videos.self,
  TMDB.ExternalIDs.self, TMDB.ReleaseDates.self, TMDB.ContentRatings.self, TMDB.AlternativeTitles.self,
  TMDB.Translations.self, TMDB.WatchProviders.self, TMDB.ProviderList.self, TMDB.Configuration.self,
  TMDB.CertificationList.self, TMDB.ChangedIDs.self, TMDB.Changes.self, TMDB.Failure.self,
]

private let recordings = [
  Row("errors/.*", TMDB.Failure.self),
  Row("(changes/.*|(person|tv)/(person|tv)_changes.*)\\.json", TMDB.ChangedIDs.self),
  Row("(movie|tv)/.*_changes\\.json", TMDB.Changes.self),
  Row("collection/.*", TMDB.Collection.self),
  Row("configuration/configuration(-2025)?\\.json", TMDB.Configuration.self),
  Row("configuration/certification_.*", TMDB.CertificationList.self),
  Row("configuration/genre_.*", TMDB.GenreList.self),
  Row("configuration/configuration_(jobs|timezones|primary_translations)\\.json", nil),
  Row("(discover|trending)/.*|misc/account-rated_movies.*", TMDB.Page.self),
  Row("find/.*", TMDB.Found.self),
  Row("keyword/keyword_33705\\.json", nil),
  Row("keyword/.*_movies.*", TMDB.Page.self),
  Row("misc/.*(credit|review).*", nil),
  Row("(movie|tv)/.*_(images|reviews|releases)(__.*)?\\.json", nil),
  Row("movie/.*_watch_providers\\.json|watch-providers/movie-body\\.json", TMDB.WatchProviders.self),
  Row("watch-providers/watch_providers_movie\\.json", TMDB.ProviderList.self),
  Row("watch-providers/watch_providers_regions\\.json", nil),
  Row("(movie|tv)/.*_external_ids\\.json", TMDB.ExternalIDs.self),
  Row("(movie|tv)/(movie|tv)_\\d+(_season_1)?_credits\\.json", TMDB.Credits.self),
  Row("(movie|tv)/.*_keywords\\.json|search/search_keyword_.*", TMDB.Keywords.self),
  Row("(movie|tv)/.*_videos\\.json", TMDB.Videos.self),
  Row("(movie|tv)/.*_(recommendations|similar|now_playing|popular|on_the_air)(__.*)?\\.json", TMDB.Page.self),
  Row("movie/upcoming-body\\.json", TMDB.Page.self),
  Row("movie/release_dates-body\\.json", TMDB.ReleaseDates.self),
  Row("movie/(\\d+[-.]|adamayoung-movie-|movie_(47964|tt1345836)[_.]).*", TMDB.Movie.self),
  Row("person/(person-body|person_latest|person_62(__.*)?)\\.json", TMDB.Person.self),
  Row("person/.*_credits\\.json", TMDB.PersonCredits.self),
  Row("person/person_popular\\.json", TMDB.Page.self),
  Row("person/.*_(images|tagged_images)(__.*)?\\.json", nil),
  Row("search/search_(collection|company)_.*", nil),
  Row("search/.*", TMDB.Page.self),
  Row("tv/1399-s1e1-.*", TMDB.Episode.self),
  Row("tv/(\\d+-(lost-)?season-.*|tv_1396_season_1(__.*)?\\.json)", TMDB.Season.self),
  Row("tv/tv_episode_group_.*", TMDB.EpisodeGroup.self),
  Row("tv/episode_groups-body\\.json", TMDB.EpisodeGroups.self),
  Row("tv/.*_translations\\.json", TMDB.Translations.self),
  Row("tv/adamayoung-tv-series-list-item-.*", TMDB.ListItem.self),
  Row("tv/(\\d+-(lost-body|append|all-appends).*|adamayoung-tv-series-blank-.*)", TMDB.Show.self),
  Row("tv/(tv_1396(__.*)?|tv_latest)\\.json", TMDB.Show.self),
]

/// The paths of the service's own document.
private let examples = [
  Row("/authentication", TMDB.Failure.self),
  Row("/(account|list|movie|tv)/.*(favorite|watchlist|rating|add_item|clear|remove_item)", TMDB.Failure.self),
  Row("/(account|guest_session)/\\{\\w+\\}/.*(movies|tv)", TMDB.Page.self),
  Row("/(account|guest_session|authentication|company|network|credit|review|list)/.*|/list", nil),
  Row("/certification/.*", TMDB.CertificationList.self),
  Row("/(movie|tv|person)/changes", TMDB.ChangedIDs.self),
  Row("/.*\\}/changes", TMDB.Changes.self),
  Row("/.*/translations", TMDB.Translations.self),
  Row("/.*/(images|tagged_images|account_states|lists|reviews|screened_theatrically)", nil),
  Row("/collection/\\{collection_id\\}", TMDB.Collection.self),
  Row("/configuration", TMDB.Configuration.self),
  Row("/configuration/.*|/keyword/\\{keyword_id\\}|/search/(collection|company)|/watch/providers/regions", nil),
  Row("/find/.*", TMDB.Found.self),
  Row("/genre/.*", TMDB.GenreList.self),
  Row("/(discover|trending)/.*|/search/(movie|tv|multi|person)|/keyword/.*/movies", TMDB.Page.self),
  Row("/search/keyword|/.*/keywords", TMDB.Keywords.self),
  Row("/(movie|tv)/(now_playing|popular|top_rated|upcoming|airing_today|on_the_air)", TMDB.Page.self),
  Row("/person/popular|/.*/(recommendations|similar)", TMDB.Page.self),
  Row("/person/.*_credits", TMDB.PersonCredits.self),
  Row("/.*/(aggregate_)?credits", TMDB.Credits.self),
  Row("/.*/external_ids", TMDB.ExternalIDs.self),
  Row("/.*/videos", TMDB.Videos.self),
  Row("/.*/alternative_titles", TMDB.AlternativeTitles.self),
  Row("/.*/release_dates", TMDB.ReleaseDates.self),
  Row("/.*/content_ratings", TMDB.ContentRatings.self),
  Row("/(movie|tv)/.*/watch/providers", TMDB.WatchProviders.self),
  Row("/watch/providers/(movie|tv)", TMDB.ProviderList.self),
  Row("/tv/\\{series_id\\}/episode_groups", TMDB.EpisodeGroups.self),
  Row("/tv/episode_group/.*", TMDB.EpisodeGroup.self),
  Row("/movie/(\\{movie_id\\}|latest)", TMDB.Movie.self),
  Row("/tv/(\\{series_id\\}|latest)", TMDB.Show.self),
  Row("/person/(\\{person_id\\}|latest)", TMDB.Person.self),
  Row("/tv/\\{series_id\\}/season/\\{season_number\\}", TMDB.Season.self),
  Row("/tv/.*/episode/\\{episode_number\\}", TMDB.Episode.self),
]

@Suite struct TMDBRecordingTests {
  /// How many elements a list of a body has, and how many at least have to be kept of them.
  private func expectNothingLost(_ answer: any TMDB.Answer, _ body: Any, _ path: String) throws {
    let object = try #require(body as? [String: Any])
    func count(_ key: String, _ limit: Int = 500) -> Int { min(limit, (object[key] as? [Any])?.count ?? 0) }
    switch answer {
    case let page as TMDB.Page: #expect(page.items.count == count("results"), "\(path)")
    case let list as TMDB.ProviderList: #expect(list.providers.count == count("results", 2_000), "\(path)")
    case let list as TMDB.GenreList: #expect(list.genres.count == count("genres"), "\(path)")
    case let videos as TMDB.Videos: #expect(videos.videos.count == count("results"), "\(path)")
    case let changed as TMDB.ChangedIDs: #expect(changed.ids.count == count("results"), "\(path)")
    case let changes as TMDB.Changes: #expect(changes.keys.count == count("changes"), "\(path)")
    case let ratings as TMDB.ContentRatings: #expect(ratings.ratings.count == count("results"), "\(path)")
    case let groups as TMDB.EpisodeGroups: #expect(groups.groups.count == count("results"), "\(path)")
    case let season as TMDB.Season: #expect(season.episodes.count == count("episodes", 2_000), "\(path)")
    case let collection as TMDB.Collection: #expect(collection.parts.count == count("parts"), "\(path)")
    case let keywords as TMDB.Keywords:
      #expect(keywords.keywords.count == count("keywords") + count("results"), "\(path)")
    case let titles as TMDB.AlternativeTitles:
      #expect(titles.titles.count == count("titles") + count("results"), "\(path)")
    case let translations as TMDB.Translations:
      #expect(translations.translations.count == count("translations"), "\(path)")
    case let providers as TMDB.WatchProviders:
      #expect(providers.countries.count == (object["results"] as? [String: Any])?.count, "\(path)")
    case let list as TMDB.CertificationList:
      #expect(list.countries.count == (object["certifications"] as? [String: Any])?.count, "\(path)")
    case let credits as TMDB.Credits:
      #expect(credits.cast.count == count("cast") && credits.crew.count >= count("crew"), "\(path)")
    case let credits as TMDB.PersonCredits:
      #expect(credits.credits.count == count("cast", 2_000) + count("crew", 2_000), "\(path)")
    case let show as TMDB.Show:
      #expect(show.name != nil && show.seasons.count == count("seasons"), "\(path)")
      #expect(show.networks.count == count("networks") && show.createdBy.count == count("created_by"), "\(path)")
      #expect(show.genres.count == count("genres"), "\(path)")
    case let movie as TMDB.Movie: #expect(movie.title != nil && movie.genres.count == count("genres"), "\(path)")
    case let group as TMDB.EpisodeGroup:
      #expect(group.groups.count == group.groupCount && group.type != nil, "\(path)")
      #expect(group.groups.map(\.episodes.count).reduce(0, +) == group.episodeCount, "\(path)")
    default: break
    }
  }

  /// Reads a body as the type of its path, or as every type where it has none.
  private func read(_ data: Data, _ parsed: Any, _ path: String, _ table: [Row]) throws -> Bool {
    let row = try #require(table.first { $0.matches(path) }, "\(path) has no type")
    guard let type = row.type else {
      for type in types { _ = type.init(TMDB.Value(parsed)) }
      return false
    }
    do {
      try expectNothingLost(type.decode(data), parsed, path)
    } catch let malformed as TMDB.Malformed {
      Issue.record("\(path): \(malformed)")
    }
    return true
  }

  @Test(.enabled(if: !Samples.paths.isEmpty)) func everyRecordingIsRead() throws {
    var typed = 0
    for path in Samples.paths {
      let (data, parsed) = try Samples.body(path)
      typed += try read(data, parsed, path, recordings) ? 1 : 0
    }
    print("TMDB: \(typed) of \(Samples.paths.count) recordings have a type and were read")
    #expect(typed > Samples.paths.count * 3 / 4)
    for row in recordings { #expect(Samples.paths.contains { row.matches($0) }, "\(row.pattern) matches nothing") }
  }

  @Test(.enabled(if: !Samples.paths.isEmpty)) func everyExampleOfTheDocumentIsRead() throws {
    let data = try Data(contentsOf: Samples.folder.appendingPathComponent(Samples.document))
    let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    var (all, typed) = (0, 0)
    for (path, operations) in try #require(document["paths"] as? [String: [String: Any]]) {
      let path = String(path.dropFirst("/3".count))
      for case let operation as [String: Any] in operations.values {
        for body in try bodies(operation) {
          all += 1
          // This one is an empty object, which is no answer.
          if path == "/movie/{movie_id}/recommendations" && body.count < 5 { continue }
          let parsed = try JSONSerialization.jsonObject(with: body)
          typed += try read(body, parsed, path, examples) ? 1 : 0
        }
      }
    }
    print("TMDB: \(typed) of \(all) examples have a type and were read")
    #expect(all == 153 && typed > 100)
  }

  private func bodies(_ operation: [String: Any]) throws -> [Data] {
    let responses = (operation["responses"] as? [String: [String: Any]]) ?? [:]
    return try responses.values.flatMap { response -> [Data] in
      let content = (response["content"] as? [String: [String: Any]]) ?? [:]
      let examples = content.values.compactMap { $0["examples"] as? [String: [String: Any]] }.flatMap { $0.values }
      return try examples.compactMap { example -> Data? in
        switch example["value"] {
        case let text as String: Data(text.utf8)
        case let value?: try JSONSerialization.data(withJSONObject: value)
        case nil: nil
        }
      }
    }
  }

  @Test(.enabled(if: !Samples.paths.isEmpty)) func whatTheyTellIsThere() throws {
    let show = try TMDB.Show.decode(Samples.body("tv/tv_1396.json").data)
    #expect(
      show.name == "Breaking Bad" && show.numberOfEpisodes == 62 && show.seasons.map(\.number) == [0, 1, 2, 3, 4, 5])
    #expect(show.lastEpisode?.type == "finale" && show.nextEpisode == nil && show.countries == ["US"])
    let old = try TMDB.Show.decode(Samples.body("tv/1396-all-appends-2013-body.json").data)
    #expect(old.seasons.count == 6 && old.seasons.allSatisfy { $0.id == nil } && old.externalIDs.tvdb == 81_189)
    #expect(old.providers["DE"]?.flatrate.first?.name == "Netflix" && !old.cast.isEmpty && !old.contentRatings.isEmpty)
    let whole = try TMDB.Show.decode(Samples.body("tv/76479-appends-1-body.json").data)
    #expect(whole.cast.first?.episodeCount == 24 && whole.crew.contains { $0.job == "Production Design" })
    let film = try TMDB.Movie.decode(
      Samples.body("movie/550-append-credits-release_dates-external_ids-keywords.json").data)
    #expect(film.imdbID == "tt0137523" && film.externalIDs.wikidata == "Q190050" && !film.keywords.isEmpty)
    #expect(film.releaseDates.contains { $0.country == "US" && $0.type == .theatrical && $0.certification == "R" })
    let blank = try TMDB.Movie.decode(Samples.body("movie/adamayoung-movie-blank-homepage-release-date.json").data)
    #expect(blank.homepage == nil && blank.releaseDate == nil && blank.title != nil)
    let person = try TMDB.Person.decode(Samples.body("person/person_62__append_to_response-combined_credits.json").data)
    #expect(person.imdbID == "nm0000246" && person.credits.count > 200)
    let parted = try TMDB.Person.decode(Samples.body("person/person_62__append_to_response-tv_credits.json").data)
    #expect(!parted.credits.isEmpty && parted.credits.allSatisfy { $0.title.kind == .show })
    #expect(try TMDB.Failure.decode(Samples.body("errors/429-status_code-25.json").data).code == 25)
    #expect(throws: TMDB.Malformed.self) { try TMDB.Movie.decode(Samples.body("errors/movie_999999999.json").data) }
  }
}
