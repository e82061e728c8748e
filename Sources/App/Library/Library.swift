/// What a person means to do with a title.
public enum Intent: String, Sendable, CaseIterable {
  case planned, watching, paused, dropped
}

/// How a title stands with a person (MODEL section 1): worked out from plays, skips and intent, never set.
public enum Status: String, Sendable, CaseIterable {
  case watching, uptodate, planned, completed, paused, dropped, none
}

/// What a person keeps about a title beside its plays.
public struct EntryRow: Sendable, Equatable {
  public var intent: Intent?
  public var rating: Int?
  public var isFavourite: Bool
  public var note: String
  public var addedAt: Instant

  /// Whether it says nothing.
  var isEmpty: Bool { intent == nil && rating == nil && !isFavourite && note.isEmpty }
}

/// One viewing.
public struct Play: Sendable {
  public let id: Int
  public let titleID: Int
  public let episodeID: Int?
  public let time: PlayTime
  public let source: String
  public let note: String
}

/// The recount of everything the lists show about a title.
public struct ShelfRow: Sendable, Equatable {
  public var status: Status
  public var plays: Int
  public var seen: Int
  public var skipped: Int
  public var aired: Int
  public var total: Int
  public var share: Int
  public var nextEpisode: Int?
  public var nextDay: String?
  public var turnDay: String?
  public var lastAt: Instant?
  public var rating: Int?

  /// How many aired episodes count for the progress.
  var due: Int { max(aired - skipped, 0) }
}

/// The rules that need no database, in their slow and obvious form: what the shelf's statement is held to.
public enum LibraryRules {
  /// How an episode stands.
  public enum State: Int, Sendable {
    case unseen = 0
    case seen, skipped
  }

  /// What the recount must find for a show or film.
  public static func recount(
    kind: TitleKind, hasEnded: Bool, intent: Intent?, rating: Int?, filmPlays: Int,
    episodes: [(id: Int, season: Int, number: Int, airDay: String?, state: State, plays: Int)],
    lastAt: Instant?, today: Day
  ) -> ShelfRow {
    let today = today.description
    let regular = episodes.filter { $0.season > 0 }.sorted { ($0.season, $0.number) < ($1.season, $1.number) }
    let seen = regular.filter { $0.state == .seen }.count
    let skipped = regular.filter { $0.state == .skipped }.count
    let aired = regular.filter { ($0.airDay ?? "9999") <= today }.count
    let skippedAired = regular.filter { $0.state == .skipped && ($0.airDay ?? "9999") <= today }.count
    let next = regular.first { $0.state == .unseen }
    let plays = filmPlays + episodes.reduce(0) { $0 + $1.plays }
    let status = status(
      kind: kind, hasEnded: hasEnded, intent: intent, plays: plays, counted: seen + skipped, total: regular.count,
      hasNext: next != nil, nextHasAired: (next?.airDay ?? "9999") <= today)
    let due = aired - skippedAired
    let share = kind == .movie ? (plays > 0 ? 1000 : 0) : due > 0 ? min(1000, seen * 1000 / due) : 0
    return ShelfRow(
      status: status, plays: plays, seen: seen, skipped: skippedAired, aired: aired, total: regular.count, share: share,
      nextEpisode: next?.id, nextDay: next?.airDay,
      turnDay: regular.compactMap(\.airDay).filter { $0 > today }.min(), lastAt: lastAt, rating: rating)
  }

  /// The status, in one place: dropped, paused; completed; up to date; watching; planned; none.
  public static func status(
    kind: TitleKind, hasEnded: Bool, intent: Intent?, plays: Int, counted: Int, total: Int, hasNext: Bool,
    nextHasAired: Bool
  ) -> Status {
    if intent == .dropped { return .dropped }
    if intent == .paused { return .paused }
    if kind == .movie {
      if plays > 0 { return .completed }
    } else if total > 0, counted > 0, plays > 0 {
      if !hasNext, hasEnded { return .completed }
      if !hasNext || !nextHasAired { return .uptodate }
    }
    if plays > 0 || intent == .watching { return .watching }
    return intent == .planned ? .planned : .none
  }
}

/// Which plays a person asks to record.
enum PlayTarget: Sendable, Equatable {
  case film
  case episode(Int)
  case season(Int)
  case upTo(Int)
  case range(from: Int, upTo: Int)
  case all
}

/// What recording plays did.
struct Marked: Sendable {
  /// The activity, which undoes it; nil when there was nothing to do.
  let activity: Int?
  /// How many plays were recorded.
  let count: Int
  /// How many episodes were left because they have not aired.
  let notAired: Int
  /// The first episode that was marked.
  let episode: Int?
}
