import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPCompression
import Testing

@testable import Web

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whether deadlines are tried too: a busy machine misses them, so `make test` leaves them to `make trials`.
private let isTrial = ProcessInfo.processInfo.environment["FLIXLIST_TRIALS"] != nil

private let page = String(repeating: "<p>The same words, and again.</p>\n", count: 200)

private func buffer(_ text: String) -> ResponseBody {
  ResponseBody(byteBuffer: ByteBuffer(string: text))
}

extension CompressedChannel.Configuration {
  /// For tests of something else than time: on a busy machine a client may be slow to ask.
  fileprivate static var patient: Self {
    let long = Duration.seconds(600)
    return Self(
      idleTimeout: long, headTimeout: long, bodyTimeout: long, writeTimeout: long, departureGrace: long)
  }
}

/// A small site with an answer of every sort, on the channel under test.
private func site(_ configuration: CompressedChannel.Configuration = .patient) -> some ApplicationProtocol {
  let router = Router()
  router.get("page") { _, _ in
    Response(
      status: .ok, headers: [.contentType: "text/html; charset=utf-8", .vary: "Cookie", .eTag: "\"1\""],
      body: buffer(page))
  }
  router.head("page") { _, _ in
    Response(
      status: .ok, headers: [.contentType: "text/html", .contentLength: "\(page.utf8.count)"],
      body: ResponseBody())
  }
  router.get("streamed") { _, _ in
    // The length is known and the head leaves before the body does.
    let body = ResponseBody(contentLength: page.utf8.count) { writer in
      for chunk in page.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        try await writer.write(ByteBuffer(string: chunk + "\n"))
      }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
  }
  router.get("small") { _, _ in
    Response(status: .ok, headers: [.contentType: "text/plain"], body: buffer("small"))
  }
  router.get("image") { _, _ in
    Response(status: .ok, headers: [.contentType: "image/png"], body: buffer(page))
  }
  router.get("packed") { _, _ in
    Response(status: .ok, headers: [.contentType: "text/css", .contentEncoding: "br"], body: buffer(page))
  }
  router.get("part") { _, _ in
    Response(
      status: .partialContent, headers: [.contentType: "text/css", .contentRange: "bytes 0-6799/9000"],
      body: buffer(page))
  }
  router.get("endless") { _, _ in
    let body = ResponseBody { writer in
      let chunk = ByteBuffer(repeating: 0, count: 64 * 1024)
      while true { try await writer.write(chunk) }
    }
    return Response(status: .ok, headers: [.contentType: "image/png"], body: body)
  }
  router.post("echo") { request, _ in
    let body = try await request.body.collect(upTo: 1 << 20)
    return Response(status: .ok, headers: [.contentType: "text/plain"], body: ResponseBody(byteBuffer: body))
  }
  router.post("unread") { _, _ in
    Response(status: .unauthorized, headers: [.contentType: "text/html"], body: buffer(page))
  }
  var logger = Logger(label: "test")
  logger.logLevel = .critical
  return Application(router: router, server: .compressed(configuration: configuration), logger: logger)
}

/// Unpacks a gzip body, or fails.
private func unpacked(_ body: ByteBuffer) throws -> String {
  let channel = EmbeddedChannel(handler: NIOHTTPResponseDecompressor(limit: .none))
  let headers: HTTPHeaders = ["Content-Encoding": "gzip", "Content-Length": "\(body.readableBytes)"]
  try channel.writeInbound(HTTPClientResponsePart.head(.init(version: .http1_1, status: .ok, headers: headers)))
  try channel.writeInbound(HTTPClientResponsePart.body(body))
  try channel.writeInbound(HTTPClientResponsePart.end(nil))
  var text = ""
  while let part = try channel.readInbound(as: HTTPClientResponsePart.self) {
    if case .body(let bytes) = part { text += String(buffer: bytes) }
  }
  return text
}

struct CompressedChannelTests {
  @Test(arguments: ["gzip", "gzip, deflate, br, zstd", "deflate, GZIP;q=0.5", "*"])
  func aPageIsPacked(accepted: String) async throws {
    try await site().test(.live) { client in
      let answer = try await client.execute(uri: "/page", method: .get, headers: [.acceptEncoding: accepted])
      #expect(answer.status == .ok)
      #expect(answer.headers[.contentEncoding] == "gzip")
      #expect(answer.headers[.vary] == "Cookie, Accept-Encoding")
      #expect(answer.headers[.eTag] == "W/\"1\"")
      #expect(answer.headers[.contentLength] == "\(answer.body.readableBytes)")
      #expect(answer.body.readableBytes < page.utf8.count / 5)
      #expect(try unpacked(answer.body) == page)
    }
  }

