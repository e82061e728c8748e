import SQL

/// The catalogue that ships in the program: loaded once, into an empty one.
enum Starter {
  /// The files of the source tree it consists of.
  static let files = ["films-1920-1989.txt", "films-1990-2026.txt", "shows-english.txt", "shows-world.txt"]

  private static let lock = Lock("starter catalogue")

  /// Every title of it, the most looked for first.
  static func titles() throws -> [NewTitle] {
    try files.flatMap { try StarterReader.read(Embedded.text($0)) }
      .enumerated().sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }.map(\.element)
  }

  /// Loads it when the catalogue has no title yet; says how many titles it loaded.
  @discardableResult
  static func load(_ database: any Database, now: Instant) throws -> Int {
    try database.writeBlocking { connection in
      try connection.hold(lock)
      let isThere = try connection.first("SELECT 1 FROM titles WHERE owner_id IS NULL LIMIT 1") { $0.int() } != nil
      if isThere { return 0 }
      let titles = try titles()
      for title in titles { _ = try CatalogueStore.add(connection, title, source: "starter", owner: nil, now: now) }
      return titles.count
    }
  }
}
