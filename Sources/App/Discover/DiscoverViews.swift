import HTML

/// The pages of Discover.
enum DiscoverViews {
  static func main(_ page: DiscoverStore.Page, _ query: DiscoverQuery, _ frame: Frame) -> HTML {
    let t = frame.t
    let body: HTML =
      page.suggestions.isEmpty
      ? """
      <div class="empty"><h2>\(t(.discoverNoneHead))</h2>\
      <p>\(t(query.isFiltered ? .libraryNoneText : .discoverNoneText))</p></div>
      """
      : "<ul class=\"grid\">\(page.suggestions.map { card($0, page, back: query.path, frame) })</ul>"
    return """
      <div class="head"><h1>\(t(.discoverTitle))</h1>\
      <a class="btn" href="\(query.pick(turn: 0))">\(t(.discoverPick))</a></div>
      \(tabs(query, t))\(form(query, page, frame))\(note(page, query, t))\(body)\(pages(page, query, t))
      """
  }

  /// One title that was picked, with its reason, and the way to another.
  static func picked(
    _ title: Suggestion?, _ page: DiscoverStore.Page, _ query: DiscoverQuery, turn: Int, _ frame: Frame
  ) -> HTML {
    let t = frame.t
    let back = query.pick(turn: turn)
    let all: HTML = "<a class=\"btn\" href=\"\(query.path)\">\(t(.discoverAll))</a>"
    guard let title else {
      return """
        <h1>\(t(.discoverPick))</h1><div class="empty"><h2>\(t(.discoverNoneHead))</h2>\
        <p>\(t(query.isFiltered ? .libraryNoneText : .discoverNoneText))</p><p class="row">\(all)</p></div>
        """
    }
    let another: HTML = "<a class=\"btn\" href=\"\(query.pick(turn: turn + 1))\">\(t(.discoverAnother))</a>"
    return """
      <h1>\(t(.discoverPick))</h1>\(note(page, query, t))
      <ul class="grid one">\(card(title, page, back: back, frame, isAlone: true))</ul>
      <p class="row">\(page.suggestions.count > 1 ? another : HTML()) \(all)</p>
      """
  }

  /// What was dismissed or done just now, with the way back.
  static func answer(_ page: DiscoverStore.Page, back: String, _ frame: Frame) -> HTML? {
    guard let dismissed = page.dismissed else { return Views.answer(page.answer, back: back, frame) }
    let t = frame.t
    return """
      <div><span>\(t(.discoverDismissed, ["name": dismissed.name]))</span> \
      <form class="inline" method="post" action="\(URLs.dismiss(dismissed.id))" data-plain>\
      \(Views.hidden("back", back))\(Views.hidden("dismiss", "0"))<button class="link undo">\(t(.undo))</button></form>\
      </div>
      """
  }

  // MARK: - Titles

  private static func card(
    _ suggestion: Suggestion, _ page: DiscoverStore.Page, back: String, _ frame: Frame,
    isAlone: Bool = false
  ) -> HTML {
    let t = frame.t
    let card = suggestion.card
    let facts = [
      Views.kind(card.kind, t), card.year.map(String.init), suggestion.runtime.map { frame.dates.length(minutes: $0) },
      card.status.flatMap { $0 == .none ? nil : Views.status($0, t) },
    ]
    let watch = page.watch[card.id] ?? []
    let services: HTML =
      watch.isEmpty
      ? HTML()
      : "<p class=\"meta\">\(t(.discoverWatch, ["services": watch.prefix(2).map(\.name).joined(separator: ", ")]))</p>"
    let add: HTML =
      card.status == nil || card.status == Status.none
      ? """
      <form class="inline" method="post" action="\(URLs.entry(card.id))" data-plain>\(Views.hidden("back", back))\
      <button class="btn small" name="status" value="planned" aria-label="\(t(.addWhat, ["name": card.name]))">\
      \(t(.add))</button></form>
      """ : HTML()
    // That all of a list are well known is said once, above it.
    var why: HTML = "<p class=\"meta why\">\(reason(suggestion, frame))</p>"
    if case .listed(.popular) = suggestion.reason, !isAlone { why = HTML() }
    return """
      <li class="card" id="t\(card.id)" data-item><a href="\(URLs.title(card.id, name: card.name))">\
      \(Views.poster(card.id, card.poster))<h3>\(card.name)</h3></a>\
      <p class="meta">\(facts.compactMap { $0 }.joined(separator: Views.separator))</p>\
      \(why)\(services)\
      <div class="row">\(add)<form class="inline" method="post" action="\(URLs.dismiss(card.id))" data-plain>\
      \(Views.hidden("back", back))<button class="link" name="dismiss" value="1" \
      aria-label="\(t(.discoverDismissWhat, ["name": card.name]))">\(t(.discoverDismiss))</button></form></div></li>
      """
  }

