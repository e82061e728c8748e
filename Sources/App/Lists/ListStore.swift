import SQL

/// Lists and what is on them; every change is one activity through the journal.
enum ListStore {
  // MARK: One list

  /// A person's list.
  static func list(_ connection: Connection, user: Int, id: Int) throws -> TitleList? {
    try connection.first(
      "SELECT id, name, note, rule FROM lists WHERE user_id = $1 AND id = $2", user, id, read: TitleList.init)
  }

  static func required(_ connection: Connection, user: Int, id: Int) throws -> TitleList {
    guard let list = try list(connection, user: user, id: id) else { throw Problem.notFound }
    return list
  }

  // A list whose titles are put there by hand.
  private static func byHand(_ connection: Connection, user: Int, id: Int) throws -> TitleList {
    let list = try required(connection, user: user, id: id)
    if list.isSmart { throw Problem.invalid(.problemListSmart) }
    return list
  }

  /// A title on a person's list.
  static func item(_ connection: Connection, user: Int, list: Int, id: Int) throws -> ListItem? {
    try connection.first(
      "SELECT id, title_id, note FROM list_items WHERE user_id = $1 AND list_id = $2 AND id = $3", user, list, id
    ) { ListItem(id: $0.int(), titleID: $0.int(), note: $0.text()) }
  }

  private static func requiredItem(_ connection: Connection, user: Int, list: Int, id: Int) throws -> ListItem {
    guard let item = try item(connection, user: user, list: list, id: id) else { throw Problem.notFound }
    return item
  }

  /// What a new list is made of.
  struct New: Sendable {
    var name: String
    var note = ""
    var rule: String?
    /// The list to copy, rule or titles with their notes.
    var copy: Int?
    /// Titles to begin with.
    var titles: [Int] = []
  }

  /// Makes a list at the end of the others.
  ///
  /// - Throws: `ListRefusal`; 404 for a list or title that is not there, 422 for titles on a list by rule.
  static func make(_ connection: Connection, user: User, _ new: New, now: Instant) throws -> (list: Int, activity: Int?)
  {
    let title = new.titles.count == 1 && new.copy == nil ? new.titles.first : nil
    var journal = try Journal(connection, user: user, kind: .listMade, title: title, now: now)
    let places = try places(connection, user: user.id)
    if places.count >= ListRules.listsLimit { throw ListRefusal.tooMany }
    try refuseTaken(connection, user: user.id, new.name, except: nil)
    let source = try new.copy.map { try required(connection, user: user.id, id: $0) }
    let rule = new.rule ?? source?.rule
    if rule != nil, !new.titles.isEmpty { throw Problem.invalid(.problemListSmart) }
    journal.detail.name = new.name
    let list = try journal.insert(
      .lists, title: Journal.noTitle,
      [
        "name": .text(new.name), "note": .text(new.note), "rule": rule.bound, "created_at": .int(now),
        "place": (ListRules.place(after: places.last?.place, before: nil)).bound,
      ])
    var end = End(count: 0, place: nil)
    if let source, rule == nil {
      for item in try items(connection, user: user.id, list: source.id) {
        try append(&journal, list: list, title: item.titleID, note: item.note, &end)
      }
    }
    for title in new.titles where try item(connection, user: user.id, list: list, title: title) == nil {
      try requireVisible(connection, user: user.id, title: title)
      try append(&journal, list: list, title: title, note: "", &end)
    }
    journal.detail.count = end.count
    return (list, try journal.finish())
  }

  /// Renames a list, changes its note or its rule; nil leaves one as it is.
  ///
  /// - Returns: the activity; nil when everything already was so.
  static func change(
    _ connection: Connection, user: User, id: Int, name: String?, note: String?, rule: String?, now: Instant
  ) throws -> Int? {
    var journal = try Journal(connection, user: user, kind: .listChanged, title: nil, now: now)
    let list = try required(connection, user: user.id, id: id)
    if rule != nil, !list.isSmart { throw Problem.invalid(.problemListHand) }
    if let name { try refuseTaken(connection, user: user.id, name, except: id) }
    journal.detail.name = name ?? list.name
    var row: Image = [:]
    if let name { row["name"] = .text(name) }
    if let note { row["note"] = .text(note) }
    if let rule { row["rule"] = .text(rule) }
    try journal.update(.lists, key: id, title: Journal.noTitle, row)
    return try journal.finish()
  }

