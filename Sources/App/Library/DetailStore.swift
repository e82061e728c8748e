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

  /// Reads the facts.
  static func details(title: Int, language: Language, country: String, now: Instant) -> Query<Details> {
    Query(
      """
      SELECT t.tagline, t.poster, t.backdrop, t.votes, t.score, t.fetched_at, t.gone_at,
        (SELECT c.certificate FROM certificates c WHERE c.title_id = $1 AND c.country = $3),
        n.overview, n.name, k.id, k.name, f.due_at, f.lease_until, f.failures, f.problem,
        EXISTS (SELECT 1 FROM site s WHERE s.name = 'tmdb-token'), v.site, v.key
      FROM titles t
        LEFT JOIN translations n ON n.title_id = t.id AND n.language = $2
        LEFT JOIN collections k ON k.id = t.collection_id
        LEFT JOIN videos v ON v.title_id = t.id AND v.position = 0 AND v.kind = 'Trailer'
        LEFT JOIN fetches f ON f.resource = CASE WHEN t.tmdb_id IS NULL THEN 'find/' || t.imdb_id
          WHEN t.kind = 'movie' THEN 'movie/' || t.tmdb_id ELSE 'tv/' || t.tmdb_id END
      WHERE t.id = $1
      """, title, language.rawValue, country
    ) { row in
      var details = Details(tagline: row.text(), poster: row.optionalText(), backdrop: row.optionalText())
      (details.votes, details.score) = (row.int(), row.optionalInt())
      (details.fetchedAt, details.goneAt) = (row.optionalInt(), row.optionalInt())
      details.certificate = row.optionalText()
      (details.overview, details.name) = (row.optionalText(), row.optionalText())
      let (collection, name) = (row.optionalInt(), row.text())
      details.collection = collection.map { ($0, name) }
      let (due, lease, failures) = (row.optionalInt(), row.optionalInt(), row.int())
      let problem = row.optionalText()
      details.fetch = due.map {
        Fetch(dueAt: $0, isUnderWay: (lease ?? 0) > now, failures: failures, problem: problem)
      }
      details.hasToken = row.bool()
      let (site, key) = (row.optionalText(), row.text())
      details.trailer = site.map { ($0, key) }
      return details
    }
  }

  /// Where it can be seen in a country: what costs nothing more first.
  static func offers(user: Int, title: Int, country: String) -> Query<Offer> {
    Query(
      """
      SELECT o.kind, p.id, p.name, p.logo,
        EXISTS (SELECT 1 FROM services s WHERE s.user_id = $1 AND s.provider_id = p.id)
      FROM offers o JOIN providers p ON p.id = o.provider_id WHERE o.title_id = $2 AND o.country = $3
      ORDER BY p.place, p.name
      """, user, title, country
    ) { row in
      Offer(
        kind: Facts.Offer.Kind(rawValue: row.text()) ?? .stream, provider: row.int(), name: row.text(),
        logo: row.optionalText(), isMine: row.bool())
    }
  }

  /// How many titles that are like it are shown.
  static let relatedShown = 12

  /// What is like it, by its source.
  static func related(user: Int, title: Int) -> Query<Card> {
    Query(
      """
      SELECT t.id, t.kind, t.name, t.year, t.poster, s.status FROM related r JOIN titles t ON t.id = r.other_id
        LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = t.id
      WHERE r.title_id = $2 AND t.is_adult = 0 ORDER BY r.position LIMIT $3
      """, user, title, relatedShown, read: Card.init)
  }
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