  /// Why it is suggested, in a sentence.
  static func reason(_ suggestion: Suggestion, _ frame: Frame) -> String {
    let t = frame.t
    switch suggestion.reason {
    case .because(_, let name, let rating, let how):
      let scale = frame.user?.scale ?? .points
      let because =
        rating.map {
          t(.discoverBecauseRated, ["name": name, "rating": scale.shown($0), "best": scale.best])
        } ?? t(.discoverBecauseSeen, ["name": name])
      switch how {
      case .content: return because + " " + t(.discoverHowContent)
      case .watched: return because + " " + t(.discoverHowWatched)
      case .related: return because + " " + t(.discoverHowRelated)
      }
    case .listed(.trending): return t(.discoverReasonTrending)
    case .listed(.top):
      return suggestion.score.map { t(.scoreOf, ["score": t.decimal(tenths: $0)]) } ?? t(.discoverReasonTop)
    case .listed(.coming): return suggestion.released.map { frame.dates.text($0) } ?? t(.discoverReasonComing)
    case .listed(.new):
      if suggestion.card.kind == .show { return t(.discoverReasonAiring) }
      return suggestion.released.map { t(.discoverReasonOut, ["date": frame.dates.text($0)]) } ?? t(.discoverReasonNew)
    case .listed(.popular), .listed(.forYou): return t(.discoverReasonPopular)
    }
  }

  // MARK: - Lists and filters

  private static func name(_ list: DiscoverQuery.List, _ t: Texts) -> String {
    switch list {
    case .forYou: t(.discoverForYou)
    case .trending: t(.discoverTrending)
    case .new: t(.discoverNew)
    case .top: t(.discoverTop)
    case .coming: t(.discoverComing)
    case .popular: t(.discoverPopular)
    }
  }

  private static func tabs(_ query: DiscoverQuery, _ t: Texts) -> HTML {
    """
    <nav class="chips" aria-label="\(t(.discoverLists))">\(DiscoverQuery.List.tabs.map { list -> HTML in
      let current: HTML = list == query.list ? " aria-current=\"page\"" : HTML()
      return "<a class=\"chip\"\(current) href=\"\(query.with { $0.list = list }.path)\">\(name(list, t))</a>"
    })</nav>
    """
  }

  /// Says what is shown where it is not what was asked for.
  private static func note(_ page: DiscoverStore.Page, _ query: DiscoverQuery, _ t: Texts) -> HTML {
    var notes: [String] = []
    if page.standsIn != nil {
      switch query.list {
      case .trending: notes.append(t(.discoverNoCharts))
      default: notes.append(t(page.hasRecord ? .discoverNoneForYou : .discoverNothingYet))
      }
    }
    if query.isMine, page.services == 0 { notes.append(t(.discoverNoServices)) }
    let settings: HTML =
      query.isMine ? " <a href=\"/settings/watching\">\(t(.offersChange))</a>" : HTML()
    return notes.isEmpty ? HTML() : "<p class=\"note\">\(notes.joined(separator: " "))\(settings)</p>"
  }

