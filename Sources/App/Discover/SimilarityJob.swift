import NIOPosix
import SQL
import Synchronization

/// Makes the edges anew that lead from titles to what is like them, once a day.
///
/// Everything is read in one go and compared in memory, away from the threads of the pages, and written in pieces;
/// only what has changed is written.
struct SimilarityJob: Sendable {
  let app: App

  /// How often it is due.
  static let everySeconds = 86_400
  /// Of how many titles one transaction writes the edges, a row each: others may write between them.
  static let piece = 200

  /// Makes all of them, and says of how many titles they were others than before.
  @discardableResult func once() async throws -> Int {
    let now = app.clock()
    let read = try await app.database.readLong { connection -> Material in
      let titles = try RecommendationStore.compared(connection)
      var places: [Int: Int] = [:]
      for (place, title) in titles.enumerated() { places[title.id] = place }
      return Material(
        titles: titles, likes: try RecommendationStore.likes(connection, places: places),
        kept: try RecommendationStore.kept(connection))
    }
    let isOver = Mutex(false)
    let (due, gone) = try await withTaskCancellationHandler {
      try await NIOThreadPool.singleton.runIfActive {
        try Self.compare(read) { if isOver.withLock({ $0 }) { throw CancellationError() } }
      }
    } onCancel: {
      isOver.withLock { $0 = true }
    }
    for start in stride(from: 0, to: due.count, by: Self.piece) {
      try Task.checkCancellation()
      let some = due[start..<min(due.count, start + Self.piece)]
      try await app.database.write { try RecommendationStore.replace($0, some) }
    }
    for start in stride(from: 0, to: gone.count, by: Self.piece) {
      let some = gone[start..<min(gone.count, start + Self.piece)]
      try await app.database.write { try RecommendationStore.forget($0, titles: some) }
    }
    try await app.database.write { try RecommendationStore.note($0, madeAt: now) }
    return due.count + gone.count
  }

  /// The edges that differ from those that are kept, and the titles that are to have none any more.
  private static func compare(
    _ read: Material, check: () throws -> Void
  ) throws -> (due: [RecommendationStore.Edges], gone: [Int]) {
    let content = ContentIndex(read.titles.map(\.features))
    let watching = CoWatching(likes: read.likes, titles: read.titles.count)
    var sums = Scratch<Float>(count: read.titles.count)
    var counts = Scratch<Int32>(count: read.titles.count)
    var old = read.kept
    var due: [RecommendationStore.Edges] = []
    for (place, title) in read.titles.enumerated() where title.isSource {
      let watched = watching.nearest(to: place, limit: RecommendationRules.watchedEdges, &counts)
      let about = content.nearest(to: place, limit: RecommendationRules.edges - watched.count, &sums)
      let others = PackedEdges(
        watched.map { (read.titles[$0.place].id, true, $0.weight) }
          + about.map { (read.titles[$0.place].id, false, $0.weight) })
      let made = RecommendationStore.Edges(title: title.id, isCommon: title.isCommon, others: others)
      if old.removeValue(forKey: title.id) != made { due.append(made) }
      try check()
    }
    return (due, old.keys.sorted())
  }

  /// What is read.
  private struct Material: Sendable {
    let titles: [RecommendationStore.Compared]
    let likes: [[Int32]]
    let kept: [Int: RecommendationStore.Edges]
  }
}
