extension TMDB {
  /// A season: `/tv/{id}/season/{number}`, and in brief within a show.
  public struct Season: Answer {
    public static let identifier = "season_number"

    /// The identifier, above zero; old answers have none.
    public var id: Int?
    /// The show's identifier, where the season stands alone.
    public var showID: Int?
    /// The number, 0 for the specials.
    public let number: Int
    /// The name.
    public var name: String?
    /// What it is about.
    public var overview: String?
    /// The day of the first episode, `YYYY-MM-DD`.
    public var airDate: String?
    /// How many episodes it has: as it is told, else as many as are here; nil where neither is.
    public var episodeCount: Int?
    /// The poster.
    public var posterPath: String?
    /// The mean of votes, 0 to 10.
    public var voteAverage: Double?
    /// The episodes, each number once, at most 2,000; none in brief.
    public var episodes: [Episode]

    public init?(_ value: Value) { self.init(value, number: nil) }

    /// Takes a season that may leave its number to its place.
    init?(_ value: Value, number place: Int?) {
      guard let number = value["season_number"].count ?? place else { return nil }
      self.number = number
      id = value["id"].id
      showID = value["show_id"].id
      name = value["name"].name
      overview = value["overview"].prose
      airDate = value["air_date"].date
      posterPath = value["poster_path"].imagePath
      voteAverage = value["vote_average"].vote
      episodes = value["episodes"].each(\.number, limit: Limit.longList) { Episode($0, season: number) }
      episodeCount = value["episode_count"].count ?? (value["episodes"].isList ? episodes.count : nil)
    }
  }

  /// An episode: `/tv/{id}/season/{number}/episode/{number}`, and within seasons, shows and groups.
  public struct Episode: Answer {
    public static let identifier = "season_number or episode_number"

    /// The identifier, above zero, which stays when numbers change; old answers have none.
    public var id: Int?
    /// The show's identifier.
    public var showID: Int?
    /// The season's number, 0 for the specials.
    public let season: Int
    /// The number in the season.
    public let number: Int
    /// The name.
    public var name: String?
    /// What it is about.
    public var overview: String?
    /// The day it is first shown, `YYYY-MM-DD`.
    public var airDate: String?
    /// Whole minutes; nil for 0.
    public var runtime: Int?
    /// What it is: `standard`, `finale`, `mid_season`.
    public var type: String?
    /// A picture of it.
    public var stillPath: String?
    /// The mean of votes, 0 to 10.
    public var voteAverage: Double?
    /// How many voted.
    public var voteCount: Int?

    public init?(_ value: Value) { self.init(value, season: nil) }

    /// Takes an episode that may leave its season to its place.
    init?(_ value: Value, season place: Int?) {
      guard let season = value["season_number"].count ?? place, let number = value["episode_number"].count else {
        return nil
      }
      self.season = season
      self.number = number
      id = value["id"].id
      showID = value["show_id"].id
      name = value["name"].name
      overview = value["overview"].prose
      airDate = value["air_date"].date
      runtime = value["runtime"].minutes
      type = value["episode_type"].name
      stillPath = value["still_path"].imagePath
      voteAverage = value["vote_average"].vote
      voteCount = value["vote_count"].count
    }
  }

  /// Another order of a show's episodes: `/tv/episode_group/{id}`, and in brief in `/tv/{id}/episode_groups`.
  public struct EpisodeGroup: Answer {
    public static let identifier = "id"

    /// The kinds of order, with the service's numbers.
    public enum Kind: Int, Sendable {
      case originalAirDate = 1
      case absolute = 2
      case dvd = 3
      case digital = 4
      case storyArc = 5
      case production = 6
      case television = 7
    }

    /// What takes the place of a season.
    public struct Group: Sendable, Equatable {
      /// The identifier.
      public let id: String?
      /// The name.
      public let name: String?
      /// Its place among the groups, from 0.
      public let order: Int?
      /// Its episodes in their order here, at most 2,000, with the numbers they have elsewhere.
      public let episodes: [Episode]

      init?(_ value: Value) {
        guard value.isObject else { return nil }
        id = value["id"].key
        name = value["name"].name
        order = value["order"].count
        let placed = value["episodes"].all(limit: Limit.longList) { one in
          Episode(one).map { (order: one["order"].count, episode: $0) }
        }
        episodes = inOrder(placed, \.order).map(\.episode)
      }
    }

    /// The identifier: letters and digits.
    public let id: String
    /// The name.
    public var name: String?
    /// What it is about.
    public var overview: String?
    /// What kind of order it is.
    public var type: Kind?
    /// How many groups it has.
    public var groupCount: Int?
    /// How many episodes it has.
    public var episodeCount: Int?
    /// The groups in their order; none in brief.
    public var groups: [Group]

    public init?(_ value: Value) {
      guard let id = value["id"].key else { return nil }
      self.id = id
      name = value["name"].name
      overview = value["description"].prose
      type = value["type"].int.flatMap { Kind(rawValue: $0) }
      groupCount = value["group_count"].count
      episodeCount = value["episode_count"].count
      groups = TMDB.inOrder(value["groups"].all { Group($0) }, \.order)
    }
  }

  /// The other orders of a show's episodes: `/tv/{id}/episode_groups`.
  public struct EpisodeGroups: Answer {
    public static let identifier = "results"

    /// The orders in brief.
    public var groups: [EpisodeGroup]

    public init?(_ value: Value) {
      guard value["results"].isList else { return nil }
      groups = value["results"].each(\.id) { EpisodeGroup($0) }
    }
  }

  /// The elements by their order, those without one last, and those alike as they were.
  private static func inOrder<Element>(_ elements: [Element], _ order: KeyPath<Element, Int?>) -> [Element] {
    elements.enumerated().sorted { one, other in
      (one.element[keyPath: order] ?? .max, one.offset) < (other.element[keyPath: order] ?? .max, other.offset)
    }.map(\.element)
  }
}
