import SQL

/// Recommendations out of a person's own ratings and plays: what the edges of their best titles add up to.
enum SuggestionStore {
  /// A title that the person likes, and where it leads to.
  struct Seed: Sendable {
    let title: Int
    let name: String
    /// 0 to 100; nil where it was watched without a rating.
    let rating: Int?
    /// How much it counts.
    let strength: Int
    /// Whether edges of content count.
    let hasContent: Bool
    let others: PackedEdges
  }

  /// A title that TMDB recommends with one that the person likes.
  struct Related: Sendable {
    let other: Int
    let seed: Int
    let weight: Int
  }

  /// The person's best rated 120 titles and latest unrated 40.
  ///
  /// The edges of a title that is not among the common ones exist because somebody has it. They count once they were
  /// made while the person had it themselves: what shows at once would say that somebody else has it.
  static func seeds(user: Int) -> Query<Seed> {
    Query(
      """
      WITH seeds AS (
        SELECT title_id, rating, added_at FROM (
          SELECT title_id, rating, added_at FROM shelf WHERE user_id = $1 AND rating >= 60
          ORDER BY rating DESC, title_id DESC LIMIT 120) AS rated
        UNION ALL SELECT title_id, rating, added_at FROM (
          SELECT title_id, rating, added_at FROM shelf
          WHERE user_id = $1 AND rating IS NULL AND plays > 0 AND status <> 'dropped'
          ORDER BY last_at DESC NULLS LAST, title_id DESC LIMIT 40) AS seen)
      SELECT s.title_id, t.name, s.rating, e.others,
        CASE WHEN e.is_common = 1 OR s.added_at < coalesce(
          (SELECT CAST(value AS BIGINT) FROM site WHERE name = 'edges-at'), 0) THEN 1 ELSE 0 END
      FROM seeds s JOIN titles t ON t.id = s.title_id LEFT JOIN edges e ON e.title_id = s.title_id
      """, user
    ) { row in
      let (title, name, rating) = (row.int(), row.text(), row.optionalInt())
      let others = PackedEdges(bytes: row.bytes())
      return Seed(
        title: title, name: name, rating: rating, strength: RecommendationRules.strength(rating: rating),
        hasContent: row.bool(), others: others)
    }
  }

  /// What TMDB recommends with those titles, the first strongest.
  static func related(user: Int) -> Query<Related> {
    Query(
      """
      WITH seeds AS (
        SELECT title_id, strength FROM (
          SELECT title_id, rating - 40 AS strength FROM shelf WHERE user_id = $1 AND rating >= 60
          ORDER BY rating DESC, title_id DESC LIMIT 120) AS rated
        UNION ALL SELECT title_id, 15 FROM (
          SELECT title_id FROM shelf
          WHERE user_id = $1 AND rating IS NULL AND plays > 0 AND status <> 'dropped'
          ORDER BY last_at DESC NULLS LAST, title_id DESC LIMIT 40) AS seen)
      SELECT r.other_id, s.title_id, s.strength * (400 - 15 * r.position)
      FROM seeds s JOIN related r ON r.title_id = s.title_id WHERE r.position < 20
      """, user
    ) { row in Related(other: row.int(), seed: row.int(), weight: row.int()) }
  }

  /// How many of the titles that are led to the most are looked at in turn, until there are enough; most people have
  /// few of them.
  private static let turns = [400, 600, 1_000]

  /// A page of what the seeds lead to the most, each with the one of them that leads to it the strongest; one more
  /// than a page has.
  static func page(
    _ connection: Connection, _ seeds: [Seed], _ related: [Related], _ query: DiscoverQuery,
    _ scope: DiscoverStore.Scope
  ) throws -> [Suggestion] {
    var sums = LinkSums()
    for seed in seeds {
      seed.others.each { other, isWatched, weight in
        guard isWatched || seed.hasContent else { return }
        sums.add(other, seed.strength * weight, by: seed.title, isWatched ? .watched : .content)
      }
    }
    for link in related { sums.add(link.other, link.weight, by: link.seed, .related) }
    for seed in seeds { sums.remove(seed.title) }
    var rest = sums.best(turns.reduce(0, +))[...]
    let known = Dictionary(seeds.map { ($0.title, $0) }) { first, _ in first }
    var found: [Suggestion] = []
    let wanted = query.page * DiscoverQuery.pageSize + 1
    for count in turns where !rest.isEmpty && found.count < wanted {
      let links = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      found += try connection.rows(suggestions(links, known, query, scope, atMost: wanted - found.count))
    }
    return Array(found.dropFirst((query.page - 1) * DiscoverQuery.pageSize))
  }

  /// Those of some titles that go through the filters and that the person neither has nor has turned down, in their
  /// order.
  private static func suggestions(
    _ links: [LinkSums.Link], _ seeds: [Int: Seed], _ query: DiscoverQuery, _ scope: DiscoverStore.Scope,
    atMost limit: Int
  ) -> Query<Suggestion> {
    Query(
      SQL(
        plannedAnew: """
          SELECT n.key, t.id, t.kind, t.name, t.year, t.poster, NULL, t.runtime, t.score, t.released
          FROM json_each(CAST($12 AS TEXT)) n CROSS JOIN titles t
          WHERE t.id = n.value AND t.owner_id IS NULL AND t.is_adult = 0 AND t.gone_at IS NULL
            AND ($2 = '' OR t.kind = $2)
            AND ($3 = '' OR EXISTS (SELECT 1 FROM genres g WHERE g.genre = $3 AND g.title_id = t.id))
            AND ($4 = 0 OR t.year BETWEEN $4 AND $4 + 9)
            AND ($5 = '' OR ',' || t.countries || ',' LIKE '%,' || $5 || ',%')
            AND ($6 = '' OR ',' || t.languages || ',' LIKE '%,' || $6 || ',%')
            AND ($7 = 0 OR t.runtime <= $7)
            AND ($8 = 0 OR EXISTS (SELECT 1 FROM credits p WHERE p.person_id = $8 AND p.title_id = t.id))
            AND ($9 = 0 OR EXISTS (
              SELECT 1 FROM offers o JOIN services v ON v.provider_id = o.provider_id AND v.user_id = $1
              WHERE o.title_id = t.id AND o.country = $10 AND o.kind IN ('stream', 'free', 'ads')))
            AND NOT EXISTS (SELECT 1 FROM shelf x WHERE x.user_id = $1 AND x.title_id = n.value)
            AND NOT EXISTS (SELECT 1 FROM dismissals d WHERE d.user_id = $1 AND d.title_id = n.value)
          ORDER BY n.key LIMIT $11
          """), scope.user, query.kind?.rawValue ?? "", query.genre ?? "", query.decade ?? 0,
      query.country ?? "", query.language ?? "", query.minutes ?? 0, query.person ?? 0, query.isMine, scope.country,
      limit, links.map(\.other).jsonArray
    ) { row in
      let link = links[row.int()]
      let card = DetailStore.Card(&row)
      let (runtime, score) = (row.optionalInt(), row.optionalInt())
      let released = row.optionalText().flatMap { Day($0) }
      let seed = seeds[link.seed]
      return Suggestion(
        card: card, runtime: runtime, score: score, released: released,
        reason: .because(title: link.seed, name: seed?.name ?? "", rating: seed?.rating, link.how))
    }
  }
}
