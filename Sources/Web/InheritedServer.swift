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

/// Serves on an inherited socket, as `Application` does on one that it opens itself.
///
/// At a graceful shutdown it takes no more connections: those that come wait for the next program. Those that are there
/// have a second to ask for something, since a request may be on its way; then those that wait are ended, and requests
/// under way finish.
public struct InheritedServer: Service {
  /// How long connections that ask for nothing stay after the shutdown began.
  static let grace = TimeAmount.seconds(1)

  let socket: InheritedSocket
  let channel: CompressedChannel
  let ending: Ending
  let onRunning: @Sendable (any Channel) async -> Void
  let logger: Logger

  /// Makes it; `run` serves.
  ///
  /// - Parameter ending: told when the shutdown begins.
  public init(
    _ socket: InheritedSocket, channel: CompressedChannel, ending: Ending,
    onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }, logger: Logger
  ) {
    self.socket = socket
    self.channel = channel
    self.ending = ending
    self.onRunning = onRunning
    self.logger = logger
  }

  /// Serves until the program shuts down.
  public func run() async throws {
    let (group, channel, ending, logger) = (MultiThreadedEventLoopGroup.singleton, channel, ending, logger)
    let quiescing = ServerQuiescingHelper(group: group)
    let server = try await ServerBootstrap(group: group)
      .serverChannelInitializer { server in
        server.eventLoop.makeCompletedFuture {
          try server.pipeline.syncOperations.addHandler(quiescing.makeServerChannelHandler(channel: server))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .bind(socket.descriptor) { channel.setup(channel: $0, logger: logger) }
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
    } onGracefulShutdown: {
      ending.begin()
      // Not closed yet: a connection that is accepted and not handed on would be dropped with it.
      server.channel.setOption(.autoRead, value: false).whenFailure {
        logger.error("connections", metadata: ["error": "\($0)"])
      }
      group.next().scheduleTask(in: Self.grace) { quiescing.initiateShutdown(promise: nil) }
    }
  }
}
