import Formats
import SQL

/// Fetches what is in the queue from TMDB and stores it.
struct TMDBSource: Sendable {
  let client: TMDBClient
  let database: any Database
  let clock: @Sendable () -> Instant
  /// Told of each title that was stored, so that search can mend to its words.
  var learned: @Sendable (Facts) -> Void = { _ in }

  /// How something that was fetched ended.
  enum Outcome: Sendable {
    /// Stored, or unchanged; due again at that time.
    case done(etag: String?, again: Instant?)
    /// The source has it no more.
    case gone
  }

  /// Parts of a title that come with its details (developer.themoviedb.org/docs/append-to-response).
  private static let movieParts = [
    "credits", "external_ids", "keywords", "videos", "release_dates", "watch/providers", "recommendations",
    "alternative_titles", "translations",
  ]
  private static let showParts = [
    "aggregate_credits", "external_ids", "keywords", "videos", "content_ratings", "watch/providers",
    "recommendations", "alternative_titles", "translations", "episode_groups",
  ]
  /// How many parts one request may have.
  private static let mostParts = 20

  /// Fetches and stores one thing.
  func fetch(_ claim: FetchStore.Claim, token: String?) async throws -> Outcome {
    switch claim.resource {
    case .movie(let id): try await movie(id, claim, token)
    case .show(let id): try await show(id, token)
    case .person(let id): try await person(id, claim, token)
    case .found(let imdbID): try await found(imdbID, token)
    case .chart(let chart): try await self.chart(chart, token)
    case .changes(let kind): try await changes(kind, claim, token)
    case .order(let id): try await order(id, claim, token)
    }
  }

  /// Asks, and reads what comes; nil when it is as it was.
  private func read<A: TMDB.Answer>(
    _ type: A.Type, _ path: String, _ query: [(name: String, value: String)] = [], _ token: String?,
    etag: String? = nil
  ) async throws -> (answer: A, etag: String?)? {
    switch try await client.get(path, query, token: token, etag: etag) {
    case .unchanged: return nil
    case .fresh(let bytes, let etag):
      do {
        return (try A.decode(bytes), etag)
      } catch {
        throw TMDBProblem.malformed(error.what)
      }
    }
  }

  private func movie(_ id: Int, _ claim: FetchStore.Claim, _ token: String?) async throws -> Outcome {
    let found = try await read(
      TMDB.Movie.self, "/movie/\(id)", [("append_to_response", Self.movieParts.joined(separator: ","))], token,
      etag: claim.etag)
    let now = clock()
    guard let found else {
      return .done(etag: claim.etag, again: try await database.write { try Self.confirm($0, .movie, id, now: now) })
    }
    guard found.answer.id == id, let facts = TMDBFacts.facts(found.answer) else {
      throw TMDBProblem.malformed("another film, or one without a name")
    }
    let again = try await store(facts, now: now)
    return .done(etag: found.etag, again: again)
  }

  private func show(_ id: Int, _ token: String?) async throws -> Outcome {
    // Most shows have few seasons: they come with the first request, and those that do not exist are left out.
    let first = (0...Self.mostParts - Self.showParts.count - 1).map { "season/\($0)" }
    let found = try await read(
      TMDB.Show.self, "/tv/\(id)",
      [("append_to_response", (Self.showParts + first).joined(separator: ","))], token)
    guard var show = found?.answer, show.id == id else { throw TMDBProblem.malformed("another show") }
    let known = Set(show.seasonDetails.map(\.number))
    var missing = show.seasons.map(\.number).filter { !known.contains($0) }[...]
    while !missing.isEmpty {
      let parts = missing.prefix(Self.mostParts).map { "season/\($0)" }
      missing = missing.dropFirst(Self.mostParts)
      let more = try await read(
        TMDB.Show.self, "/tv/\(id)", [("append_to_response", parts.joined(separator: ","))], token)
      show.seasonDetails += more?.answer.seasonDetails ?? []
    }
    guard let facts = TMDBFacts.facts(show) else { throw TMDBProblem.malformed("a show without a name") }
    return .done(etag: nil, again: try await store(facts, now: clock()))
  }

  private func store(_ facts: Facts, now: Instant) async throws -> Instant {
    let again = try await database.write { connection in
      let title = try FactsStore.put(connection, facts, now: now)
      return try Self.dueAgain(connection, title: title, now: now)
    }
    learned(facts)
    return again
  }

  /// Notes that a title is as it was.
  private static func confirm(
    _ connection: Connection, _ kind: TitleKind, _ id: Int, now: Instant
  ) throws -> Instant? {
    let title = try connection.first(
      "UPDATE titles SET as_of = $3, fetched_at = $3, gone_at = NULL WHERE kind = $1 AND tmdb_id = $2 RETURNING id",
      kind.rawValue, id, now
    ) { $0.int() }
    return try title.map { try dueAgain(connection, title: $0, now: now) }
  }

  /// When a title is asked for again: daily while somebody waits for something of it.
  static func dueAgain(_ connection: Connection, title: Int, now: Instant) throws -> Instant {
    let today = Zone.utc.clock(at: now).day
    let isRunning = try connection.first(
      """
      SELECT 1 FROM titles t WHERE t.id = $1
        AND ((t.kind = 'show' AND t.has_ended = 0) OR coalesce(t.released, '9') > $2)
        AND EXISTS (SELECT 1 FROM shelf s WHERE s.title_id = t.id)
      """, title, today.adding(days: -30).description
    ) { $0.int() }
    return now + (isRunning == nil ? FetchRules.settledSeconds : FetchRules.runningSeconds) * 1_000_000
  }

