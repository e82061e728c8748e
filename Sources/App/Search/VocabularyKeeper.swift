import Logging
public import ServiceLifecycle

/// Reads the words of the catalogue after the start, and anew once a day: other nodes add names, too. No page waits
/// for it; until the first words are there nothing is mended.
public struct VocabularyKeeper: Service {
  private let app: App

  /// How long after one reading the next begins, in seconds.
  static let everySeconds = 86_400
  /// How long after one that failed, in seconds.
  static let againSeconds = 60

  init(app: App) { self.app = app }

  /// Runs until the program shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        var seconds = Self.everySeconds
        do {
          try await self.app.vocabulary.build(from: self.app.database)
        } catch {
          if Task.isCancelled { return }
          self.app.logger.error("vocabulary", metadata: ["error": "\(error)"])
          seconds = Self.againSeconds
        }
        do {
          try await Task.sleep(for: .seconds(seconds))
        } catch { return }
      }
    }
  }
}
