import HTML

/// Why a line stands in the calendar: its rule, its date and where that is from, the last play, and what can be done.
enum CalendarWhy {
  /// The fold under a line.
  static func details(
    _ line: CalendarLine, _ last: CalendarLast?, _ frame: Frame, isOut: Bool, back: String
  ) -> HTML {
    let t = frame.t
    let sentences = [rule(line.title, t), aired(line, frame, isOut: isOut), lastPlay(line, last, frame)]
      .filter { !$0.isEmpty }
    return """
      <details class="why"><summary>\(t(.whySummary))</summary><p class="meta">\(sentences.joined(separator: " "))</p>
      <div class="row" role="group" aria-label="\(t(.whyFix))">\(fixes(line, t, isOut: isOut, back: back))</div>\
      </details>
      """
  }

  private static func rule(_ title: CalendarTitle, _ t: Texts) -> String {
    if title.kind == .movie { return t(title.isPlayed ? .whyFilmSeen : .whyFilmPlanned) }
    switch title.status {
    case .planned: return t(.whyShowPlanned)
    case .completed: return t(.whyShowSeen)
    case .watching, .uptodate, .paused, .dropped, .none: return t(.whyShowWatching)
    }
  }

  private static func aired(_ line: CalendarLine, _ frame: Frame, isOut: Bool) -> String {
    let key: Key
    switch (line.title.kind, isOut) {
    case (.movie, true): key = .whyReleased
    case (.movie, false): key = .whyReleases
    case (.show, true): key = .whyAired
    case (.show, false): key = .whyAirs
    }
    return frame.t(
      key, ["date": frame.dates.absolute(line.day), "source": WhyViews.source(line.title.source, frame.t)])
  }

  private static func lastPlay(_ line: CalendarLine, _ last: CalendarLast?, _ frame: Frame) -> String {
    let t = frame.t
    guard let last else { return line.title.isPlayed ? "" : t(.whyLastNever) }
    let what = last.episode.map { Views.code($0.season, $0.number, t) } ?? line.title.name
    guard last.time.precision != .unknown else { return t(.whyLastUnknown, ["what": what]) }
    // "on yesterday" is no date to say in a sentence.
    let date = last.time.day.flatMap { Day($0) }.map { frame.dates.absolute($0) } ?? frame.dates.text(last.time)
    return t(.whyLast, ["what": what, "date": date])
  }

  private static func fixes(_ line: CalendarLine, _ t: Texts, isOut: Bool, back: String) -> HTML {
    let title = line.title.id
    var all = HTML()
    func add(_ action: String, _ fields: HTML, _ key: Key) {
      all.append(
        """
        <form method="post" action="\(action)">\(Views.hidden("back", back))\(fields)\
        <button class="btn small">\(t(key))</button></form>
        """)
    }
    if isOut, !line.isSeen, !line.isSkipped { add(URLs.plays(title), CalendarViews.target(line), .markWatched) }
    if line.title.kind == .movie {
      if !line.title.isPlayed { add(URLs.entry(title), Views.hidden("status", "none"), .statusRemove) }
      return all
    }
    if line.open.count == 1, let episode = line.open.first {
      add(URLs.skip(episode.id), Views.hidden("skip", "1"), .skip)
    } else if line.open.count > 1 {
      add(URLs.skips(title), CalendarViews.target(line), .skip)
    } else if line.episodes.count == 1, line.isSkipped, let episode = line.episodes.first {
      add(URLs.skip(episode.id), Views.hidden("skip", "0"), .unskip)
    }
    if line.title.status != .completed { add(URLs.entry(title), Views.hidden("status", "paused"), .whyPause) }
    return all
  }
}
