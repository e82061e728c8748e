import HTTPTypes
import Hummingbird
import NIOCore
import Web

extension Request {
  /// The fields of a posted form, held to those it declares; `back` and `once` may always come.
  ///
  /// - Throws: 413 when it is too large, 400 when it cannot be read, 422 for a field it does not have.
  func form(_ names: Set<String>, lists: Set<String> = []) async throws -> Form {
    if let type = headers[.contentType]?.lowercased(), !type.hasPrefix("application/x-www-form-urlencoded") {
      throw Problem(.unsupportedMediaType, .problemForm)
    }
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > App.maximumFormBytes {
      throw Problem(.contentTooLarge, .problemTooLarge)
    }
    var bytes: [UInt8] = []
    for try await buffer in body {
      bytes.append(contentsOf: buffer.readableBytesView)
      if bytes.count > App.maximumFormBytes { throw Problem(.contentTooLarge, .problemTooLarge) }
    }
    let form = try Form(bytes: bytes)
    try form.check(allowing: names.union(["back", "once"]), lists: lists)
    return form
  }

  /// The fields of the query; names that a page does not know are passed over, since links get decorated on their way.
  func query() throws -> Form { try Form(uri.query ?? "") }

  /// Where to return after a POST: the form's own word, else the page it was posted from, else the given path.
  func back(_ form: Form, else path: String) -> String {
    if let back = LocalPath.checked(form["back"]) { return back }
    return referringPath ?? path
  }

  /// The page of ours that the request came from, by its Referer.
  var referringPath: String? {
    guard let referer = headers[.referer], let authority = head.authority,
      let start = referer.firstRange(of: "://" + authority)
    else { return nil }
    return LocalPath.checked(String(referer[start.upperBound...]))
  }
}

extension RequestContext {
  /// A number in the path; anything else is a page that is not there. A slug after the number is passed over.
  func id(_ name: String) throws -> Int {
    guard let text = parameters.get(name) else { throw Problem.notFound }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let id = Int(digits: digits), digits.count == text.count || text.dropFirst(digits.count).first == "-" else {
      throw Problem.notFound
    }
    return id
  }
}

/// What is wrong with a form: a message for each field, in the form's order.
struct FieldErrors: Sendable {
  private(set) var messages: [(field: String, text: String)] = []

  /// Adds a message unless the field has one.
  mutating func add(_ field: String, _ text: String?) {
    guard let text, self[field] == nil else { return }
    messages.append((field, text))
  }

  /// The message of a field.
  subscript(field: String) -> String? { messages.first { $0.field == field }?.text }

  /// Whether the form is fine.
  var isEmpty: Bool { messages.isEmpty }
}
