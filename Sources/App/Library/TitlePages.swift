import HTML
import HTTPTypes
import Hummingbird
import Metrics
import NIOCore
import SQL
import Web

/// The page of a title and everything that can be done to its record.
struct TitlePages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/titles/{id}", use: title)
    router.get("/titles/{id}/seasons/{number}", use: season)
    router.get("/posters/{file}", use: poster)
    router.post("/titles/{id}/entry", use: changeEntry)
    router.post("/titles/{id}/plays", use: createPlays)
    router.post("/plays/{id}", use: changePlay)
    router.post("/plays/{id}/delete", use: deletePlay)
  }

  @Sendable func title(_ request: Request, _ context: SignedIn) async throws -> Response {
    try await page(request, context, id: try context.id("id"), season: nil)
  }

  @Sendable func season(_ request: Request, _ context: SignedIn) async throws -> Response {
    try await page(request, context, id: try context.id("id"), season: try context.id("number"))
  }

  private func page(_ request: Request, _ context: SignedIn, id: Int, season: Int?) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let asked = TitleStore.Asked(season: season, try request.query())
    guard let page = try await Reading.title(frame, user: context.user, id: id, asked) else { throw Problem.notFound }
    let back = URLs.title(page)
    let name = season.map { SeasonViews.name($0, frame.t) + " – " + page.title.name } ?? page.title.name
    return frame.page(
      title: name, place: .library, answer: Views.answer(page.answer, back: back, frame),
      main: TitleViews.main(page, frame, user: context.user, back: back))
  }

  @Sendable func poster(_ request: Request, _ context: SignedIn) async throws -> Response {
    guard let file = context.parameters.get("file"), file.hasSuffix(".svg"), let id = Int(digits: file.dropLast(4))
    else {
      throw Problem.notFound
    }
    let user = context.user.id
    guard let facts = try await app.database.read({ try CatalogueStore.posterFacts($0, user: user, id: id) }) else {
      throw Problem.notFound
    }
    return Self.drawn(Poster.svg(name: facts.name, year: facts.year))
  }

  /// A drawn poster as an answer: kept by the browser for a day, since a name hardly ever changes.
  static func drawn(_ svg: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: "image/svg+xml", .cacheControl: "private, max-age=86400"],
      body: .init(byteBuffer: ByteBuffer(string: svg)))
  }

  @Sendable func changeEntry(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["status", "rating", "favourite", "note", "specials"])
    let change = try EntryForm.read(form)
    let (user, now) = (context.user, context.visitor.now)
    let activity = try await app.database.write {
      try RecordStore.change($0, user: user, title: id, change, now: now)
    }
    return try await Answers(app: app, context: context)
      .changed(request, form, title: id, activity: activity, anchor: nil)
  }

  @Sendable func createPlays(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["episode", "season", "upto", "from", "all", "again", "when", "rating"])
    let target = try PlayForm.target(form)
    let when = try WhenForm.when(form, request, context) ?? .now
    let once = try PlayForm.once(form)
    let rating = try PlayForm.rating(form)
    let isAgain = form["again"] == "1"
    let (user, now) = (context.user, context.visitor.now)
    let marked = try await app.database.write {
      try RecordStore.mark(
        $0, user: user, title: id, target, when: when, rating: rating, isAgain: isAgain, once: once, now: now)
    }
    app.meters.played(marked.count)
    return try await Answers(app: app, context: context)
      .changed(request, form, title: id, activity: marked.activity, anchor: marked.episode)
  }

  @Sendable func changePlay(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["when", "note"])
    let when = form["when"] == nil ? nil : try WhenForm.required(form, request, context)
    let note = form["note"]?.replacing("\r\n", with: "\n")
    guard when != nil || note != nil else { throw Problem.invalid(.problemForm) }
    guard (note?.unicodeScalars.count ?? 0) <= EntryForm.noteLength else { throw Problem.invalid(.problemNoteLong) }
    let (user, now) = (context.user, context.visitor.now)
    let changed = try await app.database.write {
      try RecordStore.change($0, user: user, play: id, when: when, note: note, now: now)
    }
    return try await Answers(app: app, context: context)
      .changed(request, form, title: changed.title, activity: changed.activity, anchor: nil)
  }

  @Sendable func deletePlay(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form([])
    let (user, now) = (context.user, context.visitor.now)
    let removed = try await app.database.write {
      try RecordStore.deletePlay($0, user: user, play: id, now: now)
    }
    return try await Answers(app: app, context: context)
      .changed(request, form, title: removed.play.titleID, activity: removed.activity, anchor: removed.play.episodeID)
  }
}

/// Reads what a form asks of an entry.
enum EntryForm {
  /// How long a note may be, in Unicode scalars.
  static let noteLength = 10_000

