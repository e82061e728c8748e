import SQL

/// Something that can be fetched from TMDB, as it is noted in the queue.
enum Resource: Hashable, Sendable, CustomStringConvertible {
  case movie(Int)
  case show(Int)
  case person(Int)
  /// A title that is known by its number at IMDb alone.
  case found(imdbID: String)
  /// One of the service's own lists.
  case chart(TitleChart)
  /// What has changed there lately.
  case changes(TitleKind)
  /// Another order of a show's episodes, by its identifier there.
  case order(String)

  /// The form in the table: `movie/550`.
  var description: String {
    switch self {
    case .movie(let id): "movie/\(id)"
    case .show(let id): "tv/\(id)"
    case .person(let id): "person/\(id)"
    case .found(let imdbID): "find/\(imdbID)"
    case .chart(let chart): "chart/\(chart.rawValue)"
    case .changes(let kind): "changes/\(kind.rawValue)"
    case .order(let id): "order/\(id)"
    }
  }

  /// Reads that form.
  init?(_ text: String) {
    let halves = text.split(separator: "/", maxSplits: 1).map(String.init)
    guard halves.count == 2 else { return nil }
    switch halves[0] {
    case "movie", "tv", "person":
      guard let id = Int(digits: halves[1]) else { return nil }
      self = halves[0] == "movie" ? .movie(id) : halves[0] == "tv" ? .show(id) : .person(id)
    case "find": self = .found(imdbID: halves[1])
    case "order": self = .order(halves[1])
    case "chart":
      guard let chart = TitleChart(rawValue: halves[1]) else { return nil }
      self = .chart(chart)
    case "changes":
      guard let kind = TitleKind(rawValue: halves[1]) else { return nil }
      self = .changes(kind)
    default: return nil
    }
  }

  /// The details of a title, by its numbers elsewhere; nil when it has none.
  init?(kind: TitleKind, tmdbID: Int?, imdbID: String?) {
    if let tmdbID {
      self = kind == .movie ? .movie(tmdbID) : .show(tmdbID)
    } else if let imdbID {
      self = .found(imdbID: imdbID)
    } else {
      return nil
    }
  }
}

/// The lists of TMDB that are kept here.
enum TitleChart: String, Sendable, CaseIterable {
  case trendingMovies = "trending-movie"
  case trendingShows = "trending-show"
  case popularMovies = "popular-movie"
  case popularShows = "popular-show"
  case topMovies = "top-movie"
  case topShows = "top-show"
  case inCinemas = "now-movie"
  case comingMovies = "coming-movie"
  case airingShows = "airing-show"

  /// Where it is asked for, below `/3`.
  var path: String {
    switch self {
    case .trendingMovies: "/trending/movie/week"
    case .trendingShows: "/trending/tv/week"
    case .popularMovies: "/movie/popular"
    case .popularShows: "/tv/popular"
    case .topMovies: "/movie/top_rated"
    case .topShows: "/tv/top_rated"
    case .inCinemas: "/movie/now_playing"
    case .comingMovies: "/movie/upcoming"
    case .airingShows: "/tv/on_the_air"
    }
  }

  var kind: TitleKind {
    switch self {
    case .trendingMovies, .popularMovies, .topMovies, .inCinemas, .comingMovies: .movie
    case .trendingShows, .popularShows, .topShows, .airingShows: .show
    }
  }
}

/// How soon something is fetched and how long it then is fresh.
enum FetchRules {
  /// Who is served first: somebody looks at it; somebody follows it; a list or the feed of changes; the rest.
  enum Priority: Int, Sendable, CaseIterable {
    case looked = 0
    case followed = 1
    case listed = 2
    case rest = 3
  }

  static let day = 86_400
  /// A title that somebody looks at is asked for again when what is known is older, in seconds.
  static let staleSeconds = day
  /// A running show or an unreleased film that somebody follows.
  static let runningSeconds = day
  /// Any other title: well before the six months after which TMDB's terms want it gone.
  static let settledSeconds = 120 * day
  /// Lists and the feed of changes.
  static let listSeconds = day / 2
  /// TMDB's overviews, ratings and pictures are shown for so long without having been asked for again
  /// (themoviedb.org/api-terms-of-use, section on caching).
  static let shownSeconds = 180 * day
  /// A node that has not finished with something after so long is thought dead.
  static let leaseSeconds = 120

