import Formats
import Logging
import SQL

/// Looks for a text at TMDB and keeps what it finds, so that the next search finds it here.
struct RemoteSearch: Sendable {
  let app: App

  /// How a search ended.
  enum Outcome: Sendable, Equatable {
    /// There is no token, or the same was asked lately.
    case notAsked
    /// These titles were found, the likeliest first.
    case found([Int])
    /// TMDB did not answer in time.
    case failed

    /// What was found.
    var titles: [Int] { if case .found(let titles) = self { titles } else { [] } }
  }

  /// How long a page waits for it.
  static let limit = Duration.milliseconds(800)
  /// For how long the same text is not asked again, in seconds.
  static let freshSeconds = FetchRules.day

  /// Looks for a text.
  func search(_ text: String, kind: TitleKind?, now: Instant) async throws -> Outcome {
    let folded = Folding.fold(text)
    guard folded.utf8.count >= 2 else { return .notAsked }
    let name = "search/\(kind?.rawValue ?? "multi")/\(folded)"
    let (token, isFresh) = try await app.database.read { connection in
      (
        try TMDBToken.read(connection, app),
        try FetchStore.isFresh(connection, search: name, since: now - Self.freshSeconds * 1_000_000)
      )
    }
    guard let token, !isFresh else { return .notAsked }
    let path = kind == .movie ? "/search/movie" : kind == .show ? "/search/tv" : "/search/multi"
    let query = [(name: "query", value: text), (name: "include_adult", value: "false")]
    do {
      guard case .fresh(let bytes, _) = try await app.tmdb.get(path, query, token: token, within: Self.limit) else {
        return .notAsked
      }
      let page = try TMDB.Page.decode(bytes)
      let cards = page.items.compactMap(TMDBFacts.card).filter { !$0.isAdult }
      let titles = try await app.database.write { connection in
        let titles = try cards.map { try FactsStore.put(connection, $0, now: now) }
        try FetchStore.noteSearch(connection, name, now: now)
        return titles
      }
      return .found(titles)
    } catch let problem as TMDBProblem {
      app.logger.info("search", metadata: ["tmdb": "\(problem.summary)"])
      return .failed
    } catch let problem as TMDB.Malformed {
      app.logger.info("search", metadata: ["tmdb": "\(problem.what)"])
      return .failed
    } catch let error as DatabaseError {
      // A disk that is full must not close the search.
      app.logger.error("search", metadata: ["error": "\(error)"])
      return .failed
    }
  }
}
