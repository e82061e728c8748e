import HTML

/// The pages of lists.
enum ListViews {
  /// What the page of a list shows.
  struct Model: Sendable {
    enum Content: Sendable {
      /// Kept by hand: one page of it.
      case titles([ListPageStore.Item], pages: Int)
      /// What the library finds by the rule.
      case rule([LibraryStore.Card], hasNext: Bool)
      /// A rule that the library does not understand any more.
      case broken
    }
    let list: TitleList
    let content: Content
    let page: Int
    /// How many titles there are, where that is known without walking through them.
    let count: Int
    let others: [(id: Int, name: String)]
    let edited: ListPageStore.Edited?

    /// The page's own address.
    var address: String { address(of: page) }

    func address(of page: Int) -> String {
      page > 1 ? URLs.adding("page", String(page), to: URLs.list(list.id)) : URLs.list(list.id)
    }
  }

  // MARK: All lists

  /// What the page of all lists shows.
  struct All: Sendable {
    let lines: [ListPageStore.Line]
    /// How many lists there are, on all pages.
    let count: Int
    let page: Int
    let pages: Int

    func address(of page: Int) -> String { page > 1 ? URLs.adding("page", String(page), to: URLs.lists) : URLs.lists }
  }

  /// All lists in their order, and the form for a new one.
  static func all(_ model: All, _ typed: ListForm, _ errors: FieldErrors, _ frame: Frame) -> HTML {
    let t = frame.t
    let first = (model.page - 1) * ListRules.listsPageSize + 1
    let list: HTML =
      model.lines.isEmpty
      ? "<div class=\"empty\"><h2>\(t(.listsEmptyHead))</h2><p>\(t(.listsEmptyText))</p></div>"
      : """
      <h2 class="hidden">\(t(.listsAll))</h2>
      <ol class="rows" data-sortable>\(model.lines.enumerated().map { place, line in
        self.line(line, position: first + place, model, t)
      })</ol>\(pages(model.page, of: model.pages, hasNext: model.page < model.pages, t, model.address))
      """
    return """
      <div class="head"><h1>\(t(.navLists))</h1><a href="\(URLs.library)">\(t(.navLibrary))</a></div>
      <p class="mute">\(t(.listsLead))</p>\(Views.errors(errors, t))\(list)
      <section aria-labelledby="new-h"><h2 id="new-h">\(t(.listNewHead))</h2>\(newForm(typed, errors, t))</section>
      """
  }

  private static func line(_ line: ListPageStore.Line, position: Int, _ model: All, _ t: Texts) -> HTML {
    let list = line.list
    let facts = list.isSmart ? t(.listBySmart) : t(.listCount, n: line.count)
    let posters: HTML =
      line.posters.isEmpty
      ? HTML()
      : """
      <a class="mini" href="\(URLs.list(list.id))" tabindex="-1" aria-hidden="true">\
      \(line.posters.map { Views.poster($0.title, $0.path, .thumb) })</a>
      """
    return """
      <li class="rowline" id="l\(list.id)" data-item draggable="true" data-position="\(position)">\
      <div class="what"><h3><a href="\(URLs.list(list.id))">\(list.name)</a></h3><p class="meta">\(facts)</p>\
      \(list.note.isEmpty ? HTML() : "<p class=\"meta\">\(cut(list.note, 200))</p>")</div>\(posters)
      \(arrows(
        URLs.list(list.id), back: model.address(of: model.page), name: list.name, isFirst: position == 1,
        isLast: position == model.count, t))\
      </li>
      """
  }

  /// One step up or down; the script that lets one drag posts to the same form.
  private static func arrows(
    _ address: String, back: String, name: String, isFirst: Bool, isLast: Bool, _ t: Texts, extra: HTML = HTML()
  ) -> HTML {
    func button(_ value: String, _ sign: String, _ label: Key) -> HTML {
      """
      <button class="btn small" name="move" value="\(value)" aria-label="\(t(label, ["what": name]))">\(sign)</button>
      """
    }
    return """
      <form class="row acts" method="post" action="\(address)/move">\(Views.hidden("back", back))\
      \(isFirst ? HTML() : button("up", "↑", .listMoveUp))\(isLast ? HTML() : button("down", "↓", .listMoveDown))\
      \(extra)</form>
      """
  }