  /// Whether what was got at that time, or never, is worth asking for again when somebody looks at it.
  static func isStale(_ fetchedAt: Instant?, now: Instant) -> Bool {
    fetchedAt.map { now - $0 > staleSeconds * 1_000_000 } ?? true
  }

  /// When something that failed is asked for again, in seconds: a minute, doubled each time, a day at most.
  static func retrySeconds(failures: Int) -> Int { min(60 << min(max(failures - 1, 0), 11), day) }
}

/// The queue of what is to be fetched, and what was fetched when.
enum FetchStore {
  /// Something that a node has taken on.
  struct Claim: Sendable {
    let resource: Resource
    let priority: Int
    let etag: String?
    let failures: Int
  }

  /// Asks for something at once, also when it failed before: somebody pressed the button.
  static func wantNow(_ connection: Connection, _ resource: Resource, now: Instant) throws {
    try connection.execute(
      """
      INSERT INTO fetches (resource, priority, due_at) VALUES ($1, $2, $3)
      ON CONFLICT (resource) DO UPDATE SET priority = excluded.priority, due_at = excluded.due_at, etag = NULL,
        failures = 0, problem = NULL
      """, resource.description, FetchRules.Priority.looked.rawValue, now)
  }

  /// Asks for something, sooner than it was due if need be; what failed waits for its own time.
  static func want(
    _ connection: Connection, _ resource: Resource, _ priority: FetchRules.Priority, at due: Instant
  ) throws {
    try connection.execute(
      """
      INSERT INTO fetches (resource, priority, due_at) VALUES ($1, $2, $3)
      ON CONFLICT (resource) DO UPDATE SET priority = CASE WHEN excluded.priority < fetches.priority
          THEN excluded.priority ELSE fetches.priority END,
        due_at = CASE WHEN excluded.due_at < fetches.due_at THEN excluded.due_at ELSE fetches.due_at END
      WHERE fetches.failures = 0 AND fetches.lease_until IS NULL
        AND (excluded.priority < fetches.priority OR excluded.due_at < fetches.due_at)
      """, resource.description, priority.rawValue, due)
  }

  /// Asks for something that was never asked for.
  static func wantOnce(
    _ connection: Connection, _ resource: Resource, _ priority: FetchRules.Priority, at due: Instant
  ) throws {
    try connection.execute(
      "INSERT INTO fetches (resource, priority, due_at) VALUES ($1, $2, $3) ON CONFLICT (resource) DO NOTHING",
      resource.description, priority.rawValue, due)
  }

  /// Whether something is waiting to be fetched, or being fetched.
  static func isDue(_ connection: Connection, now: Instant) throws -> Bool {
    for priority in FetchRules.Priority.allCases {
      if try due(connection, priority, now: now) != nil { return true }
    }
    return false
  }

  private static func due(
    _ connection: Connection, _ priority: FetchRules.Priority, now: Instant
  ) throws -> String? {
    try connection.first(
      """
      SELECT resource FROM fetches WHERE priority = $1 AND due_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
      ORDER BY due_at, resource LIMIT 1
      """, priority.rawValue, now
    ) { $0.text() }
  }

  private static let lock = Lock("fetches")

  /// Takes the most urgent thing that is due and that no other node is at.
  static func claim(_ connection: Connection, now: Instant) throws -> Claim? {
    // One node at a time looks, so that no two take the same.
    try connection.hold(lock)
    for priority in FetchRules.Priority.allCases {
      guard let name = try due(connection, priority, now: now) else { continue }
      let claim = try connection.first(
        """
        UPDATE fetches SET lease_until = $2 WHERE resource = $1 AND (lease_until IS NULL OR lease_until <= $3)
        RETURNING priority, etag, failures
        """, name, now + FetchRules.leaseSeconds * 1_000_000, now
      ) { (priority: $0.int(), etag: $0.optionalText(), failures: $0.int()) }
      guard let claim else { continue }
      guard let resource = Resource(name) else {
        // Of a newer program; it is left to that.
        try connection.execute(
          "UPDATE fetches SET lease_until = NULL, due_at = $2 WHERE resource = $1", name,
          now + FetchRules.day * 1_000_000)
        continue
      }
      return Claim(resource: resource, priority: claim.priority, etag: claim.etag, failures: claim.failures)
    }
    return nil
  }

