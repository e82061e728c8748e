extension TMDB {
  /// A network that shows are made for.
  public struct Network: Sendable, Equatable {
    /// The identifier, above zero.
    public let id: Int
    /// The name.
    public let name: String
    /// The logo.
    public let logoPath: String?
    /// Its country, ISO 3166-1.
    public let country: String?

    init?(_ value: Value) {
      guard let id = value["id"].id, let name = value["name"].name else { return nil }
      self.id = id
      self.name = name
      logoPath = value["logo_path"].imagePath
      country = value["origin_country"].country
    }
  }

  /// A show: `/tv/{id}`, with the parts that were appended to it.
  public struct Show: Answer {
    public static let identifier = "id"

    /// The identifier, above zero.
    public let id: Int
    /// The name in the language that was asked for, else the original one.
    public var name: String?
    /// The name in the original language.
    public var originalName: String?
    /// The original language, ISO 639.
    public var originalLanguage: String?
    /// What it is about.
    public var overview: String?
    /// Its motto.
    public var tagline: String?
    /// The day of the first episode, `YYYY-MM-DD`.
    public var firstAirDate: String?
    /// The day of the last episode until now, `YYYY-MM-DD`.
    public var lastAirDate: String?
    /// Whether more of it is being made.
    public var isInProduction: Bool
    /// How far it is, such as `Returning Series` or `Ended`.
    public var status: String?
    /// What it is, such as `Scripted` or `Miniseries`.
    public var type: String?
    /// How many seasons there are, without the specials.
    public var numberOfSeasons: Int?
    /// How many episodes there are, without the specials.
    public var numberOfEpisodes: Int?
    /// How long episodes take, in whole minutes.
    public var episodeRunTime: [Int]
    /// Whether it is pornography.
    public var isAdult: Bool
    /// Whether it is softcore pornography.
    public var isSoftcore: Bool
    /// The service's measure of interest.
    public var popularity: Double?
    /// The mean of votes, 0 to 10.
    public var voteAverage: Double?
    /// How many voted.
    public var voteCount: Int?
    /// The genres.
    public var genres: [Genre]
    /// The countries that made it, ISO 3166-1, else those it comes from.
    public var countries: [String]
    /// The languages spoken in it, ISO 639.
    public var spokenLanguages: [String]
    /// The networks it is made for.
    public var networks: [Network]
    /// Who created it; the job is `Creator`.
    public var createdBy: [Credit]
    /// Its own page, http or https.
    public var homepage: String?
    /// The poster.
    public var posterPath: String?
    /// A picture of it.
    public var backdropPath: String?
    /// The seasons in brief, each number once, without their episodes.
    public var seasons: [Season]
    /// The next episode that is known.
    public var nextEpisode: Episode?
    /// The last episode that was shown.
    public var lastEpisode: Episode?

    /// The seasons with their episodes that were asked for as `season/1` and so on, by number.
    public var seasonDetails: [Season]
    /// Who plays, where asked for; over all episodes where the aggregate credits were.
    public var cast: [Credit]
    /// Who does what, where asked for; over all episodes where the aggregate credits were.
    public var crew: [Credit]
    /// The keywords, where asked for.
    public var keywords: [Keyword]
    /// The videos, where asked for.
    public var videos: [Video]
    /// What others call it, where asked for.
    public var externalIDs: ExternalIDs
    /// From what age on it may be seen, where asked for.
    public var contentRatings: [ContentRating]
    /// Where it can be watched, by the code of the country, where asked for.
    public var providers: [String: Availability]
    /// What else might be liked, where asked for.
    public var recommendations: [ListItem]
    /// What it is called elsewhere, where asked for.
    public var alternativeTitles: [AlternativeTitle]
    /// The translations, where asked for.
    public var translations: [Translation]
    /// Other orders of the episodes in brief, where asked for.
    public var episodeGroups: [EpisodeGroup]

    public init?(_ value: Value) {
      guard let id = value["id"].id else { return nil }
      self.id = id
      originalName = value["original_name"].name
      name = value["name"].name ?? originalName
      originalLanguage = value["original_language"].language
      overview = value["overview"].prose
      tagline = value["tagline"].name
      firstAirDate = value["first_air_date"].date
      lastAirDate = value["last_air_date"].date
      isInProduction = value["in_production"].isTrue
      status = value["status"].name
      type = value["type"].name
      numberOfSeasons = value["number_of_seasons"].count
      numberOfEpisodes = value["number_of_episodes"].count
      episodeRunTime = value["episode_run_time"].all { $0.minutes }
      isAdult = value["adult"].isTrue
      isSoftcore = value["softcore"].isTrue
      popularity = value["popularity"].popularity
      voteAverage = value["vote_average"].vote
      voteCount = value["vote_count"].count
      genres = value["genres"].each(\.id) { Genre($0) }
      countries = value.countries
      spokenLanguages = Self.spoken(value)
      networks = value["networks"].each(\.id) { Network($0) }
      createdBy = value["created_by"].each(\.personID) {
        Credit($0, character: nil, job: "Creator", episodeCount: nil)
      }
      homepage = value["homepage"].address
      posterPath = value["poster_path"].imagePath
      backdropPath = value["backdrop_path"].imagePath
      seasons = value["seasons"].each(\.number) { Season($0) }
      nextEpisode = Episode(value["next_episode_to_air"])
      lastEpisode = Episode(value["last_episode_to_air"])

      seasonDetails = Self.details(value)
      (cast, crew) = Credits.appended(value)
      keywords = Keywords(value["keywords"])?.keywords ?? []
      videos = Videos(value["videos"])?.videos ?? []
      externalIDs = ExternalIDs(part: value["external_ids"])
      contentRatings = ContentRatings(value["content_ratings"])?.ratings ?? []
      providers = WatchProviders(value["watch/providers"])?.countries ?? [:]
      recommendations = Page(value["recommendations"], kind: .show)?.items ?? []
      alternativeTitles = AlternativeTitles(value["alternative_titles"])?.titles ?? []
      translations = Translations(value["translations"])?.translations ?? []
      episodeGroups = EpisodeGroups(value["episode_groups"])?.groups ?? []
    }

    private static func spoken(_ value: Value) -> [String] {
      let spoken = value["spoken_languages"].each(\.self) { $0["iso_639_1"].language }
      return spoken.isEmpty ? value["languages"].each(\.self) { $0.language } : spoken
    }

    private static func details(_ value: Value) -> [Season] {
      var details: [Int: Season] = [:]
      for (key, part) in value.members where key.hasPrefix("season/") && details.count < Limit.list {
        guard let number = Value(String(key.dropFirst("season/".count))).count else { continue }
        // A refusal could stand here too: a body without episodes has to tell its number itself.
        if let season = Season(part, number: part["episodes"].isList ? number : nil) { details[season.number] = season }
      }
      return details.values.sorted { $0.number < $1.number }
    }
  }
}
