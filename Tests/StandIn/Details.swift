/// Answers about one work.
extension Fixtures {
  /// A work with the parts that were asked for; nil for one that is not there.
  func details(_ title: TMDB.Title, _ query: [String: String]) -> JSONValue? {
    guard let work = works[title] else { return nil }
    let language = query["language"]
    let names = work.object?.keys.filter { Self.parts.contains($0) || $0.hasPrefix("season/") } ?? []
    var answer = localized(work, language).without(names)
    switch title.kind {
    case .movie: break
    case .tv: addEpisodes(to: &answer, of: work, language)
    case .person: answer["also_known_as"] = answer["also_known_as"].isNull ? [] : answer["also_known_as"]
    case .collection:
      answer = answer.without(["adult"])
      answer["parts"] = .array(rows(work["parts"], language))
    }
    for name in appended(query) {
      if let part = part(name, of: title, language) { answer[name] = part.without(["id"]) }
    }
    return answer
  }

  /// The names in `append_to_response`.
  func appended(_ query: [String: String]) -> [String] {
    (query["append_to_response"] ?? "").split(separator: ",").map(String.init)
  }

  /// One part of a work; nil for a name that no work of its kind has.
  func part(_ name: String, of title: TMDB.Title, _ language: String?) -> JSONValue? {
    guard let work = works[title] else { return nil }
    if name.hasPrefix("season/"), let number = Int(name.dropFirst("season/".count)) {
      return title.kind == .tv ? season(number, of: title.id, ["language": language ?? ""]) : nil
    }
    guard Self.parts.contains(name) else { return nil }
    switch (title.kind, name) {
    case (.person, "combined_credits"): return appearances(title.id, in: [.movie, .tv], language)
    case (.person, "movie_credits"): return appearances(title.id, in: [.movie], language)
    case (.person, "tv_credits"): return appearances(title.id, in: [.tv], language)
    case (_, "credits"), (_, "aggregate_credits"): return work[name].isNull ? nil : credits(work[name])
    case (_, "recommendations"), (_, "similar"):
      return page(rows(work["recommendations"]["results"], language), ["page": "1"])
    case (_, "episode_groups"):
      return work[name].isNull
        ? nil : ["results": .array(work[name]["results"].array.map { $0.without(["groups"]) })]
    default: return work[name].isNull ? nil : work[name]
    }
  }

  /// Rows of the works that a list names by `media_type` and `id`; those that are gone are left out.
  private func rows(_ list: JSONValue, _ language: String?) -> [JSONValue] {
    list.array.compactMap { item in
      guard let kind = TMDB.Kind(rawValue: item["media_type"].string ?? "movie"), let id = item["id"].int else {
        return nil
      }
      return row(TMDB.Title(kind, id), language, named: true)
    }
  }

  // MARK: Shows

  private func addEpisodes(to answer: inout JSONValue, of show: JSONValue, _ language: String?) {
    let seasons = seasons(of: show)
    answer["seasons"] = .array(
      seasons.map { number, season in
        let names = ["air_date", "id", "name", "overview", "poster_path", "vote_average"]
        var row = localized(season, language).only(names)
        row["season_number"] = .int(number)
        row["episode_count"] = .int(season["episodes"].array.count)
        return row
      })
    let regular = seasons.filter { $0.number > 0 }
    let episodes = regular.flatMap { $0.season["episodes"].array }
    answer["number_of_seasons"] = .int(regular.count)
    answer["number_of_episodes"] = .int(episodes.count)
    func shown(_ found: JSONValue?) -> JSONValue {
      found.map { episode($0, of: show, language).without(["crew", "guest_stars"]) } ?? .null
    }
    func isOut(_ episode: JSONValue) -> Bool {
      guard let day = episode["air_date"].string, !day.isEmpty else { return false }
      return day <= today
    }
    let dated = episodes.filter { $0["air_date"].string?.isEmpty == false }
    answer["last_episode_to_air"] = shown(dated.last(where: isOut))
    answer["next_episode_to_air"] = shown(dated.first { !isOut($0) })
    answer["last_air_date"] = dated.last(where: isOut)?["air_date"] ?? .null
    let makers = people(show["created_by"]).array
    answer["created_by"] = .array(makers.map { $0.without(["adult", "known_for_department", "popularity"]) })
  }

  /// A season of a show with the parts that were asked for.
  func season(_ number: Int, of show: Int, _ query: [String: String]) -> JSONValue? {
    guard let work = works[.tv(show)], !work["season/\(number)"].isNull else { return nil }
    let (season, language) = (work["season/\(number)"], query["language"])
    let names = season.object?.keys.filter { Self.parts.contains($0) } ?? []
    var answer = localized(season, language).without(names)
    answer["season_number"] = .int(number)
    answer["networks"] = work["networks"]
    answer["episodes"] = .array(season["episodes"].array.map { episode($0, of: work, language) })
    for name in appended(query) {
      if let part = seasonPart(name, number, of: show, language) { answer[name] = part.without(["id"]) }
    }
    return answer
  }

  /// One part of a season; its credits are those of the show.
  func seasonPart(_ name: String, _ number: Int, of show: Int, _ language: String?) -> JSONValue? {
    guard let season = works[.tv(show)]?["season/\(number)"], !season.isNull, Self.parts.contains(name) else {
      return nil
    }
    if !season[name].isNull { return season[name] }
    let isShared = ["aggregate_credits", "credits", "watch/providers"].contains(name)
    return isShared ? part(name, of: .tv(show), language) : nil
  }

  /// An episode with the parts that were asked for.
  func episode(_ number: Int, season: Int, of show: Int, _ query: [String: String]) -> JSONValue? {
    guard let work = works[.tv(show)] else { return nil }
    let all = work["season/\(season)"]["episodes"].array
    guard let found = all.first(where: { $0["episode_number"].int == number }) else { return nil }
    var answer = episode(found, of: work, query["language"]).without(["order"])
    for name in appended(query) {
      if let part = episodePart(name, found) { answer[name] = part }
    }
    return answer
  }

  /// One part of an episode.
  func episodePart(_ name: String, _ found: JSONValue) -> JSONValue? {
    switch name {
    case "external_ids", "translations": found[name].isNull ? nil : found[name]
    case "credits":
      ["cast": [], "crew": people(found["crew"]), "guest_stars": people(found["guest_stars"])]
    default: nil
    }
  }

  /// An order of episodes with its episodes filled in.
  func episodeGroup(_ id: String, _ language: String?) -> JSONValue? {
    for (_, work) in all(.tv) {
      let groups = work["episode_groups"]["results"].array
      guard var group = groups.first(where: { $0["id"].string == id }) else { continue }
      let known = seasons(of: work).flatMap { $0.season["episodes"].array }
      for place in group["groups"].array.indices {
        let listed = group["groups"][place]["episodes"].array
        group["groups"][place]["episodes"] = .array(
          listed.compactMap { item in
            guard let found = known.first(where: { $0["id"] == item["id"] }) else { return nil }
            return episode(found, of: work, language).without(["crew", "guest_stars"]).with(["order": item["order"]])
          })
      }
      return group
    }
    return nil
  }
}
