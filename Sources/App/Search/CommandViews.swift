import HTML
import Web

/// What a command offers to do, on the page and in the list under the search box.
extension SearchViews {
  /// The offers of a page, each a form with one button; a sentence when only its day is missing.
  static func offers(_ results: SearchStore.Results, _ frame: Frame, back: String) -> HTML {
    let t = frame.t
    let note: HTML = results.isTooEarly ? "<p class=\"note\">\(t(.commandTooEarly))</p>" : HTML()
    if results.offers.isEmpty { return note }
    let rows = results.offers.enumerated().map { place, offer -> HTML in
      """
      <li class="result offer" data-item>\(Views.poster(offer.title.titleID, offer.title.poster, .thumb))\
      <div class="what">\
      <p id="offer-\(place)">\(sentence(offer, frame))</p>\(meta(offer, frame))</div>\
      <form method="post" action="\(offer.path)">\(Views.hidden("back", back))\
      \(offer.fields.map { Views.hidden($0.name, $0.value) })\
      <button class="btn\(place == 0 ? " pri" : "")" aria-describedby="offer-\(place)">\(t(.commandDo))</button>\
      </form></li>
      """
    }
    return """
      <section class="offers" aria-labelledby="offers"><h2 id="offers">\(t(.commandHead))</h2>
      <ul class="results">\(rows)</ul></section>\(note)
      """
  }

  /// An option from its attributes on: chosen, it is posted; where that fails, the title opens.
  static func offerOption(_ offer: Offer, _ frame: Frame) -> HTML {
    """
    data-post="\(offer.path)" data-fields="\(URLEncoding.query(offer.fields.map { ($0.name, $0.value) }))" \
    data-href="\(URLs.title(offer.title.titleID, name: offer.title.name))">\
    \(Views.poster(offer.title.titleID, offer.title.poster, .thumb))\
    <span class="name">\(sentence(offer, frame))</span> <span class="kind">\(frame.t(.commandDo))</span>
    """
  }

  /// What would be done, such as `Rate Arrival (2016) 9 of 10 and mark it watched yesterday`.
  static func sentence(_ offer: Offer, _ frame: Frame) -> String {
    let t = frame.t
    var values = ["what": what(offer, t), "date": day(offer.when, frame)]
    if let rating = offer.rating {
      let scale = frame.user?.scale ?? .points
      // A rating between two steps of the scale is said as it is kept.
      let isStep = scale.steps.contains(rating)
      values["rating"] = isStep ? scale.shown(rating) : String(rating)
      values["best"] = isStep ? scale.best : Scale.hundred.best
    }
    switch offer.deed {
    case .rate, .rateEpisode, .rateSeason: return t(.commandRate, values)
    case .status(let intent):
      let key: Key = intent == .planned ? .commandPlan : intent == .paused ? .commandPause : .commandDrop
      guard offer.rating != nil else { return t(key, values) }
      values["what"] = t(key, values)
      return t(.commandAlsoRate, values)
    default: return t(offer.rating == nil ? .commandMark : .commandRateMark, values)
    }
  }

  /// The title with its year, and what of it.
  private static func what(_ offer: Offer, _ t: Texts) -> String {
    let name = offer.title.year.map { "\(offer.title.name) (\($0))" } ?? offer.title.name
    switch offer.deed {
    case .status, .rate, .film: return name
    case .episode(let episode), .rateEpisode(let episode):
      return name + " " + Views.code(episode.season, episode.number, t)
    case .range(let from, let upTo):
      let ends = [from, upTo].map { Views.code($0.season, $0.number, t) }
      return name + " " + t(.gapRun, ["from": ends[0], "to": ends[1]])
    case .season(let number), .rateSeason(let number):
      let season = number == 0 ? t(.specials) : t(.seasonName, ["n": String(number)])
      return t(.commandPart, ["part": season, "name": name])
    case .all: return t(.commandAll, ["name": name])
    }
  }

  private static func meta(_ offer: Offer, _ frame: Frame) -> HTML {
    let t = frame.t
    switch offer.deed {
    case .episode(let episode), .rateEpisode(let episode):
      // What is offered has most often not been seen.
      let name = Views.episodeName(episode, isHidden: frame.user?.hidesUnseen ?? false, t)
      return name.contains(Views.separator) ? "<p class=\"meta\">\(name)</p>" : HTML()
    case .range, .season, .all: return "<p class=\"meta\">\(t(.commandAired))</p>"
    default: return "<p class=\"meta\">\(Views.kind(offer.title.kind, t))</p>"
    }
  }

  /// A date inside a sentence, by the person's day: "yesterday", "on 20 Nov", "in 2019".
  private static func day(_ when: When, _ frame: Frame) -> String {
    let t = frame.t
    guard case .date(let precision, let day, let minutes) = when else { return t(.today) }
    let zone = frame.dates.zone
    // "Yesterday" is read as it was typed: after midnight, but before the person's day has ended.
    let dates = Dates(texts: t, zone: zone, now: frame.dates.now - zone.dayEndMinutes * 60_000_000)
    switch precision {
    case .year: return t(.commandInYear, ["date": String(day.parts.year)])
    case .month:
      let month = PlayTime(at: nil, day: String(day.description.prefix(7)), precision: .month)
      return t(.commandInMonth, ["date": dates.text(month)])
    default:
      let isNear = (-1...0).contains(day.number - dates.today.number)
      let text = isNear ? dates.text(day) : t(.commandOnDay, ["date": dates.absolute(day)])
      guard precision == .time else { return text }
      return t(.dateTime, ["date": text, "time": dates.clock(zone.instant(day: day, minutes: minutes))])
    }
  }

  /// How to say in the search box what one did: examples with what each offers.
  static func commandHelp(_ t: Texts) -> HTML {
    let examples: [(Key, Key)] = [
      (.commandHelpFilm, .commandHelpFilmDoes), (.commandHelpEpisode, .commandHelpEpisodeDoes),
      (.commandHelpRange, .commandHelpRangeDoes), (.commandHelpSeason, .commandHelpSeasonDoes),
      (.commandHelpPlan, .commandHelpPlanDoes), (.commandHelpDrop, .commandHelpDropDoes),
    ]
    return """
      <section class="commands"><h2 id="commands">\(t(.commandHelpHead))</h2><p>\(t(.commandHelpText))</p>
      <table class="data" aria-labelledby="commands"><thead><tr><th scope="col">\(t(.commandHelpColumn))</th>
      <th scope="col">\(t(.commandHelpDoes))</th></tr></thead><tbody>\(examples.map { example, does -> HTML in
        "<tr><td><a href=\"\(URLs.search(t(example)))\">\(t(example))</a></td><td>\(t(does))</td></tr>"
      })</tbody></table><p class="mute">\(t(.commandHelpDates))</p></section>
      """
  }
}
