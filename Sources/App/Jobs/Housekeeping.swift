import SQL

/// What has to be done now and then: shelf rows whose episodes have aired, activities too old to undo, sessions that
/// are over. In pieces, so that the one writer is never held for long.
struct Housekeeping: Sendable {
  let app: App

  /// How often it is due.
  static let everySeconds = 600
  /// How many rows one transaction takes: some 25 ms.
  static let piece = 50
  /// How many shows, with the first people who have them.
  static let shows = 10

  /// Does everything that is due.
  func once() async throws {
    let clock = app.clock
    let year = Zone.utc.clock(at: clock()).day.parts.year
    // Looked for first without the writer: it reads every season, and finds some once a year.
    let isDue = try await app.database.readLong { try CatalogueStore.hasPastYears($0, year: year) }
    var show = isDue ? 0 : nil
    while let after = show {
      show = try await app.database.write { connection in
        let shows = try CatalogueStore.airPastYears(connection, year: year, after: after, limit: Self.shows)
        var budget = Recounts.Budget()
        for show in shows {
          try Recounts.everybody(connection, title: show, hasNewRuntimes: false, now: clock(), budget: &budget)
        }
        return shows.last
      }
    }
    var last: Shelf.Turn?
    repeat {
      last = try await app.database.write { [last] in
        try Shelf.turn($0, after: last, now: clock(), limit: Self.piece).last
      }
    } while last != nil
    try await pieces { try Journal.dropOld($0, now: clock(), limit: Self.piece) }
    try await app.database.write { try SessionStore.sweep($0, now: clock()) }
  }

  private func pieces(_ body: @escaping @Sendable (Connection) throws -> Int) async throws {
    while try await app.database.write(body) > 0 {}
  }
}
