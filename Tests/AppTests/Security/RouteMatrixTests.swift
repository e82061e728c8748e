import HTTPTypes
import Hummingbird
import SQL
import Testing

@testable import App

/// Every route with every principal: a route without a row here fails.
@Suite struct RouteMatrixTests {
  enum Who: String {
    case everybody, signedIn, administrator
  }

  /// Who may reach each route. Routes with an id are tried on Alice's own things.
  static let table: [String: Who] = [
    "GET /": .everybody, "GET /healthz": .everybody, "GET /readyz": .everybody, "GET /about": .everybody,
    "GET /manifest.webmanifest": .everybody, "GET /sw.js": .everybody, "GET /offline": .everybody,
    "GET /unsent": .signedIn,
    "GET /robots.txt": .everybody, "GET /assets/{file}": .everybody, "GET /posters/wall/{file}": .everybody,
    "GET /register": .everybody, "POST /register": .everybody, "GET /login": .everybody, "POST /login": .everybody,
    "POST /logout": .everybody, "GET /reset/{token}": .everybody, "POST /reset/{token}": .everybody,
    "GET /confirm": .signedIn, "POST /confirm": .signedIn, "GET /help/keys": .signedIn, "GET /search": .signedIn,
    "GET /titles/new": .signedIn, "POST /titles": .signedIn, "GET /titles/{id}": .signedIn,
    "GET /titles/{id}/seasons/{number}": .signedIn, "GET /posters/{file}": .signedIn,
    "GET /pictures/{kind}/{size}/{file}": .signedIn, "POST /titles/{id}/refresh": .signedIn,
    "GET /titles/{id}/orders/{number}": .signedIn,
    "GET /titles/{id}/relink": .signedIn, "POST /titles/{id}/relink": .signedIn,
    "GET /collections/{id}": .signedIn, "GET /settings/watching": .signedIn, "POST /settings/watching": .signedIn,
    "GET /discover": .signedIn, "GET /discover/pick": .signedIn, "POST /titles/{id}/dismiss": .signedIn,
    "GET /admin/catalogue": .administrator, "POST /admin/catalogue/token": .administrator,
    "POST /admin/catalogue/retry": .administrator,
    "POST /titles/{id}/entry": .signedIn, "POST /titles/{id}/plays": .signedIn, "POST /plays/{id}": .signedIn,
    "POST /episodes/{id}/skip": .signedIn, "POST /titles/{id}/skips": .signedIn,
    "POST /episodes/{id}/rating": .signedIn, "POST /titles/{id}/seasons/{number}/rating": .signedIn,
    "POST /titles/{id}/passes": .signedIn, "POST /passes/{id}": .signedIn, "POST /passes/{id}/end": .signedIn,
    "POST /passes/{id}/delete": .signedIn,
    "POST /plays/{id}/delete": .signedIn, "GET /library": .signedIn, "GET /history": .signedIn,
    "POST /history/plays": .signedIn, "POST /settings/diary": .signedIn,
    "POST /library/titles": .signedIn, "GET /people/{id}": .signedIn,
    "GET /stats": .signedIn, "GET /stats/{year}": .signedIn,
    "GET /activity": .signedIn, "POST /activity/{id}/undo": .signedIn, "POST /activity/{id}/when": .signedIn,
    "GET /lists": .signedIn, "POST /lists": .signedIn, "GET /lists/{id}": .signedIn, "POST /lists/{id}": .signedIn,
    "POST /lists/{id}/delete": .signedIn, "POST /lists/{id}/move": .signedIn, "POST /lists/{id}/sort": .signedIn,
    "POST /lists/{id}/items": .signedIn, "POST /lists/{id}/items/{item}": .signedIn,
    "POST /lists/{id}/items/{item}/move": .signedIn, "POST /lists/{id}/items/{item}/copy": .signedIn,
    "POST /lists/{id}/items/{item}/delete": .signedIn,
    "GET /settings": .signedIn, "POST /settings": .signedIn, "POST /settings/zone": .signedIn,
    "GET /settings/password": .signedIn, "POST /settings/password": .signedIn, "GET /settings/sessions": .signedIn,
    "POST /settings/sessions/{id}/delete": .signedIn, "GET /settings/data": .signedIn,
    "POST /settings/delete": .signedIn,
    "GET /calendar": .signedIn, "GET /calendar/{token}.ics": .everybody, "GET /settings/calendar": .signedIn,
    "POST /settings/calendar/feed": .signedIn, "POST /settings/calendar/feed/delete": .signedIn,
    "GET /export": .signedIn, "GET /export/record.json": .signedIn, "GET /export/activities.json": .signedIn,
    "GET /import": .signedIn, "POST /import": .signedIn, "GET /import/{id}": .signedIn,
    "GET /admin": .administrator, "GET /admin/users": .administrator, "POST /admin/users/{id}/disabled": .administrator,
    "POST /admin/users/{id}/admin": .administrator, "POST /admin/users/{id}/reset": .administrator,
    "POST /admin/invitations": .administrator, "POST /admin/registration": .administrator,
  ]

