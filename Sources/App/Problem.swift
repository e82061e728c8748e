public import HTTPTypes

/// The one error that a visitor gets to read: thrown anywhere, rendered once by `Edge`.
public struct Problem: Error, Sendable {
  /// The answer's status.
  public let status: HTTPResponse.Status
  /// What the visitor reads.
  let text: Key
  /// Values for the text.
  var values: [String: String] = [:]
  /// What the log says, when that is worth a line.
  public var log: String?
  /// Headers of the answer, such as Retry-After.
  public var headers: HTTPFields = [:]
  /// Where to go instead of an error page.
  public var location: String?

  init(
    _ status: HTTPResponse.Status, _ text: Key, _ values: [String: String] = [:], log: String? = nil,
    headers: HTTPFields = [:]
  ) {
    self.status = status
    self.text = text
    self.values = values
    self.log = log
    self.headers = headers
  }

  /// Nothing is there, or nothing of this person's.
  static let notFound = Problem(.notFound, .problemNotFound)

  /// A form or address holds something that cannot be.
  static func invalid(_ text: Key, _ values: [String: String] = [:]) -> Problem {
    Problem(.unprocessableContent, text, values)
  }

  /// Not an error at all: go there.
  static func redirect(_ location: String) -> Problem {
    var problem = Problem(.seeOther, .problemNotFound)
    problem.location = location
    return problem
  }

  /// Too much at once; try again after so many seconds.
  static func tooMany(seconds: Int) -> Problem {
    Problem(.tooManyRequests, .problemTooMany, ["n": String(seconds)], headers: [.retryAfter: String(seconds)])
  }

  /// Not now; the database or the machine cannot.
  static func unavailable(_ text: Key = .problemUnavailable, log: String) -> Problem {
    Problem(.serviceUnavailable, text, log: log, headers: [.retryAfter: "5"])
  }
}
