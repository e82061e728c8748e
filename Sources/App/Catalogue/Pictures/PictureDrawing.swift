/// What is sent for a picture that is not there: of the same shape, in colours that go with light and dark. Like
/// `Poster` it stands alone.
enum PictureDrawing {
  /// The drawn poster of a title, the initials of a person or of a place to watch, a strip of film for the rest.
  static func svg(_ kind: PictureKind, name: String, year: Int?) -> String {
    switch kind {
    case .poster: Poster.svg(name: name, year: year)
    case .backdrop, .still: strip(kind.box)
    case .face, .logo: letters(initials(name), kind.box)
    }
  }

  /// The first letters of the first and the last word, in capitals: `Denis Villeneuve` is `DV`, `Cher` is `C`.
  static func initials(_ name: String) -> String {
    let letters = name.split(whereSeparator: \.isWhitespace).compactMap { word in
      word.first { $0.isLetter || $0.isNumber }
    }
    guard let first = letters.first else { return "" }
    return letters.count > 1 ? (String(first) + String(letters[letters.count - 1])).uppercased() : first.uppercased()
  }

  private static let ground = "#5d6470"
  private static let ink = "#eef0f3"

  private static func letters(_ letters: String, _ box: (width: Int, height: Int)) -> String {
    let size = box.width * 2 / 5
    // Letters and digits alone: nothing that has to be escaped.
    return """
      \(head(box))<text x="\(box.width / 2)" y="\(box.height / 2 + size * 9 / 25)" text-anchor="middle" \
      font-family="system-ui,'Noto Sans','DejaVu Sans',sans-serif" font-weight="600" font-size="\(size)" \
      fill="\(ink)">\(letters)</text></svg>
      """
  }

  private static func strip(_ box: (width: Int, height: Int)) -> String {
    let unit = box.width / 20
    var holes = ""
    for place in 0..<10 {
      for y in [unit / 2, box.height - unit * 3 / 2] {
        let x = place * unit * 2 + unit / 2
        holes += "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(unit)\" height=\"\(unit)\" rx=\"\(unit / 4)\"/>"
      }
    }
    return "\(head(box))<g fill=\"\(ink)\" fill-opacity=\".35\">\(holes)</g></svg>"
  }

  private static func head(_ box: (width: Int, height: Int)) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(box.width)" height="\(box.height)" \
    viewBox="0 0 \(box.width) \(box.height)"><rect width="\(box.width)" height="\(box.height)" fill="\(ground)"/>
    """
  }
}
