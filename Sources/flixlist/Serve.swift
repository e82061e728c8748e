import App
import ArgumentParser
import Foundation
import Logging
import NIOCore
import SQL
import ServiceLifecycle
import UnixSignals
import Web

/// Serves the site.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the site.",
    discussion: Setting.all.map { option in
      "\(option.name)  \(option.meaning) Default: \(option.standard)."
    }.joined(separator: "\n") + "\nFLIXLIST_SECRET can be given in a file as FLIXLIST_SECRET_FILE.")

  @Option(help: "Address to listen on.")
  var host: String?
  @Option(help: "Port to listen on.")
  var port: String?
  @Option(help: "Folder for everything that is kept.")
  var data: String?
  @Option(help: "Where the record is kept: sqlite:///path/to/file or postgres://host/name.")
  var database: String?
  @Option(help: "Folder of the backups, or off.")
  var backups: String?
  @Option(help: "The address people type.")
  var publicURL: String?
  @Option(help: "Who may register: open, invite or closed.")
  var registration: String?
  @Option(help: "Address of /metrics.")
  var metricsHost: String?
  @Option(help: "Port of /metrics, or 0.")
  var metricsPort: String?
  @Option(help: "Proxies whose forwarding headers are believed, comma separated.")
  var trustedProxies: String?
  @Option(help: "TMDB's token.")
  var tmdbToken: String?
  @Option(help: "Where TMDB's API is.")
  var tmdbURL: String?
  @Option(help: "Megabytes of pictures that are kept.")
  var picturesLimit: String?
  @Option(help: "The least level that is logged.")
  var logLevel: String?

  func run() async throws {
    let config = readConfiguration(flags: flags)
    await attempt { try await serve(config) }
  }

  private var flags: [String: String] {
    let given: [(String, String?)] = [
      ("FLIXLIST_HOST", host), ("FLIXLIST_PORT", port), ("FLIXLIST_DATA", data), ("FLIXLIST_DATABASE", database),
      ("FLIXLIST_BACKUPS", backups), ("FLIXLIST_PUBLIC_URL", publicURL), ("FLIXLIST_REGISTRATION", registration),
      ("FLIXLIST_METRICS_HOST", metricsHost), ("FLIXLIST_METRICS_PORT", metricsPort),
      ("FLIXLIST_TRUSTED_PROXIES", trustedProxies),
      ("FLIXLIST_LOG_LEVEL", logLevel),
      ("FLIXLIST_TMDB_TOKEN", tmdbToken), ("FLIXLIST_TMDB_URL", tmdbURL),
      ("FLIXLIST_PICTURES_LIMIT", picturesLimit),
    ]
    return Dictionary(uniqueKeysWithValues: given.compactMap { name, value in value.map { (name, $0) } })
  }

  private func serve(_ given: Config) async throws {
    var config = given
    let registry = MetricsRegistry()
    let meters = Meters(factory: registry)
    let level = config.logLevel
    let logger = Logger(label: "flixlist") { _ in LogLines(level: level) }
    let inherited: InheritedSocket?
    do {
      inherited = try InheritedSocket(environment: ProcessInfo.processInfo.environment)
    } catch {
      throw StartProblem(error.sentence)
    }
    let database = try Opening.open(config, observer: meters.databaseObserver(), now: App.systemClock())
    config.secret = try Opening.secret(config)
    let app = try App(config: config, database: database, meters: meters, logger: logger)
    try await app.warmUp()
    let setupLink = try await app.setupLink()
    let address = config.publicURL ?? "http://\(config.host == "127.0.0.1" ? "localhost" : config.host)"
    let isPublic = config.publicURL != nil
    let services = app.services(registry: registry, inherited: inherited) { port in
      var said = "FlixList serves \(address)\(isPublic ? "" : ":\(port)")\n"
      if let setupLink { said += "Make the first account, which administers the site, at \(setupLink)\n" }
      FileHandle.standardOutput.write(Data(said.utf8))
    }
    var group = ServiceGroupConfiguration(
      services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(App.shutdownSeconds)
    do {
      try await ServiceGroup(configuration: group).run()
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw StartProblem(
        "Port \(config.port) of \(config.host), or the metrics port \(config.metricsPort), is taken by another program."
      )
    } catch let error as IOError where error.errnoCode == EACCES || error.errnoCode == EADDRNOTAVAIL {
      throw StartProblem("\(config.host):\(config.port) cannot be listened on (\(error.description)).")
    }
    try await app.shutDown()
    try database.close()
  }
}
