import NIOPosix
import SQL
import Synchronization

/// Makes the edges anew that lead from titles to what is like them, once a day.
///
/// Titles are read in one go and people in pieces, all of it is compared in memory, away from the threads of the pages,
/// and written in pieces; only what has changed is written.
struct SimilarityJob: Sendable {
  let app: App

  /// How often it is due.
  static let everySeconds = 86_400
  /// Of how many titles one transaction writes the edges, a row each: others may write between them.
  static let piece = 200
  /// Of how many people one transaction reads the titles.
  static let peopleAtOnce = 1_000

  /// Makes all of them, and says of how many titles they were others than before.
  @discardableResult func once() async throws -> Int {
    let now = app.clock()
    let material = try await read()
    let isOver = Mutex(false)
    let (due, gone) = try await withTaskCancellationHandler {
      try await NIOThreadPool.singleton.runIfActive {
        try Self.compare(material) { if isOver.withLock({ $0 }) { throw CancellationError() } }
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

  private func read() async throws -> Material {
    var (material, people, places) = try await app.database.readLong { connection -> (Material, [Int], [Int: Int]) in
      let titles = try RecommendationStore.compared(connection)
      let places = Dictionary(titles.enumerated().map { ($1.id, $0) }) { first, _ in first }
      let kept = try RecommendationStore.kept(connection)
      return (Material(titles: titles, likes: [], kept: kept), try RecommendationStore.people(connection), places)
    }
    material.likes.reserveCapacity(people.count)
    for start in stride(from: 0, to: people.count, by: Self.peopleAtOnce) {
      try Task.checkCancellation()
      let some = Array(people[start..<min(people.count, start + Self.peopleAtOnce)])
      material.likes += try await app.database.readLong { [places] in
        try RecommendationStore.likes($0, of: some, places: places)
      }
    }
    return material
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
    var likes: [[Int32]]
    let kept: [Int: RecommendationStore.Edges]
  }
}
