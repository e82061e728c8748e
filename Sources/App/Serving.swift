import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import SQL
public import ServiceLifecycle
import Synchronization
public import Web

extension App {
  /// How long a shutdown waits for requests under way.
  public static let shutdownSeconds = 20

  /// Everything that runs while the site serves: the web server, the metrics page, housekeeping.
  ///
  /// - Parameter registry: what `/metrics` shows.
  /// - Parameter inherited: the socket to serve on; nil opens one as configured.
  public func services(
    registry: MetricsRegistry, inherited: InheritedSocket? = nil,
    onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
  ) -> [any Service] {
    var services: [any Service] = [
      JobRunner(app: self, jobs: jobs), JobRunner(app: self, jobs: longJobs), RecountKeeper(app: self),
      Refresher(app: self), VocabularyKeeper(app: self),
      site(inherited.map { .inherited($0) } ?? .address(host: config.host, port: config.port), onRunning: onRunning),
    ]
    if config.metricsPort != 0 { services.append(metricsPage(registry)) }
    return services
  }

  /// What is done now and then, in some seconds.
  var jobs: [Job] {
    [
      Job(name: "housekeeping", everySeconds: Housekeeping.everySeconds) { try await Housekeeping(app: self).once() },
      Job(name: "catalogue", everySeconds: CatalogueCare.everySeconds) { try await CatalogueCare(app: self).once() },
    ]
  }

  /// What takes long on a large site: the others must not wait for it.
  var longJobs: [Job] {
    var jobs = [
      Job(name: "similar", everySeconds: SimilarityJob.everySeconds, firstSeconds: 600) {
        try await SimilarityJob(app: self).once()
      }
    ]
    if let folder = config.backups {
      jobs.append(
        Job(name: "backup", everySeconds: BackupRules.everySeconds, firstSeconds: BackupRules.firstSeconds) {
          let (shelf, database, now) = (BackupShelf(folder: folder), self.database, self.clock())
          // It waits for the disk and for other connections, so it has a thread of its own.
          let isOver = Mutex(false)
          let path = try await withTaskCancellationHandler {
            try await NIOThreadPool.singleton.runIfActive {
              try shelf.add(database, now: now) { if isOver.withLock({ $0 }) { throw CancellationError() } }
            }
          } onCancel: {
            isOver.withLock { $0 = true }
          }
          self.logger.info("backup", metadata: ["file": "\(path)"])
        })
    }
    return jobs
  }

  private func site(_ place: SocketServer.Place, onRunning: @escaping @Sendable (Int) async -> Void) -> any Service {
    server(place, makeRouter().buildResponder(), onRunning: onRunning) { Visit(source: $0) }
  }

  private func server<Responder: HTTPResponder>(
    _ place: SocketServer.Place, _ responder: Responder, onRunning: @escaping @Sendable (Int) async -> Void = { _ in },
    context: @escaping @Sendable (ApplicationRequestContextSource) -> Responder.Context
  ) -> any Service {
    let (logger, ending) = (quiet, Ending())
    let channel = CompressedChannel(
      responder: { request, writer, channel in
        var log = logger
        log[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
        let source = ApplicationRequestContextSource(channel: channel, logger: log)
        var response = try await responder.respond(to: request, context: context(source))
        response.headers[.date] = HTTPDate.now()
        if ending.hasBegun { response.headers[.connection] = "close" }
        try await writer.write(response: response.head, body: response.body)
      }, configuration: CompressedChannel.Configuration(refusalHeaders: SecurityHeaders.fields))
    return SocketServer(
      place, channel: channel, ending: ending, onRunning: { await onRunning($0.localAddress?.port ?? 0) },
      logger: logger)
  }

  // On a port of its own, and on loopback unless told otherwise: how much a site is used is nobody's business.
  private func metricsPage(_ registry: MetricsRegistry) -> any Service {
    let router = Router()
    let gauges = Gauges(app: self, factory: registry)
    router.get("/metrics") { _, _ in
      await gauges.refresh()
      return Response(
        status: .ok, headers: [.contentType: MetricsRegistry.contentType],
        body: .init(byteBuffer: ByteBuffer(string: registry.text())))
    }
    return server(.address(host: config.metricsHost, port: config.metricsPort), router.buildResponder()) {
      BasicRequestContext(source: $0)
    }
  }

  /// The log without the server's own remarks about connections.
  private var quiet: Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .info)
    return quiet
  }

  /// Reads what is kept in memory: the words of the catalogue.
  public func warmUp() async throws {
    pictures.start()
  }

  /// Makes the one-time link by which the first account is made on a site that others can reach; nil when it is not
  /// needed.
  public func setupLink() async throws -> String? {
    if config.isLoopback { return nil }
    let now = clock()
    let token = try await database.write { connection -> String? in
      guard try AccountsStore.isEmpty(connection) else { return nil }
      return try LinkStore.make(connection, .setup, by: nil, seconds: LinkStore.inviteSeconds, now: now)
    }
    return token.map { (config.publicURL ?? "http://\(config.host):\(config.port)") + "/register?token=" + $0 }
  }
}

extension SecurityHeaders {
  /// All of them, for answers that are made below any middleware.
  static var fields: HTTPFields {
    var fields: HTTPFields = [.cacheControl: "no-store"]
    for (name, value) in all { fields[name] = value }
    return fields
  }
}
