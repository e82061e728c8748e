import HTML

/// What a visitor sees first.
enum LandingViews {
  // A wall of drawn posters: names that stand for the range of the catalogue.
  private static let wall = [
    "Severance", "Parasite", "The Wire", "Spirited Away", "Past Lives", "Dark", "Metropolis", "City of God", "Fleabag",
    "In the Mood for Love", "Arrival", "The Office",
  ]

  /// The main part.
  static func main(_ frame: Frame) -> HTML {
    let t = frame.t
    let points: [(Key, Key)] = [
      (.pointHonest, .pointHonestText), (.pointUndo, .pointUndoText), (.pointFast, .pointFastText),
      (.pointYours, .pointYoursText),
    ]
    return """
      <section class="hero"><h1>\(t(.landingHead))</h1><p class="lead">\(t(.landingLead))</p>
      <p class="row"><a class="btn pri" href="/register">\(t(.landingRegister))</a>\
      <a class="btn" href="/login">\(t(.logIn))</a></p>
      <div class="wall" aria-hidden="true">\(wall.indices.map { place in
        "<img class=\"poster\" src=\"/posters/wall/\(place).svg\" alt=\"\" width=\"200\" height=\"300\">" as HTML
      })</div></section>
      <section class="points"><ul>\(points.map { head,
        text in "<li><h2>\(t(head))</h2><p>\(t(text))</p></li>" as HTML })</ul></section>
      """
  }

  /// The drawn poster at a place of the wall.
  static func poster(_ place: Int) -> String? {
    wall.indices.contains(place) ? Poster.svg(name: wall[place], year: nil) : nil
  }
}
