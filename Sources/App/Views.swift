import HTML

/// The small pieces that several pages share.
enum Views {
  /// A title's poster; the name stands beside it, so it says nothing itself.
  static func poster(_ title: Int) -> HTML {
    """
    <img class="poster" src="\(URLs.poster(title))" alt="" width="200" height="300" loading="lazy">
    """
  }

  /// Between two facts; the dot stays with the one before it.
  static let separator = "\u{A0}· "

  /// `Film` or `Show`.
  static func kind(_ kind: TitleKind, _ t: Texts) -> String { t(kind == .movie ? .kindMovie : .kindShow) }

  /// A status in words.
  static func status(_ status: Status, _ t: Texts) -> String {
    switch status {
    case .watching: t(.statusWatching)
    case .uptodate: t(.statusUptodate)
    case .planned: t(.statusPlanned)
    case .completed: t(.statusCompleted)
    case .paused: t(.statusPaused)
    case .dropped: t(.statusDropped)
    case .none: t(.statusNone)
    }
  }

  /// `S2 E4`, as the language writes it.
  static func code(_ season: Int, _ number: Int, _ t: Texts) -> String {
    season == 0
      ? t(.episodeCodeSpecial, ["number": String(number)])
      : t(.episodeCode, ["season": String(season), "number": String(number)])
  }

  /// `S2 E4 · Who Is Alive?`, or the code alone.
  ///
  /// - Parameter isHidden: whether the name would give something away.
  static func episodeName(_ episode: Episode, isHidden: Bool = false, _ t: Texts) -> String {
    let code = code(episode.season, episode.number, t)
    if isHidden { return code }
    // Many episodes are named by their number alone; the code says it already.
    let isNumber = episode.name.isEmpty || episode.name == "Episode \(episode.number)"
    return isNumber ? code : "\(code)\(separator)\(episode.name)"
  }

  /// How much of a show is seen, as a bar that readers hear.
  static func progress(seen: Int, of due: Int, _ t: Texts) -> HTML {
    """
    <progress max="\(max(due, 1))" value="\(min(seen, max(due, 1)))" \
    aria-label="\(t(.progressLabel, ["seen": t.number(seen), "due": t.number(due)]))"></progress>
    """
  }

  /// A hidden field.
  static func hidden(_ name: String, _ value: String) -> HTML {
    "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
  }

  /// A genre in the reader's language.
  static func genre(_ genre: String, _ t: Texts) -> String {
    genreKeys[genre].map { t($0) } ?? genre
  }

  private static let genreKeys: [String: Key] = [
    "Action": .genreAction, "Adventure": .genreAdventure, "Animation": .genreAnimation, "Biography": .genreBiography,
    "Comedy": .genreComedy, "Crime": .genreCrime, "Documentary": .genreDocumentary, "Drama": .genreDrama,
    "Family": .genreFamily, "Fantasy": .genreFantasy, "History": .genreHistory, "Horror": .genreHorror,
    "Music": .genreMusic, "Musical": .genreMusical, "Mystery": .genreMystery, "News": .genreNews,
    "Reality": .genreReality, "Romance": .genreRomance, "Science fiction": .genreScienceFiction, "Short": .genreShort,
    "Soap": .genreSoap, "Sport": .genreSport, "Talk": .genreTalk, "Thriller": .genreThriller, "War": .genreWar,
    "Western": .genreWestern,
  ]

  /// The answer to the last action with its Undo.
  static func answer(_ line: ActivityLine?, back: String, _ frame: Frame) -> HTML? {
    guard let line, let user = frame.user else { return nil }
    let t = frame.t
    let said = sentence(line, t, user.scale, frame.dates)
    if line.isUndone { return "<div><span>\(t(.answerUndone, ["what": said]))</span></div>" }
    return """
      <div><span>\(said)</span> \(undo(line.id, back: back, t))\(whenForm(line, back: back, frame))\
      \(rateForm(line, back: back, user.scale, t))</div>
      """
  }

  /// Rates the film or the episode that was just marked; where its page has the buttons anyway they are not repeated.
  private static func rateForm(_ line: ActivityLine, back: String, _ scale: Scale, _ t: Texts) -> HTML {
    let detail = line.detail
    guard line.kind == .watched, detail.count == 1, detail.rating == nil, let title = line.title,
      detail.episode != nil || !back.hasPrefix("/titles/\(title.id)")
    else { return HTML() }
    let code = detail.season.flatMap { season in detail.number.map { Views.code(season, $0, t) } }
    let action = detail.episode.map { "/episodes/\($0)/rating" } ?? URLs.entry(title.id)
    return """
       <details class="when"><summary>\(t(.bulkRate))</summary>\
      \(rating(action: action, name: code ?? title.name, current: nil, scale: scale, back: back, hasHead: false, t))\
      </details>
      """
  }

