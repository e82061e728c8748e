extension TMDB {
  /// A genre.
  public struct Genre: Sendable, Equatable {
    /// The identifier, above zero; films and shows share it.
    public let id: Int
    /// The name, in the language that was asked for.
    public let name: String

    init?(_ value: Value) {
      guard let id = value["id"].id, let name = value["name"].name else { return nil }
      self.id = id
      self.name = name
    }
  }

  /// All genres of films or of shows: `/genre/movie/list`, `/genre/tv/list`.
  public struct GenreList: Answer {
    public static let identifier = "genres"

    /// The genres.
    public var genres: [Genre]

    public init?(_ value: Value) {
      guard value["genres"].isList else { return nil }
      genres = value["genres"].each(\.id) { Genre($0) }
    }
  }

  /// A keyword.
  public struct Keyword: Sendable, Equatable {
    /// The identifier, above zero.
    public let id: Int
    /// The keyword, in English.
    public let name: String

    init?(_ value: Value) {
      guard let id = value["id"].id, let name = value["name"].name else { return nil }
      self.id = id
      self.name = name
    }
  }

  /// The keywords of a title, `…/keywords`, or those that were found, `/search/keyword`.
  public struct Keywords: Answer {
    public static let identifier = "keywords"

    /// The keywords.
    public var keywords: [Keyword]

    public init?(_ value: Value) {
      // Films have them under one key, shows and searches under another.
      let list = value["keywords"].isList ? value["keywords"] : value["results"]
      guard list.isList else { return nil }
      keywords = list.each(\.id) { Keyword($0) }
    }
  }

  /// A video at another service.
  public struct Video: Sendable, Equatable {
    /// The service, such as `YouTube`.
    public let site: String
    /// Its key there: at most 64 letters, digits, `_` and `-`.
    public let key: String
    /// Its name.
    public let name: String?
    /// What it is, such as `Trailer`.
    public let type: String?
    /// Its language, ISO 639.
    public let language: String?
    /// Whether the maker of the title put it there.
    public let isOfficial: Bool
    /// When it was put there, as the service writes it: a day, mostly with a time in UTC.
    public let publishedAt: String?

    init?(_ value: Value) {
      guard let site = value["site"].name, let key = value["key"].key else { return nil }
      self.site = site
      self.key = key
      name = value["name"].name
      type = value["type"].name
      language = value["iso_639_1"].language
      isOfficial = value["official"].isTrue
      publishedAt = value["published_at"].moment
    }
  }

  /// The videos of a title, a season or an episode: `…/videos`.
  public struct Videos: Answer {
    public static let identifier = "results"

    /// The videos.
    public var videos: [Video]

    public init?(_ value: Value) {
      guard value["results"].isList else { return nil }
      videos = value["results"].all { Video($0) }
    }
  }

  /// What others call it: `…/external_ids`.
  public struct ExternalIDs: Answer {
    public static let identifier = "id"

    /// At IMDb, `tt0133093` or a person's `nm0000206`.
    public var imdb: String?
    /// At TheTVDB, above zero.
    public var tvdb: Int?
    /// At Wikidata, `Q83495`.
    public var wikidata: String?

    public init?(_ value: Value) {
      guard value["id"].id != nil else { return nil }
      self.init(part: value)
    }

    /// As a part of another answer, where it has no identifier of its own.
    init(part value: Value) {
      imdb = value["imdb_id"].code("tt", "nm")
      tvdb = value["tvdb_id"].id
      wikidata = value["wikidata_id"].code("Q")
    }
  }

  /// When and how a film came out in a country.
  public struct ReleaseDate: Sendable, Equatable {
    /// The ways to come out, with the service's numbers.
    public enum Kind: Int, Sendable {
      case premiere = 1
      case limited = 2
      case theatrical = 3
      case digital = 4
      case physical = 5
      case television = 6
    }

    /// The country, ISO 3166-1.
    public let country: String
    /// From what age on it may be seen there, in that country's own words.
    public let certification: String?
    /// How it came out.
    public let type: Kind?
    /// The day, `YYYY-MM-DD`.
    public let date: String?
  }

  /// When a film came out: `/movie/{id}/release_dates`.
  public struct ReleaseDates: Answer {
    public static let identifier = "results"

    /// All dates, country by country, at most 500.
    public var dates: [ReleaseDate]

    public init?(_ value: Value) {
      guard value["results"].isList else { return nil }
      let all = value["results"].all { place -> [ReleaseDate]? in
        guard let country = place["iso_3166_1"].country else { return nil }
        return place["release_dates"].all { release in
          let date = release["release_date"].date
          let certification = release["certification"].name
          if date == nil && certification == nil { return nil }
          let type = release["type"].int.flatMap { ReleaseDate.Kind(rawValue: $0) }
          return ReleaseDate(country: country, certification: certification, type: type, date: date)
        }
      }
      dates = Array(all.joined().prefix(Limit.list))
    }
  }

  /// From what age on a show may be seen in a country.
  public struct ContentRating: Sendable, Equatable {
    /// The country, ISO 3166-1.
    public let country: String
    /// The rating, in that country's own words.
    public let rating: String

    init?(_ value: Value) {
      guard let country = value["iso_3166_1"].country, let rating = value["rating"].name else { return nil }
      self.country = country
      self.rating = rating
    }
  }

  /// From what age on a show may be seen: `/tv/{id}/content_ratings`.
  public struct ContentRatings: Answer {
    public static let identifier = "results"

    /// The ratings.
    public var ratings: [ContentRating]

    public init?(_ value: Value) {
      guard value["results"].isList else { return nil }
      ratings = value["results"].all { ContentRating($0) }
    }
  }

  /// What a title is called in a country.
  public struct AlternativeTitle: Sendable, Equatable {
    /// The country, ISO 3166-1.
    public let country: String?
    /// The title.
    public let title: String

    init?(_ value: Value) {
      guard let title = value["title"].name else { return nil }
      self.title = title
      country = value["iso_3166_1"].country
    }
  }

  /// What a title is called elsewhere: `…/alternative_titles`.
  public struct AlternativeTitles: Answer {
    public static let identifier = "titles"

    /// The titles.
    public var titles: [AlternativeTitle]

    public init?(_ value: Value) {
      let list = value["titles"].isList ? value["titles"] : value["results"]
      guard list.isList else { return nil }
      titles = list.all { AlternativeTitle($0) }
    }
  }

  /// A title, a season, an episode, a collection or a person in another language.
  public struct Translation: Sendable, Equatable {
    /// The language, ISO 639.
    public let language: String
    /// The country whose way of the language it is, ISO 3166-1.
    public let country: String?
    /// The title or the name; nil where it is as in the original.
    public let name: String?
    /// What it is about; of a person, the life in words.
    public let overview: String?

    init?(_ value: Value) {
      guard let language = value["iso_639_1"].language else { return nil }
      self.language = language
      country = value["iso_3166_1"].country
      // What stands beside the language is the language's own name.
      let data = value["data"]
      name = data["title"].name ?? data["name"].name
      overview = data["overview"].prose ?? data["biography"].prose
    }
  }

  /// All translations: `…/translations`.
  public struct Translations: Answer {
    public static let identifier = "translations"

    /// The translations.
    public var translations: [Translation]

    public init?(_ value: Value) {
      guard value["translations"].isList else { return nil }
      translations = value["translations"].all { Translation($0) }
    }
  }
}
