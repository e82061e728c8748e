import Foundation

/// The Movie Database's API, version 3 (https://developer.themoviedb.org): the bodies of its answers, read leniently.
///
/// Bytes go in, values come out. A field that is missing, null or of a wrong type costs that field, and a bad element
/// of a list costs that element; only a body without its identifier costs the whole.
public enum TMDB {
  /// Why a body gives no value; it repeats nothing of the body.
  public struct Malformed: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, in a few words.
    public let what: String

    /// The same.
    public var description: String { what }
  }

  /// What the body of one kind of answer holds.
  public protocol Answer: Sendable, Equatable {
    /// What a body of this kind cannot be without.
    static var identifier: String { get }

    /// Takes what there is; nil without the identifier.
    init?(_ value: Value)
  }

  /// How much is kept; what is longer is cut.
  enum Limit {
    /// Unicode scalars of a name or of any short text.
    static let name = 500
    /// Unicode scalars of an overview or a biography.
    static let prose = 20_000
    /// Characters of an address.
    static let address = 2_000
    /// Elements of a list.
    static let list = 500
    /// Elements of the lists that are long by nature: episodes, a person's credits, all providers.
    static let longList = 2_000
    /// The highest count, order, season or episode number, so that sums of them cannot overflow.
    static let count = 1_000_000_000
    /// The longest runtime, in minutes.
    static let minutes = 99_999
  }
}

extension TMDB.Answer {
  /// The value that the body of an answer holds.
  ///
  /// It throws `TMDB.Malformed` when the body is not JSON (RFC 8259, in UTF-8), not an object, or lacks its
  /// identifier. How deep it is nested is bounded by Foundation's parser, which refuses more than 512 levels; from
  /// there on nothing follows the nesting of the input. How long it is, is for the caller to bound.
  public static func decode(_ bytes: some Collection<UInt8>) throws(TMDB.Malformed) -> Self {
    let body: Any
    do {
      body = try JSONSerialization.jsonObject(with: bytes as? Data ?? Data(bytes))
    } catch {
      throw TMDB.Malformed(what: "not JSON")
    }
    let value = TMDB.Value(body)
    guard value.isObject else { throw TMDB.Malformed(what: "not an object") }
    guard let answer = Self(value) else { throw TMDB.Malformed(what: "without \(identifier)") }
    return answer
  }
}
