import Foundation
import SQL

/// Why a file is not taken in, though nothing is wrong with it.
enum ImportRefusal: Error, Sendable {
  /// There is something in the record already.
  case notEmpty
  /// It would make more titles of one's own, or more episodes of them, than an import may.
  case tooManyTitles
}

/// What an import did.
struct ImportReport: Codable, Sendable, Equatable {
  /// A title of the person's own that the import made.
  struct Name: Codable, Sendable, Equatable {
    let id: Int
    let name: String
    let year: Int?
  }

  /// Something that was passed over.
  struct Passed: Codable, Sendable, Equatable {
    let place: String
    let count: Int
  }

  /// How many names the report keeps of each kind.
  static let namesLimit = 200

  var titles = 0
  var plays = 0
  var skips = 0
  var ratings = 0
  var passes = 0
  var lists = 0
  /// How many titles of the file's owner were made again.
  var own = 0
  /// How many titles were not in the catalogue and became the person's own; the first of them by name.
  var unmatchedCount = 0
  var unmatched: [Name] = []
  /// How many shows have episodes that the catalogue lacks and became the person's own; the first of them by name.
  var copiedCount = 0
  var copied: [Name] = []
  var passedOver: [Passed] = []
  /// The activity that undoes it; nil when there was nothing to import.
  var activity: Int?
}

/// Takes the record of a file into an account.
enum ImportStore {
  /// How many titles of their own an import may give one person.
  static let ownLimit = 20_000
  /// How many episodes those may have together.
  static let ownEpisodesLimit = 200_000

  /// Whether a person's record is empty: no entry, play, skip, rating, rewatch or list.
  static func isEmpty(_ connection: Connection, user: Int) throws -> Bool {
    try connection.first(
      """
      SELECT 1 WHERE EXISTS (SELECT 1 FROM entries WHERE user_id = $1)
        OR EXISTS (SELECT 1 FROM plays WHERE user_id = $1)
        OR EXISTS (SELECT 1 FROM skips WHERE user_id = $1) OR EXISTS (SELECT 1 FROM ratings WHERE user_id = $1)
        OR EXISTS (SELECT 1 FROM passes WHERE user_id = $1) OR EXISTS (SELECT 1 FROM lists WHERE user_id = $1)
      """, user
    ) { $0.int() } == nil
  }

  /// Says what an import would do; only reads.
  ///
  /// - Throws: `ImportRefusal`.
  static func look(_ connection: Connection, user: Int, _ record: ImportedRecord) throws -> ImportReport {
    guard try isEmpty(connection, user: user) else { throw ImportRefusal.notEmpty }
    var plan = ImportPlan(connection, user: user, record, spare: try spare(connection, user: user))
    for title in record.titles {
      let place = try plan.place(title)
      plan.note(place, title, id: 0)
    }
    return plan.report
  }

  /// Imports a record as one activity.
  ///
  /// - Throws: `ImportRefusal`; nothing is kept then.
  static func run(
    _ connection: Connection, user: User, _ record: ImportedRecord, now: Instant
  ) throws -> ImportReport {
    let journal = try Journal(connection, user: user, kind: .imported, title: nil, source: "import", now: now)
    guard try isEmpty(connection, user: user.id) else { throw ImportRefusal.notEmpty }
    let plan = ImportPlan(connection, user: user.id, record, spare: try spare(connection, user: user.id))
    var work = ImportWork(journal: journal, plan: plan)
    let report = try work.take(record)
    if let activity = report.activity {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      try connection.execute(
        "INSERT INTO imports (user_id, activity_id, report) VALUES ($1, $2, $3)", user.id, activity,
        String(decoding: try encoder.encode(report), as: UTF8.self))
    }
    return report
  }

  // The record is empty, so none of them is in use.
  private static func spare(_ connection: Connection, user: Int) throws -> [OwnTitle: [Int]] {
    var spare: [OwnTitle: [Int]] = [:]
    for (id, title) in try OwnTitles.all(connection, user: user) { spare[title, default: []].append(id) }
    return spare
  }

  /// What an import of this person's did, or nil when there is none.
  static func report(_ connection: Connection, user: Int, activity: Int) throws -> ImportReport? {
    let text = try connection.first(
      "SELECT report FROM imports WHERE user_id = $1 AND activity_id = $2", user, activity
    ) { $0.text() }
    return try text.map { try JSONDecoder().decode(ImportReport.self, from: Data($0.utf8)) }
  }

  // MARK: The catalogue

