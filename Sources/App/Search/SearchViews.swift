import HTML

/// The page of search results.
enum SearchViews {
  /// The main part; `results` is nil when nothing was asked that can be searched.
  static func main(
    _ results: SearchStore.Results?, text: String, kind: TitleKind?, _ frame: Frame, back: String
  ) -> HTML {
    let t = frame.t
    let form: HTML = """
      <form class="row searchpage" role="search" action="/search">\
      <label class="hidden" for="q2">\(t(.searchLabel))</label>
      <input id="q2" name="q" type="search" maxlength="200" value="\(text)" placeholder="\(t(.homeEmptyExample))">\
      \(kind.map { Views.hidden("kind", $0.rawValue) } ?? HTML())<button class="btn pri">\(t(.searchButton))</button>\
      </form>
      """
    if results == nil, text.trimmed.isEmpty {
      return "<h1>\(t(.searchButton))</h1>\(form)<p class=\"mute\">\(t(.searchHint))</p>\(commandHelp(t))"
    }
    let hits = results?.hits ?? []
    let own: HTML = "<a class=\"btn\" href=\"\(URLs.newTitle(text))\">\(t(.addYourself))</a>"
    if hits.isEmpty {
      return """
        <h1>\(t(.searchTitle, ["q": text]))</h1>\(form)\(kinds(text, kind, t))
        <div class="empty"><h2>\(t(.searchNoneHead))</h2><p>\(t(.searchNoneText))</p><p class="row">\(own)</p></div>
        """
    }
    return """
      <h1>\(t(.searchTitle, ["q": text]))</h1>\(form)\(results.map { offers($0, frame, back: back) })\
      \(kinds(text, kind, t))
      <ol class="results">\(hits.map { row($0, frame, back: back) })</ol>
      <p class="row"><span class="mute">\(t(.searchNotThere))</span> \(own)</p>
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

  private static func row(_ hit: SearchStore.Hit, _ frame: Frame, back: String) -> HTML {
    let title = hit.candidate
    let url = URLs.title(title.titleID, name: title.name)
    return """
      <li class="result" id="t\(title.titleID)" data-item><a class="thumb" href="\(url)" tabindex="-1" \
      aria-hidden="true">\
      \(Views.poster(title.titleID))</a><div class="what"><h2><a href="\(url)">\(title.name)</a> \
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

  /// The list under the search box while typing: what can be done, then titles; a text that is itself a name has its
  /// titles first.
  static func options(_ results: SearchStore.Results?, _ frame: Frame, limit: Int) -> HTML {
    guard let results else { return HTML() }
    let offers = results.offers.map { offerOption($0, frame) }
    let titles = results.hits.prefix(max(limit - offers.count, 0)).map { titleOption($0.candidate, frame.t) }
    let first = results.isName ? titles.prefix(1) : []
    let all = first + offers + titles.dropFirst(first.count)
    return HTML.joined(
      all.enumerated().map { place, option in
        "<li class=\"opt\" role=\"option\" id=\"q-\(place)\" aria-selected=\"false\" \(option)</li>"
      })
  }

  /// The rest of an option from its attributes on.
  private static func titleOption(_ title: Candidate, _ t: Texts) -> HTML {
    """
    data-href="\(URLs.title(title.titleID, name: title.name))">\
    \(Views.poster(title.titleID))<span class="name">\(title.name)</span> <span \
    class="year">\(title.year.map(String.init))</span> \
    <span class="kind">\(Views.kind(title.kind, t))</span>
    """
  }
}
