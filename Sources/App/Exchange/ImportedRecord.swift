/// A person's record as a file holds it.
struct ImportedRecord: Sendable {
  var titles: [ImportedTitle] = []
  var lists: [ImportedList] = []
  /// How often something was passed over that FlixList does not know, by its place.
  var passedOver: [String: Int] = [:]
}

/// A title of a file with everything the person recorded of it.
struct ImportedTitle: Sendable {
  var kind = TitleKind.movie
  var name = ""
  var year: Int?
  var imdb: String?
  var tmdb: Int?
  /// What is known of it where it is the person's own.
  var own: OwnTitle?
  var entry: EntryRow?
  var passes: [ImportedPass] = []
  var plays: [ImportedPlay] = []
  var skips: [EpisodePlace] = []
  var ratings: [ImportedRating] = []

  /// Every episode that the record speaks of.
  var episodes: Set<EpisodePlace> {
    Set(plays.compactMap(\.episode)).union(skips).union(ratings.compactMap(\.episode))
  }
}

/// A rewatch.
struct ImportedPass: Sendable {
  var name = ""
  var startedAt: Instant
  var endedAt: Instant?
}

/// A play.
struct ImportedPlay: Sendable {
  var episode: EpisodePlace?
  var time: PlayTime
  var source: String
  var note: String
  /// The place of its rewatch among those of the title, from 1, or 0.
  var pass: Int
}

/// A rating of a season or an episode.
struct ImportedRating: Sendable, Hashable {
  var season: Int
  var number: Int?
  var rating: Int

  var episode: EpisodePlace? { number.map { EpisodePlace(season: season, number: $0) } }
}

/// A list.
struct ImportedList: Sendable {
  /// A title on it, by its place in the file.
  struct Item: Sendable {
    var title: Int
    var note: String
    var addedAt: Instant
  }

  var name = ""
  var note = ""
  var rule: String?
  var createdAt: Instant
  var items: [Item] = []
}
