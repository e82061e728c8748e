internal import AsyncHTTPClient
public import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression

/// Asks a server that is fixed beforehand for something, within limits of time and size.
///
/// Redirects are not followed and addresses cannot be chosen by visitors: what is asked lies below the one base that
/// it was made with.
public final class Fetcher: Sendable {
  /// What came back.
  public struct Answer: Sendable {
    /// The status.
    public let status: Int
    /// The header fields.
    public let headers: HTTPFields
    /// The body.
    public let bytes: [UInt8]
  }

  /// Why nothing came back.
  public enum Problem: Error, Sendable, Equatable {
    /// Not in the time that was given.
    case late
    /// More than what was allowed.
    case tooBig
    /// No connection, or it broke.
    case unreachable(String)
  }

  /// The scheme, host and port of everything it asks, without a slash at the end.
  public let base: String
  private let client: HTTPClient

  /// Makes one for what lies below `base`, such as `https://api.themoviedb.org`.
  public init(base: String) {
    self.base = base
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(10)),
      decompression: .enabled(limit: .size(64 << 20)))
    configuration.connectionPool.idleTimeout = .seconds(30)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4
    configuration.httpVersion = .http1Only
    client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
  }

  /// Ends its connections; nothing can be asked afterwards.
  public func shutDown() async throws { try await client.shutdown() }

  /// Asks for a target: path and query as they go over the wire.
  ///
  /// - Parameters:
  ///   - within: the time from now until the last byte of the body.
  ///   - atMost: how many bytes the body may have.
  public func get(
    _ target: String, headers: HTTPFields = [:], within time: Duration, atMost limit: Int
  ) async throws(Problem) -> Answer {
    var request = HTTPClientRequest(url: base + target)
    for field in headers { request.headers.add(name: field.name.canonicalName, value: field.value) }
    request.headers.add(name: "User-Agent", value: "FlixList")
    do {
      let milliseconds = time.components.seconds * 1_000 + time.components.attoseconds / 1_000_000_000_000_000
      let deadline = NIODeadline.now() + .milliseconds(milliseconds)
      let response = try await client.execute(request, deadline: deadline)
      var bytes: [UInt8] = []
      for try await part in response.body {
        guard bytes.count + part.readableBytes <= limit else { throw Problem.tooBig }
        guard NIODeadline.now() < deadline else { throw Problem.late }
        bytes += part.readableBytesView
      }
      var fields = HTTPFields()
      for (name, value) in response.headers {
        if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
      }
      return Answer(status: Int(response.status.code), headers: fields, bytes: bytes)
    } catch let problem as Problem {
      throw problem
    } catch let error as HTTPClientError
      where [.deadlineExceeded, .readTimeout, .connectTimeout, .getConnectionFromPoolTimeout].contains(error)
    {
      throw .late
    } catch {
      throw .unreachable("\(error)")
    }
  }
}
