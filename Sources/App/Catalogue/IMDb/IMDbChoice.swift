import Formats

/// Which titles of IMDb's are taken into the catalogue. Titles that are in it already are brought up to date whatever
/// is chosen.
public struct IMDbChoice: Sendable, Equatable {
  /// The sorts of titles that can be chosen.
  public enum Kind: String, Sendable, CaseIterable {
    /// Films, also those made for television.
    case film
    /// Shows and mini-series, with their episodes.
    case show
    /// Broadcasts that stand alone.
    case special
    /// Short films.
    case short
    /// Films that were first sold and not shown.
    case video
    /// First parts of shows that were not made.
    case pilot
  }

  /// Why a title was left out.
  enum Reason: String, Sendable {
    case kind, votes, year, adult
  }

  /// What is taken.
  public var kinds: Set<Kind> = [.film, .show, .special]
  /// The fewest votes.
  public var minVotes = 0
  /// The first year; with it, titles whose year nobody knows are left out.
  public var since: Int?
  /// Whether titles for adults only are taken.
  public var takesAdult = false
  /// Whether people are taken, and who was in what.
  public var takesPeople = false

  /// Films, shows and specials, for everybody, without people.
  public init() {}

  /// Why a title is left out, or nil.
  func refusal(_ title: IMDb.Basics, votes: Int) -> Reason? {
    guard let kind = Self.kind(title.kind), kinds.contains(kind) else { return .kind }
    if Self.isAdult(title), !takesAdult { return .adult }
    if let since, (title.startYear ?? 0) < since { return .year }
    return votes < minVotes ? .votes : nil
  }

  /// Whether it is for adults only, by the flag or by its genre.
  static func isAdult(_ title: IMDb.Basics) -> Bool { title.isAdult || title.genres.contains("Adult") }

  /// The sort of a title; nil for games, episodes and what is not known.
  static func kind(_ kind: IMDb.Kind) -> Kind? {
    switch kind {
    case .movie, .tvMovie: .film
    case .tvSeries, .tvMiniSeries: .show
    case .tvSpecial: .special
    case .short, .tvShort: .short
    case .video: .video
    case .tvPilot: .pilot
    case .tvEpisode, .videoGame, .other: nil
    }
  }

  /// All that is chosen, in one text: another choice has another one.
  var mark: String {
    let kinds = Kind.allCases.filter(self.kinds.contains).map(\.rawValue).joined(separator: ",")
    return "\(kinds) \(minVotes) \(since ?? 0) \(takesAdult) \(takesPeople)"
  }
}

/// What IMDb knows of a title, in the catalogue's words.
struct IMDbTitle: Sendable, Equatable {
  let number: Int
  let kind: TitleKind
  let name: String
  let originalName: String?
  let year: Int?
  let runtime: Int?
  let hasEnded: Bool
  let votes: Int
  /// The mean of the votes, 0 to 100; nil without votes.
  let score: Int?
  let isAdult: Bool
  let genres: [String]

  /// The longest name that the catalogue takes, in Unicode scalars.
  static let longestName = 400

  /// - Parameter rating: votes and tenths of their mean, or nil.
  init(_ title: IMDb.Basics, rating: (votes: Int, tenths: Int)?, year: Int) {
    number = title.tconst
    kind = title.kind.isShow ? .show : .movie
    name = Self.cut(title.primaryTitle)
    originalName = title.originalTitle.map(Self.cut)
    self.year = title.startYear
    runtime = title.runtimeMinutes
    // In the year of its end a show may still be running.
    hasEnded = title.kind.isShow && (title.endYear ?? Int.max) < year
    votes = rating?.votes ?? 0
    score = rating?.tenths
    isAdult = IMDbChoice.isAdult(title)
    var seen: Set<String> = []
    genres = title.genres.map { Self.genres[$0] ?? $0 }.filter { seen.insert($0).inserted }
  }

  /// The catalogue's word for a genre where IMDb has another.
  private static let genres = [
    "Sci-Fi": "Science fiction", "Reality-TV": "Reality", "Talk-Show": "Talk", "Game-Show": "Game show",
    "Film-Noir": "Film noir",
  ]

  private static func cut(_ name: String) -> String {
    guard name.utf8.count > longestName else { return name }
    return String(String.UnicodeScalarView(name.unicodeScalars.prefix(longestName)))
  }

  /// The names of its own.
  var names: [String] { [name] + [originalName].compactMap { $0 } }
  /// How much looked for it is.
  var weight: Int { Popularity.weight(votes: votes) }
  /// The identifier as it is written: at least seven digits.
  var imdbID: String { IMDbNumber.text(number, "tt") }
}

/// Identifiers as numbers.
enum IMDbNumber {
  /// The largest that is believed; IMDb has given out some 40 million.
  static let limit = NumberSet.limit

  /// An identifier as it is written, with at least seven digits.
  static func text(_ number: Int, _ letters: String) -> String {
    let digits = String(number)
    return letters + String(repeating: "0", count: max(0, 7 - digits.count)) + digits
  }

  /// The number of an identifier that is written so; nil for any other.
  static func of(_ text: String, _ letters: String) -> Int? {
    guard text.hasPrefix(letters), let number = Int(digits: text.dropFirst(letters.count)), number > 0, number <= limit
    else { return nil }
    return number
  }
}