  /// The title of the catalogue that a title of a file is: by IMDb's id, by TMDB's, or the one of that name and year.
  static func match(_ connection: Connection, _ title: ImportedTitle) throws -> Int? {
    if let imdb = title.imdb {
      let found = try connection.first(
        "SELECT id FROM titles WHERE imdb_id = $1 AND kind = $2 AND owner_id IS NULL", imdb, title.kind.rawValue
      ) { $0.int() }
      if let found { return found }
    }
    if let tmdb = title.tmdb {
      let found = try connection.first(
        "SELECT id FROM titles WHERE kind = $1 AND tmdb_id = $2 AND owner_id IS NULL", title.kind.rawValue, tmdb
      ) { $0.int() }
      if let found { return found }
    }
    let named = try connection.rows(
      """
      SELECT DISTINCT t.id, t.name, t.imdb_id, t.tmdb_id FROM names n JOIN titles t ON t.id = n.title_id
      WHERE n.folded = $1 AND t.kind = $2 AND t.year IS NOT DISTINCT FROM CAST($3 AS BIGINT) AND t.owner_id IS NULL
      ORDER BY t.id LIMIT 20
      """, Folding.fold(title.name), title.kind.rawValue, title.year
    ) { (id: $0.int(), name: $0.text(), imdb: $0.optionalText(), tmdb: $0.optionalInt()) }
    // Another id says that it is another title, whatever its name.
    let possible = named.filter { candidate in
      (candidate.imdb == nil || title.imdb == nil) && (candidate.tmdb == nil || title.tmdb == nil)
    }
    let exact = possible.filter { $0.name == title.name }
    return exact.count == 1 ? exact[0].id : possible.count == 1 ? possible[0].id : nil
  }

  /// The episodes of a title by their places.
  static func episodes(_ connection: Connection, title: Int) throws -> [EpisodePlace: Int] {
    var episodes: [EpisodePlace: Int] = [:]
    try connection.each("SELECT id, season, number FROM episodes WHERE title_id = $1", title) { row in
      let id = row.int()
      episodes[EpisodePlace(season: row.int(), number: row.int())] = id
    }
    return episodes
  }
}

/// One import while it is written.
private struct ImportWork {
  private var journal: Journal
  private var plan: ImportPlan

  init(journal: Journal, plan: ImportPlan) {
    self.journal = journal
    self.plan = plan
  }

  private var connection: Connection { journal.connection }

  mutating func take(_ record: ImportedRecord) throws -> ImportReport {
    var ids: [Int] = []
    ids.reserveCapacity(record.titles.count)
    for title in record.titles {
      let place = try plan.place(title)
      let (id, episodes) = try make(place, title)
      plan.note(place, title, id: id)
      try write(title, id: id, episodes: episodes)
      ids.append(id)
    }
    for (place, list) in record.lists.enumerated() { try write(list, place: place + 1, ids: ids) }
    journal.detail.count = ids.count
    plan.report.activity = try journal.finish()
    return plan.report
  }

  /// The title that a title of the file becomes, with its episodes.
  private func make(_ place: ImportPlan.Place, _ title: ImportedTitle) throws -> (Int, [EpisodePlace: Int]) {
    let id: Int
    switch place {
    case .known(let known, let episodes): return (known, episodes)
    case .spare(let known, _, _): id = known
    case .new(let own, _): id = try OwnTitles.add(connection, user: journal.user.id, own, now: journal.now)
    }
    return (id, title.episodes.isEmpty ? [:] : try ImportStore.episodes(connection, title: id))
  }

  // MARK: Rows

  private mutating func write(_ title: ImportedTitle, id: Int, episodes: [EpisodePlace: Int]) throws {
    if let entry = title.entry { try journal.insert(.entries, key: id, title: id, entry.image) }
    var passes: [Int] = [0]
    for pass in title.passes {
      passes.append(
        try journal.insert(
          .passes, title: id,
          [
            "title_id": .int(id), "name": .text(pass.name), "started_at": .int(pass.startedAt),
            "ended_at": pass.endedAt.bound,
          ]))
    }
    for play in title.plays {
      let episode = try play.episode.map { try known($0, episodes) }
      _ = try journal.insert(
        .plays, title: id,
        [
          "title_id": .int(id), "episode_id": episode.bound, "pass": .int(passes[play.pass]),
          "source": .text(play.source), "note": .text(play.note), "once": .null, "at": play.time.at.bound,
          "day": play.time.day.bound, "precision": .text(play.time.precision.rawValue),
        ])
    }
    for skip in title.skips {
      try journal.insert(.skips, key: try known(skip, episodes), title: id, ["title_id": .int(id)])
    }
    for rating in title.ratings {
      let episode = try rating.episode.map { try known($0, episodes) }
      _ = try journal.insert(
        .ratings, title: id,
        [
          "title_id": .int(id), "season": (episode == nil ? rating.season : nil).bound, "episode_id": episode.bound,
          "rating": .int(rating.rating),
        ])
    }
  }

  private func known(_ place: EpisodePlace, _ episodes: [EpisodePlace: Int]) throws -> Int {
    guard let id = episodes[place] else {
      throw DatabaseError(.statement, "S\(place.season) E\(place.number) was neither found nor made")
    }
    return id
  }

  private mutating func write(_ list: ImportedList, place: Int, ids: [Int]) throws {
    let id = try journal.insert(
      .lists, title: Journal.noTitle,
      [
        "name": .text(list.name), "note": .text(list.note), "rule": list.rule.bound, "place": .int(place),
        "created_at": .int(list.createdAt),
      ])
    for (place, item) in list.items.enumerated() {
      _ = try journal.insert(
        .items, title: Journal.noTitle,
        [
          "list_id": .int(id), "title_id": .int(ids[item.title]), "place": .int(place + 1), "note": .text(item.note),
          "added_at": .int(item.addedAt),
        ])
    }
  }
}
