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
