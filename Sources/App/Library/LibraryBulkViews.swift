import HTML

/// What can be done to the titles that are ticked in the library.
enum LibraryBulkViews {
  /// The box of a title; nothing while none can be ticked.
  static func tick(_ card: LibraryStore.Card, _ look: LibraryLook, _ t: Texts) -> HTML {
    guard let selecting = look.selecting else { return HTML() }
    return """
      <label class="pick"><input type="checkbox" form="bulk" name="title" value="\(card.titleID)"\
      \(selecting == .all ? " checked" as HTML : HTML())><span class="hidden">\
      \(t(.librarySelectTitle, ["name": card.name]))</span></label>
      """
  }

  /// The bar with every action.
  static func bar(_ model: LibraryViews.Model, _ t: Texts, scale: Scale) -> HTML {
    let statuses: [(String, String)] = [
      ("planned", t(.statusPlanned)), ("watching", t(.statusWatching)), ("paused", t(.statusPaused)),
      ("dropped", t(.statusDropped)), ("none", t(.statusClear)),
    ]
    let steps = scale == .hundred ? stride(from: 0, through: 100, by: 5).map { $0 } : scale.steps
    let ratings =
      steps.reversed().map { (String($0), t(.ratingStep, ["n": scale.shown($0), "best": scale.best])) }
      + [("", t(.ratingClear))]
    let whens: [(String, String)] = [
      ("now", t(.whenNow)), ("release", t(.whenRelease)), ("unknown", t(.whenUnknown)),
    ]
    let all = model.lookPath({ $0.selecting = .all })
    // Back to the same titles, with none ticked.
    let path = model.lookPath({ $0.selecting = .some })
    return """
      <form class="bulkbar" id="bulk" method="post" action="\(URLs.libraryTitles)" data-plain \
      aria-label="\(t(.libraryBulkLabel))">\(Views.hidden("back", path))
      <label class="check"><input type="checkbox" data-select-all> \(t(.bulkAll))</label>\
      <span class="mute" data-count data-text="\(t(.bulkCount, ["n": "{n}"]))">\(t(.bulkLead))</span> \
      <a class="all" href="\(all)">\(t(.bulkAll))</a>
      <div class="acts">\(group(
        LibraryFilterViews.select("status", t(.statusLabel), statuses, ""), button("status", t(.bulkStatus))))
      \(group(LibraryFilterViews.select("rating", t(.filterRating), ratings, "-"), button("rate", t(.bulkRate))))
      \(group(
        LibraryFilterViews.select("when", t(.bulkWhen), whens, ""), button("watched", t(.bulkWatched))))
      \(lists(model, t))
      <span class="row">\(button("favourite", t(.bulkFavourite)))\(button("unfavourite", t(.bulkUnfavourite)))</span>\
      </div></form>
      """
  }

  private static func lists(_ model: LibraryViews.Model, _ t: Texts) -> HTML {
    if model.lists.isEmpty { return HTML() }
    let options = model.lists.map { (String($0.id), $0.name) }
    return group(LibraryFilterViews.select("list", t(.bulkList), options, ""), button("list", t(.bulkAddToList)))
  }

  private static func group(_ field: HTML, _ button: HTML) -> HTML { "<span class=\"row\">\(field)\(button)</span>" }

  private static func button(_ act: String, _ text: String) -> HTML {
    "<button class=\"btn small\" name=\"act\" value=\"\(act)\">\(text)</button>"
  }
}
