internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Fetches large files from a server that is fixed beforehand, each straight to the disk.
///
/// A file gets its name only when all of it is there. Beside it lies the server's mark for it (its ETag, RFC 9110), so
/// that a file that has not changed is not fetched again. Redirects are not followed.
public final class Download: Sendable {
  /// What was done.
  public enum Outcome: Sendable, Equatable {
    /// So many bytes came.
    case fetched(bytes: Int)
    /// The file that is there is the server's.
    case unchanged
  }

  /// Why a file did not come; the one that may be there stays.
  public enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The server answered with this status.
    case refused(status: Int)
    /// It is larger than allowed.
    case tooBig
    /// No connection, or it broke.
    case unreachable(String)
    /// It cannot be kept.
    case unwritable(String)

    /// The problem in a few words.
    public var description: String {
      switch self {
      case .refused(let status): "the server answered with status \(status)"
      case .tooBig: "it is larger than it may be"
      case .unreachable(let reason): "the connection failed (\(reason))"
      case .unwritable(let reason): "it cannot be kept (\(reason))"
      }
    }
  }

  private let base: String
  private let client: HTTPClient

  /// How long the server may be silent, in seconds.
  private static let silentSeconds: Int64 = 60
  /// How long a file may take, in hours.
  private static let hours: Int64 = 12

  /// Makes one for what lies below `base`, such as `https://datasets.imdbws.com`.
  public init(base: String) {
    self.base = base
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10), read: .seconds(Self.silentSeconds)))
    configuration.httpVersion = .http1Only
    client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
  }

  /// Ends its connections; nothing can be fetched afterwards.
  public func shutDown() async throws { try await client.shutdown() }

  /// Fetches what lies at a target into a file, unless that is what is there already.
  ///
  /// - Parameters:
  ///   - target: path and query as they go over the wire.
  ///   - limit: how many bytes it may have.
  ///   - progress: called with how many bytes have come of how many; 0 where nobody knows.
  public func fetch(
    _ target: String, to path: String, atMost limit: Int, progress: @Sendable (Int, Int) -> Void = { _, _ in }
  ) async throws(Problem) -> Outcome {
    var request = HTTPClientRequest(url: base + target)
    request.headers.add(name: "User-Agent", value: "FlixList")
    if let mark = Self.mark(of: path) { request.headers.add(name: "If-None-Match", value: mark) }
    do {
      let response = try await client.execute(request, deadline: .now() + .hours(Self.hours))
      if response.status == .notModified { return .unchanged }
      guard response.status == .ok else { throw Problem.refused(status: Int(response.status.code)) }
      let announced = response.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
      guard announced <= limit else { throw Problem.tooBig }
      let part = path + ".part"
      let file = try Self.begin(part)
      do {
        var bytes = 0
        for try await piece in response.body {
          bytes += piece.readableBytes
          guard bytes <= limit else { throw Problem.tooBig }
          try Self.write(piece, to: file)
          progress(bytes, announced)
        }
        guard announced == 0 || bytes == announced else { throw Problem.unreachable("it ended too early") }
        try Self.end(file, part, path, mark: response.headers.first(name: "ETag"))
        return .fetched(bytes: bytes)
      } catch {
        Self.abandon(file, part)
        throw error
      }
    } catch let problem as Problem {
      throw problem
    } catch {
      throw .unreachable("\(error)")
    }
  }

  // MARK: Files

  private static func markPath(_ path: String) -> String { path + ".etag" }

  private static func mark(of path: String) -> String? {
    guard FileManager.default.fileExists(atPath: path), let bytes = FileManager.default.contents(atPath: markPath(path))
    else { return nil }
    let mark = String(decoding: bytes, as: UTF8.self)
    // What somebody else put there must not become a header of its own.
    return mark.isEmpty || mark.utf8.count > 200 || !mark.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? nil : mark
  }

  private static func begin(_ part: String) throws(Problem) -> FileHandle {
    do {
      let folder = (part as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      guard FileManager.default.createFile(atPath: part, contents: nil) else { throw Problem.unwritable(part) }
      return try FileHandle(forWritingTo: URL(fileURLWithPath: part))
    } catch let problem as Problem {
      throw problem
    } catch { throw .unwritable("\(part): \(error.localizedDescription)") }
  }

  private static func write(_ piece: ByteBuffer, to file: FileHandle) throws(Problem) {
    do {
      try file.write(contentsOf: Data(piece.readableBytesView))
    } catch { throw .unwritable(error.localizedDescription) }
  }

  private static func end(_ file: FileHandle, _ part: String, _ path: String, mark: String?) throws(Problem) {
    let manager = FileManager.default
    do {
      try file.synchronize()
      try file.close()
      // The old mark goes first: it must never stand beside another file.
      if manager.fileExists(atPath: markPath(path)) { try manager.removeItem(atPath: markPath(path)) }
      guard rename(part, path) == 0 else { throw Problem.unwritable(path) }
      if let mark { try Data(mark.utf8).write(to: URL(fileURLWithPath: markPath(path))) }
    } catch let problem as Problem {
      throw problem
    } catch { throw .unwritable("\(path): \(error.localizedDescription)") }
  }

  private static func abandon(_ file: FileHandle, _ part: String) {
    do {
      try file.close()
      try FileManager.default.removeItem(atPath: part)
    } catch {
      // What went wrong before says why; the next fetch begins the file anew.
    }
  }
}
