import Foundation
import HTTPTypes
import Testing

@testable import App

/// What is like what, and how well it recommends.
@Suite struct RecommendationTests {
  @Test func whatFewTitlesShareCountsMoreThanWhatManyShare() {
    let titles: [[Feature]] =
      [[.genre("Drama"), .person(1), .decade(199)], [.genre("Drama"), .person(1)], [.genre("Drama"), .decade(199)]]
      + (0..<20).map { [.genre($0.isMultiple(of: 2) ? "Drama" : "Comedy"), .person(100 + $0)] }
    let index = ContentIndex(titles)
    var scratch = Scratch<Float>(count: titles.count)
    let near = index.nearest(to: 0, limit: 3, &scratch)
    #expect(near.first?.place == 1)
    #expect(!near.contains { $0.place == 0 } && near.allSatisfy { (1...1_000).contains($0.weight) })
    // The scratch is empty again.
    let again = index.nearest(to: 0, limit: 3, &scratch)
    #expect(again == near)
    let none = ContentIndex([[]]).nearest(to: 0, limit: 3, &scratch)
    #expect(none.isEmpty)
  }

  @Test func noEdgeHasFewerThanFivePeopleBehindIt() {
    var random = SystemRandomNumberGenerator()
    let likes = (0..<60).map { _ in (0..<12).map { Int32($0) }.shuffled(using: &random).prefix(4).map { $0 } }
    let watching = CoWatching(likes: likes, titles: 12)
    var scratch = Scratch<Int32>(count: 12)
    for title in 0..<12 {
      for edge in watching.nearest(to: title, limit: 50, &scratch) {
        let both = likes.count { $0.contains(Int32(title)) && $0.contains(Int32(edge.place)) }
        #expect(both >= RecommendationRules.people)
      }
    }
  }

  @Test func whatManyLikedTitlesLeadToComesFirstAndOwnTitlesNever() {
    var sums = LinkSums()
    sums.add(5, 500, by: 1, .content)
    sums.add(6, 300, by: 1, .content)
    sums.add(2, 900, by: 1, .content)
    sums.add(6, 300, by: 2, .content)
    sums.add(6, 200, by: 3, .watched)
    for own in 1...3 { sums.remove(own) }
    let best = sums.best(10)
    #expect(best.map(\.other) == [6, 5] && best.map(\.total) == [800, 500])
    // Of what leads to it equally strongly, the later added title is named.
    #expect(best[0].seed == 2 && best[0].how == .content)
    #expect(sums.best(1).map(\.other) == [6])
  }

  @Test func whatIsPackedComesOutAgain() {
    let edges = [(1, true, 1_000), (Int(UInt64.max >> 11), false, 1), (70_000, true, 60)]
    let packed = PackedEdges(edges.map { (other: $0.0, isWatched: $0.1, weight: $0.2) })
    var out: [(Int, Bool, Int)] = []
    packed.each { out.append(($0, $1, $2)) }
    #expect(packed.count == 3 && packed.bytes.count == 24)
    #expect(zip(out, edges).allSatisfy { $0 == $1 })
    #expect(PackedEdges(bytes: []).count == 0)
  }

  /// Two halves of people who like two halves of titles, in an order that says nothing.
  private func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var ratings = "userId,movieId,rating,timestamp\r\n"
    for user in 1...60 {
      for place in 0..<14 where (place + user / 2) % 7 != 0 {
        ratings += "\(user),\(1 + place + (user % 2) * 14),4.5,\(1_000 + (place * 5 + user) % 14)\r\n"
      }
      for movie in 29...32 where (movie + user) % 3 == 0 { ratings += "\(user),\(movie),2.0,900\r\n" }
    }
    try ratings.write(toFile: folder + "/ratings.csv", atomically: true, encoding: .utf8)
    let links = "movieId,imdbId,tmdbId\n1,0000001,11\n2,0000002,\n"
    try links.write(toFile: folder + "/links.csv", atomically: true, encoding: .utf8)
  }

  @Test func theTrialFindsWhatTheSamePeopleLike() async throws {
    try await withSite { (site) async throws in
      let folder = site.folder + "/movielens"
      try write(to: folder)
      let report = try RecommendationTrial(folder: folder, users: 40).run(site.database)
      #expect(report.users == 40)
      let rates = Dictionary(uniqueKeysWithValues: report.results.map { ($0.method, $0.hits) })
      #expect(rates["watched"] ?? 0 > rates["popularity"] ?? 0, "\(report.results)")
      #expect(report.lines.count == 6)
    }
  }

  @Test func aFileThatIsSomethingElseIsRefusedWithItsLine() async throws {
    try await withSite { (site) async throws in
      let folder = site.folder + "/movielens"
      try write(to: folder)
      for bad in ["1,2,abc,4", "1,2,9,4", "1,2,4.0", "1,2,4.0,99999999999999999999"] {
        try "userId,movieId,rating,timestamp\n\(bad)\n".write(
          toFile: folder + "/ratings.csv", atomically: true, encoding: .utf8)
        let problem = #expect(throws: StartProblem.self) {
          try RecommendationTrial(folder: folder, users: 1).run(site.database)
        }
        #expect(problem?.description.contains("Line 2") == true, "\(bad)")
      }
      #expect(throws: StartProblem.self) {
        try RecommendationTrial(folder: folder + "/none", users: 1).run(site.database)
      }
    }
  }
}
