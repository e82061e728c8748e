extension IMDb {
  /// A title, or an episode: a line of `title.basics`.
  public struct Basics: Sendable, Equatable {
    enum Column: Int, CaseIterable {
      case tconst, titleType, primaryTitle, originalTitle, isAdult, startYear, endYear, runtimeMinutes, genres
    }

    /// The longest runtime that is believed, in minutes: 2,000 hours.
    static let longestRuntime = 120_000

    /// The number of the title: 111161 of `tt0111161`.
    public let tconst: Int
    /// What sort of title it is.
    public let kind: Kind
    /// What it is mostly called, never empty; the original name where only that is there.
    public let primaryTitle: String
    /// What it is called in its own language, nil when that is missing or the same.
    public let originalTitle: String?
    /// Whether it is for adults only.
    public let isAdult: Bool
    /// The year it appeared or began, 1870 to 15 years from now; another one is taken for missing.
    public let startYear: Int?
    /// The year a show ended, not before it began; another one is taken for missing.
    public let endYear: Int?
    /// How long it lasts in minutes, 1 to 120,000; another one is taken for missing.
    public let runtimeMinutes: Int?
    /// Its genres, as a rule at most three, in the order given.
    public let genres: [String]

    /// Reads a line. It throws when the columns do not fit the header, the flag for adults is neither 0 nor 1 (the
    /// columns are then shifted), the identifier is none, or there is no name.
    public init(line: UnsafeRawBufferPointer, columns: Columns) throws(Problem) {
      let fields = try Fields<Column>(line, columns, of: .basics)
      tconst = try fields.title(.tconst)
      isAdult = try fields.flag(.isAdult)
      kind = Kind(fields[.titleType])
      let primary = fields[.primaryTitle]
      let original = fields[.originalTitle]
      if let name = Bytes.text(primary) {
        primaryTitle = name
        originalTitle = Bytes.equal(primary, original) ? nil : Bytes.text(original)
      } else if let name = Bytes.text(original) {
        primaryTitle = name
        originalTitle = nil
      } else {
        throw .missingValue(.basics, column: "primaryTitle")
      }
      startYear = columns.titleYear(fields[.startYear])
      let end = columns.titleYear(fields[.endYear])
      endYear = (end ?? 0) < (startYear ?? 0) ? nil : end
      runtimeMinutes = fields.number(.runtimeMinutes, in: 1...Self.longestRuntime)
      genres = Bytes.list(fields[.genres], by: 0x2C, Bytes.text)
    }
  }

  /// What a title is rated: a line of `title.ratings`.
  public struct Rating: Sendable, Equatable {
    enum Column: Int, CaseIterable { case tconst, averageRating, numVotes }

    /// The number of the title.
    public let tconst: Int
    /// The average in tenths, 10 to 100.
    public let averageTenths: Int
    /// How many people rated it.
    public let votes: Int

    /// Reads a line. It throws when the columns do not fit the header, the identifier is none, or a number is missing
    /// or none.
    public init(line: UnsafeRawBufferPointer, columns: Columns) throws(Problem) {
      let fields = try Fields<Column>(line, columns, of: .ratings)
      tconst = try fields.title(.tconst)
      votes = try fields.number(.numVotes)
      let average = fields[.averageRating]
      guard let tenths = Bytes.tenths(average), (10...100).contains(tenths) else {
        if Bytes.isMissing(average) { throw .missingValue(.ratings, column: "averageRating") }
        throw .badNumber(.ratings, column: "averageRating")
      }
      averageTenths = tenths
    }
  }

  /// To which show an episode belongs: a line of `title.episode`.
  public struct Episode: Sendable, Equatable {
    enum Column: Int, CaseIterable { case tconst, parentTconst, seasonNumber, episodeNumber }

    /// The number of the episode as a title.
    public let tconst: Int
    /// The number of its show.
    public let parentTconst: Int
    /// Its season, 0 to 9,999 as some are years; nil when missing.
    public let seasonNumber: Int?
    /// Its number in the season, 0 to 99,999; nil when missing.
    public let episodeNumber: Int?

    /// Reads a line. It throws when the columns do not fit the header, or an identifier is missing or none.
    public init(line: UnsafeRawBufferPointer, columns: Columns) throws(Problem) {
      let fields = try Fields<Column>(line, columns, of: .episode)
      tconst = try fields.title(.tconst)
      parentTconst = try fields.title(.parentTconst)
      seasonNumber = fields.number(.seasonNumber, in: 0...9_999)
      episodeNumber = fields.number(.episodeNumber, in: 0...99_999)
    }
  }

  /// Another name of a title: a line of `title.akas`.
  public struct Aka: Sendable, Equatable {
    enum Column: Int, CaseIterable {
      case titleId, ordering, title, region, language, types, attributes, isOriginalTitle
    }

    /// The number of the title.
    public let tconst: Int
    /// Which of the title's names it is.
    public let ordering: Int
    /// The name, never empty.
    public let title: String
    /// Where it is called so, such as `DE`; nil when missing.
    public let region: String?
    /// In which language, such as `de`; nil when missing.
    public let language: String?
    /// What sort of name it is: alternative, dvd, festival, tv, video, working, original, imdbDisplay or a new one.
    public let types: [String]
    /// More about the name, in words.
    public let attributes: [String]
    /// Whether it is the name in the title's own language.
    public let isOriginalTitle: Bool

    /// Reads a line. It throws when the columns do not fit the header, the identifier or the number is missing or
    /// none, there is no name, or the flag is neither 0 nor 1.
    public init(line: UnsafeRawBufferPointer, columns: Columns) throws(Problem) {
      let fields = try Fields<Column>(line, columns, of: .akas)
      tconst = try fields.title(.titleId)
      ordering = try fields.number(.ordering)
      isOriginalTitle = try fields.flag(.isOriginalTitle)
      guard let name = Bytes.text(fields[.title]) else { throw .missingValue(.akas, column: "title") }
      title = name
      region = Bytes.text(fields[.region])
      language = Bytes.text(fields[.language])
      // The two lists are the only ones that are divided by U+0002.
      types = Bytes.list(fields[.types], by: 0x02, Bytes.text)
      attributes = Bytes.list(fields[.attributes], by: 0x02, Bytes.text)
    }
  }
}