  private static func refuseTaken(_ connection: Connection, user: Int, _ name: String, except: Int?) throws {
    if try named(connection, user: user, name, except: except) != nil { throw ListRefusal.nameTaken }
  }

  /// Another list of the same name, but for case.
  static func named(_ connection: Connection, user: Int, _ name: String, except: Int?) throws -> Int? {
    try connection.rows("SELECT id, name FROM lists WHERE user_id = $1", user) { ($0.int(), $0.text()) }
      .first { $0.0 != except && ListRules.isSame($0.1, name) }?.0
  }

  /// Deletes a list with what is on it; the undo brings back both, in their order.
  static func delete(_ connection: Connection, user: User, id: Int, now: Instant) throws -> Int? {
    var journal = try Journal(connection, user: user, kind: .listDeleted, title: nil, now: now)
    journal.detail.name = try required(connection, user: user.id, id: id).name
    for item in try places(connection, user: user.id, list: id) {
      try journal.delete(.items, key: item.id, title: Journal.noTitle)
    }
    try journal.delete(.lists, key: id, title: Journal.noTitle)
    return try journal.finish()
  }

  // MARK: Order

  /// A row with its place in an order.
  private struct Placed {
    let id: Int
    let place: Int
  }

  private static func places(_ connection: Connection, user: Int) throws -> [Placed] {
    try connection.rows("SELECT id, place FROM lists WHERE user_id = $1 ORDER BY place, id", user) {
      Placed(id: $0.int(), place: $0.int())
    }
  }

  private static func places(_ connection: Connection, user: Int, list: Int) throws -> [Placed] {
    try connection.rows(
      """
      SELECT i.id, i.place FROM lists l JOIN list_items i ON i.list_id = l.id
      WHERE l.user_id = $1 AND l.id = $2 ORDER BY i.place, i.id
      """, user, list
    ) { Placed(id: $0.int(), place: $0.int()) }
  }

  /// Moves a list among the others.
  static func move(_ connection: Connection, user: User, id: Int, _ move: ListMove, now: Instant) throws -> Int? {
    var journal = try Journal(connection, user: user, kind: .listMoved, title: nil, now: now)
    journal.detail.name = try required(connection, user: user.id, id: id).name
    try place(&journal, .lists, id, move, among: try places(connection, user: user.id))
    return try journal.finish()
  }

  /// Moves a title within its list.
  static func move(
    _ connection: Connection, user: User, list: Int, item id: Int, _ move: ListMove, now: Instant
  ) throws -> (title: Int, activity: Int?) {
    let kept = try byHand(connection, user: user.id, id: list)
    let item = try requiredItem(connection, user: user.id, list: list, id: id)
    var journal = try Journal(connection, user: user, kind: .listMoved, title: item.titleID, now: now)
    journal.detail.name = kept.name
    try place(&journal, .items, id, move, among: try places(connection, user: user.id, list: list))
    return (item.titleID, try journal.finish())
  }

  // Touches one row where there is room, else every row of the order gets a new place.
  private static func place(
    _ journal: inout Journal, _ table: JournalTable, _ id: Int, _ move: ListMove, among all: [Placed]
  ) throws {
    guard let index = all.firstIndex(where: { $0.id == id }) else { throw Problem.notFound }
    let position = ListRules.position(move, of: index + 1, in: all.count)
    if position == index + 1 { return }
    var others = all
    others.remove(at: index)
    let after = position > 1 ? others[position - 2].place : nil
    let before = position <= others.count ? others[position - 1].place : nil
    if let place = ListRules.place(after: after, before: before) {
      return try journal.update(table, key: id, title: Journal.noTitle, ["place": .int(place)])
    }
    others.insert(all[index], at: position - 1)
    try placeAnew(&journal, table, others)
  }

  private static func placeAnew(_ journal: inout Journal, _ table: JournalTable, _ ordered: [Placed]) throws {
    for (number, row) in ordered.enumerated() {
      try journal.update(
        table, key: row.id, title: Journal.noTitle, ["place": .int((number + 1) * ListRules.room)])
    }
  }

