extension IMDb {
  /// Reads values from the bytes of a column, without a copy unless a string is made.
  enum Bytes {
    /// The highest bit of every byte of `word` that equals `byte`, and no other bit.
    @inline(__always)
    static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
      let lows: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
      let zeroWhereEqual = word ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
      return ~(((zeroWhereEqual & lows) &+ lows) | zeroWhereEqual | lows)
    }

    /// Where `byte` is next, from `start` on.
    static func first(_ byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
      var offset = start
      while offset + 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let hits = matches(word, byte)
        if hits != 0 { return offset + hits.trailingZeroBitCount >> 3 }
        offset += 8
      }
      while offset < bytes.count {
        if bytes[offset] == byte { return offset }
        offset += 1
      }
      return nil
    }

    /// Whether there is no value: `\N`, or nothing.
    @inline(__always)
    static func isMissing(_ bytes: UnsafeRawBufferPointer) -> Bool {
      bytes.isEmpty || (bytes.count == 2 && bytes[0] == 0x5C && bytes[1] == 0x4E)
    }

    /// Whether they are the same bytes.
    @inline(__always)
    static func equal(_ bytes: UnsafeRawBufferPointer, _ name: StaticString) -> Bool {
      guard bytes.count == name.utf8CodeUnitCount else { return false }
      for offset in 0..<bytes.count where bytes[offset] != name.utf8Start[offset] { return false }
      return true
    }

    /// Whether they are the same bytes.
    static func equal(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
      guard one.count == other.count else { return false }
      for offset in 0..<one.count where one[offset] != other[offset] { return false }
      return true
    }

    /// A whole number of 1 to 15 digits and nothing else.
    @inline(__always)
    static func number(_ bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
      guard bytes.count > start, bytes.count - start <= 15 else { return nil }
      var number = 0
      for offset in start..<bytes.count {
        let digit = bytes[offset] &- 0x30
        guard digit < 10 else { return nil }
        number = number &* 10 &+ Int(digit)
      }
      return number
    }

    /// A number of an identifier, such as 111161 of `tt0111161`; it is at least 1.
    @inline(__always)
    static func identifier(_ bytes: UnsafeRawBufferPointer, _ letter: UInt8, _ second: UInt8) -> Int? {
      guard bytes.count > 2, bytes[0] == letter, bytes[1] == second, let number = number(bytes, from: 2), number > 0
      else { return nil }
      return number
    }

    /// A decimal number in tenths, such as 57 of `5.7`; further digits are cut off.
    static func tenths(_ bytes: UnsafeRawBufferPointer) -> Int? {
      guard let point = first(0x2E, in: bytes, from: 0) else { return number(bytes).map { $0 * 10 } }
      guard let whole = number(UnsafeRawBufferPointer(rebasing: bytes[..<point])),
        let digits = number(bytes, from: point + 1)
      else { return nil }
      var tenth = digits
      for _ in 0..<(bytes.count - point - 2) { tenth /= 10 }
      return whole * 10 + tenth
    }

    /// A text in one line, nil when nothing is left of it: bytes that are not UTF-8 become U+FFFD, control characters
    /// that end a line become a space, others and the spaces at both ends go.
    static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
      guard !isMissing(bytes) else { return nil }
      let text = String(decoding: bytes, as: UTF8.self)
      guard bytes[0] == 0x20 || bytes[bytes.count - 1] == 0x20 || mayHoldControls(bytes) else { return text }
      let clean = withoutControls(text)
      return clean.isEmpty ? nil : clean
    }

    /// Whether a byte is in it that is a control character, or C2, with which U+0080 to U+009F begin.
    @inline(__always)
    private static func mayHoldControls(_ bytes: UnsafeRawBufferPointer) -> Bool {
      var hits: UInt64 = 0
      var offset = 0
      while offset + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        // Below 20: none of the three highest bits is set.
        hits |= matches(word & 0xE0E0_E0E0_E0E0_E0E0, 0) | matches(word, 0x7F) | matches(word, 0xC2)
        offset += 8
      }
      while offset < bytes.count {
        let byte = bytes[offset]
        if byte < 0x20 || byte == 0x7F || byte == 0xC2 { return true }
        offset += 1
      }
      return hits != 0
    }

    private static func withoutControls(_ text: String) -> String {
      var scalars = String.UnicodeScalarView()
      for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x09...0x0D, 0x85: scalars.append(" ")
        case 0..<0x20, 0x7F...0x9F: break
        default: scalars.append(scalar)
        }
      }
      let start = scalars.firstIndex { $0 != " " } ?? scalars.endIndex
      let end = scalars.lastIndex { $0 != " " }.map(scalars.index(after:)) ?? start
      return String(scalars[start..<end])
    }

    /// What stands between separators, without what is empty or missing.
    static func list<Value>(
      _ bytes: UnsafeRawBufferPointer, by separator: UInt8, _ value: (UnsafeRawBufferPointer) -> Value?
    ) -> [Value] {
      guard !isMissing(bytes) else { return [] }
      var values: [Value] = []
      values.reserveCapacity(3)
      var start = 0
      while start < bytes.count {
        let end = first(separator, in: bytes, from: start) ?? bytes.count
        if let value = value(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) { values.append(value) }
        start = end + 1
      }
      return values
    }

    /// The strings of a JSON array (RFC 8259); where it is not one, those up to the fault.
    static func strings(_ bytes: UnsafeRawBufferPointer) -> [String] {
      guard !isMissing(bytes), bytes[0] == 0x5B else { return [] }
      var strings: [String] = []
      var offset = 1
      while let start = first(0x22, in: bytes, from: offset) {
        var end = start + 1
        var isEscaped = false
        while end < bytes.count, bytes[end] != 0x22 {
          if bytes[end] == 0x5C {
            isEscaped = true
            end += 1
          }
          end += 1
        }
        guard end < bytes.count else { break }
        let piece = UnsafeRawBufferPointer(rebasing: bytes[(start + 1)..<end])
        if let string = isEscaped ? unescaped(piece).withUnsafeBytes({ text($0) }) : text(piece) {
          strings.append(string)
        }
        offset = end + 1
      }
      return strings
    }

    /// A JSON string without its escapes; a lone surrogate becomes U+FFFD.
    private static func unescaped(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
      var plain: [UInt8] = []
      var offset = 0
      while offset < bytes.count {
        guard bytes[offset] == 0x5C, offset + 1 < bytes.count else {
          plain.append(bytes[offset])
          offset += 1
          continue
        }
        let letter = bytes[offset + 1]
        offset += 2
        guard letter == UInt8(ascii: "u"), let unit = hexadecimal(bytes, offset) else {
          // \n, \t and the like end up as a space, as they would unescaped.
          plain.append("bfnrt".utf8.contains(letter) ? 0x20 : letter)
          continue
        }
        offset += 4
        var value = unit
        if unit & 0xFC00 == 0xD800, offset + 1 < bytes.count, bytes[offset] == 0x5C,
          bytes[offset + 1] == UInt8(ascii: "u"), let low = hexadecimal(bytes, offset + 2), low & 0xFC00 == 0xDC00
        {
          value = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
          offset += 6
        }
        plain.append(contentsOf: UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
      }
      return plain
    }

    /// Four hexadecimal digits.
    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt32? {
      guard start + 4 <= bytes.count else { return nil }
      var value: UInt32 = 0
      for offset in start..<(start + 4) {
        guard let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue, bytes[offset] < 0x80 else {
          return nil
        }
        value = value << 4 | UInt32(digit)
      }
      return value
    }
  }
}
