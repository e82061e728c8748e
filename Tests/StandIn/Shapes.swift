/// The forms in which one work appears within answers about others.
extension Fixtures {
  /// Members of a work that are there only on request (`append_to_response`), besides `season/N`.
  static let parts: Set<String> = [
    "aggregate_credits", "alternative_titles", "combined_credits", "content_ratings", "credits", "episode_groups",
    "external_ids", "images", "keywords", "movie_credits", "recommendations", "release_dates", "similar",
    "translations", "tv_credits", "videos", "watch/providers",
  ]

  private static let shared = [
    "adult", "backdrop_path", "id", "original_language", "overview", "popularity", "poster_path", "softcore",
    "vote_average", "vote_count",
  ]

  /// A work as a row of a list.
  ///
  /// - Parameter named: with its `media_type`, as lists of several kinds have it.
  func row(_ title: TMDB.Title, _ language: String?, named: Bool) -> JSONValue? {
    guard let work = works[title] else { return nil }
    let local = localized(work, language)
    var row: JSONValue
    switch title.kind {
    case .movie:
      row = local.only(Self.shared + ["original_title", "release_date", "title", "video"])
    case .tv:
      row = local.only(Self.shared + ["first_air_date", "name", "origin_country", "original_name"])
    case .person:
      row = person(title.id, nil)
      row["known_for"] = .array(knownFor(title.id, language))
    case .collection:
      row = local.only(["adult", "backdrop_path", "id", "name", "original_language", "overview", "poster_path"])
      row["original_name"] = local["name"]
    }
    if title.kind == .movie || title.kind == .tv {
      row["genre_ids"] = .array(work["genres"].array.map { $0["id"] })
    }
    if named { row["media_type"] = .string(title.kind.rawValue) }
    return row
  }

  /// A person as a row of credits, with what the credit says.
  func person(_ id: Int, _ credit: JSONValue?) -> JSONValue {
    var row = (works[.person(id)] ?? [:]).only(
      ["adult", "gender", "id", "known_for_department", "name", "popularity", "profile_path"])
    row["original_name"] = row["name"]
    guard let credit else { return row }
    return row.with(credit)
  }

  /// Rows of credits with their people filled in; one whose person is unknown is left out.
  func people(_ credits: JSONValue) -> JSONValue {
    .array(
      credits.array.compactMap { credit in
        guard let id = credit["id"].int, works[.person(id)] != nil else { return nil }
        return person(id, credit)
      })
  }

  /// Cast, crew and guests of a work, a season or an episode, filled in.
  func credits(_ credits: JSONValue) -> JSONValue {
    var filled = credits
    for name in ["cast", "crew", "guest_stars"] where !credits[name].isNull { filled[name] = people(credits[name]) }
    return filled
  }

  private func knownFor(_ id: Int, _ language: String?) -> [JSONValue] {
    let works = (all(.movie) + all(.tv)).filter { found in
      let credits = found.work["credits"]
      return (credits["cast"].array + credits["crew"].array).contains { $0["id"].int == id }
    }
    return works.prefix(3).compactMap { row($0.title, language, named: true) }
  }

  /// What a person was in: rows of works, each with what the credit says.
  func appearances(_ id: Int, in kinds: [TMDB.Kind], _ language: String?) -> JSONValue {
    var answer: JSONValue = ["cast": [], "crew": []]
    for part in ["cast", "crew"] {
      var rows: [JSONValue] = []
      for (title, work) in kinds.flatMap({ all($0) }) {
        for credit in work["credits"][part].array where credit["id"].int == id {
          guard let row = row(title, language, named: kinds.count > 1) else { continue }
          rows.append(row.with(credit.without(["id", "cast_id"])).with(episodes(of: credit, in: work, part)))
        }
      }
      answer[part] = .array(rows)
    }
    return answer
  }

  /// In how many episodes of a show someone appears, and since when; nothing for a film.
  private func episodes(of credit: JSONValue, in work: JSONValue, _ part: String) -> JSONValue {
    let all = work["aggregate_credits"][part].array
    guard let found = all.first(where: { $0["id"] == credit["id"] }) else { return [:] }
    return ["episode_count": found["total_episode_count"], "first_credit_air_date": work["first_air_date"]]
  }

  /// A work in another language: names fall back to the original, descriptions to nothing, as there.
  func localized(_ work: JSONValue, _ language: String?) -> JSONValue {
    guard let language, !language.isEmpty, !language.hasPrefix("en") else { return work }
    var local = work
    let data = translation(of: work, language)
    let isOriginal = work["original_language"].string == String(language.prefix(2))
    for name in ["title", "name"] where !work[name].isNull {
      if let text = data[name].string, !text.isEmpty {
        local[name] = .string(text)
      } else if isOriginal, !work["original_" + name].isNull {
        local[name] = work["original_" + name]
      }
    }
    for name in ["overview", "tagline", "biography"] where !work[name].isNull {
      local[name] = .string(data[name].string ?? "")
    }
    let genres = general["genres"][String(language.prefix(2))]
    let names = genres["movie"].array + genres["tv"].array
    if !work["genres"].isNull {
      local["genres"] = .array(
        work["genres"].array.map { genre in names.first { $0["id"] == genre["id"] } ?? genre })
    }
    return local
  }

  /// What the best translation for `de` or `de-AT` says; null without one.
  func translation(of work: JSONValue, _ language: String) -> JSONValue {
    let (code, region) = (String(language.prefix(2)), String(language.dropFirst(3)))
    let all = work["translations"]["translations"].array.filter { $0["iso_639_1"].string == code }
    return (all.first { $0["iso_3166_1"].string == region } ?? all.first ?? .null)["data"]
  }

  /// An episode as TMDB shows it; without a translation its name is a number, as there.
  func episode(_ episode: JSONValue, of show: JSONValue, _ language: String?) -> JSONValue {
    var shown = credits(episode.without(["external_ids", "translations"]))
    shown["show_id"] = show["id"]
    for name in ["crew", "guest_stars"] where shown[name].isNull { shown[name] = [] }
    guard let language, !language.isEmpty, !language.hasPrefix("en") else { return shown }
    let data = translation(of: episode, language)
    shown["name"] = .string(data["name"].string ?? "Episode \(episode["episode_number"].int ?? 0)")
    shown["overview"] = .string(data["overview"].string ?? "")
    return shown
  }
}
