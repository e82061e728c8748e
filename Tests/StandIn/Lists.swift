internal import Foundation

/// Answers about many works.
extension Fixtures {
  /// A page of rows.
  func page(_ rows: [JSONValue], _ query: [String: String]) -> JSONValue {
    let number = max(1, Int(query["page"] ?? "") ?? 1)
    // Beyond TMDB's own last page there is nothing, so the product cannot overflow.
    let skipped = (min(number, 501) - 1) * pageSize
    return [
      "page": .int(number), "results": .array(Array(rows.dropFirst(skipped).prefix(pageSize))),
      "total_pages": .int((rows.count + pageSize - 1) / pageSize), "total_results": .int(rows.count),
    ]
  }

  /// A page of works as rows.
  func page(_ titles: [TMDB.Title], _ query: [String: String], named: Bool) -> JSONValue {
    page(titles.compactMap { row($0, query["language"], named: named) }, query)
  }

  // MARK: Search

  /// Works of some kinds of which every word of the query begins a word of a name.
  func search(_ kinds: [TMDB.Kind], _ query: [String: String], named: Bool) -> JSONValue {
    let wanted = Self.words(query["query"] ?? "")
    let year = query["year"] ?? query["primary_release_year"] ?? query["first_air_date_year"] ?? ""
    let found = kinds.flatMap { all($0) }.filter { title, work in
      guard !wanted.isEmpty, isAllowed(work, query) else { return false }
      if !year.isEmpty, title.kind != .person, !Self.day(of: work).hasPrefix(year) { return false }
      let words = names(work).flatMap(Self.words)
      return wanted.allSatisfy { part in words.contains { $0.hasPrefix(part) } }
    }
    return page(found.map(\.title), query, named: named)
  }

  private func names(_ work: JSONValue) -> [String] {
    let alternative = work["alternative_titles"]["titles"].array + work["alternative_titles"]["results"].array
    let translated = work["translations"]["translations"].array.map { $0["data"] }
    let own = ["title", "name", "original_title", "original_name"].map { work[$0] }
    let all = own + alternative.map { $0["title"] } + translated.flatMap { [$0["title"], $0["name"]] }
    return (all + work["also_known_as"].array).compactMap(\.string)
  }