  /// Words for something that went wrong in place.
  static func answer(text: String) -> HTML { "<div><span>\(text)</span></div>" }

  /// The button that takes an activity back.
  static func undo(_ activity: Int, back: String, _ t: Texts, what: String = "") -> HTML {
    """
    <form class="inline" method="post" action="\(URLs.undo(activity))">\(hidden("back", back))\
    <button class="link undo"\(what.isEmpty ? HTML() : " aria-label=\"\(t(.undoWhat, ["what": what]))\"")>\
    \(t(.undo))</button></form>
    """
  }

  /// The buttons that rate a title, a season or an episode: one click each.
  ///
  /// - Parameter hasHead: whether the words above the buttons are shown.
  static func rating(
    action: String, name: String, current: Int?, scale: Scale, back: String, hasHead: Bool = true, _ t: Texts
  ) -> HTML {
    let label = t(.ratingOf, ["name": name])
    let clear: HTML =
      current == nil ? HTML() : "<button class=\"clear\" name=\"rating\" value=\"\">\(t(.ratingClear))</button>"
    if scale == .hundred {
      return """
        <form method="post" action="\(action)">\(hidden("back", back))<div class="rate number" \
        role="group" aria-label="\(label)">
        <label>\(t(.ratingHundred)) <input type="number" name="rating" min="0" max="100" inputmode="numeric" \
        value="\(current.map(String.init) ?? "")"></label><button class="btn small">\(t(.save))</button></div></form>
        """
    }
    let shown = current.map { (($0 + 5) / 10) * 10 }
    let buttons = scale.steps.map { step -> HTML in
      let text = scale.shown(step)
      return """
        <button name="rating" value="\(step)" aria-label="\(t(.ratingStep, ["n": text, "best": scale.best]))" \
        aria-pressed="\(shown == step ? "true" : "false")">\(text)</button>
        """
    }
    let head: HTML = hasHead ? "<p class=\"mute rate-head\" aria-hidden=\"true\">\(t(.ratingHead))</p>" : HTML()
    return """
      <form method="post" action="\(action)">\(hidden("back", back))\(head)\
      <div class="rate \(scale.rawValue)" role="group" aria-label="\(label)">\(buttons)\(clear)</div></form>
      """
  }

  /// A labelled field with its hint and its error.
  static func field(
    _ name: String, label: String, hint: String? = nil, error: String?, _ control: (_ attributes: HTML) -> HTML
  ) -> HTML {
    let ids = [hint == nil ? nil : "\(name)-hint", error == nil ? nil : "\(name)-error"].compactMap { $0 }
    let described: HTML = ids.isEmpty ? HTML() : " aria-describedby=\"\(ids.joined(separator: " "))\""
    let invalid: HTML = error == nil ? HTML() : " aria-invalid=\"true\""
    return """
      <div class="field"><label for="\(name)">\(label)</label>\
      \(control("id=\"\(name)\" name=\"\(name)\"\(described)\(invalid)"))\
      \(hint.map { "<p class=\"hint\" id=\"\(name)-hint\">\($0)</p>" as HTML })\
      \(error.map { "<p class=\"error\" id=\"\(name)-error\">\($0)</p>" as HTML })</div>
      """
  }

  /// The summary of what is wrong with a form, each message a link to its field.
  static func errors(_ errors: FieldErrors, _ t: Texts) -> HTML {
    if errors.isEmpty { return HTML() }
    return """
      <div class="errors" role="alert" tabindex="-1"><h2>\(t(.formProblem))</h2>\
      <ul>\(errors.messages.map { field, text in
        "<li><a href=\"#\(field)\">\(text)</a></li>" as HTML
      })</ul></div>
      """
  }

  /// A card of a grid.
  static func card(
    _ card: LibraryStore.Card, _ frame: Frame, scale: Scale, showsStatus: Bool = true, extra: HTML = HTML(),
    attributes: HTML = HTML()
  ) -> HTML {
    let t = frame.t
    var facts: [String] = [card.year.map(String.init) ?? "", kind(card.kind, t)]
    if showsStatus, card.status != .none { facts.append(status(card.status, t)) }
    if let rating = card.rating { facts.append(t(.ratingShort, ["n": scale.shown(rating), "best": scale.best])) }
    if card.kind == .movie, card.plays > 1 { facts.append(t(.timesWatched, n: card.plays)) }
    let line = facts.filter { !$0.isEmpty }.joined(separator: separator)
    let bar = card.kind == .show && card.plays > 0 ? progress(seen: card.seen, of: card.due, t) : HTML()
    return """
      <li class="card" id="t\(card.titleID)" data-item\(attributes)>\
      <a href="\(URLs.title(card.titleID, name: card.name))">\
      \(poster(card.titleID, card.poster))\
      <h3>\(card.name)</h3></a><p class="meta">\(line)</p>\(bar)\(extra)</li>
      """
  }
}
