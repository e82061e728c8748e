import HTML

/// The charts of the page of figures: names and words for what `Charts` draws.
extension StatisticsViews {
  /// Months or years, weekdays, hours.
  static func byTime(_ figures: Statistics, _ frame: Frame) -> [HTML] {
    let t = frame.t
    return [
      Charts.columns(periods(figures, frame), t), Charts.columns(weekdays(figures, t), t),
      Charts.columns(hours(figures, t), t),
    ]
  }

  /// Ratings, genres, decades, countries, people, shows, rewatches.
  static func lists(_ figures: Statistics, _ frame: Frame, user: User) -> [HTML] {
    let t = frame.t
    let countries = figures.countries.map { share in
      (name: Countries.name(share.name, t.language), share: share)
    }
    return [
      Charts.columns(ratings(figures, t, scale: user.scale), t),
      Charts.ranking(shares(.statsGenres, figures.genres.map { (Views.genre($0.name, t), $0) }, t), t),
      Charts.ranking(
        shares(.statsDecades, figures.decades.map { (t(.statsDecade, ["year": $0.name]), $0) }, t), t),
      Charts.ranking(shares(.statsCountries, countries, t), t),
      Charts.ranking(shares(.statsMakers, figures.makers.map { ($0.name, $0) }, t), t),
      Charts.ranking(shares(.statsCast, figures.cast.map { ($0.name, $0) }, t), t),
      Charts.ranking(lines(.statsLongestShows, figures.longestShows, t, value: \.minutes), t),
      rewatched(figures, t),
    ]
  }

  /// What was watched again the most.
  static func rewatched(_ figures: Statistics, _ t: Texts) -> HTML {
    Charts.ranking(lines(.statsRewatched, figures.rewatched, t, value: \.again), t)
  }

  /// Plays by month or year.
  static func periods(_ figures: Statistics, _ frame: Frame) -> Chart {
    let t = frame.t
    let count = figures.periods.count
    let step = (count + 9) / 10
    let bars = figures.periods.enumerated().map { place, period -> Chart.Bar in
      let month = Int(digits: period.name.suffix(2)) ?? 1
      let year = String(period.name.prefix(4))
      let axis: String
      if figures.isMonthly {
        axis = count <= 12 ? Dates.month(month, t) : month == 1 ? year : ""
      } else {
        axis = place.isMultiple(of: step) ? year : ""
      }
      return Chart.Bar(
        axis: axis, name: frame.dates.heading(period.name),
        link: figures.isMonthly || period.count.plays == 0 ? nil : Int(digits: year).map { URLs.stats(year: $0) },
        value: period.count.plays, cells: cells(period.count, t))
    }
    let left = figures.yearOnly
    return counted(
      figures.isMonthly ? .statsByMonth : .statsByYear, figures.isMonthly ? .statsMonth : .statsYear, bars, t,
      note: left > 0 ? t(.statsYearOnly, n: left) : nil)
  }

  private static func weekdays(_ figures: Statistics, _ t: Texts) -> Chart {
    let short: [Key] = [
      .weekdayShort1, .weekdayShort2, .weekdayShort3, .weekdayShort4, .weekdayShort5, .weekdayShort6, .weekdayShort7,
    ]
    let bars = figures.weekdays.enumerated().map { place, count in
      Chart.Bar(axis: t(short[place]), name: Dates.weekday(place, t), value: count.plays, cells: cells(count, t))
    }
    let left = figures.coarse
    return counted(.statsByWeekday, .statsWeekday, bars, t, note: left > 0 ? t(.statsCoarse, n: left) : nil)
  }

  private static func hours(_ figures: Statistics, _ t: Texts) -> Chart {
    let bars = figures.hours.enumerated().map { hour, count in
      Chart.Bar(
        axis: hour.isMultiple(of: 3) ? String(hour) : "", name: hour.padded(2) + ":00", value: count.plays,
        cells: [t.number(count.films), t.number(count.episodes)])
    }
    let left = figures.timeless + figures.coarse
    return Chart(
      title: t(.statsByHour), head: t(.statsHour), columns: [t(.kindMovies), t(.statsEpisodes)], bars: bars,
      note: left > 0 ? t(.statsTimeless, n: left) : nil, most: { most($0, t) })
  }

  private static func counted(_ title: Key, _ head: Key, _ bars: [Chart.Bar], _ t: Texts, note: String?) -> Chart {
    Chart(
      title: t(title), head: t(head), columns: [t(.kindMovies), t(.statsEpisodes), t(.statsTime)], bars: bars,
      note: note, most: { most($0, t) })
  }

  private static func most(_ bar: Chart.Bar, _ t: Texts) -> String {
    t(.statsMost, ["name": bar.name, "plays": t(.statsPlayCount, n: bar.value)])
  }

  private static func cells(_ count: Statistics.Count, _ t: Texts) -> [String] {
    [t.number(count.films), t.number(count.episodes), hours(count.minutes, t)]
  }

  private static func ratings(_ figures: Statistics, _ t: Texts, scale: Scale) -> Chart {
    let bars = figures.ratings.enumerated().map { place, count -> Chart.Bar in
      // Of 0 to 100 each column takes those nearest to its ten.
      let name =
        scale == .hundred ? "\(max(0, place * 10 - 5))–\(min(100, place * 10 + 4))" : scale.shown(place * 10)
      return Chart.Bar(
        axis: scale == .hundred ? String(place * 10) : name, name: name, value: count, cells: [t.number(count)])
    }
    return Chart(
      title: t(.statsRatings), head: t(.sortRating), columns: [t(.statsTitles)], bars: bars,
      most: { t(.statsMost, ["name": $0.name, "plays": t(.statsTitleCount, n: $0.value)]) })
  }

  private static func shares(
    _ title: Key, _ shares: [(name: String, share: Statistics.Share)], _ t: Texts
  ) -> Chart {
    Chart(
      title: t(title), head: t(.filterText), columns: [t(.statsTitles), t(.statsTime)],
      bars: shares.map { name, share in
        Chart.Bar(
          name: name, link: share.id.map(URLs.person), value: share.titles,
          cells: [t.number(share.titles), hours(share.minutes, t)])
      })
  }

  private static func lines(
    _ title: Key, _ lines: [Statistics.Line], _ t: Texts, value: KeyPath<Statistics.Line, Int>
  ) -> Chart {
    let isTime = value == \.minutes
    return Chart(
      title: t(title), head: t(.filterText), columns: [t(isTime ? .statsEpisodes : .statsRewatches), t(.statsTime)],
      bars: lines.map { line in
        Chart.Bar(
          name: line.name, link: URLs.title(line.id, name: line.name), value: line[keyPath: value],
          cells: [t.number(isTime ? line.plays : line.again), hours(line.minutes, t)])
      })
  }
}