  private static func form(_ query: DiscoverQuery, _ page: DiscoverStore.Page, _ frame: Frame) -> HTML {
    let t = frame.t
    let kinds: [(String, String)] = [("", t(.kindAll)), ("movie", t(.kindMovies)), ("show", t(.kindShows))]
    let lengths = [30, 45, 60, 90, 100, 120, 150]
    let any = [("", t(.filterAny))]
    func select(_ name: String, _ label: Key, _ options: [(String, String)], _ current: String) -> HTML {
      LibraryFilterViews.select(name, t(label), options, current)
    }
    let countries = named(Countries.codes, query.country) { Countries.name($0, t.language) }
    let languages = named(LanguageNames.codes, query.language) { LanguageNames.name($0, t.language) }
    let minutes = Set(lengths + [query.minutes].compactMap { $0 }).sorted()
    return """
      <form class="filters" method="get" action="/discover">\(hidden(query))
      \(select("kind", .filterKind, kinds, query.kind?.rawValue ?? ""))
      \(select("genre", .filterGenre, genres(query, t), query.genre ?? ""))
      \(select("minutes", .discoverFits, any + minutes.map { (String($0), t(.lengthMinutes, n: $0)) },
        query.minutes.map(String.init) ?? ""))
      <label class="check"><input type="checkbox" name="mine" value="1"\
      \(query.isMine ? " checked" as HTML : HTML())> \(t(.discoverMine))</label>
      <details class="morefilters"\(hasMore(query) ? " open" as HTML : HTML())><summary>\(t(.filterMore))</summary>\
      <div class="filters">
      \(select("decade", .filterDecade, any + decades(query, frame), query.decade.map(String.init) ?? ""))
      \(select("country", .filterCountry, any + countries, query.country ?? ""))
      \(select("language", .discoverLanguage, any + languages, query.language ?? ""))
      </div></details>
      <button class="btn">\(t(.filterApply))</button></form>
      \(person(query, page, t))
      """
  }

  private static func hasMore(_ query: DiscoverQuery) -> Bool {
    query.decade != nil || query.country != nil || query.language != nil
  }

  /// What the form keeps though it has no field for it.
  private static func hidden(_ query: DiscoverQuery) -> [HTML] {
    query.pairs.filter { ["list", "person"].contains($0.0) }.map { Views.hidden($0.0, $0.1) }
  }

  private static func person(_ query: DiscoverQuery, _ page: DiscoverStore.Page, _ t: Texts) -> HTML {
    guard query.person != nil else { return HTML() }
    let name = page.person ?? t(.searchPerson)
    return """
      <ul class="chips set" aria-label="\(t(.filtersSet))"><li><a class="chip" \
      href="\(query.with { $0.person = nil }.path)"><span class="hidden">\(t(.filterRemove)) </span>\(name) \
      <span aria-hidden="true">×</span></a></li></ul>
      """
  }

  private static let genreNames = [
    "Action", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy",
    "History", "Horror", "Music", "Musical", "Mystery", "News", "Reality", "Romance", "Science fiction", "Short",
    "Soap", "Sport", "Talk", "Thriller", "War", "Western",
  ]

  private static func genres(_ query: DiscoverQuery, _ t: Texts) -> [(String, String)] {
    var names = genreNames
    if let genre = query.genre, !names.contains(genre) { names.append(genre) }
    return [("", t(.genreAll))] + names.map { ($0, Views.genre($0, t)) }
  }

  private static func decades(_ query: DiscoverQuery, _ frame: Frame) -> [(String, String)] {
    let year = frame.dates.today.parts.year
    var all = stride(from: year / 10 * 10, through: 1900, by: -10).map { $0 }
    if let decade = query.decade, !all.contains(decade) { all.append(decade) }
    return all.map { (String($0), frame.t(.decadeName, ["decade": String($0)])) }
  }

  private static func named(
    _ codes: [String], _ current: String?, _ name: (String) -> String
  ) -> [(String, String)] {
    let all = codes + [current].compactMap { $0 }.filter { !codes.contains($0) }
    return all.map { ($0, name($0)) }.sorted { $0.1 < $1.1 }
  }

  private static func pages(_ page: DiscoverStore.Page, _ query: DiscoverQuery, _ t: Texts) -> HTML {
    func link(_ number: Int, _ key: Key, rel: String) -> HTML {
      var other = query
      other.page = number
      // What stands in for a list goes on as what it is.
      if number > query.page, let list = page.standsIn { other.list = list }
      return "<a class=\"btn\" rel=\"\(rel)\" href=\"\(other.path)\">\(t(key))</a>"
    }
    let previous = query.page > 1 ? link(query.page - 1, .pagePrevious, rel: "prev") : HTML()
    let hasNext = page.hasNext && query.page < DiscoverQuery.lastPage
    let next = hasNext ? link(query.page + 1, .pageNext, rel: "next") : HTML()
    if query.page == 1, !hasNext { return HTML() }
    return "<nav class=\"pages\" aria-label=\"\(t(.pagesLabel))\">\(previous) \(next)</nav>"
  }
}

extension URLs {
  /// Says that a title is not wanted, or that it is after all.
  static func dismiss(_ title: Int) -> String { "/titles/\(title)/dismiss" }
}
