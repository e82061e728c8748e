import HTML
import Hummingbird
import SQL
import Web

/// Search, as one types and with Enter.
struct SearchPages: Sendable {
  let app: App

  /// How many titles a page shows.
  static let shown = 30
  /// How many are suggested while typing.
  static let suggested = 8

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/search", use: search)
  }

  @Sendable func search(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let query = try request.query()
    let text = String((query["q"] ?? "").prefix(200))
    let kind = query["kind"].flatMap(TitleKind.init)
    let isSuggestion = query["suggest"] == "1"
    let user = context.user
    let command = Command(text, WhenText(language: frame.t.language, zone: user.zone, now: context.visitor.now))
    let scope = SearchStore.Scope(
      user: user.id, kind: kind, vocabularies: app.vocabulary.value, today: frame.dates.today,
      limit: isSuggestion ? Self.suggested : Self.shown, isDetailed: !isSuggestion)
    // As one types only what is here is looked through; a command names what is here.
    let remote =
      isSuggestion || command != nil
      ? .notAsked : try await RemoteSearch(app: app).search(text, kind: kind, now: context.visitor.now)
    let done = query["done"].flatMap { Int(digits: $0) }
    let (results, line) = try await app.database.read { connection in
      (
        try SearchStore.add(
          connection, remote: remote.titles,
          to: try SearchQuery(text).map { try SearchStore.find(connection, $0, command: command, scope) }, scope),
        try done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
      )
    }
    if isSuggestion { return suggestions(results, frame) }
    let back = URLs.search(text, kind: kind?.rawValue)
    return frame.page(
      title: text.isEmpty ? frame.t(.searchButton) : frame.t(.searchTitle, ["q": text]),
      answer: Views.answer(line, back: back, frame),
      main: SearchViews.main(results, text: text, kind: kind, hasGoneWithout: remote == .failed, frame, back: back))
  }

  private func suggestions(_ results: SearchStore.Results?, _ frame: Frame) -> Response {
    var response = Frame.response(SearchViews.options(results, frame, limit: Self.suggested))
    response.headers[SecurityHeaders.fragment] = "1"
    return response
  }
}
