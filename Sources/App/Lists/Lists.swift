/// A list of titles that a person keeps: by hand, or by a rule.
///
/// What the tables mean. `lists`: `name` is its name, of 1 to 100 characters, alone among the person's lists but for
/// case; `note` is text, empty for none; `place` orders the lists among each other, smaller first, then by id; `rule`
/// is NULL for a list kept by hand, else the query of the library as `LibraryQuery` writes it (without a page; empty
/// for the whole library), and such a list has no items. `list_items`: each title at most once a list; `place` orders
/// them, smaller first, then by id, with room between two so that a move touches one row; `note` belongs to the title
/// on this list only; `added_at` is when it came onto this list. A title on a list need not be in the library, and a
/// list changes nothing about how a title stands.
struct TitleList: Sendable, Equatable {
  let id: Int
  let name: String
  let note: String
  /// The library's query of a smart list; nil for one kept by hand.
  let rule: String?

  var isSmart: Bool { rule != nil }
}

/// A title on a list.
struct ListItem: Sendable, Equatable {
  let id: Int
  let titleID: Int
  let note: String
}

/// Where something in an order of one's own goes.
enum ListMove: Sendable, Equatable {
  case up, down, top, bottom
  /// A position, the first is 1.
  case to(Int)

  /// Reads one of the words of a form.
  init?(_ word: String) {
    switch word {
    case "up": self = .up
    case "down": self = .down
    case "top": self = .top
    case "bottom": self = .bottom
    default: return nil
    }
  }
}

/// By what a list can be sorted once; afterwards it is kept by hand again.
enum ListSort: String, Sendable, CaseIterable {
  case name, year, rating, added, watched
}

/// Why a list was not made or named so; its form says it.
enum ListRefusal: Error, Sendable {
  case nameTaken, tooMany
}

/// The rules of lists that need no database.
enum ListRules {
  /// How long a name and a note may be, in Unicode scalars.
  static let nameLength = 100
  static let noteLength = 2_000
  /// How many lists a person may have, how many titles a list, and how many one form may add.
  static let listsLimit = 200
  static let itemsLimit = 5_000
  static let bulkLimit = 500
  /// How many titles a page of a list has, and how many lists the page of all.
  static let pageSize = 100
  static let listsPageSize = 40
  /// The room between two neighbours when they are placed anew: some thirty moves into one gap before it is used up.
  static let room = 1 << 30

  /// A name as it is kept: one line, without white space at its ends.
  static func name(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

  /// A note as it is kept: lines end as everywhere else, and nothing is at its ends.
  static func note(_ text: String) -> String { text.replacing("\r\n", with: "\n").trimmed }

  static func isValid(name: String) -> Bool { !name.isEmpty && name.unicodeScalars.count <= nameLength }

  static func isValid(note: String) -> Bool { note.unicodeScalars.count <= noteLength }

  /// Whether two names are the same to a reader.
  static func isSame(_ one: String, _ other: String) -> Bool { one.lowercased() == other.lowercased() }

  /// The page that is shown when one is asked for, and how many there are: at least one.
  static func page(_ asked: Int, of count: Int, size: Int) -> (page: Int, pages: Int) {
    let pages = max(1, (count + size - 1) / size)
    return (max(1, min(asked, pages)), pages)
  }

  /// The position that a move leads to, between 1 and `count`.
  static func position(_ move: ListMove, of position: Int, in count: Int) -> Int {
    let wanted =
      switch move {
      case .up: position - 1
      case .down: position + 1
      case .top: 1
      case .bottom: count
      case .to(let place): place
      }
    return max(1, min(wanted, count))
  }

  /// A place strictly between two neighbours, of which either may be missing; nil when there is no room.
  static func place(after: Int?, before: Int?) -> Int? {
    switch (after, before) {
    case (nil, nil): 0
    case (let after?, nil): after + room
    case (nil, let before?): before - room
    case (let after?, let before?): before - after >= 2 ? after + (before - after) / 2 : nil
    }
  }
}