  /// The words of a text without case and accents.
  static func words(_ text: String) -> [String] {
    let folded = text.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    return folded.split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  private func isAllowed(_ work: JSONValue, _ query: [String: String]) -> Bool {
    query["include_adult"] == "true" || !work["adult"].isTrue
  }

  /// When a work first came out; empty when nobody knows.
  static func day(of work: JSONValue) -> String {
    work["release_date"].string ?? work["first_air_date"].string ?? ""
  }

  // MARK: Lists

  /// The films or shows of a named list; nil for a name that the kind does not have.
  func list(_ name: String, _ kind: TMDB.Kind, _ query: [String: String]) -> JSONValue? {
    let all = all(kind).filter { isAllowed($0.work, [:]) }
    let (before, after) = (Self.day(today, plus: -45), Self.day(today, plus: 7))
    func isOut(_ work: JSONValue) -> Bool { before...today ~= Self.day(of: work) }
    func airs(_ work: JSONValue, _ days: ClosedRange<String>) -> Bool {
      seasons(of: work).contains { $0.season["episodes"].array.contains { days ~= $0["air_date"].string ?? "" } }
    }
    let found: [(title: TMDB.Title, work: JSONValue)]
    switch (kind, name) {
    case (_, "popular"): found = all
    case (.movie, "top_rated"), (.tv, "top_rated"): found = Self.sorted(all, "vote_average", descending: true)
    case (.movie, "now_playing"): found = all.filter { isOut($0.work) }
    case (.movie, "upcoming"): found = all.filter { Self.day(of: $0.work) > today }
    case (.tv, "airing_today"): found = all.filter { airs($0.work, today...today) }
    case (.tv, "on_the_air"): found = all.filter { airs($0.work, today...after) }
    default: return nil
    }
    var answer = page(found.map(\.title), query, named: false)
    if name == "now_playing" { answer["dates"] = ["minimum": .string(before), "maximum": .string(today)] }
    if name == "upcoming" {
      let days = found.map { Self.day(of: $0.work) }
      answer["dates"] = ["minimum": .string(days.min() ?? today), "maximum": .string(days.max() ?? today)]
    }
    return answer
  }

  /// Films or shows by genre, year, language and first day, sorted as asked; other filters are ignored.
  func discover(_ kind: TMDB.Kind, _ query: [String: String]) -> JSONValue {
    let date = kind == .movie ? "primary_release_date" : "first_air_date"
    let genres = (query["with_genres"] ?? "").split { $0 == "," || $0 == "|" }.compactMap { Int($0) }
    let isAny = query["with_genres"]?.contains("|") == true
    let year = query["primary_release_year"] ?? query["year"] ?? query["first_air_date_year"] ?? ""
    let found = all(kind).filter { _, work in
      guard isAllowed(work, query), Self.day(of: work).hasPrefix(year) else { return false }
      if let code = query["with_original_language"], work["original_language"].string != code { return false }
      if let least = query[date + ".gte"], Self.day(of: work) < least { return false }
      if let most = query[date + ".lte"], Self.day(of: work) > most { return false }
      let own = work["genres"].array.compactMap { $0["id"].int }
      return genres.isEmpty || (isAny ? genres.contains(where: own.contains) : genres.allSatisfy(own.contains))
    }
    let sort = (query["sort_by"] ?? "popularity.desc").split(separator: ".").map(String.init)
    let member = sort.first == "primary_release_date" ? "release_date" : sort.first ?? "popularity"
    return page(Self.sorted(found, member, descending: sort.last != "asc").map(\.title), query, named: false)
  }

  /// The most popular of one kind, or of all.
  func trending(_ kinds: [TMDB.Kind], _ query: [String: String]) -> JSONValue {
    let found = kinds.flatMap { all($0) }.filter { isAllowed($0.work, [:]) }
    return page(Self.sorted(found, "popularity", descending: true).map(\.title), query, named: true)
  }

  private static func sorted(
    _ works: [(title: TMDB.Title, work: JSONValue)], _ member: String, descending: Bool
  ) -> [(title: TMDB.Title, work: JSONValue)] {
    works.sorted { one, other in
      let members = (one.work[member], other.work[member])
      let (first, second) = descending ? (members.1, members.0) : members
      if let first = first.string, let second = second.string, first != second { return first < second }
      let (number, another) = (first.double ?? 0, second.double ?? 0)
      return number == another ? one.title.id < other.title.id : number < another
    }
  }

  // MARK: By another id

  /// Everything that another catalogue knows by this id: `imdb_id`, `tvdb_id`, `wikidata_id`.
  func find(_ id: String, source: String, _ language: String?) -> JSONValue {
    func matches(_ work: JSONValue) -> Bool {
      let value = work["external_ids"][source]
      return value.string == id || value.int.map(String.init) == id
    }
    var answer: JSONValue = [:]
    for kind in [TMDB.Kind.movie, .tv, .person] {
      let found = all(kind).filter { matches($0.work) }
      answer[kind.rawValue + "_results"] = .array(found.compactMap { row($0.title, language, named: true) })
    }
    var (seasonRows, episodeRows): ([JSONValue], [JSONValue]) = ([], [])
    for (title, show) in all(.tv) {
      for (number, season) in seasons(of: show) {
        if matches(season) {
          var row = localized(season, language).only(["air_date", "id", "name", "overview", "poster_path"])
          row["season_number"] = .int(number)
          row["show_id"] = .int(title.id)
          row["episode_count"] = .int(season["episodes"].array.count)
          row["vote_average"] = season["vote_average"]
          seasonRows.append(row.with(["media_type": "tv_season"]))
        }
        episodeRows += season["episodes"].array.filter(matches).map {
          episode($0, of: show, language).without(["crew", "guest_stars"]).with(["media_type": "tv_episode"])
        }
      }
    }
    answer["tv_season_results"] = .array(seasonRows)
    answer["tv_episode_results"] = .array(episodeRows)
    return answer
  }

  // MARK: Days

  /// The day as TMDB writes it so many days later; the same text when it is no day.
  static func day(_ text: String, plus days: Int) -> String {
    guard let day = date(text) else { return text }
    return day.addingTimeInterval(Double(days) * 86_400).formatted(.iso8601.year().month().day())
  }

  /// How many days lie between two; nil when one is no day.
  static func days(from first: String, to last: String) -> Int? {
    guard let first = date(first), let last = date(last) else { return nil }
    return Int((last.timeIntervalSince(first) / 86_400).rounded())
  }

  private static func date(_ text: String) -> Date? {
    try? Date(text, strategy: .iso8601.year().month().day())
  }
}
