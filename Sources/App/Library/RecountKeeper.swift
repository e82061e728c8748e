import Logging
import SQL
public import ServiceLifecycle

/// Recounts those who wait after a change of the catalogue, on every node: each takes other titles and other people.
///
/// No job, since a job waits for the one before it, and a backup may take long.
public struct RecountKeeper: Service {
  private let app: App

  /// How often it looks whether somebody waits, in seconds.
  static let everySeconds = 10

  init(app: App) { self.app = app }

  /// Runs until the program shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await self.once()
        } catch {
          if Task.isCancelled { return }
          self.app.logger.error("recounts", metadata: ["error": "\(error)"])
        }
        do {
          try await Task.sleep(for: .seconds(Self.everySeconds))
        } catch { return }
      }
    }
  }

  /// Recounts everybody whose time has come.
  func once() async throws {
    let clock = app.clock
    // Looked for first without the writer.
    let isWaiting = try await app.database.read { connection in
      try connection.first("SELECT 1 FROM recounts WHERE due_at <= $1 LIMIT 1", clock()) { $0.int() } != nil
    }
    guard isWaiting else { return }
    while try await app.database.write({ try Recounts.piece($0, now: clock()) }) {}
  }
}
