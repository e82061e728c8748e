import HTTPTypes
import SQL
import Web

/// Every change to a person's record, each one activity through the journal.
enum RecordStore {
  /// What a form asks of an entry: only what was sent changes.
  struct EntryChange: Sendable {
    enum Sent<T: Sendable>: Sendable {
      case untouched
      case to(T)
    }
    var intent: Sent<Intent?> = .untouched
    var rating: Sent<Int?> = .untouched
    var favourite: Sent<Bool> = .untouched
    var note: Sent<String> = .untouched
    var specials: Sent<Bool> = .untouched

    var kind: ActivityKind {
      if case .to(let counts) = specials { return counts ? .specialsCounted : .specialsLeft }
      return switch (intent, rating, favourite) {
      case (.to(.planned), _, _): .planned
      case (.to(.watching), _, _): .watching
      case (.to(.paused), _, _): .paused
      case (.to(.dropped), _, _): .dropped
      case (.to(nil), _, _): .removed
      case (_, .to(let rating), _): rating == nil ? .unrated : .rated
      case (_, _, .to(let favourite)): favourite ? .favoured : .unfavoured
      default: .noted
      }
    }
  }

  /// Changes an entry, making it when there is none.
  ///
  /// - Returns: the activity; nil when everything already was as asked.
  static func change(
    _ connection: Connection, user: User, title: Int, _ change: EntryChange, now: Instant
  ) throws -> Int? {
    guard try CatalogueStore.title(connection, user: user.id, id: title) != nil else { throw Problem.notFound }
    var detail = ActivityDetail()
    if case .to(let rating) = change.rating { detail.rating = rating }
    var journal = try Journal(connection, user: user, kind: change.kind, title: title, detail: detail, now: now)
    try apply(change, to: title, &journal)
    if change.kind == .removed, try isKept(connection, user: user.id, title: title) { journal.kind = .cleared }
    return try journal.finish()
  }

  /// Whether a title is in the library whatever a person means to do with it: rated, a favourite, noted, watched.
  private static func isKept(_ connection: Connection, user: Int, title: Int) throws -> Bool {
    if try entry(connection, user: user, title: title) != nil { return true }
    return try hasPlays(connection, user: user, title: title)
  }

  /// The same as part of an activity under way.
  static func apply(_ change: EntryChange, to title: Int, _ journal: inout Journal) throws {
    let (connection, user) = (journal.connection, journal.user)
    let current = try entry(connection, user: user.id, title: title)
    var wanted = current ?? EntryRow(intent: nil, rating: nil, isFavourite: false, note: "", addedAt: journal.now)
    if case .to(let intent) = change.intent { wanted.intent = intent }
    if case .to(let rating) = change.rating { wanted.rating = rating }
    if case .to(let favourite) = change.favourite { wanted.isFavourite = favourite }
    if case .to(let note) = change.note { wanted.note = note }
    if case .to(let counts) = change.specials { wanted.countsSpecials = counts }
    if current == nil {
      if !wanted.isEmpty { try journal.insert(.entries, key: title, title: title, wanted.image) }
    } else if wanted.isEmpty, try !hasPlays(connection, user: user.id, title: title) {
      try journal.delete(.entries, key: title, title: title)
    } else {
      try journal.update(.entries, key: title, title: title, wanted.image)
    }
  }

  /// A person's entry of a title.
  static func entry(_ connection: Connection, user: Int, title: Int) throws -> EntryRow? {
    try connection.first(
      """
      SELECT intent, rating, favourite, note, added_at, specials FROM entries WHERE user_id = $1 AND title_id = $2
      """, user, title, read: EntryRow.init)
  }

  /// Whether a person has any play of a title.
  static func hasPlays(_ connection: Connection, user: Int, title: Int) throws -> Bool {
    try connection.first("SELECT 1 FROM plays WHERE user_id = $1 AND title_id = $2 LIMIT 1", user, title) { $0.int() }
      != nil
  }

