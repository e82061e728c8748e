import HTML
import HTTPTypes
import Hummingbird
import Logging
import SQL
import Web

/// Administration of the catalogue: the token by which TMDB is asked, and how what is fetched stands.
struct AdminCataloguePages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<Administrator>) {
    router.get("/admin/catalogue", use: catalogue)
    router.post("/admin/catalogue/token", use: setToken)
    router.post("/admin/catalogue/retry", use: retry)
  }

  @Sendable func catalogue(_ request: Request, _ context: Administrator) async throws -> Response {
    try await page(context, problem: nil)
  }

  private func page(
    _ context: Administrator, problem: Key?, status: HTTPResponse.Status = .ok
  ) async throws -> Response {
    let now = context.visitor.now
    let (state, isSet) = try await app.database.read { connection in
      (try FetchStore.state(connection, now: now), try TMDBToken.read(connection, app) != nil)
    }
    let frame = Frame(app: app, visitor: context.visitor)
    let view = AdminCatalogueViews.Model(
      state: state, hasToken: isSet, isConfigured: app.config.tmdbToken != nil, counts: app.tmdb.counts,
      problem: problem)
    return AdminCatalogueViews.page(view, frame, status: status)
  }

  @Sendable func setToken(_ request: Request, _ context: Administrator) async throws -> Response {
    let form = try await request.form(["token"])
    let token = (form["token"] ?? "").trimmed
    if app.config.tmdbToken != nil { throw Problem(.conflict, .problemTokenConfigured) }
    if !token.isEmpty {
      guard TMDBToken.isPossible(token) else {
        return try await page(context, problem: .tokenImpossible, status: .unprocessableContent)
      }
      do {
        _ = try await app.tmdb.get("/configuration", token: token, within: .seconds(5))
      } catch TMDBProblem.refused {
        return try await page(context, problem: .tokenRefused, status: .unprocessableContent)
      } catch {
        // It is kept all the same: TMDB may be out of reach only now.
        app.logger.notice("the token could not be tried", metadata: ["error": "\(error.summary)"])
      }
    }
    let kept = token.isEmpty ? nil : token
    try await app.database.write { try TMDBToken.set($0, app, kept) }
    app.fetchBell.ringAnew()
    return Response(status: .seeOther, headers: [.location: "/admin/catalogue"])
  }

  @Sendable func retry(_ request: Request, _ context: Administrator) async throws -> Response {
    _ = try await request.form([])
    let now = context.visitor.now
    try await app.database.write { try FetchStore.retryAll($0, now: now) }
    app.fetchBell.ringAnew()
    return Response(status: .seeOther, headers: [.location: "/admin/catalogue"])
  }
}
