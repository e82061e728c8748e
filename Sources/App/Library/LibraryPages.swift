import Hummingbird
import SQL
import Web

/// The library: films and shows in one place.
struct LibraryPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/library", use: library)
  }

  @Sendable func library(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let query = try request.query()
    let filter = try LibraryQuery.read(query)
    let (user, today) = (context.user, frame.dates.today)
    let done = query["done"].flatMap { Int(digits: $0) }
    let (page, counts, genres, line) = try await app.database.read { connection in
      (
        try LibraryStore.page(connection, user: user.id, filter, today: today),
        try LibraryStore.counts(connection, user: user.id, kind: filter.kind, today: today),
        try LibraryStore.genres(connection),
        try done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
      )
    }
    let view = LibraryViews.Model(
      cards: page.cards, hasNext: page.hasNext, counts: counts, genres: genres, filter: filter, text: query["q"] ?? "")
    return frame.page(
      title: frame.t(.navLibrary), place: .library,
      answer: Views.answer(line, back: LibraryQuery.path(filter, text: query["q"] ?? ""), frame),
      main: LibraryViews.main(view, frame, user: user))
  }
}

/// The library's filters as they stand in the address.
enum LibraryQuery {
  /// - Throws: 422 for a word that names no filter.
  static func read(_ query: Form) throws -> LibraryStore.Filter {
    var filter = LibraryStore.Filter()
    func value(_ name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let text = value("status"), text != "all" {
      guard let status = Status(rawValue: text) else { throw Problem.invalid(.problemStatus) }
      filter.status = status
    }
    if let text = value("kind"), text != "all" {
      guard let kind = TitleKind(rawValue: text) else { throw Problem.invalid(.problemForm) }
      filter.kind = kind
    }
    if let text = value("sort") {
      guard let sort = LibraryStore.Sort(rawValue: text) else { throw Problem.invalid(.problemForm) }
      filter.sort = sort
    }
    if let text = value("page") {
      guard let page = Int(digits: text), (1...LibraryStore.lastPage).contains(page) else {
        throw Problem.invalid(.problemForm)
      }
      filter.page = page
    }
    filter.genre = value("genre").map { String($0.prefix(40)) }
    filter.text = value("q").map { Folding.fold(String($0.prefix(200))) }.flatMap { $0.isEmpty ? nil : $0 }
    return filter
  }

  /// The address of a filter.
  static func path(_ filter: LibraryStore.Filter, text: String) -> String {
    var pairs: [(String, String)] = []
    if let status = filter.status { pairs.append(("status", status.rawValue)) }
    if let kind = filter.kind { pairs.append(("kind", kind.rawValue)) }
    if let genre = filter.genre { pairs.append(("genre", genre)) }
    if filter.text != nil { pairs.append(("q", text)) }
    if filter.sort != .name { pairs.append(("sort", filter.sort.rawValue)) }
    if filter.page > 1 { pairs.append(("page", String(filter.page))) }
    return pairs.isEmpty ? URLs.library : URLs.library + "?" + URLEncoding.query(pairs)
  }
}
