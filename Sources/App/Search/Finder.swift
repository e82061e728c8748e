import SQL

/// Finds titles and people by any of their names. The engines only deliver candidates; `Ranking` puts them in order.
///
/// A text costs at most three rounds of statements: what holds its words; where that is not good enough, what of the
/// well known they may have been meant as; and where nothing is near, that of all others, and what holds all words
/// but one. A round is one journey to PostgreSQL; the first has another for what is not well known where too little
/// is.
struct Finder {
  /// What was found.
  struct Found: Sendable {
    /// The likeliest first.
    var titles: [Ranking.Scored]
    /// The likeliest first, at most `mostPeople`.
    var people: [FoundPerson]

    /// Whether there is something that differs from what was typed by little.
    var isNear: Bool {
      titles.contains { !$0.candidate.isCorrected || $0.cost + $0.candidate.weight < 120 } || !people.isEmpty
    }

    /// Whether a person was more likely meant than any title.
    var isPersonFirst: Bool {
      guard let person = people.first else { return false }
      guard let title = titles.first else { return true }
      // Who has typed the beginning of a well-known title types on to it more often than to the end of a name.
      if title.score <= 2, title.candidate.weight >= Finder.wellKnown, !person.isWhole { return false }
      return person.cost < title.cost
    }
  }

  /// How many people are shown.
  static let mostPeople = 5
  /// How many names at most are looked at by one question, the most popular first.
  static let mostNames = 100
  /// So many names that are well known, or at least known, are enough: no others are looked at.
  static let enough = 30
  /// People are not looked for by more words.
  private static let mostNamesOfAPerson = 5
  /// What is looked for at least so much is meant when it is written so: 6,000 votes.
  static let wellKnown = 125

  let connection: Connection
  let user: Int
  let kind: TitleKind?
  let vocabularies: Vocabularies?

  /// What a text finds.
  func find(_ query: SearchQuery) throws -> Found {
    let withYear = NameMatch(query.words)
    let withoutYear = query.year.map { _ in NameMatch(query.wordsWithoutYear) }
    let findsPeople = kind == nil && query.folded.utf8.count > 2
    let names = query.exactNames
    let (exact, plain, bare, own, persons) = try connection.all(
      exact(names), matching(withYear), matching(withoutYear), ownTitles(query),
      PeopleFinder.matching(withYear, connection.engine).asked(if: findsPeople))
    var candidates = exact + cut(plain) + cut(bare)
    let (morePlain, moreBare, morePersons) = try connection.all(
      others(withYear, than: plain), others(withoutYear, than: bare),
      PeopleFinder.others(withYear, than: persons, connection.engine).asked(if: findsPeople))
    candidates += morePlain + moreBare
    candidates += own.filter { (kind == nil || $0.kind == kind) && query.matches($0.folded) }
    var people = PeopleFinder.cut(persons) + morePersons
    var found = Found(
      titles: Ranking.sorted(candidates, query), people: PeopleFinder.sorted(people, query))
    if !isGood(found, query) { try mend(&found, &candidates, &people, query, findsPeople) }
    return found
  }

  /// Adds what the text may have been meant as.
  private func mend(
    _ found: inout Found, _ candidates: inout [Candidate], _ people: inout [FoundPerson], _ query: SearchQuery,
    _ findsPeople: Bool
  ) throws {
    guard let vocabularies else { return }
    // Nobody has so many names.
    let findsPeople = findsPeople && query.words.count <= Self.mostNamesOfAPerson
    let mending = Mending(query.wordsWithoutYear, vocabularies.titles)
    let peopleMending = Mending(query.wordsWithoutYear, vocabularies.people)
    let (respaced, mended) = (mending.respaced, mending.mended)
    let peopleRespaced = findsPeople ? peopleMending.respaced : nil
    let peopleMended = findsPeople ? peopleMending.mended : nil
    let (first, second, third, fourth) = try connection.all(
      known(respaced), known(mended), PeopleFinder.known(peopleRespaced, connection.engine),
      PeopleFinder.known(peopleMended, connection.engine))
    candidates += first + second
    people += third + fourth
    found = Found(titles: Ranking.sorted(candidates, query), people: PeopleFinder.sorted(people, query))
    if found.isNear { return }
    let (fifth, sixth, seventh, eighth, ninth) = try connection.all(
      unknown(respaced), unknown(mended), known(mending.allButOne(of: query.wordsWithoutYear)),
      PeopleFinder.unknown(peopleRespaced, connection.engine), PeopleFinder.unknown(peopleMended, connection.engine))
    candidates += cut(fifth) + cut(sixth) + seventh
    people += eighth + ninth
    found = Found(titles: Ranking.sorted(candidates, query), people: PeopleFinder.sorted(people, query))
  }

