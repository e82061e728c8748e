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
    let due = line.aired - line.skippedAired
    let heading: HTML =
      isShown ? "\(name)" : "<a href=\"\(URLs.season(page.title.id, line.number))\">\(name)</a>"
    let unaired = line.total - line.aired
    var said = t(.seenOf, n: line.seen, ["due": t.number(max(due, line.seen))])
    if line.skipped > 0 { said += " · " + t(.skippedCount, n: line.skipped) }
    if unaired > 0 { said += " · " + t(.unairedCount, n: unaired) }
    if let rating = line.rating, let user = frame.user {
      said += " · " + t(.ratingShort, ["n": user.scale.shown(rating), "best": user.scale.best])
    }
    return """
      <section class="season" id="s\(line.number)"><div class="head"><h2>\(heading)</h2>\
      <span class="facts">\(said)</span>\(isShown ? filter(line, page, t) : HTML())\
      \(markSeason(line, page, frame, back))</div>\
      \(isShown ? tools(line, page, frame, back) + episodes(line, page, frame, back: back) : HTML())</section>
      """
  }

  /// The link between all episodes of a season and the unseen ones.
  private static func filter(_ line: TitleStore.SeasonLine, _ page: TitleStore.Page, _ t: Texts) -> HTML {
    guard line.seen + line.skipped > 0 else { return HTML() }
    let base = URLs.season(page.title.id, line.number)
    return page.asked.isUnseenOnly
      ? "<a class=\"toggle\" href=\"\(base)#s\(line.number)\">\(t(.unseenAll))</a>"
      : "<a class=\"toggle\" href=\"\(base)?unseen=1#s\(line.number)\">\(t(.unseenOnly))</a>"
  }

  /// Rate the season, skip what is left of it; for specials, whether they count.
  private static func tools(
    _ line: TitleStore.SeasonLine, _ page: TitleStore.Page, _ frame: Frame, _ back: String
  ) -> HTML {
    let t = frame.t
    let season = name(line.number, t)
    let specials = line.number == 0 ? specials(page, t, back) : HTML()
    let skip: HTML =
      line.total - line.seen - line.skipped > 0
      ? """
      <form method="post" action="\(URLs.skips(page.title.id))">\(Views.hidden("back", back))<button class="btn small" \
      name="season" value="\(line.number)">\(t(.skipSeason))</button></form>
      """ : HTML()
    return """
      \(specials)<details class="tools"><summary>\(t(.moreSeason))</summary>\
      \(Views.rating(action: "\(URLs.season(page.title.id, line.number))/rating", name: season, current: line.rating,
        scale: frame.user?.scale ?? .points, back: back, t))\(skip)</details>
      """
  }

  private static func specials(_ page: TitleStore.Page, _ t: Texts, _ back: String) -> HTML {
    let isOn = page.entry?.countsSpecials ?? false
    return """
      <form class="row specials" method="post" action="\(URLs.entry(page.title.id))">\(Views.hidden("back", back))\
      <span class="mute">\(t(isOn ? .specialsHintOn : .specialsHint))</span>\
      <button class="btn small" name="specials" value="\(isOn ? 0 : 1)">\(t(isOn ? .specialsLeave : .specialsCount))\
      </button></form>
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
    func list(_ lines: ArraySlice<TitleStore.EpisodeLine>) -> HTML {
      if lines.isEmpty { return HTML() }
      return """
        <form method="post" action="\(URLs.plays(page.title.id))">\(Views.hidden("back", back))<ol \
        class="eps">\(lines.map { row($0, page, frame, isGap: gaps.contains($0.episode.id)) })</ol></form>
        """
    }
    let all = page.episodes[...]
    if all.isEmpty { return "<p class=\"mute\">\(frame.t(.unseenNone))</p>" }
    guard let open = all.firstIndex(where: { $0.episode.id == page.asked.episode }) else {
      return "\(list(all))\(pages(line, page, frame))"
    }
    // The details hold forms of their own, which may not stand inside the form of the list.
    return """
      \(list(all[...open]))\(EpisodeViews.details(all[open], page, frame, back: back))\(list(all[(open + 1)...]))\
      \(pages(line, page, frame))
      """
  }

  private static func row(_ line: TitleStore.EpisodeLine, _ page: TitleStore.Page, _ frame: Frame, isGap: Bool) -> HTML
  {
    let t = frame.t
    let episode = line.episode
    let hasAired = episode.hasAired(by: frame.dates.today)
    let state =
      line.isSeen ? "seen" : line.isSkipped ? "skipped" : isGap ? "gap" : hasAired ? "" : "unaired"
    let hides = line.play == nil && frame.user?.hidesUnseen ?? false
    let isUnnamed = episode.name.isEmpty || hides
    let name = isUnnamed ? t(.episodeNumber, ["n": String(episode.number)]) : episode.name
    return """
      <li id="e\(episode.id)" class="\(state)" data-item><span class="n" aria-hidden="true">\(episode.number)</span>\
      <span class="name">\(name)</span><span class="d">\(date(line, frame, hasAired: hasAired))</span>\
      <span class="more">\(upTo(line, page, frame, hasAired: hasAired))\(EpisodeViews.more(line, page, t))</span>\
      \(tick(line, frame, isHidden: hides))</li>
      """
  }

  private static func date(_ line: TitleStore.EpisodeLine, _ frame: Frame, hasAired: Bool) -> String {
    let t = frame.t
    var said: [String] = []
    if let play = line.play {
      let date = frame.dates.text(play.time)
      said.append(t(line.isSeen ? .watchedOn : .seenBefore, ["date": date]))
      if line.plays > 1 { said.append(t(.timesWatched, n: line.plays)) }
    } else if line.isSkipped {
      said.append(t(.skippedOne))
    } else if let aired = line.episode.aired {
      said.append(t(hasAired ? .airedOn : .airsOn, ["date": frame.dates.text(aired)]))
    } else if !hasAired {
      said.append(t(.notAiredYet))
    }
    if let place = line.goneFrom.map({ $0.split(separator: ".").compactMap { Int($0) } }), place.count == 2 {
      said.append(t(.goneEpisode, ["code": Views.code(place[0], place[1], t)]))
    }
    if let rating = line.rating, let user = frame.user {
      said.append(t(.ratingShort, ["n": user.scale.shown(rating), "best": user.scale.best]))
    }
    return said.joined(separator: " · ")
  }

  private static func upTo(
    _ line: TitleStore.EpisodeLine, _ page: TitleStore.Page, _ frame: Frame, hasAired: Bool
  ) -> HTML {
    // Only where there is something before it to mark as well.
    let isFirst = line.episode.season == 1 && line.episode.number == 1
    guard !line.isSeen, !line.isSkipped, hasAired, !isFirst, line.episode.id != page.next?.id else { return HTML() }
    let code = Views.code(line.episode.season, line.episode.number, frame.t)
    return """
      <button class="btn small upto" name="upto" value="\(line.episode.id)" \
      aria-label="\(frame.t(.upToLabel, ["code": code]))">\(frame.t(.upTo))</button>
      """
  }

  private static func tick(_ line: TitleStore.EpisodeLine, _ frame: Frame, isHidden: Bool) -> HTML {
    let t = frame.t
    let what = Views.episodeName(line.episode, isHidden: isHidden, t)
    if line.isSeen, let play = line.play {
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
    let count = page.asked.isUnseenOnly ? line.total - line.seen - line.skipped : line.total
    let last = (count + TitleStore.episodesAPage - 1) / TitleStore.episodesAPage
    guard last > 1 else { return HTML() }
    let t = frame.t
    let base = URLs.season(page.title.id, line.number) + (page.asked.isUnseenOnly ? "?unseen=1&page=" : "?page=")
    let here = page.asked.page
    return """
      <nav class="pages" aria-label="\(t(.pagesLabel))">\
      \(here > 1 ? "<a rel=\"prev\" href=\"\(base)\(here - 1)\">\(t(.pagePrevious))</a>" : HTML())\
      <span>\(t(.pageOf, ["page": t.number(here), "pages": t.number(last)]))</span>\
      \(here < last ? "<a rel=\"next\" href=\"\(base)\(here + 1)\">\(t(.pageNext))</a>" : HTML())</nav>
      """
  }
}
