import HTML
import HTTPTypes
import Hummingbird
import NIOCore
import SQL

/// Health, about, the list of keys, and the posters of the landing page: what needs no record.
struct HealthPages: Sendable {
  let app: App

  func addRoutes(to router: Router<Visit>) {
    router.get("/healthz", use: { _, _ in Self.text("ok\n") })
    router.get("/readyz", use: ready)
    router.get("/about", use: about)
    router.get("/posters/wall/{file}", use: wall)
    router.get("/robots.txt", use: { _, _ in Self.text("User-agent: *\nDisallow: /\n") })
    router.get("/assets/{file}", use: { _, _ -> Response in throw Problem.notFound })
  }

  func addSignedInRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/help/keys", use: keys)
  }

  @Sendable func ready(_ request: Request, _ context: Visit) async throws -> Response {
    guard try await migrations.state(of: app.database) == .current else {
      throw Problem.unavailable(log: "the schema is not current")
    }
    return Self.text("ready\n")
  }

  @Sendable func wall(_ request: Request, _ context: Visit) async throws -> Response {
    guard let file = context.parameters.get("file"), file.hasSuffix(".svg"), let place = Int(digits: file.dropLast(4)),
      let svg = LandingViews.poster(place)
    else { throw Problem.notFound }
    return TitlePages.drawn(svg)
  }

  @Sendable func about(_ request: Request, _ context: Visit) async throws -> Response {
    let frame = Frame(app: app, visitor: try context.current())
    let t = frame.t
    let counts = try await app.database.read { try CatalogueStore.counts($0) }
    let known = [
      "films": t.number(counts.movies), "shows": t.number(counts.shows), "episodes": t.number(counts.episodes),
    ]
    let main: HTML = """
      <h1>\(t(.aboutHead))</h1><p>\(t(.aboutText))</p><h2>\(t(.aboutCatalogueHead))</h2>
      <p>\(t(.aboutCatalogue, known))</p><p>\(t(.aboutTMDB)) <a rel="noreferrer" \
      href="https://www.themoviedb.org/">themoviedb.org</a></p><p>\(t(.aboutJustWatch))</p><p>\(t(.aboutIMDb))</p>
      <h2>\(t(.aboutPrivacyHead))</h2><p>\(t(.aboutPrivacy))</p>
      """
    return frame.page(title: t(.navAbout), kind: .narrow, main: main)
  }

  @Sendable func keys(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    let t = frame.t
    let keys: [(String, Key)] = [
      ("/", .keySearch), ("↓ ↑", .keyChoose), ("j", .keyNext), ("k", .keyPrevious), ("w", .keyWatched),
      ("e", .keyEdit), ("1 … 9, 0", .keyRate), ("x", .keySelect), ("u", .keyUndo), ("Esc", .keyEscape),
      ("g h", .keyHome), ("g l", .keyLibrary), ("g c", .keyCalendar), ("g s", .keyStatistics), ("g y", .navHistory),
      ("?", .keyHelp),
    ]
    let main: HTML = """
      <h1>\(t(.navKeys))</h1><p>\(t(.keysLead))</p><table class="data"><thead><tr><th scope="col">\(t(.keyColumn))</th>
      <th scope="col">\(t(.keyDoes))</th></tr></thead><tbody>\(keys.map { key, does in
        "<tr><td><kbd>\(key)</kbd></td><td>\(t(does))</td></tr>" as HTML
      })</tbody></table><p><a href="/settings">\(t(.keysOff))</a></p>\(SearchViews.commandHelp(t))
      """
    return frame.page(title: t(.navKeys), kind: .narrow, main: main)
  }

  private static func text(_ text: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
