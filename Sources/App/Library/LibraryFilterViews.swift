import HTML
import Synchronization

/// The filters of the library: the form, those that are set, and the form that keeps them as a list.
enum LibraryFilterViews {
  /// The form.
  static func form(_ model: LibraryViews.Model, _ frame: Frame, user: User) -> HTML {
    let t = frame.t
    let filter = model.filter
    let kinds: [(String, String)] = [
      ("", t(.kindAll)), ("movie", t(.kindMovies)), ("show", t(.kindShows)),
    ]
    let genres = [("", t(.genreAll))] + model.genres.map { ($0, Views.genre($0, t)) }
    let sorts: [(String, String)] = [
      ("name", t(.sortName)), ("watched", t(.sortWatched)), ("added", t(.sortAdded)), ("rating", t(.sortRating)),
      ("year", t(.sortYear)), ("progress", t(.sortProgress)),
    ]
    let kept = [
      filter.status.map { Views.hidden("status", $0.rawValue) },
      filter.person.map { Views.hidden("person", String($0)) },
    ].compactMap { $0 }
    return """
      <form class="filters" method="get" action="/library">\(kept)\(hidden(LibraryQuery.pairs(model.look)))
      \(select("kind", t(.filterKind), kinds, filter.kind?.rawValue ?? "", submits: true))
      \(select("genre", t(.filterGenre), genres, filter.genre ?? "", submits: true))
      \(select("sort", t(.filterSort), sorts, filter.sort.rawValue, submits: true))
      <label>\(t(.filterText)) <input name="q" type="search" maxlength="200" value="\(model.text)"></label>
      <button class="btn">\(t(.filterApply))</button>
      <details class="morefilters"\(filter.hasMore ? " open" as HTML : HTML())><summary>\(t(.filterMore))</summary>\
      <div class="filters">\(filter.hasMore ? more(filter, frame, user.scale) : usual(frame, user.scale))</div>\
      </details></form>
      """
  }

  static func hidden(_ pairs: [(String, String)]) -> [HTML] { pairs.map { Views.hidden($0.0, $0.1) } }

  // With nothing set these fields are the same for everybody with the same language, scale and year.
  private static let kept = Mutex<[String: HTML]>([:])

  private static func usual(_ frame: Frame, _ scale: Scale) -> HTML {
    let key = "\(frame.t.language.rawValue) \(scale.rawValue) \(frame.dates.today.parts.year)"
    if let known = kept.withLock({ $0[key] }) { return known }
    let made = more(LibraryStore.Filter(), frame, scale)
    kept.withLock { $0[key] = made }
    return made
  }

  private static func more(_ filter: LibraryStore.Filter, _ frame: Frame, _ scale: Scale) -> HTML {
    let t = frame.t
    let year = frame.dates.today.parts.year
    var decades = stride(from: year / 10 * 10, through: 1900, by: -10).map { $0 }
    if let decade = filter.decade, !decades.contains(decade) { decades.append(decade) }
    var ratings = [("none", t(.filterUnrated))] + ratingChoices(scale).map { ($0.text, words($0, scale, t)) }
    if let rating = filter.rating, !ratings.contains(where: { $0.0 == rating.text }) {
      ratings.append((rating.text, words(rating, scale, t)))
    }
    var codes = countries
    if let country = filter.country, !codes.contains(country) { codes.append(country) }
    let named = codes.map { ($0, Countries.name($0, t.language)) }.sorted { Folding.fold($0.1) < Folding.fold($1.1) }
    let any = [("", t(.filterAny))]
    return """
      \(select("decade", t(.filterDecade), any + decades.map { (String($0), decadeName($0, t)) },
        filter.decade.map(String.init) ?? ""))
      \(select("country", t(.filterCountry), any + named, filter.country ?? ""))
      \(select("runtime", t(.filterRuntime), any + LibraryStore.Runtime.allCases.map { ($0.rawValue, words($0, t)) },
        filter.runtime?.rawValue ?? ""))
      \(select("rating", t(.filterRating), any + ratings, filter.rating?.text ?? ""))
      <label>\(t(.filterWatched)) <input name="watched" type="number" inputmode="numeric" min="1880" max="2100" \
      value="\(filter.watched.map(String.init) ?? "")"></label>
      <label class="check"><input type="checkbox" name="favourite" value="1"\
      \(filter.isFavourite ? " checked" as HTML : HTML())> \(t(.filterFavourites))</label>
      """
  }

  /// Where films and shows of the catalogue come from, and what is likely to come; another one that stands in the
  /// address is added.
  private static let countries = [
    "AE", "AM", "AR", "AT", "AU", "BA", "BE", "BF", "BG", "BR", "BW", "BY", "CA", "CH", "CL", "CN", "CO", "CU", "CZ",
    "DE", "DK", "DZ", "EE", "EG", "ES", "FI", "FR", "GB", "GE", "GH", "GR", "HK", "HR", "HU", "ID", "IE", "IL", "IN",
    "IR", "IS", "IT", "JO", "JP", "KE", "KH", "KR", "KZ", "LB", "LT", "LU", "LV", "MA", "MK", "ML", "MR", "MX", "MY",
    "NG", "NL", "NO", "NZ", "PE", "PH", "PK", "PL", "PS", "PT", "QA", "RO", "RS", "RU", "SA", "SE", "SG", "SI", "SK",
    "SN", "TH", "TN", "TR", "TW", "UA", "US", "UY", "VE", "VN", "ZA",
  ]

