import HTML

/// The library as a table.
enum LibraryTableViews {
  /// The table with the choice of its columns.
  static func table(_ model: LibraryViews.Model, _ frame: Frame, user: User) -> HTML {
    let t = frame.t
    let columns = model.look.columns
    let box: HTML =
      model.look.selecting == nil ? HTML() : "<th scope=\"col\"><span class=\"hidden\">\(t(.librarySelect))</span></th>"
    return """
      <h2 class="hidden">\(t(.listTitles))</h2>\(choice(model, t))
      <div class="scroll" role="region" aria-label="\(t(.navLibrary))" tabindex="0"><table class="data">
      <caption class="hidden">\(t(.libraryCaption))</caption>
      <thead><tr>\(box)\(head(model, .name, t(.sortName), isNumber: false, t))\(columns.map { column in
        column.sort.map { head(model, $0, name(column, t), isNumber: isNumber(column), t) }
          ?? "<th scope=\"col\"\(number(column))>\(name(column, t))</th>"
      })</tr></thead>
      <tbody>\(model.page.cards.map { row($0, model, frame, user: user) })</tbody></table></div>
      """
  }

  // A head that is the order already turns it round.
  private static func head(
    _ model: LibraryViews.Model, _ sort: LibraryStore.Sort, _ text: String, isNumber: Bool, _ t: Texts
  ) -> HTML {
    let isOn = model.filter.sort == sort
    let isUp = sort.isAscending != model.filter.isReversed
    let state: HTML = isOn ? (isUp ? " aria-sort=\"ascending\"" : " aria-sort=\"descending\"") : HTML()
    let path = model.path { filter in
      filter.isReversed = isOn ? !filter.isReversed : false
      filter.sort = sort
    }
    let arrow: HTML = isOn ? " <span aria-hidden=\"true\">\(isUp ? "↑" : "↓")</span>" : HTML()
    return """
      <th scope="col"\(state)\(isNumber ? " class=\"num\"" as HTML : HTML())><a href="\(path)">\(text)\(arrow)</a></th>
      """
  }

  private static func row(
    _ card: LibraryStore.Card, _ model: LibraryViews.Model, _ frame: Frame, user: User
  ) -> HTML {
    let t = frame.t
    let box: HTML =
      model.look.selecting == nil ? HTML() : "<td>\(LibraryBulkViews.tick(card, model.look, t))</td>"
    return """
      <tr id="t\(card.titleID)">\(box)<th scope="row"><a href="\(URLs.title(card.titleID, name: card.name))">\
      \(card.name)</a>\(card.isFavourite ? " <span title=\"\(t(.favourite))\">♥</span>" : HTML())</th>\
      \(model.look.columns.map { "<td\(number($0))>\(cell($0, card, frame, user: user))</td>" as HTML })</tr>
      """
  }

  private static func cell(
    _ column: LibraryLook.Column, _ card: LibraryStore.Card, _ frame: Frame, user: User
  ) -> String {
    let t = frame.t
    return switch column {
    case .year: card.year.map(String.init) ?? ""
    case .kind: Views.kind(card.kind, t)
    case .status: Views.status(card.status, t)
    case .progress: card.kind == .movie ? "" : "\(t.number(card.seen)) / \(t.number(card.due))"
    case .rating: card.rating.map { user.scale.shown($0) } ?? ""
    case .watched: card.lastDay.map { day($0, frame) } ?? (card.plays > 0 ? t(.dateUnknown) : "")
    case .added: card.addedAt.flatMap { $0 == 0 ? nil : frame.dates.absolute(user.zone.clock(at: $0).day) } ?? ""
    case .runtime: card.runtime.map { frame.dates.length(minutes: $0) } ?? ""
    }
  }

  // As exact as it is known: a year, a month, a day.
  private static func day(_ text: String, _ frame: Frame) -> String {
    let precision: Precision = text.count == 4 ? .year : text.count == 7 ? .month : .day
    return frame.dates.text(PlayTime(at: nil, day: text, precision: precision))
  }

  private static func name(_ column: LibraryLook.Column, _ t: Texts) -> String {
    switch column {
    case .year: t(.sortYear)
    case .kind: t(.filterKind)
    case .status: t(.statusLabel)
    case .progress: t(.sortProgress)
    case .rating: t(.sortRating)
    case .watched: t(.sortWatched)
    case .added: t(.columnAdded)
    case .runtime: t(.filterRuntime)
    }
  }

  private static func isNumber(_ column: LibraryLook.Column) -> Bool {
    [.year, .progress, .rating, .runtime].contains(column)
  }

  private static func number(_ column: LibraryLook.Column) -> HTML {
    isNumber(column) ? " class=\"num\"" : HTML()
  }

  /// Which columns there are.
  private static func choice(_ model: LibraryViews.Model, _ t: Texts) -> HTML {
    var look = model.look
    look.columns = LibraryLook.Column.usual
    let kept = LibraryQuery.pairs(model.filter, text: model.text) + LibraryQuery.pairs(look)
    return """
      <details class="columns"><summary>\(t(.libraryColumns))</summary>
      <form class="row" method="get" action="/library">\(LibraryFilterViews.hidden(kept))\
      \(LibraryLook.Column.allCases.map { column in
        """
        <label class="check"><input type="checkbox" name="cols" value="\(column.rawValue)"\
        \(model.look.columns.contains(column) ? " checked" as HTML : HTML())> \(name(column, t))</label>
        """ as HTML
      })
      <button class="btn small">\(t(.filterApply))</button></form></details>
      """
  }
}
