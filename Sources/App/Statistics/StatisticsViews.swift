import HTML
import Web

/// The page of figures.
enum StatisticsViews {
  /// The main part.
  static func main(
    _ found: StatisticsStore.Found, _ asked: StatisticsQuery, today: Day, _ frame: Frame, user: User
  ) -> HTML {
    let figures = found.figures
    let top = head(asked, today: today, frame)
    guard figures.total.plays > 0 else { return "\(top)\(empty(figures, asked.range, frame.t))" }
    return """
      \(top)\(tiles(figures, frame))\(notes(figures, frame.t))\(moments(found, frame))
      <div class="charts">\(byTime(figures, frame))\(lists(figures, frame, user: user))</div>
      \(years(figures, frame.t))
      """
  }

  /// The page of a form that cannot be: what was typed stays.
  static func refused(_ asked: StatisticsQuery, today: Day, _ frame: Frame) -> HTML {
    "\(head(asked, today: today, frame))"
  }

  // MARK: The range

  private static func head(_ asked: StatisticsQuery, today: Day, _ frame: Frame) -> HTML {
    let t = frame.t
    var bare = asked.range
    bare.kind = nil
    let chips = StatisticsPreset.allCases.map { preset -> HTML in
      var range = preset.range(today: today)
      let mark: HTML = range == bare && asked.errors.isEmpty ? " aria-current=\"page\"" : HTML()
      range.kind = asked.range.kind
      return "<a class=\"chip\" href=\"\(URLs.stats(range))\"\(mark)>\(t(preset.key))</a>"
    }
    let year = today.parts.year
    return """
      <div class="head"><h1>\(t(.navStats))</h1><a href="\(URLs.stats(year: year))">\
      \(t(.statsInReview, ["year": String(year)]))</a></div>
      \(Views.errors(asked.errors, t))<nav class="chips" aria-label="\(t(.statsRanges))">\(chips)</nav>
      \(form(asked, today: today, t))\(asked.errors.isEmpty ? span(asked.range, frame) : HTML())
      """
  }

  private static func form(_ asked: StatisticsQuery, today: Day, _ t: Texts) -> HTML {
    let bounds: HTML = " min=\"\(When.firstYear)-01-01\" max=\"\(today.parts.year)-12-31\""
    let kinds: [(String, Key)] = [("all", .kindAll), ("movie", .kindMovies), ("show", .kindShows)]
    let options = kinds.map { value, key -> HTML in
      let selected: HTML = value == asked.range.kind?.rawValue ?? "all" ? " selected" : HTML()
      return "<option value=\"\(value)\"\(selected)>\(t(key))</option>"
    }
    return """
      <form class="filters" action="\(URLs.stats)">
      \(Views.field("from", label: t(.statsFrom), error: asked.errors["from"]) {
        "<input \($0) type=\"date\" value=\"\(asked.typed.from)\"\(bounds)>"
      })
      \(Views.field("to", label: t(.statsTo), error: asked.errors["to"]) {
        "<input \($0) type=\"date\" value=\"\(asked.typed.to)\"\(bounds)>"
      })
      \(Views.field("kind", label: t(.filterKind), error: nil) { "<select \($0)>\(options)</select>" })
      <button class="btn">\(t(.statsShow))</button></form>
      """
  }

  private static func span(_ range: StatisticsRange, _ frame: Frame) -> HTML {
    let (from, to) = (range.from.map(frame.dates.absolute), range.to.map(frame.dates.absolute))
    switch (from, to) {
    case (let from?, let to?): return "<p class=\"mute\">\(frame.t(.statsSpan, ["from": from, "to": to]))</p>"
    case (let from?, nil): return "<p class=\"mute\">\(frame.t(.statsSince, ["from": from]))</p>"
    case (nil, let to?): return "<p class=\"mute\">\(frame.t(.statsUntil, ["to": to]))</p>"
    case (nil, nil): return HTML()
    }
  }

  private static func empty(_ figures: Statistics, _ range: StatisticsRange, _ t: Texts) -> HTML {
    let isNew = range == StatisticsRange()
    return """
      <div class="empty"><h2>\(t(isNew ? .statsNewHead : .statsEmptyHead))</h2>
      <p>\(t(isNew ? .statsNewText : .statsEmptyText))</p>
      <p class="row"><a class="btn pri" href="\(URLs.home)">\(t(.toHome))</a></p></div>\(notes(figures, t))
      """
  }

  // MARK: Totals

