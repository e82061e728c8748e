/// A token bucket: so many at once, refilled at a steady rate. The arithmetic only; where it is kept is the caller's.
public struct TokenBucket: Sendable, Equatable {
  /// What a bucket allows.
  public struct Limit: Sendable {
    /// How many at once.
    public let burst: Double
    /// How many seconds bring one back.
    public let refillSeconds: Double

    /// Makes a limit.
    public init(burst: Double, refillSeconds: Double) {
      self.burst = burst
      self.refillSeconds = refillSeconds
    }
  }

  /// How many are left.
  public var tokens: Double
  /// When `tokens` was true, in microseconds.
  public var at: Int

  /// A bucket as it was kept.
  public init(tokens: Double, at: Int) {
    self.tokens = tokens
    self.at = at
  }

  /// A full bucket.
  public init(full limit: Limit, at: Int) { self.init(tokens: limit.burst, at: at) }

  /// Takes one; nil when it could, else the whole seconds until the next is there.
  ///
  /// A clock that went back takes nothing away and gives nothing back.
  public mutating func take(_ limit: Limit, now: Int) -> Int? {
    let seconds = Double(max(now - at, 0)) / 1_000_000
    tokens = min(limit.burst, tokens + seconds / limit.refillSeconds)
    at = now
    if tokens >= 1 {
      tokens -= 1
      return nil
    }
    return Int(((1 - tokens) * limit.refillSeconds).rounded(.up))
  }
}
