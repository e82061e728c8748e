import HTML

/// The diary's page.
enum HistoryViews {
  /// What it shows.
  struct Model: Sendable {
    let page: HistoryStore.Page
    let filter: HistoryStore.Filter
    let after: HistoryStore.Place?
    /// The title it is limited to.
    let title: Title?
    let answer: ActivityLine?

    /// The page's own address.
    var back: String { HistoryQuery.path(filter, after: after) }
  }

  /// The main part.
  static func main(_ model: Model, _ frame: Frame) -> HTML {
    let t = frame.t
    if model.page.lines.isEmpty, model.filter.isEmpty, model.after == nil {
      return """
        <h1>\(t(.navHistory))</h1><div class="empty"><h2>\(t(.historyEmptyHead))</h2><p>\(t(.historyEmptyText))</p>
        <p class="row"><a class="btn pri" href="/">\(t(.toHome))</a></p></div>
        """
    }
    return """
      <div class="head"><h1>\(t(.navHistory))</h1><a href="\(URLs.stats)">\(t(.navStats))</a></div>\
      \(chips(model, t))\(filters(model, frame))
      \(model.page.lines.isEmpty ? empty(t) : days(model, frame))
      \(model.page.lines.isEmpty ? HTML() : bar(model, t))\(pages(model, t))
      """
  }

  // MARK: Filters

  /// Films, shows, what has no date: one click each.
  private static func chips(_ model: Model, _ t: Texts) -> HTML {
    var all = model.filter
    (all.kind, all.isUndated) = (nil, false)
    let kinds: [(TitleKind?, Key)] = [(nil, .kindAll), (.movie, .kindMovies), (.show, .kindShows)]
    let chips = (model.title == nil ? kinds : [(nil, .historyDated)]).map { kind, key -> HTML in
      var filter = all
      filter.kind = kind
      return chip(t(key), filter, isCurrent: !model.filter.isUndated && model.filter.kind == kind)
    }
    var undated = model.filter
    (undated.isUndated, undated.year, undated.month) = (true, nil, nil)
    let title: HTML =
      model.title.map { title in
        """
        <p class="row">\(t(.historyOfOne)) <a href="\(URLs.title(title.id, name: title.name))">\(title.name)</a> \
        <a class="btn small" href="\(URLs.history)">\(t(.libraryShowAll))</a></p>
        """
      } ?? HTML()
    return """
      \(title)<nav class="chips" aria-label="\(t(.filterKind))">\(chips)\
      \(chip(t(.historyUndated), undated, isCurrent: model.filter.isUndated))</nav>
      """
  }

  private static func chip(_ text: String, _ filter: HistoryStore.Filter, isCurrent: Bool) -> HTML {
    let mark: HTML = isCurrent ? " aria-current=\"page\"" : HTML()
    return "<a class=\"chip\"\(mark) href=\"\(HistoryQuery.path(filter))\">\(text)</a>"
  }

  private static func filters(_ model: Model, _ frame: Frame) -> HTML {
    let t = frame.t
    let filter = model.filter
    let hidden: [(String, String?)] = [
      ("title", filter.title.map(String.init)), ("kind", filter.kind?.rawValue),
      ("precision", filter.isUndated ? Precision.unknown.rawValue : nil),
    ]
    let own = filter.year.map { [$0] } ?? []
    let years = Set(model.page.years + own).sorted(by: >).map { (String($0), String($0)) }
    let months = (1...12).map { (String($0), frame.dates.monthName($0)) }
    let sources = Set(model.page.sources + (filter.source.map { [$0] } ?? [])).sorted().map { ($0, source($0, t)) }
    let when: HTML =
      filter.isUndated
      ? HTML()
      : """
      \(select("year", t(.historyYear), [("", t(.historyYearAll))] + years, filter.year.map(String.init) ?? ""))
      \(select("month", t(.historyMonth), [("", t(.historyMonthAll))] + months, filter.month.map(String.init) ?? ""))
      """
    let origin: HTML =
      sources.count > 1 || filter.source != nil
      ? select("source", t(.historySource), [("", t(.historySourceAll))] + sources, filter.source ?? "") : HTML()
    if when.bytes.isEmpty, origin.bytes.isEmpty { return HTML() }
    return """
      <form class="filters" method="get" action="\(URLs.history)">\(hidden.map { name, value in
        value.map { Views.hidden(name, $0) } ?? HTML()
      })\(when)\(origin)<button class="btn">\(t(.filterApply))</button></form>
      """
  }

  private static func select(_ name: String, _ label: String, _ options: [(String, String)], _ current: String) -> HTML
  {
    """
    <label>\(label) <select name="\(name)">\(options.map { value, text in
      "<option value=\"\(value)\"\(value == current ? " selected" as HTML : HTML())>\(text)</option>" as HTML
    })</select></label>
    """
  }

