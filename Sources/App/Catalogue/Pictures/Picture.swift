import Crypto
import Formats

/// What a picture shows, and with it the sizes in which TMDB offers it and its shape
/// (developer.themoviedb.org/docs/image-basics; the sizes are those of its answer to `/3/configuration`).
enum PictureKind: String, Sendable, CaseIterable {
  /// Of a title, a season or a collection.
  case poster
  /// A wide picture of a title or a collection.
  case backdrop
  /// Out of an episode.
  case still
  /// A person.
  case face
  /// A place to watch.
  case logo

  /// The widths that are used, in pixels, the least first.
  var widths: [Int] {
    switch self {
    case .poster: [92, 154, 342, 500, 780]
    case .backdrop: [300, 780, 1_280]
    case .still: [185, 300]
    case .face: [45, 185]
    case .logo: [45, 92]
    }
  }

  /// Width and height of its box, in pixels of a style sheet: their ratio is the shape in which it is shown.
  var box: (width: Int, height: Int) {
    switch self {
    case .poster, .face: (200, 300)
    case .backdrop: (1_280, 720)
    case .still: (320, 180)
    case .logo: (92, 92)
    }
  }
}

/// A picture of TMDB's in one size.
struct Picture: Sendable, Hashable {
  let kind: PictureKind
  /// Its width in pixels, one of the kind's.
  let width: Int
  /// TMDB's path, such as `/abc123.jpg`.
  let path: String

  /// The longest name in a path before its ending, in bytes.
  static let longestName = 80
  /// The endings that are fetched; what may hold a script, such as SVG, is not.
  static let endings = [".jpg", ".jpeg", ".png", ".webp"]

  /// Nil when the kind has no such width, or the path is none of TMDB's.
  init?(_ kind: PictureKind, width: Int, path: String) {
    guard kind.widths.contains(width), Self.isPath(path) else { return nil }
    self.kind = kind
    self.width = width
    self.path = path
  }

  /// Reads the parts of an address of ours: `poster`, `w342`, `abc123.jpg`.
  init?(kind: String, size: String, file: String) {
    guard let kind = PictureKind(rawValue: kind), let width = kind.widths.first(where: { "w\($0)" == size }) else {
      return nil
    }
    self.init(kind, width: width, path: "/" + file)
  }

  /// Whether a text is a path as TMDB writes them: `^/[A-Za-z0-9._-]{1,80}\.(jpg|jpeg|png|webp)$`.
  static func isPath(_ text: String) -> Bool {
    guard text.hasPrefix("/"), let ending = endings.first(where: text.hasSuffix) else { return false }
    let name = text.utf8.dropFirst().dropLast(ending.utf8.count)
    return (1...longestName).contains(name.count) && name.allSatisfy(isNameByte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// What is asked of TMDB's picture server.
  var target: String { "/t/p/w\(width)\(path)" }

  /// Where we serve it.
  var url: String { "/pictures/\(kind.rawValue)/w\(width)\(path)" }

  /// Under which it is kept: 64 hexadecimal digits that depend on kind, size and path alone.
  var digest: String {
    SHA256.hash(data: Array("\(kind.rawValue) w\(width) \(path)".utf8))
      .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  /// Its entity tag: TMDB never changes what lies under a path.
  var tag: String { "\"" + digest.prefix(24) + "\"" }

  /// The `srcset` of a picture in several widths: `/pictures/face/w45/a.jpg 45w, /pictures/face/w185/a.jpg 185w`.
  ///
  /// - Parameter widths: those of the kind that are worth offering.
  static func sourceSet(_ kind: PictureKind, path: String, widths: [Int]) -> String {
    widths.compactMap { width in Picture(kind, width: width, path: path).map { "\($0.url) \(width)w" } }
      .joined(separator: ", ")
  }
}

/// A picture that is whole: its bytes, and what they are.
struct PictureBytes: Sendable {
  let bytes: [UInt8]
  let format: PictureHeader.Format

  /// The most bytes that a picture may have.
  static let mostBytes = 5 << 20
  /// The widest that is taken, in pixels.
  static let mostWidth = 4_000
  /// The highest that is taken, in pixels.
  static let mostHeight = 6_000

  /// Nil when the bytes begin like no picture, are too many, tell of too large a picture, or end before it does.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.mostBytes, let header = PictureHeader.read(bytes), header.width <= Self.mostWidth,
      header.height <= Self.mostHeight, Self.isWhole(bytes, header.format)
    else { return nil }
    self.bytes = bytes
    format = header.format
  }

  /// Whether the end is there: `EOI` of a JPEG (T.81, table B.1), `IEND` of a PNG (ISO/IEC 15948, section 11.2.5), as
  /// many bytes of a WebP as its head says (RFC 9649, section 2.4). Some bytes may follow.
  private static func isWhole(_ bytes: [UInt8], _ format: PictureHeader.Format) -> Bool {
    // An answer that was cut is complete as far as HTTP can tell when somebody between counted it again.
    let tail = bytes.suffix(4_096)
    switch format {
    case .jpeg: return zip(tail, tail.dropFirst()).contains { $0 == 0xFF && $1 == 0xD9 }
    case .png: return tail.firstRange(of: Array("IEND".utf8)) != nil
    case .webp:
      guard bytes.count >= 8 else { return false }
      return (0..<4).reduce(8) { $0 + Int(bytes[4 + $1]) << (8 * $1) } <= bytes.count
    }
  }
}