  @Test(arguments: [nil, "identity", "gzip;q=0, *", "deflate", "br"])
  func aClientThatDoesNotTakeGzipGetsThePageAsItIs(accepted: String?) async throws {
    try await site().test(.live) { client in
      var headers: HTTPFields = [:]
      headers[.acceptEncoding] = accepted
      let answer = try await client.execute(uri: "/page", method: .get, headers: headers)
      #expect(answer.headers[.contentEncoding] == nil)
      #expect(answer.headers[.vary] == "Cookie, Accept-Encoding")
      #expect(answer.headers[.eTag] == "\"1\"")
      #expect(String(buffer: answer.body) == page)
    }
  }

  @Test(arguments: ["/small", "/image", "/part"])
  func whatGainsNothingIsSentAsItIs(path: String) async throws {
    try await site().test(.live) { client in
      let answer = try await client.execute(uri: path, method: .get, headers: [.acceptEncoding: "gzip"])
      #expect(answer.headers[.contentEncoding] == nil)
      #expect(answer.headers[.vary] == nil)
      #expect(answer.body.readableBytes == (path == "/small" ? 5 : page.utf8.count))
    }
  }

  @Test func aStreamWithALengthIsPackedAndOtherEncodingsAreKept() async throws {
    try await site().test(.live) { client in
      let streamed = try await client.execute(uri: "/streamed", method: .get, headers: [.acceptEncoding: "gzip"])
      #expect(streamed.headers[.contentEncoding] == "gzip")
      #expect(streamed.headers[.contentLength] == nil)
      #expect(try unpacked(streamed.body) == page)
      let packed = try await client.execute(uri: "/packed", method: .get, headers: [.acceptEncoding: "gzip"])
      #expect(packed.headers[.contentEncoding] == "br")
      #expect(String(buffer: packed.body) == page)
    }
  }

  @Test func compressionCanBeTurnedOff() async throws {
    var configuration = CompressedChannel.Configuration.patient
    configuration.compression = false
    try await site(configuration).test(.live) { client in
      let answer = try await client.execute(uri: "/page", method: .get, headers: [.acceptEncoding: "gzip"])
      #expect(answer.headers[.contentEncoding] == nil)
      #expect(String(buffer: answer.body) == page)
    }
  }

  @Test func headAnswersHaveNoBodyAndTheConnectionGoesOn() async throws {
    try await withRawSite { wire in
      let answer = try await wire.send(
        "HEAD /page HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
          + "GET /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(answer.statuses == [200, 200])
      #expect(answer.text.contains("Content-Length: \(page.utf8.count)\r\n"))
      #expect(answer.text.hasSuffix("\r\n\r\nsmall"))
    }
  }

  @Test func oldClientsAreNotSentChunks() async throws {
    try await withRawSite { wire in
      let answer = try await wire.send(
        "GET /page HTTP/1.0\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n")
      #expect(!answer.text.lowercased().contains("chunked"))
      #expect(answer.text.hasSuffix("\r\n\r\n" + page))
    }
  }

  @Test func qualitiesAreRead() {
    #expect(Compressor.takesGzip(["gzip"]))
    #expect(Compressor.takesGzip(["br", "x-gzip ; q=0.1"]))
    #expect(Compressor.takesGzip(["*;q=0", "gzip"]))
    #expect(!Compressor.takesGzip(["gzip; q=0.000", "*"]))
    #expect(!Compressor.takesGzip(["gzip;q=many"]))
    #expect(!Compressor.takesGzip(["gzipped", "", ";"]))
    #expect(!Compressor.takesGzip([]))
  }
}

struct ConnectionLimitsTests {
  @Test func aHundredFieldsAreReadAndOneMoreIsNot() async throws {
    try await withRawSite { wire in
      let fields = (1...98).map { "X-\($0): y\r\n" }.joined()
      let most = try await wire.send("GET /small HTTP/1.1\r\nHost: x\r\n\(fields)Connection: close\r\n\r\n")
      #expect(most.statuses == [200])
      let more = try await wire.send("GET /small HTTP/1.1\r\nHost: x\r\n\(fields)X: y\r\nConnection: close\r\n\r\n")
      #expect(more.statuses == [431])
      #expect(more.isClosed)
    }
  }

  @Test func bigHeadersAreRefused() async throws {
    try await withRawSite { wire in
      let answer = try await wire.send(
        "GET /small HTTP/1.1\r\nHost: x\r\nCookie: \(String(repeating: "c", count: 33 * 1024))\r\n\r\n")
      #expect(answer.statuses == [431])
      #expect(answer.isClosed)
      let endless = try await wire.send("GET / HTTP/1.1\r\n" + String(repeating: "x", count: 4 << 20))
      #expect(endless.statuses == [431])
    }
  }

