public import Metrics
public import SQL
import Synchronization

/// What is counted and timed. Names follow Prometheus' rules; labels are few and bounded.
public final class Meters: Sendable {
  /// Requests being answered now.
  private let active: Meter
  private let signIns: Counter
  private let signInFailures: Counter
  private let plays: Counter
  private let databaseErrors: Counter
  private let reads: Timer
  private let writes: Timer
  private let factory: any MetricsFactory
  private let requests = Mutex<[RequestLabel: Timer]>([:])

  private struct RequestLabel: Hashable {
    let route: String
    let method: String
    let status: Int
  }

  /// Makes every instrument with the given factory.
  public init(factory: any MetricsFactory) {
    self.factory = factory
    active = Meter(label: "flixlist_http_requests_active", dimensions: [], factory: factory)
    signIns = Counter(label: "flixlist_sign_ins_total", dimensions: [("result", "ok")], factory: factory)
    signInFailures = Counter(label: "flixlist_sign_ins_total", dimensions: [("result", "refused")], factory: factory)
    plays = Counter(label: "flixlist_plays_total", dimensions: [], factory: factory)
    databaseErrors = Counter(label: "flixlist_database_errors_total", dimensions: [], factory: factory)
    reads = Timer(label: "flixlist_database_seconds", dimensions: [("access", "read")], factory: factory)
    writes = Timer(label: "flixlist_database_seconds", dimensions: [("access", "write")], factory: factory)
    // What alerts are made of is there from the start: a rate needs a first value.
    for result in ["ok", "failed"] {
      _ = Counter(label: "flixlist_tmdb_requests_total", dimensions: [("result", result)], factory: factory)
    }
    for result in ["ok", "refused"] {
      _ = Counter(label: "flixlist_imports_total", dimensions: [("result", result)], factory: factory)
    }
  }

  /// Notes that a request came (1) or was answered (-1).
  func active(_ step: Int) { step > 0 ? active.increment() : active.decrement() }

  /// Notes a login that succeeded or not.
  func signedIn(_ isRight: Bool) { (isRight ? signIns : signInFailures).increment() }

  /// Notes recorded plays.
  func played(_ count: Int) { plays.increment(by: count) }

  /// Notes a request to TMDB that was answered or not.
  func askedTMDB(isAnswered: Bool) {
    count("flixlist_tmdb_requests_total", [("result", isAnswered ? "ok" : "failed")])
  }

  /// Notes a job that was done or failed.
  func ran(job: String, isDone: Bool) {
    count("flixlist_job_runs_total", [("job", job), ("result", isDone ? "ok" : "failed")])
  }

  /// Notes an import over the web that was taken in or refused.
  func imported(isTaken: Bool) { count("flixlist_imports_total", [("result", isTaken ? "ok" : "refused")]) }

  // For what happens rarely enough to look its series up each time.
  private func count(_ label: String, _ dimensions: [(String, String)]) {
    Counter(label: label, dimensions: dimensions, factory: factory).increment()
  }

  /// Notes a failure of the database.
  func databaseFailed() { databaseErrors.increment() }

  /// Notes an answered request. `route` is the pattern, never the path.
  func request(route: String, method: String, status: Int, duration: Duration) {
    let label = RequestLabel(route: route, method: Self.methods.contains(method) ? method : "other", status: status)
    let timer = requests.withLock { all in
      if let known = all[label] { return known }
      let new = Timer(
        label: "flixlist_http_request_seconds",
        dimensions: [("route", label.route), ("method", label.method), ("status", String(label.status))],
        factory: factory)
      all[label] = new
      return new
    }
    timer.recordNanoseconds(Self.nanoseconds(duration))
  }

  private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  /// What the database reports to.
  public func databaseObserver(prepared: @escaping @Sendable (SQL) -> Void = { _ in }) -> DatabaseObserver {
    DatabaseObserver(
      access: { [reads, writes] isWrite, duration in
        (isWrite ? writes : reads).recordNanoseconds(Self.nanoseconds(duration))
      }, prepared: prepared)
  }

  private static func nanoseconds(_ duration: Duration) -> Int {
    Int(duration.components.seconds) * 1_000_000_000 + Int(duration.components.attoseconds / 1_000_000_000)
  }
}
