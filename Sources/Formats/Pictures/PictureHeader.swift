/// The format and the size of a picture, read from its first bytes without decoding it: JPEG (ITU-T T.81, section
/// B.2), PNG (ISO/IEC 15948, section 11.2.1 `IHDR`) and WebP (RFC 9649 with `VP8X` and `VP8L`, and RFC 6386, section
/// 9.1, for `VP8`).
public struct PictureHeader: Sendable, Hashable {
  /// A format of pictures.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// JPEG, in any of its processes.
    case jpeg
    /// PNG.
    case png
    /// WebP: lossy, lossless or extended.
    case webp

    /// Its media type, as IANA has registered it.
    public var mediaType: String { "image/" + rawValue }
  }

  /// The longest side that is taken, in pixels.
  public static let longestSide = 20_000
  /// The largest picture that is taken, in pixels.
  public static let mostPixels = 40_000_000

  /// The format.
  public let format: Format
  /// The width in pixels, 1 to 20,000.
  public let width: Int
  /// The height in pixels, 1 to 20,000.
  public let height: Int

  /// Reads the first bytes of a picture: 30 are enough but for a JPEG, where they must reach the frame header. It is
  /// nil when they are of no such format, end too early, or tell of a side over 20,000 pixels, of none, or of more
  /// than 40 million pixels. A JPEG whose height stands behind its first scan is not taken.
  public static func read(_ bytes: some RandomAccessCollection<UInt8>) -> PictureHeader? {
    let bytes = Bytes(bytes)
    return jpeg(bytes) ?? png(bytes) ?? webp(bytes)
  }

  private init?(_ format: Format, width: Int?, height: Int?) {
    guard let width, let height else { return nil }
    let sides = 1...Self.longestSide
    guard sides.contains(width), sides.contains(height), width * height <= Self.mostPixels else { return nil }
    self.format = format
    self.width = width
    self.height = height
  }

  /// Bytes by their distance from the first; there is nothing after the last.
  private struct Bytes<Base: RandomAccessCollection<UInt8>> {
    let base: Base
    let count: Int

    init(_ base: Base) {
      self.base = base
      count = base.count
    }

    subscript(_ offset: Int) -> UInt8? {
      guard offset >= 0, offset < count else { return nil }
      return base[base.index(base.startIndex, offsetBy: offset)]
    }

    /// Whether these characters stand there.
    func has(_ text: StaticString, at offset: Int) -> Bool {
      for place in 0..<text.utf8CodeUnitCount where self[offset + place] != text.utf8Start[place] { return false }
      return true
    }

    /// A number of some bytes, the most significant first.
    func big(_ offset: Int, _ width: Int) -> Int? { number((0..<width).map { offset + $0 }) }

    /// A number of some bytes, the least significant first.
    func little(_ offset: Int, _ width: Int) -> Int? { number((0..<width).reversed().map { offset + $0 }) }

    private func number(_ offsets: [Int]) -> Int? {
      var number = 0
      for offset in offsets {
        guard let byte = self[offset] else { return nil }
        number = number << 8 | Int(byte)
      }
      return number
    }
  }

  private static func jpeg<Base>(_ bytes: Bytes<Base>) -> PictureHeader? {
    guard bytes[0] == 0xFF, bytes[1] == 0xD8 else { return nil }
    var offset = 2
    while bytes[offset] == 0xFF {
      // Any number of FF may stand before a marker (section B.1.1.2).
      while bytes[offset] == 0xFF { offset += 1 }
      guard let marker = bytes[offset] else { return nil }
      offset += 1
      switch marker {
      case 0xC4, 0xC8, 0xCC:
        // In the range of the frame headers, but tables and a reserved one.
        guard let length = bytes.big(offset, 2), length >= 2 else { return nil }
        offset += length
      case 0xC0...0xCF:
        guard let length = bytes.big(offset, 2), length >= 8 else { return nil }
        return PictureHeader(.jpeg, width: bytes.big(offset + 5, 2), height: bytes.big(offset + 3, 2))
      case 0x00, 0xD8, 0xD9, 0xDA: return nil
      case 0x01, 0xD0...0xD7: break
      default:
        guard let length = bytes.big(offset, 2), length >= 2 else { return nil }
        offset += length
      }
    }
    return nil
  }

  private static func png<Base>(_ bytes: Bytes<Base>) -> PictureHeader? {
    guard bytes[0] == 0x89, bytes.has("PNG\r\n\u{1A}\n", at: 1), bytes.big(8, 4) == 13, bytes.has("IHDR", at: 12) else {
      return nil
    }
    return PictureHeader(.png, width: bytes.big(16, 4), height: bytes.big(20, 4))
  }

  private static func webp<Base>(_ bytes: Bytes<Base>) -> PictureHeader? {
    guard bytes.has("RIFF", at: 0), bytes.has("WEBP", at: 8) else { return nil }
    if bytes.has("VP8 ", at: 12) {
      // A key frame, its start code, and 14 bits of each side below 2 bits of scale.
      guard let tag = bytes[20], tag & 1 == 0, bytes.big(23, 3) == 0x9D012A else { return nil }
      return PictureHeader(
        .webp, width: bytes.little(26, 2).map { $0 & 0x3FFF }, height: bytes.little(28, 2).map { $0 & 0x3FFF })
    }
    if bytes.has("VP8L", at: 12) {
      // The signature, 14 bits of each side less 1, one of alpha, and a version that is 0.
      guard bytes[20] == 0x2F, let bits = bytes.little(21, 4), bits >> 29 == 0 else { return nil }
      return PictureHeader(.webp, width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
    }
    if bytes.has("VP8X", at: 12) {
      return PictureHeader(
        .webp, width: bytes.little(24, 3).map { $0 + 1 }, height: bytes.little(27, 3).map { $0 + 1 })
    }
    return nil
  }
}
