import Hummingbird
import SQL
import Web

/// Home, and the landing page for visitors.
struct HomePages: Sendable {
  let app: App

  func addRoutes(to router: Router<Visit>) {
    router.get("/", use: home)
  }

  @Sendable func home(_ request: Request, _ context: Visit) async throws -> Response {
    let frame = Frame(app: app, visitor: try context.current())
    guard let user = frame.user else {
      return frame.page(title: frame.t(.landingTitle), kind: .landing, main: LandingViews.main(frame))
    }
    let done = try request.query()["done"].flatMap { Int(digits: $0) }
    let today = frame.dates.today
    let page = try await app.database.read { try HomeStore.page($0, user: user.id, done: done, today: today) }
    return frame.page(
      title: frame.t(.navHome), place: .home, answer: Views.answer(page.answer, back: URLs.home, frame),
      main: HomeViews.main(page, frame, user: user))
  }
}