  /// Sorts a list once.
  ///
  /// - Returns: the activity; nil when it was in that order.
  static func sort(_ connection: Connection, user: User, id: Int, by sort: ListSort, now: Instant) throws -> Int? {
    var journal = try Journal(connection, user: user, kind: .listSorted, title: nil, now: now)
    journal.detail.name = try byHand(connection, user: user.id, id: id).name
    let sorted = try connection.rows(statement(sort), user.id, id) { Placed(id: $0.int(), place: $0.int()) }
    let places = sorted.map(\.place).sorted()
    if zip(places, places.dropFirst()).contains(where: { $0 == $1 }) {
      try placeAnew(&journal, .items, sorted)
    } else {
      // The places stay and the rows change them, so that a row that stands right already is not touched.
      for (row, place) in zip(sorted, places) where row.place != place {
        try journal.update(.items, key: row.id, title: Journal.noTitle, ["place": .int(place)])
      }
    }
    return try journal.finish()
  }

  private static func statement(_ sort: ListSort) -> SQL {
    switch sort {
    case .name:
      """
      SELECT i.id, i.place FROM list_items i JOIN titles t ON t.id = i.title_id
      WHERE i.user_id = $1 AND i.list_id = $2 ORDER BY t.name_key, i.id
      """
    case .year:
      """
      SELECT i.id, i.place FROM list_items i JOIN titles t ON t.id = i.title_id
      WHERE i.user_id = $1 AND i.list_id = $2 ORDER BY t.year DESC NULLS LAST, t.name_key, i.id
      """
    case .rating:
      """
      SELECT i.id, i.place FROM list_items i JOIN titles t ON t.id = i.title_id
      LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = i.title_id
      WHERE i.user_id = $1 AND i.list_id = $2 ORDER BY s.rating DESC NULLS LAST, t.name_key, i.id
      """
    case .added:
      """
      SELECT i.id, i.place FROM list_items i
      WHERE i.user_id = $1 AND i.list_id = $2 ORDER BY i.added_at DESC, i.id DESC
      """
    case .watched:
      """
      SELECT i.id, i.place FROM list_items i JOIN titles t ON t.id = i.title_id
      LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = i.title_id
      WHERE i.user_id = $1 AND i.list_id = $2 ORDER BY s.last_at DESC NULLS LAST, t.name_key, i.id
      """
    }
  }

  // MARK: Titles on a list

  /// Where the end of a list is, and how many titles come before it.
  private struct End {
    var count: Int
    var place: Int?
  }

  private static func end(_ connection: Connection, user: Int, list: Int) throws -> End {
    let end = try connection.first(
      "SELECT count(*), max(place) FROM list_items WHERE user_id = $1 AND list_id = $2", user, list
    ) { End(count: $0.int(), place: $0.optionalInt()) }
    return end ?? End(count: 0, place: nil)
  }

  private static func item(_ connection: Connection, user: Int, list: Int, title: Int) throws -> Int? {
    try connection.first(
      "SELECT id FROM list_items WHERE user_id = $1 AND list_id = $2 AND title_id = $3", user, list, title
    ) { $0.int() }
  }

  private static func items(_ connection: Connection, user: Int, list: Int) throws -> [ListItem] {
    try connection.rows(
      """
      SELECT i.id, i.title_id, i.note FROM lists l JOIN list_items i ON i.list_id = l.id
      WHERE l.user_id = $1 AND l.id = $2 ORDER BY i.place, i.id
      """, user, list
    ) { ListItem(id: $0.int(), titleID: $0.int(), note: $0.text()) }
  }

  private static func requireVisible(_ connection: Connection, user: Int, title: Int) throws {
    let found = try connection.first(
      "SELECT 1 FROM titles WHERE id = $2 AND (owner_id IS NULL OR owner_id = $1)", user, title
    ) { $0.int() }
    if found == nil { throw Problem.notFound }
  }

  private static func append(
    _ journal: inout Journal, list: Int, title: Int, note: String, _ end: inout End
  ) throws {
    guard end.count < ListRules.itemsLimit else {
      throw Problem.invalid(.problemListFull)
    }
    let place = ListRules.place(after: end.place, before: nil) ?? 0
    _ = try journal.insert(
      .items, title: Journal.noTitle,
      [
        "list_id": .int(list), "title_id": .int(title), "place": .int(place), "note": .text(note),
        "added_at": .int(journal.now),
      ])
    end.count += 1
    end.place = place
  }

  /// Puts titles at the end of a list; those that are on it already stay where they are.
  ///
  /// - Returns: the activity; when every title was there, the one that put the last of them there, while it is known.
  /// - Throws: 404 for a list or title that this person does not see, 422 when the list is by rule or full.
  static func add(
    _ connection: Connection, user: User, list: Int, titles: [Int], note: String, now: Instant
  ) throws -> Int? {
    var journal = try Journal(
      connection, user: user, kind: .listAdded, title: titles.count == 1 ? titles.first : nil, now: now)
    let known = try add(&journal, list: list, titles: titles, note: note)
    if let activity = try journal.finish() { return activity }
    return try known.flatMap { try activity(connection, user: user.id, item: $0) }
  }

