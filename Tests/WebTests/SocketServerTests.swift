import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import Web

/// Sockets that are handed over, dates, and asking a server whether it is well.
struct SocketServerTests {
  @Test func nothingIsTakenThatWasNotHandedOver() throws {
    for environment in [
      [:], ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "1"], ["LISTEN_FDS": "0", "LISTEN_PID": "42"],
      ["LISTEN_FDS": "x", "LISTEN_PID": "42"],
    ] as [[String: String]] {
      #expect(try InheritedSocket(environment: environment, process: 42)?.descriptor == nil, "\(environment)")
    }
  }

  @Test func severalOrSomethingElseIsRefused() {
    #expect(throws: InheritedSocket.Problem.self) {
      try InheritedSocket(environment: ["LISTEN_FDS": "2", "LISTEN_PID": "42"], process: 42)
    }
  }

  @Test func datesAreAsTheStandardHasThem() {
    // The example of RFC 9110, section 5.6.7.
    #expect(HTTPDate.text(seconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(HTTPDate.text(seconds: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
  }

  @Test func aServerIsAskedWhetherItIsWell() async throws {
    let router = Router()
    router.get("ready") { _, _ in Response(status: .serviceUnavailable) }
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    try await Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: logger
    ).test(.live) { client in
      let port = try #require(client.port)
      for host in ["127.0.0.1", "0.0.0.0"] {
        #expect(try await Probe.status(host: host, port: port, path: "/ready", within: .seconds(600)) == 503)
      }
    }
    await #expect(throws: Fetcher.Problem.self) {
      try await Probe.status(host: "127.0.0.1", port: 1, path: "/ready", within: .seconds(2))
    }
  }
}
