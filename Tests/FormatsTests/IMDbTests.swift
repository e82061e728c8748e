import Testing

@testable import Formats

@Suite struct IMDbTests {
  private static let headers: [IMDb.File: String] = [
    .basics: "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres",
    .ratings: "tconst averageRating numVotes",
    .episode: "tconst parentTconst seasonNumber episodeNumber",
    .akas: "titleId ordering title region language types attributes isOriginalTitle",
    .principals: "tconst ordering nconst category job characters",
    .names: "nconst primaryName birthYear deathYear primaryProfession knownForTitles",
  ]

  private func columns(_ file: IMDb.File, _ header: String? = nil) throws -> IMDb.Columns {
    let header = header ?? (Self.headers[file] ?? "").split(separator: " ").joined(separator: "\t")
    return try Array(header.utf8).withUnsafeBytes { bytes in
      try IMDb.Columns(header: bytes, file: file, currentYear: 2026)
    }
  }

  private func basics(_ line: String, header: String? = nil) throws -> IMDb.Basics {
    try basics(Array(line.utf8), columns(.basics, header))
  }

  private func basics(_ line: [UInt8], _ columns: IMDb.Columns) throws -> IMDb.Basics {
    try line.withUnsafeBytes { bytes in try IMDb.Basics(line: bytes, columns: columns) }
  }

  private func rating(_ line: String) throws -> IMDb.Rating {
    try Array(line.utf8).withUnsafeBytes { bytes in try IMDb.Rating(line: bytes, columns: columns(.ratings)) }
  }

  private func episode(_ line: String) throws -> IMDb.Episode {
    try Array(line.utf8).withUnsafeBytes { bytes in try IMDb.Episode(line: bytes, columns: columns(.episode)) }
  }

  private func aka(_ line: String) throws -> IMDb.Aka {
    try Array(line.utf8).withUnsafeBytes { bytes in try IMDb.Aka(line: bytes, columns: columns(.akas)) }
  }

  private func principal(_ line: String) throws -> IMDb.Principal {
    try Array(line.utf8).withUnsafeBytes { bytes in try IMDb.Principal(line: bytes, columns: columns(.principals)) }
  }

  private func name(_ line: String) throws -> IMDb.Name {
    try Array(line.utf8).withUnsafeBytes { bytes in try IMDb.Name(line: bytes, columns: columns(.names)) }
  }

  // Titles

  @Test func aTitleHasWhatItsLineSays() throws {
    let film = try basics("tt9100001\tmovie\tThe Last Harbour\tLe dernier port\t0\t1987\t\\N\t104\tCrime,Drama,War")
    #expect(film.tconst == 9_100_001 && film.kind == .movie && film.primaryTitle == "The Last Harbour")
    #expect(film.originalTitle == "Le dernier port" && !film.isAdult && film.startYear == 1987 && film.endYear == nil)
    #expect(film.runtimeMinutes == 104 && film.genres == ["Crime", "Drama", "War"])
    let show = try basics("tt10100002\ttvSeries\tTide\tTide\t1\t2019\t2023\t45\tAdult")
    #expect(show.tconst == 10_100_002 && show.kind == .tvSeries && show.originalTitle == nil && show.isAdult)
    #expect(show.startYear == 2019 && show.endYear == 2023 && show.genres == ["Adult"])
  }

  @Test func whatIsMissingIsNil() throws {
    let title = try basics("tt1\t\\N\tTide\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N")
    #expect(title.kind == .other("") && title.originalTitle == nil && !title.isAdult && title.startYear == nil)
    #expect(title.endYear == nil && title.runtimeMinutes == nil && title.genres.isEmpty)
    #expect(try basics("tt1\tmovie\tTide\t\t0\t\t\t\t").originalTitle == nil)
    // Only the whole column is a sign that there is none.
    #expect(try basics("tt1\tmovie\t\\No\t\\N\\N\t0\t\\N\t\\N\t\\N\t\\N").primaryTitle == "\\No")
  }

  @Test(arguments: ["\"Tide", "\"Tide\"", "Tide\"", "\"", "\"\"", "\"A\" and \"B\"", "'Tide'", "a,b;c", "\\", "\\n"])
  func aQuoteIsAnOrdinaryByte(_ name: String) throws {
    let title = try basics("tt1\tmovie\t\(name)\t\(name)\t0\t2001\t\\N\t90\tDrama")
    #expect(title.primaryTitle == name && title.originalTitle == nil && title.startYear == 2001)
  }

