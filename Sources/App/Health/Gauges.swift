import Logging
import Metrics
import SQL
import Synchronization

/// What `/metrics` says of the site beyond what this process counts: read from the database when it is asked for.
struct Gauges: Sendable {
  let app: App
  let factory: any MetricsFactory
  private let readAt = ReadAt()

  private final class ReadAt: Sendable {
    let value = Mutex<Instant?>(nil)
  }

  /// Between two readings, in seconds: Prometheus asks more often than these change.
  static let everySeconds = 30

  init(app: App, factory: any MetricsFactory) {
    self.app = app
    self.factory = factory
  }

  /// Reads them anew where the last reading is old; a database that does not answer leaves the last ones.
  func refresh() async {
    let now = app.clock()
    let isDue = readAt.value.withLock { last in
      if let last, now - last < Self.everySeconds * 1_000_000, now >= last { return false }
      last = now
      return true
    }
    guard isDue else { return }
    set("flixlist_build_info", 1, [("version", App.version)])
    do {
      let facts = try await app.database.read { try SiteFacts($0, now: now) }
      show(facts, now: now)
    } catch {
      app.logger.error("metrics", metadata: ["error": "\(error)"])
    }
  }

  private func show(_ facts: SiteFacts, now: Instant) {
    set("flixlist_accounts", facts.accounts)
    set("flixlist_sessions_active", facts.sessions)
    set("flixlist_fetch_queue_length", facts.due)
    set("flixlist_fetches_failing", facts.failing)
    set("flixlist_fetch_queue_age_seconds", facts.oldestDue.map { max(0, (now - $0) / 1_000_000) } ?? 0)
    var newest: Instant?
    for job in facts.jobs {
      set("flixlist_job_failures", job.failures, [("job", job.name)])
      guard let ended = job.endedAt else { continue }
      set("flixlist_job_last_success_timestamp_seconds", ended / 1_000_000, [("job", job.name)])
      if job.name == "backup" { newest = ended }
    }
    guard let folder = app.config.backups else { return }
    do {
      // Of several nodes another may have made it, in its own folder.
      let here = try BackupShelf(folder: folder).all().last?.madeAt
      if let made = [newest, here].compactMap({ $0 }).max() {
        set("flixlist_backup_age_seconds", max(0, (now - made) / 1_000_000))
      }
    } catch {
      app.logger.error("metrics", metadata: ["error": "\(error)"])
    }
  }

  private func set(_ label: String, _ value: Int, _ dimensions: [(String, String)] = []) {
    Meter(label: label, dimensions: dimensions, factory: factory).set(value)
  }
}

/// How the site stands.
private struct SiteFacts: Sendable {
  let accounts: Int
  let sessions: Int
  let due: Int
  let failing: Int
  let oldestDue: Instant?
  let jobs: [JobStore.Line]

  init(_ connection: Connection, now: Instant) throws {
    let queue = try FetchStore.figures(connection, now: now)
    (due, failing, oldestDue) = (queue.due, queue.failing, queue.oldestDue)
    (accounts, sessions) =
      try connection.first(
        "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM sessions WHERE seen_at >= $1)",
        now - 86_400_000_000
      ) { ($0.int(), $0.int()) } ?? (0, 0)
    jobs = try JobStore.all(connection)
  }
}
