import HTML
import HTTPTypes
import Hummingbird
import SQL
import Web

/// Lists: all of them, one of them, and everything that is done to a list as a whole.
struct ListPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/lists", use: lists)
    router.post("/lists", use: create)
    router.get("/lists/{id}", use: list)
    router.post("/lists/{id}", use: change)
    router.post("/lists/{id}/delete", use: delete)
    router.post("/lists/{id}/move", use: move)
    router.post("/lists/{id}/sort", use: sort)
    ListItemPages(pages: self).addRoutes(to: router)
  }

  // MARK: Pages

  @Sendable func lists(_ request: Request, _ context: SignedIn) async throws -> Response {
    try await lists(context, ListForm(), FieldErrors(), ListAddress(try request.query()))
  }

  /// The page of all lists, with the form for a new one as it was typed.
  private func lists(
    _ context: SignedIn, _ typed: ListForm, _ errors: FieldErrors, _ address: ListAddress,
    status: HTTPResponse.Status = .ok
  ) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let user = context.user.id
    let (model, line) = try await app.database.read { connection in
      let count = try ListPageStore.count(connection, user: user)
      let (page, pages) = ListRules.page(address.page, of: count, size: ListRules.listsPageSize)
      let lines = try ListPageStore.lines(connection, user: user, page: page)
      return (
        ListViews.All(lines: lines, count: count, page: page, pages: pages),
        try address.done.flatMap { try ActivityStore.line(connection, user: user, id: $0) }
      )
    }
    return answer(
      frame, title: frame.t(.navLists), said: Views.answer(line, back: model.address(of: model.page), frame),
      ListViews.all(model, typed, errors, frame), status: status)
  }

  @Sendable func list(_ request: Request, _ context: SignedIn) async throws -> Response {
    try await list(context, id: try context.id("id"), ListAddress(try request.query()))
  }

  /// The page of a list.
  ///
  /// - Parameters:
  ///   - typed: what somebody typed into the form of the list or of a title on it that was not taken.
  func list(
    _ context: SignedIn, id: Int, _ address: ListAddress, typed: ListForm? = nil, errors: FieldErrors = .init(),
    status: HTTPResponse.Status = .ok
  ) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let (user, today) = (context.user, frame.dates.today)
    let (model, line) = try await app.database.read { connection in
      (
        try Self.model(connection, user: user.id, id: id, address, today: today),
        try address.done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
      )
    }
    // What made a list is taken back together with its page.
    let isMade = line?.kind == .listMade
    let said = Views.answer(line, back: isMade ? URLs.lists : model.address, frame)
    let main = ListViews.main(model, typed, errors, isManaged: line?.isOfWholeList ?? false, frame, user: user)
    return answer(frame, title: model.list.name, said: said, main, status: status)
  }

  private static func model(
    _ connection: Connection, user: Int, id: Int, _ address: ListAddress, today: Day
  ) throws -> ListViews.Model {
    let list = try ListStore.required(connection, user: user, id: id)
    guard let rule = list.rule else {
      let count = try ListPageStore.count(connection, user: user, list: id)
      let (page, pages) = ListRules.page(address.page, of: count, size: ListRules.pageSize)
      let items = try ListPageStore.items(connection, user: user, list: id, page: page, today: today)
      return ListViews.Model(
        list: list, content: .titles(items, pages: pages), page: page, count: count,
        others: try ListPageStore.others(connection, user: user, than: id),
        edited: try address.edited.flatMap {
          try ListPageStore.edited(connection, user: user, list: id, item: $0)
        })
    }
    guard let filter = ListRule.filter(rule, page: address.page) else {
      return ListViews.Model(list: list, content: .broken, page: 1, count: 0, others: [], edited: nil)
    }
    let found = try LibraryStore.page(connection, user: user, filter, today: today)
    return ListViews.Model(
      list: list, content: .rule(found.cards, hasNext: found.hasNext), page: address.page, count: 0, others: [],
      edited: nil)
  }

  private func answer(
    _ frame: Frame, title: String, said: HTML?, _ main: HTML, status: HTTPResponse.Status
  ) -> Response {
    frame.visitor.wantsFragment
      ? frame.mainFragment(answer: said, main, status: status)
      : frame.page(title: title, place: .library, answer: said, main: main, status: status)
  }

  // MARK: Changes

  @Sendable func create(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(["name", "note", "copy", "rule"], lists: ["title"])
    var errors = FieldErrors()
    let typed = try ListForm(form)
    typed.check(&errors, context.visitor.texts)
    guard errors.isEmpty else { return try await refused(context, typed, errors) }
    let (user, now) = (context.user, context.visitor.now)
    let new = try typed.new
    do {
      let made = try await app.database.write { try ListStore.make($0, user: user, new, now: now) }
      let back = LocalPath.checked(form["back"]) ?? URLs.list(made.list)
      return try await answer(
        request, form, context, back: back, title: new.titles.first, activity: made.activity, isElsewhere: true)
    } catch let refusal as ListRefusal {
      errors.add("name", refusal.text(context.visitor.texts))
      return try await refused(context, typed, errors)
    }
  }

  private func refused(_ context: SignedIn, _ typed: ListForm, _ errors: FieldErrors) async throws -> Response {
    try await lists(context, typed, errors, ListAddress(), status: .unprocessableContent)
  }

  @Sendable func change(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["name", "note", "rule"])
    guard form["name"] != nil || form["note"] != nil || form["rule"] != nil else { throw Problem.invalid(.problemForm) }
    var errors = FieldErrors()
    let typed = try ListForm(form)
    typed.check(&errors, context.visitor.texts, needsName: form["name"] != nil)
    if errors.isEmpty {
      let (user, now) = (context.user, context.visitor.now)
      let (name, note) = (form["name"].map(ListRules.name), form["note"].map(ListRules.note))
      let rule = try typed.rule.map(ListRule.checked)
      do {
        let activity = try await app.database.write {
          try ListStore.change($0, user: user, id: id, name: name, note: note, rule: rule, now: now)
        }
        let back = request.back(form, else: URLs.list(id))
        return try await answer(request, form, context, back: back, activity: activity)
      } catch let refusal as ListRefusal {
        errors.add("name", refusal.text(context.visitor.texts))
      }
    }
    return try await list(
      context, id: id, ListAddress(), typed: typed, errors: errors, status: .unprocessableContent)
  }

  @Sendable func delete(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form([])
    let (user, now) = (context.user, context.visitor.now)
    let activity = try await app.database.write { try ListStore.delete($0, user: user, id: id, now: now) }
    let back = request.back(form, else: URLs.lists)
    // Its own page is gone.
    let isGone = ListAddress.list(of: back) == id
    return try await answer(
      request, form, context, back: isGone ? URLs.lists : back, activity: activity, isElsewhere: true)
  }

  @Sendable func move(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["move", "to"])
    let move = try ListForm.move(form)
    let (user, now) = (context.user, context.visitor.now)
    let activity = try await app.database.write { try ListStore.move($0, user: user, id: id, move, now: now) }
    return try await answer(
      request, form, context, back: request.back(form, else: URLs.lists), activity: activity)
  }

  @Sendable func sort(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["by"])
    guard let sort = ListSort(rawValue: form["by"] ?? "") else { throw Problem.invalid(.problemForm) }
    let (user, now) = (context.user, context.visitor.now)
    let activity = try await app.database.write { try ListStore.sort($0, user: user, id: id, by: sort, now: now) }
    return try await answer(
      request, form, context, back: request.back(form, else: URLs.list(id)), activity: activity)
  }

  /// What follows a change: the page it was made from; for `app.js` that page's main part made anew.
  ///
  /// - Parameter isElsewhere: whether what follows is another page, whose address the browser has to show.
  func answer(
    _ request: Request, _ form: Form, _ context: SignedIn, back: String, title: Int? = nil, activity: Int?,
    isElsewhere: Bool = false
  ) async throws -> Response {
    guard context.visitor.wantsFragment else {
      let location = activity.map { URLs.adding("done", String($0), to: back) } ?? back
      return Response(status: .seeOther, headers: [.location: location])
    }
    if !isElsewhere, ListAddress.path(of: back).hasPrefix(URLs.lists) {
      var address = try ListAddress(path: back)
      address.done = activity
      if let id = ListAddress.list(of: back) { return try await list(context, id: id, address) }
      return try await lists(context, ListForm(), FieldErrors(), address)
    }
    if let title, back.hasPrefix("/titles/") {
      return try await Answers(app: app, context: context)
        .changed(request, form, title: title, activity: activity, anchor: nil)
    }
    let location = activity.map { URLs.adding("done", String($0), to: back) } ?? back
    return Response(status: .ok, headers: [SecurityHeaders.location: location])
  }
}

extension ActivityLine {
  /// Whether it changed a list itself, not a title on one.
  fileprivate var isOfWholeList: Bool { title == nil && (kind == .listChanged || kind == .listSorted) }
}

extension ListRefusal {
  /// What the form says.
  func text(_ t: Texts) -> String { t(self == .nameTaken ? .listNameTaken : .listTooMany) }
}