  @Test(arguments: [
    ("1870", 1870), ("2041", 2041), ("01999", 1999), ("1869", nil), ("2042", nil), ("0", nil), ("", nil), ("19x4", nil),
    ("-1999", nil), (" 1999", nil), ("99999999999999999999999", nil), ("\\N", nil), ("１９９９", nil),
  ])
  func aYearThatCannotBeIsNone(_ text: String, _ year: Int?) throws {
    #expect(try basics("tt1\tmovie\tTide\tTide\t0\t\(text)\t\\N\t90\tDrama").startYear == year)
    #expect(try basics("tt1\ttvSeries\tTide\tTide\t0\t\\N\t\(text)\t90\tDrama").endYear == year)
  }

  @Test func aShowDoesNotEndBeforeItBegins() throws {
    #expect(try basics("tt1\ttvSeries\tTide\tTide\t0\t2001\t2000\t\\N\tDrama").endYear == nil)
    #expect(try basics("tt1\ttvSeries\tTide\tTide\t0\t2001\t2001\t\\N\tDrama").endYear == 2001)
  }

  @Test(arguments: [
    ("1", 1), ("51420", 51_420), ("120000", 120_000), ("120001", nil), ("0", nil), ("00", nil), ("-5", nil),
    ("4.5", nil), ("Drama", nil), ("9999999999999999", nil),
  ])
  func aRuntimeThatCannotBeIsNone(_ text: String, _ minutes: Int?) throws {
    #expect(try basics("tt1\tmovie\tTide\tTide\t0\t2001\t\\N\t\(text)\tDrama").runtimeMinutes == minutes)
  }

