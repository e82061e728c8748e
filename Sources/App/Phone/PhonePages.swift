import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// What makes the site an application on a phone: manifest, service worker, the page without a connection, and the
/// page of what was marked without one.
struct PhonePages: Sendable {
  let app: App

  func addRoutes(to router: Router<Visit>) {
    router.get("/manifest.webmanifest", use: manifest)
    router.get("/sw.js", use: worker)
    router.get("/offline", use: offline)
  }

  func addSignedInRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/unsent", use: unsent)
  }

  @Sendable func manifest(_ request: Request, _ context: Visit) async throws -> Response {
    let manifest = Phone.manifest(try context.current().texts, path: app.assets.path)
    return Self.file(try Phone.json(manifest), type: "application/manifest+json")
  }

  /// The worker, after a line with the addresses of the files that it keeps.
  @Sendable func worker(_ request: Request, _ context: Visit) async throws -> Response {
    let files = try Phone.json(Phone.files.map(app.assets.path))
    return Self.file("const FILES = \(files);\n" + Embedded.text("sw.js"), type: "text/javascript; charset=utf-8")
  }

  /// The page that the worker keeps: nobody's, so its language and theme are asked for in its address.
  @Sendable func offline(_ request: Request, _ context: Visit) async throws -> Response {
    var visitor = try context.current()
    let query = try request.query()
    visitor.session = nil
    if let language = query["language"].flatMap(Language.init(rawValue:)), Language.offered.contains(language) {
      visitor.texts = app.texts(language)
    }
    let theme = query["theme"].flatMap { Phone.themes.contains($0) ? $0 : nil } ?? "system"
    let frame = Frame(app: app, visitor: visitor, theme: theme)
    return frame.page(title: frame.t(.offlineHead), kind: .offline, main: PhoneViews.offline(frame.t))
  }

  @Sendable func unsent(_ request: Request, _ context: SignedIn) async throws -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    return frame.page(title: frame.t(.unsentHead), main: PhoneViews.unsent(frame.t))
  }

  private static func file(_ text: String, type: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