  /// Whether what was found is what was meant, so that nothing has to be mended: something well known holds the words,
  /// or the text is a name of some length.
  private func isGood(_ found: Found, _ query: SearchQuery) -> Bool {
    if let best = found.titles.first, best.isWhole {
      if best.candidate.weight >= Self.wellKnown { return true }
      if best.score <= 1, query.folded.utf8.count > 6 { return true }
    }
    return found.people.first.map { $0.isWhole && $0.weight >= Self.wellKnown } ?? false
  }

  // MARK: Candidates

  private func exact(_ names: [String]) -> Query<Candidate> {
    // Each for itself, so that its index hands out the most popular first.
    Query(
      """
      SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id, t.poster
      FROM (
        SELECT * FROM (SELECT id, title_id, folded FROM names WHERE folded = $1 ORDER BY id LIMIT 20) AS n1 UNION ALL
        SELECT * FROM (SELECT id, title_id, folded FROM names WHERE folded = $2 ORDER BY id LIMIT 20) AS n2 UNION ALL
        SELECT * FROM (SELECT id, title_id, folded FROM names WHERE folded = $3 ORDER BY id LIMIT 20) AS n3 UNION ALL
        SELECT * FROM (SELECT id, title_id, folded FROM names WHERE folded = $4 ORDER BY id LIMIT 20) AS n4 UNION ALL
        SELECT * FROM (SELECT id, title_id, folded FROM names WHERE folded = $5 ORDER BY id LIMIT 20) AS n5 UNION ALL
        SELECT * FROM (SELECT id, title_id, folded FROM names WHERE folded = $6 ORDER BY id LIMIT 20) AS n6 UNION ALL
        SELECT * FROM (SELECT id, title_id, folded FROM names WHERE folded = $7 ORDER BY id LIMIT 20) AS n7 UNION ALL
        SELECT * FROM (SELECT id, title_id, folded FROM names WHERE folded = $8 ORDER BY id LIMIT 20) AS n8
      ) AS n JOIN titles t ON t.id = n.title_id
      WHERE CAST($9 AS TEXT) IS NULL OR t.kind = $9
      """, names[0], names[1], names[2], names[3], names[4], names[5], names[6], names[7], kind?.rawValue,
      read: Candidate.init)
  }

  /// The first names by popularity; on PostgreSQL only of the well known, which are in an index of their own there and
  /// answer nearly all that is searched.
  func matching(_ match: NameMatch?) -> Query<Candidate> {
    Query(
      SQL(
        sqlite: """
          SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id, t.poster
          FROM words w JOIN names n ON n.id = w.rowid JOIN titles t ON t.id = n.title_id
          WHERE w.words MATCH $1 AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2) ORDER BY w.rowid LIMIT 100
          """,
        postgres: """
          SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id, t.poster
          FROM (
            SELECT id, title_id, folded FROM names m
            WHERE id < 562640715776 AND words @@ CAST($1 AS tsquery) AND (CAST($2 AS TEXT) IS NULL
              OR EXISTS (SELECT 1 FROM titles k WHERE k.id = m.title_id AND k.kind = $2))
            ORDER BY id LIMIT 100
          ) AS n JOIN titles t ON t.id = n.title_id ORDER BY n.id
          """, isPlannedAnew: true), match?.text(for: connection.engine), kind?.rawValue, read: Candidate.init
    ).asked(if: match != nil)
  }

  /// Without those that are less known, where there are enough who are better known: PostgreSQL is not asked for them
  /// then.
  private func cut(_ found: [Candidate]) -> [Candidate] {
    for end in [Places.endOfPopular, Places.endOfKnown] {
      let known = found.prefix { $0.place < end }
      if known.count >= Self.enough { return Array(known) }
    }
    return found
  }

