extension TMDB {
  /// A service where titles can be watched.
  public struct Provider: Sendable, Equatable {
    /// The identifier, above zero.
    public let id: Int
    /// The name.
    public let name: String
    /// The logo.
    public let logoPath: String?
    /// Where it stands among others: the lower, the earlier.
    public let priority: Int?

    init?(_ value: Value) {
      guard let id = value["provider_id"].id, let name = value["provider_name"].name else { return nil }
      self.id = id
      self.name = name
      logoPath = value["logo_path"].imagePath
      priority = value["display_priority"].count
    }
  }

  /// Where a title can be watched in a country; the data is JustWatch's, who is to be named beside it.
  public struct Availability: Sendable, Equatable {
    /// The service's page that leads on, http or https.
    public let link: String?
    /// By subscription.
    public let flatrate: [Provider]
    /// For nothing.
    public let free: [Provider]
    /// With advertisements.
    public let ads: [Provider]
    /// To rent.
    public let rent: [Provider]
    /// To buy.
    public let buy: [Provider]

    init?(_ value: Value) {
      guard value.isObject else { return nil }
      link = value["link"].address
      flatrate = value["flatrate"].each(\.id) { Provider($0) }
      free = value["free"].each(\.id) { Provider($0) }
      ads = value["ads"].each(\.id) { Provider($0) }
      rent = value["rent"].each(\.id) { Provider($0) }
      buy = value["buy"].each(\.id) { Provider($0) }
    }
  }

  /// Where a title or a season can be watched: `…/watch/providers`.
  public struct WatchProviders: Answer {
    public static let identifier = "results"

    /// By the code of the country, ISO 3166-1.
    public var countries: [String: Availability]

    public init?(_ value: Value) {
      // Some writers of JSON make a list of an object without members.
      guard value["results"].isObject || value["results"].isList else { return nil }
      countries = value["results"].byCountry { Availability($0) }
    }
  }

  /// All services for films or for shows: `/watch/providers/movie`, `/watch/providers/tv`.
  public struct ProviderList: Answer {
    public static let identifier = "results"

    /// The services, at most 2,000.
    public var providers: [Provider]

    public init?(_ value: Value) {
      guard value["results"].isList else { return nil }
      providers = value["results"].each(\.id, limit: Limit.longList) { Provider($0) }
    }
  }
}
