internal import Foundation

/// The requests by which a test in another process reads and steers the stand-in.
extension TMDB {
  /// Answers a path that begins with `_`:
  ///
  /// - `GET /_log`: every request with its time in seconds since 1970, status and failure.
  /// - `POST /_fail`: `{"failure": "status", "status": 500, "for": "/3/tv", "times": 2}` as ``Failure`` has it, or
  ///   `{"failure": "deleted", "title": "movie/9900001"}`, `{"failure": "season_deleted", "title": "tv/9900101",
  ///   "season": 2}`, `{"failure": "renumbered", "title": "movie/9900001", "to": 9900099}`.
  /// - `POST /_change`: `{"title": "tv/9900101", "with": {…}, "day": "2026-08-01"}`, merged as
  ///   ``JSONValue/merge(_:)`` does.
  /// - `POST /_recover`, `POST /_forget`, `POST /_reset`: as the methods of these names.
  func control(_ query: Query) -> Reply {
    let done = Reply(200, ["success": true])
    switch (query.method, query.path.joined(separator: "/")) {
    case ("GET", "_log"): return Reply(200, log)
    case ("POST", "_recover"): recover()
    case ("POST", "_forget"): forget()
    case ("POST", "_reset"): reset()
    case ("POST", "_fail"):
      guard let value = try? JSONValue(parsing: query.body), fail(value) else { return Self.refusal }
    case ("POST", "_change"):
      guard let value = try? JSONValue(parsing: query.body), let title = value["title"].string.flatMap(Title.init),
        value["with"].object != nil
      else { return Self.refusal }
      change(title, on: value["day"].string) { $0.merge(value["with"]) }
    default: return .error(404)
    }
    return done
  }

  private static var refusal: Reply { Reply(422, ["success": false, "status_message": "not understood"]) }

  private var log: JSONValue {
    let rows: [JSONValue] = requests.map { request in
      [
        "method": .string(request.method), "target": .string(request.target),
        "time": .double(request.time.timeIntervalSince1970), "status": .int(request.status),
        "failure": request.failure.map { .string("\($0)") } ?? .null,
      ]
    }
    return ["count": .int(rows.count), "requests": .array(rows)]
  }

  /// Does what a body of `POST /_fail` says; false when it says nothing known.
  private func fail(_ value: JSONValue) -> Bool {
    if let failure = Failure(value) {
      fail(failure, for: value["for"].string ?? "/", times: value["times"].int)
      return true
    }
    guard let title = value["title"].string.flatMap(Title.init) else { return false }
    switch value["failure"].string {
    case "deleted": delete(title)
    case "season_deleted":
      guard title.kind == .tv, let season = value["season"].int else { return false }
      delete(season: season, of: title.id)
    case "renumbered":
      guard let id = value["to"].int else { return false }
      renumber(title, to: id)
    default: return false
    }
    return true
  }
}
