import HTML
import HTTPTypes
import Hummingbird
import SQL
import Web

/// Saying that what was recorded belongs to another title: look for it, see what would move, move it.
struct RelinkPages: Sendable {
  let app: App

  /// How many titles are offered.
  static let offered = 12

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/titles/{id}/relink", use: ask)
    router.post("/titles/{id}/relink", use: move)
  }

  @Sendable func ask(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let query = try request.query()
    let frame = Frame(app: app, visitor: context.visitor)
    let user = context.user.id
    let main: HTML
    if let to = query["to"].flatMap({ Int(digits: $0) }) {
      let plan = try await app.database.read { try RelinkStore.plan($0, user: user, from: id, to: to) }
      main = RelinkViews.plan(plan, text: query["q"], frame)
    } else {
      main = try await search(id, text: query["q"], frame, context)
    }
    return frame.page(title: frame.t(.relinkHead), kind: .narrow, place: .library, main: main)
  }

  private func search(_ id: Int, text: String?, _ frame: Frame, _ context: SignedIn) async throws -> HTML {
    let user = context.user
    let title = try await app.database.read { try CatalogueStore.title($0, user: user.id, id: id) }
    guard let title else { throw Problem.notFound }
    let text = String((text ?? title.name).prefix(200))
    let scope = SearchStore.Scope(
      user: user.id, kind: title.kind, vocabularies: app.vocabulary.value, today: frame.dates.today,
      limit: Self.offered + 1)
    let remote = try await RemoteSearch(app: app).search(text, kind: title.kind, now: context.visitor.now)
    let results = try await app.database.read { connection in
      try SearchStore.add(
        connection, remote: remote.titles,
        to: try SearchQuery(text).map { try SearchStore.find(connection, $0, command: nil, scope) }, scope)
    }
    let hits = (results?.hits ?? []).filter { $0.candidate.titleID != id }.prefix(Self.offered)
    return RelinkViews.search(title, Array(hits), text: text, hasGoneWithout: remote == .failed, frame)
  }

  @Sendable func move(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["to"])
    guard let to = form["to"].flatMap({ Int(digits: $0) }) else { throw Problem.invalid(.relinkOther) }
    let (user, now) = (context.user, context.visitor.now)
    let activity = try await app.database.write {
      try RelinkStore.move($0, user: user, from: id, to: to, now: now)
    }
    let back = "/titles/\(to)"
    let location = activity.map { URLs.adding("done", String($0), to: back) } ?? back
    return Response(status: .seeOther, headers: [.location: location])
  }
}
