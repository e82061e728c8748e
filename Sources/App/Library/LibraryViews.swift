import HTML

/// The library's page.
enum LibraryViews {
  /// What it shows.
  struct Model: Sendable {
    let cards: [LibraryStore.Card]
    let hasNext: Bool
    let counts: [Status: Int]
    let genres: [String]
    let filter: LibraryStore.Filter
    let text: String
  }

  /// The main part.
  static func main(_ model: Model, _ frame: Frame, user: User) -> HTML {
    let t = frame.t
    let cards = model.cards.map { card in
      Views.card(card, frame, scale: user.scale, showsStatus: model.filter.status == nil)
    }
    let list: HTML = "<h2 class=\"hidden\">\(t(.listTitles))</h2><ul class=\"grid\">\(cards)</ul>"
    return """
      <div class="head"><h1>\(t(.navLibrary))</h1><a href="\(URLs.lists)">\(t(.navLists))</a></div>
      \(tabs(model, t))\(filters(model, t))
      \(cards.isEmpty ? empty(model, t) : list)\(pages(model, t))
      """
  }

  private static func tabs(_ model: Model, _ t: Texts) -> HTML {
    let all = model.counts.values.reduce(0, +)
    let tabs: [(Status?, Key, Int)] =
      [(nil, .statusAll, all)]
      + [
        (Status.watching, Key.statusWatching), (.uptodate, .statusUptodate), (.planned, .statusPlanned),
        (.completed, .statusCompleted), (.paused, .statusPaused), (.dropped, .statusDropped),
      ].map { ($0, $1, model.counts[$0] ?? 0) }
    return """
      <nav class="chips" aria-label="\(t(.statusLabel))">\(tabs.map { status, key, count -> HTML in
        var filter = model.filter
        filter.status = status
        filter.page = 1
        let current: HTML = status == model.filter.status ? " aria-current=\"page\"" : HTML()
        return """
          <a class="chip"\(current) href="\(LibraryQuery.path(filter, text: model.text))">\
          \(t(key)) <small>\(t.number(count))</small></a>
          """
      })</nav>
      """
  }

  private static func filters(_ model: Model, _ t: Texts) -> HTML {
    let kinds: [(String, String)] = [
      ("", t(.kindAll)), ("movie", t(.kindMovies)), ("show", t(.kindShows)),
    ]
    let genres = [("", t(.genreAll))] + model.genres.map { ($0, Views.genre($0, t)) }
    let sorts: [(String, String)] = [
      ("name", t(.sortName)), ("watched", t(.sortWatched)), ("added", t(.sortAdded)), ("rating", t(.sortRating)),
      ("year", t(.sortYear)), ("progress", t(.sortProgress)),
    ]
    let status: HTML = model.filter.status.map { Views.hidden("status", $0.rawValue) } ?? HTML()
    return """
      <form class="filters" method="get" action="/library">\(status)
      \(select("kind", t(.filterKind), kinds, model.filter.kind?.rawValue ?? ""))
      \(select("genre", t(.filterGenre), genres, model.filter.genre ?? ""))
      \(select("sort", t(.filterSort), sorts, model.filter.sort.rawValue))
      <label>\(t(.filterText)) <input name="q" type="search" maxlength="200" value="\(model.text)"></label>
      <button class="btn">\(t(.filterApply))</button></form>
      """
  }

  private static func select(_ name: String, _ label: String, _ options: [(String, String)], _ current: String) -> HTML
  {
    """
    <label>\(label) <select name="\(name)" data-submit>\(options.map { value, text in
      "<option value=\"\(value)\"\(value == current ? " selected" as HTML : HTML())>\(text)</option>" as HTML
    })</select></label>
    """
  }

  private static func empty(_ model: Model, _ t: Texts) -> HTML {
    let isFiltered = model.filter != LibraryStore.Filter()
    return """
      <div class="empty"><h2>\(t(isFiltered ? .libraryNoneHead : .libraryEmptyHead))</h2>
      <p>\(t(isFiltered ? .libraryNoneText : .libraryEmptyText))</p>
      <p class="row"><a class="btn pri" href="\(isFiltered ? URLs.library : URLs.search)">\
      \(t(isFiltered ? .libraryShowAll : .searchButton))</a></p></div>
      """
  }

  private static func pages(_ model: Model, _ t: Texts) -> HTML {
    let page = model.filter.page
    guard page > 1 || model.hasNext else { return HTML() }
    func link(_ page: Int, _ rel: String, _ key: Key) -> HTML {
      var filter = model.filter
      filter.page = page
      return "<a rel=\"\(rel)\" href=\"\(LibraryQuery.path(filter, text: model.text))\">\(t(key))</a>"
    }
    return """
      <nav class="pages" aria-label="\(t(.pagesLabel))">\(page > 1 ? link(page - 1, "prev", .pagePrevious) : HTML())\
      <span>\(t(.pageNumber, ["page": t.number(page)]))</span>\
      \(model.hasNext && page < LibraryStore.lastPage ? link(page + 1, "next", .pageNext) : HTML())</nav>
      """
  }
}