  @Test func everyRouteIsClassified() async throws {
    try await withSite { (site) async throws in
      let routes = site.app.makeRouter().routes.map { "\($0.method.rawValue) \($0.path.description)" }
        .filter { !$0.hasPrefix("HEAD ") }
      #expect(Set(routes) == Set(Self.table.keys))
    }
  }

  @Test func everyRouteAnswersEachPrincipalAsItShould() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let root = try await site.person("root")
      for (route, who) in Self.table.sorted(by: { $0.key < $1.key }) {
        let parts = route.split(separator: " ").map(String.init)
        let path = parts[1].replacing("{id}", with: "999999").replacing("{number}", with: "1")
          .replacing("{item}", with: "1").replacing("{file}", with: "999999.svg").replacing("{token}", with: "nonsense")
        func ask(_ person: Person) async throws -> Answer {
          parts[0] == "GET" ? try await person.get(path) : try await person.post(path)
        }
        if route == "POST /logout" { continue }
        let visitor = try await ask(site.visitor)
        if who == .everybody {
          #expect(!visitor.location.hasPrefix("/login") && visitor.status.code != 500, "\(route): \(visitor.status)")
        } else {
          #expect(visitor.status == .seeOther && visitor.location.hasPrefix("/login"), "\(route): \(visitor.status)")
        }
        let user = try await ask(alice)
        #expect(user.status.code < 500, "\(route): \(user.status)")
        if who == .administrator { #expect(user.status == .notFound, "\(route): \(user.status)") }
        let admin = try await ask(root)
        #expect(
          admin.status.code < 500
            && (who != .administrator || admin.status != .seeOther || path == "/admin" || route.hasPrefix("POST")))
      }
    }
  }

  @Test func somebodyElsesThingsAreAnsweredLikeMissingOnes() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let charlie = try await site.person("charlie")
      let own = try await alice.post("/titles", ["name": "Home film", "kind": "movie"])
      let title = try #require(own.location.split(separator: "/").last).prefix { $0.isNumber }
      _ = try await alice.post("/titles/\(title)/plays")
      let play = try await site.number("SELECT max(id) FROM plays")
      let activity = try await site.number("SELECT max(id) FROM activities")
      for (path, missing) in [
        ("/titles/\(title)", "/titles/999999"), ("/posters/\(title).svg", "/posters/999999.svg"),
      ] {
        let (theirs, none) = (try await charlie.get(path), try await charlie.get(missing))
        #expect(theirs.status == .notFound && Self.bare(theirs) == Self.bare(none), "\(path)")
      }
      for (path, missing) in [
        ("/titles/\(title)/entry", "/titles/999999/entry"), ("/plays/\(play)/delete", "/plays/999999/delete"),
        ("/activity/\(activity)/undo", "/activity/999999/undo"), ("/titles/\(title)/plays", "/titles/999999/plays"),
      ] {
        let fields = path.hasSuffix("entry") ? ["rating": "50"] : [:]
        let (theirs, none) = (try await charlie.post(path, fields), try await charlie.post(missing, fields))
        #expect(theirs.status == .notFound && Self.bare(theirs) == Self.bare(none), "\(path)")
      }
      #expect(try await site.number("SELECT count(*) FROM plays") == 1)
      let search = try await charlie.get("/search?q=home+film")
      #expect(!search.body.contains("Home film</a>"))
      #expect(try await alice.get("/search?q=home").body.contains("Home film</a>"))
    }
  }

  /// An error page without its request id.
  static func bare(_ answer: Answer) -> String {
    answer.body.split(separator: "\n").filter { !$0.contains("Status 404") && !$0.contains("data-zone") }.joined()
  }

  @Test func aWrongMethodIs405AndAnUnknownPathIs404ToEveryone() async throws {
    try await withSite { (site) async throws in
      let wrong = try await site.visitor.send(.delete, "/library", headers: [.fetchSite: "same-origin"], body: nil)
      #expect(wrong.status == .methodNotAllowed && wrong.headers[.allow]?.contains("GET") == true)
      #expect(try await site.visitor.get("/nothing/here").status == .notFound)
      #expect(try await site.person("alice").get("/nothing/here").status == .notFound)
    }
  }

  @Test func getsWriteNothingOfAUsers() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays")
      let before = try await site.record("alice")
      let activities = try await site.number("SELECT count(*) FROM activities")
      for route in Self.table.keys where route.hasPrefix("GET ") {
        _ = try await alice.get(
          String(route.dropFirst(4)).replacing("{id}", with: "1").replacing("{number}", with: "1").replacing(
            "{file}", with: "1.svg"))
      }
      #expect(try await site.record("alice") == before)
      #expect(try await site.number("SELECT count(*) FROM activities") == activities)
    }
  }
}
