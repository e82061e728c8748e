internal import Crypto
internal import HTTPTypes
public import HummingbirdCore
internal import NIOCore

/// The files of the site that never change while it runs: served from memory under their hash.
public struct Assets: Sendable {
  private struct Asset: Sendable {
    let body: ByteBuffer
    let type: String
  }

  private var byPath: [String: Asset] = [:]
  private var pathByName: [String: String] = [:]

  /// No files.
  public init() {}

  /// Adds a file; its path becomes `/assets/NAME.HASH.EXTENSION`, which changes with its content.
  public mutating func add(name: String, type: String, bytes: some Sequence<UInt8>) {
    let buffer = ByteBuffer(bytes: bytes)
    let digest = SHA256.hash(data: Array(buffer.readableBytesView))
    let hash = digest.prefix(6).map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
    var parts = name.split(separator: ".").map(String.init)
    parts.insert(hash, at: max(parts.count - 1, 0))
    let path = "/assets/" + parts.joined(separator: ".")
    byPath[path] = Asset(body: buffer, type: type)
    pathByName[name] = path
  }

  /// Where a file is served: its name alone when there is no such file, which a test would notice.
  public func path(_ name: String) -> String { pathByName[name] ?? "/assets/" + name }

  /// The answer for a path below `/assets/`, or nil when nothing is there.
  public func response(path: String) -> Response? {
    guard let asset = byPath[path] else { return nil }
    return Response(
      status: .ok,
      headers: [.contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable"],
      body: .init(byteBuffer: asset.body))
  }
}
