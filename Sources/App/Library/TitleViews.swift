import HTML

/// The page of a film or a show.
enum TitleViews {
  /// The main part.
  static func main(_ page: TitleStore.Page, _ frame: Frame, user: User, back: String) -> HTML {
    let isShow = page.title.kind == .show
    return """
      <article class="title">\(Views.poster(page.title.id, page.details.poster, .page))<div class="about">
      <h1>\(page.title.name)</h1>
      <p class="facts">\(facts(page, frame))</p>
      <div class="row acts">\(mainAction(page, frame, back))\(statusForm(page, frame, back))\
      \(favourite(page, frame, back))</div>
      \(Views.rating(
        action: URLs.entry(page.title.id), name: page.title.name, current: page.entry?.rating, scale: user.scale,
        back: back, frame.t))
      \(DetailViews.about(page, frame))\(DetailViews.collection(page, frame.t))
      \(people(page, frame))\(ListViews.picker(page, frame, back: back))</div></article>
      \(isShow ? progress(page, frame, back) : HTML())
      \(isShow ? SeasonViews.seasons(page, frame, back: back) : HTML())\(DetailViews.orders(page, frame.t))
      \(isShow ? PassViews.section(page, frame, back: back) : HTML())
      \(plays(page, frame, back))
      \(note(page, frame, back))
      \(DetailViews.cast(page, frame))\(DetailViews.offers(page, frame, user: user))
      \(DetailViews.related(page, frame))
      \(DetailViews.source(page, frame, back: back))
      """
  }

  private static func facts(_ page: TitleStore.Page, _ frame: Frame) -> String {
    let title = page.title
    let t = frame.t
    let year = title.year.map { year -> String in
      guard title.kind == .show else { return title.released.map { frame.dates.absolute($0) } ?? String(year) }
      // The year of its last season is when that began: nobody here knows for certain when it ended.
      return title.hasEnded ? t(.yearsEnded, ["year": String(year)]) : "\(year)–"
    }
    let length = title.runtime.map { frame.dates.length(minutes: $0) }
    let genres = page.genres.map { Views.genre($0, t) }.joined(separator: ", ")
    let countries =
      title.countries.isEmpty
      ? nil
      : title.countries.split(separator: ",")
        .map { Countries.name(String($0), t.language) }.joined(separator: ", ")
    let original = title.originalName.map { t(.originalName, ["name": $0]) }
    let said = [Views.kind(title.kind, t), year, genres.isEmpty ? nil : genres, length, countries, original]
    return (said.compactMap { $0 } + DetailViews.facts(page, frame)).joined(separator: Views.separator)
  }

  private static func mainAction(_ page: TitleStore.Page, _ frame: Frame, _ back: String) -> HTML {
    let t = frame.t
    let action = URLs.plays(page.title.id)
    if page.title.kind == .movie { return filmAction(page, frame, back) }
    let today = frame.dates.today
    let next = page.next ?? (page.shelf == nil ? page.episodes.first?.episode : nil)
    guard let next, next.hasAired(by: today) else {
      let said: String =
        page.next.map { episode in
          let code = Views.code(episode.season, episode.number, t)
          return episode.aired.map { t(.nextAirs, ["code": code, "date": frame.dates.text($0)]) }
            ?? t(.nextUnknown, ["code": code])
        } ?? t(page.shelf?.status == .completed ? .allSeenEnded : .allSeen)
      return "<p class=\"state\">\(said)</p>"
    }
    return """
      <form method="post" action="\(action)">\(Views.hidden("back", back))<button class="btn pri" data-key-w \
      name="episode" \
      value="\(next.id)">\(Icon.tick.svg) \(t(.markEpisode, ["code": Views.code(next.season, next.number, t)]))\
      </button></form>\(markAll(page, t, back))
      """
  }

  /// Marks the whole show, where that is more than the seasons' own buttons do.
  private static func markAll(_ page: TitleStore.Page, _ t: Texts, _ back: String) -> HTML {
    let open = page.seasons.filter { $0.number > 0 && $0.open > 0 }
    guard open.count > 1 else { return HTML() }
    let count = open.reduce(0) { $0 + $1.open }
    return """
      <form method="post" action="\(URLs.plays(page.title.id))">\(Views.hidden("back", back))<button class="btn" \
      name="all" value="1" aria-label="\(t(.markShowLabel, n: count))">\(t(.markShow, n: count))</button></form>
      """
  }