  /// Notes that something was fetched, or found unchanged, and when it is due again; nil when it never is.
  static func done(
    _ connection: Connection, _ resource: Resource, etag: String?, again: Instant?, now: Instant
  ) throws {
    guard let again else {
      try connection.execute("DELETE FROM fetches WHERE resource = $1", resource.description)
      return
    }
    try connection.execute(
      """
      UPDATE fetches SET lease_until = NULL, fetched_at = $2, etag = $3, due_at = $4, priority = $5, failures = 0,
        problem = NULL
      WHERE resource = $1
      """, resource.description, now, etag, again, FetchRules.Priority.rest.rawValue)
  }

  /// Notes that it could not be fetched; asked for again at that time, behind what did not fail.
  static func failed(
    _ connection: Connection, _ resource: Resource, _ problem: String, again: Instant, isCounted: Bool
  ) throws {
    try connection.execute(
      """
      UPDATE fetches SET lease_until = NULL, due_at = $2, problem = $3, failures = failures + $4 WHERE resource = $1
      """, resource.description, again, problem, isCounted)
  }

  /// When something was last fetched; nil when it never was, or is not in the queue.
  static func fetchedAt(_ connection: Connection, _ resource: Resource) throws -> Instant? {
    try connection.first("SELECT fetched_at FROM fetches WHERE resource = $1", resource.description) {
      $0.optionalInt()
    } ?? nil
  }

  /// Whether a search was made since a time.
  static func isFresh(_ connection: Connection, search name: String, since: Instant) throws -> Bool {
    try connection.first("SELECT 1 FROM fetches WHERE resource = $1 AND fetched_at >= $2", name, since) { $0.int() }
      != nil
  }

  /// Notes that a search was made; it is never due by itself.
  static func noteSearch(_ connection: Connection, _ name: String, now: Instant) throws {
    try connection.execute(
      """
      INSERT INTO fetches (resource, priority, due_at, fetched_at) VALUES ($1, 9, $2, $3)
      ON CONFLICT (resource) DO UPDATE SET fetched_at = excluded.fetched_at
      """, name, Int.max, now)
  }

  /// Forgets searches that were made before a time.
  static func forgetSearches(_ connection: Connection, before: Instant) throws {
    try connection.execute("DELETE FROM fetches WHERE priority = 9 AND fetched_at < $1", before)
  }

  /// Asks for everything that failed, at once.
  static func retryAll(_ connection: Connection, now: Instant) throws {
    try connection.execute("UPDATE fetches SET failures = 0, problem = NULL, due_at = $1 WHERE failures > 0", now)
  }

  /// How the queue stands, for an administrator.
  struct State: Sendable {
    var stored = 0
    var due = 0
    var failing = 0
    var oldestDue: Instant?
    var newest: Instant?
    var problems: [(resource: String, problem: String, failures: Int, due: Instant)] = []
  }

  /// Reads it.
  static func state(_ connection: Connection, now: Instant) throws -> State {
    var state = try figures(connection, now: now)
    state.problems = try connection.rows(
      """
      SELECT resource, problem, failures, due_at FROM fetches WHERE problem IS NOT NULL
      ORDER BY failures DESC, resource LIMIT 20
      """
    ) { ($0.text(), $0.text(), $0.int(), $0.int()) }
    return state
  }

  /// The same without the problems.
  static func figures(_ connection: Connection, now: Instant) throws -> State {
    try connection.first(
      """
      SELECT count(*) FILTER (WHERE fetched_at IS NOT NULL), count(*) FILTER (WHERE due_at <= $1),
        count(*) FILTER (WHERE failures > 0), min(due_at) FILTER (WHERE due_at <= $1), max(fetched_at)
      FROM fetches
      """, now
    ) {
      State(
        stored: $0.int(), due: $0.int(), failing: $0.int(), oldestDue: $0.optionalInt(), newest: $0.optionalInt())
    } ?? State()
  }
}