  private static func ratingChoices(_ scale: Scale) -> [LibraryStore.Rating] {
    // A rating is shown rounded to the nearest step: from half a step below it is that step.
    let half = scale == .hundred ? 0 : 5
    return [90, 80, 70, 60, 50].map { .range($0 - half, 100) } + [.range(0, 49 - half)]
  }

  private static func words(_ rating: LibraryStore.Rating, _ scale: Scale, _ t: Texts) -> String {
    switch rating {
    case .none: t(.filterUnrated)
    case .range(let from, 100): t(.filterRatingFrom, ["n": scale.shown(from), "best": scale.best])
    case .range(let from, let to):
      t(.filterRatingRange, ["from": scale.shown(from), "to": scale.shown(to), "best": scale.best])
    }
  }

  private static func words(_ runtime: LibraryStore.Runtime, _ t: Texts) -> String {
    switch runtime {
    case .short: t(.filterRuntimeUnder, ["n": "90"])
    case .usual: t(.filterRuntimeRange, ["from": "90", "to": "120"])
    case .long: t(.filterRuntimeRange, ["from": "120", "to": "150"])
    case .longest: t(.filterRuntimeOver, ["n": "150"])
    }
  }

  private static func decadeName(_ decade: Int, _ t: Texts) -> String { t(.decadeName, ["decade": String(decade)]) }

  static func select(
    _ name: String, _ label: String, _ options: [(String, String)], _ current: String, submits: Bool = false
  ) -> HTML {
    """
    <label>\(label) <select name="\(name)"\(submits ? " data-submit" as HTML : HTML())>\(options.map { value, text in
      "<option value=\"\(value)\"\(value == current ? " selected" as HTML : HTML())>\(text)</option>" as HTML
    })</select></label>
    """
  }

  // MARK: - Those that are set

  /// A chip for each filter that no tab and no open select shows, with a link that takes it away.
  static func active(_ model: LibraryViews.Model, _ t: Texts, scale: Scale) -> HTML {
    let chips = set(model, t, scale)
    if chips.isEmpty { return HTML() }
    return """
      <ul class="chips set" aria-label="\(t(.filtersSet))">\(chips.map { text, path -> HTML in
        """
        <li><a class="chip" href="\(path)"><span class="hidden">\(t(.filterRemove)) </span>\(text) \
        <span aria-hidden="true">×</span></a></li>
        """
      })</ul>
      """
  }

  private static func set(_ model: LibraryViews.Model, _ t: Texts, _ scale: Scale) -> [(String, String)] {
    let filter = model.filter
    var chips: [(String, String)] = []
    func add(_ text: String?, _ change: (inout LibraryStore.Filter) -> Void) {
      if let text { chips.append((text, model.path(change))) }
    }
    add(filter.kind.map { t($0 == .movie ? .kindMovies : .kindShows) }) { $0.kind = nil }
    add(filter.genre.map { Views.genre($0, t) }) { $0.genre = nil }
    add(filter.decade.map { decadeName($0, t) }) { $0.decade = nil }
    add(filter.country.map { Countries.name($0, t.language) }) { $0.country = nil }
    add(model.person) { $0.person = nil }
    add(filter.runtime.map { words($0, t) }) { $0.runtime = nil }
    add(filter.rating.map { words($0, scale, t) }) { $0.rating = nil }
    add(filter.watched.map { t(.filterWatchedIn, ["year": String($0)]) }) { $0.watched = nil }
    add(filter.isFavourite ? t(.filterFavourites) : nil) { $0.isFavourite = false }
    add(filter.text == nil ? nil : t(.filterNamed, ["name": model.text])) { $0.text = nil }
    return chips
  }

  /// Keeps the filters and the order as a list that fills itself.
  static func save(_ model: LibraryViews.Model, _ t: Texts) -> HTML {
    if let list = model.changed {
      return """
        <form class="row" method="post" action="\(URLs.list(list.id))" data-plain>\
        \(Views.hidden("back", URLs.list(list.id)))\
        \(Views.hidden("rule", LibraryQuery.rule(model.filter, text: model.text)))
        <button class="btn pri">\(t(.librarySaveIn, ["name": list.name]))</button></form>
        """
    }
    guard model.filter.isNarrowed || model.filter.status != nil || model.filter.kind != nil else { return HTML() }
    return """
      <details class="saveview"><summary>\(t(.librarySave))</summary>
      <form class="row" method="post" action="/lists" data-plain>\
      \(Views.hidden("rule", LibraryQuery.rule(model.filter, text: model.text)))
      <label>\(t(.librarySaveName)) <input name="name" required maxlength="100"></label>
      <button class="btn small">\(t(.save))</button></form></details>
      """
  }
}
