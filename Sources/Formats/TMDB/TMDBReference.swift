extension TMDB {
  /// Where images are and in which sizes: `/configuration`.
  public struct Configuration: Answer {
    public static let identifier = "images"

    /// What an image's address begins with, https; a size and a path follow.
    public var secureBaseURL: String?
    /// The sizes of posters, such as `w342` and `original`.
    public var posterSizes: [String]
    /// The sizes of backdrops.
    public var backdropSizes: [String]
    /// The sizes of episodes' stills.
    public var stillSizes: [String]
    /// The sizes of people's pictures.
    public var profileSizes: [String]
    /// The sizes of logos.
    public var logoSizes: [String]

    public init?(_ value: Value) {
      let images = value["images"]
      guard images.isObject else { return nil }
      secureBaseURL = images["secure_base_url"].address.flatMap { $0.hasPrefix("https://") ? $0 : nil }
      posterSizes = images["poster_sizes"].each(\.self, Self.size)
      backdropSizes = images["backdrop_sizes"].each(\.self, Self.size)
      stillSizes = images["still_sizes"].each(\.self, Self.size)
      profileSizes = images["profile_sizes"].each(\.self, Self.size)
      logoSizes = images["logo_sizes"].each(\.self, Self.size)
    }

    private static func size(_ value: Value) -> String? { value.name == "original" ? "original" : value.code("w", "h") }
  }

  /// The certifications of films or of shows, by country: `/certification/movie/list`, `/certification/tv/list`.
  public struct CertificationList: Answer {
    public static let identifier = "certifications"

    /// A certification.
    public struct Certification: Sendable, Equatable {
      /// What it is called.
      public let name: String
      /// What it means, in English.
      public let meaning: String?
      /// Where it stands among the country's others: the higher, the stricter.
      public let order: Int?

      init?(_ value: Value) {
        guard let name = value["certification"].name else { return nil }
        self.name = name
        meaning = value["meaning"].prose
        order = value["order"].count
      }
    }

    /// By the code of the country, ISO 3166-1, of which some have a part: `CA-QC`.
    public var countries: [String: [Certification]]

    public init?(_ value: Value) {
      guard value["certifications"].isObject else { return nil }
      countries = value["certifications"].byCountry { list in list.isList ? list.all { Certification($0) } : nil }
    }
  }

  /// What changed of late: `/movie/changes`, `/tv/changes`, `/person/changes`.
  public struct ChangedIDs: Answer {
    public static let identifier = "results"

    /// The identifiers, each once.
    public var ids: [Int]
    /// The number of this page, from 1.
    public var page: Int?
    /// How many pages there are.
    public var totalPages: Int?

    public init?(_ value: Value) {
      guard value["results"].isList else { return nil }
      ids = value["results"].each(\.self) { $0["id"].id }
      page = value["page"].count
      totalPages = value["total_pages"].count
    }
  }

  /// What changed of one thing: `/movie/{id}/changes` and its like for shows, seasons, episodes and people.
  public struct Changes: Answer {
    public static let identifier = "changes"

    /// The keys that changed, such as `overview` or `images`, each once.
    public var keys: [String]

    public init?(_ value: Value) {
      guard value["changes"].isList else { return nil }
      keys = value["changes"].each(\.self) { $0["key"].name }
    }
  }

  /// Why the service refused.
  public struct Failure: Answer {
    public static let identifier = "status_code"

    /// The service's own code, such as 7 for a bad key, 25 for too many requests, 34 for nothing there.
    public let code: Int
    /// The same in English.
    public let message: String?

    public init?(_ value: Value) {
      guard let code = value["status_code"].id else { return nil }
      self.code = code
      message = value["status_message"].name
    }
  }
}
