import HTML
import Hummingbird
import SQL
import Web

/// The page of somebody who makes films and shows or plays in them.
struct PeoplePages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/people/{id}", use: person)
  }

  @Sendable func person(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let frame = Frame(app: app, visitor: context.visitor)
    let (user, today) = (context.user, frame.dates.today)
    let done = try request.query()["done"].flatMap { Int(digits: $0) }
    let (name, facts, lines, line) = try await app.database.read { connection in
      guard let name = try PeopleStore.name(connection, user: user.id, id: id) else { throw Problem.notFound }
      return (
        name, try PeopleStore.details(connection, id: id),
        try PeopleStore.titles(connection, user: user.id, id: id, today: today),
        try done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
      )
    }
    if let tmdbID = facts?.tmdbID, facts.map({ FetchRules.isStale($0.fetchedAt, now: context.visitor.now) }) ?? false {
      app.fetchBell.want(.person(tmdbID))
    }
    return frame.page(
      title: name, place: .library, answer: Views.answer(line, back: URLs.person(id), frame),
      main: PeopleViews.main(id: id, name: name, facts, lines, frame, user: user))
  }
}
