import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SQL
import Synchronization
import Web

/// Taking a record back in.
struct ImportPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/import", use: form)
    router.post("/import", use: create)
    router.get("/import/{id}", use: report)
  }

  @Sendable func form(_ request: Request, _ context: SignedIn) async throws -> Response {
    try await page(context, nil, status: .ok)
  }

  @Sendable func create(_ request: Request, _ context: SignedIn) async throws -> Response {
    guard app.imports.enter() else { throw Problem.unavailable(.importBusy, log: "too many imports at once") }
    defer { app.imports.leave() }
    let upload = try await RecordUpload(request)
    let (user, now, t) = (context.user, context.visitor.now, context.visitor.texts)
    guard let bytes = upload.bytes else { return try await page(context, t(.importNoFile)) }
    do {
      // Read away from the threads that serve pages.
      let record = try await app.database.readLong { _ in try RecordImport.read(bytes, now: now) }
      if upload.isLook {
        return looked(context, try await app.database.readLong { try ImportStore.look($0, user: user.id, record) })
      }
      let report = try await app.database.writeLong { try ImportStore.run($0, user: user, record, now: now) }
      guard let activity = report.activity else { return looked(context, report) }
      app.meters.played(report.plays)
      app.meters.imported(isTaken: true)
      let location = URLs.adding("done", String(activity), to: URLs.imported(activity))
      return Response(status: .seeOther, headers: [.location: location])
    } catch let mistake as ImportMistake {
      app.meters.imported(isTaken: false)
      return try await page(context, mistake.sentence(t))
    } catch let refusal as ImportRefusal {
      return try await page(context, refusal.sentence(t), status: .conflict)
    }
  }

  @Sendable func report(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let user = context.user.id
    let (report, line) = try await app.database.read {
      (
        try ImportStore.report($0, user: user, activity: id), try ActivityStore.line($0, user: user, id: id)
      )
    }
    guard let report, let line else { throw Problem.notFound }
    let frame = Frame(app: app, visitor: context.visitor)
    return frame.page(
      title: frame.t(.importReportHead), kind: .narrow,
      answer: Views.answer(line, back: URLs.imported(id), frame),
      main: ImportViews.report(report, isLook: false, frame))
  }

  private func looked(_ context: SignedIn, _ report: ImportReport) -> Response {
    let frame = Frame(app: app, visitor: context.visitor)
    return frame.page(
      title: frame.t(.importLookHead), kind: .narrow, main: ImportViews.report(report, isLook: true, frame))
  }

  private func page(
    _ context: SignedIn, _ mistake: String?, status: HTTPResponse.Status = .unprocessableContent
  ) async throws -> Response {
    let user = context.user.id
    let isEmpty = try await app.database.read { try ImportStore.isEmpty($0, user: user) }
    let frame = Frame(app: app, visitor: context.visitor)
    var errors = FieldErrors()
    errors.add("file", mistake)
    return frame.page(
      title: frame.t(.importHead), kind: .narrow, main: ImportViews.form(errors, isEmpty: isEmpty, frame),
      status: status)
  }
}

/// A record.json as it was posted.
struct RecordUpload: Sendable {
  /// The file, or nil when none was chosen.
  let bytes: ArraySlice<UInt8>?
  /// Whether the person only wants to see what would be done.
  let isLook: Bool

  /// How much larger than its file a body may be.
  private static let overheadBytes = 64 << 10

  /// Reads the body.
  ///
  /// - Throws: 413 when it is too large, 415 or 400 when it cannot be read, 422 for a field the form does not have.
  init(_ request: Request) async throws {
    guard let type = request.headers[.contentType], type.lowercased().hasPrefix("multipart/form-data") else {
      throw Problem(.unsupportedMediaType, .problemForm)
    }
    let limit = RecordImport.maximumBytes + Self.overheadBytes
    let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
    guard length <= limit else { throw Self.tooLarge }
    var body: [UInt8] = []
    body.reserveCapacity(length)
    for try await buffer in request.body {
      body.append(contentsOf: buffer.readableBytesView)
      if body.count > limit { throw Self.tooLarge }
    }
    let form: Multipart
    do {
      form = try Multipart(bytes: body, contentType: type)
    } catch {
      throw Problem(.badRequest, .problemBadRequest)
    }
    let names = form.parts.map(\.name)
    guard names.allSatisfy({ ["file", "act"].contains($0) }), Set(names).count == names.count,
      ["import", "look"].contains(form["act"] ?? "import")
    else { throw Problem.invalid(.problemForm) }
    isLook = form["act"] == "look"
    // A browser sends an empty file without a name when none was chosen.
    let file = form.file("file")
    bytes = file.flatMap { $0.bytes.isEmpty && $0.fileName == "" ? nil : $0.bytes }
  }

  private static var tooLarge: Problem {
    Problem(.contentTooLarge, .importTooLarge, ["mb": String(RecordImport.maximumBytes >> 20)])
  }
}

/// A record.json on the disk.
enum RecordFile {
  /// Its bytes.
  ///
  /// - Throws: `StartProblem` when it is not there, cannot be read or is too large.
  static func bytes(_ path: String) throws -> ArraySlice<UInt8> {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw StartProblem("\(path) cannot be read.")
    }
    guard data.count <= RecordImport.maximumBytes else {
      throw StartProblem("\(path) is larger than \(RecordImport.maximumBytes >> 20) MB.")
    }
    return [UInt8](data)[...]
  }
}

/// How many imports are under way: each holds a whole file in memory.
final class ImportGate: Sendable {
  /// How many there may be at once.
  static let limit = 2
  private let underway = Mutex(0)

  /// Takes a place; false when there is none.
  func enter() -> Bool {
    underway.withLock { count in
      guard count < Self.limit else { return false }
      count += 1
      return true
    }
  }

  /// Gives it back.
  func leave() { underway.withLock { $0 -= 1 } }
}
