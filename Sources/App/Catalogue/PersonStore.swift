import Formats
import SQL

/// What is known of people beyond their parts in films and shows.
enum PersonStore {
  /// Stores what the source says of somebody, and what else they were in.
  static func put(_ connection: Connection, _ person: TMDB.Person, now: Instant) throws {
    let id = try connection.first("SELECT id FROM people WHERE tmdb_id = $1", person.id) { $0.int() }
    guard let id else { return }
    try connection.hold(CatalogueStore.peopleLock)
    try connection.execute(
      """
      UPDATE people SET picture = coalesce($2, picture), born = $3, died = $4, birthplace = $5, about = $6,
        imdb_id = CASE WHEN CAST($7 AS TEXT) IS NULL
          OR EXISTS (SELECT 1 FROM people o WHERE o.imdb_id = $7 AND o.id <> $1) THEN imdb_id ELSE $7 END,
        fetched_at = $8
      WHERE id = $1
      """, id, person.profilePath, person.birthday, person.deathday, person.placeOfBirth ?? "",
      person.biography ?? "", person.imdbID, now)
    try putCredits(connection, id, person.credits, now: now)
  }

  /// How many of the titles that somebody was in are added to the catalogue, the best known first.
  static let creditsKept = 60
  /// Where a part stands that came from the person and not from the title: behind those that the title names.
  private static let firstPosition = 1_000

  private static func putCredits(
    _ connection: Connection, _ person: Int, _ credits: [TMDB.PersonCredit], now: Instant
  ) throws {
    var seen: Set<String> = []
    let parts = credits.compactMap { credit -> (card: Facts.Card, job: String, part: String)? in
      guard let card = TMDBFacts.card(credit.title), !card.isAdult else { return nil }
      let isMaker = ["Director", "Creator"].contains(credit.job ?? "")
      guard credit.job == nil || isMaker else { return nil }
      let job = isMaker ? "by" : "cast"
      guard seen.insert("\(card.kind) \(card.tmdbID) \(job)").inserted else { return nil }
      return (card, job, String((credit.character ?? "").prefix(200)))
    }
    for each in parts.sorted(by: { $0.card.votes > $1.card.votes }).prefix(creditsKept) {
      let title = try FactsStore.put(connection, each.card, now: now)
      let isKnown = try connection.first(
        "SELECT 1 FROM credits WHERE person_id = $1 AND title_id = $2 AND job = $3", person, title, each.job
      ) { $0.int() }
      if isKnown != nil { continue }
      let last = try connection.first(
        "SELECT max(position) FROM credits WHERE title_id = $1 AND job = $2", title, each.job
      ) { $0.optionalInt() }
      try connection.execute(
        "INSERT INTO credits (title_id, job, position, person_id, part) VALUES ($1, $2, $3, $4, $5)", title, each.job,
        max((last ?? nil) ?? 0, firstPosition) + 1, person, each.part)
    }
  }

  /// Notes that somebody is as they were.
  static func confirm(_ connection: Connection, tmdbID: Int, now: Instant) throws {
    try connection.execute("UPDATE people SET fetched_at = $2 WHERE tmdb_id = $1", tmdbID, now)
  }
}
