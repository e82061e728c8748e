extension TMDB {
  /// A film, a show or a person as lists have it.
  public struct ListItem: Answer {
    public static let identifier = "id or kind"

    /// What it is.
    public enum Kind: Sendable, Equatable {
      case movie
      case show
      case person
    }

    /// What it is: as the service says it, else as its fields tell.
    public let kind: Kind
    /// The identifier among its kind, above zero.
    public let id: Int
    /// The title or the name, in the language that was asked for, else the original one.
    public var name: String?
    /// The title or the name in the original language.
    public var originalName: String?
    /// The day of the first release or of the first episode, `YYYY-MM-DD`.
    public var date: String?
    /// What it is about.
    public var overview: String?
    /// The poster.
    public var posterPath: String?
    /// A picture of it.
    public var backdropPath: String?
    /// The genres' identifiers.
    public var genreIDs: [Int]
    /// The service's measure of interest.
    public var popularity: Double?
    /// The mean of votes, 0 to 10.
    public var voteAverage: Double?
    /// How many voted.
    public var voteCount: Int?
    /// Whether it is pornography.
    public var isAdult: Bool
    /// Whether it is softcore pornography.
    public var isSoftcore: Bool
    /// The original language, ISO 639.
    public var language: String?
    /// The countries it comes from, ISO 3166-1.
    public var countries: [String]
    /// A picture of a person.
    public var profilePath: String?
    /// Films and shows that a person is known for.
    public var knownFor: [ListItem]

    public init?(_ value: Value) { self.init(value, kind: nil) }

    /// Takes an item of a list whose items are of one kind, unless they say another.
    init?(_ value: Value, kind: Kind?, isNested: Bool = false) {
      guard let id = value["id"].id, let kind = Self.kind(value, kind) else { return nil }
      if isNested && kind == .person { return nil }
      self.kind = kind
      self.id = id
      let isMovie = kind == .movie
      originalName = isMovie ? value["original_title"].name : value["original_name"].name
      name = (isMovie ? value["title"].name : value["name"].name) ?? originalName
      date = isMovie ? value["release_date"].date : value["first_air_date"].date
      overview = value["overview"].prose
      posterPath = value["poster_path"].imagePath
      backdropPath = value["backdrop_path"].imagePath
      genreIDs = value["genre_ids"].each(\.self) { $0.id }
      popularity = value["popularity"].popularity
      voteAverage = value["vote_average"].vote
      voteCount = value["vote_count"].count
      isAdult = value["adult"].isTrue
      isSoftcore = value["softcore"].isTrue
      language = value["original_language"].language
      countries = value["origin_country"].each(\.self) { $0.country }
      profilePath = value["profile_path"].imagePath
      // People are not known for people, so this goes no deeper.
      knownFor = kind == .person ? value["known_for"].all { ListItem($0, kind: nil, isNested: true) } : []
    }

    private static func kind(_ value: Value, _ kind: Kind?) -> Kind? {
      switch value["media_type"].name {
      case "movie": return .movie
      case "tv": return .show
      case "person": return .person
      case .some: return nil
      case nil: if let kind { return kind }
      }
      // Collections, companies and keywords have a name too, collections an original one.
      let has = { (keys: [String]) in keys.contains { value[$0].exists } }
      if has(["title", "original_title", "release_date"]) { return .movie }
      if has(["known_for", "known_for_department", "profile_path", "gender"]) { return .person }
      if has(["first_air_date", "genre_ids"]) || has(["original_name"]) && has(["origin_country"]) { return .show }
      return nil
    }
  }

  /// A page of a list: search, discover, trending, popular, recommendations and the like.
  public struct Page: Answer {
    public static let identifier = "results"

    /// The number of this page, from 1.
    public var page: Int?
    /// How many pages there are; the service gives out no more than 500.
    public var totalPages: Int?
    /// How many items all pages have.
    public var totalResults: Int?
    /// The films, the shows and the people of this page; what is of another kind is left out.
    public var items: [ListItem]

    public init?(_ value: Value) { self.init(value, kind: nil) }

    init?(_ value: Value, kind: ListItem.Kind?) {
      guard value["results"].isList else { return nil }
      page = value["page"].count
      totalPages = value["total_pages"].count
      totalResults = value["total_results"].count
      items = value["results"].all { ListItem($0, kind: kind) }
    }
  }

  /// What an identifier of another service stands for: `/find/{external_id}`.
  public struct Found: Answer {
    public static let identifier = "results"

    /// Films.
    public var movies: [ListItem]
    /// Shows.
    public var shows: [ListItem]
    /// People.
    public var people: [ListItem]
    /// Seasons, with the identifier of their show.
    public var seasons: [Season]
    /// Episodes, with the identifier of their show.
    public var episodes: [Episode]

    public init?(_ value: Value) {
      let kinds = ["movie", "tv", "person", "tv_season", "tv_episode"]
      guard kinds.contains(where: { value["\($0)_results"].isList }) else { return nil }
      movies = value["movie_results"].all { ListItem($0, kind: .movie) }
      shows = value["tv_results"].all { ListItem($0, kind: .show) }
      people = value["person_results"].all { ListItem($0, kind: .person) }
      seasons = value["tv_season_results"].all { Season($0) }
      episodes = value["tv_episode_results"].all { Episode($0) }
    }
  }

  /// Films that belong together: `/collection/{id}`, and in brief within a film.
  public struct Collection: Answer {
    public static let identifier = "id"

    /// The identifier, above zero.
    public let id: Int
    /// The name.
    public var name: String?
    /// What it is about.
    public var overview: String?
    /// The poster.
    public var posterPath: String?
    /// A picture of it.
    public var backdropPath: String?
    /// Its films; none where a film names it.
    public var parts: [ListItem]

    public init?(_ value: Value) {
      guard let id = value["id"].id else { return nil }
      self.id = id
      name = value["name"].name ?? value["original_name"].name
      overview = value["overview"].prose
      posterPath = value["poster_path"].imagePath
      backdropPath = value["backdrop_path"].imagePath
      parts = value["parts"].all { ListItem($0, kind: .movie) }
    }
  }
}
