public import HTTPTypes

/// Decides whether a request that may change something comes from our own pages.
///
/// The rule of DESIGN section 10: `Sec-Fetch-Site` when present; else `Origin` must be the public address, or without
/// one its host and port must equal `Host`; with neither and a cookie the request is refused.
public struct OriginCheck: Sendable {
  private let publicOrigin: String?

  /// - Parameter publicAddress: the address people type, such as `https://films.example`, or nil when none is set.
  public init(publicAddress: String?) {
    publicOrigin = publicAddress.map(Self.origin(of:))
  }

  /// Whether the request may go on.
  public func allows(_ request: HTTPRequest) -> Bool {
    switch request.method {
    case .get, .head, .options: return true
    default: break
    }
    let origin = request.headerFields[Self.origin]
    if let site = request.headerFields[Self.secFetchSite] {
      return site == "same-origin" || site == "none"
    }
    if let origin { return matches(origin, host: request.authority) }
    return request.headerFields[.cookie] == nil
  }

  private func matches(_ origin: String, host: String?) -> Bool {
    if let publicOrigin { return origin.lowercased() == publicOrigin }
    guard let host, let scheme = origin.range(of: "://") else { return false }
    guard ["http", "https"].contains(origin[..<scheme.lowerBound].lowercased()) else { return false }
    return origin[scheme.upperBound...].lowercased() == host.lowercased()
  }

  /// Scheme, host and port of an address, in lower case.
  static func origin(of address: String) -> String {
    guard let scheme = address.range(of: "://") else { return address.lowercased() }
    let rest = address[scheme.upperBound...]
    return (address[..<scheme.upperBound] + rest.prefix { $0 != "/" }).lowercased()
  }

  private static let origin = HTTPField.Name("Origin") ?? .accept
  private static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .accept
}

extension String {
  fileprivate func range(of separator: String) -> Range<String.Index>? {
    firstRange(of: separator)
  }
}

/// A path on this site that came from outside, such as `next` or `back`.
public enum LocalPath {
  /// The path when it can only lead to this site, else nil.
  ///
  /// One slash, then neither slash nor backslash, then printable ASCII only, before and after one decoding.
  public static func checked(_ path: String?) -> String? {
    guard let path, path.utf8.count <= 2_000, isLocal(path) else { return nil }
    guard let decoded = try? Form("p=" + path.replacingPlus())["p"], isLocal(decoded.asciiEscaped()) else { return nil }
    return path
  }

  private static func isLocal(_ path: String) -> Bool {
    let bytes = Array(path.utf8)
    guard bytes.first == UInt8(ascii: "/") else { return false }
    if bytes.count > 1, bytes[1] == UInt8(ascii: "/") || bytes[1] == UInt8(ascii: "\\") { return false }
    // A browser folds `/..//host` before it looks at the host.
    if path.contains("//") || path.contains("\\") { return false }
    return bytes.allSatisfy { (0x21...0x7E).contains($0) }
  }
}

extension String {
  fileprivate func replacingPlus() -> String {
    split(separator: "+", omittingEmptySubsequences: false).joined(separator: "%2B")
  }

  /// Letters outside ASCII and spaces stand for themselves in a decoded query; what matters is what leads a path
  /// elsewhere.
  fileprivate func asciiEscaped() -> String {
    String(unicodeScalars.map { $0.value > 0x7E || $0 == " " ? "x" : Character($0) })
  }
}
