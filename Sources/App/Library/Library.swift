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
  /// Whether specials count for the progress of this show.
  public var countsSpecials = false

  /// Whether it says nothing.
  var isEmpty: Bool { intent == nil && rating == nil && !isFavourite && note.isEmpty && !countsSpecials }
}

/// One viewing.
public struct Play: Sendable {
  public let id: Int
  public let titleID: Int
  public let episodeID: Int?
  public let time: PlayTime
  public let source: String
  public let note: String
  /// The rewatch it belongs to, or 0.
  public let pass: Int
}

/// The recount of everything the lists show about a title.
public struct ShelfRow: Sendable, Equatable {
  public var status: Status
  public var plays: Int
  /// The rewatch under way, or 0: `seen` and everything after it then speak of that one.
  public var pass: Int
  public var seen: Int
  public var skipped: Int
  public var aired: Int
  public var total: Int
  public var share: Int
  public var nextEpisode: Int?
  public var nextDay: String?
  /// The last day on which something of it came out, and the next.
  public var airedDay: String?
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
  ///
  /// - Parameters:
  ///   - pass: the rewatch under way, or 0; the states of the episodes are then those of that rewatch.
  ///   - released: the day a film came out.
  public static func recount(
    kind: TitleKind, hasEnded: Bool, entry: EntryRow?, pass: Int, released: String?, filmPlays: Int,
    episodes: [(id: Int, season: Int, number: Int, airDay: String?, state: State, plays: Int)],
    lastAt: Instant?, today: Day
  ) -> ShelfRow {
    let today = today.description
    let countsSpecials = entry?.countsSpecials ?? false
    // Specials come after everything else.
    let regular = episodes.filter { $0.season > 0 || countsSpecials }
      .sorted { ($0.season == 0 ? 1 : 0, $0.season, $0.number) < ($1.season == 0 ? 1 : 0, $1.season, $1.number) }
    let seen = regular.filter { $0.state == .seen }.count
    let skipped = regular.filter { $0.state == .skipped }.count
    let aired = regular.filter { ($0.airDay ?? "9999") <= today }.count
    let skippedAired = regular.filter { $0.state == .skipped && ($0.airDay ?? "9999") <= today }.count
    let next = regular.first { $0.state == .unseen }
    let plays = filmPlays + episodes.reduce(0) { $0 + $1.plays }
    let status = status(
      kind: kind, hasEnded: hasEnded, intent: entry?.intent, isRewatched: pass > 0, plays: plays,
      counted: seen + skipped, total: regular.count, hasNext: next != nil,
      nextHasAired: (next?.airDay ?? "9999") <= today)
    let days = kind == .movie ? [released].compactMap { $0 } : regular.compactMap(\.airDay)
    let due = aired - skippedAired
    let share = kind == .movie ? (plays > 0 ? 1000 : 0) : due > 0 ? min(1000, seen * 1000 / due) : 0
    return ShelfRow(
      status: status, plays: plays, pass: pass, seen: seen, skipped: skippedAired, aired: aired, total: regular.count,
      share: share, nextEpisode: next?.id, nextDay: next?.airDay, airedDay: days.filter { $0 <= today }.max(),
      turnDay: days.filter { $0 > today }.min(), lastAt: lastAt, rating: entry?.rating)
  }

  /// The status, in one place: dropped, paused; a rewatch; completed; up to date; watching; planned; none.
  public static func status(
    kind: TitleKind, hasEnded: Bool, intent: Intent?, isRewatched: Bool, plays: Int, counted: Int, total: Int,
    hasNext: Bool, nextHasAired: Bool
  ) -> Status {
    if intent == .dropped { return .dropped }
    if intent == .paused { return .paused }
    if isRewatched { return .watching }
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

  /// Whether it is one film or one episode.
  var isOne: Bool {
    switch self {
    case .film, .episode: true
    case .season, .upTo, .range, .all: false
    }
  }
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