  /// Records plays; of a film or one episode with the rating that came with it.
  ///
  /// - Throws: `Problem` for a title, episode or season that is not there, a date in the future, a rating beside
  ///   several episodes.
  static func mark(
    _ connection: Connection, user: User, title: Int, _ target: PlayTarget, when: When, rating: Int? = nil,
    isAgain: Bool, once: String?, now: Instant
  ) throws -> Marked {
    guard let facts = try CatalogueStore.title(connection, user: user.id, id: title) else { throw Problem.notFound }
    guard (target == .film) == (facts.kind == .movie) else { throw Problem.invalid(.problemPlayTarget) }
    guard rating == nil || target.isOne else { throw Problem.invalid(.problemPlayRating) }
    var journal = try Journal(connection, user: user, kind: .watched, title: title, now: now)
    let pass = try PassStore.open(connection, user: user.id, title: title)?.id ?? 0
    let chosen = try Targets.episodes(connection, user: user.id, facts, target, pass: pass, today: journal.today)
    if let repeated = try repeated(connection, user: user, facts, chosen, pass, when: when, isAgain, once, now) {
      let episode = chosen.episodes.first?.id
      // The play is there already; a rating that is new all the same is kept.
      let rated =
        repeated.isSameForm
        ? nil
        : try rating.flatMap { rating in
          try rate(connection, user: user, title: title, episode: episode, rating, now: now)
        }
      return Marked(activity: rated ?? repeated.activity, count: 0, notAired: 0, episode: episode)
    }
    if target == .film {
      try insertPlay(&journal, title: facts, episode: nil, pass: 0, when: when, once: once)
      journal.detail.count = 1
    }
    let years = when == .release ? try Targets.seasonYears(connection, title: title) : [:]
    for (place, episode) in chosen.episodes.enumerated() {
      try insertPlay(
        &journal, title: facts, episode: episode, pass: pass, when: when, once: place == 0 ? once : nil,
        year: years[episode.season])
    }
    // Who marks a skipped episode has seen it after all.
    if chosen.isSingle, let episode = chosen.episodes.first,
      try SkipStore.isSkipped(connection, user: user.id, title: title, episode: episode.id)
    {
      try journal.delete(.skips, key: episode.id, title: title)
    }
    if let first = chosen.episodes.first {
      journal.detail.count = chosen.episodes.count
      journal.detail.notAired = chosen.notAired
      journal.detail.season = first.season
      journal.detail.number = first.number
      journal.detail.episode = first.id
    }
    if journal.activity != nil {
      try enter(&journal, title: title)
      if let rating { try rate(&journal, title: title, chosen.episodes.first, rating) }
      try PassStore.endWhenDone(&journal, title: title, pass: pass)
    }
    return Marked(
      activity: try journal.finish(), count: journal.detail.count, notAired: chosen.notAired,
      episode: chosen.episodes.first?.id)
  }

  /// By hand, a play of a dropped or paused title takes it up again; a title that was not in the library enters it.
  static func enter(_ journal: inout Journal, title: Int, as intent: Intent? = nil) throws {
    guard let entry = try entry(journal.connection, user: journal.user.id, title: title) else {
      let new = EntryRow(intent: intent, rating: nil, isFavourite: false, note: "", addedAt: journal.now)
      return try journal.insert(.entries, key: title, title: title, new.image)
    }
    if entry.intent == .dropped || entry.intent == .paused {
      try journal.update(.entries, key: title, title: title, ["intent": .text(Intent.watching.rawValue)])
    }
  }

  /// The rating that came with a play: of the film, or of its one episode.
  private static func rate(_ journal: inout Journal, title: Int, _ episode: Episode?, _ rating: Int) throws {
    if let episode {
      return try RatingStore.set(&journal, title: title, season: nil, episode: episode, rating: rating)
    }
    journal.detail.rating = rating
    try journal.update(.entries, key: title, title: title, ["rating": .int(rating)])
  }

  /// The same as an activity of its own; nil when it was rated so.
  private static func rate(
    _ connection: Connection, user: User, title: Int, episode: Int?, _ rating: Int, now: Instant
  ) throws -> Int? {
    guard let episode else {
      return try change(connection, user: user, title: title, EntryChange(rating: .to(rating)), now: now)
    }
    return try RatingStore.rate(connection, user: user, .episode(episode), rating: rating, now: now).activity
  }

