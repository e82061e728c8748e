import HTML

/// The page of search results.
enum SearchViews {
  /// The main part; `results` is nil when nothing was asked that can be searched.
  static func main(
    _ results: SearchStore.Results?, text: String, kind: TitleKind?, hasGoneWithout: Bool, _ frame: Frame, back: String
  ) -> HTML {
    let t = frame.t
    let without: HTML = hasGoneWithout ? "<p class=\"note\">\(t(.searchWithout))</p>" : HTML()
    let form: HTML = """
      <form class="row searchpage" role="search" action="/search">\
      <label class="hidden" for="q2">\(t(.searchLabel))</label>
      <input id="q2" name="q" type="search" maxlength="200" value="\(text)" placeholder="\(t(.homeEmptyExample))">\
      \(kind.map { Views.hidden("kind", $0.rawValue) } ?? HTML())<button class="btn pri">\(t(.searchButton))</button>\
      </form>
      """
    if results == nil, text.trimmed.isEmpty {
      return "<h1>\(t(.searchButton))</h1>\(form)<p class=\"mute\">\(t(.searchHint))</p>\(discover(t))\(commandHelp(t))"
    }
    let hits = results?.hits ?? []
    let people = results.map { self.people($0, frame.t) } ?? HTML()
    let isPersonFirst = results?.isPersonFirst ?? false
    let own: HTML = "<a class=\"btn\" href=\"\(URLs.newTitle(text))\">\(t(.addYourself))</a>"
    if hits.isEmpty, results?.people.isEmpty ?? true {
      return """
        <h1>\(t(.searchTitle, ["q": text]))</h1>\(form)\(kinds(text, kind, t))\(without)
        <div class="empty"><h2>\(t(.searchNoneHead))</h2><p>\(t(.searchNoneText))</p><p class="row">\(own)</p></div>
        """
    }
    return """
      <h1>\(t(.searchTitle, ["q": text]))</h1>\(form)\(results.map { offers($0, frame, back: back) })\
      \(kinds(text, kind, t))\(without)\(isPersonFirst ? people : HTML())
      <ol class="results">\(hits.map { row($0, frame, back: back) })</ol>\(isPersonFirst ? HTML() : people)
      <p class="row"><span class="mute">\(t(.searchNotThere))</span> \(own)</p>
      """
  }

  private static func discover(_ t: Texts) -> HTML {
    """
    <p class="row"><a class="btn" href="\(URLs.discover)">\(t(.discoverTitle))</a> \
    <a class="btn" href="\(URLs.discover)/pick">\(t(.discoverPick))</a></p>
    """
  }

  private static func kinds(_ text: String, _ kind: TitleKind?, _ t: Texts) -> HTML {
    let choices: [(TitleKind?, Key)] = [(nil, .kindAll), (.movie, .kindMovies), (.show, .kindShows)]
    return """
      <nav class="chips" aria-label="\(t(.filterKind))">\(choices.map { choice, key -> HTML in
        let current: HTML = choice == kind ? " aria-current=\"page\"" : HTML()
        return "<a class=\"chip\"\(current) href=\"\(URLs.search(text, kind: choice?.rawValue))\">\(t(key))</a>"
      })</nav>
      """
  }

  /// The people who were found, each with what they are known for.
  private static func people(_ results: SearchStore.Results, _ t: Texts) -> HTML {
    if results.people.isEmpty { return HTML() }
    let rows = results.people.map { person -> HTML in
      """
      <li class="result" data-item>\(Views.face(person.picture, name: person.name))<div class="what">\
      <h3><a href="\(URLs.person(person.id))">\(person.name)</a></h3>\
      <p class="meta">\(person.knownFor.joined(separator: Views.separator))</p></div></li>
      """
    }
    return """
      <section class="found" aria-labelledby="people"><h2 id="people">\(t(.searchPeople))</h2>
      <ul class="results">\(rows)</ul></section>
      """
  }

  private static func row(_ hit: SearchStore.Hit, _ frame: Frame, back: String) -> HTML {
    let title = hit.candidate
    let url = URLs.title(title.titleID, name: title.name)
    return """
      <li class="result" id="t\(title.titleID)" data-item><a class="thumb" href="\(url)" tabindex="-1" \
      aria-hidden="true">\
      \(Views.poster(title.titleID, title.poster, .thumb))</a><div class="what"><h2><a href="\(url)">\(title.name)</a> \
      <span class="year">\(title.year.map(String.init))</span></h2><p class="meta">\(facts(hit, frame.t))</p></div>\
      \(act(title: title.titleID, name: title.name, status: hit.status, back: back, frame.t))</li>
      """
  }

  private static func facts(_ hit: SearchStore.Hit, _ t: Texts) -> HTML {
    var facts: [String] = []
    if let original = hit.candidate.originalName { facts.append(original) }
    if hit.isOwn { facts.append(t(.ownTitle)) }
    facts += hit.makers.prefix(2)
    facts += hit.cast.filter { !hit.makers.contains($0) }.prefix(2)
    return "<span class=\"kind\">\(Views.kind(hit.candidate.kind, t))</span>\(facts.map { "\u{A0}· \($0)" as HTML })"
  }

  /// What can be done with a result: add it, or how it stands already.
  static func act(title: Int, name: String, status: Status?, back: String, _ t: Texts) -> HTML {
    if let status, status != .none {
      return "<div class=\"act\" id=\"r\(title)\"><span class=\"state\">\(Views.status(status, t))</span></div>"
    }
    return """
      <div class="act" id="r\(title)"><form method="post" action="\(URLs.entry(title))">\(Views.hidden("back", back))\
      <button class="btn" name="status" value="planned" aria-label="\(t(.addWhat, ["name": name]))">\
      \(t(.add))</button></form></div>
      """
  }

  /// The list under the search box while typing: what can be done, then titles and people; a text that is itself a
  /// name has its titles first.
  static func options(_ results: SearchStore.Results?, _ frame: Frame, limit: Int) -> HTML {
    guard let results else { return HTML() }
    let offers = results.offers.map { offerOption($0, frame) }
    // Where both are found, people have a few places, more when one of them is meant.
    let room = max(limit - offers.count, 0)
    let most = results.isPersonFirst ? 3 : max(2, room - results.hits.count)
    let people = results.people.prefix(min(most, room)).map { personOption($0, frame.t) }
    let titles = results.hits.prefix(room - people.count).map { titleOption($0.candidate, frame.t) }
    let first: [HTML] = results.isName ? Array(titles.prefix(1)) : []
    let rest: [HTML] = Array(titles.suffix(titles.count - first.count))
    let all = first + offers + (results.isPersonFirst ? people + rest : rest + people)
    return HTML.joined(
      all.enumerated().map { place, option in
        "<li class=\"opt\" role=\"option\" id=\"q-\(place)\" aria-selected=\"false\" \(option)</li>"
      })
  }

  /// A person: their page opens.
  private static func personOption(_ person: SearchStore.PersonHit, _ t: Texts) -> HTML {
    """
    data-href="\(URLs.person(person.id))">\(Views.face(person.picture, name: person.name))\
    <span class="name">\(person.name)</span> <span class="kind">\(t(.searchPerson))</span>
    """
  }

  /// The rest of an option from its attributes on.
  private static func titleOption(_ title: Candidate, _ t: Texts) -> HTML {
    """
    data-href="\(URLs.title(title.titleID, name: title.name))">\
    \(Views.poster(title.titleID, title.poster, .thumb))<span class="name">\(title.name)</span> <span \
    class="year">\(title.year.map(String.init))</span> \
    <span class="kind">\(Views.kind(title.kind, t))</span>
    """
  }
}
