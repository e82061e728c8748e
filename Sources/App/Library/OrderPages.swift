import HTTPTypes
import Hummingbird
import SQL
import Web

/// A show's episodes in another order than by seasons.
struct OrderPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/titles/{id}/orders/{number}", use: order)
  }

  @Sendable func order(_ request: Request, _ context: SignedIn) async throws -> Response {
    let (id, number) = (try context.id("id"), try context.id("number"))
    let done = try request.query()["done"].flatMap { Int(digits: $0) }
    let user = context.user
    let found = try await app.database.read { connection in
      guard let title = try CatalogueStore.title(connection, user: user.id, id: id),
        let order = try OrderStore.order(connection, title: id, id: number)
      else { throw Problem.notFound }
      let pass = try PassStore.open(connection, user: user.id, title: id)?.id ?? 0
      return (
        title: title, order: order,
        items: try OrderStore.items(connection, user: user.id, order: order.id, pass: pass),
        line: try done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
      )
    }
    if FetchRules.isStale(found.order.fetchedAt, now: context.visitor.now) {
      app.fetchBell.want(.order(found.order.tmdbID))
    }
    let frame = Frame(app: app, visitor: context.visitor)
    let back = URLs.order(id, number)
    return frame.page(
      title: found.order.name + " – " + found.title.name, place: .library,
      answer: Views.answer(found.line, back: back, frame),
      main: OrderViews.main(found.title, found.order, found.items, frame, user: user, back: back))
  }
}