  /// Where plays came from, in words; a source without a name of ours is its own.
  static func source(_ source: String, _ t: Texts) -> String {
    switch source {
    case "web": t(.sourceWeb)
    case "import": t(.sourceImport)
    default: source
    }
  }

  private static func empty(_ t: Texts) -> HTML {
    """
    <div class="empty"><h2>\(t(.libraryNoneHead))</h2><p>\(t(.libraryNoneText))</p>
    <p class="row"><a class="btn pri" href="\(URLs.history)">\(t(.libraryShowAll))</a></p></div>
    """
  }

  // MARK: Days

  private static func days(_ model: Model, _ frame: Frame) -> HTML {
    var days: [(day: String?, lines: [HistoryStore.Line])] = []
    for line in model.page.lines {
      if let last = days.last, last.day == line.play.time.day {
        days[days.count - 1].lines.append(line)
      } else {
        days.append((line.play.time.day, [line]))
      }
    }
    return HTML.joined(days.map { section($0.day, $0.lines, model, frame) })
  }

  private static func section(
    _ day: String?, _ lines: [HistoryStore.Line], _ model: Model, _ frame: Frame
  ) -> HTML {
    let t = frame.t
    // Of those without a date nobody counts more than the page shows.
    let isCut = day == nil && (model.page.next != nil || model.after?.day == "")
    let count = day.flatMap { model.page.counts[$0] } ?? lines.count
    let number: HTML = isCut ? HTML() : " <small class=\"mute\">\(t(.playsCount, n: count))</small>"
    return """
      <section class="day"><h2>\(day.map { frame.dates.heading($0) } ?? t(.dateUnknownHead))\(number)</h2>
      <ul class="rows">\(lines.map { row($0, frame, back: model.back) })</ul></section>
      """
  }

  private static func row(_ line: HistoryStore.Line, _ frame: Frame, back: String) -> HTML {
    let t = frame.t
    let play = line.play
    let url = URLs.title(play.titleID, name: line.titleName)
    let episode = line.episode.map { episode -> String in
      let code = Views.code(episode.season, episode.number, t)
      return episode.name.isEmpty ? code : "\(code) · \(episode.name)"
    }
    let clock = play.time.precision == .time ? play.time.at.map { frame.dates.clock($0) } : nil
    let origin = play.source == "web" ? "" : Views.separator + source(play.source, t)
    return """
      <li class="rowline" id="p\(play.id)" data-item><input type="checkbox" name="play" value="\(play.id)" form="bulk" \
      aria-labelledby="w-\(play.id)"><a class="thumb small" href="\(url)" tabindex="-1" aria-hidden="true">\
      \(Views.poster(play.titleID, line.poster, .thumb))</a>\
      <div class="what"><div id="w-\(play.id)"><h3><a href="\(url)">\(line.titleName)</a></h3>\
      <p class="meta">\((episode ?? Views.kind(line.titleKind, t)) + origin)</p></div>\
      \(PlayViews.note(play))</div><span class="d">\(clock)</span><div class="acts">\
      \(PlayViews.editor(play, frame, back: back))</div></li>
      """
  }

  // MARK: What is done to several

  private static func bar(_ model: Model, _ t: Texts) -> HTML {
    """
    <form id="bulk" class="bulkbar plays-bar" method="post" action="\(URLs.historyPlays)" \
    aria-label="\(t(.bulkLabel))">\
    \(Views.hidden("back", model.back))<label class="check"><input type="checkbox" data-select-all> \(t(.bulkAll))\
    </label><span class="mute" data-count data-text="\(t(.bulkCount, ["n": "{n}"]))"></span>\
    <details class="when"><summary>\(t(.changeDate))</summary><div class="whenform">\
    \(Views.whenField("when-bulk", isRequired: false, t))\
    <button class="btn small" name="act" value="when">\(t(.save))</button>\
    <button class="btn small" name="act" value="release">\(t(.whenRelease))</button>\
    <button class="btn small" name="act" value="unknown">\(t(.whenUnknown))</button>\
    \(Views.whenHint("when-bulk", t))</div></details>\
    <button class="btn small danger" name="act" value="delete">\(t(.remove))</button></form>
    """
  }

  private static func pages(_ model: Model, _ t: Texts) -> HTML {
    let older: HTML =
      model.page.next.map {
        "<a rel=\"next\" href=\"\(HistoryQuery.path(model.filter, after: $0))\">\(t(.historyOlder))</a>"
      } ?? HTML()
    let newest: HTML =
      model.after == nil
      ? HTML() : "<a rel=\"prev\" href=\"\(HistoryQuery.path(model.filter))\">\(t(.historyNewest))</a>"
    if model.after == nil, model.page.next == nil { return HTML() }
    return "<nav class=\"pages\" aria-label=\"\(t(.pagesLabel))\">\(newest)\(older)</nav>"
  }
}
