import SQL

/// What the changes of an activity touched, and so what has to be worked out anew when it ends or is undone.
struct Touched {
  /// Every title, for the shelf.
  private(set) var titles: Set<Int> = []
  /// Titles of which a play came, went or moved.
  private(set) var played: Set<Int> = []
  /// Days that a play came to or left.
  private(set) var days: Set<String> = []
  /// Plays that changed within their day, whose name the change does not say.
  private(set) var moved: Set<Int> = []

  /// Notes a change.
  mutating func add(_ table: JournalTable, key: Int, title: Int, before: Image?, after: Image?) {
    titles.insert(title)
    // A row that moves to another title changes both.
    for image in [before, after].compactMap({ $0 }) {
      if case .int(let other) = image["title_id"] { titles.insert(other) }
    }
    guard table == .plays else { return }
    let images = [before, after].compactMap { $0 }
    let names = Set(images.flatMap(\.keys))
    guard !names.isDisjoint(with: Self.counted) else { return }
    played.insert(title)
    for image in images {
      if case .text(let day) = image["day"] { days.insert(day) }
      if case .int(let other) = image["title_id"] { played.insert(other) }
    }
    if !names.contains("day") { moved.insert(key) }
  }

  /// The columns of a play that statistics depend on.
  private static let counted: Set<String> = ["at", "day", "precision", "title_id", "episode_id"]

  /// Makes days and tallies anew, each once.
  func recountDays(_ connection: Connection, user: Int) throws {
    var days = days
    for play in moved.sorted() {
      let day = try connection.first("SELECT day FROM plays WHERE user_id = $1 AND id = $2", user, play) {
        $0.optionalText()
      }
      if let day = day ?? nil { days.insert(day) }
    }
    try Days.recount(connection, user: user, days: days, titles: played)
  }
}
