internal import CPostgres

/// The address of a PostgreSQL database: libpq's own, with two words of ours in its query.
///
/// `prepare=off` keeps no statements, for PgBouncer in transaction mode; `pool=N` is how many connections are kept.
/// Everything else goes to libpq as it is: several hosts, `sslmode`, `target_session_attrs`
/// (postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING).
public struct PostgresAddress: Sendable, Equatable {
  /// What libpq is given.
  public let url: String
  /// Whether statements are prepared once a connection and kept, and settings made once for its length.
  public let keepsStatements: Bool
  /// How many connections are open at most.
  public private(set) var connections: Int

  /// Connections of a node, unless told.
  public static let usualConnections = 8
  /// The most that may be asked for.
  public static let mostConnections = 200

  /// What is wrong with an address.
  public enum Mistake: Error, Equatable, Sendable {
    case scheme, prepare, pool
    /// libpq cannot read it; nothing of it is repeated, for there may be a password in it.
    case unreadable
  }

  /// Reads an address.
  public init(_ text: String) throws(Mistake) {
    guard ["postgres://", "postgresql://"].contains(where: text.hasPrefix) else { throw .scheme }
    let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var (keeps, connections) = (true, Self.usualConnections)
    var others: [Substring] = []
    for part in halves.count == 2 ? halves[1].split(separator: "&") : [] {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = pair.count == 2 ? String(pair[1]) : ""
      switch pair[0] {
      case "prepare":
        guard ["on", "off"].contains(value) else { throw .prepare }
        keeps = value == "on"
      case "pool":
        guard let number = Int(value), (1...Self.mostConnections).contains(number) else { throw .pool }
        connections = number
      default: others.append(part)
      }
    }
    url = String(halves[0]) + (others.isEmpty ? "" : "?" + others.joined(separator: "&"))
    // In a password an @ is written %40: the second one would be taken for a part of the host.
    let authority = halves[0].drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
    var problem: UnsafeMutablePointer<CChar>?
    let options = PQconninfoParse(url, &problem)
    PQfreemem(problem)
    PQconninfoFree(options)
    guard options != nil, authority.filter({ $0 == "@" }).count <= 1 else { throw .unreadable }
    keepsStatements = keeps
    self.connections = connections
  }

  /// The same with as many connections.
  public func with(connections: Int) -> PostgresAddress {
    var address = self
    address.connections = connections
    return address
  }

  /// The address without its password, for people to read.
  public var redacted: String {
    var text = url.replacing(/:\/\/([^:@\/]*):[^@\/]*@/) { "://\($0.1):…@" }
    text = text.replacing(/(password|sslpassword)=[^&]*/) { "\($0.1)=…" }
    return text
  }
}
