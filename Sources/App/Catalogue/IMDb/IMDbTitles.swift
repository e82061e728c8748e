import Formats
import SQL

/// The first passes: what titles are rated, then the titles.
extension IMDbRun {
  /// Votes and tenths of their mean, by title: the lower seven bits are the tenths.
  func ratings() throws -> NumberTable {
    var ratings = NumberTable()
    let problem = try read(.ratings, "ratings") { line, columns, _ in
      let rating = try IMDb.Rating(line: line, columns: columns)
      ratings.set(rating.tconst, min(rating.votes, 1 << 25 - 1) << 7 | rating.averageTenths)
    }
    if let problem { throw problem }
    return ratings
  }

  /// Adds the chosen titles, and brings those that are there up to date.
  func readTitles(_ ratings: NumberTable) throws {
    var seen = NumberSet()
    var piece: [IMDbTitleStore.Coming] = []
    var last = state.place
    let problem = try read(.basics, "titles", weight: Self.writing, after: state.place) { line, columns, number in
      let title = try IMDb.Basics(line: line, columns: columns)
      last = number
      if title.kind.isEpisode { return }
      guard title.tconst <= IMDbNumber.limit else { throw IMDb.Problem.badIdentifier(.basics, column: "tconst") }
      guard seen.insert(title.tconst) else {
        return state.report.add("title.basics: a title for the second time", line: number)
      }
      let rating = ratings[title.tconst].map { (votes: $0 >> 7, tenths: $0 & 127) }
      let known = titles[title.tconst]
      if known == nil || IMDbChoice.kind(title.kind) == nil,
        let reason = choice.refusal(title, votes: rating?.votes ?? 0)
      {
        state.report.leftOut[reason.rawValue, default: 0] += 1
        return
      }
      piece.append(.init(title: IMDbTitle(title, rating: rating, year: year), id: known.map { $0 >> 1 }))
      if piece.count >= pace.rows {
        try writeTitles(piece, upTo: number)
        piece.removeAll(keepingCapacity: true)
      }
    }
    try writeTitles(piece, upTo: last)
    try finish()
    if let problem { throw problem }
  }

  private func writeTitles(_ piece: [IMDbTitleStore.Coming], upTo line: Int) throws {
    if piece.isEmpty { return }
    let now = order.now
    try write(place: line, rows: piece.count) { connection, report in
      try IMDbTitleStore.put(connection, piece, now: now, &report)
    } then: { [self] ids in
      for (number, id, isShow) in ids { titles.set(number, id << 1 | (isShow ? 1 : 0)) }
    }
  }
}
