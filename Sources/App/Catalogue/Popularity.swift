import Foundation

/// How much looked for a title is, on one scale whatever source says so.
enum Popularity {
  /// The weight of a title for which so many people voted, 0 to 255: ten times the logarithm to the base 2.
  ///
  /// The votes are those of IMDb, or as many as it would have (`votes(tmdb:)`).
  static func weight(votes: Int) -> Int { min(255, Int(10 * log2(1 + Double(max(votes, 0))))) }

  /// How many votes IMDb has where TMDB has so many: some sixty times as many, by the best known films of both.
  static func votes(tmdb: Int) -> Int { max(tmdb, 0) * 60 }

  /// The weight of a title of the starter catalogue, which says 1 to 100: the least known of it has some 4,000 votes.
  static func weight(starter: Int) -> Int { 120 + starter * 85 / 100 }
}
