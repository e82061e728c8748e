import SQL

/// The days that plays count to.
enum DiaryStore {
  /// Counts the day of every play with a clock again, by the person's zone and the end of their day as they are now;
  /// one activity, which touches only the plays whose day differs.
  ///
  /// Reads some 60,000 plays in a tenth of a second.
  ///
  /// - Returns: the activity, nil when every day was right.
  static func recount(_ connection: Connection, user: User, now: Instant) throws -> Int? {
    var journal = try Journal(connection, user: user, kind: .recounted, title: nil, now: now)
    let plays = try connection.rows(
      "SELECT id, title_id, at, day FROM plays WHERE user_id = $1 AND precision = 'time'", user.id
    ) { (id: $0.int(), title: $0.int(), at: $0.int(), day: $0.text()) }
    for play in plays {
      let day = user.zone.day(of: play.at).description
      if day == play.day { continue }
      try journal.update(.plays, key: play.id, title: play.title, ["day": .text(day)])
      journal.detail.count += 1
    }
    return try journal.finish()
  }
}
