import HTML

/// The library's page.
enum LibraryViews {
  /// What it shows.
  struct Model: Sendable {
    let page: LibraryStore.Page
    /// How many titles fit, when filters beside kind and status are set.
    let found: Int?
    let counts: [Status: Int]
    let genres: [String]
    /// The name of the person whose titles are asked for.
    let person: String?
    /// The lists that titles can be added to, while they are selected.
    let lists: [(id: Int, name: String)]
    /// The smart list whose rule is being changed.
    let changed: TitleList?
    let filter: LibraryStore.Filter
    let look: LibraryLook
    let text: String

    /// The address of another state of the page.
    func path(_ change: (inout LibraryStore.Filter) -> Void) -> String {
      LibraryQuery.path(filter.fromStart(change), text: text, look)
    }

    /// The address of the same page in another look.
    func lookPath(_ change: (inout LibraryLook) -> Void) -> String {
      var look = look
      change(&look)
      return LibraryQuery.path(filter, text: text, look)
    }
  }

  /// The main part.
  static func main(_ model: Model, _ frame: Frame, user: User) -> HTML {
    let t = frame.t
    let isEmpty = model.page.cards.isEmpty
    return """
      <div class="head"><h1>\(t(.navLibrary))</h1><a href="\(URLs.lists)">\(t(.navLists))</a></div>
      \(tabs(model, t))\(LibraryFilterViews.form(model, frame, user: user))\
      \(LibraryFilterViews.active(model, t, scale: user.scale))\(bar(model, t))
      \(isEmpty ? empty(model, t) : list(model, frame, user: user))\
      \(isEmpty || model.look.selecting == nil ? HTML() : LibraryBulkViews.bar(model, t, scale: user.scale))\
      \(pages(model, t))
      """
  }

  private static func list(_ model: Model, _ frame: Frame, user: User) -> HTML {
    let t = frame.t
    if model.look.isTable { return LibraryTableViews.table(model, frame, user: user) }
    let cards = model.page.cards.map { card in
      Views.card(
        card, frame, scale: user.scale, showsStatus: model.filter.status == nil,
        extra: LibraryBulkViews.tick(card, model.look, t))
    }
    return "<h2 class=\"hidden\">\(t(.listTitles))</h2><ul class=\"grid\">\(cards)</ul>"
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
        let current: HTML = status == model.filter.status ? " aria-current=\"page\"" : HTML()
        // The numbers are those of the whole library: beside other filters they would say something else.
        let number: HTML = model.filter.isNarrowed ? HTML() : " <small>\(t.number(count))</small>"
        return """
          <a class="chip"\(current) href="\(model.path { $0.status = status })">\(t(key))\(number)</a>
          """
      })</nav>
      """
  }

  /// How many fit, and other ways to see them.
  private static func bar(_ model: Model, _ t: Texts) -> HTML {
    let limit = LibraryStore.countedUpTo
    let found: HTML? = model.found.map { count in
      let text =
        count > limit
        ? t(.libraryFoundOver, ["count": t.number(limit)])
        : t(.libraryFound, n: count, ["count": t.number(count)])
      return "<p>\(text)</p>"
    }
    if model.page.cards.isEmpty {
      // A rule may find nothing yet and be wanted all the same.
      let save = model.changed == nil ? HTML() : LibraryFilterViews.save(model, t)
      return found == nil && model.changed == nil ? HTML() : "<div class=\"libbar\">\(found)\(save)</div>"
    }
    let isSelecting = model.look.selecting != nil
    return """
      <div class="libbar">\(found)<a href="\(model.path { $0.isReversed.toggle() })">\(t(.libraryReverse))</a>\
      <a href="\(model.lookPath({ $0.isTable.toggle() }))">\
      \(t(model.look.isTable ? .libraryAsPosters : .libraryAsTable))</a>\
      <a href="\(model.lookPath({ $0.selecting = isSelecting ? nil : .some }))">\
      \(t(isSelecting ? .librarySelectEnd : .librarySelect))</a>\(LibraryFilterViews.save(model, t))</div>
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

  // Numbered as far as anybody counts; beyond, the next page begins after the last row of this one.
  private static func pages(_ model: Model, _ t: Texts) -> HTML {
    let filter = model.filter
    let number = filter.page
    guard number > 1 || filter.after != nil || model.page.hasNext else { return HTML() }
    func link(_ rel: String, _ key: Key, _ change: (inout LibraryStore.Filter) -> Void) -> HTML {
      "<a rel=\"\(rel)\" href=\"\(model.path(change))\">\(t(key))</a>"
    }
    let isNumbered = filter.after == nil
    let previous =
      !isNumbered
      ? link("prev", .pageFirst) { _ in }
      : number > 1 ? link("prev", .pagePrevious) { $0.page = number - 1 } : HTML()
    let next =
      !model.page.hasNext
      ? HTML()
      : isNumbered && number < LibraryStore.lastPage
        ? link("next", .pageNext) { $0.page = number + 1 } : link("next", .pageNext) { $0.after = model.page.last }
    let said: HTML = isNumbered ? "<span>\(t(.pageNumber, ["page": t.number(number)]))</span>" : HTML()
    return "<nav class=\"pages\" aria-label=\"\(t(.pagesLabel))\">\(previous)\(said)\(next)</nav>"
  }
}
