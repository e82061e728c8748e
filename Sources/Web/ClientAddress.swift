/// Who is at the other end, as far as that can be trusted.
public struct ClientAddress: Sendable {
  /// Networks whose X-Forwarded-For is believed, such as `127.0.0.1` or `10.0.0.0/8`.
  private let trusted: [Network]

  /// - Throws: `BadNetwork` naming the entry that is no address or network.
  public init(trustedProxies: [String]) throws(BadNetwork) {
    trusted = try trustedProxies.map { text throws(BadNetwork) in
      guard let network = Network(text) else { throw BadNetwork(text: text) }
      return network
    }
  }

  /// An entry that is no address or network.
  public struct BadNetwork: Error, Sendable {
    /// What was written.
    public let text: String
  }

  /// Whether the socket's other end is one of the trusted proxies.
  public func isTrusted(_ socketAddress: String?) -> Bool {
    guard let socketAddress, let address = IPAddress(socketAddress) else { return false }
    return trusted.contains { $0.contains(address) }
  }

  /// The client's address: the right-most hop that is not a trusted proxy, when the socket is one; else the socket's.
  public func client(socket: String?, forwardedFor: [String]) -> String {
    guard let socket else { return "local" }
    guard isTrusted(socket) else { return socket }
    let hops = forwardedFor.joined(separator: ",").split(separator: ",").map { hop in
      String(hop.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    for hop in hops.reversed() {
      guard IPAddress(hop) != nil else { return socket }
      if !isTrusted(hop) { return hop }
    }
    return hops.first ?? socket
  }

  /// The address as throttles count it: an IPv6 client is its /64 network.
  public static func throttleKey(_ address: String) -> String {
    guard let parsed = IPAddress(address), parsed.bytes.count == 16 else { return address }
    if let four = parsed.mappedIPv4 { return four.map(String.init).joined(separator: ".") }
    return parsed.bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") + "/64"
  }
}

/// An IPv4 or IPv6 address as its 4 or 16 bytes.
struct IPAddress: Equatable {
  let bytes: [UInt8]

  init?(_ text: String) {
    if text.contains(":") {
      guard let bytes = Self.parse6(text) else { return nil }
      self.bytes = bytes
    } else {
      guard let bytes = Self.parse4(text) else { return nil }
      self.bytes = bytes
    }
  }

  /// The IPv4 address inside `::ffff:0:0/96`, or nil.
  var mappedIPv4: [UInt8]? {
    guard bytes.count == 16, bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 255, bytes[11] == 255 else {
      return nil
    }
    return Array(bytes.suffix(4))
  }

  private static func parse4(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard let byte = UInt8(part), String(byte) == part else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func parse6(_ text: String) -> [UInt8]? {
    let text = text.prefix { $0 != "%" }
    guard let gap = text.firstRange(of: "::") else {
      let groups = groups6(text)
      return groups?.count == 16 ? groups : nil
    }
    guard let head = groups6(text[..<gap.lowerBound]), let tail = groups6(text[gap.upperBound...]),
      head.count + tail.count <= 14
    else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  private static func groups6(_ text: Substring) -> [UInt8]? {
    if text.isEmpty { return [] }
    var bytes: [UInt8] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(".") {
        guard let four = parse4(String(part)) else { return nil }
        bytes += four
      } else {
        guard part.count <= 4, let group = UInt16(part, radix: 16) else { return nil }
        bytes += [UInt8(group >> 8), UInt8(group & 255)]
      }
    }
    return bytes
  }
}

/// An address with the number of its leading bits that count.
struct Network {
  let address: IPAddress
  let bits: Int

  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
    let all = address.bytes.count * 8
    var bits = all
    if parts.count == 2 {
      guard let given = Int(parts[1]), (0...all).contains(given) else { return nil }
      bits = given
    }
    self.address = address
    self.bits = bits
  }

  func contains(_ other: IPAddress) -> Bool {
    var other = other.bytes
    if other.count != address.bytes.count {
      guard let four = IPAddress(bytes: other).mappedIPv4, address.bytes.count == 4 else { return false }
      other = four
    }
    for bit in 0..<bits {
      let mask = UInt8(0x80) >> UInt8(bit % 8)
      if other[bit / 8] & mask != address.bytes[bit / 8] & mask { return false }
    }
    return true
  }
}

extension IPAddress {
  init(bytes: [UInt8]) { self.bytes = bytes }
}