  private static func newForm(_ typed: ListForm, _ errors: FieldErrors, _ t: Texts) -> HTML {
    """
    <form class="stack note-form" method="post" action="\(URLs.lists)">\
    \(typed.back.map { Views.hidden("back", $0) })\(typed.rule.map { Views.hidden("rule", $0) })\
    \(typed.copy.map { Views.hidden("copy", String($0)) })\(typed.titles.map { Views.hidden("title", String($0)) })
    \(fields(name: typed.name, note: typed.note, errors, t))
    <button class="btn pri">\(t(.listMake))</button></form>
    """
  }

  private static func fields(name: String, note: String, _ errors: FieldErrors, _ t: Texts) -> HTML {
    """
    \(Views.field("name", label: t(.listName), error: errors["name"]) {
      "<input \($0) value=\"\(name)\" maxlength=\"100\" required>"
    })
    \(Views.field("note", label: t(.listNote), error: errors["note"]) {
      "<textarea \($0) rows=\"2\" maxlength=\"2000\">\(note)</textarea>"
    })
    """
  }

  // The start of a note that came with one character more than is shown.
  private static func cut(_ note: String, _ length: Int) -> String {
    note.unicodeScalars.count > length ? String(note.prefix(length)) + "…" : note
  }

  // MARK: One list

  /// The main part of the page of a list.
  ///
  /// - Parameters:
  ///   - typed: what was typed into a form and not taken.
  ///   - isManaged: whether the form of the list is open.
  static func main(
    _ model: Model, _ typed: ListForm?, _ errors: FieldErrors, isManaged: Bool, _ frame: Frame, user: User
  ) -> HTML {
    let t = frame.t
    let list = model.list
    let facts =
      switch model.content {
      case .titles: t(.listCount, n: model.count)
      case .rule, .broken: t(.listBySmart)
      }
    let edit: HTML =
      list.rule.map { rule in
        let address = URLs.adding("list", String(list.id), to: ListRule.address(rule))
        return " <a class=\"link\" href=\"\(address)\">\(t(.listEditRule))</a>"
      } ?? HTML()
    let isOpen = isManaged || errors["name"] != nil || errors["note"] != nil
    return """
      <div class="head"><h1>\(list.name)</h1><a href="\(URLs.lists)">\(t(.listsAll))</a></div>\
      \(list.note.isEmpty ? HTML() : "<p class=\"overview pre\">\(list.note)</p>")
      <p class="mute">\(facts)\(edit)</p>\(Views.errors(errors, t))
      \(manage(model, typed, errors, isOpen: isOpen, t))\(edited(model, typed, errors, t))
      \(content(model, frame, user: user))
      """
  }

  private static func content(_ model: Model, _ frame: Frame, user: User) -> HTML {
    let t = frame.t
    let head: HTML = "<h2 class=\"hidden\">\(t(.listTitles))</h2>"
    switch model.content {
    case .titles(let items, _) where items.isEmpty: return empty(.listEmptyHead, .listEmptyText, t)
    case .titles(let items, let pages):
      let first = (model.page - 1) * ListRules.pageSize + 1
      return """
        \(head)<ol class="grid" data-sortable start="\(first)">\(items.enumerated().map { place, item in
          card(item, position: first + place, model, frame, user: user)
        })</ol>\(self.pages(model.page, of: pages, hasNext: model.page < pages, t, model.address))
        """
    case .rule(let cards, _) where cards.isEmpty && model.page == 1: return empty(.listNoneHead, .listNoneText, t)
    case .rule(let cards, let hasNext):
      return """
        \(head)<ul class="grid">\(cards.map { Views.card($0, frame, scale: user.scale) })</ul>\
        \(pages(model.page, of: nil, hasNext: hasNext, t, model.address))
        """
    case .broken: return "<div class=\"note\"><p>\(t(.listBroken))</p></div>"
    }
  }

  private static func empty(_ head: Key, _ text: Key, _ t: Texts) -> HTML {
    "<div class=\"empty\"><h2>\(t(head))</h2><p>\(t(text))</p></div>"
  }