  /// The great numbers.
  static func tiles(_ figures: Statistics, _ frame: Frame) -> HTML {
    let t = frame.t
    let total = figures.total
    let titles = [(figures.films, Key.statsFilms), (figures.shows, .statsShows)].filter { $0.0 > 0 }
      .map { t($0.1, n: $0.0) }.joined(separator: Views.separator)
    var all: [(name: Key, value: String, more: String)] = [
      (.statsTime, hours(total.minutes, t), days(total.minutes, t)), (.statsPlays, t.number(total.plays), ""),
      (.kindMovies, t.number(total.films), ""), (.statsEpisodes, t.number(total.episodes), ""),
      (.statsTitles, t.number(figures.films + figures.shows), titles),
      (.statsRewatches, t.number(figures.rewatches), ""),
    ]
    if figures.weeklyTenths > 0 {
      let plays = t(.statsWeeklyPlays, ["number": t.decimal(tenths: figures.weeklyTenths)])
      all.append((.statsWeekly, plays, frame.dates.length(minutes: figures.weeklyMinutes)))
    }
    if let streak = figures.longest {
      all.append((.statsStreak, t(.statsDays, n: streak.days), span(streak, frame)))
    }
    if figures.current > 1 { all.append((.statsCurrent, t(.statsDays, n: figures.current), "")) }
    return """
      <dl class="tiles">\(all.map { name, value, more -> HTML in
        let small: HTML = more.isEmpty ? HTML() : " <small>\(more)</small>"
        return "<div><dt>\(t(name))</dt><dd>\(value)\(small)</dd></div>"
      })</dl>
      """
  }

  private static func span(_ streak: Statistics.Streak, _ frame: Frame) -> String {
    guard let from = Day(streak.from), let to = Day(streak.to), from < to else { return "" }
    return frame.t(.statsSpan, ["from": frame.dates.absolute(from), "to": frame.dates.absolute(to)])
  }

  /// `1,234 h`, or minutes for less than an hour.
  static func hours(_ minutes: Int, _ t: Texts) -> String {
    minutes < 60
      ? t(.lengthMinutes, ["n": t.number(minutes)])
      : t(.lengthHours, ["h": t.number((minutes + 30) / 60)])
  }

  /// `51 days and 10 hours`; nothing for less than a day.
  private static func days(_ minutes: Int, _ t: Texts) -> String {
    guard minutes >= 1_440 else { return "" }
    return t(
      .statsDaysAndHours,
      ["days": t(.statsDays, n: minutes / 1_440), "hours": t(.statsHours, n: minutes % 1_440 / 60)])
  }

  /// What the figures leave out.
  static func notes(_ figures: Statistics, _ t: Texts) -> HTML {
    let all: [(Key, Int)] = [
      (.statsUndated, figures.undated), (.statsStraddling, figures.straddling), (.statsUnknown, figures.total.unknown),
    ]
    let said = all.filter { $0.1 > 0 }.map { key, count -> HTML in "<li>\(t(key, n: count))</li>" }
    return said.isEmpty ? HTML() : "<ul class=\"left-out\">\(said)</ul>"
  }

  /// The first and the last play.
  static func moments(_ found: StatisticsStore.Found, _ frame: Frame) -> HTML {
    let t = frame.t
    let all: [(Key, Statistics.Moment?)] = [(.statsFirst, found.figures.first), (.statsLast, found.figures.last)]
    let rows = all.compactMap { key, moment -> HTML? in
      guard let moment else { return nil }
      let url = URLs.title(moment.title, name: moment.name)
      let code = moment.season.map { Views.code($0, moment.number ?? 0, t) }
      let time = PlayTime(at: moment.at, day: moment.day, precision: Precision(rawValue: moment.precision) ?? .day)
      return """
        <li class="rowline"><a class="thumb small" href="\(url)" tabindex="-1" aria-hidden="true">\
        \(Views.poster(moment.title, found.posters[moment.title], .thumb))</a>\
        <div class="what"><p class="meta">\(t(key))</p>\
        <h3><a href="\(url)">\(moment.name)</a></h3>\
        <p class="meta">\([code, frame.dates.text(time)].compactMap { $0 }.joined(separator: Views.separator))</p>\
        </div></li>
        """
    }
    guard !rows.isEmpty else { return HTML() }
    return "<section><h2>\(t(.statsFirstAndLast))</h2><ul class=\"rows\">\(rows)</ul></section>"
  }

  private static func years(_ figures: Statistics, _ t: Texts) -> HTML {
    let chips = figures.years.map { year -> HTML in
      "<a class=\"chip\" href=\"\(URLs.stats(year: year))\">\(String(year))</a>"
    }
    guard !chips.isEmpty else { return HTML() }
    return """
      <section><h2 id="years">\(t(.statsYears))</h2><nav class="chips" aria-labelledby="years">\(chips)</nav></section>
      """
  }
}
