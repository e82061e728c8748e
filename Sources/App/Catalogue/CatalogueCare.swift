import SQL

/// Sees to it that what people follow, the source's lists and its feed of changes are asked for in time.
struct CatalogueCare: Sendable {
  let app: App

  /// How often it is due.
  static let everySeconds = 600
  /// How many titles one transaction takes.
  static let piece = 50

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
    while try await app.database.write({ try ChartStore.wantFollowed($0, now: now, limit: Self.piece) }) > 0 {}
    app.fetchBell.ring()
  }
}