  /// Records one play as part of an activity under way.
  ///
  /// - Parameter year: that of the episode's season, for a release whose day is not known.
  static func insertPlay(
    _ journal: inout Journal, title: Title, episode: Episode?, pass: Int, when: When, once: String?, year: Int? = nil
  ) throws {
    let released = episode.map(\.aired) ?? title.released
    let year = episode == nil ? title.year : year
    guard let time = when.resolved(now: journal.now, zone: journal.user.zone, released: released, year: year) else {
      throw Problem.invalid(.problemFuture)
    }
    _ = try journal.insert(
      .plays, title: title.id,
      time.image.merging([
        "title_id": .int(title.id), "episode_id": (episode?.id).bound, "pass": .int(pass),
        "source": .text(journal.source),
        "note": "", "once": once.bound,
      ]) { $1 })
  }

  /// The activity of the same play posted before (MODEL section 6), or nil when this one is new.
  private static func repeated(
    _ connection: Connection, user: User, _ title: Title, _ chosen: Targets.Chosen, _ pass: Int, when: When,
    _ isAgain: Bool, _ once: String?, _ now: Instant
  ) throws -> Repeat? {
    if let once {
      let known = try connection.first("SELECT id FROM plays WHERE user_id = $1 AND once = $2", user.id, once) {
        $0.int()
      }
      if let known {
        return Repeat(activity: try activity(connection, user: user.id, play: known), isSameForm: true)
      }
    }
    guard !isAgain, chosen.isSingle else { return nil }
    let episode = chosen.episodes.first
    let latest = try connection.rows(
      """
      SELECT id, at, day, precision FROM plays
      WHERE user_id = $1 AND title_id = $2 AND episode_id IS NOT DISTINCT FROM CAST($3 AS BIGINT) AND pass = $4
      ORDER BY id DESC LIMIT 200
      """, user.id, title.id, episode?.id, pass
    ) { (id: $0.int(), at: $0.optionalInt(), day: $0.optionalText(), precision: $0.text()) }
    let released = episode.map(\.aired) ?? title.released
    let years = when == .release && episode != nil ? try Targets.seasonYears(connection, title: title.id) : [:]
    let year = episode.map { years[$0.season] } ?? title.year
    guard let time = when.resolved(now: now, zone: user.zone, released: released, year: year) else { return nil }
    let same = latest.first { play in
      if when.isClick {
        return play.precision == Precision.time.rawValue && abs((time.at ?? now) - (play.at ?? 0)) < 60_000_000
      }
      return play.at == time.at && play.day == time.day && play.precision == time.precision.rawValue
    }
    return try same.map {
      Repeat(activity: try activity(connection, user: user.id, play: $0.id), isSameForm: false)
    }
  }

  /// A play that was posted before.
  private struct Repeat {
    /// The activity that recorded it; nil when its changes were dropped since.
    let activity: Int?
    /// Whether the very form came twice, by its `once`.
    let isSameForm: Bool
  }

  private static func activity(_ connection: Connection, user: Int, play: Int) throws -> Int? {
    try connection.first(
      """
      SELECT activity_id FROM changes WHERE user_id = $1 AND tbl = 'plays' AND key = $2 AND before IS NULL
      ORDER BY activity_id DESC LIMIT 1
      """, user, play
    ) { $0.int() }
  }

  /// A play of this person's.
  static func play(_ connection: Connection, user: Int, id: Int) throws -> Play? {
    try connection.first(
      """
      SELECT id, title_id, episode_id, at, day, precision, source, note, pass FROM plays WHERE user_id = $1 AND id = $2
      """, user, id, read: Play.init)
  }