  /// Watched now, or on another day; when it was seen before, that is said and the button is quieter.
  private static func filmAction(_ page: TitleStore.Page, _ frame: Frame, _ back: String) -> HTML {
    let t = frame.t
    let latest = page.plays.first?.play
    let said: HTML =
      latest.map { play in
        "<p class=\"state\">\(t(.watchedOn, ["date": frame.dates.text(play.time)]))</p>"
      } ?? HTML()
    // A second press of the same button, or the page sent twice, is the same viewing.
    let again: HTML =
      latest == nil ? HTML() : Views.hidden("again", "1") + Views.hidden("once", Token.make())
    let form = Views.WhenAction(
      action: URLs.plays(page.title.id), back: back, id: "when-film", hidden: again, save: .markWatched)
    return """
      \(said)<form method="post" action="\(URLs.plays(page.title.id))">\(Views.hidden("back", back))\(again)\
      <button class="btn\(latest == nil ? " pri" : "")" data-key-w name="when" value="now">\(Icon.tick.svg) \
      \(t(latest == nil ? .markWatched : .watchedAgain))</button></form>
      <details class="when"><summary>\(t(.watchedEarlier))</summary>\(Views.whenForms(form, t))</details>
      """
  }

  private static func statusForm(_ page: TitleStore.Page, _ frame: Frame, _ back: String) -> HTML {
    let t = frame.t
    let status = page.shelf?.status
    var choices: [(value: String, key: Key, isOn: Bool)] = []
    if page.playsCount == 0 { choices.append(("planned", .statusPlanned, status == .planned)) }
    if page.title.kind == .show || status == .paused || status == .dropped {
      choices.append(("watching", .statusWatching, status == .watching || status == .uptodate))
    }
    if page.title.kind == .show { choices.append(("paused", .statusPaused, status == .paused)) }
    // A film that was watched to its end cannot be dropped any more.
    if page.title.kind == .show || page.playsCount == 0 || status == .dropped {
      choices.append(("dropped", .statusDropped, status == .dropped))
    }
    if page.entry?.intent != nil, page.playsCount == 0 { choices.append(("none", .statusRemove, false)) }
    if choices.isEmpty { return HTML() }
    return """
      <form method="post" action="\(URLs.entry(page.title.id))">\(Views.hidden("back", back))\
      <div class="seg" role="group" aria-label="\(t(.statusLabel))">\(choices.map { choice in
        """
        <button name="status" value="\(choice.value)" aria-pressed="\(choice.isOn ? "true" : "false")">\
        \(t(choice.key))</button>
        """ as HTML
      })</div></form>
      """
  }

  private static func favourite(_ page: TitleStore.Page, _ frame: Frame, _ back: String) -> HTML {
    let isOn = page.entry?.isFavourite ?? false
    return """
      <form method="post" action="\(URLs.entry(page.title.id))">\(Views.hidden("back", back))<button class="btn fav" \
      name="favourite" value="\(isOn ? 0 : 1)" aria-pressed="\(isOn ? "true" : "false")">\(Icon.heart.svg)\
      <span class="hidden">\(frame.t(.favourite))</span></button></form>
      """
  }

  private static func people(_ page: TitleStore.Page, _ frame: Frame) -> HTML {
    let makers = names(page.credits.filter { $0.job == "by" })
    // Where whom they play is known, they have a part of the page to themselves.
    let cast = DetailViews.cast(page, frame) == nil ? names(page.credits.filter { $0.job == "cast" }) : []
    if makers.isEmpty, cast.isEmpty { return HTML() }
    let maker: Key = page.title.kind == .movie ? .directedBy : .createdBy
    return """
      <dl class="people">\(makers.isEmpty ? HTML() : "<dt>\(frame.t(maker))</dt><dd>\(makers)</dd>")\
      \(cast.isEmpty ? HTML() : "<dt>\(frame.t(.castLabel))</dt><dd>\(cast)</dd>")</dl>
      """
  }

