import HTML
import HTTPTypes
import Hummingbird
import SQL
import Web

/// What can be asked of the catalogue itself: facts anew, and the films of a series.
struct CataloguePages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.post("/titles/{id}/refresh", use: refresh)
    router.get("/collections/{id}", use: collection)
  }

  @Sendable func refresh(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form([])
    let (user, now) = (context.user.id, context.visitor.now)
    let title = try await app.database.read { try CatalogueStore.title($0, user: user, id: id) }
    guard let title else { throw Problem.notFound }
    guard title.ownerID == nil, let resource = Resource(kind: title.kind, tmdbID: title.tmdbID, imdbID: title.imdbID)
    else { throw Problem.invalid(.problemForm) }
    try await app.database.write { connection in
      guard try TMDBToken.read(connection, app) != nil else { throw Problem(.conflict, .problemNoToken) }
      // A few a minute for each person: the budget is everybody's.
      let wait = try Throttle.take(connection, [("refresh:\(user)", CatalogueRules.refreshes)], now: now)
      if let wait { throw Problem.tooMany(seconds: wait) }
      try FetchStore.wantNow(connection, resource, now: now)
    }
    app.fetchBell.ring()
    let back = request.back(form, else: URLs.title(id, name: title.name))
    return Response(status: .seeOther, headers: [.location: back])
  }

  @Sendable func collection(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let frame = Frame(app: app, visitor: context.visitor)
    let (user, today) = (context.user, frame.dates.today)
    let (found, lines) = try await app.database.read { connection in
      try connection.all(
        CollectionStore.collection(id), CollectionStore.titles(user: user.id, collection: id, today: today))
    }
    guard let collection = found.first else { throw Problem.notFound }
    return frame.page(
      title: collection.name, place: .library, main: CollectionViews.main(collection, lines, frame, user: user))
  }
}

/// What people may ask of the catalogue.
enum CatalogueRules {
  /// How often one person may have facts asked for anew.
  static let refreshes = TokenBucket.Limit(burst: 20, refillSeconds: 6)
}

/// Films that belong together.
enum CollectionStore {
  struct Collection: Sendable {
    let name: String
    let overview: String
    let poster: String?
    let backdrop: String?
  }

  static func collection(_ id: Int) -> Query<Collection> {
    Query("SELECT name, overview, poster, backdrop FROM collections WHERE id = $1", id) { row in
      Collection(name: row.text(), overview: row.text(), poster: row.optionalText(), backdrop: row.optionalText())
    }
  }

  /// Its films in the order in which they came out, with how they stand in the person's library.
  static func titles(user: Int, collection: Int, today: Day) -> Query<LibraryStore.Card> {
    Query(
      """
      SELECT t.id, t.kind, t.name, t.year, coalesce(s.status, 'none'), s.rating, coalesce(s.favourite, 0),
        coalesce(s.plays, 0), coalesce(s.seen, 0), coalesce(s.aired - s.skipped, 0), s.last_day, t.runtime, s.added_at,
        t.poster
      FROM titles t LEFT JOIN shelf s ON s.user_id = $1 AND s.title_id = t.id
      WHERE t.collection_id = $2 ORDER BY t.released NULLS LAST, t.id LIMIT 200
      """, user, collection, read: LibraryStore.Card.init)
  }
}

/// The page of a series of films.
enum CollectionViews {
  static func main(
    _ collection: CollectionStore.Collection, _ lines: [LibraryStore.Card], _ frame: Frame, user: User
  ) -> HTML {
    let t = frame.t
    let seen = lines.filter { $0.plays > 0 }.count
    return """
      <h1>\(collection.name)</h1><p class="overview">\(collection.overview)</p>
      <div class="progress-line">\(Views.progress(seen: seen, of: lines.count, t))\
      <p class="mute">\(t(.seenFilms, n: seen, ["of": t.number(lines.count)]))</p></div>
      <h2 class="hidden">\(t(.collectionFilms))</h2>
      <ul class="grid">\(lines.map { Views.card($0, frame, scale: user.scale, showsStatus: true, extra: HTML()) })</ul>
      """
  }
}