  private static func card(
    _ item: ListPageStore.Item, position: Int, _ model: Model, _ frame: Frame, user: User
  ) -> HTML {
    let t = frame.t
    let name = item.card.name
    let change: HTML = """
      <a class="btn small" href="\(URLs.adding("edit", String(item.id), to: model.address, fragment: "edit"))" \
      aria-label="\(t(.changeWhat, ["what": name]))">\(t(.change))</a>
      """
    let place: HTML = "<p class=\"meta\">\(t(.listPosition, ["n": t.number(position)]))</p>"
    return Views.card(
      item.card, frame, scale: user.scale,
      extra: """
        \(place)\(item.note.isEmpty ? HTML() : "<p class=\"meta pre\">\(cut(item.note, 80))</p>")\
        \(arrows(
          URLs.listItem(model.list.id, item.id), back: model.address, name: name, isFirst: position == 1,
          isLast: position == model.count, t, extra: change))
        """,
      attributes: " draggable=\"true\" data-position=\"\(position)\"")
  }

  private static func pages(
    _ page: Int, of pages: Int?, hasNext: Bool, _ t: Texts, _ address: (Int) -> String
  ) -> HTML {
    guard page > 1 || hasNext else { return HTML() }
    func link(_ page: Int, _ rel: String, _ key: Key) -> HTML {
      "<a rel=\"\(rel)\" href=\"\(address(page))\">\(t(key))</a>"
    }
    let number = t.number(page)
    let said =
      pages.map { t(.pageOf, ["page": number, "pages": t.number($0)]) } ?? t(.pageNumber, ["page": number])
    return """
      <nav class="pages" aria-label="\(t(.pagesLabel))">\
      \(page > 1 ? link(page - 1, "prev", .pagePrevious) : HTML())<span>\(said)</span>\
      \(hasNext && page < LibraryStore.lastPage ? link(page + 1, "next", .pageNext) : HTML())</nav>
      """
  }

  /// Name and note, sorting, a copy, deleting.
  private static func manage(
    _ model: Model, _ typed: ListForm?, _ errors: FieldErrors, isOpen: Bool, _ t: Texts
  ) -> HTML {
    let list = model.list
    let address = URLs.list(list.id)
    // What was typed belongs here unless it was the note of a title.
    let kept = errors["item-note"] == nil ? typed : nil
    return """
      <details class="manage"\(isOpen ? " open" : "")><summary>\(t(.listManage))</summary>
      <form class="stack note-form" method="post" action="\(address)">\(Views.hidden("back", model.address))
      \(fields(name: kept?.name ?? list.name, note: kept?.note ?? list.note, errors, t))
      <button class="btn small">\(t(.save))</button></form>
      \(list.isSmart || model.count < 2 ? HTML() : sorts(model, t))
      <form class="row" method="post" action="\(URLs.lists)">\(Views.hidden("copy", String(list.id)))
      <label>\(t(.listCopyLabel)) <input name="name" value="\(copyName(list.name, t))" maxlength="100" required></label>
      <button class="btn small">\(t(.listCopy))</button></form>
      <form method="post" action="\(address)/delete">\(Views.hidden("back", URLs.lists))
      <button class="btn small danger">\(t(.listDelete))</button></form></details>
      """
  }

  private static func copyName(_ name: String, _ t: Texts) -> String {
    String(t(.listCopyName, ["name": name]).prefix(ListRules.nameLength))
  }

  private static func sorts(_ model: Model, _ t: Texts) -> HTML {
    let sorts: [(ListSort, Key)] = [
      (.name, .sortName), (.year, .sortYear), (.rating, .sortRating), (.added, .sortAdded), (.watched, .sortWatched),
    ]
    return """
      <form method="post" action="\(URLs.list(model.list.id))/sort">\(Views.hidden("back", model.address))
      <p class="mute" id="sort-h">\(t(.listSortHead))</p><div class="row" role="group" aria-labelledby="sort-h">\
      \(sorts.map { sort, key -> HTML in
        "<button class=\"btn small\" name=\"by\" value=\"\(sort.rawValue)\">\(t(key))</button>"
      })</div></form>
      """
  }