  @Test func longTargetsAreRefused() async throws {
    try await withRawSite { wire in
      let long = try await wire.send("GET /\(String(repeating: "u", count: 8192)) HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(long.statuses == [414])
      #expect(long.isClosed)
      let longer = try await wire.send("GET /\(String(repeating: "u", count: 40_000)) HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(longer.statuses == [431])
      let fits = try await wire.send(
        "GET /\(String(repeating: "u", count: 8191)) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(fits.statuses == [404])
    }
  }

  @Test(arguments: [
    "rubbish\r\n\r\n", "GET / HTTP/3.7\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}\u{1}", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
    "POST /echo HTTP/1.1\r\nContent-Length: -4\r\n\r\n", "GET / HTTP/1.1\r\n: nameless\r\n\r\n",
    "POST /echo HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  ])
  func whatIsNoRequestIsRefused(bytes: String) async throws {
    try await withRawSite(.init(refusalHeaders: [.xContentTypeOptions: "nosniff"])) { wire in
      let answer = try await wire.send(bytes)
      #expect(answer.statuses == [400])
      #expect(answer.text.contains("X-Content-Type-Options: nosniff\r\n"))
      #expect(answer.isClosed)
    }
  }

  @Test func requestsBeforeTheBrokenOneAreAnswered() async throws {
    try await withRawSite { wire in
      let get = "GET /page HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
      let answer = try await wire.send(get + get + "rubbish\r\n\r\n")
      #expect(answer.statuses == [200, 200, 400])
      #expect(answer.isClosed)
    }
  }

  @Test func aBrokenBodyAfterItsAnswerEndsTheConnectionOnly() async throws {
    try await withRawSite { wire in
      let answer = try await wire.send(
        "POST /unread HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", "zz\r\n")
      // On a busy machine the body may break before the answer begins.
      #expect(answer.statuses == [401] || answer.statuses == [400])
      #expect(answer.isClosed)
    }
  }

  @Test(.enabled(if: isTrial)) func aLateHeadIsRefused() async throws {
    try await withRawSite(.init(headTimeout: .milliseconds(300))) { wire in
      let begun = try await wire.send("GET /small HT", "TP/1.1\r\n")
      #expect(begun.statuses == [408])
      #expect(begun.isClosed)
      let silent = try await wire.send("")
      #expect(silent.text.isEmpty)
      #expect(silent.isClosed)
      let second = try await wire.send("GET /small HTTP/1.1\r\nHost: x\r\n\r\n", "GET /sm")
      #expect(second.statuses == [200, 408])
      #expect(second.isClosed)
    }
  }

  @Test func aDripOfHeaderBytesDoesNotPutTheDeadlineOff() async throws {
    try await withRawSite(.init(headTimeout: .milliseconds(500))) { wire in
      let answer = try await wire.send(pieces: ["GET / HTTP/1.1\r\n"] + (1...20).map { "X-\($0): y\r\n" })
      #expect(answer.statuses == [408])
      #expect(answer.isClosed)
    }
  }

  @Test(.enabled(if: isTrial)) func aWaitBetweenRequestsIsNoLateHead() async throws {
    try await withRawSite(.init(headTimeout: .milliseconds(200))) { wire in
      let get = "GET /small HTTP/1.1\r\nHost: x\r\n"
      let answer = try await wire.send(pieces: [get + "\r\n", "", "", "", get + "Connection: close\r\n\r\n"])
      #expect(answer.statuses == [200, 200])
    }
  }

  @Test(.enabled(if: isTrial)) func anIdleConnectionIsClosed() async throws {
    try await withRawSite(.init(idleTimeout: .milliseconds(300))) { wire in
      let answer = try await wire.send("GET /small HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(answer.statuses == [200])
      #expect(answer.isClosed)
    }
  }

  @Test(.enabled(if: isTrial)) func aLateBodyIsRefused() async throws {
    try await withRawSite(.init(bodyTimeout: .milliseconds(600))) { wire in
      let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n"
      let answer = try await wire.send(pieces: [head] + Array(repeating: "b", count: 20))
      #expect(answer.statuses == [408])
      #expect(answer.isClosed)
      let inTime = try await wire.send(head + String(repeating: "b", count: 39), "b")
      #expect(inTime.text.hasSuffix("\r\n\r\n" + String(repeating: "b", count: 40)))
    }
  }

  @Test func aClientThatHasNoMoreToSayIsStillAnswered() async throws {
    try await withRawSite { wire in
      let answer = try await wire.send(pieces: ["GET /page HTTP/1.1\r\nHost: x\r\n\r\n"], endingInput: true)
      #expect(answer.statuses == [200])
      #expect(answer.text.hasSuffix(page))
      #expect(answer.isClosed)
    }
  }

  @Test func damagedRequestsDoNoHarm() async throws {
    let whole = Array(
      ("POST /unread HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "3\r\nabc\r\n0\r\nX-Trailer: y\r\n\r\nGET /page HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
        + "HEAD /page HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").utf8)
    try await withRawSite { wire in
      var seed: UInt64 = 7
      func random(_ bound: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(seed >> 33) % bound
      }
      for _ in 0..<150 {
        var bytes = whole
        for _ in 0...random(3) {
          let place = random(bytes.count)
          switch random(3) {
          case 0: bytes[place] = UInt8(random(128))
          case 1: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random(8)))
          default: bytes.insert(contentsOf: [13, 10, UInt8(random(128))].prefix(1 + random(3)), at: place)
          }
        }
        let damaged = String(decoding: bytes, as: UTF8.self)
        let answer = try await wire.send(pieces: [damaged], endingInput: true)
        #expect(answer.isClosed, "\(damaged.debugDescription)")
        #expect(answer.statuses.allSatisfy { $0 < 500 }, "\(damaged.debugDescription)")
      }
    }
  }

  @Test func aClientThatStopsReadingIsLeft() async throws {
    try await withRawSite(.init(writeTimeout: .milliseconds(300))) { wire in
      let answer = try await wire.send(
        "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n", waitingBeforeReading: .milliseconds(1500))
      #expect(answer.isClosed)
    }
  }
}

// MARK: A socket of our own

/// Runs the site, gives a way to speak bytes to it, and holds that it still answers at the end.
private func withRawSite(
  _ configuration: CompressedChannel.Configuration = .patient, _ test: @Sendable (Wire) async throws -> Void
) async throws {
  try await site(configuration).test(.live) { client in
    let wire = Wire(port: try #require(client.port))
    try await test(wire)
    let after = try await wire.send("GET /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(after.statuses == [200])
  }
}

/// Speaks bytes to the server, a connection a call, on a thread that may block.
private struct Wire {
  struct Answer {
    /// All that came back.
    var text: String
    /// Whether the server closed the connection before the test lost patience.
    var isClosed: Bool
    /// The status codes in it, in order.
    var statuses: [Int] {
      text.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).dropFirst().compactMap { Int($0.prefix(3)) }
    }
  }

  let port: Int

  func send(_ pieces: String..., waitingBeforeReading pause: Duration = .zero) async throws -> Answer {
    try await send(pieces: pieces, waitingBeforeReading: pause)
  }

  /// Sends the pieces 80 ms apart and reads until the server closes or fifteen seconds bring nothing: other tests keep
  /// the machine busy.
  func send(
    pieces: [String], waitingBeforeReading pause: Duration = .zero, endingInput: Bool = false
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      // A thread of its own: the pool that serves the answers shares its threads with the dispatch queues.
      Thread.detachNewThread {
        continuation.resume(with: Result { try exchange(port, pieces, pause, endingInput) })
      }
    }
  }
}

private func exchange(_ port: Int, _ pieces: [String], _ pause: Duration, _ endingInput: Bool) throws -> Wire.Answer {
  let descriptor = try connection(port)
  defer { close(descriptor) }
  for (index, piece) in pieces.enumerated() {
    if index > 0 { usleep(80_000) }
    var bytes = Array(piece.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      // The server may have had enough already; what it said is still to be read.
      guard count > 0 else { break }
      bytes = bytes.dropFirst(count)
    }
  }
  if endingInput { shutdown(descriptor, Int32(SHUT_WR)) }
  usleep(UInt32(pause / .microseconds(1)))
  var received: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 64 * 1024)
  while true {
    let count = recv(descriptor, &chunk, chunk.count, 0)
    if count > 0 {
      received += chunk[..<count]
      continue
    }
    let isClosed = count == 0 || errno == ECONNRESET
    return Wire.Answer(text: String(decoding: received, as: UTF8.self), isClosed: isClosed)
  }
}

private func connection(_ port: Int) throws -> Int32 {
  var hints = addrinfo()
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var addresses: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo("localhost", "\(port)", &hints, &addresses) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
  defer { freeaddrinfo(addresses) }
  var next = addresses
  while let address = next?.pointee {
    let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
    var patience = timeval(tv_sec: 180, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return descriptor }
    close(descriptor)
    next = address.ai_next
  }
  throw POSIXError(.ECONNREFUSED)
}
