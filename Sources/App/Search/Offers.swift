/// Something a command offers to do: one POST, done only when a person chooses it.
struct Offer: Sendable {
  /// What it would do.
  enum Deed: Sendable {
    /// Set the intent.
    case status(Intent)
    /// Rate the title, an episode or a season, nothing else.
    case rate
    case rateEpisode(Episode)
    case rateSeason(Int)
    /// Record a play of a film.
    case film
    /// Record plays of episodes.
    case episode(Episode)
    case range(from: Episode, upTo: Episode)
    case season(Int)
    /// Everything of a show that has aired and was not seen.
    case all
  }

  let title: Candidate
  let deed: Deed
  /// From 0 to 100.
  var rating: Int?
  /// When it was watched; `now` is the moment of the click.
  var when = When.now

  /// Whether it records plays.
  var isPlay: Bool {
    switch deed {
    case .status, .rate, .rateEpisode, .rateSeason: false
    default: true
    }
  }

  /// Where it is posted.
  var path: String {
    switch deed {
    case .status, .rate: URLs.entry(title.titleID)
    case .rateEpisode(let episode): URLs.rating(episode: episode.id)
    case .rateSeason(let number): URLs.rating(title: title.titleID, season: number)
    case .film, .episode, .range, .season, .all: URLs.plays(title.titleID)
    }
  }

  /// What is posted.
  var fields: [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    switch deed {
    case .status(let intent): fields.append(("status", intent.rawValue))
    case .rate, .rateEpisode, .rateSeason, .film: break
    case .episode(let episode): fields.append(("episode", String(episode.id)))
    case .range(let from, let upTo):
      fields += [("from", String(from.id)), ("upto", String(upTo.id))]
    case .season(let number): fields.append(("season", String(number)))
    case .all: fields.append(("all", "1"))
    }
    if let rating { fields.append(("rating", String(rating))) }
    if isPlay { fields.append(("when", Offers.field(when))) }
    return fields
  }
}

/// Which offers a command makes.
enum Offers {
  /// What was looked up of the shows that may be meant, by title.
  struct Known: Sendable {
    var seasons: Set<Int> = []
    /// The episode that was named, or the two ends of a range.
    var episodes: [Int: [Episode]] = [:]
    /// The next episode to see, when it has aired.
    var next: [Int: Episode] = [:]
  }

  /// Whether a command can be about such a title at all: only shows have episodes.
  static func fits(_ command: Command, _ kind: TitleKind) -> Bool {
    kind == .show || command.episodes == nil
  }

  /// Whether there is something to offer for a title: what was named must be there.
  static func can(_ command: Command, _ title: Candidate, _ known: Known) -> Bool {
    !deeds(command, title, known).isEmpty
  }

  /// The offers for the titles that may be meant; a second way is offered for the first of them only.
  static func make(_ command: Command, _ titles: [Candidate], _ known: Known) -> [Offer] {
    titles.enumerated().flatMap { place, title in deeds(command, title, known).prefix(place == 0 ? 2 : 1) }
  }

  private static func deeds(_ command: Command, _ title: Candidate, _ known: Known) -> [Offer] {
    let when = command.when ?? .now
    if let intent = command.intent { return [Offer(title: title, deed: .status(intent), rating: command.rating)] }
    if title.kind == .movie {
      let play = Offer(title: title, deed: .film, rating: command.rating, when: when)
      let isRatingAlone = command.when == nil && command.verb == nil
      return isRatingAlone ? [Offer(title: title, deed: .rate, rating: command.rating), play] : [play]
    }
    if let episodes = command.episodes { return deeds(episodes, command, title, known) }
    if command.rating != nil { return [Offer(title: title, deed: .rate, rating: command.rating)] }
    let next = known.next[title.titleID].map { Offer(title: title, deed: .episode($0), when: when) }
    if command.verb == nil { return next.map { [$0] } ?? [] }
    return [Offer(title: title, deed: .all, when: when)] + (next.map { [$0] } ?? [])
  }

  /// What can be done with the episodes that were named, when the show has them.
  private static func deeds(
    _ episodes: Command.Episodes, _ command: Command, _ title: Candidate, _ known: Known
  ) -> [Offer] {
    let (rating, when) = (command.rating, command.when ?? .now)
    func offer(_ deed: Offer.Deed, _ rating: Int? = nil) -> Offer {
      Offer(title: title, deed: deed, rating: rating, when: when)
    }
    switch episodes {
    case .season(let number):
      guard known.seasons.contains(title.titleID) else { return [] }
      // A season is rated by itself: its episodes may have been seen long ago.
      return rating == nil ? [offer(.season(number))] : [offer(.rateSeason(number), rating), offer(.season(number))]
    case .one:
      guard let episode = known.episodes[title.titleID]?.first else { return [] }
      let isRatingAlone = rating != nil && command.when == nil && command.verb == nil
      return (isRatingAlone ? [offer(.rateEpisode(episode), rating)] : []) + [offer(.episode(episode), rating)]
    case .range:
      guard let ends = known.episodes[title.titleID], ends.count == 2 else { return [] }
      return [offer(.range(from: ends[0], upTo: ends[1]))]
    }
  }

  /// A time as the form of plays takes it.
  static func field(_ when: When) -> String {
    switch when {
    case .now: "now"
    case .instant(let instant): InstantText.write(instant)
    case .release: "release"
    case .unknown: "unknown"
    case .date: when.spelling
    }
  }
}

extension Command {
  /// The intent that it sets, when it is about one.
  var intent: Intent? {
    switch verb {
    case .planned: .planned
    case .paused: .paused
    case .dropped: .dropped
    case .watched, nil: nil
    }
  }

  /// Whether it is about something that was watched or rated.
  var isMark: Bool { intent == nil }
}
