import HTML

/// "Why is this here?": the rule, the air date and who says so, the last play, and a fix of one click.
enum WhyViews {
  /// Of a show on the home page.
  static func why(_ item: HomeStore.UpNext, _ frame: Frame) -> HTML {
    let t = frame.t
    let episode = item.episode
    return """
      <details class="why"><summary>\(t(.whySummary))</summary><ul><li>\(rule(item, t))</li>\
      <li>\(aired(episode, source: item.source, frame))</li>\
      \(last(at: item.isLastTimed ? item.lastAt : nil, day: item.lastDay, frame).map { "<li>\($0)</li>" as HTML })</ul>\
      \(fix(title: item.titleID, episode: episode, back: URLs.home, t))</details>
      """
  }

  private static func rule(_ item: HomeStore.UpNext, _ t: Texts) -> String {
    let episode = item.episode
    if item.pass > 0 { return t(.whyPass) }
    guard let lastDay = item.lastDay, item.seen > 0 else {
      return t(item.lastAt == nil && item.seen == 0 ? .whyStart : .whyNext)
    }
    // What comes next is the first unseen: everything before the first episode of a season is done.
    guard episode.season > 1, episode.number <= 1 else { return t(.whyNext) }
    let isNew = episode.aired.map { $0.description > lastDay } ?? false
    return t(isNew ? .whyNew : .whySeason, ["season": String(episode.season - 1)])
  }

  /// The air date and its source.
  static func aired(_ episode: Episode, source: String, _ frame: Frame) -> String {
    let t = frame.t
    return episode.aired.map { day in
      t(.whyAired, ["date": frame.dates.text(day), "source": self.source(source, t)])
    } ?? t(.whyAiredUnknown)
  }

  /// When something of it was last watched; nil when nothing was.
  ///
  /// - Parameter at: the moment, where its hour is known.
  static func last(at: Instant?, day: String?, _ frame: Frame) -> String? {
    guard let day else { return nil }
    let date = at.map { frame.dates.moment($0) } ?? Day(day).map { frame.dates.text($0) } ?? frame.dates.span(day)
    return frame.t(.whyLastDay, ["date": date])
  }

  /// Skip the episode, pause or drop the show.
  static func fix(title: Int, episode: Episode, back: String, _ t: Texts) -> HTML {
    let code = Views.code(episode.season, episode.number, t)
    return """
      <form class="row" method="post" action="\(URLs.entry(title))">\(Views.hidden("back", back))\
      <span class="mute">\(t(.whyFix))</span> <button class="btn small" formaction="/episodes/\(episode.id)/skip" \
      name="skip" value="1">\(t(.skipLabel, ["what": code]))</button> \
      <button class="btn small" name="status" value="paused">\(t(.whyPause))</button> \
      <button class="btn small" name="status" value="dropped">\(t(.whyDrop))</button></form>
      """
  }

  /// A source of facts in words.
  static func source(_ source: String, _ t: Texts) -> String {
    switch source {
    case "own": t(.sourceNameOwn)
    case "imdb": "IMDb"
    case "tmdb": "TMDB"
    default: t(.sourceNameStarter)
    }
  }
}
