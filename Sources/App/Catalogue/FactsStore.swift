import SQL

/// Puts what a source knows into the catalogue: one title at a time, matched by its numbers elsewhere.
enum FactsStore {
  /// One at a time stores titles, so that no two add the same: lists that are fetched at once name the same ones.
  private static let lock = Lock("facts")

  /// Stores a title as it stands in a list: a new one whole, of a known one only what it lacks.
  ///
  /// - Returns: its number here.
  static func put(_ connection: Connection, _ card: Facts.Card, now: Instant) throws -> Int {
    try connection.hold(lock)
    if let id = try find(connection, card) {
      // Its whole facts, where they are known, have their own time.
      try connection.execute(
        """
        UPDATE titles SET poster = coalesce($2, poster), backdrop = coalesce($3, backdrop), score = coalesce($4, score),
          overview = CASE WHEN source = 'tmdb' AND $5 <> '' THEN $5 ELSE overview END,
          as_of = CASE WHEN source = 'tmdb' THEN $6 ELSE as_of END
        WHERE id = $1 AND fetched_at IS NULL AND (as_of < $6 - $7 OR poster IS NULL)
        """, id, card.poster, card.backdrop, card.score, card.overview, now, FetchRules.day * 1_000_000)
      return id
    }
    return try insert(connection, card, imdbID: nil, now: now)
  }

  /// Stores everything that is known of a title, and recounts the shelves it stands on where that changes them.
  ///
  /// - Returns: its number here.
  static func put(_ connection: Connection, _ facts: Facts, now: Instant) throws -> Int {
    try connection.hold(lock)
    let card = facts.card
    var known = try find(connection, card)
    if known == nil, let imdbID = facts.imdbID { known = try find(connection, card.kind, imdbID: imdbID) }
    let id = try known ?? insert(connection, card, imdbID: facts.imdbID, now: now)
    try CatalogueStore.hold(connection, title: id)
    let before = try Self.known(connection, id)
    let collection = try facts.collection.flatMap { try put(connection, $0) }
    try update(connection, id, facts, collection: collection, now: now)
    try putParts(connection, id, facts)
    try putRelated(connection, id, facts.related, now: now)
    let weight = Popularity.weight(votes: Popularity.votes(tmdb: card.votes))
    try Names.replace(
      connection, title: id, weight: max(weight, before.weight),
      names: [card.name] + [card.originalName].compactMap { $0 } + facts.otherNames)
    var hasChanged = false
    if card.kind == .show, !facts.seasons.isEmpty {
      hasChanged = try EpisodeStore.merge(
        connection, title: id, seasons: facts.seasons, numbers: facts.seasonNumbers, hasEnded: facts.hasEnded,
        now: now)
    }
    if let orders = facts.orders { try OrderStore.put(connection, title: id, orders) }
    let after = try Self.known(connection, id)
    let hasNewRuntimes = before.runtimes != after.runtimes
    if hasChanged || before.standing != after.standing || hasNewRuntimes {
      try Recounts.everybody(connection, title: id, hasNewRuntimes: hasNewRuntimes, now: now)
    }
    return id
  }

  /// What a shelf row takes from the title.
  private struct Standing: Equatable {
    var nameKey = ""
    var year: Int?
    var released: String?
    var hasEnded = false
  }

  /// How long the title and its episodes take, as the days of a person count them.
  private struct Runtimes: Equatable {
    var title: Int?
    /// Those of the episodes by their numbers here.
    var episodes: [Int: Int] = [:]
  }

  /// What is known of a title before and after it changes.
  private struct Known {
    var standing = Standing()
    var runtimes = Runtimes()
    var weight = 0
  }

  private static func known(_ connection: Connection, _ id: Int) throws -> Known {
    var known = Known()
    try connection.each("SELECT name_key, year, released, runtime, has_ended, weight FROM titles WHERE id = $1", id) {
      (known.standing.nameKey, known.standing.year) = ($0.text(), $0.optionalInt())
      (known.standing.released, known.runtimes.title) = ($0.optionalText(), $0.optionalInt())
      (known.standing.hasEnded, known.weight) = ($0.bool(), $0.int())
    }
    try connection.each("SELECT id, runtime FROM episodes WHERE title_id = $1 AND runtime IS NOT NULL", id) { row in
      let episode = row.int()
      known.runtimes.episodes[episode] = row.int()
    }
    return known
  }

  // MARK: Finding

  private static func find(_ connection: Connection, _ card: Facts.Card) throws -> Int? {
    try connection.first("SELECT id FROM titles WHERE kind = $1 AND tmdb_id = $2", card.kind.rawValue, card.tmdbID) {
      $0.int()
    }
  }

