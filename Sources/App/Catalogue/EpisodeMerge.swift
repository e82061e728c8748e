/// Brings the episodes of a show to what its source says now, keeping those that people have recorded.
///
/// An episode is known again by the source's number for it, which stays when the episode moves; else by its place. One
/// that the source does not have any more leaves its place and stays, with the place it had (`goneFrom`).
struct EpisodeMerge: Sendable, Equatable {
  /// An episode as it is stored.
  struct Stored: Sendable, Equatable {
    var id: Int
    var season: Int
    var number: Int
    var tmdbID: Int?
    var name = ""
    var overview = ""
    var aired: Day?
    var runtime: Int?
    var part = ""
    var still: String?
    /// Where it stood when its source last had it; nil while it has it.
    var goneFrom: String?
  }

  /// New episodes, without a number of their own yet.
  var added: [Stored] = []
  /// Stored ones with anything new about them.
  var changed: [Stored] = []
  /// Stored ones as they are.
  var unchanged: [Stored] = []

  /// Where episodes go that their source does not have any more: among the specials, behind every number in use.
  static let goneSeason = 0
  static let firstGoneNumber = 9_001

  /// Every episode as it will be; the added ones have the number 0.
  var all: [Stored] { unchanged + changed + added }

  /// - Parameters:
  ///   - stored: every episode of the show.
  ///   - seasons: what is known now; one without episodes is left as it is.
  ///   - numbers: every season there is; nil when that is not known, and then no season has gone.
  init(stored: [Stored], seasons: [Facts.Season], numbers: [Int]?) {
    let known = seasons.filter { $0.episodes != nil }
    let complete = Set(known.map(\.number))
    var byNumber: [Int: Stored] = [:]
    var byPlace: [Place: Stored] = [:]
    for episode in stored {
      if let number = episode.tmdbID { byNumber[number] = episode }
      if episode.goneFrom == nil { byPlace[Place(episode.season, episode.number)] = episode }
    }
    let coming = Set(known.flatMap { ($0.episodes ?? []).compactMap(\.tmdbID) })
    var used: Set<Int> = []
    var places: Set<Place> = []
    var numbersTaken: Set<Int> = []
    for season in known {
      for var episode in season.episodes ?? [] where places.insert(Place(season.number, episode.number)).inserted {
        // A number that comes twice is nobody's the second time.
        if let number = episode.tmdbID, !numbersTaken.insert(number).inserted { episode.tmdbID = nil }
        var match = episode.tmdbID.flatMap { byNumber[$0] }
        if match == nil, let there = byPlace[Place(season.number, episode.number)],
          there.tmdbID.map({ !coming.contains($0) }) ?? true
        {
          match = there
        }
        if let found = match, !used.insert(found.id).inserted { match = nil }
        take(episode, season.number, over: match)
      }
    }
    // An answer without a single episode says nothing of those that are there.
    let isEmpty = places.isEmpty
    var gone = stored.filter { $0.goneFrom != nil }.map(\.number).max().map { $0 + 1 } ?? Self.firstGoneNumber
    for episode in stored where !used.contains(episode.id) {
      let hasSeasonGone = numbers.map { !$0.contains(episode.season) } ?? false
      let isHeld = isEmpty || (!complete.contains(episode.season) && !hasSeasonGone)
      // A place that a new episode has taken is not there to stay in.
      let isTaken = places.contains(Place(episode.season, episode.number))
      if episode.goneFrom != nil || (isHeld && !isTaken) {
        unchanged.append(episode)
      } else {
        var left = episode
        left.goneFrom = "\(episode.season).\(episode.number)"
        (left.season, left.number) = (Self.goneSeason, gone)
        gone += 1
        changed.append(left)
      }
    }
  }

  private struct Place: Hashable {
    let season: Int
    let number: Int

    init(_ season: Int, _ number: Int) { (self.season, self.number) = (season, number) }
  }

  private mutating func take(_ episode: Facts.Episode, _ season: Int, over known: Stored?) {
    var new = known ?? Stored(id: 0, season: season, number: episode.number)
    (new.season, new.number, new.goneFrom) = (season, episode.number, nil)
    new.tmdbID = episode.tmdbID ?? new.tmdbID
    if !episode.name.isEmpty { new.name = episode.name }
    if !episode.overview.isEmpty { new.overview = episode.overview }
    new.aired = episode.aired ?? new.aired
    new.runtime = episode.runtime ?? new.runtime
    new.part = episode.part
    new.still = episode.still ?? new.still
    if known == nil { added.append(new) } else if known == new { unchanged.append(new) } else { changed.append(new) }
  }
}
