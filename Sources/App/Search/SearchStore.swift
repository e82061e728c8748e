import SQL

/// Finds titles by any of their names. The engines only deliver candidates; `Ranking` puts them in order.
enum SearchStore {
  /// A found title with what a line about it shows.
  struct Hit: Sendable {
    let candidate: Candidate
    let makers: [String]
    let cast: [String]
    let status: Status?
    let isOwn: Bool
  }

  /// How many candidates one question to the database brings.
  static let candidateLimit = 100
  /// Below so many, misspelt words are mended.
  static let enough = 20

  /// The likeliest titles, at most `limit`.
  static func find(
    _ connection: Connection, _ query: SearchQuery, kind: TitleKind?, user: Int, vocabulary: Vocabulary?, limit: Int
  ) throws -> [Hit] {
    var candidates = try exact(connection, query.folded, kind)
    candidates += try matching(connection, Self.match(query.words), kind)
    if query.year != nil { candidates += try matching(connection, Self.match(query.wordsWithoutYear), kind) }
    if Set(candidates.map(\.titleID)).count < enough, let vocabulary,
      let corrected = Self.corrected(query.wordsWithoutYear, vocabulary)
    {
      candidates += try matching(connection, corrected, kind).map { candidate in
        var candidate = candidate
        candidate.isCorrected = true
        return candidate
      }
    }
    let own = try ownTitles(connection, user: user, query, kind)
    let isOwn = Set(own.map(\.titleID))
    return try Ranking.sorted(candidates + own, query).prefix(limit).map { candidate in
      let credits = try CatalogueStore.credits(connection, title: candidate.titleID)
      let status = try connection.first(
        "SELECT status FROM shelf WHERE user_id = $1 AND title_id = $2", user, candidate.titleID
      ) { Status(rawValue: $0.text()) }
      return Hit(
        candidate: candidate, makers: credits.filter { $0.job == "by" }.map(\.person),
        cast: credits.filter { $0.job == "cast" }.map(\.person), status: status ?? nil,
        isOwn: isOwn.contains(candidate.titleID))
    }
  }

  private static func exact(_ connection: Connection, _ folded: String, _ kind: TitleKind?) throws -> [Candidate] {
    try connection.rows(
      """
      SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id
      FROM names n JOIN titles t ON t.id = n.title_id
      WHERE n.folded = $1 AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2) ORDER BY n.id LIMIT 20
      """, folded, kind?.rawValue, read: Candidate.init)
  }

  private static func matching(_ connection: Connection, _ match: String, _ kind: TitleKind?) throws -> [Candidate] {
    try connection.rows(
      SQL(
        sqlite: """
          SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id
          FROM words w JOIN names n ON n.id = w.rowid JOIN titles t ON t.id = n.title_id
          WHERE w.words MATCH $1 AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2) ORDER BY w.rowid LIMIT 100
          """,
        postgres: """
          SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id
          FROM names n JOIN titles t ON t.id = n.title_id
          WHERE n.words @@ CAST($1 AS tsquery) AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2) ORDER BY n.id LIMIT 100
          """), match, kind?.rawValue, read: Candidate.init)
  }

  private static func ownTitles(
    _ connection: Connection, user: Int, _ query: SearchQuery, _ kind: TitleKind?
  ) throws -> [Candidate] {
    try connection.rows(
      "SELECT id, kind, name, original_name, year, '', 0 FROM titles WHERE owner_id = $1 ORDER BY id LIMIT 2000", user
    ) { row -> Candidate in
      let known = Candidate(&row)
      return Candidate(
        titleID: known.titleID, kind: known.kind, name: known.name, originalName: nil, year: known.year,
        folded: Folding.fold(known.name), place: 0)
    }.filter { (kind == nil || $0.kind == kind) && query.matches($0.folded) }
  }

  /// FTS5's expression for all words, the last one perhaps only begun. Folded words hold no quotes.
  static func match(_ words: [String]) -> String {
    words.enumerated().map { place, word in
      place == words.count - 1 ? "\"\(word)\"*" : "\"\(word)\""
    }.joined(separator: " AND ")
  }

  /// The same with misspelt words replaced by the nearest of the vocabulary; nil when there is nothing to mend.
  static func corrected(_ words: [String], _ vocabulary: Vocabulary) -> String? {
    var hasMended = false
    let parts = words.enumerated().map { place, word -> String in
      let isLast = place == words.count - 1
      let asTyped = isLast ? "\"\(word)\"*" : "\"\(word)\""
      if vocabulary.contains(word) { return asTyped }
      let nearest = vocabulary.nearest(word, isBegun: isLast)
      if nearest.isEmpty { return asTyped }
      hasMended = true
      return "(" + ([asTyped] + nearest.map { "\"\($0)\"" }).joined(separator: " OR ") + ")"
    }
    return hasMended ? parts.joined(separator: " AND ") : nil
  }

  /// Reads every word of the shared catalogue's names.
  static func vocabulary(_ connection: Connection) throws -> Vocabulary {
    var uses: [String: Int] = [:]
    try connection.each("SELECT folded FROM names") { row in
      for word in row.text().split(separator: " ") { uses[String(word), default: 0] += 1 }
    }
    return Vocabulary(uses)
  }
}

extension Candidate {
  init(_ row: inout Row) {
    self.init(
      titleID: row.int(), kind: TitleKind(rawValue: row.text()) ?? .movie, name: row.text(),
      originalName: row.optionalText(), year: row.optionalInt(), folded: row.text(), place: row.int())
  }
}
