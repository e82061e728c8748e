import HTTPTypes
import Hummingbird
import SQL
import Web

/// Settings of where somebody watches: their country and the services they have.
struct WatchingPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/settings/watching", use: watching)
    router.post("/settings/watching", use: save)
  }

  @Sendable func watching(_ request: Request, _ context: SignedIn) async throws -> Response {
    let isSaved = try request.query()["saved"] == "1"
    let user = context.user
    let (services, countries) = try await app.database.read { connection in
      try connection.all(WatchingStore.services(user: user.id, country: user.country), WatchingStore.countries)
    }
    let frame = Frame(app: app, visitor: context.visitor)
    return WatchingViews.page(frame, user: user, services, countries: countries, isSaved: isSaved)
  }

  @Sendable func save(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(["country"], lists: ["service"])
    let services = Set(form.all("service").map { Int(digits: $0) ?? 0 })
    guard let country = form["country"], Countries.codes.contains(country), services.allSatisfy({ $0 > 0 }),
      services.count <= WatchingStore.mostServices
    else { throw Problem.invalid(.problemForm) }
    let user = context.user.id
    try await app.database.write { try WatchingStore.set($0, user: user, country: country, services: services) }
    return Response(status: .seeOther, headers: [.location: "/settings/watching?saved=1"])
  }
}
