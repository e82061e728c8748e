import Foundation
public import SQL

/// Tries the recommendations on the ratings of MovieLens: of each tried person one liked title is hidden, and it is
/// counted how often it is among the ten that are recommended without it, beside the ten best known ones.
///
/// Reads `ratings.csv` (userId,movieId,rating,timestamp, sorted by user) and `links.csv` (movieId,imdbId,tmdbId), as
/// described at files.grouplens.org/datasets/movielens/ml-latest-README.html. Needs some 4 bytes of memory a rating.
public struct RecommendationTrial: Sendable {
  private let folder: String
  private let users: Int

  /// How many titles are recommended to each.
  static let shown = 10
  /// The least rating of a title that is hidden, 0 to 100.
  static let hidden = 80
  /// How many other titles somebody has to like to be tried.
  static let leastLiked = 5

  /// - Parameters:
  ///   - folder: where the two files are.
  ///   - users: how many people are tried at most.
  public init(folder: String, users: Int) {
    self.folder = folder
    self.users = users
  }

  /// How one way to recommend did.
  public struct Result: Sendable, Equatable {
    /// `popularity`, `watched`, `content` or `both`.
    public let method: String
    /// For how many people the hidden title was among those recommended.
    public let hits: Int
    /// How many titles were recommended to anybody.
    public let titles: Int
  }

  /// What the trial found.
  public struct Report: Sendable {
    /// How many people were tried.
    public let users: Int
    /// How many titles somebody has rated, and how many of them the catalogue knows.
    public let titles: Int
    public let matched: Int
    /// Each way, popularity first.
    public let results: [Result]

    /// The report in lines.
    public var lines: [String] {
      func percent(_ part: Int, _ all: Int) -> String {
        String(format: "%.1f %%", 100 * Double(part) / Double(max(all, 1)))
      }
      return [
        "\(users) people tried; \(titles) titles, of which the catalogue knows \(matched)",
        "method\thit rate at \(shown)\tcoverage",
      ] + results.map { "\($0.method)\t\(percent($0.hits, users))\t\(percent($0.titles, titles))" }
    }
  }

  /// Runs it against a catalogue, whose facts the titles are compared by.
  ///
  /// - Throws: `StartProblem` when a file is not there or not what it should be.
  public func run(_ database: any Database) throws -> Report {
    var ratings = try MovieLensRatings(path: folder + "/ratings.csv")
    let tried = ratings.hide(users: users)
    let count = ratings.movies.count
    let watching = CoWatching(likes: ratings.people.map(MovieLensRatings.liked), titles: count)
    let links = try MovieLensLinks(path: folder + "/links.csv", movies: ratings.movies)
    let features = try database.readBlocking { try links.features($0, count: count) }
    let content = ContentIndex(features)
    var kept: [String: [Int: [Neighbour]]] = [:]
    var sums = Scratch<Float>(count: count)
    var counts = Scratch<Int32>(count: count)
    func edges(_ method: String, _ place: Int) -> [Neighbour] {
      if let known = kept[method]?[place] { return known }
      var made: [Neighbour] = []
      if method != "content" {
        let limit = method == "both" ? RecommendationRules.watchedEdges : RecommendationRules.edges
        made = watching.nearest(to: place, limit: limit, &counts)
      }
      if method != "watched" {
        made += content.nearest(to: place, limit: RecommendationRules.edges - made.count, &sums)
      }
      kept[method, default: [:]][place] = made
      return made
    }
    let popular = (0..<count).sorted { (watching.count($1), $0) < (watching.count($0), $1) }
    var results: [Result] = []
    for method in ["popularity", "watched", "content", "both"] {
      var hits = 0
      var all: Set<Int> = []
      for (person, hidden) in tried {
        let own = ratings.people[person].map { MovieLensRatings.entry($0) }
        let best: [Int]
        if method == "popularity" {
          let had = Set(own.map(\.place))
          best = Array(popular.lazy.filter { !had.contains($0) }.prefix(Self.shown))
        } else {
          var links = LinkSums()
          for (place, rating) in own {
            let strength = RecommendationRules.strength(rating: rating)
            guard strength > 0 else { continue }
            for edge in edges(method, place) { links.add(edge.place, strength * edge.weight, by: place, .content) }
          }
          for (place, _) in own { links.remove(place) }
          best = links.best(Self.shown).map(\.other)
        }
        if best.contains(hidden) { hits += 1 }
        all.formUnion(best)
      }
      results.append(Result(method: method, hits: hits, titles: all.count))
    }
    return Report(users: tried.count, titles: count, matched: features.count { !$0.isEmpty }, results: results)
  }
}
