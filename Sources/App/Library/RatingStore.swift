import SQL

/// Ratings of seasons and episodes; a title's own stands in its entry.
enum RatingStore {
  /// What is rated beside a whole title.
  enum Subject: Sendable, Equatable {
    case season(title: Int, number: Int)
    case episode(Int)
  }

  /// Rates a season or an episode, or takes the rating away.
  ///
  /// - Returns: the title and the activity; nil when it already was so.
  static func rate(
    _ connection: Connection, user: User, _ subject: Subject, rating: Int?, now: Instant
  ) throws -> (title: Int, activity: Int?, episode: Int?) {
    let title: Title
    var episode: Episode?
    var season: Int?
    switch subject {
    case .season(let id, let number):
      guard let found = try CatalogueStore.title(connection, user: user.id, id: id) else { throw Problem.notFound }
      let exists = try connection.first(
        "SELECT 1 FROM episodes WHERE title_id = $1 AND season = $2 LIMIT 1", id, number
      ) { $0.int() }
      guard exists != nil else { throw Problem.notFound }
      (title, season) = (found, number)
    case .episode(let id):
      let (found, rated) = try SkipStore.episodeAndTitle(connection, user: user.id, id: id)
      (title, episode) = (found, rated)
    }
    var journal = try Journal(
      connection, user: user, kind: rating == nil ? .unrated : .rated, title: title.id, now: now)
    try set(&journal, title: title.id, season: season, episode: episode, rating: rating)
    return (title.id, try journal.finish(), episode?.id)
  }

  /// Writes a rating within an activity; the title enters the library with it.
  static func set(_ journal: inout Journal, title: Int, season: Int?, episode: Episode?, rating: Int?) throws {
    let user = journal.user.id
    let connection = journal.connection
    let known: Int?
    if let season {
      known = try connection.first(
        "SELECT id FROM ratings WHERE user_id = $1 AND title_id = $2 AND season = $3", user, title, season
      ) { $0.int() }
    } else {
      known = try connection.first(
        "SELECT id FROM ratings WHERE user_id = $1 AND title_id = $2 AND episode_id = $3", user, title, episode?.id
      ) { $0.int() }
    }
    journal.detail.rating = rating
    journal.detail.season = season ?? episode?.season
    journal.detail.number = episode?.number
    journal.detail.episode = episode?.id
    switch (known, rating) {
    case (nil, nil): return
    case (let id?, nil): try journal.delete(.ratings, key: id, title: title)
    case (let id?, let rating?): try journal.update(.ratings, key: id, title: title, ["rating": .int(rating)])
    case (nil, let rating?):
      _ = try journal.insert(
        .ratings, title: title,
        [
          "title_id": .int(title), "season": season.bound, "episode_id": (episode?.id).bound, "rating": .int(rating),
        ])
      if try RecordStore.entry(connection, user: user, title: title) == nil {
        try RecordStore.enter(&journal, title: title)
      }
    }
  }

  /// Every rating of seasons and episodes of a title.
  static func all(
    _ connection: Connection, user: Int, title: Int
  ) throws -> (seasons: [Int: Int], episodes: [Int: Int]) {
    var seasons: [Int: Int] = [:]
    var episodes: [Int: Int] = [:]
    try connection.each(
      "SELECT season, episode_id, rating FROM ratings WHERE user_id = $1 AND title_id = $2", user, title
    ) { row in
      let (season, episode, rating) = (row.optionalInt(), row.optionalInt(), row.int())
      if let season { seasons[season] = rating }
      if let episode { episodes[episode] = rating }
    }
    return (seasons, episodes)
  }
}