  private static func names(_ credits: [Credit]) -> [HTML] {
    credits.enumerated().map { place, credit in
      "\(place == 0 ? "" : ", ")<a href=\"\(URLs.person(credit.id))\">\(credit.person)</a>"
    }
  }

  private static func progress(_ page: TitleStore.Page, _ frame: Frame, _ back: String) -> HTML {
    let t = frame.t
    guard let shelf = page.shelf else { return HTML() }
    let regular = page.seasons.filter { $0.number > 0 }
    let aired = shelf.due
    let unaired = regular.reduce(0) { $0 + $1.total - $1.aired }
    var said = t(.seenOf, n: shelf.seen, ["due": t.number(aired)])
    if shelf.skipped > 0 { said += " · " + t(.skippedCount, n: shelf.skipped) }
    if unaired > 0 { said += " · " + t(.unairedCount, n: unaired) }
    if let pass = page.passes.first(where: { $0.pass?.endedAt == nil && $0.pass != nil }) {
      said = PassViews.name(pass, page.passes, t) + ": " + said
    }
    return """
      <div class="progress-line">\(Views.progress(seen: shelf.seen, of: aired, t))<p class="mute">\(said)</p></div>\
      \(gaps(page, frame, back))
      """
  }

  /// How many stretches of missed episodes are named; the button says how many episodes it takes.
  private static let runsNamed = 6

  private static func gaps(_ page: TitleStore.Page, _ frame: Frame, _ back: String) -> HTML {
    let t = frame.t
    guard let first = page.gaps.first, let last = page.gaps.last else { return HTML() }
    var runs: [(Episode, Episode)] = []
    for episode in page.gaps {
      if let run = runs.last, run.1.season == episode.season, run.1.number + 1 == episode.number {
        runs[runs.count - 1].1 = episode
      } else {
        runs.append((episode, episode))
      }
    }
    var named = runs.prefix(runsNamed).map { run in
      let from = Views.code(run.0.season, run.0.number, t)
      return run.0.id == run.1.id ? from : t(.gapRun, ["from": from, "to": Views.code(run.1.season, run.1.number, t)])
    }.joined(separator: ", ")
    if runs.count > runsNamed || page.gaps.count == TitleStore.gapsNamed { named += " …" }
    return """
      <div class="note"><span><b>\(t(.gapMissed, ["what": named]))</b> \(t(.gapLater))</span>
      <form class="inline" method="post" action="\(URLs.plays(page.title.id))">\(Views.hidden("back", back))\
      \(Views.hidden("from", String(first.id)))<button class="btn small" name="upto" value="\(last.id)">\
      \(t(.gapMark, n: page.gaps.count))</button> <button class="btn small" name="upto" value="\(last.id)" \
      formaction="\(URLs.skips(page.title.id))">\(t(.gapSkip, n: page.gaps.count))</button></form></div>
      """
  }

  private static func plays(_ page: TitleStore.Page, _ frame: Frame, _ back: String) -> HTML {
    let t = frame.t
    guard !page.plays.isEmpty else { return HTML() }
    let more: HTML =
      page.playsCount > page.plays.count
      ? "<p class=\"mute\">\(t(.playsMore, n: page.playsCount - page.plays.count))</p>" : HTML()
    let history: HTML = "<a href=\"\(URLs.history(title: page.title.id))\">\(t(.historyOfTitle))</a>"
    return """
      <section aria-labelledby="plays-h"><div class="head"><h2 id="plays-h">\(t(.playsHead))</h2>\(history)</div>\
      <ul class="plays">\(page.plays.map { play, episode in
        PlayViews.line(play, episode: episode, frame, back: back)
      })</ul>\(more)</section>
      """
  }

  private static func note(_ page: TitleStore.Page, _ frame: Frame, _ back: String) -> HTML {
    let t = frame.t
    return """
      <section><form class="stack note-form" method="post" action="\(URLs.entry(page.title.id))">\
      \(Views.hidden("back", back))
      <div class="field"><label for="note">\(t(.noteLabel))</label>
      <textarea id="note" name="note" rows="3" maxlength="10000">\(page.entry?.note ?? "")</textarea></div>
      <button class="btn small">\(t(.noteSave))</button></form></section>
      """
  }
}