  /// The same as part of an activity under way, whose detail takes the list's name and how many came onto it.
  ///
  /// - Returns: the place on the list of the last title that was there already.
  @discardableResult
  static func add(_ journal: inout Journal, list: Int, titles: [Int], note: String) throws -> Int? {
    let (connection, user) = (journal.connection, journal.user.id)
    journal.detail.name = try byHand(connection, user: user, id: list).name
    var end = try end(connection, user: user, list: list)
    let before = end.count
    var known: Int?
    for title in titles {
      try requireVisible(connection, user: user, title: title)
      if let item = try item(connection, user: user, list: list, title: title) {
        known = item
      } else {
        try append(&journal, list: list, title: title, note: note, &end)
      }
    }
    journal.detail.count = end.count - before
    return known
  }

  /// The title that came onto a list last.
  static func lastItem(_ connection: Connection, user: Int, list: Int) throws -> Int? {
    try connection.first("SELECT max(id) FROM list_items WHERE user_id = $1 AND list_id = $2", user, list) {
      $0.optionalInt()
    } ?? nil
  }

  /// The activity that put a title on a list, while it is known.
  static func activity(_ connection: Connection, user: Int, item: Int) throws -> Int? {
    // The first change of a row is the one that made it, unless that was dropped since.
    try connection.first(
      """
      SELECT a.id FROM activities a WHERE a.user_id = $1 AND a.kind IN ('listMade', 'listAdded', 'listTransferred')
        AND a.id = (
          SELECT min(c.activity_id) FROM changes c WHERE c.user_id = $1 AND c.tbl = 'list_items' AND c.key = $2)
      """, user, item
    ) { $0.int() }
  }

  /// Changes the note of a title on a list.
  static func note(
    _ connection: Connection, user: User, list: Int, item id: Int, _ note: String, now: Instant
  ) throws -> (title: Int, activity: Int?) {
    let kept = try byHand(connection, user: user.id, id: list)
    let item = try requiredItem(connection, user: user.id, list: list, id: id)
    var journal = try Journal(connection, user: user, kind: .listChanged, title: item.titleID, now: now)
    journal.detail.name = kept.name
    try journal.update(.items, key: id, title: Journal.noTitle, ["note": .text(note)])
    return (item.titleID, try journal.finish())
  }

  /// Takes a title off a list.
  static func remove(
    _ connection: Connection, user: User, list: Int, item id: Int, now: Instant
  ) throws -> (title: Int, activity: Int?) {
    let kept = try byHand(connection, user: user.id, id: list)
    let item = try requiredItem(connection, user: user.id, list: list, id: id)
    var journal = try Journal(connection, user: user, kind: .listRemoved, title: item.titleID, now: now)
    journal.detail.name = kept.name
    try journal.delete(.items, key: id, title: Journal.noTitle)
    return (item.titleID, try journal.finish())
  }

  /// Puts a title with its note on another list too, or moves it there; where it is on that list already, it stays.
  static func copy(
    _ connection: Connection, user: User, list: Int, item id: Int, to target: Int, isMove: Bool, now: Instant
  ) throws -> (title: Int, activity: Int?) {
    try Journal.take(connection, user: user.id)
    _ = try byHand(connection, user: user.id, id: list)
    let item = try requiredItem(connection, user: user.id, list: list, id: id)
    let other = try byHand(connection, user: user.id, id: target)
    var journal = try Journal(
      connection, user: user, kind: isMove ? .listTransferred : .listAdded, title: item.titleID, now: now)
    journal.detail.name = other.name
    if target == list { return (item.titleID, nil) }
    let known = try self.item(connection, user: user.id, list: target, title: item.titleID)
    if known == nil {
      var end = try end(connection, user: user.id, list: target)
      try append(&journal, list: target, title: item.titleID, note: item.note, &end)
      journal.detail.count = 1
    }
    if isMove { try journal.delete(.items, key: id, title: Journal.noTitle) }
    let before = isMove ? nil : try known.flatMap { try activity(connection, user: user.id, item: $0) }
    return (item.titleID, try journal.finish() ?? before)
  }
}

extension TitleList {
  init(_ row: inout Row) {
    id = row.int()
    name = row.text()
    note = row.text()
    rule = row.optionalText()
  }
}
