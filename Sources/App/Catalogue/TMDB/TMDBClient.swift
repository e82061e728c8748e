import Foundation
import HTTPTypes
import SQL
import Synchronization
import Web

/// Why TMDB did not answer as it should.
enum TMDBProblem: Error, Sendable, Equatable {
  /// There is no token.
  case notConfigured
  /// It does not know the token (401, 403).
  case refused
  /// It has no such thing (404), or not any more.
  case notFound
  /// It wants to be asked later (429).
  case busy(seconds: Int)
  /// It did not answer in time, or not at all, or said that it cannot (5xx).
  case unavailable(String)
  /// It said something that is no answer.
  case malformed(String)
  /// It has not answered for a while and is left alone.
  case leftAlone

  /// Whether it is worth asking again by itself.
  var isPassing: Bool {
    switch self {
    case .busy, .unavailable, .leftAlone, .malformed: true
    case .notConfigured, .refused, .notFound: false
    }
  }

  /// In few words, for an administrator.
  var summary: String {
    switch self {
    case .notConfigured: "no token"
    case .refused: "the token was refused"
    case .notFound: "not found"
    case .busy(let seconds): "asked to wait \(seconds) s"
    case .unavailable(let why): "unavailable: \(why)"
    case .malformed(let why): "no proper answer: \(why)"
    case .leftAlone: "left alone for a while"
    }
  }
}

/// Asks The Movie Database's API, version 3 (developer.themoviedb.org/reference), politely: one budget for all nodes,
/// deadlines, limits of size, and a pause when it does not answer.
final class TMDBClient: Sendable {
  /// An answer.
  enum Answer: Sendable {
    case fresh(bytes: [UInt8], etag: String?)
    /// What was known is still so.
    case unchanged
  }

  /// The longest body that is read, in bytes.
  static let longestBody = 16 << 20
  /// How long a request may take, whatever it is for.
  static let longest = Duration.seconds(20)

  let fetcher: Fetcher
  private let database: any Database
  private let clock: @Sendable () -> Instant
  private let noted: @Sendable (Bool) -> Void
  private let state: Mutex<State>

  private struct State {
    var breaker = CircuitBreaker()
    /// For how many requests this node has leave, and since when.
    var leave = 0
    var leaveAt: Instant = 0
    var asked = 0
    var failed = 0
  }

  /// - Parameter noted: told of each request whether it was answered.
  init(
    base: String, database: any Database, clock: @escaping @Sendable () -> Instant,
    noted: @escaping @Sendable (Bool) -> Void = { _ in }
  ) {
    self.noted = noted
    fetcher = Fetcher(base: base)
    self.database = database
    self.clock = clock
    state = Mutex(State())
  }

  /// How many requests this node has made, and how many of them failed.
  var counts: (asked: Int, failed: Int) { state.withLock { ($0.asked, $0.failed) } }

  /// Asks for a path below `/3`.
  ///
  /// - Parameters:
  ///   - token: an API read access token, or a key of 32 hexadecimal digits.
  ///   - within: how long to wait, for leave too.
  func get(
    _ path: String, _ query: [(name: String, value: String)] = [], token: String?, etag: String? = nil,
    within time: Duration = longest
  ) async throws(TMDBProblem) -> Answer {
    guard let token else { throw .notConfigured }
    let deadline = ContinuousClock.now + time
    guard state.withLock({ $0.breaker.isAllowed(now: clock()) }) else { throw .leftAlone }
    try await takeLeave(until: deadline)
    let isKey = token.utf8.count == 32 && token.allSatisfy(\.isHexDigit)
    var headers: HTTPFields = [.accept: "application/json"]
    if !isKey { headers[.authorization] = "Bearer " + token }
    headers[.ifNoneMatch] = etag
    var all: [(String, String)] = query.map { ($0.name, $0.value) }
    if isKey { all.append(("api_key", token)) }
    let target = "/3" + path + (all.isEmpty ? "" : "?" + URLEncoding.query(all))
    do {
      let answer = try await fetcher.get(
        target, headers: headers, within: deadline - .now, atMost: Self.longestBody)
      return try await read(answer)
    } catch let problem as TMDBProblem {
      throw problem
    } catch let problem as Fetcher.Problem {
      note(isAnswered: false)
      switch problem {
      case .late: throw .unavailable("no answer in time")
      case .tooBig: throw .malformed("more than \(Self.longestBody >> 20) MB")
      case .unreachable(let why): throw .unavailable(String(why.prefix(200)))
      }
    } catch {
      throw .unavailable(String("\(error)".prefix(200)))
    }
  }

  private func read(_ answer: Fetcher.Answer) async throws(TMDBProblem) -> Answer {
    switch answer.status {
    case 200:
      // An error page of somebody in between is no answer of TMDB's.
      guard let first = answer.bytes.first(where: { !" \t\r\n".utf8.contains($0) }),
        first == UInt8(ascii: "{")
          || first == UInt8(ascii: "[")
      else {
        note(isAnswered: false)
        throw .malformed("no JSON")
      }
      note(isAnswered: true)
      return .fresh(bytes: answer.bytes, etag: answer.headers[.eTag])
    case 304:
      note(isAnswered: true)
      return .unchanged
    case 401, 403:
      note(isAnswered: true)
      throw .refused
    case 404:
      note(isAnswered: true)
      throw .notFound
    case 429:
      let seconds = min(max(answer.headers[.retryAfter].flatMap { Int($0) } ?? 2, 1), 600)
      await pause(seconds: seconds)
      throw .busy(seconds: seconds)
    case 500...:
      note(isAnswered: false)
      throw .unavailable("status \(answer.status)")
    default:
      note(isAnswered: true)
      throw .malformed("status \(answer.status)")
    }
  }

  private func note(isAnswered: Bool) {
    noted(isAnswered)
    state.withLock { state in
      state.asked += 1
      if !isAnswered { state.failed += 1 }
      state.breaker.note(isAnswered: isAnswered, now: clock())
    }
  }

  private func pause(seconds: Int) async {
    state.withLock { $0.leave = 0 }
    let now = clock()
    do {
      try await database.write { try TMDBPace.pause($0, seconds: Double(seconds), now: now) }
    } catch {
      // Where the database cannot be written nothing is fetched anyway.
    }
  }

  /// Waits until there is leave for one more request.
  private func takeLeave(until deadline: ContinuousClock.Instant) async throws(TMDBProblem) {
    while true {
      let now = clock()
      // Leave that was not used within a second has gone back to the others.
      let isThere = state.withLock { state in
        guard state.leave > 0, now - state.leaveAt < 1_000_000 else { return false }
        state.leave -= 1
        return true
      }
      if isThere { return }
      do {
        let (got, wait) = try await database.write { try TMDBPace.take($0, TMDBPace.batch, now: now) }
        if got > 0 {
          state.withLock { state in
            state.leave = got - 1
            state.leaveAt = now
          }
          return
        }
        guard .now + .seconds(wait) < deadline else { throw TMDBProblem.busy(seconds: max(1, Int(wait.rounded(.up)))) }
        try await Task.sleep(for: .seconds(wait))
      } catch let problem as TMDBProblem {
        throw problem
      } catch {
        throw .unavailable("the budget of requests cannot be kept: \(error)")
      }
    }
  }
}
