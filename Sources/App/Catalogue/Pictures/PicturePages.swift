import Formats
import HTTPTypes
import Hummingbird
import NIOCore
import SQL

/// Pictures of the catalogue, from our own disk: a page never makes a browser ask anybody else.
struct PicturePages: Sendable {
  let app: App
  let pictures: Pictures

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/pictures/{kind}/{size}/{file}", use: picture)
  }

  @Sendable func picture(_ request: Request, _ context: SignedIn) async throws -> Response {
    guard let kind = context.parameters.get("kind"), let size = context.parameters.get("size"),
      let file = context.parameters.get("file"), let picture = Picture(kind: kind, size: size, file: file)
    else { throw Problem.notFound }
    let user = context.user.id
    let read: @Sendable (Connection) throws -> PictureStore.Owner? = {
      try PictureStore.owner($0, user: user, kind: picture.kind, path: picture.path)
    }
    guard let owner = try await app.database.read(read) else { throw Problem.notFound }
    let known = (request.headers[.ifNoneMatch] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    // Only what was once the picture itself carries the tag; the drawn one has none.
    if known.contains(where: { $0 == picture.tag || $0 == "W/" + picture.tag }) {
      return Response(status: .notModified, headers: Self.headers(picture))
    }
    guard let found = try await pictures.find(picture) else {
      return Self.drawn(PictureDrawing.svg(picture.kind, name: owner.name, year: owner.year))
    }
    var headers = Self.headers(picture)
    headers[.contentType] = found.format.mediaType
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: found.bytes)))
  }

  private static func headers(_ picture: Picture) -> HTTPFields {
    [.cacheControl: "private, max-age=31536000, immutable", .eTag: picture.tag]
  }

  /// Not kept by the browser: the picture itself may be there the next time.
  private static func drawn(_ svg: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: "image/svg+xml", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(string: svg)))
  }
}
