internal import HTTPTypes
public import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension TMDB {
  /// Why the stand-in could not serve.
  public struct NotServing: Error {}

  /// The server, which listens on 127.0.0.1 with HTTP/1.
  ///
  /// - Parameters:
  ///   - port: 0 for any free one.
  ///   - onRunning: is told the port when requests are taken.
  public nonisolated func application(
    port: Int = 0, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
  ) -> some ApplicationProtocol {
    var logger = Logger(label: "stand-in")
    logger.logLevel = .critical
    return Application(
      responder: Responder(tmdb: self), server: .http1(),
      configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: "openresty"),
      onServerRunning: { await onRunning($0.localAddress?.port ?? 0) }, logger: logger)
  }

  /// Serves while the body runs, and ends every connection after it.
  ///
  /// - Parameter body: is given the base URL, `http://127.0.0.1:<port>`.
  public nonisolated func serve<Value: Sendable>(
    port: Int = 0, _ body: @Sendable (String) async throws -> Value
  ) async throws -> Value {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let application = application(port: port) { continuation.yield($0) }
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { continuation.finish() }
        try await application.run()
      }
      var running: Int?
      for await port in ports {
        running = port
        break
      }
      guard let running else {
        try await group.next()
        throw NotServing()
      }
      defer { group.cancelAll() }
      return try await body("http://127.0.0.1:\(running)")
    }
  }
}

/// A request's context that knows its connection.
private struct Context: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }
}

/// Sends what the stand-in decides.
private struct Responder: HTTPResponder {
  /// A connection that ends before its answer does.
  struct Ended: Error {}

  let tmdb: TMDB

  func respond(to request: Request, context: Context) async throws -> Response {
    var query = Query(method: request.method.rawValue, target: request.head.path ?? "/")
    query.host = request.head.authority ?? query.host
    query.ifNoneMatch = request.headers[.ifNoneMatch] ?? ""
    if let field = request.headers[.authorization], field.lowercased().hasPrefix("bearer ") {
      query.bearer = String(field.dropFirst("bearer ".count))
    }
    if request.method == .post {
      query.body = Array(buffer: try await request.body.collect(upTo: 1 << 20))
    }
    let reply = await tmdb.reply(to: query)
    if reply.delay > 0 { try await Task.sleep(for: .seconds(reply.delay)) }
    if reply.manner == .reset {
      await reset(context.channel)
      throw Ended()
    }
    var headers: HTTPFields = [.contentType: reply.contentType]
    for (name, value) in reply.headers {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    let status = HTTPResponse.Status(code: reply.status)
    if request.method == .head {
      headers[.contentLength] = String(reply.body.count)
      return Response(status: status, headers: headers)
    }
    return Response(status: status, headers: headers, body: Self.body(reply))
  }

  /// Closes so that the other side sees a reset, not an end.
  private func reset(_ channel: any Channel) async {
    if let socket = channel as? any SocketOptionProvider {
      try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    }
    try? await channel.close()
  }

  private static func body(_ reply: Reply) -> ResponseBody {
    let whole = ByteBuffer(bytes: reply.body)
    switch reply.manner {
    case .whole, .reset: return ResponseBody(byteBuffer: whole)
    case .drip(let seconds):
      return ResponseBody(contentLength: whole.readableBytes) { writer in
        for byte in reply.body {
          try await writer.write(ByteBuffer(bytes: [byte]))
          try await Task.sleep(for: .seconds(seconds))
        }
        try await writer.finish(nil)
      }
    case .stall(let seconds):
      return ResponseBody(contentLength: whole.readableBytes) { writer in
        try await writer.write(ByteBuffer(bytes: reply.body.prefix(reply.body.count / 2)))
        try await Task.sleep(for: .seconds(seconds))
        throw Ended()
      }
    case .huge(let bytes):
      return ResponseBody { writer in
        let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 << 10)
        try await writer.write(ByteBuffer(string: "{\"overview\":\""))
        for _ in 0..<max(1, bytes / piece.readableBytes) { try await writer.write(piece) }
        try await writer.write(ByteBuffer(string: "\"}"))
        try await writer.finish(nil)
      }
    }
  }
}
