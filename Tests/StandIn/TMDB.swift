public import Foundation

/// A stand-in for TMDB's API (version 3) and its pictures, which answers from fixtures and fails on request.
///
/// ```swift
/// let tmdb = try TMDB()
/// try await tmdb.serve { base in
///   // base is http://127.0.0.1:<port>: the API is below /3, the pictures below /t/p
///   await tmdb.fail(.status(429, retryAfter: 2), for: "/3/search", times: 1)
///   await tmdb.change(.tv(9_900_101)) { $0["season/1"]["episodes"][0]["name"] = "Another name" }
/// }
/// ```
///
/// The answers follow https://developer.themoviedb.org/reference and recordings of the service.
public actor TMDB {
  /// A request that came in.
  public struct Request: Sendable, Equatable {
    /// `GET`, mostly.
    public var method: String
    /// The path with its query, as it was sent.
    public var target: String
    /// When it came.
    public var time: Date
    /// The status of the answer; 0 where there was none.
    public var status: Int
    /// The failure that it met, if any.
    public var failure: Failure?
  }

  private struct Trap {
    let failure: Failure
    let prefix: String
    var times: Int?
  }

  /// The read access token that it takes as `Authorization: Bearer`.
  public nonisolated let token: String
  /// The key that it takes as `api_key`.
  public nonisolated let key: String
  /// Everything that was asked since the start or the last `forget()`, oldest first; not what begins with `/_`.
  public private(set) var requests: [Request] = []

  private let original: Fixtures
  private let recordings: Recordings?
  private var fixtures: Fixtures
  private var traps: [Trap] = []
  private var changed: [(title: Title, day: String?)] = []

  /// Reads the fixtures; throws when that fails.
  ///
  /// - Parameters:
  ///   - folder: where the fixtures are; nil for the project's own.
  ///   - recordings: a folder of recorded answers that come before the fixtures.
  ///   - today: the day by which episodes are out and films run, `YYYY-MM-DD`.
  ///   - pageSize: how many rows a page has; TMDB's have 20.
  public init(
    folder: URL? = nil, recordings: URL? = nil, token: String = "stand-in-token", key: String = "stand-in-key",
    today: String = "2026-08-15", pageSize: Int = 20
  ) throws {
    self.token = token
    self.key = key
    original = try Fixtures(folder: folder ?? Fixtures.folder, today: today, pageSize: max(1, pageSize))
    fixtures = original
    self.recordings = try recordings.map { try Recordings(folder: $0) }
  }

  // MARK: Going wrong

  /// Fails from now on, the first failure that fits a request winning.
  ///
  /// - Parameters:
  ///   - prefix: how the paths begin that fail, such as `/3/search`; pictures are below `/t/p`.
  ///   - times: how many requests fail; nil for all to come.
  public func fail(_ failure: Failure, for prefix: String = "/", times: Int? = nil) {
    traps.append(Trap(failure: failure, prefix: prefix, times: times))
  }

  /// Ends all failures; what was changed or deleted stays so.
  public func recover() { traps = [] }

  /// Takes everything back: failures, changes, and the record of requests.
  public func reset() {
    traps = []
    changed = []
    requests = []
    fixtures = original
  }

  /// Empties the record of requests.
  public func forget() { requests = [] }

  /// How many requests came for paths that begin so.
  public func count(for prefix: String = "/") -> Int { requests.filter { $0.target.hasPrefix(prefix) }.count }

  // MARK: The world moving on

  /// A work as the fixtures have it now; nil for one that is not there.
  public func work(_ title: Title) -> JSONValue? { fixtures.works[title] }

  /// Changes a work, or adds one that was not there, and puts it on the feed of changes.
  ///
  /// - Parameter day: the day of the feed; nil for one that is always asked for.
  public func change(_ title: Title, on day: String? = nil, _ edit: @Sendable (inout JSONValue) -> Void) {
    edit(&fixtures.works[title, default: ["id": .int(title.id)]])
    changed.append((title, day))
  }

  /// Changes the day by which episodes are out and films run.
  public func setToday(_ day: String) { fixtures.today = day }

  /// Takes a work away: it is 404 from now on.
  public func delete(_ title: Title) {
    fixtures.works[title] = nil
    changed.append((title, nil))
  }

  /// Takes a season away.
  public func delete(season: Int, of show: Int) {
    change(.tv(show)) { $0 = $0.without(["season/\(season)"]) }
  }

  /// Gives a work another id: the old one is 404, and lists that named it leave it out.
  public func renumber(_ title: Title, to id: Int) {
    guard var work = fixtures.works.removeValue(forKey: title) else { return }
    work["id"] = .int(id)
    fixtures.works[Title(title.kind, id)] = work
    changed += [(title, nil), (Title(title.kind, id), nil)]
  }

  // MARK: Answering

  /// Decides what a request gets, and notes it.
  func reply(to query: Query) -> Reply {
    if query.path.first?.hasPrefix("_") == true { return control(query) }
    var reply = right(query)
    var met: Failure?
    if let place = traps.firstIndex(where: { query.target.hasPrefix($0.prefix) && $0.times != 0 }) {
      let trap = traps[place]
      traps[place].times = trap.times.map { $0 - 1 }
      reply = trap.failure.spoil(reply)
      met = trap.failure
    }
    let status = reply.manner == .reset ? 0 : reply.status
    requests.append(
      Request(method: query.method, target: query.target, time: Date(), status: status, failure: met))
    return reply
  }

  /// What TMDB would answer.
  private func right(_ query: Query) -> Reply {
    guard query.method == "GET" || query.method == "HEAD" else { return .error(405) }
    var path = query.path
    if path.starts(with: ["t", "p"]), path.count == 4 {
      let reply = Reply(200, Picture.png(named: path[3]), "image/png")
      return tagged(reply, query)
    }
    guard path.first == "3" else { return .error(404) }
    guard query.bearer.map({ $0 == token }) ?? (query.items["api_key"] == key) else { return .error(401) }
    path.removeFirst()
    if let recorded = recordings?.reply(to: query) { return tagged(recorded, query) }
    if let problem = problem(query) { return problem }
    let found = fixtures.answer(path, query.items, base: "http://" + query.host, changed: changed)
    return found.map { tagged(Reply(200, $0), query) } ?? .error(404)
  }

  /// What is wrong with the query itself.
  private func problem(_ query: Query) -> Reply? {
    if let page = query.items["page"], !(Int(page).map { (1...500).contains($0) } ?? false) { return .error(400) }
    if fixtures.appended(query.items).count > 20 {
      let sentence = "Too many append to response objects: The maximum number of remote calls is 20."
      return Reply(400, ["status_code": 27, "status_message": .string(sentence), "success": false])
    }
    if query.path.last == "changes", let start = query.items["start_date"], let end = query.items["end_date"],
      let days = Fixtures.days(from: start, to: end), !(0...14).contains(days)
    {
      return .error(422)
    }
    return nil
  }

  /// The answer with its tag, or 304 when the client has it already.
  private func tagged(_ right: Reply, _ query: Query) -> Reply {
    var reply = right
    guard reply.status == 200 else { return reply }
    // FNV-1a tells two answers apart well enough for a tag.
    let hash = reply.body.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let tag = "W/\"\(String(hash, radix: 16))\""
    if query.ifNoneMatch.contains(tag) {
      reply.status = 304
      reply.body = []
    }
    reply.headers = [("ETag", tag), ("Cache-Control", "public, max-age=600")]
    return reply
  }
}