  /// - Throws: 422 for a value that cannot be, or a form that asks for nothing.
  static func read(_ form: Form) throws -> RecordStore.EntryChange {
    var change = RecordStore.EntryChange()
    var isAsked = false
    if let status = form["status"] {
      let intent = Intent(rawValue: status)
      guard intent != nil || status == "none" else { throw Problem.invalid(.problemStatus) }
      change.intent = .to(intent)
      isAsked = true
    }
    change.rating = try rating(form)
    if form["rating"] != nil { isAsked = true }
    if let favourite = form["favourite"] {
      guard ["0", "1"].contains(favourite) else { throw Problem.invalid(.problemForm) }
      change.favourite = .to(favourite == "1")
      isAsked = true
    }
    if let note = form["note"] {
      guard note.unicodeScalars.count <= noteLength else { throw Problem.invalid(.problemNoteLong) }
      change.note = .to(note.replacing("\r\n", with: "\n"))
      isAsked = true
    }
    if let specials = form["specials"] {
      guard ["0", "1"].contains(specials) else { throw Problem.invalid(.problemForm) }
      change.specials = .to(specials == "1")
      isAsked = true
    }
    guard isAsked else { throw Problem.invalid(.problemForm) }
    return change
  }

  /// A rating from 0 to 100, or the empty text that takes it away.
  static func rating(_ form: Form) throws -> RecordStore.EntryChange.Sent<Int?> {
    guard let text = form["rating"] else { return .untouched }
    let rating = Int(digits: text)
    guard text.isEmpty || rating.map({ (0...100).contains($0) }) ?? false else {
      throw Problem.invalid(.problemRating)
    }
    return .to(rating)
  }
}

/// Reads which plays a form asks for.
enum PlayForm {
  /// - Throws: 422 when it names more than one thing or something that is no number.
  static func target(_ form: Form) throws -> PlayTarget {
    func number(_ name: String) throws -> Int? {
      guard let text = form[name] else { return nil }
      guard let number = Int(digits: text) else { throw Problem.invalid(.problemPlayTarget) }
      return number
    }
    let (episode, season) = (try number("episode"), try number("season"))
    let (from, upTo) = (try number("from"), try number("upto"))
    if let all = form["all"], all != "1" { throw Problem.invalid(.problemPlayTarget) }
    let given = [episode != nil, season != nil, upTo != nil, form["all"] != nil].filter { $0 }.count
    guard given <= 1, from == nil || upTo != nil else { throw Problem.invalid(.problemPlayTarget) }
    if let again = form["again"], !["0", "1"].contains(again) { throw Problem.invalid(.problemForm) }
    if let episode { return .episode(episode) }
    if let season { return .season(season) }
    if let upTo { return from.map { .range(from: $0, upTo: upTo) } ?? .upTo(upTo) }
    return form["all"] == nil ? .film : .all
  }

  /// The rating that comes with it, from 0 to 100; nil for none.
  static func rating(_ form: Form) throws -> Int? {
    guard case .to(let rating) = try EntryForm.rating(form) else { return nil }
    return rating
  }

  /// The form's own mark against a second POST.
  static func once(_ form: Form) throws -> String? {
    guard let once = form["once"], !once.isEmpty else { return nil }
    guard once.unicodeScalars.count <= 64 else { throw Problem.invalid(.problemForm) }
    return once
  }
}

/// Reads a page's data for its person.
enum Reading {
  static func title(
    _ frame: Frame, user: User, id: Int, _ asked: TitleStore.Asked
  ) async throws -> TitleStore.Page? {
    let (today, now) = (frame.dates.today, frame.visitor.now)
    let page = try await frame.app.database.read {
      try TitleStore.page($0, user: user, id: id, asked, today: today, now: now)
    }
    // Without a token nobody would be asked, and a page must not cost a look at the queue.
    if let page, page.hasSource(frame.app.config), page.details.isStale(now: now) {
      frame.app.fetchBell.want(page.title)
    }
    return page
  }
}

extension TitleStore.Asked {
  /// Reads it from the address of a page.
  init(season: Int?, _ query: Form, done: Int? = nil) {
    self.init(
      season: season, page: max(1, min(query["page"].flatMap { Int(digits: $0) } ?? 1, 1_000)),
      isUnseenOnly: query["unseen"] == "1", episode: query["episode"].flatMap { Int(digits: $0) },
      done: done ?? query["done"].flatMap { Int(digits: $0) })
  }
}

extension URLs {
  /// The address of a title's page as it stands.
  static func title(_ page: TitleStore.Page) -> String {
    let asked = page.asked
    var path = asked.season.map { season(page.title.id, $0) } ?? title(page.title.id, name: page.title.name)
    if asked.page > 1 { path = adding("page", String(asked.page), to: path) }
    if asked.isUnseenOnly { path = adding("unseen", "1", to: path) }
    if let episode = asked.episode { path = adding("episode", String(episode), to: path) }
    return path
  }
}
