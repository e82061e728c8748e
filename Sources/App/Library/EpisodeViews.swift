import HTML
import Web

/// What can be done with one episode beside marking it: the details that open under its row.
enum EpisodeViews {
  /// The link that opens the details, or closes them.
  static func more(_ line: TitleStore.EpisodeLine, _ page: TitleStore.Page, _ t: Texts) -> HTML {
    let episode = line.episode
    let isOpen = page.asked.episode == episode.id
    // Put together by hand: it stands in every row of the page.
    var (path, mark) = (URLs.season(page.title.id, episode.season), "?")
    func add(_ pair: String) { (path, mark) = (path + mark + pair, "&") }
    if page.asked.isUnseenOnly { add("unseen=1") }
    if page.asked.page > 1 { add("page=\(page.asked.page)") }
    if !isOpen { add("episode=\(episode.id)") }
    let code = Views.code(episode.season, episode.number, t)
    return """
      <a class="btn small dots" id="m\(episode.id)" \
      href="\(path)#e\(episode.id)" data-swap aria-expanded="\(isOpen ? "true" : "false")" \
      aria-label="\(t(.moreOf, ["what": code]))">\(Icon.more.svg)</a>
      """
  }

  /// The details of an episode: its plays with their dates, rate it, skip it, mark it again or from here on.
  static func details(
    _ line: TitleStore.EpisodeLine, _ page: TitleStore.Page, _ frame: Frame, back: String
  ) -> HTML {
    let t = frame.t
    let episode = line.episode
    let code = Views.code(episode.season, episode.number, t)
    let plays: HTML =
      page.episodePlays.isEmpty
      ? HTML()
      : """
      <ul class="plays">\(page.episodePlays.map {
        PlayViews.line($0, episode: nil, frame, back: back, place: "e")
      })</ul>
      """
    return """
      <div class="panel" id="d\(episode.id)" role="region" aria-label="\(t(.moreOf, ["what": code]))">\(plays)\
      \(Views.rating(action: "/episodes/\(episode.id)/rating", name: code, current: line.rating,
        scale: frame.user?.scale ?? .points, back: back, t))
      <div class="row">\(skip(line, t, back))\(again(line, page, t, back))\(fromHere(line, page, frame, back))\
      \(earlier(line, page, frame, back))</div></div>
      """
  }

  private static func skip(_ line: TitleStore.EpisodeLine, _ t: Texts, _ back: String) -> HTML {
    if line.isSeen { return HTML() }
    return """
      <form method="post" action="/episodes/\(line.episode.id)/skip">\(Views.hidden("back", back))\
      <button class="btn small" name="skip" value="\(line.isSkipped ? 0 : 1)">\(t(line.isSkipped ? .unskip : .skip))\
      </button></form>
      """
  }

  private static func again(
    _ line: TitleStore.EpisodeLine, _ page: TitleStore.Page, _ t: Texts, _ back: String
  ) -> HTML {
    guard line.isSeen else { return HTML() }
    return """
      <form method="post" action="\(URLs.plays(page.title.id))">\(Views.hidden("back", back))\
      \(Views.hidden("again", "1"))\(Views.hidden("once", Token.make()))<button class="btn small" name="episode" \
      value="\(line.episode.id)">\(t(.watchedAgain))</button></form>
      """
  }

  /// Marks it, or marks it again, on another day.
  private static func earlier(
    _ line: TitleStore.EpisodeLine, _ page: TitleStore.Page, _ frame: Frame, _ back: String
  ) -> HTML {
    guard line.episode.hasAired(by: frame.dates.today) else { return HTML() }
    let again: HTML = line.isSeen ? Views.hidden("again", "1") + Views.hidden("once", Token.make()) : HTML()
    let form = Views.WhenAction(
      action: URLs.plays(page.title.id), back: back, id: "when-n\(line.episode.id)",
      hidden: Views.hidden("episode", String(line.episode.id)) + again, save: .markWatched)
    return """
      <details class="when"><summary>\(frame.t(.watchedEarlier))</summary>\(Views.whenForms(form, frame.t))</details>
      """
  }

  /// Marks from this episode up to a later one of those that are shown.
  private static func fromHere(
    _ line: TitleStore.EpisodeLine, _ page: TitleStore.Page, _ frame: Frame, _ back: String
  ) -> HTML {
    let t = frame.t
    let today = frame.dates.today
    let later = page.episodes.filter { $0.episode.number > line.episode.number && $0.episode.hasAired(by: today) }
    guard !line.isSeen, line.episode.hasAired(by: today), !later.isEmpty else { return HTML() }
    return """
      <form class="row" method="post" action="\(URLs.plays(page.title.id))">\(Views.hidden("back", back))\
      \(Views.hidden("from", String(line.episode.id)))<label>\(t(.fromHereUpTo)) <select name="upto">\(later.map {
        "<option value=\"\($0.episode.id)\">\(Views.code($0.episode.season, $0.episode.number, t))</option>" as HTML
      })</select></label> <button class="btn small">\(t(.markWatched))</button></form>
      """
  }
}