  @Test func shiftedColumnsAreAProblem() throws {
    for flag in ["1960", "2", "Tide", "-1", "00"] {
      #expect(throws: IMDb.Problem.shiftedColumns(.basics)) {
        try basics("tt1\tmovie\tTide\tTide\t\(flag)\t2001\t\\N\t90\tDrama")
      }
    }
    // A tab within the name.
    #expect(throws: IMDb.Problem.shiftedColumns(.basics)) {
      try basics("tt1\tmovie\tTi\tde\tTide\t0\t2001\t\\N\t90\tDrama")
    }
  }

  @Test func aLineThatIsCutShortIsAProblemUnlessAllColumnsAreThere() throws {
    let line = "tt1\tmovie\tTide\tTide\t0\t2001\t\\N\t90\tDrama,War"
    for count in 0...line.utf8.count {
      let piece = Array(line.utf8.prefix(count))
      let tabs = piece.filter { $0 == 9 }.count
      if tabs < 8 {
        #expect(throws: IMDb.Problem.tooFewColumns(.basics)) { try basics(piece, columns(.basics)) }
      } else {
        #expect(try basics(piece, columns(.basics)).runtimeMinutes == 90)
      }
    }
  }

  @Test func kindsAreKnownByName() throws {
    let films = ["movie", "tvMovie", "tvSpecial", "short", "tvShort", "video", "tvPilot"]
    let others = ["tvSeries", "tvMiniSeries", "tvEpisode", "videoGame", "tvPodcast", "Movie", "movies", "映画"]
    for word in films + others {
      let kind = try basics("tt1\t\(word)\tTide\tTide\t0\t2001\t\\N\t90\tDrama").kind
      #expect(kind.isFilm == films.contains(word) && kind.isShow == ["tvSeries", "tvMiniSeries"].contains(word))
      #expect(kind.isEpisode == (word == "tvEpisode"))
      if case .other(let name) = kind {
        #expect(name == word && others.suffix(4).contains(word))
      } else {
        #expect("\(kind)" == word)
      }
    }
  }

  @Test func anIdentifierHasLettersAndANumber() throws {
    for text in ["nm1", "tt", "1", "tt0", "ttx", "tt1 ", "TT1", "tt-1", "tt1234567890123456", "t1"] {
      #expect(throws: IMDb.Problem.badIdentifier(.basics, column: "tconst")) {
        try basics("\(text)\tmovie\tTide\tTide\t0\t2001\t\\N\t90\tDrama")
      }
    }
    #expect(throws: IMDb.Problem.missingValue(.basics, column: "tconst")) {
      try basics("\\N\tmovie\tTide\tTide\t0\t2001\t\\N\t90\tDrama")
    }
  }

  @Test func aTitleWithoutANameIsAProblem() throws {
    for name in ["", "\\N", " ", "\u{7}", "\u{0} \u{9F}"] {
      #expect(throws: IMDb.Problem.missingValue(.basics, column: "primaryTitle")) {
        try basics("tt1\tmovie\t\(name)\t\(name)\t0\t2001\t\\N\t90\tDrama")
      }
      let title = try basics("tt1\tmovie\t\(name)\tMarée\t0\t2001\t\\N\t90\tDrama")
      #expect(title.primaryTitle == "Marée" && title.originalTitle == nil)
    }
  }

  @Test(arguments: [
    "L'été à Zürich", "Последний снег", "Η θάλασσα", "海と夜", "바다의 밤", "夜的故事", "قصة البحر", "रात और समुद्र",
    "🎬 2", "·", "½ Price", "¿Quién?", "e\u{301}", "שלום", "กลางคืน", "\u{200F}x",
  ])
  func aNameMayBeInAnyScript(_ name: String) throws {
    let title = try basics("tt1\tmovie\t\(name)\tx\t0\t2001\t\\N\t90\tDrama")
    #expect(Array(title.primaryTitle.unicodeScalars) == Array(name.unicodeScalars))
  }

  @Test func bytesThatAreNotUTF8AreRepaired() throws {
    let rest = "de\tTide\t0\t2001\t\\N\t90\tDr"
    let line = Array("tt1\tmovie\tTi".utf8) + [0xFF, 0xC3] + Array(rest.utf8) + [0xE2, 0x82]
    let title = try basics(line, columns(.basics))
    #expect(title.primaryTitle == "Ti\u{FFFD}\u{FFFD}de" && title.originalTitle == "Tide")
    #expect(title.startYear == 2001 && title.genres == ["Dr\u{FFFD}"])
  }

  @Test(arguments: [
    ("Ti\u{7}de", "Tide"), ("\u{0}Tide\u{7F}", "Tide"), ("Ti\rde", "Ti de"), ("Ti\u{B}de", "Ti de"),
    ("Ti\u{85}de", "Ti de"), ("\u{9B}31mTide", "31mTide"), ("\u{1B}[31mTide", "[31mTide"), (" Tide  ", "Tide"),
    ("A long name with one at the end\u{1}", "A long name with one at the end"),
  ])
  func controlCharactersDoNotStay(_ text: String, _ name: String) throws {
    #expect(try basics("tt1\tmovie\t\(text)\tx\t0\t2001\t\\N\t90\tDrama").primaryTitle == name)
  }

  @Test(arguments: [
    ("\\N", []), ("", []), ("Drama", ["Drama"]), ("Drama,Sci-Fi,War", ["Drama", "Sci-Fi", "War"]),
    (",Drama,,War,", ["Drama", "War"]), ("Drama,\\N", ["Drama"]), ("a,b,c,d,e", ["a", "b", "c", "d", "e"]), (",", []),
  ])
  func genresAreDividedByCommas(_ text: String, _ genres: [String]) throws {
    #expect(try basics("tt1\tmovie\tTide\tTide\t0\t2001\t\\N\t90\t\(text)").genres == genres)
  }

  // The other files

  @Test func aRatingIsInTenths() throws {
    let rating = try rating("tt9100001\t5.7\t2106")
    #expect(rating.tconst == 9_100_001 && rating.averageTenths == 57 && rating.votes == 2106)
    for (text, tenths) in [("10.0", 100), ("10", 100), ("1.0", 10), ("7", 70), ("6.58", 65), ("6.05", 60)] {
      #expect(try self.rating("tt1\t\(text)\t5").averageTenths == tenths)
    }
    for text in ["0.9", "10.1", "7.", ".7", "7.x", "good", "-7", "7,1", "7.1.2", "9999999999999999.1"] {
      #expect(throws: IMDb.Problem.badNumber(.ratings, column: "averageRating")) { try self.rating("tt1\t\(text)\t5") }
    }
    #expect(throws: IMDb.Problem.missingValue(.ratings, column: "averageRating")) { try self.rating("tt1\t\\N\t5") }
    #expect(throws: IMDb.Problem.badNumber(.ratings, column: "numVotes")) { try self.rating("tt1\t7.1\tmany") }
    #expect(throws: IMDb.Problem.missingValue(.ratings, column: "numVotes")) { try self.rating("tt1\t7.1\t") }
  }

  @Test func anEpisodeNeedsAShowAndNoNumbers() throws {
    let numbered = try episode("tt9100003\ttt10100002\t2\t14")
    #expect(numbered.tconst == 9_100_003 && numbered.parentTconst == 10_100_002)
    #expect(numbered.seasonNumber == 2 && numbered.episodeNumber == 14)
    let bare = try episode("tt3\ttt2\t\\N\t\\N")
    #expect(bare.seasonNumber == nil && bare.episodeNumber == nil)
    let daily = try episode("tt3\ttt2\t2019\t13500")
    #expect(daily.seasonNumber == 2019 && daily.episodeNumber == 13_500)
    let wrong = try episode("tt3\ttt2\t10000\t100000")
    #expect(wrong.seasonNumber == nil && wrong.episodeNumber == nil)
    #expect(try episode("tt3\ttt2\t0\t0").seasonNumber == 0)
    #expect(throws: IMDb.Problem.missingValue(.episode, column: "parentTconst")) { try episode("tt3\t\\N\t1\t1") }
    #expect(throws: IMDb.Problem.badIdentifier(.episode, column: "parentTconst")) { try episode("tt3\t2\t1\t1") }
  }

  @Test func anotherNameHasARegionAndTypes() throws {
    let plain = try aka("tt9100001\t3\tDer letzte Hafen\tDE\tde\timdbDisplay\tliteral title\t0")
    #expect(plain.tconst == 9_100_001 && plain.ordering == 3 && plain.title == "Der letzte Hafen")
    #expect(plain.region == "DE" && plain.language == "de" && plain.types == ["imdbDisplay"])
    #expect(plain.attributes == ["literal title"] && !plain.isOriginalTitle)
    let own = try aka("tt1\t1\t海\t\\N\t\\N\ttv\u{2}imdbDisplay\t\\N\t1")
    #expect(own.region == nil && own.language == nil && own.types == ["tv", "imdbDisplay"] && own.isOriginalTitle)
    #expect(own.attributes.isEmpty)
    #expect(throws: IMDb.Problem.missingValue(.akas, column: "title")) {
      try aka("tt1\t1\t\\N\t\\N\t\\N\t\\N\t\\N\t0")
    }
    #expect(throws: IMDb.Problem.shiftedColumns(.akas)) { try aka("tt1\t1\tx\t\\N\t\\N\t\\N\t\\N\ttv") }
    #expect(throws: IMDb.Problem.badNumber(.akas, column: "ordering")) { try aka("tt1\tx\tx\t\\N\t\\N\t\\N\t\\N\t0") }
  }

  @Test func aPartIsOfAPersonInATitle() throws {
    let actress = try principal("tt1\t2\tnm9000151\tactress\t\\N\t[\"Vera\",\"The \\\"Fox\\\"\"]")
    #expect(actress.tconst == 1 && actress.ordering == 2 && actress.nconst == 9_000_151)
    #expect(actress.category == "actress" && actress.job == nil && actress.characters == ["Vera", "The \"Fox\""])
    let writer = try principal("tt1\t3\tnm7\twriter\tnovel \"Tide\"\t\\N")
    #expect(writer.job == "novel \"Tide\"" && writer.characters.isEmpty)
    #expect(throws: IMDb.Problem.badIdentifier(.principals, column: "nconst")) {
      try principal("tt1\t3\ttt7\twriter\t\\N\t\\N")
    }
    #expect(throws: IMDb.Problem.missingValue(.principals, column: "category")) {
      try principal("tt1\t3\tnm7\t\t\\N\t\\N")
    }
  }

  @Test(arguments: [
    ("[]", []), ("[\"\"]", []), ("[\"a, b\", \"c]\"]", ["a, b", "c]"]), ("[\"a\\\\\"]", ["a\\"]),
    ("[\"a\\/b\"]", ["a/b"]), ("[\"\\u00e9t\\u00E9\"]", ["été"]), ("[\"\\ud83c\\udfac\"]", ["🎬"]),
    ("[\"\\ud83cx\"]", ["\u{FFFD}x"]), ("[\"\\ud83c\\u0041\"]", ["\u{FFFD}A"]),
    ("[\"\\u00g1\"]", ["u00g1"]), ("[\"a\\nb\"]", ["a b"]), ("[\"a\",\"b", ["a"]), ("[\"a\\", []), ("[\"a\\\"]", []),
    ("Vera", []), ("[", []), ("\\N", []),
  ])
  func charactersAreAnArrayInJSON(_ text: String, _ characters: [String]) throws {
    #expect(try principal("tt1\t2\tnm1\tactor\t\\N\t\(text)").characters == characters)
  }

  @Test func aPersonHasYearsAndProfessions() throws {
    let person = try name("nm9000151\tAlma Kowalski\t1931\t2009\tactress,director\ttt1,tt9100001,nm2,\\N")
    #expect(person.nconst == 9_000_151 && person.primaryName == "Alma Kowalski" && person.birthYear == 1931)
    #expect(person.deathYear == 2009 && person.professions == ["actress", "director"])
    #expect(person.knownFor == [1, 9_100_001])
    #expect(try name("nm1\tHomer\t4\t\\N\twriter\t\\N").birthYear == 4)
    let wrong = try name("nm1\tX\t2027\t0\t\\N\t\\N")
    #expect(wrong.birthYear == nil && wrong.deathYear == nil && wrong.professions.isEmpty && wrong.knownFor.isEmpty)
    #expect(try name("nm1\tX\t1950\t1949\t\\N\t\\N").deathYear == nil)
    #expect(throws: IMDb.Problem.missingValue(.names, column: "primaryName")) { try name("nm1\t\\N\t1\t2\t\\N\t\\N") }
  }

  // Headers

  @Test func columnsAreFoundByName() throws {
    let header = "\u{FEFF}genres\tnew\ttconst\tisAdult\tprimaryTitle\toriginalTitle\tstartYear\tendYear"
    let rest = "\truntimeMinutes\ttitleType\tnewer"
    let title = try basics("War\tx\ttt5\t0\tTide\tMarée\t2001\t2002\t90\tmovie\ty", header: header + rest)
    #expect(title.tconst == 5 && title.kind == .movie && title.primaryTitle == "Tide" && title.originalTitle == "Marée")
    #expect(title.startYear == 2001 && title.endYear == 2002 && title.runtimeMinutes == 90 && title.genres == ["War"])
  }

  @Test func aColumnThatIsNotThereIsNamed() throws {
    for (file, header) in Self.headers {
      let names = header.split(separator: " ")
      for missing in names {
        let rest = names.map { $0 == missing ? "x" + $0 : $0 }.joined(separator: "\t")
        let problem = IMDb.Problem.missingColumn(file, column: String(missing))
        #expect(throws: problem) { try columns(file, rest) }
        #expect(problem.description == "\(file.rawValue) has no column \(missing)")
      }
    }
    #expect(throws: IMDb.Problem.missingColumn(.ratings, column: "tconst")) { try columns(.ratings, "") }
  }

  @Test func aHeaderHasAtMost32Columns() throws {
    let names = Self.headers[.ratings, default: ""].split(separator: " ").map(String.init)
    let full = (names + (4...32).map { "more\($0)" }).joined(separator: "\t")
    #expect(try columns(.ratings, full).count == 32)
    #expect(throws: IMDb.Problem.tooManyColumns(.ratings)) { try columns(.ratings, full + "\tlast") }
  }

  @Test func problemsCanBeCounted() {
    var problems: [IMDb.Problem: Int] = [:]
    for line in ["tt1\tx", "x\t7.1\t5", "tt1\t7.1", "tt1\t\\N\t5", "tt2\t8.0\t6"] {
      do {
        _ = try rating(line)
      } catch let problem as IMDb.Problem {
        problems[problem, default: 0] += 1
      } catch {
        Issue.record(error)
      }
    }
    #expect(problems[.tooFewColumns(.ratings)] == 2 && problems.values.reduce(0, +) == 4)
    #expect(problems.keys.allSatisfy { $0.description.hasPrefix("title.ratings: ") })
  }
}
