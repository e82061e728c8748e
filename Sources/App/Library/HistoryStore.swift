import SQL

/// The diary: every play by the day it counts to.
enum HistoryStore {
  /// A play in the diary.
  struct Line: Sendable {
    let play: Play
    let titleName: String
    let titleKind: TitleKind
    let episode: (season: Int, number: Int, name: String)?
  }

  /// Where the next page begins.
  struct Place: Sendable, Equatable {
    let day: String
    let at: Instant
    let id: Int

    /// As it stands in the address: `2024-03-01~1709300000000000~17`.
    var text: String { "\(day)~\(at)~\(id)" }

    init(day: String, at: Instant, id: Int) {
      self.day = day
      self.at = at
      self.id = id
    }

    /// Reads it back; nil when it is not one.
    init?(_ text: String) {
      let parts = text.split(separator: "~", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0].utf8.count <= 10, let at = Int(parts[1]), let id = Int(digits: parts[2]) else {
        return nil
      }
      self.init(day: String(parts[0]), at: at, id: id)
    }
  }

  /// How many plays a page has.
  static let pageSize = 60

  /// One page of plays with a date, the latest first, then those without one.
  static func page(_ connection: Connection, user: Int, after: Place?) throws -> (lines: [Line], next: Place?) {
    var lines: [Line] = []
    if after?.day != "" {
      let place = after ?? Place(day: "9999", at: .max, id: .max)
      lines = try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.day IS NOT NULL AND (p.day, p.at, p.id) < ($2, $3, $4)
        ORDER BY p.day DESC, p.at DESC, p.id DESC LIMIT $5
        """, user, place.day, place.at, place.id, pageSize + 1, read: Line.init)
    }
    if lines.count <= pageSize {
      lines += try connection.rows(
        """
        SELECT p.id, p.title_id, p.episode_id, p.at, p.day, p.precision, p.source, p.note, p.pass, t.name, t.kind,
          e.season, e.number, e.name
        FROM plays p JOIN titles t ON t.id = p.title_id LEFT JOIN episodes e ON e.id = p.episode_id
        WHERE p.user_id = $1 AND p.day IS NULL AND p.id < $2 ORDER BY p.id DESC LIMIT $3
        """, user, after?.day == "" ? after?.id ?? .max : .max, pageSize + 1 - lines.count, read: Line.init)
    }
    guard lines.count > pageSize else { return (lines, nil) }
    let last = lines[pageSize - 1].play
    return (
      Array(lines.prefix(pageSize)), Place(day: last.time.day ?? "", at: last.time.at ?? 0, id: last.id)
    )
  }
}

extension HistoryStore.Line {
  init(_ row: inout Row) {
    play = Play(&row)
    titleName = row.text()
    titleKind = TitleKind(rawValue: row.text()) ?? .movie
    let season = row.optionalInt()
    let number = row.int()
    let name = row.text()
    episode = season.map { ($0, number, name) }
  }
}
