import HTML
import Hummingbird
import Logging
import SQL
import Web

/// Figures of any range, and each year in review.
struct StatisticsPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/stats", use: statistics)
    router.get("/stats/{year}", use: year)
  }

  @Sendable func statistics(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let today = context.user.zone.day(of: context.visitor.now)
    let asked = try StatisticsQuery(request.query(), today: today, frame.t)
    guard asked.errors.isEmpty else {
      return frame.page(
        title: frame.t(.navStats), place: .statistics, main: StatisticsViews.refused(asked, today: today, frame),
        status: .unprocessableContent)
    }
    let found = try await figures(asked.range, today: today, context)
    let answer = try await answer(request, frame, context)
    return frame.page(
      title: frame.t(.navStats), place: .statistics, answer: answer,
      main: StatisticsViews.main(found, asked, today: today, frame, user: context.user))
  }

  @Sendable func year(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let today = context.user.zone.day(of: context.visitor.now)
    guard let text = context.parameters.get("year"), text.utf8.count == 4, let year = Int(digits: text),
      (When.firstYear...today.parts.year).contains(year), let range = StatisticsRange.year(year)
    else { throw Problem.notFound }
    let found = try await figures(range, today: today, context)
    let answer = try await answer(request, frame, context)
    return frame.page(
      title: frame.t(.statsYearTitle, ["year": text]), place: .statistics, answer: answer,
      main: YearViews.main(found, year: year, range, today: today, frame, user: context.user))
  }

  /// What was just done from the search box, when the address says so.
  private func answer(_ request: Request, _ frame: Frame, _ context: SignedIn) async throws -> HTML? {
    guard let done = try request.query()["done"].flatMap({ Int(digits: $0) }) else { return nil }
    let user = context.user.id
    let line = try await app.database.read { try ActivityStore.line($0, user: user, id: done) }
    return Views.answer(line, back: request.uri.path, frame)
  }

  /// The figures of a range; new ones are kept for the next time.
  private func figures(_ range: StatisticsRange, today: Day, _ context: SignedIn) async throws -> StatisticsStore.Found
  {
    let (user, zone, now) = (context.user.id, context.user.zone, context.visitor.now)
    let kept = try await app.database.read {
      try StatisticsStore.kept($0, user: user, range, today: today, zone: zone)
    }
    if let kept { return kept }
    // Making them may take a tenth of a second and more: not on the threads that serve pages.
    let found = try await app.database.readLong {
      try StatisticsStore.find($0, user: user, range, today: today, zone: zone)
    }
    do {
      try await app.database.write {
        try StatisticsStore.keep($0, user: user, found, range: range, today: today, zone: zone, now: now)
      }
    } catch {
      // The page has its figures all the same; a full disk must not take it away.
      app.logger.warning("statistics not kept", metadata: ["error": "\(error)"])
    }
    return found
  }
}

/// What the address of the page asks for.
struct StatisticsQuery: Sendable {
  /// The range; from before to.
  var range = StatisticsRange()
  /// What was typed, to be shown again.
  let typed: (from: String, to: String)
  /// What is wrong with it.
  var errors = FieldErrors()

  /// Reads `from`, `to` and `kind`; two days the wrong way round are turned.
  ///
  /// - Throws: 422 for a kind that there is none of.
  init(_ query: Form, today: Day, _ t: Texts) throws {
    typed = (from: String((query["from"] ?? "").prefix(20)), to: String((query["to"] ?? "").prefix(20)))
    range.from = day("from", typed.from, today: today, t)
    range.to = day("to", typed.to, today: today, t)
    if let from = range.from, let to = range.to, from > to { (range.from, range.to) = (to, from) }
    if let kind = query["kind"], !kind.isEmpty, kind != "all" {
      guard let known = TitleKind(rawValue: kind) else { throw Problem.invalid(.problemForm) }
      range.kind = known
    }
  }

  private mutating func day(_ field: String, _ text: String, today: Day, _ t: Texts) -> Day? {
    guard !text.isEmpty else { return nil }
    guard let day = Day(text), (When.firstYear...today.parts.year).contains(day.parts.year) else {
      errors.add(field, t(.statsDayError, ["year": String(today.parts.year)]))
      return nil
    }
    return day
  }
}

/// The ranges that are one click away.
enum StatisticsPreset: CaseIterable {
  case all, year, twelveMonths, month

  /// The range, with its kind left open. Whole months, so that plays known by their month count.
  func range(today: Day) -> StatisticsRange {
    let (year, month, _) = today.parts
    let last = Day(year: year, month: month, day: Day.length(year: year, month: month))
    switch self {
    case .all: return StatisticsRange()
    case .year: return StatisticsRange.year(year) ?? StatisticsRange()
    case .twelveMonths:
      let first = year * 12 + month - 12
      return StatisticsRange(from: Day(year: first / 12, month: first % 12 + 1, day: 1), to: last)
    case .month: return StatisticsRange(from: Day(year: year, month: month, day: 1), to: last)
    }
  }

  /// Its name.
  var key: Key {
    switch self {
    case .all: .statsAll
    case .year: .statsThisYear
    case .twelveMonths: .statsTwelveMonths
    case .month: .statsThisMonth
    }
  }
}
