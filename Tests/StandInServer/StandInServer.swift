import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import StandIn
import UnixSignals

/// The stand-in for TMDB as a program, for tests in a browser and by hand.
@main
struct StandInServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stand-in",
    abstract: "Answer as TMDB does, from fixtures.",
    discussion: """
      Prints its base URL when it is ready: the API is below /3, the pictures below /t/p. GET /_log shows what was \
      asked; POST /_fail, /_change, /_recover, /_forget and /_reset steer it. Ends on SIGTERM.
      """)

  @Option(help: "Port on 127.0.0.1, or 0 for any.") var port = 9999
  @Option(help: "Folder of the fixtures.") var folder: String?
  @Option(help: "Folder of recorded answers, which come before the fixtures.") var recordings: String?
  @Option(help: "The access token it takes.") var token = "stand-in-token"
  @Option(help: "The API key it takes.") var key = "stand-in-key"
  @Option(help: "The day by which episodes are out, YYYY-MM-DD.") var today = "2026-08-15"
  @Option(help: "Rows of a page.") var pageSize = 20

  func run() async throws {
    let tmdb = try TMDB(
      folder: folder.map { URL(fileURLWithPath: $0) }, recordings: recordings.map { URL(fileURLWithPath: $0) },
      token: token, key: key, today: today, pageSize: pageSize)
    let application = tmdb.application(port: port) { port in
      // Through a pipe, print would keep it back.
      FileHandle.standardOutput.write(Data("http://127.0.0.1:\(port)\n".utf8))
    }
    // Cancelled, not shut down gracefully: an answer that hangs on purpose is not waited for.
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: application)], cancellationSignals: [.sigterm, .sigint],
        logger: Logger(label: "stand-in") { _ in SwiftLogNoOpLogHandler() }))
    do {
      try await group.run()
    } catch is CancellationError {}
  }
}
