import HTML

/// How large a picture is on the page: decides which widths a browser is offered.
enum PicturePlace: Sendable {
  /// Beside a line of text.
  case thumb
  /// In a grid.
  case card
  /// The page's own.
  case page

  /// The widths that are worth offering, for screens of one to three dots a pixel.
  func widths(_ kind: PictureKind) -> [Int] {
    switch (kind, self) {
    case (.poster, .thumb): [92, 154]
    case (.poster, .card): [154, 342, 500]
    case (.poster, .page): [342, 500, 780]
    case (.backdrop, .thumb): [300]
    case (.backdrop, .card): [300, 780]
    default: kind.widths
    }
  }

  /// The `sizes` of the picture: how wide it is as the style sheet lays it out. Not `auto`: Chromium fetches such a
  /// picture twice, once before it knows the layout.
  var sizes: String {
    switch self {
    case .thumb: "3.5rem"
    case .card: "(width < 38rem) 30vw, 9.5rem"
    case .page: "(width < 38rem) 6.5rem, 15rem"
    }
  }
}

extension Views {
  /// A title's poster, or the drawn one where it has none, in the same box. The name stands beside it, so it says
  /// nothing itself.
  static func poster(_ title: Int, _ path: String?, _ place: PicturePlace = .card) -> HTML {
    image(.poster, path, place) ?? poster(title)
  }

  /// A wide picture of a title; nothing where there is none.
  static func backdrop(_ path: String?, _ place: PicturePlace = .page) -> HTML? {
    image(.backdrop, path, place, sizes: place == .page ? "100vw" : nil)
  }

  /// A picture out of an episode; an empty box of the same shape where there is none. A still can give something away:
  /// who hides the names of episodes is given nil here.
  static func still(_ path: String?) -> HTML {
    image(.still, path, .card) ?? "<span class=\"still blank\" aria-hidden=\"true\"></span>"
  }

  /// A person; their initials where there is no picture. The name stands beside it.
  static func face(_ path: String?, name: String) -> HTML {
    image(.face, path, .thumb)
      ?? "<span class=\"face blank\" aria-hidden=\"true\">\(PictureDrawing.initials(name))</span>"
  }

  /// A place to watch; its initials where there is no picture.
  ///
  /// - Parameter isNamed: whether the name stands beside it; else readers hear it from the picture.
  static func logo(_ path: String?, name: String, isNamed: Bool) -> HTML {
    if let image = image(.logo, path, .thumb, alt: isNamed ? "" : name) { return image }
    let letters = PictureDrawing.initials(name)
    return isNamed
      ? "<span class=\"provider blank\" aria-hidden=\"true\">\(letters)</span>"
      : "<span class=\"provider blank\" role=\"img\" aria-label=\"\(name)\">\(letters)</span>"
  }

  /// A picture in a box that has its shape before it is there; nil for what is no path of a picture.
  private static func image(
    _ kind: PictureKind, _ path: String?, _ place: PicturePlace, alt: String = "", sizes: String? = nil
  ) -> HTML? {
    let widths = place.widths(kind)
    guard let path, let middle = Picture(kind, width: widths[widths.count / 2], path: path) else { return nil }
    // `logo` is the site's own.
    let style = kind == .logo ? "provider" : kind.rawValue
    let loading: HTML = place == .page ? "fetchpriority=\"high\"" : "loading=\"lazy\""
    return """
      <img class="\(style)" src="\(middle.url)" \
      srcset="\(Picture.sourceSet(kind, path: path, widths: widths))" sizes="\(sizes ?? place.sizes)" alt="\(alt)" \
      width="\(kind.box.width)" height="\(kind.box.height)" \(loading) decoding="async">
      """
  }
}
