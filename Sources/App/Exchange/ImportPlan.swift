import SQL

/// Decides what each title of a file becomes, and counts; only reads.
struct ImportPlan {
  /// Why a title becomes the person's own.
  enum Reason: Sendable {
    /// It was its owner's own in the file.
    case own
    /// The catalogue lacks it.
    case unmatched
    /// The catalogue lacks episodes of it.
    case copied
  }

  /// What a title becomes.
  enum Place: Sendable {
    /// A title of the catalogue, with the episodes that are needed.
    case known(Int, [EpisodePlace: Int])
    /// A title of the person's own that nothing uses.
    case spare(Int, OwnTitle, Reason)
    /// A title of the person's own that has to be made.
    case new(OwnTitle, Reason)
  }

  /// What was counted so far.
  var report = ImportReport()

  private let connection: Connection
  private let user: Int
  /// Titles of the person's own that nothing uses, by what they are.
  private var spare: [OwnTitle: [Int]]
  private var ownCount: Int
  private var ownEpisodes = 0
  /// Which titles of the catalogue the file has named already.
  private var used: Set<Int> = []

  init(_ connection: Connection, user: Int, _ record: ImportedRecord, spare: [OwnTitle: [Int]]) {
    self.connection = connection
    self.user = user
    self.spare = spare
    ownCount = spare.values.reduce(0) { $0 + $1.count }
    report.titles = record.titles.count
    report.lists = record.lists.count
    report.passedOver = record.passedOver.sorted { $0.key < $1.key }.map { .init(place: $0.key, count: $0.value) }
    // Two titles of one name keep the order of the file only when both are made now.
    let names = Dictionary(grouping: record.titles, by: { [$0.kind.rawValue, $0.name] })
    for (title, _) in spare where (names[[title.kind.rawValue, title.name]]?.count ?? 0) > 1 { self.spare[title] = nil }
  }

  /// What a title becomes.
  ///
  /// - Throws: `ImportRefusal.tooManyTitles`.
  mutating func place(_ title: ImportedTitle) throws -> Place {
    if let own = title.own { return try make(own, .own) }
    let needed = title.episodes
    guard let match = try ImportStore.match(connection, title), !used.contains(match) else {
      var own = OwnTitle(
        kind: title.kind, name: title.name, year: title.year, imdb: title.imdb, tmdb: title.tmdb,
        hasEnded: title.kind == .show)
      own.add(needed)
      return try make(own, .unmatched)
    }
    let episodes = needed.isEmpty ? [:] : try ImportStore.episodes(connection, title: match)
    guard needed.contains(where: { episodes[$0] == nil }),
      let facts = try CatalogueStore.title(connection, user: user, id: match)
    else {
      used.insert(match)
      return .known(match, episodes)
    }
    // Nobody's import changes the catalogue of all: who has seen more of it gets a copy that has those episodes too.
    var own = try OwnTitles.copy(connection, of: facts)
    own.add(needed)
    return try make(own, .copied)
  }

  /// A title of the person's own: one that is there and unused, else a new one.
  private mutating func make(_ own: OwnTitle, _ reason: Reason) throws -> Place {
    if let known = spare[own]?.first {
      spare[own]?.removeFirst()
      return .spare(known, own, reason)
    }
    ownCount += 1
    ownEpisodes += own.episodeCount
    guard ownCount <= ImportStore.ownLimit, ownEpisodes <= ImportStore.ownEpisodesLimit else {
      throw ImportRefusal.tooManyTitles
    }
    return .new(own, reason)
  }

  /// Counts a title that was placed, under the number that it got.
  mutating func note(_ place: Place, _ title: ImportedTitle, id: Int) {
    report.plays += title.plays.count
    report.skips += title.skips.count
    report.ratings += title.ratings.count
    report.passes += title.passes.count
    switch place {
    case .known: break
    case .spare(_, let own, let reason), .new(let own, let reason):
      let name = ImportReport.Name(id: id, name: own.name, year: own.year)
      switch reason {
      case .own: report.own += 1
      case .unmatched:
        report.unmatchedCount += 1
        if report.unmatched.count < ImportReport.namesLimit { report.unmatched.append(name) }
      case .copied:
        report.copiedCount += 1
        if report.copied.count < ImportReport.namesLimit { report.copied.append(name) }
      }
    }
  }
}
