extension TMDB {
  /// A film: `/movie/{id}`, with the parts that were appended to it.
  public struct Movie: Answer {
    public static let identifier = "id"

    /// The identifier, above zero.
    public let id: Int
    /// The title in the language that was asked for, else the original one.
    public var title: String?
    /// The title in the original language.
    public var originalTitle: String?
    /// The original language, ISO 639.
    public var originalLanguage: String?
    /// What it is about.
    public var overview: String?
    /// Its motto.
    public var tagline: String?
    /// The day of the first release, `YYYY-MM-DD`.
    public var releaseDate: String?
    /// Whole minutes; nil for 0.
    public var runtime: Int?
    /// How far it is, such as `Released`.
    public var status: String?
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
    /// Its own page, http or https.
    public var homepage: String?
    /// The poster.
    public var posterPath: String?
    /// A picture of it.
    public var backdropPath: String?
    /// The identifier at IMDb, `tt0133093`.
    public var imdbID: String?
    /// The films it belongs with, without their list.
    public var collection: Collection?

    /// Who plays, where asked for.
    public var cast: [Credit]
    /// Who does what, where asked for.
    public var crew: [Credit]
    /// The keywords, where asked for.
    public var keywords: [Keyword]
    /// The videos, where asked for.
    public var videos: [Video]
    /// What others call it, where asked for.
    public var externalIDs: ExternalIDs
    /// When it came out where, where asked for.
    public var releaseDates: [ReleaseDate]
    /// Where it can be watched, by the code of the country, where asked for.
    public var providers: [String: Availability]
    /// What else might be liked, where asked for.
    public var recommendations: [ListItem]
    /// What it is called elsewhere, where asked for.
    public var alternativeTitles: [AlternativeTitle]
    /// The translations, where asked for.
    public var translations: [Translation]

    public init?(_ value: Value) {
      guard let id = value["id"].id else { return nil }
      self.id = id
      originalTitle = value["original_title"].name
      title = value["title"].name ?? originalTitle
      originalLanguage = value["original_language"].language
      overview = value["overview"].prose
      tagline = value["tagline"].name
      releaseDate = value["release_date"].date
      runtime = value["runtime"].minutes
      status = value["status"].name
      isAdult = value["adult"].isTrue
      isSoftcore = value["softcore"].isTrue
      popularity = value["popularity"].popularity
      voteAverage = value["vote_average"].vote
      voteCount = value["vote_count"].count
      genres = value["genres"].each(\.id) { Genre($0) }
      countries = value.countries
      spokenLanguages = value["spoken_languages"].each(\.self) { $0["iso_639_1"].language }
      homepage = value["homepage"].address
      posterPath = value["poster_path"].imagePath
      backdropPath = value["backdrop_path"].imagePath
      imdbID = value["imdb_id"].code("tt") ?? value["external_ids"]["imdb_id"].code("tt")
      collection = Collection(value["belongs_to_collection"])

      let credits = Credits(value["credits"])
      cast = credits?.cast ?? []
      crew = credits?.crew ?? []
      keywords = Keywords(value["keywords"])?.keywords ?? []
      videos = Videos(value["videos"])?.videos ?? []
      externalIDs = ExternalIDs(part: value["external_ids"])
      releaseDates = ReleaseDates(value["release_dates"])?.dates ?? []
      providers = WatchProviders(value["watch/providers"])?.countries ?? [:]
      recommendations = Page(value["recommendations"], kind: .movie)?.items ?? []
      alternativeTitles = AlternativeTitles(value["alternative_titles"])?.titles ?? []
      translations = Translations(value["translations"])?.translations ?? []
    }
  }
}

extension TMDB.Value {
  /// The countries that made a title, else those it comes from.
  var countries: [String] {
    let made = self["production_countries"].each(\.self) { $0["iso_3166_1"].country }
    return made.isEmpty ? self["origin_country"].each(\.self) { $0.country } : made
  }
}
