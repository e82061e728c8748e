/// Reads the starter catalogue's text: records of `key value` lines, an empty line between them.
enum StarterReader {
  /// What is wrong with a record.
  struct Mistake: Error, Sendable, CustomStringConvertible {
    let line: Int
    let sentence: String
    var description: String { "line \(line): \(sentence)" }
  }

  /// The genres a record may have.
  static let genres: Set<String> = [
    "Action", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy",
    "History", "Horror", "Music", "Musical", "Mystery", "News", "Reality", "Romance", "Science fiction", "Short",
    "Soap",
    "Sport", "Talk", "Thriller", "War", "Western",
  ]

  /// Every title of a file.
  static func read(_ text: String) throws(Mistake) -> [NewTitle] {
    var titles: [NewTitle] = []
    var current: NewTitle?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty || line.hasPrefix("#") {
        if let title = current { titles.append(title) }
        current = nil
        continue
      }
      let halves = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard halves.count == 2, !halves[1].isEmpty else {
        throw Mistake(line: number + 1, sentence: "no value: \(line)")
      }
      if var title = current {
        guard set(halves[0], halves[1], in: &title) else {
          throw Mistake(line: number + 1, sentence: "\(title.name): cannot read \(line)")
        }
        current = title
      } else {
        guard ["film", "show"].contains(halves[0]) else {
          throw Mistake(line: number + 1, sentence: "a record begins with film or show, not \(line)")
        }
        current = NewTitle(kind: halves[0] == "film" ? .movie : .show, name: halves[1])
      }
    }
    if let title = current { titles.append(title) }
    return titles
  }

  private static func set(_ key: String, _ value: String, in title: inout NewTitle) -> Bool {
    switch key {
    case "year":
      title.year = Int(digits: value)
      return title.year != nil
    case "date":
      title.released = Day(value)
      return title.released != nil
    case "orig": title.originalName = value
    case "aka": title.otherNames.append(value)
    case "imdb": title.imdbID = value
    case "tmdb":
      title.tmdbID = Int(digits: value)
      return title.tmdbID != nil
    case "genres": title.genres = list(value)
    case "runtime":
      title.runtime = Int(digits: value)
      return title.runtime != nil
    case "countries": title.countries = list(value).joined(separator: ",")
    case "languages": title.languages = list(value).joined(separator: ",")
    case "by": title.makers = list(value)
    case "cast": title.cast = list(value)
    case "weight":
      let written = Int(digits: value) ?? 0
      title.weight = Popularity.weight(starter: written)
      return (1...100).contains(written)
    case "state": title.hasEnded = value == "ended"
    case "season": return season(value, in: &title)
    case "ep": return episode(value, in: &title)
    case "about": title.overview = value
    default: return false
    }
    return true
  }

  private static func list(_ value: String) -> [String] {
    var seen: Set<String> = []
    return value.split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init).filter {
      seen.insert($0).inserted
    }
  }

  private static func season(_ value: String, in title: inout NewTitle) -> Bool {
    let parts = value.split(separator: " ")
    guard parts.count >= 2, let number = Int(digits: parts[0]), let count = Int(digits: parts[1]), count > 0,
      !title.seasons.contains(where: { $0.number == number })
    else { return false }
    title.seasons.append(
      NewSeason(number: number, episodes: count, year: parts.count > 2 ? Int(digits: parts[2]) : nil))
    return true
  }

  private static func episode(_ value: String, in title: inout NewTitle) -> Bool {
    let parts = value.split(separator: " ", maxSplits: 3).map(String.init)
    guard parts.count >= 3, let season = Int(parts[0]), let number = Int(parts[1]),
      let place = title.seasons.firstIndex(where: { $0.number == season }),
      (1...title.seasons[place].episodes).contains(number), parts[2] == "?" || Day(parts[2]) != nil,
      title.seasons[place].known[number] == nil
    else { return false }
    title.seasons[place].known[number] = (Day(parts[2]), parts.count > 3 ? parts[3] : "")
    return true
  }
}
