public import Logging
public import NIOCore
import NIOExtras
import NIOPosix
public import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A listening socket that another program opened and holds: systemd, while the program is started anew.
///
/// Who connects meanwhile waits in its queue and is not refused (sd_listen_fds(3)).
public struct InheritedSocket: Sendable {
  /// Its descriptor.
  public let descriptor: Int32

  /// The first descriptor that is handed over, by sd_listen_fds(3).
  private static let first: Int32 = 3

  /// The one that this process was given; nil when it was given none.
  ///
  /// - Parameters:
  ///   - environment: LISTEN_PID says for whom it is meant, LISTEN_FDS how many there are.
  ///   - process: this process, unless a test says otherwise.
  /// - Throws: `Problem` when there are several, or when what was handed over does not listen.
  public init?(environment: [String: String], process: Int32? = nil) throws(Problem) {
    guard let count = environment["LISTEN_FDS"].flatMap({ Int($0) }), count > 0,
      environment["LISTEN_PID"].flatMap({ Int32($0) }) == process ?? getpid()
    else { return nil }
    guard count == 1 else { throw Problem(sentence: "\(count) sockets were handed over (LISTEN_FDS); one is wanted.") }
    var isListening: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(Self.first, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0, isListening != 0 else {
      throw Problem(sentence: "What was handed over (LISTEN_FDS) is no listening stream socket; set Accept=no.")
    }
    descriptor = Self.first
    // Programs that are started later have no use for it.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// Why a socket cannot be served on.
  public struct Problem: Error {
    /// What to say to whoever started the program.
    public let sentence: String
  }
}

/// Whether a server has begun to end: answers then say that their connection is closed after them.
public final class Ending: Sendable {
  private let state = Atomic(false)

  /// Makes one that has not begun.
  public init() {}

  /// Whether it has begun.
  public var hasBegun: Bool { state.load(ordering: .relaxed) }
  func begin() { state.store(true, ordering: .relaxed) }
}

/// Serves HTTP/1 on a socket of its own, or on an inherited one.
///
/// Hummingbird's `Application` does so too, but its clock for the `Date` field waits for the next second in a way that
/// holds a lock while its task waits for a thread; where two threads serve everything, that thread may be the one that
/// waits for the lock, and half of the program stands still for ever (swift-async-algorithms 1.1.4, `MergeStorage`).
///
/// At a graceful shutdown it takes no more connections, ends those that wait and lets requests under way finish. On an
/// inherited socket those that come wait for the next program, and those that are there have a second to ask for
/// something, since a request may be on its way.
public struct SocketServer: Service {
  /// Where it serves.
  public enum Place: Sendable {
    /// On a socket that it was handed.
    case inherited(InheritedSocket)
    /// On an address that it opens itself; port 0 takes a free one.
    case address(host: String, port: Int)

    /// How long connections that ask for nothing stay after the shutdown began. Not nothing in either case: a
    /// connection that was just taken is handed on first.
    var grace: TimeAmount {
      switch self {
      case .inherited: .seconds(1)
      case .address: .milliseconds(50)
      }
    }
  }

  let place: Place
  let channel: CompressedChannel
  let ending: Ending
  let onRunning: @Sendable (any Channel) async -> Void
  let logger: Logger

  /// Makes it; `run` serves.
  ///
  /// - Parameter ending: told when the shutdown begins.
  public init(
    _ place: Place, channel: CompressedChannel, ending: Ending,
    onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }, logger: Logger
  ) {
    self.place = place
    self.channel = channel
    self.ending = ending
    self.onRunning = onRunning
    self.logger = logger
  }

  /// Serves until the program shuts down.
  ///
  /// - Throws: `IOError` when the address cannot be listened on.
  public func run() async throws {
    let (group, channel, logger) = (MultiThreadedEventLoopGroup.singleton, channel, logger)
    let quiescing = ServerQuiescingHelper(group: group)
    let server = try await open(ServerBootstrap(group: group), quiescing)
    await withGracefulShutdownHandler {
      await onRunning(server.channel)
      await withDiscardingTaskGroup { connections in
        do {
          try await server.executeThenClose { incoming in
            for try await connection in incoming {
              connections.addTask { await channel.handle(value: connection, logger: logger) }
            }
          }
        } catch {
          logger.error("connections", metadata: ["error": "\(error)"])
        }
      }
    } onGracefulShutdown: { [ending, place] in
      ending.begin()
      // Not closed yet: a connection that is accepted and not handed on would be dropped with it.
      server.channel.setOption(.autoRead, value: false).whenFailure {
        logger.error("connections", metadata: ["error": "\($0)"])
      }
      group.next().scheduleTask(in: place.grace) { quiescing.initiateShutdown(promise: nil) }
    }
  }

  private func open(
    _ bootstrap: ServerBootstrap, _ quiescing: ServerQuiescingHelper
  ) async throws -> NIOAsyncChannel<CompressedChannel.Value, Never> {
    let (channel, logger) = (channel, logger)
    let bootstrap =
      bootstrap
      .serverChannelInitializer { server in
        server.eventLoop.makeCompletedFuture {
          try server.pipeline.syncOperations.addHandler(quiescing.makeServerChannelHandler(channel: server))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
    switch place {
    case .inherited(let socket):
      return try await bootstrap.bind(socket.descriptor) { channel.setup(channel: $0, logger: logger) }
    case .address(let host, let port):
      return
        try await bootstrap
        .serverChannelOption(.backlog, value: Self.backlog)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .bind(host: host, port: port) { channel.setup(channel: $0, logger: logger) }
    }
  }

  /// How many connections wait to be taken at most.
  private static let backlog: Int32 = 256
}