  /// Everything that can be done to one title of the list; opened by a link, so that the cards stay small.
  private static func edited(_ model: Model, _ typed: ListForm?, _ errors: FieldErrors, _ t: Texts) -> HTML {
    guard let edited = model.edited else { return HTML() }
    let address = URLs.listItem(model.list.id, edited.item.id)
    let back = Views.hidden("back", model.address)
    let note = errors["item-note"] == nil ? edited.item.note : typed?.note ?? ""
    let described: HTML =
      errors["item-note"] == nil ? HTML() : " aria-invalid=\"true\" aria-describedby=\"item-note-error\""
    let message: HTML? = errors["item-note"].map { "<p class=\"error\" id=\"item-note-error\">\($0)</p>" }
    return """
      <section class="edit" id="edit" aria-labelledby="edit-h">
      <div class="head"><h2 id="edit-h">\(edited.name)</h2><a href="\(model.address)">\(t(.listClose))</a></div>
      <form class="stack note-form" method="post" action="\(address)">\(back)
      <div class="field"><label for="item-note">\(t(.listItemNote))</label>
      <textarea id="item-note" name="note" rows="2" maxlength="2000"\(described)>\(note)</textarea>\(message)</div>
      <button class="btn small">\(t(.save))</button></form>
      <form class="row" method="post" action="\(address)/move">\(back)
      <label>\(t(.listPlace)) <input type="number" name="to" min="1" max="\(model.count)" value="\(edited.position)" \
      inputmode="numeric" required></label><button class="btn small">\(t(.listMove))</button></form>
      <form class="row" method="post" action="\(address)/move">\(back)
      <button class="btn small" name="move" value="top">\(t(.listTop))</button>
      <button class="btn small" name="move" value="bottom">\(t(.listBottom))</button></form>
      \(others(model, address, back, t))
      <form method="post" action="\(address)/delete">\(back)<button class="btn small danger">\(t(.listRemove))</button>\
      </form></section>
      """
  }

  private static func others(_ model: Model, _ address: String, _ back: HTML, _ t: Texts) -> HTML {
    if model.others.isEmpty { return HTML() }
    return """
      <form class="row" method="post" action="\(address)/copy">\(back)
      <label>\(t(.listOther)) <select name="list">\(model.others.map { id, name -> HTML in
        "<option value=\"\(id)\">\(name)</option>"
      })</select></label>
      <button class="btn small">\(t(.listCopyThere))</button>
      <button class="btn small" name="move" value="1">\(t(.listMoveThere))</button></form>
      """
  }
}

/// What other pages show of lists.
extension ListViews {
  /// "Add to list…" of the page of a title: a button for each list, pressed where the title is on it, and a new one.
  ///
  /// It stays open when the last thing done was done in it.
  static func picker(_ page: TitleStore.Page, _ frame: Frame, back: String) -> HTML {
    let t = frame.t
    let title = page.title.id
    let isOpen = [.listMade, .listAdded, .listRemoved].contains(page.answer?.kind)
    let buttons: HTML =
      page.lists.isEmpty
      ? HTML()
      : """
      <div class="row" role="group" aria-label="\(t(.listAddTo))">\(page.lists.map { choice -> HTML in
        let action =
          choice.item.map { URLs.listItem(choice.list, $0) + "/delete" } ?? URLs.listItems(choice.list)
        let field: HTML = choice.item == nil ? Views.hidden("title", String(title)) : HTML()
        return """
          <form method="post" action="\(action)">\(Views.hidden("back", back))\(field)<button class="btn small fav" \
          id="list-\(choice.list)" aria-pressed="\(choice.item == nil ? "false" : "true")">\
          \(choice.item == nil ? HTML() : "✓ ")\(choice.name)</button></form>
          """
      })</div>
      """
    return """
      <details class="manage"\(isOpen ? " open" : "")><summary>\(t(.listAdd))</summary>\(buttons)
      <form class="row" method="post" action="\(URLs.lists)">\(Views.hidden("back", back))\
      \(Views.hidden("title", String(title)))
      <label>\(t(.listNewHead)) <input name="name" maxlength="100" required></label>
      <button class="btn small">\(t(.listMakeWith))</button> <a class="link" href="\(URLs.lists)">\(t(.listsAll))</a>\
      </form></details>
      """
  }
}
