/// A season and the number of an episode in it.
struct EpisodePlace: Hashable, Comparable, Sendable {
  let season: Int
  let number: Int

  static func < (left: EpisodePlace, right: EpisodePlace) -> Bool {
    (left.season, left.number) < (right.season, right.number)
  }
}

/// A title of a person's own with everything that is known of it, so that it can be made again elsewhere.
///
/// Equal ones are the same title: an import that was undone leaves its titles, and the next one takes them up again.
struct OwnTitle: Hashable, Sendable {
  /// A season of it.
  struct Season: Hashable, Sendable {
    var number: Int
    var name = ""
    var year: Int?
    /// In the order of their numbers.
    var episodes: [Episode] = []
  }

  /// An episode of it.
  struct Episode: Hashable, Sendable {
    var number: Int
    var name = ""
    /// The day it is known to have aired.
    var aired: Day?
    var runtime: Int?

    /// Whether only its number is known.
    var isBare: Bool { name.isEmpty && aired == nil && runtime == nil }
  }

  var kind: TitleKind
  var name: String
  var year: Int?
  /// What the title it stands for is called at IMDb and TMDB.
  var imdb: String?
  var tmdb: Int?
  var originalName: String?
  var released: Day?
  var runtime: Int?
  var overview = ""
  var countries = ""
  var languages = ""
  var hasEnded = false
  var genres: [String] = []
  /// In the order of their numbers.
  var seasons: [Season] = []

  /// How many episodes it has.
  var episodeCount: Int { seasons.reduce(0) { $0 + $1.episodes.count } }

  /// Adds the episodes that it lacks; of each only the number is known.
  mutating func add(_ places: some Sequence<EpisodePlace>) {
    let known = Set(
      seasons.flatMap { season in season.episodes.map { EpisodePlace(season: season.number, number: $0.number) } })
    let missing = Dictionary(grouping: Set(places).subtracting(known), by: \.season)
    var byNumber = Dictionary(seasons.map { ($0.number, $0) }) { first, _ in first }
    for (number, places) in missing {
      var season = byNumber[number] ?? Season(number: number)
      season.episodes += places.map { Episode(number: $0.number) }
      season.episodes.sort { $0.number < $1.number }
      byNumber[number] = season
    }
    seasons = byNumber.values.sorted { $0.number < $1.number }
  }

  /// Writes what a record says about it beside its kind, name, year and ids.
  func write(to object: inout JSONObject) {
    object.add("own", true)
    object.add("original", originalName)
    object.add("released", released?.description)
    object.add("runtime", runtime)
    if !overview.isEmpty { object.add("overview", overview) }
    if !countries.isEmpty { object.add("countries", countries) }
    if !languages.isEmpty { object.add("languages", languages) }
    if hasEnded { object.add("ended", true) }
    if !genres.isEmpty { object.add("genres", genres.map(JSONText.quoted)) }
    if !seasons.isEmpty { object.add("seasons", seasons.map(\.text)) }
  }
}

extension OwnTitle.Season {
  /// As a record holds it: the number of episodes alone where that says all.
  fileprivate var text: String {
    var object = JSONObject()
    object.add("season", number)
    if !name.isEmpty { object.add("name", name) }
    object.add("year", year)
    let isPlain = episodes.enumerated().allSatisfy { $0.element.isBare && $0.element.number == $0.offset + 1 }
    if isPlain {
      object.add("episodes", episodes.count)
    } else {
      object.add("episodes", episodes.map(\.text))
    }
    return object.text
  }
}

extension OwnTitle.Episode {
  fileprivate var text: String {
    var object = JSONObject()
    object.add("episode", number)
    if !name.isEmpty { object.add("name", name) }
    object.add("aired", aired?.description)
    object.add("runtime", runtime)
    return object.text
  }
}
