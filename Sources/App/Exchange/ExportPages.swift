import HTTPTypes
import Hummingbird
import NIOCore
import SQL

/// Download of one's own data.
struct ExportPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/export", use: { _, _ in Response(status: .seeOther, headers: [.location: "/settings/data"]) })
    router.get("/export/record.json", use: record)
    router.get("/export/activities.json", use: activities)
  }

  @Sendable func record(_ request: Request, _ context: SignedIn) async throws -> Response {
    let user = context.user.id
    let record = try await app.database.readLong { try RecordExport.record($0, user: user) }
    return file(
      "record.json",
      ResponseBody { writer in
        for number in 0..<record.pieces { try await writer.write(ByteBuffer(string: record.piece(number))) }
        try await writer.finish(nil)
      })
  }

  @Sendable func activities(_ request: Request, _ context: SignedIn) async throws -> Response {
    let user = context.user.id
    let text = try await app.database.readLong { try RecordExport.activities($0, user: user) }
    return file("activities.json", .init(byteBuffer: ByteBuffer(string: text)))
  }

  private func file(_ name: String, _ body: ResponseBody) -> Response {
    Response(
      status: .ok,
      headers: [
        .contentType: "application/json; charset=utf-8",
        SecurityHeaders.disposition: "attachment; filename=\"\(name)\"",
      ], body: body)
  }
}
