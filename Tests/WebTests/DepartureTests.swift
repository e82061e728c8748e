import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Web

/// What becomes of the work when its client goes away.
struct DepartureTests {
  /// What happened to the requests, in order.
  private final class Diary: Sendable {
    private let lines = Mutex<[String]>([])
    func note(_ line: String) { lines.withLock { $0.append(line) } }

    func hasNow(_ line: String) -> Bool { lines.withLock { $0.contains(line) } }

    /// Waits until a line is there.
    func has(_ line: String) async throws -> Bool {
      for _ in 0..<500 {
        if hasNow(line) { return true }
        try await Task.sleep(for: .milliseconds(20))
      }
      return false
    }
  }

  private static func site(_ diary: Diary) -> some ApplicationProtocol {
    let router = Router()
    for method in [HTTPRequest.Method.get, .post] {
      router.on("work", method: method) { _, _ -> Response in
        diary.note("\(method) begun")
        do {
          try await Task.sleep(for: .milliseconds(method == .get ? 60_000 : 1_500))
          diary.note("\(method) done")
        } catch {
          diary.note("\(method) cancelled")
        }
        return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "done")))
      }
    }
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return Application(
      router: router, server: .compressed(configuration: .init(departureGrace: .milliseconds(50))), logger: logger)
  }

  /// Sends a request and leaves as soon as it is being worked on.
  private static func leave(_ request: String, port: Int, _ diary: Diary, after line: String) async throws {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "localhost", port: port).get()
    try await channel.writeAndFlush(ByteBuffer(string: request + "\r\nHost: x\r\nContent-Length: 0\r\n\r\n"))
    #expect(try await diary.has(line))
    try await channel.close()
  }

  @Test func theWorkForAPageIsCancelled() async throws {
    let diary = Diary()
    try await Self.site(diary).test(.live) { client in
      try await Self.leave("GET /work HTTP/1.1", port: try #require(client.port), diary, after: "GET begun")
      #expect(try await diary.has("GET cancelled"))
    }
  }

  @Test func aChangeGoesOnToItsEnd() async throws {
    let diary = Diary()
    try await Self.site(diary).test(.live) { client in
      try await Self.leave("POST /work HTTP/1.1", port: try #require(client.port), diary, after: "POST begun")
      #expect(try await diary.has("POST done"))
      #expect(!diary.hasNow("POST cancelled"))
    }
  }
}
