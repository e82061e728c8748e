import SQL

/// Sees to it that what people follow, the source's lists and its feed of changes are asked for in time.
struct CatalogueCare: Sendable {
  let app: App

  /// How often it is due.
  static let everySeconds = 600
  /// How many titles one transaction takes.
  static let piece = 50
  /// How much of what people follow is asked for at a time; the rest is the next time.
  static let mostFollowed = 10_000

  /// Does everything that is due; nothing where there is no token.
  func once() async throws {
    let now = app.clock()
    while try await app.database.write({ try ChartStore.dropOld($0, now: now, limit: Self.piece) }) > 0 {}
    guard try await app.database.read({ try TMDBToken.read($0, app) }) != nil else { return }
    try await app.database.write { connection in
      try FetchStore.forgetSearches(connection, before: now - RemoteSearch.freshSeconds * 1_000_000)
      for chart in TitleChart.allCases { try FetchStore.wantOnce(connection, .chart(chart), .listed, at: now) }
      for kind in TitleKind.allCases { try FetchStore.wantOnce(connection, .changes(kind), .listed, at: now) }
    }
    let followed = try await app.database.readLong { try ChartStore.followed($0, limit: Self.mostFollowed) }
    for start in stride(from: 0, to: followed.count, by: Self.piece) {
      let some = followed[start..<min(followed.count, start + Self.piece)]
      try await app.database.write { connection in
        for resource in some { try FetchStore.want(connection, resource, .followed, at: now) }
      }
    }
    app.fetchBell.ring()
  }
}
