import SQL

extension SearchStore {
  /// The titles that were found elsewhere and that these results do not have, after those that they have.
  static func add(
    _ connection: Connection, remote titles: [Int], to results: Results?, _ scope: Scope
  ) throws -> Results? {
    guard !titles.isEmpty else { return results }
    var results = results ?? Results(hits: [], offers: [], isName: false)
    var listed = Set(results.hits.map(\.candidate.titleID))
    for title in titles where listed.insert(title).inserted && results.hits.count < scope.limit {
      let hit = try connection.first(
        """
        SELECT t.id, t.kind, t.name, t.original_name, t.year, '', 0, t.poster, s.status FROM titles t
        LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = t.id WHERE t.id = $2 AND t.owner_id IS NULL
        """, scope.user, title
      ) { row in
        let candidate = Candidate(&row)
        return Hit(
          candidate: candidate, makers: [], cast: [], status: row.optionalText().flatMap(Status.init), isOwn: false)
      }
      if let hit { results.hits.append(hit) }
    }
    return results
  }
}
