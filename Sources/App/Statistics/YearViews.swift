import HTML

/// A year in review.
enum YearViews {
  /// The main part.
  static func main(
    _ found: StatisticsStore.Found, year: Int, _ range: StatisticsRange, today: Day, _ frame: Frame, user: User
  ) -> HTML {
    let (figures, t) = (found.figures, frame.t)
    let top: HTML = """
      <div class="head"><h1>\(t(.statsYearTitle, ["year": String(year)]))</h1>\
      <a href="\(URLs.stats(range))">\(t(.statsAllCharts))</a></div>
      """
    let bottom = pages(year, last: today.parts.year, t)
    guard figures.total.plays > 0 else {
      return """
        \(top)<div class="empty"><h2>\(t(.statsEmptyHead))</h2><p>\(t(.statsEmptyText))</p>
        <p class="row"><a class="btn pri" href="\(URLs.stats)">\(t(.navStats))</a></p></div>\(bottom)
        """
    }
    return """
      \(top)\(StatisticsViews.tiles(figures, frame))\(StatisticsViews.notes(figures, t))
      \(posters(.statsTopRated, figures.rated, found.posters, t) { line in
        line.rating.map { t(.ratingShort, ["n": user.scale.shown($0), "best": user.scale.best]) } ?? ""
      })
      \(posters(.statsTopTime, figures.longestTitles, found.posters, t) { StatisticsViews.hours($0.minutes, t) })
      \(StatisticsViews.moments(found, frame))
      <div class="charts">\(Charts.columns(StatisticsViews.periods(figures, frame), t))\
      \(StatisticsViews.rewatched(figures, t))</div>
      \(bottom)
      """
  }

  private static func posters(
    _ title: Key, _ lines: [Statistics.Line], _ posters: [Int: String], _ t: Texts, fact: (Statistics.Line) -> String
  ) -> HTML {
    guard !lines.isEmpty else { return HTML() }
    let cards = lines.map { line -> HTML in
      let facts = [Views.kind(line.isFilm ? .movie : .show, t), fact(line)].filter { !$0.isEmpty }
      return """
        <li class="card" data-item><a href="\(URLs.title(line.id, name: line.name))">\
        \(Views.poster(line.id, posters[line.id]))<h3>\(line.name)</h3></a>\
        <p class="meta">\(facts.joined(separator: Views.separator))</p></li>
        """
    }
    return "<section><h2>\(t(title))</h2><ul class=\"grid\">\(cards)</ul></section>"
  }

  private static func pages(_ year: Int, last: Int, _ t: Texts) -> HTML {
    let older: HTML =
      year > When.firstYear
      ? "<a rel=\"prev\" href=\"\(URLs.stats(year: year - 1))\">\(String(year - 1))</a>" : HTML()
    let newer: HTML =
      year < last ? "<a rel=\"next\" href=\"\(URLs.stats(year: year + 1))\">\(String(year + 1))</a>" : HTML()
    return "<nav class=\"pages\" aria-label=\"\(t(.statsYears))\">\(older)\(newer)</nav>"
  }
}
