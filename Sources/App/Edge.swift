import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import SQL
import Web

/// The outermost layer: works out who asks, lets only our own pages change things, turns every error into a page of
/// the site, and gives every answer its headers, its line in the log and its place in the metrics.
struct Edge: RouterMiddleware {
  typealias Context = Visit

  let app: App
  let pages: ErrorPages
  /// Method and pattern of every route, to tell a wrong method from a wrong path.
  let routes: RouteTable

  func handle(
    _ request: Request, context: Visit, next: (Request, Visit) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    let isAsset = request.uri.path.hasPrefix("/assets/")
    if isAsset, let response = app.assets.response(path: request.uri.path) {
      return finished(response, request)
    }
    app.meters.active(1)
    defer { app.meters.active(-1) }
    var context = context
    context.visitor = app.visitor(of: request, socket: context.socketAddress)
    var response: Response
    do {
      guard request.head.path?.utf8.count ?? 0 <= App.maximumTargetBytes else {
        throw Problem(.uriTooLong, .problemBadRequest)
      }
      guard app.origin.allows(request.head) else {
        throw Problem(.forbidden, .problemCrossSite, log: "a request from another site was refused")
      }
      let session = try await app.session(of: request, now: try context.current().now)
      context.visitor?.session = session
      if let user = context.visitor?.user {
        context.visitor?.texts = app.texts(user.language)
        try Phone.check(request.headers[SecurityHeaders.user], is: user)
      }
      response = try await next(request, context)
    } catch let error as HTTPParserError {
      // The request itself broke off: there is nobody to answer, and the channel closes the connection.
      throw error
    } catch is CancellationError where Task.isCancelled {
      // Who asked has gone away. Nobody reads this, but the work is over and the log says how long it took.
      response = Response(status: .init(code: Self.goneStatus, reasonPhrase: "Client Closed Request"))
    } catch {
      response = pages.response(to: known(error, request), context: context)
    }
    record(request, context, response, ContinuousClock.now - start)
    return finished(response, request)
  }

  /// What the log and the metrics show for a request whose sender went away; nginx's number for it.
  private static let goneStatus = 499

  /// The error, or 405 for a path that is there under another method.
  private func known(_ error: any Error, _ request: Request) -> any Error {
    guard let error = error as? HTTPError, error.status == .notFound else { return error }
    let allowed = routes.methods(for: request.uri.path)
    guard !allowed.isEmpty, !allowed.contains(request.method.rawValue) else { return Problem.notFound }
    return Problem(
      .methodNotAllowed, .problemMethod, headers: [.allow: allowed.sorted().joined(separator: ", ")])
  }

  private func finished(_ response: Response, _ request: Request) -> Response {
    var response = response
    for (name, value) in SecurityHeaders.all { response.headers[name] = value }
    if app.config.isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    if request.method != .get, request.method != .head {
      response.headers[SecurityHeaders.vary] = "Sec-Fetch-Site, Origin"
    }
    return response
  }

  private func record(_ request: Request, _ context: Visit, _ response: Response, _ duration: Duration) {
    let route = context.endpointPath ?? "none"
    app.meters.request(route: route, method: request.method.rawValue, status: response.status.code, duration: duration)
    guard app.logger.logLevel <= .info else { return }
    context.logger.info(
      "request",
      metadata: [
        "method": .string(request.method.rawValue), "route": .string(route),
        "status": .stringConvertible(response.status.code),
        "ms": .string(String(Double(duration / .microseconds(1)).rounded() / 1_000)),
        "client": .string(context.visitor?.address ?? ""),
        "user": .string(context.visitor?.user.map { String($0.id) } ?? "-"),
      ])
  }
}

/// The headers that every answer carries (TRUST S18 and S19).
enum SecurityHeaders {
  /// Names and values.
  static let all: [(HTTPField.Name, String)] = [
    (
      name("Content-Security-Policy"),
      """
      default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
      connect-src 'self'; form-action 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
      object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types flixlist
      """
    ),
    (name("X-Content-Type-Options"), "nosniff"),
    (name("Referrer-Policy"), "same-origin"),
    (name("Cross-Origin-Opener-Policy"), "same-origin"),
    (name("Cross-Origin-Resource-Policy"), "same-origin"),
    (
      name("Permissions-Policy"),
      "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
    ),
  ]

  static let vary = name("Vary")
  /// Sent by `app.js`: who was logged in when the page was made.
  static let user = name("X-User")
  /// Sent by `app.js` to get the changed piece only, and by us to say that this is one.
  static let fragment = name("X-Fragment")
  /// Where `app.js` goes instead of swapping.
  static let location = name("X-Location")
  static let clearSiteData = name("Clear-Site-Data")
  static let forwardedFor = name("X-Forwarded-For")
  static let disposition = name("Content-Disposition")

  // Every name is a literal above and is a token by RFC 9110.
  private static func name(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .server }
}

/// Method and pattern of every route.
struct RouteTable: Sendable {
  private let routes: [(method: String, parts: [String])]

  init(_ routes: [(method: String, path: String)]) {
    self.routes = routes.map { ($0.method, $0.path.split(separator: "/").map(String.init)) }
  }

  /// The methods under which a path is there.
  func methods(for path: String) -> Set<String> {
    let parts = path.split(separator: "/").map(String.init)
    let matching = routes.filter { route in
      route.parts.count == parts.count
        && zip(route.parts, parts).allSatisfy { $0.hasPrefix("{") || $0.hasPrefix(":") || $0 == $1 }
    }
    return Set(matching.map(\.method))
  }
}
