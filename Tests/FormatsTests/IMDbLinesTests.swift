import Testing

@testable import Formats

@Suite struct IMDbLinesTests {
  private struct Line: Equatable {
    let number: Int
    let bytes: [UInt8]
    var mayBeCut = false
  }

  /// The lines of the text, taken in chunks of a size.
  private func lines(_ text: [UInt8], by size: Int) -> (lines: [Line], state: IMDb.Lines) {
    var state = IMDb.Lines()
    var all: [Line] = []
    text.withUnsafeBytes { bytes in
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + size)
        state.take(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) { line, number in
          all.append(Line(number: number, bytes: Array(line)))
        }
        start = end
      }
    }
    state.finish { line, number in all.append(Line(number: number, bytes: Array(line), mayBeCut: true)) }
    return (all, state)
  }

  @Test(arguments: [
    ("", []), ("a\n", ["a"]), ("a", ["a"]), ("\n", [""]), ("a\n\nb\n", ["a", "", "b"]), ("a\r\nb\r\n", ["a", "b"]),
    ("a\rb\r\r\nc\r", ["a\rb\r", "c"]), ("\r\n", [""]), ("one\ttwo\nthree\nfive", ["one\ttwo", "three", "five"]),
    ("wider than a word is\nand once more\n", ["wider than a word is", "and once more"]),
  ])
  func linesAreTheSameInChunksOfAnySize(_ text: String, _ expected: [String]) {
    let bytes = Array(text.utf8)
    for size in 1...max(1, bytes.count) {
      let (lines, state) = lines(bytes, by: size)
      #expect(lines.map { String(decoding: $0.bytes, as: UTF8.self) } == expected, "\(size)")
      #expect(lines.map(\.number) == Array(1..<(expected.count + 1)) && state.count == expected.count)
      #expect(lines.dropLast().allSatisfy { !$0.mayBeCut } && state.tooLong == 0 && state.firstTooLong == nil)
      #expect(lines.last?.mayBeCut ?? false == (!bytes.isEmpty && bytes.last != 0x0A))
    }
  }

  @Test func aLineThatIsTooLongIsSkippedAndCounted() {
    let most = [UInt8](repeating: 0x78, count: IMDb.Lines.limit)
    let end: [UInt8] = [0x0A]
    var text = most + end + most + [0x0D] + end
    text += most + [0x79] + end + [0x7A] + end + most + most + most + end + most
    for size in [1_000, 65_536, 65_537, 65_538, text.count] {
      let (lines, state) = lines(text, by: size)
      #expect(lines.map(\.number) == [1, 2, 4, 6], "\(size)")
      #expect(lines.map(\.bytes) == [most, most, [0x7A], most])
      #expect(lines.map(\.mayBeCut) == [false, false, false, true])
      #expect(state.tooLong == 2 && state.firstTooLong == 3 && state.count == 6)
      let (others, more) = self.lines(text + [0x79], by: size)
      #expect(others.map(\.number) == [1, 2, 4] && more.tooLong == 3)
    }
  }

  @Test func anErrorOfTheBodyComesOut() {
    struct Stop: Error {}
    var state = IMDb.Lines()
    #expect(throws: Stop.self) {
      try Array("a\nb".utf8).withUnsafeBytes { bytes in try state.take(bytes) { _, _ in throw Stop() } }
    }
  }

  @Test func aFileIsReadFromChunksToRows() throws {
    let text = """
      tconst\taverageRating\tnumVotes
      tt0000001\t5.7\t2106
      tt0000002\tx\t7
      tt0000003\t6.5\t
      tt0000004\t8.1\t90
      tt000
      """
    var columns: IMDb.Columns?
    var rows: [Int] = []
    var problems: [IMDb.Problem] = []
    func take(_ line: UnsafeRawBufferPointer, _ number: Int) throws {
      guard let columns else {
        columns = try IMDb.Columns(header: line, file: .ratings, currentYear: 2026)
        return
      }
      do throws(IMDb.Problem) {
        rows.append(try IMDb.Rating(line: line, columns: columns).tconst)
      } catch {
        problems.append(error)
      }
    }
    var lines = IMDb.Lines()
    for byte in text.utf8 { try withUnsafeBytes(of: byte) { try lines.take($0, take) } }
    try lines.finish(take)
    #expect(rows == [1, 4])
    #expect(
      problems == [
        .badNumber(.ratings, column: "averageRating"), .missingValue(.ratings, column: "numVotes"),
        .tooFewColumns(.ratings),
      ])
  }

  // Any bytes

  private static let samples: [(IMDb.File, String, String)] = [
    (
      .basics, "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres",
      "tt0012345\ttvSeries\tThe \"Été\" of 夜\tL'été\t0\t1999\t2004\t45\tCrime,Drama,Sci-Fi"
    ),
    (.ratings, "tconst\taverageRating\tnumVotes", "tt0012345\t7.9\t123456"),
    (.episode, "tconst\tparentTconst\tseasonNumber\tepisodeNumber", "tt0012346\ttt0012345\t3\t12"),
    (
      .akas, "titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle",
      "tt0012345\t2\tЛето\tRU\tru\ttv\u{2}dvd\tshort title\t0"
    ),
    (
      .principals, "tconst\tordering\tnconst\tcategory\tjob\tcharacters",
      "tt0012345\t4\tnm9000151\tactress\t\\N\t[\"Vera \\\"Fox\\\"\",\"\\u00e9\\ud83c\\udfac\"]"
    ),
    (
      .names, "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles",
      "nm9000151\tAlma Été\t1931\t\\N\tactress,director\ttt0012345,tt0000001"
    ),
  ]

  /// What is wrong with a line; nil when it is taken.
  private func problem(_ line: UnsafeRawBufferPointer, _ columns: IMDb.Columns) -> IMDb.Problem? {
    do throws(IMDb.Problem) {
      switch columns.file {
      case .basics:
        let title = try IMDb.Basics(line: line, columns: columns)
        if title.primaryTitle.isEmpty { Issue.record("a title without a name") }
      case .ratings: _ = try IMDb.Rating(line: line, columns: columns)
      case .episode: _ = try IMDb.Episode(line: line, columns: columns)
      case .akas: _ = try IMDb.Aka(line: line, columns: columns)
      case .principals: _ = try IMDb.Principal(line: line, columns: columns)
      case .names: _ = try IMDb.Name(line: line, columns: columns)
      }
      return nil
    } catch {
      return error
    }
  }

  @Test func anyBytesAreReadWithoutACrash() throws {
    var generator = Xorshift(state: 7)
    let telling: [UInt8] = [0x09, 0x0A, 0x0D, 0x00, 0x22, 0x5C, 0x2C, 0x02, 0x2E, 0x20, 0xC2, 0xFF, 0x30, 0x75]
    for (file, header, sample) in Self.samples {
      let columns = try Array(header.utf8).withUnsafeBytes { bytes in
        try IMDb.Columns(header: bytes, file: file, currentYear: 2026)
      }
      var taken = 0
      for _ in 0..<3_000 {
        var bytes = Array(sample.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          bytes[place] = telling.randomElement(using: &generator) ?? 0
          if Bool.random(using: &generator) { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
          bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
        }
        if bytes.withUnsafeBytes({ problem($0, columns) }) == nil { taken += 1 }
      }
      #expect((300..<3_000).contains(taken), "\(file)")
    }
  }

  @Test func anyHeaderIsReadWithoutACrash() {
    var generator = Xorshift(state: 11)
    var taken = 0
    for round in 0..<3_000 {
      let (file, header, sample) = Self.samples[round % Self.samples.count]
      var bytes = Array(header.utf8)
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      bytes += Array("\tmore".utf8)
      let columns = try? bytes.withUnsafeBytes { bytes in
        try IMDb.Columns(header: bytes, file: file, currentYear: 2026)
      }
      guard let columns else { continue }
      taken += 1
      #expect(Array(sample.utf8).withUnsafeBytes { problem($0, columns) } == .tooFewColumns(file))
    }
    #expect(taken < 300)
  }

  /// The same numbers in every run.
  private struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }
}
