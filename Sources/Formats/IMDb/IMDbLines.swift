extension IMDb {
  /// Divides chunks of a file into lines, which are not copied where they lie within a chunk.
  public struct Lines: Sendable {
    /// The longest line, in bytes without its end; a longer one is skipped and counted.
    public static let limit = 65_536

    /// How many lines were skipped because they are too long.
    public private(set) var tooLong = 0
    /// The number of the first of them.
    public private(set) var firstTooLong: Int?
    /// How many lines were ended so far, the header and the skipped ones among them.
    public private(set) var count = 0

    /// The beginning of a line that has not ended yet.
    private var rest: [UInt8] = []
    private var isSkipping = false

    /// Begins before the first line, which is number 1.
    public init() {}

    /// Gives every line that ends in this chunk to `body`, without its `\n` or `\r\n` and with its number; the bytes
    /// are there only while `body` runs. When `body` throws, the rest of the chunk is lost.
    public mutating func take(
      _ chunk: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, Int) throws -> Void
    ) rethrows {
      var start = 0
      if !rest.isEmpty || isSkipping {
        let end = Bytes.first(0x0A, in: chunk, from: 0)
        keep(UnsafeRawBufferPointer(rebasing: chunk[..<(end ?? chunk.count)]))
        guard let end else { return }
        try endRest(body)
        start = end + 1
      }
      while let end = Bytes.first(0x0A, in: chunk, from: start) {
        let line = Self.withoutReturn(UnsafeRawBufferPointer(rebasing: chunk[start..<end]))
        start = end + 1
        count += 1
        if line.count > Self.limit {
          skip()
        } else {
          try body(line, count)
        }
      }
      keep(UnsafeRawBufferPointer(rebasing: chunk[start...]))
    }

    /// Gives what stands after the last line end to `body`, if anything does: that line may be cut short, and is when
    /// it has too few columns.
    public mutating func finish(_ body: (UnsafeRawBufferPointer, Int) throws -> Void) rethrows {
      if !rest.isEmpty || isSkipping { try endRest(body) }
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
      // One more than the limit: it may be the return of the line's end.
      if isSkipping || rest.count + bytes.count > Self.limit + 1 {
        isSkipping = true
        rest.removeAll(keepingCapacity: true)
      } else {
        rest.append(contentsOf: bytes)
      }
    }

    private mutating func endRest(_ body: (UnsafeRawBufferPointer, Int) throws -> Void) rethrows {
      count += 1
      let number = count
      defer {
        rest.removeAll(keepingCapacity: true)
        isSkipping = false
      }
      let isLong = try rest.withUnsafeBytes { bytes in
        let line = Self.withoutReturn(bytes)
        if isSkipping || line.count > Self.limit { return true }
        try body(line, number)
        return false
      }
      if isLong { skip() }
    }

    private mutating func skip() {
      tooLong += 1
      firstTooLong = firstTooLong ?? count
    }

    @inline(__always)
    private static func withoutReturn(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
      guard let last = line.last, last == 0x0D else { return line }
      return UnsafeRawBufferPointer(rebasing: line[..<(line.count - 1)])
    }
  }
}
