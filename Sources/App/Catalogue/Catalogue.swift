/// What a title is.
public enum TitleKind: String, Sendable, CaseIterable {
  case movie, show
}

/// A film or a show as the catalogue knows it.
public struct Title: Sendable {
  public let id: Int
  public let kind: TitleKind
  public let name: String
  public let originalName: String?
  public let year: Int?
  public let released: Day?
  public let runtime: Int?
  public let overview: String
  public let countries: String
  public let languages: String
  public let hasEnded: Bool
  public let imdbID: String?
  public let tmdbID: Int?
  public let source: String
  public let ownerID: Int?
}

/// An episode as the catalogue knows it.
public struct Episode: Sendable {
  public let id: Int
  public let season: Int
  public let number: Int
  public let name: String
  /// The day it is known to have aired.
  public let aired: Day?
  /// The day from which it counts as aired (MODEL section 4); nil when it has not and nobody knows when it will.
  public let airDay: String?

  /// Whether it has aired by a day.
  func hasAired(by today: Day) -> Bool { airDay.map { $0 <= today.description } ?? false }
}

/// Who made a title and who plays in it.
public struct Credit: Sendable {
  public let job: String
  public let person: String
  /// The person's number.
  public let id: Int
  /// Whom they play.
  var part = ""
  /// TMDB's path of a picture.
  var picture: String?
}

/// A new title, from the starter catalogue or a person's own.
struct NewTitle: Sendable {
  var kind: TitleKind
  var name: String
  var originalName: String?
  var otherNames: [String] = []
  var year: Int?
  var released: Day?
  var runtime: Int?
  var overview = ""
  var countries = ""
  var languages = ""
  var hasEnded = false
  var weight = 0
  var imdbID: String?
  var tmdbID: Int?
  var genres: [String] = []
  var makers: [String] = []
  var cast: [String] = []
  var seasons: [NewSeason] = []
}

/// A season of a new show.
struct NewSeason: Sendable {
  var number: Int
  var episodes: Int
  var year: Int?
  /// What is known of its episodes, by their number.
  var known: [Int: (aired: Day?, name: String)] = [:]
}

/// The rule of which episodes have aired (MODEL section 4).
enum Airing {
  /// Stands for a day that is past, though nobody knows which.
  static let longAgo = "0001-01-01"

  /// The effective air day of each episode, in the order of `episodes`.
  ///
  /// The known day; else long ago when a later episode has aired, the show has ended, or its season's year is past;
  /// else nil.
  static func effective(
    _ episodes: [(season: Int, number: Int, aired: Day?)], seasonYears: [Int: Int], hasEnded: Bool, today: Day
  ) -> [String?] {
    let order = episodes.indices.sorted {
      (episodes[$0].season, episodes[$0].number) < (episodes[$1].season, episodes[$1].number)
    }
    var days = [String?](repeating: nil, count: episodes.count)
    var laterHasAired = false
    for index in order.reversed() {
      let episode = episodes[index]
      // A special says nothing of the episodes before it, nor they of it.
      if let aired = episode.aired {
        days[index] = aired.description
        if aired <= today, episode.season > 0 { laterHasAired = true }
        continue
      }
      let isPast = (seasonYears[episode.season] ?? 9999) < today.parts.year
      if hasEnded || isPast || (laterHasAired && episode.season > 0) {
        days[index] = longAgo
        if episode.season > 0 { laterHasAired = true }
      }
    }
    return days
  }
}
