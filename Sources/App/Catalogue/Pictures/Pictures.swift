import Logging
import NIOPosix

/// The pictures of this node: what it keeps, and how it comes by more.
struct Pictures: Sendable {
  /// How long a page's picture waits until the drawn one is sent instead.
  static let patience = Duration.seconds(3)

  let shelf: PictureShelf
  /// Nil where none are fetched.
  let fetcher: PictureFetcher?
  private let patience: Duration

  /// - Parameters:
  ///   - folder: where they are kept.
  ///   - limit: how many bytes are kept at most; 0 keeps and fetches none.
  ///   - base: the server that is asked, without a slash at the end; nil for none.
  ///   - patience: how long a picture that has to be fetched is waited for.
  init(
    folder: String, limit: Int, base: String?, patience: Duration = Pictures.patience,
    clock: @escaping @Sendable () -> Instant, logger: Logger
  ) {
    let shelf = PictureShelf(folder: folder, limit: limit, clock: clock)
    self.shelf = shelf
    self.patience = patience
    fetcher =
      limit > 0 ? base.map { PictureFetcher(base: $0, shelf: shelf, clock: clock, logger: logger) } : nil
  }

  /// Begins to count what is kept, beside everything else.
  func start() {
    guard shelf.limit > 0 else { return }
    let shelf = shelf
    Task { try await NIOThreadPool.singleton.runIfActive { shelf.count() } }
  }

  /// Ends its connections; what is kept can still be read.
  func shutDown() async throws { try await fetcher?.shutDown() }

  /// A picture: kept, or fetched within some seconds; nil when it is neither.
  func find(_ picture: Picture) async throws -> PictureBytes? {
    guard shelf.limit > 0 else { return nil }
    let shelf = shelf
    if let kept = try await NIOThreadPool.singleton.runIfActive({ shelf.read(picture) }) { return kept }
    return await fetcher?.picture(picture, within: patience)
  }
}
