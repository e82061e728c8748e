/// What a source of facts knows of a title: everything that is stored of it.
struct Facts: Sendable {
  /// The title as it stands in a list.
  var card: Card
  var imdbID: String?
  var tvdbID: Int?
  var tagline = ""
  var runtime: Int?
  var countries: [String] = []
  var languages: [String] = []
  var hasEnded = false
  var otherNames: [String] = []
  var makers: [Role] = []
  var cast: [Role] = []
  var keywords: [String] = []
  var translations: [Translation] = []
  var videos: [Video] = []
  /// Country and certificate.
  var certificates: [(country: String, text: String)] = []
  var offers: [Offer] = []
  /// What people who like it like, the likeliest first.
  var related: [Card] = []
  var collection: Collection?
  /// What is known of its seasons; those that are missing are left as they are.
  var seasons: [Season] = []
  /// The number of every season there is; nil where that is not known.
  var seasonNumbers: [Int]?

  /// Other orders of its episodes, in brief; nil where that was not asked.
  var orders: [Order]?

  /// Another order of episodes.
  struct Order: Sendable {
    var tmdbID: String
    var name: String
    var episodes: Int
  }

  /// A title in a list: enough to show it and to ask for the rest.
  struct Card: Sendable {
    var kind: TitleKind
    var tmdbID: Int
    var name: String
    var originalName: String?
    var year: Int?
    var released: Day?
    var overview = ""
    var genres: [String] = []
    var poster: String?
    var backdrop: String?
    /// Votes at TMDB.
    var votes = 0
    /// The mean of them, 0 to 100.
    var score: Int?
    var isAdult = false
  }

  /// Somebody's part in it.
  struct Role: Sendable {
    var tmdbID: Int
    var name: String
    var part = ""
    var picture: String?
  }

  struct Translation: Sendable {
    var language: String
    var name: String
    var overview: String
  }

  struct Video: Sendable {
    var site: String
    var key: String
    var name: String
    var kind: String
    var language: String
  }

  /// Where it can be seen in a country.
  struct Offer: Sendable {
    enum Kind: String, Sendable, CaseIterable {
      case stream, free, ads, rent, buy
    }

    var country: String
    var kind: Kind
    var provider: Provider
  }

  /// A service that shows films.
  struct Provider: Sendable, Hashable {
    var id: Int
    var name: String
    var logo: String?
    var place: Int
  }

  /// Films that belong together.
  struct Collection: Sendable {
    var tmdbID: Int
    var name: String
    var overview = ""
    var poster: String?
    var backdrop: String?
  }

  struct Season: Sendable {
    var number: Int
    var name = ""
    var overview = ""
    var year: Int?
    var poster: String?
    /// Nil when only its head is known.
    var episodes: [Episode]?
  }

  struct Episode: Sendable {
    var tmdbID: Int?
    var number: Int
    var name = ""
    var overview = ""
    var aired: Day?
    var runtime: Int?
    /// `finale`, `mid_season`, or nothing.
    var part = ""
    var still: String?
  }
}
