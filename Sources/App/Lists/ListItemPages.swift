import HTTPTypes
import Hummingbird
import SQL
import Web

/// Everything that is done to the titles on a list.
struct ListItemPages: Sendable {
  let pages: ListPages

  private var database: any Database { pages.app.database }

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.post("/lists/{id}/items", use: add)
    router.post("/lists/{id}/items/{item}", use: note)
    router.post("/lists/{id}/items/{item}/move", use: move)
    router.post("/lists/{id}/items/{item}/copy", use: copy)
    router.post("/lists/{id}/items/{item}/delete", use: remove)
  }

  @Sendable func add(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["note"], lists: ["title"])
    let titles = try ListForm.titles(form)
    guard !titles.isEmpty else { throw Problem.invalid(.problemForm) }
    let note = ListRules.note(form["note"] ?? "")
    guard ListRules.isValid(note: note) else { throw Problem.invalid(.listNoteError) }
    let (user, now) = (context.user, context.visitor.now)
    let activity = try await database.write {
      try ListStore.add($0, user: user, list: id, titles: titles, note: note, now: now)
    }
    return try await answer(request, form, context, list: id, (titles.first, activity))
  }

  @Sendable func note(_ request: Request, _ context: SignedIn) async throws -> Response {
    let (id, item) = (try context.id("id"), try context.id("item"))
    let form = try await request.form(["note"])
    guard let text = form["note"] else { throw Problem.invalid(.problemForm) }
    let note = ListRules.note(text)
    guard ListRules.isValid(note: note) else {
      var errors = FieldErrors()
      errors.add("item-note", context.visitor.texts(.listNoteError))
      var address = ListAddress()
      address.edited = item
      return try await pages.list(
        context, id: id, address, typed: try ListForm(form), errors: errors, status: .unprocessableContent)
    }
    let (user, now) = (context.user, context.visitor.now)
    let changed = try await database.write {
      try ListStore.note($0, user: user, list: id, item: item, note, now: now)
    }
    return try await answer(request, form, context, list: id, changed)
  }

  @Sendable func move(_ request: Request, _ context: SignedIn) async throws -> Response {
    let (id, item) = (try context.id("id"), try context.id("item"))
    let form = try await request.form(["move", "to"])
    let move = try ListForm.move(form)
    let (user, now) = (context.user, context.visitor.now)
    let moved = try await database.write {
      try ListStore.move($0, user: user, list: id, item: item, move, now: now)
    }
    return try await answer(request, form, context, list: id, moved)
  }

  @Sendable func copy(_ request: Request, _ context: SignedIn) async throws -> Response {
    let (id, item) = (try context.id("id"), try context.id("item"))
    let form = try await request.form(["list", "move"])
    let target = try ListForm.number(form["list"] ?? "")
    let isMove = form["move"] ?? "0"
    guard ["0", "1"].contains(isMove) else { throw Problem.invalid(.problemForm) }
    let (user, now) = (context.user, context.visitor.now)
    let copied = try await database.write {
      try ListStore.copy($0, user: user, list: id, item: item, to: target, isMove: isMove == "1", now: now)
    }
    return try await answer(request, form, context, list: id, copied)
  }

  @Sendable func remove(_ request: Request, _ context: SignedIn) async throws -> Response {
    let (id, item) = (try context.id("id"), try context.id("item"))
    let form = try await request.form([])
    let (user, now) = (context.user, context.visitor.now)
    let removed = try await database.write {
      try ListStore.remove($0, user: user, list: id, item: item, now: now)
    }
    return try await answer(request, form, context, list: id, removed)
  }

  private func answer(
    _ request: Request, _ form: Form, _ context: SignedIn, list: Int, _ done: (title: Int?, activity: Int?)
  ) async throws -> Response {
    try await pages.answer(
      request, form, context, back: request.back(form, else: URLs.list(list)), title: done.title,
      activity: done.activity)
  }
}
