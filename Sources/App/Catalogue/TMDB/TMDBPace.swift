import SQL
import Web

/// How fast TMDB may be asked: one budget for all nodes, kept in the database.
enum TMDBPace {
  /// At most 40 requests a second, and no more at once (developer.themoviedb.org/docs/rate-limiting).
  static let limit = TokenBucket.Limit(burst: 40, refillSeconds: 1.0 / 35)
  /// How many requests a node takes leave for at a time.
  static let batch = 8
  private static let bucket = "tmdb"

  /// Takes leave for so many requests.
  ///
  /// - Returns: how many it got, and when not one, how long to wait.
  static func take(_ connection: Connection, _ count: Int, now: Instant) throws -> (got: Int, waitSeconds: Double) {
    try connection.hold(Lock("throttle " + bucket))
    var known =
      try connection.first("SELECT tokens, at FROM throttles WHERE bucket = $1", bucket) { row in
        TokenBucket(tokens: row.real(), at: row.int())
      } ?? TokenBucket(full: limit, at: now)
    // A clock that went back takes nothing away and gives nothing back.
    known.tokens = min(limit.burst, known.tokens + Double(max(now - known.at, 0)) / 1_000_000 / limit.refillSeconds)
    known.at = max(now, known.at)
    let got = max(0, min(count, Int(known.tokens)))
    known.tokens -= Double(got)
    try keep(connection, known)
    return (got, got > 0 ? 0 : (1 - known.tokens) * limit.refillSeconds)
  }

  /// Lets no node ask before so many seconds have passed.
  static func pause(_ connection: Connection, seconds: Double, now: Instant) throws {
    try connection.hold(Lock("throttle " + bucket))
    try keep(connection, TokenBucket(tokens: -seconds / limit.refillSeconds, at: now))
  }

  private static func keep(_ connection: Connection, _ bucket: TokenBucket) throws {
    try connection.execute(
      """
      INSERT INTO throttles (bucket, tokens, at) VALUES ($1, $2, $3)
      ON CONFLICT (bucket) DO UPDATE SET tokens = excluded.tokens, at = excluded.at
      """, self.bucket, bucket.tokens, bucket.at)
  }
}

/// Stops asking somebody who does not answer, and tries again after a while: longer each time.
struct CircuitBreaker: Sendable {
  /// After so many failures in a row nothing is asked any more.
  static let failuresToOpen = 5
  /// How long the first pause is, in seconds; it doubles with each failed try.
  static let firstPauseSeconds = 15
  /// How long it is at most.
  static let longestPauseSeconds = 600

  private(set) var failures = 0
  private var openUntil: Instant?

  /// Whether something may be asked now. After a pause one request is let through, and its end decides.
  mutating func isAllowed(now: Instant) -> Bool {
    guard let until = openUntil else { return true }
    guard now >= until else { return false }
    openUntil = now + Int(Self.firstPauseSeconds) * 1_000_000
    return true
  }

  /// Notes how a request ended.
  mutating func note(isAnswered: Bool, now: Instant) {
    if isAnswered {
      failures = 0
      openUntil = nil
      return
    }
    failures += 1
    guard failures >= Self.failuresToOpen else { return }
    let doublings = min(failures - Self.failuresToOpen, 10)
    openUntil = now + min(Self.firstPauseSeconds << doublings, Self.longestPauseSeconds) * 1_000_000
  }
}
