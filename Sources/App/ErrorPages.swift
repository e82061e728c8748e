import HTML
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import SQL
import Web

/// Turns any error into an answer: the one place that does.
struct ErrorPages: Sendable {
  let app: App

  func response(to error: any Error, context: Visit) -> Response {
    if let refused = error as? WhenRefused {
      return WhenForm.response(to: refused, Frame(app: app, visitor: context.visitor ?? app.visitorOfNobody))
    }
    let problem = problem(of: error, context: context)
    if let location = problem.location {
      return Response(status: .seeOther, headers: [.location: location])
    }
    let visitor = context.visitor ?? app.visitorOfNobody
    let frame = Frame(app: app, visitor: visitor)
    let requestID = context.logger[metadataKey: "hb.request.id"].map { "\($0)" } ?? "-"
    let t = visitor.texts
    let back: HTML = visitor.from.map { "<a class=\"btn pri\" href=\"\($0)\">\(t(.goBack))</a> " } ?? HTML()
    let main: HTML = """
      <h1>\(t(Self.heading(problem.status)))</h1>
      <p>\(t(problem.text, n: problem.values["n"].flatMap(Int.init), problem.values))</p>
      <p class="row">\(back)<a class="btn" href="/">\(t(visitor.user == nil ? .toStart : .toHome))</a></p>
      <p class="mute">\(t(.problemNumber, ["status": String(problem.status.code), "id": requestID]))</p>
      """
    var response = frame.page(
      title: t(Self.heading(problem.status)), kind: .narrow, main: main, status: problem.status)
    for field in problem.headers { response.headers[field.name] = field.value }
    return response
  }

  private func problem(of error: any Error, context: Visit) -> Problem {
    switch error {
    case let problem as Problem:
      if let log = problem.log { context.logger.notice("\(log)", metadata: ["status": "\(problem.status.code)"]) }
      return problem
    case let error as Form.Refusal:
      return Problem(error == .badEncoding ? .badRequest : .unprocessableContent, .problemForm)
    case let error as DatabaseError:
      app.meters.databaseFailed()
      context.logger.error("database", metadata: ["error": "\(error)"])
      return problem(of: error)
    case let error as any HTTPResponseError:
      return Problem(error.status, Self.text(error.status))
    case is CancellationError:
      return Problem(.serviceUnavailable, .problemUnavailable, headers: [.retryAfter: "5"])
    default:
      context.logger.error("unexpected", metadata: ["error": "\(error)"])
      return Problem(.internalServerError, .problemInternal)
    }
  }

  private func problem(of error: DatabaseError) -> Problem {
    switch error.kind {
    case .busy, .unavailable: Problem(.serviceUnavailable, .problemBusy, headers: [.retryAfter: "5"])
    case .unsure: Problem(.serviceUnavailable, .problemUnsure, headers: [.retryAfter: "10"])
    case .full: Problem(.serviceUnavailable, .problemDiskFull, headers: [.retryAfter: "60"])
    case .readOnly, .io, .cannotOpen, .corrupt:
      Problem(.serviceUnavailable, .problemStorage, headers: [.retryAfter: "60"])
    case .constraint, .statement: Problem(.internalServerError, .problemInternal)
    }
  }

  private static func text(_ status: HTTPResponse.Status) -> Key {
    switch status.code {
    case 404: .problemNotFound
    case 405: .problemMethod
    case 413: .problemTooLarge
    case 400..<500: .problemBadRequest
    default: .problemInternal
    }
  }

  private static func heading(_ status: HTTPResponse.Status) -> Key {
    switch status.code {
    case 403: .headingForbidden
    case 404: .headingNotFound
    case 405: .headingMethod
    case 409, 412: .headingConflict
    case 413: .headingTooLarge
    case 422: .headingInvalid
    case 429: .headingTooMany
    case 400..<500: .headingBadRequest
    case 503: .headingUnavailable
    default: .headingInternal
    }
  }
}
