import HTML

/// Seasons and their episodes.
enum SeasonViews {
  /// Every season in a line, the shown one with its episodes.
  static func seasons(_ page: TitleStore.Page, _ frame: Frame, back: String) -> HTML {
    if page.seasons.isEmpty { return "<p class=\"mute\">\(frame.t(.noEpisodes))</p>" }
    let lines = page.seasons.sorted { ($0.number == 0 ? Int.max : $0.number) < ($1.number == 0 ? Int.max : $1.number) }
    return HTML.joined(lines.map { season($0, page, frame, back: back) })
  }

  /// One season.
  static func season(_ line: TitleStore.SeasonLine, _ page: TitleStore.Page, _ frame: Frame, back: String) -> HTML {
    let t = frame.t
    let isShown = line.number == page.season
    let name = name(line.number, t)
    let due = line.aired - line.skipped
    let heading: HTML =
      isShown ? "\(name)" : "<a href=\"\(URLs.season(page.title.id, line.number))\">\(name)</a>"
    let unaired = line.total - line.aired
    var said = t(.seenOf, n: line.seen, ["due": t.number(max(due, line.seen))])
    if unaired > 0 { said += " · " + t(.unairedCount, n: unaired) }
    return """
      <section class="season" id="s\(line.number)"><div class="head"><h2>\(heading)</h2>\
      <span class="facts">\(said)</span>\
      \(markSeason(line, page, frame, back))</div>\(isShown ? episodes(line, page, frame,
        back: back) : HTML())</section>
      """
  }

  /// `Season 2` or `Specials`.
  static func name(_ number: Int, _ t: Texts) -> String {
    number == 0 ? t(.specials) : t(.seasonName, ["n": String(number)])
  }

  private static func markSeason(
    _ line: TitleStore.SeasonLine, _ page: TitleStore.Page, _ frame: Frame, _ back: String
  ) -> HTML {
    guard line.open > 0 else { return HTML() }
    let t = frame.t
    return """
      <form method="post" action="\(URLs.plays(page.title.id))">\(Views.hidden("back", back))<button class="btn \
      small" name="season" \
      value="\(line.number)" aria-label="\(t(.markSeasonLabel, n: line.open, ["season": name(line.number, t)]))">\
      \(t(.markAired, n: line.open))</button></form>
      """
  }

  private static func episodes(
    _ line: TitleStore.SeasonLine, _ page: TitleStore.Page, _ frame: Frame, back: String
  ) -> HTML {
    let gaps = Set(page.gaps.map(\.id))
    let rows = page.episodes.map { row($0, page, frame, isGap: gaps.contains($0.episode.id)) }
    return """
      <form method="post" action="\(URLs.plays(page.title.id))">\(Views.hidden("back", back))<ol \
      class="eps">\(rows)</ol></form>\
      \(pages(line, page, frame))
      """
  }

  private static func row(_ line: TitleStore.EpisodeLine, _ page: TitleStore.Page, _ frame: Frame, isGap: Bool) -> HTML
  {
    let t = frame.t
    let episode = line.episode
    let hasAired = episode.hasAired(by: frame.dates.today)
    let state = line.play != nil ? "seen" : isGap ? "gap" : hasAired ? "" : "unaired"
    let name = episode.name.isEmpty ? t(.episodeNumber, ["n": String(episode.number)]) : episode.name
    return """
      <li id="e\(episode.id)" class="\(state)" data-item><span class="n" aria-hidden="true">\(episode.number)</span>\
      <span class="name">\(name)</span><span class="d">\(date(line, frame, hasAired: hasAired))</span>\
      <span class="more">\(upTo(line, page, frame, hasAired: hasAired))</span>\(tick(line, frame))</li>
      """
  }

  private static func date(_ line: TitleStore.EpisodeLine, _ frame: Frame, hasAired: Bool) -> String {
    let t = frame.t
    if let play = line.play {
      let said = t(.watchedOn, ["date": frame.dates.text(play.time)])
      return line.plays > 1 ? said + " · " + t(.timesWatched, n: line.plays) : said
    }
    if line.isSkipped { return t(.skippedOne) }
    guard let aired = line.episode.aired else { return hasAired ? "" : t(.notAiredYet) }
    return t(hasAired ? .airedOn : .airsOn, ["date": frame.dates.text(aired)])
  }

  private static func upTo(
    _ line: TitleStore.EpisodeLine, _ page: TitleStore.Page, _ frame: Frame, hasAired: Bool
  ) -> HTML {
    // Only where there is something before it to mark as well.
    let isFirst = line.episode.season == 1 && line.episode.number == 1
    guard line.play == nil, hasAired, !isFirst, line.episode.id != page.next?.id else { return HTML() }
    let code = Views.code(line.episode.season, line.episode.number, frame.t)
    return """
      <button class="btn small upto" name="upto" value="\(line.episode.id)" \
      aria-label="\(frame.t(.upToLabel, ["code": code]))">\(frame.t(.upTo))</button>
      """
  }

  private static func tick(_ line: TitleStore.EpisodeLine, _ frame: Frame) -> HTML {
    let t = frame.t
    let what = Views.episodeName(line.episode, t)
    if let play = line.play {
      return """
        <button class="tick" formaction="/plays/\(play.id)/delete" aria-pressed="true" \
        aria-label="\(t(.untickLabel, ["what": what]))">\(Icon.tick.svg)</button>
        """
    }
    return """
      <button class="tick" name="episode" value="\(line.episode.id)" aria-pressed="false" \
      aria-label="\(t(.tickLabel, ["what": what]))">\(Icon.tick.svg)</button>
      """
  }

  private static func pages(_ line: TitleStore.SeasonLine, _ page: TitleStore.Page, _ frame: Frame) -> HTML {
    let last = (line.total + TitleStore.episodesAPage - 1) / TitleStore.episodesAPage
    guard last > 1 else { return HTML() }
    let t = frame.t
    let base = URLs.season(page.title.id, line.number)
    return """
      <nav class="pages" aria-label="\(t(.pagesLabel))">\
      \(page.page > 1 ? "<a rel=\"prev\" href=\"\(base)?page=\(page.page - 1)\">\(t(.pagePrevious))</a>" : HTML())\
      <span>\(t(.pageOf, ["page": t.number(page.page), "pages": t.number(last)]))</span>\
      \(page.page < last ? "<a rel=\"next\" href=\"\(base)?page=\(page.page + 1)\">\(t(.pageNext))</a>" : HTML())</nav>
      """
  }
}
