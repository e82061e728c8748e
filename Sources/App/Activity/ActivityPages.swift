import HTML
import HTTPTypes
import Hummingbird
import SQL
import Web

/// Everything a person did, and its undo.
struct ActivityPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/activity", use: activity)
    router.post("/activity/{id}/undo", use: undo)
    router.post("/activity/{id}/when", use: redate)
  }

  @Sendable func activity(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let query = try request.query()
    let before = query["after"].flatMap { Int(digits: $0) }
    let done = query["done"].flatMap { Int(digits: $0) }
    let user = context.user
    let (lines, line) = try await app.database.read { connection in
      (
        try ActivityStore.page(connection, user: user.id, before: before),
        try done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
      )
    }
    let back = before.map { "\(URLs.activity)?after=\($0)" } ?? URLs.activity
    return frame.page(
      title: frame.t(.navActivity), place: .activity, answer: Views.answer(line, back: back, frame),
      main: ActivityViews.main(lines, isFirst: before == nil, frame, user: user, back: back))
  }

  @Sendable func undo(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form([])
    let (user, now) = (context.user, context.visitor.now)
    do {
      let line = try await app.database.write { connection in
        try Journal.undo(connection, user: user, activity: id, now: now)
        return try ActivityStore.line(connection, user: user.id, id: id)
      }
      return try await Answers(app: app, context: context).undone(request, form, activity: id, title: line?.title?.id)
    } catch UndoRefusal.undone {
      // A second press of the same button: it is as the first press left it.
      return try await Answers(app: app, context: context).undone(request, form, activity: id, title: nil)
    } catch UndoRefusal.tooOld {
      throw Problem(.conflict, .problemUndoOld, ["days": String(Journal.undoDays)])
    } catch UndoRefusal.changedSince(let later) {
      throw try await refused(context, later: later)
    }
  }

  /// Why an undo is refused, naming the later change that stands in its way.
  private func refused(_ context: SignedIn, later: Int?) async throws -> Problem {
    let user = context.user
    let line = try await app.database.read { connection in
      try later.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
    }
    guard let line else { return Problem(.conflict, .problemUndoChanged) }
    let frame = Frame(app: app, visitor: context.visitor)
    let said = Views.sentence(line, frame.t, user.scale)
    let what = line.title.map { "\($0.name): \(said)" } ?? said
    return Problem(.conflict, .problemUndoNamed, ["what": what, "date": frame.dates.moment(line.at)])
  }

  @Sendable func redate(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["when"])
    let when = try WhenForm.required(form, request, context)
    let (user, now) = (context.user, context.visitor.now)
    let (activity, title) = try await app.database.write { connection in
      let activity = try RecordStore.redate(connection, user: user, activity: id, when: when, now: now)
      return (activity, try ActivityStore.line(connection, user: user.id, id: activity ?? id)?.title?.id)
    }
    return try await Answers(app: app, context: context)
      .undone(request, form, activity: activity ?? id, title: title)
  }
}
