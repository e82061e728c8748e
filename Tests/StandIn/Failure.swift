extension TMDB {
  /// A way in which TMDB, or the way to it, goes wrong.
  public enum Failure: Sendable, Equatable {
    /// TMDB's own answer of this status; 429 says after how many seconds to come again unless that is nil.
    case status(Int, retryAfter: Int? = 1)
    /// 200 with bytes that are no text.
    case garbage
    /// 200 with a page for people.
    case html
    /// 200 with the first half of the JSON, complete as far as HTTP can tell.
    case truncated
    /// 200 with nothing.
    case empty
    /// No answer for some seconds, then the right one.
    case hang(seconds: Double)
    /// The right answer, a byte at a time.
    case drip(everySeconds: Double = 1)
    /// The first half of the answer, then nothing for some seconds, then the end of the connection.
    case stall(seconds: Double)
    /// The first half of the answer, then the end of the connection.
    case cut
    /// The connection is reset without an answer.
    case reset
    /// A JSON object of about so many bytes.
    case huge(bytes: Int = 100 << 20)
    /// The right answer under another content type.
    case contentType(String = "text/plain")
    /// 302 to another host.
    case redirect(to: String = "http://127.0.0.1:1/")
    /// The right answer with these members null wherever they are, or all members but `id` when none are named.
    case nulls([String] = [])
    /// The right answer with these members of another type, or all when none are named.
    case wrongTypes([String] = [])

    /// Reads what `POST /_fail` takes: `{"failure": "status", "status": 429, "retry_after": 2}`.
    ///
    /// The names are those of the cases with `_` between words; nil for an unknown one.
    init?(_ value: JSONValue) {
      let seconds = value["seconds"].double
      let fields = value["fields"].array.compactMap(\.string)
      switch value["failure"].string {
      case "status":
        guard let status = value["status"].int, (200...599).contains(status) else { return nil }
        self = .status(status, retryAfter: value["retry_after"].isNull ? 1 : value["retry_after"].int)
      case "garbage": self = .garbage
      case "html": self = .html
      case "truncated": self = .truncated
      case "empty": self = .empty
      case "hang": self = .hang(seconds: seconds ?? 60)
      case "drip": self = .drip(everySeconds: seconds ?? 1)
      case "stall": self = .stall(seconds: seconds ?? 60)
      case "cut": self = .cut
      case "reset": self = .reset
      case "huge": self = .huge(bytes: value["bytes"].int ?? 100 << 20)
      case "content_type": self = .contentType(value["type"].string ?? "text/plain")
      case "redirect": self = .redirect(to: value["to"].string ?? "http://127.0.0.1:1/")
      case "nulls": self = .nulls(fields)
      case "wrong_types": self = .wrongTypes(fields)
      default: return nil
      }
    }
  }
}

/// An answer before it is sent.
struct Reply: Sendable {
  /// How the bytes go out.
  enum Manner: Sendable, Equatable {
    case whole
    case drip(seconds: Double)
    case stall(seconds: Double)
    case reset
    case huge(bytes: Int)
  }

  var status: Int
  var contentType = "application/json;charset=utf-8"
  var headers: [(name: String, value: String)] = []
  var body: [UInt8]
  /// How long nothing is sent, in seconds.
  var delay = 0.0
  var manner = Manner.whole

  /// An answer of JSON.
  init(_ status: Int, _ value: JSONValue) {
    self.status = status
    body = Array(value.text.utf8)
  }

  /// An answer of other bytes.
  init(_ status: Int, _ body: [UInt8], _ contentType: String) {
    self.status = status
    self.body = body
    self.contentType = contentType
  }

  /// TMDB's error of an HTTP status, after https://developer.themoviedb.org/docs/errors.
  static func error(_ status: Int) -> Reply {
    let (code, message): (Int, String)
    switch status {
    case 400:
      (code, message) = (22, "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.")
    case 401: (code, message) = (7, "Invalid API key: You must be granted a valid key.")
    case 404: (code, message) = (34, "The resource you requested could not be found.")
    case 405: (code, message) = (4, "This request method is not supported for this resource.")
    case 422: (code, message) = (20, "Invalid date range: Should be a range no longer than 14 days.")
    case 429: (code, message) = (25, "Your request count (41) is over the allowed limit of 40.")
    case 502: (code, message) = (43, "Couldn't connect to the backend server.")
    case 503: (code, message) = (9, "Service offline: This service is temporarily offline, try again later.")
    case 504: (code, message) = (24, "Your request to the backend server timed out. Try again.")
    default: (code, message) = (11, "Internal error: Something went wrong, contact TMDB.")
    }
    return Reply(status, ["status_code": .int(code), "status_message": .string(message), "success": false])
  }
}

extension TMDB.Failure {
  /// What becomes of the right answer.
  func spoil(_ right: Reply) -> Reply {
    var reply = right
    switch self {
    case .status(let status, let retryAfter):
      reply = .error(status)
      if status == 429, let retryAfter { reply.headers = [("Retry-After", String(retryAfter))] }
    case .garbage:
      reply = Reply(200, (0..<512).map { UInt8(truncatingIfNeeded: 128 + $0 * 37) }, right.contentType)
    case .html:
      let page = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Welcome</h1></body></html>"
      reply = Reply(200, Array(page.utf8), "text/html; charset=utf-8")
    case .truncated: reply.body = Array(right.body.prefix(right.body.count / 2))
    case .empty: reply.body = []
    case .hang(let seconds): reply.delay = seconds
    case .drip(let seconds): reply.manner = .drip(seconds: seconds)
    case .stall(let seconds): reply.manner = .stall(seconds: seconds)
    case .cut: reply.manner = .stall(seconds: 0)
    case .reset: reply.manner = .reset
    case .huge(let bytes): reply.manner = .huge(bytes: bytes)
    case .contentType(let type): reply.contentType = type
    case .redirect(let target):
      reply = Reply(302, [], "text/plain")
      reply.headers = [("Location", target)]
    case .nulls(let names): reply.body = Self.edited(right.body) { Self.changed($0, names) { _ in .null } }
    case .wrongTypes(let names): reply.body = Self.edited(right.body) { Self.changed($0, names, Self.otherType) }
    }
    return reply
  }

  private static func edited(_ body: [UInt8], _ edit: (JSONValue) -> JSONValue) -> [UInt8] {
    guard let value = try? JSONValue(parsing: body) else { return body }
    return Array(edit(value).text.utf8)
  }

  /// The value with the named members changed; without names, every member that holds no other but `id`.
  private static func changed(
    _ value: JSONValue, _ names: [String], _ change: (JSONValue) -> JSONValue
  ) -> JSONValue {
    switch value {
    case .array(let elements): return .array(elements.map { changed($0, names, change) })
    case .object(let members):
      var result: [String: JSONValue] = [:]
      for (name, member) in members {
        let isLeaf = member.object == nil && !member.array.contains { $0.object != nil }
        let isMeant = names.isEmpty ? isLeaf && name != "id" : names.contains(name)
        result[name] = isMeant ? change(member) : changed(member, names, change)
      }
      return .object(result)
    default: return value
    }
  }

  private static func otherType(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string: 7
    case .int, .double: "seven"
    case .bool: "true"
    case .array: ["0": "an object"]
    case .object: ["a list"]
    case .null: [:]
    }
  }
}
