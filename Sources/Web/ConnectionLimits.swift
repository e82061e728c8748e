import HTTPTypes
import NIOCore
import NIOHTTP1

/// A time that ran out while a request was read.
enum MissedDeadline {
  /// The request head is not complete; `begun` tells whether any of it came.
  case head(begun: Bool)
  /// The request body is not complete.
  case body
}

/// Watches the bytes of one connection: how long heads, bodies and writes take, and how it is closed.
///
/// It stands before the decoder. What the bytes meant it hears from the `ExchangeGuard` behind the decoder, before
/// `fireChannelRead` returns; so a request that comes whole in one read never starts a timer.
final class ConnectionLimits: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  private struct Wait: Equatable {
    var isForBody: Bool
    var request: Int
  }

  private let configuration: CompressedChannel.Configuration
  private var context: ChannelHandlerContext?
  private var requests = 0
  private var parts = 0
  private var isInBody = false
  private var headBegun = false
  private var isDiscarding = false
  private var wait: Wait?
  private var deadline: Scheduled<Void>?
  private var stall: Scheduled<Void>?
  private var linger: Scheduled<Void>?

  init(configuration: CompressedChannel.Configuration) {
    self.configuration = configuration
  }

  // MARK: What the bytes were

  /// A request head was read.
  func headWasRead() {
    requests += 1
    parts += 1
    isInBody = true
  }

  /// Some of a request body was read.
  func bodyWasRead() {
    parts += 1
  }

  /// The end of a request was read.
  func endWasRead() {
    parts += 1
    isInBody = false
  }

  // MARK: The end of a connection

  /// Ignores all that comes from now on.
  func stopReading() {
    isDiscarding = true
    setWait(nil)
  }

  /// Sends a last answer, if there is one to give, and closes the connection.
  func close(answering status: HTTPResponseStatus?) {
    guard let context, linger == nil else { return }
    stopReading()
    if let status {
      context.writeAndFlush(wrapOutboundOut(.byteBuffer(refusal(status))), promise: nil)
    } else {
      context.flush()
    }
    // Closing a socket with unread bytes resets it, and the client may lose the answer: say that nothing more comes,
    // and read on for a moment.
    context.close(mode: .output, promise: nil)
    linger = schedule(.seconds(1)) { $0.close(promise: nil) }
  }

  private func refusal(_ status: HTTPResponseStatus) -> ByteBuffer {
    var text = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\nConnection: close\r\nContent-Length: 0\r\n"
    for field in configuration.refusalHeaders {
      text += "\(field.name.rawName): \(field.value)\r\n"
    }
    return ByteBuffer(string: text + "\r\n")
  }

  // MARK: Channel events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive {
      setWait(Wait(isForBody: false, request: 0))
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    setWait(nil)
    stall?.cancel()
    linger?.cancel()
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    setWait(Wait(isForBody: false, request: 0))
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDiscarding else { return }
    let partsBefore = parts
    context.fireChannelRead(data)
    guard !isDiscarding else { return }
    if isInBody {
      setWait(Wait(isForBody: true, request: requests))
    } else if parts == partsBefore {
      headBegun = true
      setWait(Wait(isForBody: false, request: requests))
    } else {
      headBegun = false
      setWait(nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if linger != nil, case ChannelEvent.inputClosed = event {
      context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stall?.cancel()
    stall = nil
    if !context.channel.isWritable {
      watchWrites(context, waiting: waitingBytes(context))
    }
    context.fireChannelWritabilityChanged()
  }

  // MARK: Timers

  private func setWait(_ new: Wait?) {
    guard new != wait else { return }
    wait = new
    deadline?.cancel()
    guard let new else {
      deadline = nil
      return
    }
    deadline = schedule(new.isForBody ? configuration.bodyTimeout : configuration.headTimeout) { context in
      let missed: MissedDeadline = new.isForBody ? .body : .head(begun: self.headBegun)
      context.fireUserInboundEventTriggered(missed)
    }
  }

  private func watchWrites(_ context: ChannelHandlerContext, waiting: Int) {
    stall = schedule(configuration.writeTimeout) { context in
      let stillWaiting = self.waitingBytes(context)
      if stillWaiting < waiting {
        self.watchWrites(context, waiting: stillWaiting)
      } else {
        context.close(promise: nil)
      }
    }
  }

  /// The bytes of answers that the socket has not taken yet.
  private func waitingBytes(_ context: ChannelHandlerContext) -> Int {
    // A channel without this option shows no progress, and is then held to the time alone.
    (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  private func schedule(_ time: Duration, _ body: @escaping (ChannelHandlerContext) -> Void) -> Scheduled<Void>? {
    guard let context else { return nil }
    return context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { body(context) }
  }
}

/// Counts requests and answers, and ends the connection in good order when a request cannot be read.
///
/// It stands between the compressor and the application. An answer that belongs to no request is dropped here: the
/// compressor would crash on it.
final class ExchangeGuard: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State: Equatable {
    case open
    /// No more requests; the answers to earlier ones are awaited, then this one is given.
    case refusing(HTTPResponseStatus?)
    case closed
  }

  private let limits: ConnectionLimits
  private let maximumURILength: Int
  private var state = State.open
  /// Requests whose heads came in and whose answers have not ended.
  private var due = 0
  /// Whether one of them changes something.
  private var isChanging = false
  private var isReading = false
  private var isAnswering = false
  private let departure: Departure

  init(limits: ConnectionLimits, departure: Departure, maximumURILength: Int) {
    self.limits = limits
    self.departure = departure
    self.maximumURILength = maximumURILength
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard state == .open else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      guard head.uri.utf8.count <= maximumURILength else {
        refuse(context, .uriTooLong)
        return
      }
      isChanging = (isChanging && due > 0) || ![.GET, .HEAD].contains(head.method)
      due += 1
      isReading = true
      limits.headWasRead()
    case .body:
      limits.bodyWasRead()
    case .end:
      isReading = false
      limits.endWasRead()
    }
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave(context)
    context.fireChannelInactive()
  }

  /// Nobody may be there any more for what is being answered.
  private func leave(_ context: ChannelHandlerContext) {
    guard due > 0, !isChanging else { return }
    let departure = departure
    context.eventLoop.scheduleTask(in: TimeAmount(departure.grace)) { departure.leave() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case HTTPParserError.headerOverflow: refuse(context, .requestHeaderFieldsTooLarge)
    case is HTTPParserError: refuse(context, .badRequest)
    default: context.fireErrorCaught(error)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    // A connection on which nothing was asked gets no answer.
    case MissedDeadline.head(let begun): refuse(context, begun ? .requestTimeout : nil)
    case MissedDeadline.body: refuse(context, .requestTimeout)
    case ChannelEvent.inputClosed:
      leave(context)
      context.fireUserInboundEventTriggered(event)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard state != .closed, due > 0 else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(let head) where (100..<200).contains(head.status.code):
      // The compressor would take it for the answer; a client does without.
      promise?.succeed(())
    case .head:
      isAnswering = true
      context.write(data, promise: promise)
    case .body:
      context.write(data, promise: promise)
    case .end:
      isAnswering = false
      due -= 1
      context.write(data, promise: promise)
      settle(context)
    }
  }

  private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus?) {
    guard state == .open else { return }
    state = .refusing(status)
    limits.stopReading()
    settle(context)
  }

  private func settle(_ context: ChannelHandlerContext) {
    guard case .refusing(let status) = state else { return }
    // Answers come in order: if one is due for the request that broke off, it is the last.
    let isAwaited = isReading && due > 0
    guard due == (isAwaited ? 1 : 0) else { return }
    state = .closed
    let isAnswered = isAnswering || (isReading && due == 0)
    limits.close(answering: isAnswered ? nil : status)
    if isAwaited {
      // The application waits for a body that will not come.
      context.fireErrorCaught(HTTPParserError.invalidEOFState)
    }
  }
}
