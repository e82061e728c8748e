import HTML
import HTTPTypes
import Hummingbird
import SQL
import Web

/// What to watch next: suggestions under filters, one picked for the person, and what they do not want.
struct DiscoverPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/discover", use: discover)
    router.get("/discover/pick", use: pick)
    router.post("/titles/{id}/dismiss", use: dismiss)
  }

  @Sendable func discover(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try request.query()
    let query = DiscoverQuery(form)
    let frame = Frame(app: app, visitor: context.visitor)
    let page = try await read(query, form, frame, context.user)
    return frame.page(
      title: frame.t(.discoverTitle), answer: DiscoverViews.answer(page, back: query.path, frame),
      main: DiscoverViews.main(page, query, frame))
  }

  @Sendable func pick(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try request.query()
    var query = DiscoverQuery(form)
    query.page = 1
    let turn = form["turn"].flatMap { Int(digits: $0) }.map { min($0, DiscoverQuery.mostTurns) } ?? 0
    let frame = Frame(app: app, visitor: context.visitor)
    let page = try await read(query, form, frame, context.user, isUnseenOnly: true)
    let few = page.suggestions.prefix(DiscoverQuery.picked)
    // Another one each day and each turn, and the same when the page is loaded again.
    let place = (frame.dates.today.number + turn) % max(few.count, 1)
    let title = few.isEmpty ? nil : few[place]
    return frame.page(
      title: frame.t(.discoverPick), kind: .narrow,
      answer: DiscoverViews.answer(page, back: query.pick(turn: turn), frame),
      main: DiscoverViews.picked(title, page, query, turn: turn, frame))
  }

  private func read(
    _ query: DiscoverQuery, _ form: Form, _ frame: Frame, _ user: User, isUnseenOnly: Bool = false
  ) async throws -> DiscoverStore.Page {
    let scope = DiscoverStore.Scope(user: user.id, country: user.country, today: frame.dates.today)
    let dismissed = form["dismissed"].flatMap { Int(digits: $0) }
    let done = form["done"].flatMap { Int(digits: $0) }
    return try await app.database.read {
      try DiscoverStore.page($0, query, scope, isUnseenOnly: isUnseenOnly, dismissed: dismissed, done: done)
    }
  }

  @Sendable func dismiss(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["dismiss"])
    guard let choice = form["dismiss"], ["0", "1"].contains(choice) else { throw Problem.invalid(.problemForm) }
    let (user, now, isDismissed) = (context.user.id, context.visitor.now, choice == "1")
    let isThere = try await app.database.write {
      try DiscoverStore.dismiss($0, user: user, title: id, isDismissed: isDismissed, now: now)
    }
    guard isThere else { throw Problem.notFound }
    let back = request.back(form, else: "/discover")
    let path = isDismissed ? URLs.adding("dismissed", String(id), to: back) : back
    return Response(status: .seeOther, headers: [.location: path])
  }
}

extension DiscoverQuery {
  /// How often another one can be asked for.
  static let mostTurns = 1_000_000
}
