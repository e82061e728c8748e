import HTML
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

/// Where somebody watches.
enum WatchingStore {
  /// A service that is known to be in a country.
  struct Service: Sendable {
    let id: Int
    let name: String
    let logo: String?
    let isMine: Bool
  }

  /// How many services a country shows.
  static let shown = 80
  /// How many somebody may have.
  static let mostServices = 200

  /// The services of a country, the best known first, and those that somebody has anyway.
  static func services(user: Int, country: String) -> Query<Service> {
    Query(
      """
      SELECT p.id, p.name, p.logo, s.user_id IS NOT NULL FROM providers p
      LEFT JOIN services s ON s.user_id = $1 AND s.provider_id = p.id
      WHERE s.user_id IS NOT NULL OR EXISTS (SELECT 1 FROM offers o WHERE o.country = $2 AND o.provider_id = p.id)
      ORDER BY (s.user_id IS NULL), p.place, p.name LIMIT $3
      """, user, country, shown
    ) { Service(id: $0.int(), name: $0.text(), logo: $0.optionalText(), isMine: $0.bool()) }
  }

  /// The countries of which offers are known.
  static var countries: Query<String> {
    Query("SELECT DISTINCT country FROM offers ORDER BY country") { $0.text() }
  }

  /// Sets the country and the services; a service that nobody knows is left out.
  static func set(_ connection: Connection, user: Int, country: String, services: Set<Int>) throws {
    try connection.execute("UPDATE users SET country = $2 WHERE id = $1", user, country)
    try connection.execute("DELETE FROM services WHERE user_id = $1", user)
    for service in services.sorted() {
      try connection.execute(
        "INSERT INTO services (user_id, provider_id) SELECT CAST($1 AS BIGINT), id FROM providers WHERE id = $2", user,
        service)
    }
  }
}

/// The page of these settings.
enum WatchingViews {
  static func page(
    _ frame: Frame, user: User, _ services: [WatchingStore.Service], countries: [String], isSaved: Bool
  ) -> Response {
    let t = frame.t
    let known = Set(countries)
    let all = Countries.codes.map { ($0, Countries.name($0, t.language)) }.sorted { $0.1 < $1.1 }
    func option(_ code: String, _ name: String) -> HTML {
      "<option value=\"\(code)\"\(code == user.country ? " selected" as HTML : HTML())>\(name)</option>"
    }
    let with = all.filter { known.contains($0.0) }
    let list: HTML =
      with.isEmpty
      ? "\(all.map { option($0.0, $0.1) })"
      : """
      <optgroup label="\(t(.countriesKnown))">\(with.map { option($0.0, $0.1) })</optgroup>\
      <optgroup label="\(t(.countriesOther))">\(all.filter { !known.contains($0.0) }.map { option($0.0, $0.1) })\
      </optgroup>
      """
    let boxes: HTML =
      services.isEmpty
      ? "<p class=\"mute\">\(t(.servicesNone))</p>"
      : """
      <fieldset><legend>\(t(.servicesLabel))</legend><ul class="services owned">\(services.map { service in
        """
        <li><label class="check"><input type="checkbox" name="service" value="\(service.id)"\
        \(service.isMine ? " checked" as HTML : HTML())> \(Views.logo(service.logo, name: service.name, isNamed: true))\
        <span>\(service.name)</span></label></li>
        """ as HTML
      })</ul></fieldset>
      """
    let main: HTML = """
      <p>\(t(.watchingText))</p><form class="stack" method="post" action="/settings/watching" data-plain>
      \(Views.field("country", label: t(.countryLabel), error: nil) { "<select \($0)>\(list)</select>" })
      \(boxes)<button class="btn pri">\(t(.save))</button></form>
      """
    return SettingsViews.page(
      frame, "/settings/watching", title: .settingsWatching, answer: isSaved ? Views.answer(text: t(.saved)) : nil,
      main, status: .ok)
  }
}
