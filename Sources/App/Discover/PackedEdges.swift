/// Where a title leads to, as it is kept: eight bytes an edge, the lowest first.
///
/// From the lowest bit on: ten bits of the weight (1 to 1000), one that says whether people here like both, and the
/// number of the other title.
struct PackedEdges: Sendable, Equatable {
  let bytes: [UInt8]

  /// Those that are kept so.
  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Packs edges in their order.
  init(_ edges: [(other: Int, isWatched: Bool, weight: Int)]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(edges.count * 8)
    for edge in edges {
      let packed = UInt64(edge.other) << 11 | (edge.isWatched ? 1 << 10 : 0) | UInt64(edge.weight)
      for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: packed >> UInt64(byte * 8))) }
    }
    self.bytes = bytes
  }

  /// How many there are.
  var count: Int { bytes.count / 8 }

  /// Hands out each in its order.
  func each(_ body: (_ other: Int, _ isWatched: Bool, _ weight: Int) -> Void) {
    bytes.withUnsafeBytes { raw in
      for place in 0..<count {
        let packed = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self))
        body(Int(packed >> 11), packed & 1 << 10 != 0, Int(packed & 1_023))
      }
    }
  }
}
