import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import SQL
import Web

/// The calendar, and its feed for calendar programs.
struct CalendarPages: Sendable {
  let app: App

  func addRoutes(to router: Router<Visit>) {
    router.get("/calendar/{token}.ics", use: feed)
  }

  func addSignedInRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/calendar", use: calendar)
    router.get("/settings/calendar", use: settings)
    router.post("/settings/calendar/feed", use: makeFeed)
    router.post("/settings/calendar/feed/delete", use: endFeed)
  }

  @Sendable func calendar(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let query = try request.query()
    let done = query["done"].flatMap { Int(digits: $0) }
    let page = try await Reading.calendar(frame, user: context.user, query, done: done)
    return frame.page(
      title: CalendarViews.title(page, frame), place: .calendar,
      answer: Views.answer(page.answer, back: CalendarViews.path(page), frame), main: CalendarViews.main(page, frame))
  }

  // MARK: The feed

  /// No cookie is asked for: whoever has the address may read, and only this.
  @Sendable func feed(_ request: Request, _ context: Visit) async throws -> Response {
    guard let token = context.parameters.get("token"), token.utf8.count <= 100 else { throw Problem.notFound }
    let now = try context.current().now
    let found = try await app.database.read { connection -> (FeedStore.Owner, CalendarStore.Found)? in
      guard let owner = try FeedStore.owner(connection, token: token) else { return nil }
      let days = CalendarFeed.days(today: owner.zone.clock(at: now).day)
      let rows = try CalendarStore.rows(
        connection, user: owner.id, days: days, hidesUnseen: owner.hidesUnseen, limit: CalendarFeed.rowLimit)
      return (owner, rows)
    }
    guard let (owner, rows) = found else { throw Problem.notFound }
    let text = CalendarFeed.text(
      rows.rows, zone: owner.zone, now: now, site: app.address(request), app.texts(owner.language))
    return Self.answer(text, request)
  }

  /// The file, or 304 when the program has just this one.
  private static func answer(_ text: String, _ request: Request) -> Response {
    let bytes = Array(text.utf8)
    let digits = SHA256.hash(data: bytes).prefix(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
    let tag = "\"" + digits.joined() + "\""
    var headers: HTTPFields = [.cacheControl: "private, max-age=900", .eTag: tag]
    // A compressed answer carries the weak form of its tag.
    let known = (request.headers[.ifNoneMatch] ?? "").split(separator: ",").map { $0.drop { " W/".contains($0) } }
    if known.contains(where: { $0 == tag || $0 == "*" }) { return Response(status: .notModified, headers: headers) }
    headers[.contentType] = "text/calendar; charset=utf-8"
    headers[SecurityHeaders.disposition] = "inline; filename=\"flixlist.ics\""
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  // MARK: Its address

  @Sendable func settings(_ request: Request, _ context: SignedIn) async throws -> Response {
    let user = context.user.id
    let madeAt = try await app.database.read { try FeedStore.madeAt($0, user: user) }
    return CalendarViews.settings(Frame(app: app, visitor: context.visitor), madeAt: madeAt, address: nil)
  }

  @Sendable func makeFeed(_ request: Request, _ context: SignedIn) async throws -> Response {
    _ = try await request.form([])
    let (user, now) = (context.user.id, context.visitor.now)
    let token = try await app.database.write { try FeedStore.make($0, user: user, now: now) }
    return CalendarViews.settings(
      Frame(app: app, visitor: context.visitor), madeAt: now, address: app.address(request) + URLs.feed(token: token))
  }

  @Sendable func endFeed(_ request: Request, _ context: SignedIn) async throws -> Response {
    _ = try await request.form([])
    let user = context.user.id
    try await app.database.write { try FeedStore.end($0, user: user) }
    return Response(status: .seeOther, headers: [.location: URLs.settingsCalendar])
  }
}

extension Reading {
  /// A page of the calendar, by its query.
  static func calendar(_ frame: Frame, user: User, _ query: Form, done: Int?) async throws -> CalendarPage {
    let now = frame.visitor.now
    let request = try CalendarRequest.read(query, today: frame.dates.today)
    return try await frame.app.database.read {
      try CalendarStore.page($0, user: user, request, done: done, now: now)
    }
  }
}
