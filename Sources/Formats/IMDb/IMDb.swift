/// The datasets that IMDb publishes every day (https://developer.imdb.com/non-commercial-datasets/): UTF-8, a header
/// line, tabs between the columns, `\N` for what is missing and no quoting at all.
public enum IMDb {
  /// A file of the datasets, by its name without `.tsv.gz`.
  public enum File: String, Sendable, Hashable, CaseIterable {
    /// Titles, episodes among them.
    case basics = "title.basics"
    /// What the titles are rated.
    case ratings = "title.ratings"
    /// To which show an episode belongs.
    case episode = "title.episode"
    /// Other names of the titles.
    case akas = "title.akas"
    /// Who made them and played in them.
    case principals = "title.principals"
    /// People.
    case names = "name.basics"

    /// The columns it must have, each at its number in `Columns.places`.
    var columns: [String] {
      switch self {
      case .basics: Basics.Column.allCases.map { "\($0)" }
      case .ratings: Rating.Column.allCases.map { "\($0)" }
      case .episode: Episode.Column.allCases.map { "\($0)" }
      case .akas: Aka.Column.allCases.map { "\($0)" }
      case .principals: Principal.Column.allCases.map { "\($0)" }
      case .names: Name.Column.allCases.map { "\($0)" }
      }
    }
  }

  /// Why a file or a line cannot be read; it holds nothing of the line, so that like problems can be counted.
  public enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The header lacks a column that is read.
    case missingColumn(File, column: String)
    /// The header has more columns than `Columns.limit`.
    case tooManyColumns(File)
    /// A line has fewer columns than the header; the last one of a file is then cut short.
    case tooFewColumns(File)
    /// A line has more columns than the header, or in one something that belongs in another.
    case shiftedColumns(File)
    /// A line is longer than `Lines.limit`.
    case longLine(File)
    /// An identifier is none.
    case badIdentifier(File, column: String)
    /// A number is none, or out of its range.
    case badNumber(File, column: String)
    /// A value without which the line says nothing is missing or empty.
    case missingValue(File, column: String)

    /// The problem in a few words, with the file and the column.
    public var description: String {
      switch self {
      case .missingColumn(let file, let column): "\(file.rawValue) has no column \(column)"
      case .tooManyColumns(let file): "\(file.rawValue) has more than \(Columns.limit) columns"
      case .tooFewColumns(let file): "\(file.rawValue): too few columns"
      case .shiftedColumns(let file): "\(file.rawValue): values in the wrong columns"
      case .longLine(let file): "\(file.rawValue): longer than \(Lines.limit) bytes"
      case .badIdentifier(let file, let column): "\(file.rawValue): \(column) is not an identifier"
      case .badNumber(let file, let column): "\(file.rawValue): \(column) is not a number that can be"
      case .missingValue(let file, let column): "\(file.rawValue): \(column) is missing"
      }
    }
  }

  /// What sort of title it is: the column `titleType`.
  public enum Kind: Sendable, Hashable {
    /// A film.
    case movie
    /// A film made for television.
    case tvMovie
    /// A show.
    case tvSeries
    /// A show of one season.
    case tvMiniSeries
    /// A broadcast that stands alone.
    case tvSpecial
    /// A short film.
    case short
    /// A short film made for television.
    case tvShort
    /// A film that was first sold and not shown.
    case video
    /// An episode of a show.
    case tvEpisode
    /// A game.
    case videoGame
    /// The first part of a show that was not made.
    case tvPilot
    /// Any other, by its name, which is empty when it is missing.
    case other(String)

    /// Whether it is watched in one piece and belongs to no show.
    public var isFilm: Bool {
      switch self {
      case .movie, .tvMovie, .tvSpecial, .short, .tvShort, .video, .tvPilot: true
      case .tvSeries, .tvMiniSeries, .tvEpisode, .videoGame, .other: false
      }
    }

    /// Whether it has episodes.
    public var isShow: Bool { self == .tvSeries || self == .tvMiniSeries }

    /// Whether it is an episode of a show.
    public var isEpisode: Bool { self == .tvEpisode }

    /// Takes the bytes of the column; the most frequent kinds are compared first.
    init(_ bytes: UnsafeRawBufferPointer) {
      if Bytes.equal(bytes, "tvEpisode") {
        self = .tvEpisode
      } else if Bytes.equal(bytes, "short") {
        self = .short
      } else if Bytes.equal(bytes, "movie") {
        self = .movie
      } else if Bytes.equal(bytes, "video") {
        self = .video
      } else if Bytes.equal(bytes, "tvSeries") {
        self = .tvSeries
      } else if Bytes.equal(bytes, "tvMovie") {
        self = .tvMovie
      } else {
        self = Self.rare(bytes)
      }
    }

    private static func rare(_ bytes: UnsafeRawBufferPointer) -> Self {
      if Bytes.equal(bytes, "tvMiniSeries") { return .tvMiniSeries }
      if Bytes.equal(bytes, "tvSpecial") { return .tvSpecial }
      if Bytes.equal(bytes, "videoGame") { return .videoGame }
      if Bytes.equal(bytes, "tvShort") { return .tvShort }
      if Bytes.equal(bytes, "tvPilot") { return .tvPilot }
      return .other(Bytes.text(bytes) ?? "")
    }
  }
}
