import Hummingbird
import SQL
import Web

/// The diary: what was watched, by day.
struct HistoryPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/history", use: history)
    router.post("/history/plays", use: change)
  }

  @Sendable func history(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let query = try request.query()
    let model = try await read(context, query, done: query["done"].flatMap { Int(digits: $0) })
    return frame.page(
      title: frame.t(.navHistory), place: .history, answer: Views.answer(model.answer, back: model.back, frame),
      main: HistoryViews.main(model, frame))
  }

  @Sendable func change(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(["act", "when"], lists: ["play"])
    let plays = try HistoryForm.plays(form, request, context)
    let act = try HistoryForm.act(form, request, context)
    let (user, now) = (context.user, context.visitor.now)
    let changed = try await app.database.write { connection in
      switch act {
      case .delete: try HistoryChangeStore.delete(connection, user: user, plays: plays, now: now)
      case .redate(let when):
        try HistoryChangeStore.redate(connection, user: user, plays: plays, when: when, now: now)
      }
    }
    return try await Answers(app: app, context: context).changedPlays(request, form, changed)
  }

  /// The main part of the page at an address of the diary, after something was changed from there.
  func fragment(_ context: SignedIn, back: String, activity: Int?) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let query = try Form(back.split(separator: "#")[0].split(separator: "?", maxSplits: 1).dropFirst().first ?? "")
    let model = try await read(context, query, done: activity)
    return frame.mainFragment(
      answer: Views.answer(model.answer, back: model.back, frame), HistoryViews.main(model, frame))
  }

  private func read(_ context: SignedIn, _ query: Form, done: Int?) async throws -> HistoryViews.Model {
    let filter = try HistoryQuery.read(query, today: context.user.zone.day(of: context.visitor.now))
    let after = query["after"].flatMap(HistoryStore.Place.init)
    let user = context.user.id
    return try await app.database.read { connection in
      let title = try filter.title.map { id in
        guard let title = try CatalogueStore.title(connection, user: user, id: id) else { throw Problem.notFound }
        return title
      }
      return HistoryViews.Model(
        page: try HistoryStore.page(connection, user: user, filter, after: after), filter: filter, after: after,
        title: title, answer: try done.flatMap { try ActivityStore.line(connection, user: user, id: $0) })
    }
  }
}

/// Reads what the bar under the diary asks for.
enum HistoryForm {
  /// What is done to the chosen plays.
  enum Act: Sendable {
    case redate(When)
    case delete
  }

  /// The chosen plays, each once.
  ///
  /// - Throws: 422 for none or too many.
  static func plays(_ form: Form, _ request: Request, _ context: SignedIn) throws -> [Int] {
    var seen: Set<Int> = []
    let plays = try form.all("play").compactMap { text -> Int? in
      guard let id = Int(digits: text) else { throw Problem.invalid(.problemForm) }
      return seen.insert(id).inserted ? id : nil
    }
    let t = context.visitor.texts
    func refused(_ text: String) -> WhenRefused {
      WhenRefused(text: text, form: form, action: request.uri.path, asksAgain: false)
    }
    if plays.isEmpty { throw refused(t(.bulkNothing)) }
    if plays.count > HistoryChangeStore.limit { throw refused(t(.bulkTooMany, n: HistoryChangeStore.limit)) }
    return plays
  }

  /// - Throws: 422 for anything but `when` with a date, `release`, `unknown` or `delete`.
  static func act(_ form: Form, _ request: Request, _ context: SignedIn) throws -> Act {
    switch form["act"] {
    case "when": .redate(try WhenForm.required(form, request, context))
    case "release": .redate(.release)
    case "unknown": .redate(.unknown)
    case "delete": .delete
    default: throw Problem.invalid(.problemForm)
    }
  }
}

/// The diary's filters as they stand in the address.
enum HistoryQuery {
  /// A month without a year is one of this year.
  ///
  /// - Throws: 422 for a value that names no filter.
  static func read(_ query: Form, today: Day) throws -> HistoryStore.Filter {
    var filter = HistoryStore.Filter()
    func value(_ name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }
    func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
      guard let text = value(name) else { return nil }
      guard let number = Int(digits: text), range.contains(number) else { throw Problem.invalid(.problemForm) }
      return number
    }
    if let text = value("kind"), text != "all" {
      guard let kind = TitleKind(rawValue: text) else { throw Problem.invalid(.problemForm) }
      filter.kind = kind
    }
    filter.year = try number("year", When.firstYear...9_998)
    filter.month = try number("month", 1...12)
    if filter.month != nil, filter.year == nil { filter.year = today.parts.year }
    filter.title = try number("title", 1...Int.max)
    filter.source = value("source").map { String($0.prefix(40)) }
    if let text = value("precision") {
      guard text == Precision.unknown.rawValue else { throw Problem.invalid(.problemForm) }
      filter.isUndated = true
      (filter.year, filter.month) = (nil, nil)
    }
    // A title is a film or a show already.
    if filter.title != nil { filter.kind = nil }
    return filter
  }

  /// The address of a filter.
  static func path(_ filter: HistoryStore.Filter, after: HistoryStore.Place? = nil) -> String {
    var pairs: [(String, String)] = []
    if let title = filter.title { pairs.append(("title", String(title))) }
    if let kind = filter.kind { pairs.append(("kind", kind.rawValue)) }
    if let year = filter.year { pairs.append(("year", String(year))) }
    if let month = filter.month { pairs.append(("month", String(month))) }
    if let source = filter.source { pairs.append(("source", source)) }
    if filter.isUndated { pairs.append(("precision", Precision.unknown.rawValue)) }
    if let after { pairs.append(("after", after.text)) }
    return pairs.isEmpty ? URLs.history : URLs.history + "?" + URLEncoding.query(pairs)
  }
}
