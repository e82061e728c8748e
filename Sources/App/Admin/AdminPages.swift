import HTML
import HTTPTypes
import Hummingbird
import SQL
import Web

/// Administration: accounts, invitations, who may register.
struct AdminPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<Administrator>) {
    router.get("/admin", use: { _, _ in Response(status: .seeOther, headers: [.location: "/admin/users"]) })
    router.get("/admin/users", use: users)
    router.post("/admin/users/{id}/disabled", use: setDisabled)
    router.post("/admin/users/{id}/admin", use: setAdmin)
    router.post("/admin/users/{id}/reset", use: makeReset)
    router.post("/admin/invitations", use: invite)
    router.post("/admin/registration", use: setRegistration)
  }

  @Sendable func users(_ request: Request, _ context: Administrator) async throws -> Response {
    try await page(context, after: try request.query()["after"].flatMap { Int(digits: $0) } ?? 0)
  }

  private func page(
    _ context: Administrator, after: Int = 0, link: (name: String?, address: String)? = nil
  ) async throws -> Response {
    let config = app.config
    let (lines, registration) = try await app.database.read { connection in
      (try AdminStore.users(connection, after: after), try SiteStore.registration(connection, config: config))
    }
    return AdminViews.users(
      Frame(app: app, visitor: context.visitor), lines, registration: registration, link: link,
      current: context.user.id)
  }

  @Sendable func setDisabled(_ request: Request, _ context: Administrator) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["disabled"])
    guard let text = form["disabled"], ["0", "1"].contains(text) else { throw Problem.invalid(.problemForm) }
    return try await change(id) { connection in
      if text == "1", try AdminStore.isLastAdmin(connection, user: id) { throw Problem(.conflict, .lastAdmin) }
      return try AdminStore.setDisabled(connection, user: id, text == "1")
    }
  }

  @Sendable func setAdmin(_ request: Request, _ context: Administrator) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["admin"])
    guard let text = form["admin"], ["0", "1"].contains(text) else { throw Problem.invalid(.problemForm) }
    return try await change(id) { connection in
      if text == "0", try AdminStore.isLastAdmin(connection, user: id) { throw Problem(.conflict, .lastAdmin) }
      return try AdminStore.setAdmin(connection, user: id, text == "1")
    }
  }

  private func change(_ id: Int, _ body: @escaping @Sendable (Connection) throws -> Bool) async throws -> Response {
    guard try await app.database.write(body) else { throw Problem.notFound }
    return Response(status: .seeOther, headers: [.location: "/admin/users#u\(id)"])
  }

  @Sendable func makeReset(_ request: Request, _ context: Administrator) async throws -> Response {
    let id = try context.id("id")
    _ = try await request.form([])
    let (admin, now) = (context.user.id, context.visitor.now)
    let (name, token) = try await app.database.write { connection in
      guard let known = try AccountsStore.credentials(connection, id: id) else { throw Problem.notFound }
      let token = try LinkStore.make(
        connection, .reset, user: id, by: admin, seconds: LinkStore.resetSeconds, now: now)
      return (known.username, token)
    }
    return try await page(context, link: (name, app.address(request) + "/reset/" + token))
  }

  @Sendable func invite(_ request: Request, _ context: Administrator) async throws -> Response {
    _ = try await request.form([])
    let (admin, now) = (context.user.id, context.visitor.now)
    let token = try await app.database.write {
      try LinkStore.make($0, .invite, by: admin, seconds: LinkStore.inviteSeconds, now: now)
    }
    return try await page(context, link: (nil, app.address(request) + "/register?token=" + token))
  }

  @Sendable func setRegistration(_ request: Request, _ context: Administrator) async throws -> Response {
    let form = try await request.form(["registration"])
    guard let registration = form["registration"].flatMap(Config.Registration.init) else {
      throw Problem.invalid(.problemForm)
    }
    try await app.database.write { try SiteStore.setRegistration($0, registration) }
    return Response(status: .seeOther, headers: [.location: "/admin/users"])
  }
}
