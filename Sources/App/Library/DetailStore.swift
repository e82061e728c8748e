import SQL

/// What a source of facts adds to the page of a title: pictures, where to watch it, what is like it, how fresh it is.
enum DetailStore {
  /// The title's own facts, and how its refresh stands.
  struct Details: Sendable {
    var tagline = ""
    var poster: String?
    var backdrop: String?
    /// Votes at the source, and their mean from 0 to 100.
    var votes = 0
    var score: Int?
    var certificate: String?
    /// What it is about and called in the reader's language, where that is known.
    var overview: String?
    var name: String?
    var collection: (id: Int, name: String)?
    /// The first of its trailers: its address is made of these.
    var trailer: (site: String, key: String)?
    /// When its facts were last got from TMDB; nil when they never were.
    var fetchedAt: Instant?
    var goneAt: Instant?
    var fetch: Fetch?
    /// Whether there is a token that was set in the browser.
    var hasToken = false
  }

  /// How something stands in the queue.
  struct Fetch: Sendable {
    var dueAt: Instant
    var isUnderWay: Bool
    var failures: Int
    var problem: String?
  }

  /// A service by which it can be seen.
  struct Offer: Sendable {
    let kind: Facts.Offer.Kind
    let provider: Int
    let name: String
    let logo: String?
    /// Whether the person has it.
    let isMine: Bool
  }

  /// A title that is shown in brief.
  struct Card: Sendable {
    let id: Int
    let kind: TitleKind
    let name: String
    let year: Int?
    let poster: String?
    /// How it stands in the person's library.
    let status: Status?
  }

  /// How many titles that are like it are shown.
  static let relatedShown = 12

  /// Something that stands beside a title.
  enum Extra: Sendable {
    case offer(Offer)
    case related(Card)
    case order(id: Int, name: String)
  }

  /// Where it can be seen in a country, what costs nothing more first; what is like it, by its source; and the other
  /// orders of its episodes.
  static func extras(user: Int, title: Int, country: String) -> Query<Extra> {
    Query(
      """
      SELECT 0 AS part, o.kind, p.id, p.name, p.logo AS path, p.place AS place, CAST(NULL AS BIGINT) AS year,
        CAST(NULL AS TEXT) AS status,
        CASE WHEN EXISTS (SELECT 1 FROM services s WHERE s.user_id = $1 AND s.provider_id = p.id) THEN 1 ELSE 0 END
      FROM offers o JOIN providers p ON p.id = o.provider_id WHERE o.title_id = $2 AND o.country = $3
      UNION ALL
      SELECT * FROM (
        SELECT 1, t.kind, t.id, t.name, t.poster, r.position, t.year, s.status, 0
        FROM related r JOIN titles t ON t.id = r.other_id
          LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = t.id
        WHERE r.title_id = $2 AND t.is_adult = 0 ORDER BY r.position LIMIT $4) likes
      UNION ALL
      SELECT 2, '', o.id, o.name, NULL, o.place, NULL, NULL, 0 FROM orders o WHERE o.title_id = $2
      ORDER BY part, place, name
      """, user, title, country, relatedShown
    ) { row in
      let (part, kind, id) = (row.int(), row.text(), row.int())
      let (name, path, _) = (row.text(), row.optionalText(), row.int())
      let (year, status) = (row.optionalInt(), row.optionalText().flatMap(Status.init))
      if part == 2 { return .order(id: id, name: name) }
      if part == 0 {
        return .offer(
          Offer(
            kind: Facts.Offer.Kind(rawValue: kind) ?? .stream, provider: id, name: name, logo: path,
            isMine: row.bool()))
      }
      return .related(
        Card(
          id: id, kind: TitleKind(rawValue: kind) ?? .movie, name: name, year: year, poster: path, status: status))
    }
  }
}

extension DetailStore.Details {
  /// Reads the columns that `TitleStore` names for it.
  ///
  /// - Parameter now: the time by which something is under way.
  init(_ row: inout Row, now: Instant) {
    self.init(tagline: row.text(), poster: row.optionalText(), backdrop: row.optionalText())
    (votes, score) = (row.int(), row.optionalInt())
    (fetchedAt, goneAt) = (row.optionalInt(), row.optionalInt())
    certificate = row.optionalText()
    (overview, name) = (row.optionalText(), row.optionalText())
    let (collectionID, collectionName) = (row.optionalInt(), row.text())
    collection = collectionID.map { ($0, collectionName) }
    let (due, lease, failures) = (row.optionalInt(), row.optionalInt(), row.int())
    let problem = row.optionalText()
    fetch = due.map {
      DetailStore.Fetch(dueAt: $0, isUnderWay: (lease ?? 0) > now, failures: failures, problem: problem)
    }
    hasToken = row.bool()
    let (site, key) = (row.optionalText(), row.text())
    trailer = site.map { ($0, key) }
  }
}

extension TitleStore.Page {
  /// Whether there is a source to ask for its facts: a token, as configured or set in the browser.
  func hasSource(_ config: Config) -> Bool { config.tmdbToken != nil || details.hasToken }
}

extension DetailStore.Card {
  init(_ row: inout Row) {
    self.init(
      id: row.int(), kind: TitleKind(rawValue: row.text()) ?? .movie, name: row.text(), year: row.optionalInt(),
      poster: row.optionalText(), status: row.optionalText().flatMap(Status.init))
  }
}

extension DetailStore.Details {
  /// Whether its facts are so old that they are worth asking for.
  func isStale(now: Instant) -> Bool { FetchRules.isStale(fetchedAt, now: now) }
}
