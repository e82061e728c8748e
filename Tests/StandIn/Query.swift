internal import Foundation

/// A request as the stand-in reads it.
struct Query: Sendable {
  /// `GET`, mostly.
  var method: String
  /// Path and query as they were sent.
  var target: String
  /// The segments of the path, unescaped.
  var path: [String]
  /// The query, unescaped; of a repeated name, the last.
  var items: [String: String] = [:]
  /// The host that was asked for, with its port.
  var host = "127.0.0.1"
  /// What follows `Bearer`; nil without such a field.
  var bearer: String?
  /// `If-None-Match` as it was sent.
  var ifNoneMatch = ""
  /// The body, for what steers the stand-in.
  var body: [UInt8] = []

  /// Takes a request target apart.
  init(method: String, target: String) {
    self.method = method
    self.target = target
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    path = (parts.first ?? "").split(separator: "/").map { Self.unescaped(String($0)) }
    for item in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        Self.unescaped(String($0).replacingOccurrences(of: "+", with: " "))
      }
      items[pair[0]] = pair.count > 1 ? pair[1] : ""
    }
  }

  private static func unescaped(_ text: String) -> String { text.removingPercentEncoding ?? text }
}
