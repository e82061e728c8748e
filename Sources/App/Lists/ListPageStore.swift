import SQL

/// What the pages of lists show.
enum ListPageStore {
  /// A list in one line.
  struct Line: Sendable {
    let list: TitleList
    let count: Int
    /// The first titles, with their posters.
    var posters: [(title: Int, path: String?)]
  }

  /// How many lists a person has.
  static func count(_ connection: Connection, user: Int) throws -> Int {
    try connection.first("SELECT count(*) FROM lists WHERE user_id = $1", user) { $0.int() } ?? 0
  }

  /// One page of a person's lists in their own order; the note is cut.
  static func lines(_ connection: Connection, user: Int, page: Int) throws -> [Line] {
    var lines = try connection.rows(
      """
      SELECT l.id, l.name, substr(l.note, 1, 201), l.rule,
        (SELECT count(*) FROM list_items i WHERE i.user_id = $1 AND i.list_id = l.id),
        (SELECT i.title_id FROM list_items i WHERE i.list_id = l.id ORDER BY i.place, i.id LIMIT 1),
        (SELECT i.title_id FROM list_items i WHERE i.list_id = l.id ORDER BY i.place, i.id LIMIT 1 OFFSET 1),
        (SELECT i.title_id FROM list_items i WHERE i.list_id = l.id ORDER BY i.place, i.id LIMIT 1 OFFSET 2),
        (SELECT i.title_id FROM list_items i WHERE i.list_id = l.id ORDER BY i.place, i.id LIMIT 1 OFFSET 3)
      FROM lists l WHERE l.user_id = $1 ORDER BY l.place, l.id LIMIT $2 OFFSET $3
      """, user, ListRules.listsPageSize, (page - 1) * ListRules.listsPageSize
    ) { row in
      let list = TitleList(&row)
      let count = row.int()
      let titles = [row.optionalInt(), row.optionalInt(), row.optionalInt(), row.optionalInt()]
      return Line(list: list, count: count, posters: titles.compactMap { $0.map { ($0, nil) } })
    }
    let titles = Set(lines.flatMap { $0.posters.map(\.title) })
    let posters = try CatalogueStore.posters(connection, titles: titles)
    for place in lines.indices { lines[place].posters = lines[place].posters.map { ($0.title, posters[$0.title]) } }
    return lines
  }

  /// A title on a list, with how it stands in the library; the note is cut.
  struct Item: Sendable {
    let id: Int
    let note: String
    let card: LibraryStore.Card
  }

  /// How many titles are on a list.
  static func count(_ connection: Connection, user: Int, list: Int) throws -> Int {
    try connection.first(
      "SELECT count(*) FROM list_items WHERE user_id = $1 AND list_id = $2", user, list
    ) { $0.int() } ?? 0
  }

  /// One page of a list in its order; the first page is 1.
  static func items(_ connection: Connection, user: Int, list: Int, page: Int, today: Day) throws -> [Item] {
    try connection.rows(
      """
      SELECT i.id, substr(i.note, 1, 81), i.title_id, t.kind, t.name, t.year,
        CASE WHEN s.status = 'uptodate' AND s.next_day <= $3 THEN 'watching' ELSE coalesce(s.status, 'none') END,
        s.rating, coalesce(s.favourite, 0), coalesce(s.plays, 0), coalesce(s.seen, 0),
        coalesce(CASE WHEN s.turn_day <= $3 THEN
          (SELECT count(*) FROM episodes e WHERE e.title_id = s.title_id AND e.air_day <= $3 AND (e.season > 0
            OR EXISTS (SELECT 1 FROM entries c WHERE c.user_id = $1 AND c.title_id = s.title_id AND c.specials = 1)))
            - s.skipped
          ELSE s.aired - s.skipped END, 0),
        s.last_day, t.runtime, t.poster
      FROM lists l JOIN list_items i ON i.list_id = l.id JOIN titles t ON t.id = i.title_id
      LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = i.title_id
      WHERE l.user_id = $1 AND l.id = $2 ORDER BY i.place, i.id LIMIT $4 OFFSET $5
      """, user, list, today.description, ListRules.pageSize, (page - 1) * ListRules.pageSize
    ) { row in
      let (id, note) = (row.int(), row.text())
      let card = LibraryStore.Card(
        titleID: row.int(), kind: TitleKind(rawValue: row.text()) ?? .movie, name: row.text(), year: row.optionalInt(),
        status: Status(rawValue: row.text()) ?? .none, rating: row.optionalInt(), isFavourite: row.bool(),
        plays: row.int(), seen: row.int(), due: row.int(), lastDay: row.optionalText(), runtime: row.optionalInt(),
        poster: row.optionalText())
      return Item(id: id, note: note, card: card)
    }
  }

  /// A title on a list while it is changed: its note whole, and where it stands.
  struct Edited: Sendable {
    let item: ListItem
    let name: String
    /// The first is 1.
    let position: Int
  }

  /// One title of a list, with its position.
  static func edited(_ connection: Connection, user: Int, list: Int, item: Int) throws -> Edited? {
    try connection.first(
      """
      SELECT i.id, i.title_id, i.note, t.name, (
        SELECT count(*) FROM list_items b
        WHERE b.user_id = $1 AND b.list_id = $2 AND (b.place, b.id) <= (i.place, i.id))
      FROM list_items i JOIN titles t ON t.id = i.title_id WHERE i.user_id = $1 AND i.list_id = $2 AND i.id = $3
      """, user, list, item
    ) { row in
      Edited(
        item: ListItem(id: row.int(), titleID: row.int(), note: row.text()), name: row.text(), position: row.int())
    }
  }

  /// A list to put a title on.
  struct Choice: Sendable {
    let list: Int
    let name: String
    /// The title on it, when it is there.
    let item: Int?
  }

  /// How many lists the page of a title offers.
  static let choicesShown = 60

  /// The lists that a person keeps by hand, those with the title first.
  static func choices(user: Int, title: Int) -> Query<Choice> {
    Query(
      """
      SELECT l.id, l.name, i.id FROM lists l
      LEFT JOIN list_items i ON i.user_id = $1 AND i.list_id = l.id AND i.title_id = $2
      WHERE l.user_id = $1 AND l.rule IS NULL ORDER BY (i.id IS NULL), l.place, l.id LIMIT $3
      """, user, title, choicesShown
    ) { Choice(list: $0.int(), name: $0.text(), item: $0.optionalInt()) }
  }

  /// Every list by hand but one, to move a title to.
  static func others(_ connection: Connection, user: Int, than list: Int) throws -> [(id: Int, name: String)] {
    try connection.rows(
      "SELECT id, name FROM lists WHERE user_id = $1 AND rule IS NULL AND id <> $2 ORDER BY place, id", user, list
    ) { ($0.int(), $0.text()) }
  }
}
