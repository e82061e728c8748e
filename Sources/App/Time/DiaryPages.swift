import HTTPTypes
import Hummingbird
import SQL
import Web

/// The one button that counts the days of the diary again.
struct DiaryPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.post("/settings/diary", use: recount)
  }

  @Sendable func recount(_ request: Request, _ context: SignedIn) async throws -> Response {
    _ = try await request.form([])
    let (user, now) = (context.user, context.visitor.now)
    let activity = try await app.database.write { try DiaryStore.recount($0, user: user, now: now) }
    let location = activity.map { URLs.adding("done", String($0), to: URLs.settings) } ?? URLs.settings + "?recounted=0"
    return Response(status: .seeOther, headers: [.location: location + "#diary"])
  }
}