  /// A title without a number at TMDB that has this one at IMDb; one that has another number is somebody else's.
  private static func find(_ connection: Connection, _ kind: TitleKind, imdbID: String) throws -> Int? {
    try connection.first(
      "SELECT id FROM titles WHERE imdb_id = $1 AND kind = $2 AND tmdb_id IS NULL AND owner_id IS NULL", imdbID,
      kind.rawValue
    ) { $0.int() }
  }

  private static func insert(
    _ connection: Connection, _ card: Facts.Card, imdbID: String?, now: Instant
  ) throws -> Int {
    var new = NewTitle(kind: card.kind, name: card.name)
    new.originalName = card.originalName
    (new.year, new.released, new.overview) = (card.year, card.released, card.overview)
    (new.genres, new.tmdbID) = (card.genres, card.tmdbID)
    new.weight = Popularity.weight(votes: Popularity.votes(tmdb: card.votes))
    let id = try CatalogueStore.add(connection, new, source: "tmdb", owner: nil, now: now)
    try connection.execute(
      "UPDATE titles SET poster = $2, backdrop = $3, votes = $4, score = $5, is_adult = $6 WHERE id = $1", id,
      card.poster, card.backdrop, Popularity.votes(tmdb: card.votes), card.score, card.isAdult)
    return id
  }

  // MARK: The title itself

  private static func update(
    _ connection: Connection, _ id: Int, _ facts: Facts, collection: Int?, now: Instant
  ) throws {
    let card = facts.card
    let votes = Popularity.votes(tmdb: card.votes)
    // Another title may have the number at IMDb already; that one keeps it.
    let imdbID = try facts.imdbID.flatMap { wanted -> String? in
      try connection.first("SELECT 1 FROM titles WHERE imdb_id = $1 AND id <> $2", wanted, id) { $0.int() } == nil
        ? wanted : nil
    }
    try connection.execute(
      """
      UPDATE titles SET name = $2, original_name = $3, name_key = $4, year = coalesce($5, year),
        released = coalesce($6, released), runtime = coalesce($7, runtime), overview = $8, tagline = $9,
        has_ended = $10, imdb_id = coalesce($11, imdb_id), tmdb_id = $12, tvdb_id = coalesce($13, tvdb_id),
        source = 'tmdb', as_of = $14, fetched_at = $14, gone_at = NULL
      WHERE id = $1
      """, id, card.name, card.originalName, Folding.sortKey(card.name), card.year, card.released?.description,
      facts.runtime, card.overview, facts.tagline, facts.hasEnded, imdbID, card.tmdbID, facts.tvdbID, now)
    try connection.execute(
      """
      UPDATE titles SET countries = CASE WHEN $2 = '' THEN countries ELSE $2 END,
        languages = CASE WHEN $3 = '' THEN languages ELSE $3 END, poster = $4, backdrop = $5,
        votes = CASE WHEN $6 > votes THEN $6 ELSE votes END, score = $7,
        weight = CASE WHEN $8 > weight THEN $8 ELSE weight END, is_adult = $9, collection_id = $10
      WHERE id = $1
      """, id, facts.countries.joined(separator: ","), facts.languages.joined(separator: ","), card.poster,
      card.backdrop, votes, card.score, Popularity.weight(votes: votes), card.isAdult, collection)
  }

  private static func put(_ connection: Connection, _ collection: Facts.Collection) throws -> Int? {
    try connection.first(
      """
      INSERT INTO collections (tmdb_id, name, overview, poster, backdrop) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (tmdb_id) DO UPDATE SET name = excluded.name,
        overview = CASE WHEN excluded.overview = '' THEN collections.overview ELSE excluded.overview END,
        poster = excluded.poster, backdrop = excluded.backdrop
      RETURNING id
      """, collection.tmdbID, collection.name, collection.overview, collection.poster, collection.backdrop
    ) { $0.int() }
  }

  // MARK: What belongs to it

  private static func putParts(_ connection: Connection, _ id: Int, _ facts: Facts) throws {
    if !facts.card.genres.isEmpty {
      try connection.execute("DELETE FROM genres WHERE title_id = $1", id)
      for (place, genre) in facts.card.genres.enumerated() {
        try connection.execute("INSERT INTO genres (title_id, position, genre) VALUES ($1, $2, $3)", id, place, genre)
      }
    }
    let weight = Popularity.weight(votes: Popularity.votes(tmdb: facts.card.votes))
    try putRoles(connection, id, "by", facts.makers, weight)
    try putRoles(connection, id, "cast", facts.cast, weight)
    try connection.execute("DELETE FROM keywords WHERE title_id = $1", id)
    for (place, keyword) in facts.keywords.enumerated() {
      try connection.execute(
        "INSERT INTO keywords (title_id, position, keyword) VALUES ($1, $2, $3)", id, place, keyword)
    }
    try connection.execute("DELETE FROM translations WHERE title_id = $1", id)
    for each in facts.translations {
      try connection.execute(
        "INSERT INTO translations (title_id, language, name, overview) VALUES ($1, $2, $3, $4)", id, each.language,
        each.name, each.overview)
    }
    try connection.execute("DELETE FROM videos WHERE title_id = $1", id)
    for (place, video) in facts.videos.enumerated() {
      try connection.execute(
        """
        INSERT INTO videos (title_id, position, site, key, name, kind, language) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """, id, place, video.site, video.key, video.name, video.kind, video.language)
    }
    try connection.execute("DELETE FROM certificates WHERE title_id = $1", id)
    for each in facts.certificates {
      try connection.execute(
        """
        INSERT INTO certificates (title_id, country, certificate) VALUES ($1, $2, $3)
        ON CONFLICT (title_id, country) DO NOTHING
        """, id, each.country, each.text)
    }
    try putOffers(connection, id, facts.offers)
  }

