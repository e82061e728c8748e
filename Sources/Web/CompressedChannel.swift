public import HTTPTypes
public import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// An HTTP/1 child channel that compresses answers and bounds what one connection may send and how long it may take.
///
/// ```swift
/// let app = Application(
///   router: router,
///   server: .compressed(configuration: .init(refusalHeaders: SecurityHeaders.fields)),
///   configuration: .init(address: .hostname(host, port: port))
/// )
/// ```
///
/// - Text, JSON and SVG over 1 KB go out as gzip of level 1 when the client takes it, streamed bodies too. `Vary:
///   Accept-Encoding` is added here to every answer that could be compressed, and a strong `ETag` becomes weak when it
///   is. The request that the application sees has an `Accept-Encoding` of `gzip` or none.
/// - The task that answers a GET is cancelled a moment after its client went away. What changes something goes on to
///   its end: who ticks and turns the page means the tick.
/// - A request head that is late or too big, a URI that is too long, and a body that is late are answered with
///   408, 414, 431 or 400 and the connection is closed. Such answers never reach a middleware, so the headers that
///   every answer must have are given as `Configuration.refusalHeaders`.
public struct CompressedChannel: ServerChildChannel, HTTPChannelHandler {
  /// What one connection is allowed, and what is compressed.
  public struct Configuration: Sendable {
    /// How long a connection may wait between requests.
    public var idleTimeout: Duration
    /// How long a request head may take, from its first bytes (or the opening of the connection) to its last.
    public var headTimeout: Duration
    /// How long a request body may take, from its head to its last byte.
    public var bodyTimeout: Duration
    /// How long a client may take nothing of an answer that waits to be sent.
    public var writeTimeout: Duration
    /// How long the work for a GET goes on after its client has gone away, or has said that it sends no more.
    public var departureGrace: Duration
    /// The longest request target, in bytes.
    public var maximumURILength: Int
    /// The most header fields in one request, trailers included.
    public var maximumHeaderFields: Int
    /// The most bytes of request target, field names and field values together.
    public var maximumHeaderBytes: Int
    /// Whether answers are compressed at all.
    public var compression: Bool
    /// Answers of a known length up to this many bytes are not compressed.
    public var uncompressedLength: Int
    /// Header fields of the answers that the channel gives itself (400, 408, 414, 431).
    public var refusalHeaders: HTTPFields

    /// Makes a configuration; the defaults are meant for a server on the open internet.
    public init(
      idleTimeout: Duration = .seconds(60),
      headTimeout: Duration = .seconds(10),
      bodyTimeout: Duration = .seconds(30),
      writeTimeout: Duration = .seconds(10),
      departureGrace: Duration = .seconds(5),
      maximumURILength: Int = 8 * 1024,
      maximumHeaderFields: Int = 100,
      maximumHeaderBytes: Int = 32 * 1024,
      compression: Bool = true,
      uncompressedLength: Int = 1024,
      refusalHeaders: HTTPFields = [:]
    ) {
      self.idleTimeout = idleTimeout
      self.headTimeout = headTimeout
      self.bodyTimeout = bodyTimeout
      self.writeTimeout = writeTimeout
      self.departureGrace = departureGrace
      self.maximumURILength = maximumURILength
      self.maximumHeaderFields = maximumHeaderFields
      self.maximumHeaderBytes = maximumHeaderBytes
      self.compression = compression
      self.uncompressedLength = uncompressedLength
      self.refusalHeaders = refusalHeaders
    }
  }

  /// One connection, as requests come in and responses go out.
  public struct Value: ServerChildChannelValue {
    let requests: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    let departure: Departure

    /// The channel itself.
    public var channel: any Channel { requests.channel }
  }

  /// The function that answers a request.
  public let responder: HTTPChannelHandler.Responder
  /// What one connection is allowed.
  public let configuration: Configuration

  /// Makes the child channel; `HTTPServerBuilder.compressed(configuration:)` is the shorter way.
  public init(responder: @escaping HTTPChannelHandler.Responder, configuration: Configuration = .init()) {
    self.responder = responder
    self.configuration = configuration
  }

  /// Builds the pipeline of a new connection.
  public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      let limits = ConnectionLimits(configuration: configuration)
      try pipeline.addHandler(limits)
      var decoderLimits = NIOHTTPDecoderLimitConfiguration()
      decoderLimits.maxHeaderFieldSize = configuration.maximumHeaderBytes
      decoderLimits.maxHeaderListSize = configuration.maximumHeaderBytes
      decoderLimits.maxHeaderFieldCount = configuration.maximumHeaderFields
      try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: false,
        withErrorHandling: false,
        withOutboundHeaderValidation: false,
        withEncoderConfiguration: .init(),
        withDecoderLimitConfiguration: decoderLimits
      )
      if configuration.compression {
        let policy = CompressionPolicy(uncompressedLength: configuration.uncompressedLength)
        try pipeline.addHandler(Compressor(policy))
      }
      let departure = Departure(grace: configuration.departureGrace)
      try pipeline.addHandler(
        ExchangeGuard(limits: limits, departure: departure, maximumURILength: configuration.maximumURILength)
      )
      try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
      try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: configuration.idleTimeout, logger: logger))
      let requests = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
        wrappingChannelSynchronously: channel,
        configuration: .init(isOutboundHalfClosureEnabled: true)
      )
      return Value(requests: requests, departure: departure)
    }
  }

  /// Answers the requests of one connection until it closes.
  public func handle(value: Value, logger: Logger) async {
    let requests = value.requests
    let answering = Task { await handleHTTP(asyncChannel: requests, logger: logger) }
    value.departure.ends(answering)
    await withTaskCancellationHandler {
      await answering.value
    } onCancel: {
      answering.cancel()
    }
  }
}

extension HTTPServerBuilder {
  /// A server of HTTP/1 with compression and limits: `Application(router: router, server: .compressed())`.
  public static func compressed(configuration: CompressedChannel.Configuration = .init()) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      CompressedChannel(responder: responder, configuration: configuration)
    }
  }
}
