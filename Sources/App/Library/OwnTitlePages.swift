import HTML
import HTTPTypes
import Hummingbird
import SQL
import Web

/// "Add it yourself": a title that only its maker sees, like any other in their record.
struct OwnTitlePages: Sendable {
  let app: App

  /// How many seasons and episodes a title of one's own may have.
  static let seasonsLimit = 100
  static let episodesLimit = 2_000

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/titles/new", use: new)
    router.post("/titles", use: create)
  }

  @Sendable func new(_ request: Request, _ context: SignedIn) async throws -> Response {
    let text = String((try request.query()["q"] ?? "").prefix(200))
    return page(context, Typed(name: text, year: "", kind: "movie", seasons: ""), FieldErrors())
  }

  /// The form as it was typed.
  struct Typed: Sendable {
    var name: String
    var year: String
    var kind: String
    var seasons: String
  }

  @Sendable func create(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(["name", "year", "kind", "seasons"])
    let typed = Typed(
      name: form["name"] ?? "", year: form["year"] ?? "", kind: form["kind"] ?? "movie", seasons: form["seasons"] ?? "")
    var errors = FieldErrors()
    let title = read(typed, context.visitor, &errors)
    guard errors.isEmpty else { return page(context, typed, errors, status: .unprocessableContent) }
    let (user, now) = (context.user, context.visitor.now)
    let id = try await app.database.write { try OwnTitleStore.add($0, user: user, title, now: now) }
    return Response(status: .seeOther, headers: [.location: URLs.title(id, name: title.name)])
  }

  private func read(_ typed: Typed, _ visitor: Visitor, _ errors: inout FieldErrors) -> NewTitle {
    let t = visitor.texts
    let name = typed.name.trimmed
    if name.isEmpty || name.unicodeScalars.count > 200 { errors.add("name", t(.ownNameError)) }
    var title = NewTitle(kind: TitleKind(rawValue: typed.kind) ?? .movie, name: name)
    if TitleKind(rawValue: typed.kind) == nil { errors.add("kind", t(.problemForm)) }
    if !typed.year.trimmed.isEmpty {
      title.year = Int(digits: typed.year.trimmed).flatMap { (1880...2100).contains($0) ? $0 : nil }
      if title.year == nil { errors.add("year", t(.ownYearError)) }
    }
    if title.kind == .show {
      let counts = typed.seasons.split(whereSeparator: { $0 == "," || $0 == " " }).map { Int(digits: $0) ?? 0 }
      if counts.isEmpty || counts.count > Self.seasonsLimit
        || counts.contains(where: { $0 < 1 || $0 > Self.episodesLimit })
        || counts.reduce(0, +) > Self.episodesLimit
      {
        errors.add(
          "seasons",
          t(.ownSeasonsError, ["seasons": String(Self.seasonsLimit), "episodes": t.number(Self.episodesLimit)]))
      } else {
        title.seasons = counts.enumerated().map { NewSeason(number: $0.offset + 1, episodes: $0.element, year: nil) }
        // What one adds oneself is there to be watched: nobody else will say when it aired.
        title.hasEnded = true
      }
    }
    return title
  }

  private func page(
    _ context: SignedIn, _ typed: Typed, _ errors: FieldErrors, status: HTTPResponse.Status = .ok
  ) -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let t = frame.t
    let kinds: HTML = """
      <fieldset class="field"><legend>\(t(.filterKind))</legend>\(TitleKind.allCases.map { kind in
        """
        <label class="check"><input type="radio" name="kind" value="\(kind.rawValue)"\
        \(kind.rawValue == typed.kind ? " checked" as HTML : HTML())> \
        \(Views.kind(kind, t))</label>
        """ as HTML
      })</fieldset>
      """
    let main: HTML = """
      <h1>\(t(.addYourself))</h1><p>\(t(.ownLead))</p>\(Views.errors(errors, t))
      <form class="stack" method="post" action="/titles" data-plain>
      \(Views.field("name", label: t(.ownName), error: errors["name"]) {
        "<input \($0) value=\"\(typed.name)\" maxlength=\"200\" required>"
      })
      \(kinds)
      \(Views.field("year", label: t(.ownYear), error: errors["year"]) {
        "<input \($0) value=\"\(typed.year)\" inputmode=\"numeric\" maxlength=\"4\">"
      })
      \(Views.field("seasons", label: t(.ownSeasons), hint: t(.ownSeasonsHint), error: errors["seasons"]) {
        "<input \($0) value=\"\(typed.seasons)\" maxlength=\"400\">"
      })
      <button class="btn pri">\(t(.ownCreate))</button></form>
      """
    return frame.page(title: t(.addYourself), kind: .narrow, main: main, status: status)
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
