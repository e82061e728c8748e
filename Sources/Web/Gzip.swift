internal import CZlib
internal import NIOCore
internal import NIOPosix

/// A gzip stream for one answer (RFC 1952), at zlib's fastest level.
///
/// Level 1 makes pages of ours a sixth of their size in a third of the time of zlib's default, which makes them a
/// seventh. The memory of a stream (some 256 KB) is used again by the next answer of the same event loop.
///
/// It belongs to one event loop.
final class Gzip {
  private let stream: UnsafeMutablePointer<z_stream>

  /// Streams that wait for an answer, at most `spareCount` an event loop.
  private static let spares = ThreadSpecificVariable<Spares>()
  private static let spareCount = 4
  /// How much room for its output is asked for at once while an answer is still being made, in bytes.
  private static let pieceLength = 16 * 1024

  /// Unchecked because each thread sees its own and no other.
  private final class Spares: @unchecked Sendable { var streams: [Gzip] = [] }

  /// Makes a stream; nil when there is no memory.
  private init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for gzip's own head and foot.
    let code = deflateInit2_(
      stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// A stream at its beginning; nil when there is no memory.
  static func take() -> Gzip? { spares.currentValue?.streams.popLast() ?? Gzip() }

  /// Gives the stream back for the next answer.
  func giveBack() {
    let spares = Self.spares.currentValue ?? Spares()
    Self.spares.currentValue = spares
    if spares.streams.count < Self.spareCount, deflateReset(stream) == Z_OK { spares.streams.append(self) }
  }

  /// Packs bytes, and writes what comes out of it.
  func pack(_ bytes: ByteBuffer, into output: inout ByteBuffer) {
    run(bytes, Z_NO_FLUSH, &output)
  }

  /// Packs the last bytes and ends the stream.
  func finish(_ bytes: ByteBuffer, into output: inout ByteBuffer) {
    run(bytes, Z_FINISH, &output)
  }

  private func run(_ bytes: ByteBuffer, _ flush: Int32, _ output: inout ByteBuffer) {
    // zlib only reads what it is given, though its header does not say so.
    var bytes = bytes
    bytes.readWithUnsafeMutableReadableBytes { input in
      stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(input.count)
      var isDone = false
      while !isDone {
        let room = flush == Z_FINISH ? Int(deflateBound(stream, UInt(stream.pointee.avail_in))) : Self.pieceLength
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { space in
          stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
          stream.pointee.avail_out = UInt32(space.count)
          let code = deflate(stream, flush)
          isDone = code == Z_STREAM_END || (flush == Z_NO_FLUSH && stream.pointee.avail_out > 0) || code == Z_BUF_ERROR
          return space.count - Int(stream.pointee.avail_out)
        }
      }
      return input.count
    }
  }
}
