/// Pictures made by code, so that none has to be kept or owned.
enum Picture {
  /// A PNG (RFC 2083) of two colours that run into each other, made from the name: 60 x 90 pixels, 96 x 54 when the
  /// name speaks of a backdrop or a still, 60 x 60 for a logo.
  static func png(named name: String) -> [UInt8] {
    let isWide = name.contains("backdrop") || name.contains("still")
    let (width, height) = isWide ? (96, 54) : name.contains("logo") ? (60, 60) : (60, 90)
    let seed = name.utf8.reduce(2_166_136_261 as UInt32) { ($0 ^ UInt32($1)) &* 16_777_619 }
    let (top, bottom) = (colour(seed), colour(seed >> 7))
    var pixels: [UInt8] = []
    for row in 0..<height {
      let share = Double(row) / Double(height - 1)
      let mixed = zip(top, bottom).map { UInt8(Double($0) * (1 - share) + Double($1) * share) }
      // Each row begins with its filter: none.
      pixels.append(0)
      for _ in 0..<width { pixels += mixed }
    }
    let head = bytes(UInt32(width)) + bytes(UInt32(height)) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
      + chunk("IHDR", head) + chunk("IDAT", stored(pixels)) + chunk("IEND", [])
  }

  private static func colour(_ seed: UInt32) -> [UInt8] {
    [0, 8, 16].map { UInt8(40 + (seed >> $0) % 160) }
  }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    return bytes(UInt32(content.count)) + body + bytes(crc(body))
  }

  /// A zlib stream (RFC 1950) of stored blocks (RFC 1951).
  private static func stored(_ content: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var rest = content[...]
    repeat {
      let block = rest.prefix(65_535)
      rest = rest.dropFirst(block.count)
      let length = UInt16(block.count)
      stream.append(rest.isEmpty ? 1 : 0)
      for number in [length, ~length] {
        stream += [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
      }
      stream += block
    } while !rest.isEmpty
    return stream + bytes(adler(content))
  }

  private static func adler(_ content: [UInt8]) -> UInt32 {
    var (one, two): (UInt32, UInt32) = (1, 0)
    for byte in content {
      one = (one + UInt32(byte)) % 65_521
      two = (two + one) % 65_521
    }
    return two << 16 | one
  }

  private static let table: [UInt32] = (0..<256).map { number in
    (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
  }

  private static func crc(_ content: [UInt8]) -> UInt32 {
    ~content.reduce(0xffff_ffff as UInt32) { table[Int(($0 ^ UInt32($1)) & 0xff)] ^ ($0 >> 8) }
  }
}
