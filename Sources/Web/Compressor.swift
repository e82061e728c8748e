internal import NIOCore
internal import NIOHTTP1

/// Packs answers as gzip where the client takes it and there is something to gain.
///
/// The head of an answer waits for the first of its body: what comes in one piece goes out with its packed length, and
/// what comes in several goes out as it is packed, in chunks. Nothing is forced out by a flush: a body that must leave
/// piece by piece, such as events, is not packed at all.
final class Compressor: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// Where the answer that is going out stands.
  private enum State {
    /// It goes out as it comes.
    case plain
    /// It is to be packed, and nothing of it has gone out.
    case held(HTTPResponseHead)
    /// A part of it has gone out.
    case packing(Gzip)
  }

  private let policy: CompressionPolicy
  private var state = State.plain
  /// For each request that has no answer yet, whether its client takes gzip. A refusal of bytes that are no request
  /// answers nothing of these.
  private var isTaken = CircularBuffer<Bool>(initialCapacity: 2)
  /// Who waits for what was taken in and has not gone out.
  private var waiting: EventLoopPromise<Void>?

  init(_ policy: CompressionPolicy) { self.policy = policy }

  func handlerRemoved(context: ChannelHandlerContext) {
    waiting?.fail(ChannelError.ioOnClosedChannel)
    waiting = nil
    if case .packing(let gzip) = state { gzip.giveBack() }
    state = .plain
  }

  // MARK: Requests

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data) else {
      context.fireChannelRead(data)
      return
    }
    // The answer to HEAD has no body, and HTTP/1.0 knows no chunks.
    let takes =
      head.method != .HEAD && head.version == .http1_1
      && Self.takesGzip(head.headers[canonicalForm: "Accept-Encoding"])
    isTaken.append(takes)
    if takes {
      head.headers.replaceOrAdd(name: "Accept-Encoding", value: "gzip")
    } else {
      head.headers.remove(name: "Accept-Encoding")
    }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  /// Whether a list of codings, each with an optional quality, lets an answer be gzip.
  static func takesGzip(_ codings: [Substring]) -> Bool {
    var named: Bool?
    var wildcard = false
    for coding in codings {
      let parts = coding.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
      guard let name = parts.first else { continue }
      let isWelcome = parts.dropFirst().allSatisfy { !$0.hasPrefix("q=") || (Double($0.dropFirst(2)) ?? 0) > 0 }
      switch name {
      case "gzip", "x-gzip": named = (named ?? false) || isWelcome
      case "*": wildcard = isWelcome
      default: break
      }
    }
    return named ?? wildcard
  }

  // MARK: Answers

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch (unwrapOutboundIn(data), state) {
    case (.head(var head), _):
      // An answer of 100 Continue is followed by another.
      guard head.status.code >= 200, policy.isCompressible(head) else {
        if head.status.code >= 200 { _ = isTaken.popFirst() }
        context.write(data, promise: promise)
        return
      }
      policy.addVary(&head.headers)
      if isTaken.popFirst() ?? false {
        state = .held(head)
        wait(promise)
      } else {
        context.write(wrapOutboundOut(.head(head)), promise: promise)
      }
    case (.body(.byteBuffer(let bytes)), .held(let head)): begin(context, head, bytes, promise)
    case (.body(.byteBuffer(let bytes)), .packing(let gzip)):
      var output = context.channel.allocator.buffer(capacity: 0)
      gzip.pack(bytes, into: &output)
      if output.readableBytes > 0 { send(context, .body(.byteBuffer(output)), promise) } else { wait(promise) }
    case (.end, .packing(let gzip)):
      var output = context.channel.allocator.buffer(capacity: 0)
      gzip.finish(ByteBuffer(), into: &output)
      gzip.giveBack()
      state = .plain
      context.write(wrapOutboundOut(.body(.byteBuffer(output))), promise: nil)
      send(context, unwrapOutboundIn(data), promise)
    case (_, .held(let head)):
      // Nothing came that could be packed.
      state = .plain
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      send(context, unwrapOutboundIn(data), promise)
    default: context.write(data, promise: promise)
    }
  }

  private func begin(
    _ context: ChannelHandlerContext, _ head: HTTPResponseHead, _ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?
  ) {
    var head = head
    guard let gzip = Gzip.take() else {
      state = .plain
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      send(context, .body(.byteBuffer(bytes)), promise)
      return
    }
    head.headers.replaceOrAdd(name: "Content-Encoding", value: "gzip")
    if let tag = head.headers.first(name: "ETag"), !tag.hasPrefix("W/") {
      head.headers.replaceOrAdd(name: "ETag", value: "W/" + tag)
    }
    let isWhole = head.headers.first(name: "Content-Length") == String(bytes.readableBytes)
    var output = context.channel.allocator.buffer(capacity: 0)
    if isWhole {
      gzip.finish(bytes, into: &output)
      gzip.giveBack()
      state = .plain
      head.headers.replaceOrAdd(name: "Content-Length", value: String(output.readableBytes))
    } else {
      gzip.pack(bytes, into: &output)
      state = .packing(gzip)
      head.headers.remove(name: "Content-Length")
    }
    let first = HTTPServerResponsePart.head(head)
    guard output.readableBytes > 0 else { return send(context, first, promise) }
    context.write(wrapOutboundOut(first), promise: nil)
    send(context, .body(.byteBuffer(output)), promise)
  }

  /// Keeps a promise for what goes out next.
  private func wait(_ promise: EventLoopPromise<Void>?) {
    guard let promise else { return }
    if let waiting { waiting.futureResult.cascade(to: promise) } else { waiting = promise }
  }

  /// Writes a part, for all who wait.
  private func send(
    _ context: ChannelHandlerContext, _ part: HTTPServerResponsePart, _ promise: EventLoopPromise<Void>?
  ) {
    wait(promise)
    context.write(wrapOutboundOut(part), promise: waiting)
    waiting = nil
  }
}

/// Which answers are compressed.
struct CompressionPolicy {
  /// Answers of a known length up to this many bytes are not.
  let uncompressedLength: Int

  /// Whether there is something to gain for a client that takes it.
  func isCompressible(_ head: HTTPResponseHead) -> Bool {
    let headers = head.headers
    guard head.status != .partialContent, !headers.contains(name: "Content-Encoding"),
      !headers.contains(name: "Content-Range"), let type = headers.first(name: "Content-Type"),
      !headers[canonicalForm: "Cache-Control"].contains("no-transform")
    else { return false }
    if let length = headers.first(name: "Content-Length").flatMap({ Int($0) }), length <= uncompressedLength {
      return false
    }
    let media = type.prefix { $0 != ";" && $0 != " " }.lowercased()
    switch media {
    // Events must leave at once, one by one.
    case "text/event-stream": return false
    case "application/json", "image/svg+xml": return true
    default: return media.hasPrefix("text/")
    }
  }

  /// Says that a client which takes other codings gets other bytes.
  func addVary(_ headers: inout HTTPHeaders) {
    let names = headers[canonicalForm: "Vary"]
    guard !names.contains(where: { $0 == "*" || $0.lowercased() == "accept-encoding" }) else { return }
    headers.replaceOrAdd(name: "Vary", value: (names.map(String.init) + ["Accept-Encoding"]).joined(separator: ", "))
  }
}
