import HTML

/// The home page: tonight's to-do list.
enum HomeViews {
  /// The main part.
  static func main(_ page: HomeStore.Page, _ frame: Frame, user: User) -> HTML {
    let t = frame.t
    if page.isEmpty, page.next.isEmpty { return empty(frame, user: user) }
    let all: HTML =
      page.nextCount > page.next.count
      ? """
      <a href="/library?status=watching&amp;kind=show&amp;sort=watched">\(page.nextCount > HomeStore.countedUpTo
        ? t(.homeAllNextMany) : t(.homeAllNext, n: page.nextCount))</a>
      """ : HTML()
    let next: HTML =
      page.next.isEmpty
      ? "<p class=\"mute\">\(t(.homeNextEmpty))</p>"
      : "<ul class=\"next\">\(page.next.map { upNext($0, frame) })</ul>"
    return """
      <h1>\(greeting(frame, user: user))</h1>
      <section aria-labelledby="next-h"><div class="head"><h2 id="next-h">\(t(.homeNext))</h2>\(all)</div>
      \(next)</section>
      \(section("aired", t(.homeAired), page.aired.map { upNext($0, frame) }, list: "next", link: nil))
      \(row("planned", t(.homePlanned), page.planned, frame, user, link: ("/library?status=planned&sort=added",
        t(.homeAllPlanned))))
      \(row("unrated", t(.homeUnrated), page.unrated, frame, user, link: nil))
      \(row("added", t(.homeAdded), page.added, frame, user, link: ("/library?sort=added", t(.homeAllAdded))))
      <p class="row"><a class="btn" href="\(URLs.discover)">\(t(.discoverTitle))</a> \
      <a class="btn" href="\(URLs.discover)/pick">\(t(.discoverPick))</a></p>
      """
  }

  private static func greeting(_ frame: Frame, user: User) -> String {
    let minutes = user.zone.clock(at: frame.visitor.now).minutes
    let key: Key =
      minutes < 300 ? .greetNight : minutes < 720 ? .greetMorning : minutes < 1_080 ? .greetDay : .greetEvening
    return frame.t(key, ["name": user.displayName])
  }

  private static func empty(_ frame: Frame, user: User) -> HTML {
    let t = frame.t
    return """
      <h1>\(t(.homeWelcome, ["name": user.displayName]))</h1>
      <div class="empty"><h2>\(t(.homeEmptyHead))</h2><p>\(t(.homeEmptyText))</p>
      <form class="row" role="search" action="/search"><label class="hidden" for="first">\(t(.searchLabel))</label>
      <input id="first" name="q" type="search" maxlength="200" placeholder="\(t(.homeEmptyExample))">
      <button class="btn pri">\(t(.searchButton))</button></form>
      <p class="row"><a href="\(URLs.importing)">\(t(.importHome))</a>
      <a href="\(URLs.discover)">\(t(.discoverTitle))</a></p>\
      </div>
      """
  }

  private static func section(_ id: String, _ heading: String, _ items: [HTML], list: String, link: HTML?) -> HTML {
    if items.isEmpty { return HTML() }
    return """
      <section aria-labelledby="\(id)-h"><div class="head"><h2 id="\(id)-h">\(heading)</h2>\(link)</div>
      <ul class="\(list)">\(items)</ul></section>
      """
  }

  private static func row(
    _ id: String, _ heading: String, _ cards: [LibraryStore.Card], _ frame: Frame, _ user: User,
    link: (path: String, text: String)?
  ) -> HTML {
    // One title may stand in two rows; an id may stand on a page once.
    let items = cards.map { card -> HTML in
      let bar = card.kind == .show && card.plays > 0 ? Views.progress(seen: card.seen, of: card.due, frame.t) : HTML()
      let facts = [card.year.map(String.init), card.runtime.map { frame.dates.length(minutes: $0) }].compactMap { $0 }
      return """
        <li class="card" data-item><a href="\(URLs.title(card.titleID, name: card.name))">\
        \(Views.poster(card.titleID, card.poster))\
        <h3>\(card.name)</h3></a><p class="meta">\(facts.joined(separator: Views.separator))</p>\(bar)</li>
        """
    }
    let anchor: HTML? = link.map { "<a href=\"\($0.path)\">\($0.text)</a>" }
    return section(id, heading, items, list: "grid", link: anchor)
  }

  /// A show with its next episode and the tick; `answer` is what was just marked.
  static func upNext(_ item: HomeStore.UpNext, _ frame: Frame, answer: HTML? = nil) -> HTML {
    let t = frame.t
    let url = URLs.title(item.titleID, name: item.name)
    let name = Views.episodeName(item.episode, isHidden: frame.user?.hidesUnseen ?? false, t)
    let behind = max(0, item.due - item.seen)
    let facts = [
      item.runtime.map { frame.dates.length(minutes: $0) },
      item.episode.aired.map { t(.airedOn, ["date": frame.dates.text($0)]) },
      behind > 1 ? t(.episodesBehind, n: behind) : nil,
    ].compactMap { $0 }.joined(separator: Views.separator)
    let line: HTML = answer.map { "<div class=\"meta answer\">\($0)</div>" as HTML } ?? "<p class=\"meta\">\(facts)</p>"
    return """
      <li class="up\(answer == nil ? "" : " done")" id="t\(item.titleID)" data-item>\
      <a class="thumb" href="\(url)" tabindex="-1" aria-hidden="true">\
      \(Views.poster(item.titleID, item.poster, .thumb))</a><div class="what"><h3><a href="\(url)">\(item.name)</a></h3>
      <p class="ep">\(name)</p>\(line)\
      \(Views.progress(seen: item.seen, of: item.due, t))\(WhyViews.why(item, frame))</div>
      <form method="post" action="\(URLs.plays(item.titleID))" class="tickform">\(Views.hidden("back", "/"))\
      <button class="tick" name="episode" value="\(item.episode.id)" data-key-w \
      aria-label="\(t(.tickLabel, ["what": "\(name), \(item.name)"]))">\(Icon.tick.svg)</button></form></li>
      """
  }

  /// What stands in the place of a card when nothing comes next.
  static func caughtUp(
    title: Int, name: String, poster: String?, status: Status?, _ frame: Frame, answer: HTML?
  ) -> HTML {
    let isLeft = status == .paused || status == .dropped
    let said = isLeft ? Views.status(status ?? .none, frame.t) : frame.t(.caughtUp)
    return """
      <li class="up done" id="t\(title)" data-item><a class="thumb" href="\(URLs.title(title, name: name))" \
      tabindex="-1" aria-hidden="true">\(Views.poster(title, poster, .thumb))</a><div class="what">\
      <h3><a href="\(URLs.title(title, name: name))">\(name)</a></h3>
      <p class="ep">\(said)</p><div class="answer">\(answer)</div></div></li>
      """
  }
}
