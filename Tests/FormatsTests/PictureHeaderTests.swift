import Testing

@testable import Formats

@Suite struct PictureHeaderTests {
  private static func big(_ number: Int, _ width: Int) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private static func little(_ number: Int, _ width: Int) -> [UInt8] { big(number, width).reversed() }

  /// A segment with its marker and its length.
  private static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
    [0xFF, marker] + big(content.count + 2, 2) + content
  }

  private static func frame(_ marker: UInt8, _ width: Int, _ height: Int) -> [UInt8] {
    segment(marker, [8] + big(height, 2) + big(width, 2) + [1, 1, 0x11, 0])
  }

  private static func jpeg(_ segments: [UInt8]) -> [UInt8] {
    [0xFF, 0xD8] + segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]) + segments
  }

  private static func png(_ width: Int, _ height: Int) -> [UInt8] {
    [0x89] + Array("PNG\r\n\u{1A}\n".utf8) + big(13, 4) + Array("IHDR".utf8) + big(width, 4) + big(height, 4)
      + [8, 6, 0, 0, 0] + [0, 0, 0, 0]
  }

  private static func webp(_ name: String, _ data: [UInt8]) -> [UInt8] {
    Array("RIFF".utf8) + little(data.count + 12, 4) + Array(("WEBP" + name).utf8) + little(data.count, 4) + data
  }

  private static func lossy(_ width: Int, _ height: Int, tag: UInt8 = 0x10) -> [UInt8] {
    webp("VP8 ", [tag, 0, 0, 0x9D, 0x01, 0x2A] + little(width, 2) + little(height, 2))
  }

  private static func lossless(_ width: Int, _ height: Int, more: Int = 0) -> [UInt8] {
    webp("VP8L", [0x2F] + little((width - 1) | (height - 1) << 14 | more << 28, 4))
  }

  private static func extended(_ width: Int, _ height: Int) -> [UInt8] {
    webp("VP8X", [0x10, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3))
  }

  /// One of each, 500 by 750.
  private static let all: [(PictureHeader.Format, [UInt8])] = [
    (.jpeg, jpeg(frame(0xC0, 500, 750))), (.png, png(500, 750)), (.webp, lossy(500, 750)),
    (.webp, lossless(500, 750)), (.webp, extended(500, 750)),
  ]

  @Test func everyFormatHasItsSize() {
    for (format, bytes) in Self.all {
      let header = PictureHeader.read(bytes)
      #expect(header?.format == format && header?.width == 500 && header?.height == 750, "\(format)")
      // What follows does not matter, and a slice is read like the whole.
      #expect(PictureHeader.read(bytes + [1, 2, 3]) == header)
      #expect(PictureHeader.read(([7, 7] + bytes).dropFirst(2)) == header)
    }
    #expect(PictureHeader.Format.allCases.map(\.mediaType) == ["image/jpeg", "image/png", "image/webp"])
  }

  @Test func aHeaderThatEndsTooEarlyIsNone() {
    for (format, bytes) in Self.all {
      // The first byte that is not needed: after the sides of the frame, of IHDR, or at the end.
      let enough = format == .jpeg ? bytes.count - 4 : format == .png ? 24 : bytes.count
      for count in 0...bytes.count {
        #expect((PictureHeader.read(bytes.prefix(count)) != nil) == (count >= enough), "\(format) \(count)")
      }
    }
  }

  @Test func aJPEGIsReadUpToItsFrame() {
    let thumbnail = Self.jpeg(Self.frame(0xC0, 1, 1))
    for marker in [0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC9, 0xCF] as [UInt8] {
      let bytes = Self.jpeg(
        Self.segment(0xE1, thumbnail) + Self.segment(0xDB, [UInt8](repeating: 1, count: 65))
          + Self.segment(0xC4, [UInt8](repeating: 0, count: 20)) + [0xFF, 0x01, 0xFF, 0xFF, 0xFF]
          + Self.frame(marker, 300, 200))
      let header = PictureHeader.read(bytes)
      #expect(header?.width == 300 && header?.height == 200, "\(marker)")
    }
    let frame = Self.frame(0xC0, 300, 200)
    let scan = Self.segment(0xDA, [1, 1, 0, 0, 63, 0])
    for before in [scan, [0xFF, 0xD9], [0xFF, 0x00], [0xFF, 0xD8], [0x00], [0xFF, 0xE2, 0, 1], [0xFF, 0xE2, 0, 0]] {
      #expect(PictureHeader.read(Self.jpeg(before + frame)) == nil, "\(before)")
    }
    // A frame header too short to hold a size, and a height that is told later (section B.2.5).
    #expect(PictureHeader.read(Self.jpeg([0xFF, 0xC0, 0, 7, 8, 0, 9, 0, 9, 1])) == nil)
    #expect(PictureHeader.read(Self.jpeg(Self.frame(0xC0, 300, 0))) == nil)
  }

  @Test func aWebPKnowsItsOwnLimits() {
    // The two highest bits of a side are a scale for the one who shows it.
    let scaled = PictureHeader.read(Self.lossy(0x4000 | 640, 0x8000 | 480))
    #expect(scaled?.width == 640 && scaled?.height == 480)
    #expect(PictureHeader.read(Self.lossy(640, 480, tag: 0x11)) == nil)
    #expect(PictureHeader.read(Self.lossless(640, 480, more: 0b0001))?.width == 640)
    #expect(PictureHeader.read(Self.lossless(640, 480, more: 0b0010)) == nil)
    #expect(PictureHeader.read(Self.lossless(16_384, 2_000))?.width == 16_384)
    #expect(PictureHeader.read(Self.webp("VP8Y", [UInt8](repeating: 1, count: 30))) == nil)
  }

  @Test func aPictureTooLargeIsNone() {
    for (width, height) in [(1, 1), (20_000, 2_000), (2_000, 20_000), (1, 20_000)] {
      #expect(PictureHeader.read(Self.png(width, height))?.width == width)
      #expect(PictureHeader.read(Self.extended(width, height))?.height == height)
      #expect(PictureHeader.read(Self.jpeg(Self.frame(0xC2, width, height)))?.height == height)
    }
    for (width, height) in [(20_001, 1), (1, 20_001), (20_000, 2_001), (0, 5), (5, 0), (0x7FFF_FFFF, 0x7FFF_FFFF)] {
      #expect(PictureHeader.read(Self.png(width, height)) == nil, "\(width) \(height)")
    }
    #expect(PictureHeader.read(Self.extended(1 << 24, 1 << 24)) == nil)
  }

  @Test func whatIsNoPictureIsNone() {
    let others = ["", "GIF89a", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"5\"/>", "RIFF....WAVEfmt ", "BM"]
    for text in others { #expect(PictureHeader.read(Array(text.utf8)) == nil, "\(text)") }
    #expect(PictureHeader.read([0x89] + Array("PNG\n\u{1A}\n".utf8)) == nil)
  }

  @Test func anyBytesAreReadWithoutACrash() {
    var generator = Xorshift(state: 9)
    var taken = 0
    var wrong = 0
    for round in 0..<20_000 {
      var bytes = Self.all[round % Self.all.count].1
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      if let header = PictureHeader.read(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))) {
        let pixels = header.width * header.height
        taken += 1
        if header.width < 1 || header.height < 1 || pixels > PictureHeader.mostPixels { wrong += 1 }
      }
    }
    #expect(taken > 0 && wrong == 0)
  }

  /// The same numbers in every run.
  private struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }
}