  /// The names of PostgreSQL that are not well known, where there are not enough of those that are; those that few know
  /// only where there are not enough of the others.
  private func others(_ match: NameMatch?, than popular: [Candidate] = []) -> Query<Candidate> {
    // Words that many names hold are in thousands of names that few know: finding the first of them means reading all.
    // OFFSET 0 keeps PostgreSQL from going through all names by their places, for it cannot tell how rare the words
    // are.
    Query(
      SQL(
        postgresOnly: """
          WITH known AS MATERIALIZED (
            SELECT * FROM (
              SELECT id, title_id, folded FROM names
              WHERE id >= 562640715776 AND id < 755914244096 AND words @@ CAST($1 AS tsquery) OFFSET 0
            ) AS m WHERE CAST($2 AS TEXT) IS NULL
              OR EXISTS (SELECT 1 FROM titles k WHERE k.id = m.title_id AND k.kind = $2)
            ORDER BY id LIMIT $3),
          rest AS (
            SELECT * FROM (
              SELECT id, title_id, folded FROM names
              WHERE id >= 755914244096 AND words @@ CAST($1 AS tsquery) AND (SELECT count(*) FROM known) < $4 OFFSET 0
            ) AS m WHERE CAST($2 AS TEXT) IS NULL
              OR EXISTS (SELECT 1 FROM titles k WHERE k.id = m.title_id AND k.kind = $2)
            ORDER BY id LIMIT $3)
          SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id, t.poster
          FROM (SELECT * FROM known UNION ALL SELECT * FROM rest ORDER BY id LIMIT $3) AS n
            JOIN titles t ON t.id = n.title_id ORDER BY n.id
          """), match?.text(for: .postgres), kind?.rawValue, Self.mostNames - popular.count,
      Self.enough - popular.count, read: Candidate.init
    ).asked(if: match != nil && connection.engine == .postgres && popular.count < Self.enough)
  }

  /// The first of the well known.
  private func known(_ match: NameMatch?) -> Query<Candidate> {
    if connection.engine == .postgres { return matching(match) }
    return Query(
      """
      SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id, t.poster
      FROM words w JOIN names n ON n.id = w.rowid JOIN titles t ON t.id = n.title_id
      WHERE w.words MATCH $1 AND w.rowid < 562640715776 AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2)
      ORDER BY w.rowid LIMIT 100
      """, match?.text(for: .sqlite), kind?.rawValue, read: Candidate.init
    ).asked(if: match != nil)
  }

  /// The first of all others.
  private func unknown(_ match: NameMatch?) -> Query<Candidate> {
    if connection.engine == .postgres { return others(match) }
    return Query(
      """
      SELECT t.id, t.kind, t.name, t.original_name, t.year, n.folded, n.id, t.poster
      FROM words w JOIN names n ON n.id = w.rowid JOIN titles t ON t.id = n.title_id
      WHERE w.words MATCH $1 AND w.rowid >= 562640715776 AND (CAST($2 AS TEXT) IS NULL OR t.kind = $2)
      ORDER BY w.rowid LIMIT 100
      """, match?.text(for: .sqlite), kind?.rawValue, read: Candidate.init
    ).asked(if: match != nil)
  }

  /// A person's own titles whose sort key holds the longest word of a text; an article may be missing from the key.
  private func ownTitles(_ query: SearchQuery) -> Query<Candidate> {
    let word = query.wordsWithoutYear.max { $0.count < $1.count } ?? ""
    let pattern = "%" + (["the", "a", "an"].contains(word) ? "" : word) + "%"
    return Query(
      """
      SELECT id, kind, name, original_name, year, '', 0, poster FROM titles WHERE owner_id = $1 AND name_key LIKE $2
      ORDER BY id LIMIT 500
      """, user, pattern
    ) { row -> Candidate in
      let known = Candidate(&row)
      return Candidate(
        titleID: known.titleID, kind: known.kind, name: known.name, originalName: nil, year: known.year,
        folded: NameForm.fold(known.name), place: 0, poster: known.poster, isOwn: true)
    }
  }
}

extension Candidate {
  init(_ row: inout Row) {
    self.init(
      titleID: row.int(), kind: TitleKind(rawValue: row.text()) ?? .movie, name: row.text(),
      originalName: row.optionalText(), year: row.optionalInt(), folded: row.text(), place: row.int(),
      poster: row.optionalText())
  }
}