  private static func putOffers(_ connection: Connection, _ id: Int, _ offers: [Facts.Offer]) throws {
    try connection.execute("DELETE FROM offers WHERE title_id = $1", id)
    // In one order, so that no two titles that are stored at once wait for each other.
    for provider in Set(offers.map(\.provider)).sorted(by: { $0.id < $1.id }) {
      try put(connection, provider)
    }
    for offer in offers {
      try connection.execute(
        """
        INSERT INTO offers (title_id, country, kind, provider_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (title_id, country, kind, provider_id) DO NOTHING
        """, id, offer.country, offer.kind.rawValue, offer.provider.id)
    }
  }

  /// Stores a service; a known one is written only where it has changed.
  static func put(_ connection: Connection, _ provider: Facts.Provider) throws {
    try connection.execute(
      """
      INSERT INTO providers (id, name, logo, place) VALUES ($1, $2, $3, $4)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, logo = excluded.logo
      WHERE providers.name <> excluded.name OR coalesce(providers.logo, '') <> coalesce(excluded.logo, '')
      """, provider.id, provider.name, provider.logo, provider.place)
  }

  private static func putRoles(
    _ connection: Connection, _ id: Int, _ job: String, _ roles: [Facts.Role], _ weight: Int
  ) throws {
    // Where the source names nobody, those who are known stay.
    if roles.isEmpty { return }
    try connection.hold(CatalogueStore.peopleLock)
    try connection.execute("DELETE FROM credits WHERE title_id = $1 AND job = $2", id, job)
    for (place, role) in roles.enumerated() {
      let person = try put(connection, role)
      try connection.execute(
        "INSERT INTO credits (title_id, job, position, person_id, part) VALUES ($1, $2, $3, $4, $5)", id, job, place,
        person, role.part)
      try PeopleNames.raise(connection, person: person, weight: weight)
    }
  }

  /// Somebody by their number at TMDB; a person of the same name who has none yet is taken to be the same.
  private static func put(_ connection: Connection, _ role: Facts.Role) throws -> Int {
    let known = try connection.first("SELECT id, name, picture FROM people WHERE tmdb_id = $1", role.tmdbID) {
      (id: $0.int(), name: $0.text(), picture: $0.optionalText())
    }
    if let known {
      if known.name != role.name || (role.picture != nil && known.picture != role.picture) {
        try connection.execute(
          "UPDATE people SET name = $2, name_key = $3, picture = coalesce($4, picture) WHERE id = $1", known.id,
          role.name, Folding.fold(role.name), role.picture)
      }
      return known.id
    }
    let key = Folding.fold(role.name)
    let namesake = try connection.first(
      "SELECT id FROM people WHERE name_key = $1 AND name = $2 AND tmdb_id IS NULL ORDER BY id LIMIT 1", key, role.name
    ) { $0.int() }
    if let namesake {
      try connection.execute(
        "UPDATE people SET tmdb_id = $2, picture = $3 WHERE id = $1", namesake, role.tmdbID, role.picture)
      return namesake
    }
    let new = try connection.first(
      "INSERT INTO people (name, name_key, tmdb_id, picture) VALUES ($1, $2, $3, $4) RETURNING id", role.name, key,
      role.tmdbID, role.picture
    ) { $0.int() }
    guard let new else { throw DatabaseError(.statement, "INSERT … RETURNING gave no row") }
    return new
  }

  private static func putRelated(_ connection: Connection, _ id: Int, _ related: [Facts.Card], now: Instant) throws {
    if related.isEmpty { return }
    let others = try related.map { try put(connection, $0, now: now) }
    try connection.execute("DELETE FROM related WHERE title_id = $1", id)
    var seen: Set<Int> = [id]
    for (place, other) in others.enumerated() where seen.insert(other).inserted {
      try connection.execute(
        "INSERT INTO related (title_id, position, other_id) VALUES ($1, $2, $3)", id, place, other)
    }
  }
}
