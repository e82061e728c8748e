import HTML

/// The pages on which what was recorded is moved to another title.
enum RelinkViews {
  /// How many episodes that stay are named.
  private static let named = 12

  /// Which title it should be.
  static func search(
    _ title: Title, _ hits: [SearchStore.Hit], text: String, hasGoneWithout: Bool, _ frame: Frame
  ) -> HTML {
    let t = frame.t
    let without: HTML = hasGoneWithout ? "<p class=\"note\">\(t(.searchWithout))</p>" : HTML()
    let found: HTML =
      hits.isEmpty
      ? "<p class=\"mute\">\(t(.relinkNone))</p>"
      : "<ol class=\"results\">\(hits.map { row($0, title, text: text, t) })</ol>"
    return """
      \(back(title, t))<h1>\(t(.relinkHead))</h1><p>\(t(.relinkLead, ["name": title.name]))</p>
      <form class="row searchpage" role="search" action="\(URLs.relink(title.id))">\
      <label class="hidden" for="relink-q">\(t(.relinkSearch))</label>
      <input id="relink-q" name="q" type="search" maxlength="200" value="\(text)">\
      <button class="btn pri">\(t(.searchButton))</button></form>\(without)\(found)
      """
  }

  private static func row(_ hit: SearchStore.Hit, _ title: Title, text: String, _ t: Texts) -> HTML {
    let other = hit.candidate
    let facts = ([Views.kind(other.kind, t)] + hit.makers.prefix(2) + (hit.isOwn ? [t(.ownTitle)] : []))
      .joined(separator: Views.separator)
    return """
      <li class="result" data-item><span class="thumb">\(Views.poster(other.titleID, other.poster, .thumb))</span>\
      <div class="what"><h2>\(other.name) <span class="year">\(other.year.map(String.init))</span></h2>\
      <p class="meta">\(facts)</p></div><div class="act"><a class="btn" \
      href="\(URLs.relink(title.id, to: other.titleID, query: text))" \
      aria-label="\(t(.relinkChooseWhat, ["name": other.name]))">\(t(.relinkChoose))</a></div></li>
      """
  }

  /// What a move would do.
  static func plan(_ plan: RelinkStore.Plan, text: String?, _ frame: Frame) -> HTML {
    let t = frame.t
    let name = spelled(plan.to)
    let other: HTML =
      "<a class=\"btn\" href=\"\(URLs.relink(plan.from.id, query: text))\">\(t(.relinkElse))</a>"
    guard plan.hasRecord else {
      return """
        \(back(plan.from, t))<h1>\(t(.relinkHead))</h1><p>\(t(.relinkNothing))</p>
        """
    }
    var lines = [t(.relinkPlays, n: plan.plays), t(.relinkRest)]
    let codes = plan.left.prefix(named).map { Views.code($0.season, $0.number, t) }.joined(separator: ", ")
    let values = ["name": spelled(plan.from), "what": codes + (plan.left.count > named ? " …" : "")]
    if plan.playsLeft > 0 {
      lines.append(t(.relinkStay, n: plan.playsLeft, values))
    } else if !plan.left.isEmpty {
      lines.append(t(.relinkPartsStay, values))
    }
    if plan.isMerge { lines.append(t(.relinkMerge, ["name": name])) }
    return """
      \(back(plan.from, t))<h1>\(t(.relinkAsk, ["name": name]))</h1>
      <p class="mute">\(spelled(plan.from)) → \(name)</p>
      <ul>\(lines.map { "<li>\($0)</li>" as HTML })</ul>
      <form class="row" method="post" action="\(URLs.relink(plan.from.id))" data-plain>\
      \(Views.hidden("to", String(plan.to.id)))<button class="btn pri">\(t(.relinkMove))</button> \(other)</form>
      """
  }

  private static func back(_ title: Title, _ t: Texts) -> HTML {
    "<p><a href=\"\(URLs.title(title.id, name: title.name))\">← \(title.name)</a></p>"
  }

  private static func spelled(_ title: Title) -> String {
    title.name + (title.year.map { " (\($0))" } ?? "")
  }
}
