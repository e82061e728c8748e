/// A number for each of many numbers, both at most 4,294,967,295, in 8 bytes a place, of which at most seven of eight
/// are taken: 1.5 million take 17 MB.
///
/// An open-addressing table with linear probing. Nothing is ever taken out.
struct NumberTable: Sendable {
  /// How many numbers have one.
  private(set) var count = 0
  /// The key in the upper half, its value in the lower; 0 is empty.
  private var slots: [UInt64]

  init() { slots = [UInt64](repeating: 0, count: 1 << 10) }

  /// The number of `key`, or nil. A key out of the range has none.
  subscript(_ key: Int) -> Int? {
    guard let narrow = UInt32(exactly: key), narrow > 0 else { return nil }
    var slot = place(narrow)
    while slots[slot] != 0 {
      if slots[slot] >> 32 == UInt64(narrow) { return Int(slots[slot] & 0xFFFF_FFFF) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Gives `key` a number, in place of the one it may have. What is out of the range is left out.
  mutating func set(_ key: Int, _ value: Int) {
    guard let narrow = UInt32(exactly: key), narrow > 0, let value = UInt32(exactly: value) else { return }
    if (count + 1) * 8 > slots.count * 7 { grow() }
    put(UInt64(narrow) << 32 | UInt64(value))
  }

  /// Every key with its number, in no order.
  func each(_ body: (Int, Int) -> Void) {
    for slot in slots where slot != 0 { body(Int(slot >> 32), Int(slot & 0xFFFF_FFFF)) }
  }

  private mutating func put(_ entry: UInt64) {
    let key = entry >> 32
    var slot = place(UInt32(truncatingIfNeeded: key))
    while slots[slot] != 0, slots[slot] >> 32 != key { slot = (slot + 1) & (slots.count - 1) }
    if slots[slot] == 0 { count += 1 }
    slots[slot] = entry
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 2)
    count = 0
    for entry in old where entry != 0 { put(entry) }
  }

  // Fibonacci hashing (Knuth, The Art of Computer Programming, 6.4): the upper bits of the product.
  private func place(_ key: UInt32) -> Int {
    Int((UInt64(key) &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - slots.count.trailingZeroBitCount))
  }
}

/// A set of numbers of 0 to `limit`, a bit each.
struct NumberSet: Sendable {
  /// The largest number it takes.
  static let limit = 1 << 28 - 1

  private var words: [UInt64] = []

  init() {}

  /// Puts a number in; says whether it was not there. One out of the range is never there.
  mutating func insert(_ number: Int) -> Bool {
    guard (0...Self.limit).contains(number) else { return true }
    let word = number >> 6
    if word >= words.count {
      words.append(contentsOf: repeatElement(0, count: max(word + 1, words.count * 5 / 4) - words.count))
    }
    let bit: UInt64 = 1 << UInt64(number & 63)
    defer { words[word] |= bit }
    return words[word] & bit == 0
  }

  func contains(_ number: Int) -> Bool {
    guard number >= 0, number >> 6 < words.count else { return false }
    return words[number >> 6] & (1 << UInt64(number & 63)) != 0
  }
}