  /// Changes when a play was, or its note.
  static func change(
    _ connection: Connection, user: User, play id: Int, when: When?, note: String?, now: Instant
  ) throws -> (title: Int, activity: Int?) {
    guard let play = try play(connection, user: user.id, id: id) else { throw Problem.notFound }
    let time = try when.map { try HistoryChangeStore.time(connection, user: user, play, when: $0, now: now) }
    // The form holds both; what it says is what changed.
    let isRedated = time.map { $0 != play.time } ?? false
    var journal = try Journal(
      connection, user: user, kind: isRedated ? .redated : .noted, title: play.titleID, now: now)
    try HistoryChangeStore.describe(&journal, play)
    var image: Image = [:]
    if let time, isRedated {
      image = time.image
      journal.detail.from = When(play.time, in: user.zone).spelling
      journal.detail.to = When(time, in: user.zone).spelling
    }
    if let note { image["note"] = .text(note) }
    try journal.update(.plays, key: id, title: play.titleID, image)
    return (play.titleID, try journal.finish())
  }

  /// Gives every play of a bulk the same new date; one activity.
  static func redate(
    _ connection: Connection, user: User, activity: Int, when: When, now: Instant
  ) throws -> Int? {
    guard let line = try ActivityStore.line(connection, user: user.id, id: activity) else { throw Problem.notFound }
    // A date is asked for after marking: an import has thousands of them, each its own.
    guard line.kind == .watched || line.detail.act == .watched else { throw Problem.invalid(.problemForm) }
    var journal = try Journal(
      connection, user: user, kind: .redated, title: line.title?.id, detail: line.detail, now: now)
    guard line.isUndoable else { throw Problem(.conflict, .problemUndoOld, ["days": String(Journal.undoDays)]) }
    var spellings: (from: Set<String>, to: Set<String>) = ([], [])
    for known in try ActivityStore.plays(connection, user: user.id, activity: activity) {
      guard let play = try play(connection, user: user.id, id: known.id) else { throw Problem.notFound }
      let time = try HistoryChangeStore.time(connection, user: user, play, when: when, now: now)
      spellings.from.insert(When(play.time, in: user.zone).spelling)
      spellings.to.insert(When(time, in: user.zone).spelling)
      try journal.update(.plays, key: play.id, title: play.titleID, time.image)
    }
    journal.detail.from = spellings.from.count == 1 ? spellings.from.first : nil
    journal.detail.to = spellings.to.count == 1 ? spellings.to.first : nil
    return try journal.finish()
  }

  /// Removes a play.
  static func deletePlay(
    _ connection: Connection, user: User, play id: Int, now: Instant
  ) throws -> (play: Play, activity: Int?) {
    guard let play = try play(connection, user: user.id, id: id) else { throw Problem.notFound }
    var journal = try Journal(connection, user: user, kind: .unwatched, title: play.titleID, now: now)
    try HistoryChangeStore.describe(&journal, play)
    let wasDone = try PassStore.isDone(journal, title: play.titleID, pass: play.pass)
    try journal.delete(.plays, key: id, title: play.titleID)
    try PassStore.afterDeletion(&journal, title: play.titleID, pass: play.pass, wasDone: wasDone)
    // A tick by mistake that is taken back leaves no empty entry behind.
    let entry = try entry(connection, user: user.id, title: play.titleID)
    if let entry, entry.isEmpty, try !hasPlays(connection, user: user.id, title: play.titleID) {
      try journal.delete(.entries, key: play.titleID, title: play.titleID)
    }
    return (play, try journal.finish())
  }
}

extension EntryRow {
  /// Its columns.
  var image: Image {
    [
      "intent": (intent?.rawValue).bound, "rating": rating.bound, "favourite": isFavourite.bound, "note": .text(note),
      "added_at": .int(addedAt), "specials": countsSpecials.bound,
    ]
  }
}

extension PlayTime {
  /// Its columns.
  var image: Image { ["at": at.bound, "day": day.bound, "precision": .text(precision.rawValue)] }
}

extension Play {
  init(_ row: inout Row) {
    id = row.int()
    titleID = row.int()
    episodeID = row.optionalInt()
    time = PlayTime(
      at: row.optionalInt(), day: row.optionalText(), precision: Precision(rawValue: row.text()) ?? .unknown)
    source = row.text()
    note = row.text()
    pass = row.int()
  }
}
