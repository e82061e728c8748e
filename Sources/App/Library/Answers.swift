import HTML
import Hummingbird
import SQL
import Web

/// What follows a change: the page it was made from, or for `app.js` only the piece of it that changed.
struct Answers: Sendable {
  let app: App
  let context: SignedIn

  private var frame: Frame { Frame(app: app, visitor: context.visitor) }

  /// After a change to the record of a title.
  ///
  /// - Parameters:
  ///   - activity: what was done; nil when everything already was so.
  ///   - anchor: the episode to return to.
  func changed(
    _ request: Request, _ form: Form, title: Int, activity: Int?, anchor: Int?
  ) async throws -> Response {
    let back = request.back(form, else: "/titles/\(title)")
    guard context.visitor.wantsFragment else {
      let fragment = anchor.map { "e\($0)" }
      let location = activity.map { URLs.adding("done", String($0), to: back, fragment: fragment) } ?? back
      return Response(status: .seeOther, headers: [.location: location])
    }
    return try await fragment(back: back, title: title, activity: activity)
  }

  /// After a change of plays that may belong to several titles.
  func changedPlays(
    _ request: Request, _ form: Form, _ changed: (activity: Int?, title: Int?)
  ) async throws -> Response {
    let back = request.back(form, else: URLs.history)
    guard let activity = changed.activity else {
      return Response(status: .seeOther, headers: [.location: back])
    }
    guard context.visitor.wantsFragment, changed.title != nil || Self.isHistory(back) else {
      return Response(status: .seeOther, headers: [.location: URLs.adding("done", String(activity), to: back)])
    }
    return try await fragment(back: back, title: changed.title ?? Journal.noTitle, activity: activity)
  }

  /// After a change that touched several titles: their page, made anew.
  func undone(_ request: Request, _ form: Form, activity: Int, title: Int?) async throws -> Response {
    let back = request.back(form, else: URLs.activity)
    guard context.visitor.wantsFragment, title != nil || Self.isHistory(back) else {
      return Response(status: .seeOther, headers: [.location: URLs.adding("done", String(activity), to: back)])
    }
    return try await fragment(back: back, title: title ?? Journal.noTitle, activity: activity)
  }

  private static func isHistory(_ back: String) -> Bool { back.prefix { $0 != "?" && $0 != "#" } == URLs.history }

  private func fragment(back: String, title: Int, activity: Int?) async throws -> Response {
    let path = String(back.prefix { $0 != "?" && $0 != "#" })
    switch path.split(separator: "/").first {
    case "titles": return try await titlePage(path, title: title, activity: activity, back: back)
    case nil: return try await homeCard(title: title, activity: activity)
    case "history": return try await HistoryPages(app: app).fragment(context, back: back, activity: activity)
    case "search": return try await searchRow(title: title, activity: activity, back: back)
    case "calendar": return try await calendarPage(activity: activity, back: back)
    default:
      // A status of 200 with this header spares app.js from fetching the page twice.
      let location = activity.map { URLs.adding("done", String($0), to: back) } ?? back
      return Response(status: .ok, headers: [SecurityHeaders.location: location])
    }
  }

  private func titlePage(_ path: String, title: Int, activity: Int?, back: String) async throws -> Response {
    let parts = path.split(separator: "/")
    let query = try Form(back.split(separator: "?", maxSplits: 1).dropFirst().first ?? "")
    let season = parts.count == 4 && parts[2] == "seasons" ? Int(digits: parts[3]) : nil
    let frame = frame
    let asked = TitleStore.Asked(season: season, query, done: activity)
    guard let page = try await Reading.title(frame, user: context.user, id: title, asked) else {
      throw Problem.notFound
    }
    return frame.mainFragment(
      answer: Views.answer(page.answer, back: back, frame),
      TitleViews.main(page, frame, user: context.user, back: back))
  }

  private func calendarPage(activity: Int?, back: String) async throws -> Response {
    let query = try Form(back.split(separator: "?", maxSplits: 1).dropFirst().first ?? "")
    let page = try await Reading.calendar(frame, user: context.user, query, done: activity)
    return frame.mainFragment(
      answer: Views.answer(page.answer, back: CalendarViews.path(page), frame), CalendarViews.main(page, frame))
  }

  private func homeCard(title: Int, activity: Int?) async throws -> Response {
    let frame = frame
    let user = context.user
    let today = frame.dates.today
    let (line, card, facts, posters, status) = try await app.database.read { connection in
      (
        try activity.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) },
        try HomeStore.card(connection, user: user.id, title: title, today: today),
        try CatalogueStore.title(connection, user: user.id, id: title),
        try CatalogueStore.posters(connection, titles: [title]),
        try Shelf.row(connection, user: user.id, title: title)?.status
      )
    }
    let answer = Views.answer(line, back: URLs.home, frame)
    let isUndo = line?.isUndone ?? false
    let piece: HTML =
      card.map { HomeViews.upNext($0, frame, answer: isUndo ? nil : answer) }
      ?? HomeViews.caughtUp(
        title: title, name: facts?.name ?? "", poster: posters[title], status: status, frame, answer: answer)
    // The card shows the answer itself; the status says it to those who do not see it.
    let said: HTML? = line.map {
      "<span class=\"quiet\">\(Views.sentence($0, frame.t, user.scale, frame.dates))</span>"
    }
    return frame.fragment(answer: isUndo ? answer : said, piece)
  }

  private func searchRow(title: Int, activity: Int?, back: String) async throws -> Response {
    let frame = frame
    let user = context.user
    let (line, status, name) = try await app.database.read { connection in
      (
        try activity.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) },
        try Shelf.row(connection, user: user.id, title: title)?.status,
        try CatalogueStore.title(connection, user: user.id, id: title)?.name ?? ""
      )
    }
    return frame.fragment(
      answer: Views.answer(line, back: back, frame),
      SearchViews.act(title: title, name: name, status: status, back: back, frame.t))
  }
}
