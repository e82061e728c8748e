import SQL
import Web

/// Holds back those who try many secrets. The buckets are in the database, so a restart or another node forgets none.
enum Throttle {
  /// Tries for one account: ten at once, one a minute, whichever form or name they came by.
  static let account = TokenBucket.Limit(burst: 10, refillSeconds: 60)
  /// Tries for one account over a day.
  static let accountDay = TokenBucket.Limit(burst: 100, refillSeconds: 864)
  /// Tries from one address.
  static let address = TokenBucket.Limit(burst: 20, refillSeconds: 10)
  /// Accounts made from one address.
  static let registration = TokenBucket.Limit(burst: 20, refillSeconds: 180)

  /// Takes one from each bucket, or from none: the seconds to wait when one of them is empty.
  static func take(_ connection: Connection, _ buckets: [(String, TokenBucket.Limit)], now: Instant) throws -> Int? {
    var taken: [(name: String, bucket: TokenBucket)] = []
    var wait: Int?
    // In one order everywhere, so that no two tries wait for each other.
    for name in buckets.map(\.0).sorted() { try connection.hold(Lock("throttle " + name)) }
    for (name, limit) in buckets {
      var bucket =
        try connection.first("SELECT tokens, at FROM throttles WHERE bucket = $1", name) { row in
          TokenBucket(tokens: row.real(), at: row.int())
        } ?? TokenBucket(full: limit, at: now)
      if let seconds = bucket.take(limit, now: now) { wait = max(wait ?? 0, seconds) }
      taken.append((name, bucket))
    }
    // A try that is refused costs nothing, else whoever asks in vain empties the day of somebody else.
    if let wait { return wait }
    for (name, bucket) in taken {
      try connection.execute(
        """
        INSERT INTO throttles (bucket, tokens, at) VALUES ($1, $2, $3)
        ON CONFLICT (bucket) DO UPDATE SET tokens = excluded.tokens, at = excluded.at
        """, name, bucket.tokens, bucket.at)
    }
    return nil
  }

  /// Gives an account its full bucket back, after the right password.
  static func forget(_ connection: Connection, account: Int) throws {
    try connection.execute("DELETE FROM throttles WHERE bucket = $1", accountName(account))
  }

  /// The bucket of an account's secrets.
  static func accountName(_ user: Int) -> String { "account:\(user)" }
  /// The bucket of an account's day.
  static func accountDayName(_ user: Int) -> String { "account-day:\(user)" }
  /// The bucket of a name that nobody has; only its hash is kept, since people type passwords into the wrong field.
  static func nobodyName(_ key: String) -> String {
    "nobody:" + Token.hash(key).prefix(12).map { String($0, radix: 16) }.joined()
  }
  /// The bucket of an address.
  static func addressName(_ address: String) -> String { "address:" + ClientAddress.throttleKey(address) }
}
