/// A typographic poster for a title that has no picture: a calm pattern, the name, the year.
///
/// The same name always gives the same poster. The SVG stands alone (it is served as an image, so
/// it can use neither our style sheet nor a font of ours) and everything from outside is escaped.
enum Poster {
  /// Draws 200 x 300 units: a pattern above y 172, the name in capitals below it, then the year.
  static func svg(name: String, year: Int?) -> String {
    let name = clean(name)
    let label = escape(year.map { name.isEmpty ? "\($0)" : "\(name) (\($0))" } ?? name)
    var dice = Dice(seed: name)
    let palette = palettes[dice.roll(palettes.count)]
    let pattern = patterns[dice.roll(patterns.count)](palette, &dice)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="200" height="300" viewBox="0 0 200 300" \
      role="img" aria-label="\(label)"><rect width="200" height="300" fill="\(palette.ground)"/>\
      \(pattern)\(caption(name: name, year: year, ink: palette.ink))</svg>
      """
  }

  /// Five colours as hex, chosen by hand in OKLCH: the ink has at least 6:1 on the ground.
  struct Palette: Sendable {
    let ground: String
    let a: String
    let b: String
    let c: String
    let ink: String
  }

  static let palettes = [
    Palette(ground: "#1a294e", a: "#efb146", b: "#445dad", c: "#eddcb9", ink: "#fbf4e6"),  // night and lamp
    Palette(ground: "#043c47", a: "#f47d67", b: "#19838d", c: "#e8deb9", ink: "#f9f5e6"),  // petrol and coral
    Palette(ground: "#0f3f2e", a: "#e6c45a", b: "#31835d", c: "#e3e5bf", ink: "#f6f7e7"),  // forest and brass
    Palette(ground: "#4a1b42", a: "#f78c9e", b: "#a23e7c", c: "#f8d7be", ink: "#fdf3ef"),  // plum and rose
    Palette(ground: "#5e1924", a: "#f5ac69", b: "#bd373f", c: "#f5ddbd", ink: "#fef3eb"),  // wine and apricot
    Palette(ground: "#32266f", a: "#81e0c3", b: "#735cc7", c: "#bbecee", ink: "#f0f6fc"),  // indigo and mint
    Palette(ground: "#a03b1f", a: "#f0cb8d", b: "#ce6234", c: "#5a2426", ink: "#fef8ed"),  // terracotta
    Palette(ground: "#1c50b5", a: "#efdf91", b: "#4087de", c: "#19285f", ink: "#f5f9fc"),  // cobalt
    Palette(ground: "#026266", a: "#f3e4b8", b: "#229c9c", c: "#05343d", ink: "#f9faeb"),  // teal and cream
    Palette(ground: "#f3ebd5", a: "#e5462c", b: "#eabb79", c: "#203b5e", ink: "#172a41"),  // cream and poppy
    Palette(ground: "#fbd8d5", a: "#943171", b: "#f49191", c: "#412354", ink: "#411c49"),  // blush and plum
    Palette(ground: "#d0f1e1", a: "#0a684e", b: "#72c9a4", c: "#e97c48", ink: "#07332a"),  // mint and pine
    Palette(ground: "#c9e6f9", a: "#1e55a4", b: "#6ab8e4", c: "#ebbd57", ink: "#122750"),  // sky and navy
    Palette(ground: "#e5dcf9", a: "#6949ba", b: "#c19fe9", c: "#f7ab5d", ink: "#2c2054"),  // lilac and ink
  ]

  // MARK: Patterns

  static let patterns: [@Sendable (Palette, inout Dice) -> String] = [
    eclipse, hills, columns, tiles, bands, arches, moons,
  ]

  /// A ring around a disc, a smaller disc passing by.
  @Sendable private static func eclipse(_ p: Palette, _ dice: inout Dice) -> String {
    let x = 84 + dice.roll(33)
    let outer = 64 + dice.roll(10)
    let left = dice.roll(2) == 0
    let moonX = left ? x - 48 : x + 48
    return circle(x, 92, outer, p.b) + circle(x, 92, outer - 16, p.ground) + circle(x, 92, outer - 32, p.a)
      + circle(moonX, 50 + dice.roll(84), 13 + dice.roll(8), p.c)
  }

  /// A sun behind rolling hills; the nearest hill is the ground the name stands on.
  @Sendable private static func hills(_ p: Palette, _ dice: inout Dice) -> String {
    let sun = circle(50 + dice.roll(100), 56 + dice.roll(16), 30 + dice.roll(12), p.a)
    var back = ""
    for (base, foot, fill) in [(104, 190, p.c), (128, 190, p.b), (152, 220, p.ground)] {
      let left = base - 14 + dice.roll(28)
      let right = base - 14 + dice.roll(28)
      let rise = dice.roll(2) == 0 ? 34 : -34
      back += "<path d=\"M0 \(left)C60 \(left - rise) 140 \(right + rise) 200 \(right)V\(foot)H0Z\" fill=\"\(fill)\"/>"
    }
    return sun + back
  }

  /// Rounded columns of different heights, one of them lit.
  @Sendable private static func columns(_ p: Palette, _ dice: inout Dice) -> String {
    let lit = 1 + dice.roll(6)
    var bars = ""
    for index in 0..<8 {
      let height = 46 + dice.roll(96)
      let fill = index == lit ? p.a : (index % 2 == 0 ? p.b : p.c)
      bars +=
        "<rect x=\"\(5 + index * 24)\" y=\"\(166 - height)\" width=\"18\" height=\"\(height)\""
        + " rx=\"9\" fill=\"\(fill)\"/>"
    }
    return bars
  }

  /// Four by three tiles of quarter discs and half discs.
  @Sendable private static func tiles(_ p: Palette, _ dice: inout Dice) -> String {
    let fills = [p.a, p.b, p.c, p.b]
    var drawing = ""
    for row in 0..<3 {
      for column in 0..<4 {
        let (x, y) = (column * 50, row * 50)
        let fill = fills[dice.roll(fills.count)]
        // The thin stroke closes the seams between neighbours.
        let paint = " fill=\"\(fill)\" stroke=\"\(fill)\" stroke-width=\".4\""
        switch dice.roll(6) {
        case 0: drawing += "<path d=\"M\(x) \(y)h50a50 50 0 0 1-50 50z\"\(paint)/>"
        case 1: drawing += "<path d=\"M\(x + 50) \(y)v50a50 50 0 0 1-50-50z\"\(paint)/>"
        case 2: drawing += "<path d=\"M\(x + 50) \(y + 50)h-50a50 50 0 0 1 50-50z\"\(paint)/>"
        case 3: drawing += "<path d=\"M\(x) \(y + 50)v-50a50 50 0 0 1 50 50z\"\(paint)/>"
        case 4: drawing += circle(x + 25, y + 25, 17, fill)
        default: break
        }
      }
    }
    return drawing
  }

  /// Slanted bands that narrow on their way down.
  @Sendable private static func bands(_ p: Palette, _ dice: inout Dice) -> String {
    let mirrored = dice.roll(2) == 0
    let fills = [p.b, p.a, p.c]
    let turn = dice.roll(3)
    var y = -84
    var drawing = ""
    for (index, height) in [62, 34, 20, 10].enumerated() {
      let (left, right) = mirrored ? (y + 80, y) : (y, y + 80)
      drawing +=
        "<path d=\"M0 \(left)L200 \(right)v\(height)L0 \(left + height)Z\""
        + " fill=\"\(fills[(index + turn) % 3])\"/>"
      y += height + 12 + dice.roll(5)
    }
    return drawing
  }

  /// Arches within arches, on a line.
  @Sendable private static func arches(_ p: Palette, _ dice: inout Dice) -> String {
    let x = 78 + dice.roll(45)
    let fills = [p.b, p.ground, p.c, p.ground, p.a]
    var drawing = ""
    for (index, fill) in fills.enumerated() {
      let radius = 74 - index * 14
      drawing +=
        "<path d=\"M\(x - radius) 164V100a\(radius) \(radius) 0 0 1 \(radius * 2) 0V164Z\""
        + " fill=\"\(fill)\"/>"
    }
    return drawing + "<rect y=\"164\" width=\"200\" height=\"3\" fill=\"\(p.b)\"/>"
  }

  /// A field of discs that grow and shrink in a wave, one of them lit.
  @Sendable private static func moons(_ p: Palette, _ dice: inout Dice) -> String {
    let shift = dice.roll(6)
    let lit = 6 + dice.roll(18)
    let sizes = [3, 5, 8, 11, 8, 5]
    var drawing = ""
    for row in 0..<5 {
      for column in 0..<6 {
        let index = row * 6 + column
        let radius = index == lit ? 12 : sizes[(row + column + shift) % sizes.count]
        let fill = index == lit ? p.a : ((row + column) % 2 == 0 ? p.b : p.c)
        drawing += circle(25 + column * 30, 26 + row * 30, radius, fill)
      }
    }
    return drawing
  }

  private static func circle(_ x: Int, _ y: Int, _ radius: Int, _ fill: String) -> String {
    "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\" fill=\"\(fill)\"/>"
  }

  // MARK: The name

  /// The name grows upwards from y 262, at most to y 176; the year has its own line below.
  private static func caption(name: String, year: Int?, ink: String) -> String {
    // Georgian has capitals since 2018 only; hardly a font has them.
    let georgian = name.unicodeScalars.contains { (0x10A0..<0x1100).contains($0.value) }
    let (lines, size) = layout(georgian ? name : name.uppercased())
    let rightToLeft = isRightToLeft(name)
    let direction = rightToLeft ? " direction=\"rtl\"" : ""
    let x = rightToLeft ? 184 : 16
    let step = size * 1.1
    var text = "<g fill=\"\(ink)\"\(direction) font-family=\"system-ui,'Noto Sans','DejaVu Sans',sans-serif\">"
    for (index, line) in lines.enumerated() {
      let y = (year == nil ? 278 : 258) - step * Double(lines.count - 1 - index)
      text +=
        "<text x=\"\(x)\" y=\"\(tenths(y))\" font-size=\"\(tenths(size))\""
        + " font-weight=\"800\">\(escape(line))</text>"
    }
    if let year { text += "<text x=\"\(x)\" y=\"282\" font-size=\"14\" font-weight=\"500\">\(year)</text>" }
    return text + "</g>"
  }

  private static let lineWidth = 168.0
  private static let blockHeight = 88.0

  /// The lines and the size at which the name is largest. A name too long for 11 units is cut.
  static func layout(_ name: String) -> (lines: [String], size: Double) {
    var pieces = pieces(of: String(name.prefix(140)))
    var cut = name.count > 140
    while !pieces.isEmpty {
      let marked = cut ? pieces.dropLast() + [pieces[pieces.count - 1].ellipsis] : pieces[...]
      var best: (lines: [String], size: Double) = ([], 0)
      for count in 1...min(7, pieces.count) {
        let (lines, widest) = balance(Array(marked), into: count)
        let size = min(36, lineWidth / widest, blockHeight / (Double(lines.count) * 1.1))
        // Another line must be worth it.
        if size > best.size * 1.06 { best = (lines, size) }
      }
      if best.size >= 11 { return best }
      cut = true
      pieces.removeLast(max(1, pieces.count / 12))
    }
    return ([], 0)
  }

  /// Something that stays on one line, and whether a space goes before it.
  private struct Piece {
    var text: String
    var width: Double
    var spaced: Bool

    var ellipsis: Piece { Piece(text: text + "…", width: width + 1, spaced: spaced) }
  }

  /// Words; a very long word in parts, and CJK signs one by one (but no line begins with a comma).
  private static func pieces(of name: String) -> [Piece] {
    var pieces: [Piece] = []
    for word in name.split(separator: " ") {
      var spaced = !pieces.isEmpty
      var mayBreak = false  // after an ideograph
      for character in word {
        let width = width(of: character)
        let ideograph = isIdeograph(character)
        let tooLong = (pieces.last?.width ?? 0) + width > 14
        if pieces.isEmpty || spaced || tooLong || ((ideograph || mayBreak) && !stays(character)) {
          pieces.append(Piece(text: String(character), width: width, spaced: spaced))
        } else {
          pieces[pieces.count - 1].text.append(character)
          pieces[pieces.count - 1].width += width
        }
        spaced = false
        mayBreak = ideograph
      }
    }
    return pieces
  }

  /// Fills `count` lines so that the widest is as narrow as it can be.
  private static func balance(_ pieces: [Piece], into count: Int) -> (lines: [String], widest: Double) {
    let space = 0.36
    var limit = pieces.map(\.width).max() ?? 0
    while true {
      var lines: [String] = []
      var widths: [Double] = []
      var nextLimit = Double.infinity
      for piece in pieces {
        let added = piece.width + (piece.spaced ? space : 0)
        if let last = widths.last, last + added <= limit + 1e-9 {
          lines[lines.count - 1] += (piece.spaced ? " " : "") + piece.text
          widths[widths.count - 1] += added
        } else {
          if let last = widths.last { nextLimit = min(nextLimit, last + added) }
          lines.append(piece.text)
          widths.append(piece.width)
        }
      }
      if lines.count <= count { return (lines, max(widths.max() ?? 1, 1)) }
      limit = nextLimit
    }
  }

  // MARK: Signs

  /// How wide a sign is, in ems: that of DejaVu Sans Bold, the widest of the fonts we may meet.
  private static func width(of character: Character) -> Double {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar {
    case "I", "J", "'", "’", ".", ",", "/", "І", "Ї", "Ì"..."Ï", "İ": return 0.4
    case ":", ";", "!", "-", "(", ")", "[", "]", "|": return 0.46
    case "W": return 1.12
    case "M", "—", "…", "%", "@", "Œ", "Æ": return 1.08
    case "Ж", "Ш", "Щ", "Ю", "Ы": return 1.34
    case "М", "Ф", "Ъ": return 1.02
    case "L", "E", "F", "T", "0"..."9", "?": return 0.71
    case "A"..."Z": return 0.86
    default: break
    }
    switch scalar.value {
    case 0..<0x80: return 0.86
    case 0x590..<0x5FF: return 0.75
    case 0x600..<0x780, 0x8A0..<0x900, 0xFB50..<0xFE00, 0xFE70..<0xFF00: return 0.95
    case 0x1100..<0x1200, 0x2E80..<0xD7B0, 0xF900..<0xFB00, 0xFF00..<0xFF61, 0x20000..<0x40000: return 1.04
    case 0x1F000..<0x20000: return 1.4
    default: return 0.92
    }
  }

  /// Signs between which a line may end.
  private static func isIdeograph(_ character: Character) -> Bool {
    guard let value = character.unicodeScalars.first?.value else { return false }
    return (0x2E80..<0xA4D0).contains(value) || (0xF900..<0xFB00).contains(value)
      || (0xFF00..<0xFF61).contains(value) || (0x20000..<0x40000).contains(value)
  }

  /// Signs that no line begins with.
  private static func stays(_ character: Character) -> Bool {
    "、。，．・：；？！ー…‥〜～」』）】〉》々ぁぃぅぇぉっゃゅょァィゥェォッャュョ!?,.:;)".contains(character)
  }

  private static func isRightToLeft(_ name: String) -> Bool {
    for scalar in name.unicodeScalars {
      switch scalar.value {
      case 0x590..<0x900, 0xFB1D..<0xFE00, 0xFE70..<0xFF00: return true
      default: if scalar.properties.isAlphabetic { return false }
      }
    }
    return false
  }

  /// One space where there was any, and none of the signs that XML forbids.
  private static func clean(_ name: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      let value = scalar.value
      if value == 0xFFFE || value == 0xFFFF { continue }
      let blank = value < 0x20 || (0x7F..<0xA0).contains(value) || scalar.properties.isWhitespace
      scalars.append(blank ? " " : scalar)
    }
    return String(scalars).split(separator: " ").joined(separator: " ")
  }

  private static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// 12.3 for 12.34, without Foundation.
  private static func tenths(_ value: Double) -> String {
    let whole = Int((value * 10).rounded())
    return "\(whole / 10).\(whole % 10)"
  }

  /// Numbers that depend on a text alone: FNV-1a, then SplitMix64.
  struct Dice {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    init(seed: String) {
      for byte in seed.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    mutating func roll(_ sides: Int) -> Int {
      state &+= 0x9e37_79b9_7f4a_7c15
      var bits = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
      bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
      return Int((bits ^ (bits >> 31)) % UInt64(sides))
    }
  }
}
