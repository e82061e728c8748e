import SQL

/// The kinds of things a person does to their record.
enum ActivityKind: String, Sendable, CaseIterable {
  case watched, unwatched, redated, planned, watching, paused, dropped, removed, cleared, rated, unrated, favoured
  case unfavoured, noted, skipped, unskipped, specialsCounted, specialsLeft, passBegun, passEnded, passRenamed
  case passDeleted, listMade, listChanged, listDeleted, listAdded, listRemoved, listMoved, listSorted
  case listTransferred, recounted, imported, changedMany, relinked
}

/// What can be done to many titles at once.
enum ManyAct: String, Sendable, CaseIterable {
  case planned, watching, paused, dropped, removed, rated, unrated, favoured, unfavoured, listed, watched
}

/// What the line about an activity says beside its kind and title.
struct ActivityDetail: Sendable, Equatable {
  /// How many plays.
  var count = 0
  /// How many episodes were left since they have not aired.
  var notAired = 0
  /// The season and number of the (first) episode.
  var season: Int?
  var number: Int?
  /// The episode itself, for the anchor of the page.
  var episode: Int?
  /// The rating that was given.
  var rating: Int?
  /// What the thing was called that is no title, such as a list.
  var name: String?

  /// The date before and after, where all its plays share it, as `When.spelling` writes it.
  var from: String?
  var to: String?

  /// What was done to many titles at once.
  var act: ManyAct?

  /// As it is kept: a JSON object with sorted keys.
  var text: String {
    let numbers: [(String, Int?)] = [
      ("count", count == 0 ? nil : count), ("episode", episode), ("left", notAired == 0 ? nil : notAired),
      ("number", number), ("rating", rating), ("season", season),
    ]
    let words: [(String, String?)] = [("act", act?.rawValue), ("from", from), ("name", name), ("to", to)]
    var image: Image = [:]
    for (name, value) in numbers { if let value { image[name] = .int(value) } }
    for (name, value) in words { if let value { image[name] = .text(value) } }
    return ImageText.write(image)
  }

  /// No detail.
  init() {}

  /// Reads it back.
  init(text: String) throws {
    let image = try ImageText.read(text)
    func number(_ name: String) -> Int? {
      switch image[name] {
      case .int(let value): return value
      default: return nil
      }
    }
    func word(_ name: String) -> String? {
      switch image[name] {
      case .text(let value): return value
      default: return nil
      }
    }
    act = word("act").flatMap(ManyAct.init)
    count = number("count") ?? 0
    notAired = number("left") ?? 0
    season = number("season")
    self.number = number("number")
    episode = number("episode")
    rating = number("rating")
    name = word("name")
    from = word("from")
    to = word("to")
  }
}

/// A line of the activity page.
struct ActivityLine: Sendable {
  let id: Int
  let kind: ActivityKind
  let title: (id: Int, name: String, kind: TitleKind)?
  let poster: String?
  let detail: ActivityDetail
  let source: String
  let at: Instant
  let isUndone: Bool
  /// Whether its changes are still there.
  let isUndoable: Bool
}
