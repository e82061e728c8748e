/// Which path asks for what.
extension Fixtures {
  /// What TMDB answers to a path below `/3`; nil where it has nothing.
  ///
  /// - Parameter changed: the works that changed, each with its day when it has one.
  func answer(
    _ path: [String], _ query: [String: String], base: String, changed: [(title: TMDB.Title, day: String?)]
  ) -> JSONValue? {
    guard let first = path.first else { return nil }
    let rest = Array(path.dropFirst())
    let language = query["language"]
    switch first {
    case "configuration": return rest.isEmpty ? configuration(base) : nil
    case "search": return rest.count == 1 ? searched(rest[0], query) : nil
    case "find":
      return rest.count == 1 ? find(rest[0], source: query["external_source"] ?? "", language) : nil
    case "genre":
      guard rest.count == 2, rest[1] == "list" else { return nil }
      let local = general["genres"][String((language ?? "en").prefix(2))]
      let genres = (local.isNull ? general["genres"]["en"] : local)[rest[0]]
      return genres.isNull ? nil : ["genres": genres]
    case "watch":
      guard rest.count == 2, rest[0] == "providers", !general["providers"][rest[1]].isNull else { return nil }
      return ["results": general["providers"][rest[1]]]
    case "trending":
      guard rest.count == 2, ["day", "week"].contains(rest[1]) else { return nil }
      if rest[0] == "all" { return trending([.movie, .tv, .person], query) }
      return TMDB.Kind(rawValue: rest[0]).flatMap { $0 == .collection ? nil : trending([$0], query) }
    case "discover":
      guard rest.count == 1, let kind = TMDB.Kind(rawValue: rest[0]), [.movie, .tv].contains(kind) else { return nil }
      return discover(kind, query)
    default:
      guard let kind = TMDB.Kind(rawValue: first), let second = rest.first else { return nil }
      if rest == ["changes"] { return changes(kind, query, changed) }
      if first == "tv", rest.count == 2, second == "episode_group" { return episodeGroup(rest[1], language) }
      if rest.count == 1, let list = list(second, kind, query) { return list }
      return about(kind, second, Array(rest.dropFirst()), query)
    }
  }

  private func configuration(_ base: String) -> JSONValue {
    var answer = general["configuration"]
    answer["images"]["base_url"] = .string(base + "/t/p/")
    answer["images"]["secure_base_url"] = .string(base + "/t/p/")
    return answer
  }

  private func searched(_ name: String, _ query: [String: String]) -> JSONValue? {
    if name == "multi" { return search([.movie, .tv, .person], query, named: true) }
    return TMDB.Kind(rawValue: name).map { search([$0], query, named: false) }
  }

  /// A work, or a part of it, or a season or an episode of it.
  private func about(
    _ kind: TMDB.Kind, _ id: String, _ rest: [String], _ query: [String: String]
  ) -> JSONValue? {
    guard let title = title(kind, id) else { return nil }
    if rest.isEmpty { return details(title, query) }
    let language = query["language"]
    guard kind == .tv, rest[0] == "season" else {
      let name = rest.joined(separator: "/")
      let isList = name == "recommendations" || name == "similar"
      return part(name, of: title, language)?.with(isList ? [:] : ["id": .int(title.id)])
    }
    guard rest.count > 1, let season = Int(rest[1]) else { return nil }
    if rest.count == 2 { return self.season(season, of: title.id, query) }
    guard rest[2] == "episode" else {
      let id = works[title]?["season/\(season)"]["id"] ?? .null
      return seasonPart(rest[2...].joined(separator: "/"), season, of: title.id, language)?.with(["id": id])
    }
    guard rest.count > 3, let number = Int(rest[3]) else { return nil }
    if rest.count == 4 { return episode(number, season: season, of: title.id, query) }
    let all = works[title]?["season/\(season)"]["episodes"].array ?? []
    let found = all.first { $0["episode_number"].int == number }
    return found.flatMap { episodePart(rest[4...].joined(separator: "/"), $0)?.with(["id": $0["id"]]) }
  }

  /// A work by its id, a film also by its id at IMDb.
  private func title(_ kind: TMDB.Kind, _ id: String) -> TMDB.Title? {
    if let number = Int(id) {
      let title = TMDB.Title(kind, number)
      return works[title] == nil ? nil : title
    }
    guard kind == .movie, id.hasPrefix("tt") else { return nil }
    return all(.movie).first { $0.work["external_ids"]["imdb_id"].string == id }?.title
  }

  /// The feed of changed ids; a change without a day is in it whatever days are asked for.
  private func changes(
    _ kind: TMDB.Kind, _ query: [String: String], _ changed: [(title: TMDB.Title, day: String?)]
  ) -> JSONValue {
    var ids: [Int] = []
    for (title, day) in changed where title.kind == kind && !ids.contains(title.id) {
      if let day, let start = query["start_date"], day < start { continue }
      if let day, let end = query["end_date"], day > end { continue }
      ids.append(title.id)
    }
    let rows: [JSONValue] = ids.map { id in
      let adult = works[TMDB.Title(kind, id)]?["adult"] ?? .null
      return ["id": .int(id), "adult": adult, "softcore": false]
    }
    return page(rows, query)
  }
}
