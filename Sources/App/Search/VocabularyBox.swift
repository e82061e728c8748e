import SQL
import Synchronization

/// The words of the catalogue's names.
struct Vocabularies: Sendable {
  /// Together 300,000 words, some 7 MB.
  var titles = Vocabulary(most: 200_000)
  var people = Vocabulary(most: 100_000)
}

/// Holds the vocabularies: none before they were first made, a part of them while they are made, the most looked for
/// first.
final class VocabularyBox: Sendable {
  private let current = Mutex<Vocabularies?>(nil)

  /// The vocabularies, or nil before anything was read.
  var value: Vocabularies? { current.withLock { $0 } }

  /// Puts others in their place.
  func replace(_ vocabularies: Vocabularies) { current.withLock { $0 = vocabularies } }

  /// Takes in the words of names that were just added, so that they can be mended to at once.
  ///
  /// - Parameters:
  ///   - names: as they are written.
  ///   - weight: of the title or the person.
  func learn(titles: [String] = [], people: [String] = [], weight: Int) {
    current.withLock { all in
      guard all != nil else { return }
      for name in titles { all?.titles.add(NameForm.fold(name), weight: weight) }
      for name in people { all?.people.add(NameForm.fold(name), weight: weight) }
    }
  }

  /// Reads the names, a page at a time with other work between, and puts the words in place: those of the most looked
  /// for as soon as they are there, all at the end.
  func build(from database: any Database) async throws {
    var made = Vocabularies()
    var pages = 0
    // In turn: there may be millions of titles before the last person.
    var due = [(isPeople: false, after: -1), (isPeople: true, after: -1)]
    while !due.isEmpty {
      let (isPeople, after) = due.removeFirst()
      let page = try await database.readLong { try VocabularyReader.page($0, ofPeople: isPeople, after: after) }
      for (place, folded) in page {
        let weight = Places.weight(of: place)
        if isPeople { made.people.add(folded, weight: weight) } else { made.titles.add(folded, weight: weight) }
      }
      guard let end = page.last, made.isWanted(isPeople) else { continue }
      due.append((isPeople, end.place))
      pages += 1
      if pages == Self.pagesAtFirst, value == nil { replace(made) }
      // Never so much at a time that a page would wait for it.
      try await Task.sleep(for: Self.pause)
    }
    replace(made)
  }

  /// After so many pages, the most looked for names, there is something to mend with.
  private static let pagesAtFirst = 20
  private static let pause = Duration.milliseconds(2)
}

extension Vocabularies {
  /// Whether there is room for more.
  fileprivate func isWanted(_ ofPeople: Bool) -> Bool { ofPeople ? !people.isFull : !titles.isFull }
}

/// Reads the names of which vocabularies are made.
enum VocabularyReader {
  /// How many names are read at once: 2 ms.
  static let pageSize = 2_000

  /// The next names by popularity, with their places.
  static func page(
    _ connection: Connection, ofPeople: Bool, after place: Int
  ) throws -> [(place: Int, folded: String)] {
    if ofPeople {
      return try connection.rows(
        "SELECT place, name_key FROM people WHERE place > $1 ORDER BY place LIMIT $2", place, pageSize
      ) { ($0.int(), $0.text()) }
    }
    return try connection.rows(
      "SELECT id, folded FROM names WHERE id > $1 ORDER BY id LIMIT $2", place, pageSize
    ) { ($0.int(), $0.text()) }
  }

  /// All of them at once, for tests and commands.
  static func all(_ connection: Connection) throws -> Vocabularies {
    var made = Vocabularies()
    try connection.each("SELECT id, folded FROM names ORDER BY id") { row in
      let place = row.int()
      made.titles.add(row.text(), weight: Places.weight(of: place))
    }
    try connection.each("SELECT place, name_key FROM people WHERE place IS NOT NULL ORDER BY place") { row in
      let place = row.int()
      made.people.add(row.text(), weight: Places.weight(of: place))
    }
    return made
  }
}
