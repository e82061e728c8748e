import Hummingbird
import SQL
import Web

/// The library: films and shows in one place.
struct LibraryPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/library", use: library)
    router.post("/library/titles", use: changeMany)
  }

  @Sendable func library(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let query = try request.query()
    let (filter, look) = (try LibraryQuery.read(query), try LibraryQuery.look(query))
    let (user, today) = (context.user, frame.dates.today)
    let done = query["done"].flatMap { Int(digits: $0) }
    let text = query["q"] ?? ""
    let (view, line) = try await app.database.read { connection in
      (
        try LibraryViews.Model.read(connection, user: user.id, filter, look, text: text, today: today),
        try done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
      )
    }
    return frame.page(
      title: frame.t(.navLibrary), place: .library,
      answer: Views.answer(line, back: LibraryQuery.path(filter, text: text, look), frame),
      main: LibraryViews.main(view, frame, user: user))
  }

  @Sendable func changeMany(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(["act", "status", "rating", "list", "when"], lists: ["title"])
    let (titles, action) = (try LibraryBulk.titles(form), try LibraryBulk.action(form, request, context))
    let (user, now) = (context.user, context.visitor.now)
    let done = try await app.database.write {
      try LibraryBulkStore.change($0, user: user, titles: titles, action, now: now)
    }
    app.meters.played(done.plays)
    let back = request.back(form, else: URLs.library)
    let location = done.activity.map { URLs.adding("done", String($0), to: back) } ?? back
    return Response(status: .seeOther, headers: [.location: location])
  }
}

extension LibraryViews.Model {
  /// Reads what the page shows.
  ///
  /// - Throws: 404 for a person whom nobody knows here.
  fileprivate static func read(
    _ connection: Connection, user: Int, _ filter: LibraryStore.Filter, _ look: LibraryLook, text: String, today: Day
  ) throws -> Self {
    let person = try filter.person.map { id in
      guard let name = try PeopleStore.name(connection, user: user, id: id) else { throw Problem.notFound }
      return name
    }
    let page = try LibraryStore.page(connection, user: user, filter, today: today)
    let shown = (filter.page - 1) * LibraryStore.pageSize + page.cards.count
    let isWhole = filter.after == nil && !page.hasNext && (!page.cards.isEmpty || filter.page == 1)
    let found =
      !filter.isNarrowed
      ? nil : isWhole ? shown : try LibraryStore.count(connection, user: user, filter, today: today)
    let changed = try look.list.flatMap { try ListStore.list(connection, user: user, id: $0) }
    return Self(
      page: page, found: found,
      counts: try LibraryStore.counts(connection, user: user, kind: filter.kind, today: today),
      genres: try LibraryStore.genres(connection), person: person,
      lists: look.selecting == nil ? [] : try LibraryStore.lists(connection, user: user),
      changed: changed?.isSmart == true ? changed : nil, filter: filter, look: look, text: text)
  }
}
