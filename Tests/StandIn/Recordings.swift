internal import Foundation

/// Recorded answers of the live service: files of `{"request": {path, query}, "response": {status, headers, body}}`.
struct Recordings: Sendable {
  private var replies: [String: Reply] = [:]

  /// Reads all such files below a folder and passes over others; throws when the folder cannot be read.
  init(folder: URL) throws {
    _ = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    for name in names.sorted() where name.hasSuffix(".json") && !name.contains("openapi") {
      let bytes = try Data(contentsOf: folder.appendingPathComponent(name))
      guard let value = try? JSONValue(parsing: bytes), let status = value["response"]["status"].int,
        let path = value["request"]["path"].string, path.hasPrefix("/")
      else { continue }
      let query = (value["request"]["query"].object ?? [:]).compactMapValues(\.string)
      var reply = Reply(status, value["response"]["body"])
      for (header, text) in value["response"]["headers"].object ?? [:] where header.lowercased() == "content-type" {
        reply.contentType = text.string ?? reply.contentType
      }
      replies[Self.name(path, query)] = reply
    }
  }

  /// The recorded answer to exactly this path and query, apart from the key.
  func reply(to query: Query) -> Reply? {
    replies[Self.name("/" + query.path.joined(separator: "/"), query.items)]
  }

  private static func name(_ path: String, _ query: [String: String]) -> String {
    let items = query.filter { $0.key != "api_key" }.sorted { $0.key < $1.key }
    return path + "?" + items.map { $0.key + "=" + $0.value }.joined(separator: "&")
  }
}