  private func person(_ id: Int, _ claim: FetchStore.Claim, _ token: String?) async throws -> Outcome {
    let found = try await read(
      TMDB.Person.self, "/person/\(id)", [("append_to_response", "combined_credits")], token, etag: claim.etag)
    let now = clock()
    if let person = found?.answer {
      try await database.write { try PersonStore.put($0, person, now: now) }
    } else {
      try await database.write { try PersonStore.confirm($0, tmdbID: id, now: now) }
    }
    return .done(etag: found?.etag ?? claim.etag, again: now + FetchRules.settledSeconds * 1_000_000)
  }

  private func order(_ id: String, _ claim: FetchStore.Claim, _ token: String?) async throws -> Outcome {
    let found = try await read(TMDB.EpisodeGroup.self, "/tv/episode_group/\(id)", [], token, etag: claim.etag)
    let now = clock()
    if let group = found?.answer {
      guard group.id == id else { throw TMDBProblem.malformed("another order") }
      try await database.write { try OrderStore.put($0, group, now: now) }
    } else {
      _ = try await database.write { try $0.execute("UPDATE orders SET fetched_at = $2 WHERE tmdb_id = $1", id, now) }
    }
    // Asked for again when somebody looks.
    return .done(etag: found?.etag ?? claim.etag, again: now + FetchRules.settledSeconds * 1_000_000)
  }

  private func found(_ imdbID: String, _ token: String?) async throws -> Outcome {
    let found = try await read(TMDB.Found.self, "/find/\(imdbID)", [("external_source", "imdb_id")], token)
    let now = clock()
    let cards = ((found?.answer.movies ?? []) + (found?.answer.shows ?? [])).compactMap(TMDBFacts.card)
    try await database.write { connection in
      let kind = try connection.first("SELECT kind FROM titles WHERE imdb_id = $1", imdbID) { $0.text() }
      guard let kind, let card = cards.first(where: { $0.kind.rawValue == kind }) else { return }
      // Where another title has the number already, the two are one, and that is not for a job to decide.
      let changed = try connection.execute(
        """
        UPDATE titles SET tmdb_id = $2, poster = coalesce(poster, $3), backdrop = coalesce(backdrop, $4)
        WHERE imdb_id = $1 AND tmdb_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM titles o WHERE o.kind = $5 AND o.tmdb_id = $2)
        """, imdbID, card.tmdbID, card.poster, card.backdrop, kind)
      guard changed == 1, let resource = Resource(kind: card.kind, tmdbID: card.tmdbID, imdbID: nil) else { return }
      try FetchStore.want(connection, resource, .looked, at: now)
    }
    return .done(etag: nil, again: now + FetchRules.settledSeconds * 1_000_000)
  }

  /// How many pages of a list are kept, of 20 titles each.
  private static let chartPages = 3

  private func chart(_ chart: TitleChart, _ token: String?) async throws -> Outcome {
    var cards: [Facts.Card] = []
    for number in 1...Self.chartPages {
      let page = try await read(TMDB.Page.self, chart.path, [("page", String(number))], token)
      cards += (page?.answer.items ?? []).compactMap(TMDBFacts.card).filter { $0.kind == chart.kind && !$0.isAdult }
      if number >= page?.answer.totalPages ?? 1 { break }
    }
    let (now, all) = (clock(), cards)
    guard !all.isEmpty else { throw TMDBProblem.malformed("an empty list") }
    try await database.write { try ChartStore.replace($0, chart, all, now: now) }
    return .done(etag: nil, again: now + FetchRules.listSeconds * 1_000_000)
  }

  /// How many pages of the feed of changes are read, of 100 numbers each.
  private static let changesPages = 50

  private func changes(_ kind: TitleKind, _ claim: FetchStore.Claim, _ token: String?) async throws -> Outcome {
    let now = clock()
    // The feed goes back two weeks at most (developer.themoviedb.org/reference/changes-movie-list).
    let since = try await database.read { try FetchStore.fetchedAt($0, claim.resource) } ?? now
    let today = Zone.utc.clock(at: now).day
    let from = max(Zone.utc.clock(at: since).day.adding(days: -1), today.adding(days: -13))
    var number = 1
    while number <= Self.changesPages {
      let query = [("page", String(number)), ("start_date", from.description), ("end_date", today.description)]
      let page = try await read(
        TMDB.ChangedIDs.self, kind == .movie ? "/movie/changes" : "/tv/changes",
        query.map { (name: $0.0, value: $0.1) }, token)
      guard let answer = page?.answer else { break }
      for ids in answer.ids.chunked(50) {
        try await database.write { try ChartStore.changed($0, kind, ids, now: now) }
      }
      if number >= answer.totalPages ?? 1 { break }
      number += 1
    }
    return .done(etag: nil, again: now + FetchRules.listSeconds * 1_000_000)
  }

  /// Notes that a title or a person is not there any more; what is stored stays.
  func markGone(_ resource: Resource) async throws {
    let now = clock()
    try await database.write { connection in
      switch resource {
      case .movie(let id): try Self.markGone(connection, .movie, id, now: now)
      case .show(let id): try Self.markGone(connection, .show, id, now: now)
      case .order(let id): try connection.execute("DELETE FROM orders WHERE tmdb_id = $1", id)
      case .person, .found, .chart, .changes: break
      }
    }
  }

  private static func markGone(_ connection: Connection, _ kind: TitleKind, _ id: Int, now: Instant) throws {
    try connection.execute(
      "UPDATE titles SET gone_at = $3 WHERE kind = $1 AND tmdb_id = $2 AND gone_at IS NULL", kind.rawValue, id, now)
  }
}

extension Array {
  /// In pieces of so many.
  func chunked(_ size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
