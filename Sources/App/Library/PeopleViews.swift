import HTML

/// The page of somebody of the catalogue.
enum PeopleViews {
  /// The main part.
  static func main(
    id: Int, name: String, _ facts: PeopleStore.Details?, _ lines: [PeopleStore.Line], _ frame: Frame, user: User
  ) -> HTML {
    let t = frame.t
    let mine = lines.filter(\.isMine)
    let others = lines.filter { !$0.isMine }
    var filter = LibraryStore.Filter()
    filter.person = id
    let link: HTML =
      mine.isEmpty
      ? HTML() : "<a href=\"\(LibraryQuery.path(filter, text: ""))\">\(t(.personInLibrary))</a>"
    return """
      \(head(name, facts, frame))<p>\(t(.personTitles, n: lines.count))</p>
      \(section("mine", t(.personMine), mine, frame, user, link: link))
      \(section("others", t(.personOthers), others, frame, user, link: nil))
      """
  }

  /// The name, with a picture and a life where they are known.
  private static func head(_ name: String, _ facts: PeopleStore.Details?, _ frame: Frame) -> HTML {
    let t = frame.t
    guard let facts, facts.picture != nil || facts.born != nil || !facts.about.isEmpty else {
      return "<h1>\(name)</h1>"
    }
    let place = facts.birthplace.isEmpty ? nil : facts.birthplace
    let life = [
      facts.born.map { t(.personBorn, ["date": frame.dates.absolute($0)]) }, place,
      facts.died.map { t(.personDied, ["date": frame.dates.absolute($0)]) },
    ]
    let said = life.compactMap { $0 }.joined(separator: Views.separator)
    let about = facts.about.split(separator: "\n").map { "<p class=\"overview\">\(String($0))</p>" as HTML }
    return """
      <div class="person">\(Views.face(facts.picture, name: name))<div><h1>\(name)</h1><p class="mute">\(said)</p>\
      \(about)</div></div>
      """
  }

  private static func section(
    _ id: String, _ heading: String, _ lines: [PeopleStore.Line], _ frame: Frame, _ user: User, link: HTML?
  ) -> HTML {
    if lines.isEmpty { return HTML() }
    let t = frame.t
    let cards = lines.map { line -> HTML in
      let jobs = [line.isMaker ? t(.personMaker) : nil, line.isCast ? t(.personCast) : nil].compactMap { $0 }
      return Views.card(
        line.card, frame, scale: user.scale, showsStatus: line.isMine,
        extra: "<p class=\"meta\">\(jobs.joined(separator: Views.separator))</p>")
    }
    return """
      <section aria-labelledby="\(id)-h"><div class="head"><h2 id="\(id)-h">\(heading)</h2>\(link)</div>
      <ul class="grid">\(cards)</ul></section>
      """
  }
}
