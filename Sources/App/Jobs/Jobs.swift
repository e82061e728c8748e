import SQL

/// A piece of work that is done now and then, by one node at a time.
struct Job: Sendable {
  /// Its name in the table.
  let name: String
  /// How long after its end it is due again, in seconds.
  let everySeconds: Int
  /// How long after it was first known it is due, in seconds.
  var firstSeconds = 0
  /// Does it; may be cancelled, and then is done again later.
  let body: @Sendable () async throws -> Void
}

/// When jobs are due and how long a node may have one.
enum JobRules {
  /// A node that has not said for so long that it is still at work is thought dead, in seconds.
  static let leaseSeconds = 60
  /// How often it says so.
  static let renewSeconds = 15
  /// How often a node looks for something to do.
  static let lookSeconds = 15
  /// After a failure a job is due again sooner than usual: this long, doubled with each further one.
  static let firstRetrySeconds = 30

  /// How long after a failure a job is due again, in seconds.
  static func retrySeconds(failures: Int, every: Int) -> Int {
    min(every, firstRetrySeconds << min(max(failures - 1, 0), 10))
  }
}

/// Which jobs are due and who has them.
enum JobStore {
  /// Notes jobs that were not there yet, with when they are due.
  static func add(_ connection: Connection, _ due: [String: Instant]) throws {
    for (name, due) in due.sorted(by: { $0.key < $1.key }) {
      try connection.execute(
        "INSERT INTO jobs (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, due)
    }
  }

  /// Takes of some jobs the one that is due longest and that nobody is at, for a while.
  ///
  /// - Returns: its name; nil when there is none.
  static func claim(_ connection: Connection, among names: [String], node: String, now: Instant) throws -> String? {
    let due = try connection.rows(
      """
      SELECT name FROM jobs WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY due_at, name
      """, now
    ) { $0.text() }
    for name in due where names.contains(name) {
      let claimed = try connection.first(
        SQL(
          sqlite: """
            UPDATE jobs SET node = $2, lease_until = $4, began_at = $3
            WHERE name = $1 AND due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) RETURNING name
            """,
          postgres: """
            UPDATE jobs SET node = $2, lease_until = $4, began_at = $3 WHERE name = (
              SELECT name FROM jobs WHERE name = $1 AND due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3)
              FOR UPDATE SKIP LOCKED)
            RETURNING name
            """), name, node, now, now + JobRules.leaseSeconds * 1_000_000
      ) { $0.text() }
      if let claimed { return claimed }
    }
    return nil
  }

  /// Keeps a job for another while; false when another node has taken it.
  static func renew(_ connection: Connection, _ name: String, node: String, now: Instant) throws -> Bool {
    try connection.execute(
      "UPDATE jobs SET lease_until = $3 WHERE name = $1 AND node = $2", name, node,
      now + JobRules.leaseSeconds * 1_000_000) == 1
  }

  /// Gives a job back: done, failed, or broken off by a shutdown.
  static func end(_ connection: Connection, _ name: String, node: String, _ ending: Ending, now: Instant) throws {
    let failures = try connection.first(
      "SELECT failures FROM jobs WHERE name = $1 AND node = $2", name, node
    ) { $0.int() }
    guard let failures else { return }
    let (due, count, problem): (Instant, Int, String?) =
      switch ending {
      case .done(let every): (now + every * 1_000_000, 0, nil)
      case .failed(let every, let problem):
        (now + JobRules.retrySeconds(failures: failures + 1, every: every) * 1_000_000, failures + 1, problem)
      case .brokenOff: (now, failures, nil)
      }
    var done: Instant?
    if case .done = ending { done = now }
    try connection.execute(
      """
      UPDATE jobs SET due_at = $3, node = NULL, lease_until = NULL, ended_at = coalesce($4, ended_at), failures = $5,
        problem = $6
      WHERE name = $1 AND node = $2
      """, name, node, due, done, count, problem)
  }

  /// How a job ended; due again after so many seconds.
  enum Ending: Sendable {
    case done(every: Int)
    case failed(every: Int, String)
    case brokenOff
  }

  /// A job as the table has it.
  struct Line: Sendable, Equatable {
    let name: String
    let dueAt: Instant
    /// When it was last done to its end.
    let endedAt: Instant?
    let failures: Int
    let problem: String?
  }

  /// Every job.
  static func all(_ connection: Connection) throws -> [Line] {
    try connection.rows("SELECT name, due_at, ended_at, failures, problem FROM jobs ORDER BY name") { row in
      Line(
        name: row.text(), dueAt: row.int(), endedAt: row.optionalInt(), failures: row.int(),
        problem: row.optionalText())
    }
  }
}
