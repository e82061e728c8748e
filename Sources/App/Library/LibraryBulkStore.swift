import SQL

/// Changes to many titles at once, each one activity with one undo.
enum LibraryBulkStore {
  /// What was done.
  struct Done: Sendable {
    /// The activity; nil when everything already was so.
    let activity: Int?
    /// How many plays were recorded.
    let plays: Int
  }

  /// Does the same to every title.
  ///
  /// Marking watched takes the films among them that were not seen before, and leaves those that are not out yet.
  /// - Throws: 404 for a title or a list that is not this person's to see, 422 for a date in the future; nothing is
  ///   changed then.
  static func change(
    _ connection: Connection, user: User, titles ids: [Int], _ action: LibraryBulk.Action, now: Instant
  ) throws -> Done {
    var journal = try Journal(connection, user: user, kind: .changedMany, title: nil, now: now)
    let titles = try ids.map { id in
      guard let title = try CatalogueStore.title(connection, user: user.id, id: id) else { throw Problem.notFound }
      return title
    }
    journal.detail.act = action.act
    switch action {
    case .status(let intent): try enter(&journal, titles) { $0.intent = .to(intent) }
    case .rating(let rating):
      journal.detail.rating = rating
      try enter(&journal, titles) { $0.rating = .to(rating) }
    case .favourite(let isOn): try enter(&journal, titles) { $0.favourite = .to(isOn) }
    case .list(let list): try ListStore.add(&journal, list: list, titles: titles.map(\.id), note: "")
    case .watched(let when): try mark(&journal, titles, when)
    }
    if action.act != .listed { journal.detail.count = journal.titlesChanged }
    let activity = try journal.finish()
    return Done(activity: activity, plays: action.act == .watched ? journal.detail.count : 0)
  }

  private static func enter(
    _ journal: inout Journal, _ titles: [Title], _ set: (inout RecordStore.EntryChange) -> Void
  ) throws {
    var change = RecordStore.EntryChange()
    set(&change)
    for title in titles { try RecordStore.apply(change, to: title.id, &journal) }
  }

  private static func mark(_ journal: inout Journal, _ titles: [Title], _ when: When) throws {
    for film in titles where film.kind == .movie {
      if try RecordStore.hasPlays(journal.connection, user: journal.user.id, title: film.id) { continue }
      let (now, zone) = (journal.now, journal.user.zone)
      if When.release.resolved(now: now, zone: zone, released: film.released, year: film.year) == nil {
        journal.detail.notAired += 1
        continue
      }
      try RecordStore.insertPlay(&journal, title: film, episode: nil, pass: 0, when: when, once: nil)
      try RecordStore.enter(&journal, title: film.id)
    }
  }
}
