import Web

/// Every address of the site that a page links to.
enum URLs {
  static let home = "/"
  static let library = "/library"
  static let libraryTitles = "/library/titles"
  static let history = "/history"
  static let historyPlays = "/history/plays"
  static let diary = "/settings/diary"
  static let activity = "/activity"
  static let lists = "/lists"
  static let search = "/search"
  static let discover = "/discover"
  static let settings = "/settings"
  static let importing = "/import"
  static let calendar = "/calendar"
  static let settingsCalendar = "/settings/calendar"
  static let feed = "/settings/calendar/feed"
  static let manifest = "/manifest.webmanifest"
  static let unsent = "/unsent"
  static let stats = "/stats"

  static func login(next: String) -> String {
    next == "/" ? "/login" : "/login?" + URLEncoding.query([("next", next)])
  }

  static func confirm(next: String) -> String { "/confirm?" + URLEncoding.query([("next", next)]) }

  static func title(_ id: Int, name: String) -> String {
    let slug = slug(name)
    return slug.isEmpty ? "/titles/\(id)" : "/titles/\(id)-\(slug)"
  }

  static func season(_ title: Int, _ number: Int) -> String { "/titles/\(title)/seasons/\(number)" }
  static func poster(_ title: Int) -> String { "/posters/\(title).svg" }
  static func person(_ id: Int) -> String { "/people/\(id)" }
  static func plays(_ title: Int) -> String { "/titles/\(title)/plays" }
  static func skips(_ title: Int) -> String { "/titles/\(title)/skips" }
  static func entry(_ title: Int) -> String { "/titles/\(title)/entry" }
  static func rating(episode: Int) -> String { "/episodes/\(episode)/rating" }
  static func rating(title: Int, season: Int) -> String { "/titles/\(title)/seasons/\(season)/rating" }
  static func list(_ list: Int) -> String { "/lists/\(list)" }
  static func listItems(_ list: Int) -> String { "/lists/\(list)/items" }
  static func listItem(_ list: Int, _ item: Int) -> String { "/lists/\(list)/items/\(item)" }
  static func play(_ play: Int) -> String { "/plays/\(play)" }
  static func when(_ activity: Int) -> String { "/activity/\(activity)/when" }

  /// The films of a series.
  static func collection(_ id: Int) -> String { "/collections/\(id)" }
  /// A show's episodes in another order.
  static func order(_ title: Int, _ order: Int) -> String { "/titles/\(title)/orders/\(order)" }
  /// Has a title's facts asked for again.
  static func refresh(_ title: Int) -> String { "/titles/\(title)/refresh" }
  /// Where what is recorded of a title is moved to another one.
  static func relink(_ title: Int, to other: Int? = nil, query: String? = nil) -> String {
    let pairs = [("q", query), ("to", other.map(String.init))].compactMap { name, value in value.map { (name, $0) } }
    return "/titles/\(title)/relink" + (pairs.isEmpty ? "" : "?" + URLEncoding.query(pairs))
  }
  /// The history of one title.
  static func history(title: Int) -> String { "/history?title=\(title)" }

  static func imported(_ activity: Int) -> String { "/import/\(activity)" }
  static func skip(_ episode: Int) -> String { "/episodes/\(episode)/skip" }
  static func undo(_ activity: Int) -> String { "/activity/\(activity)/undo" }

  /// A page of the calendar that begins on a day, or the month of a day.
  static func calendar(from day: Day) -> String { "\(calendar)?from=\(day)" }
  static func calendar(month day: Day) -> String { "\(calendar)?view=month&month=\(day.description.prefix(7))" }
  static func feed(token: String) -> String { "\(calendar)/\(token).ics" }

  static func search(_ query: String, kind: String? = nil) -> String {
    "/search?" + URLEncoding.query([("q", query)] + (kind.map { [("kind", $0)] } ?? []))
  }

  static func stats(year: Int) -> String { "/stats/\(year)" }

  static func stats(_ range: StatisticsRange) -> String {
    let pairs = [
      ("from", range.from?.description), ("to", range.to?.description), ("kind", range.kind?.rawValue),
    ].compactMap { name, value in value.map { (name, $0) } }
    return pairs.isEmpty ? stats : stats + "?" + URLEncoding.query(pairs)
  }

  static func newTitle(_ name: String) -> String { "/titles/new?" + URLEncoding.query([("q", name)]) }

  /// A path with one more pair in its query; the pair replaces one of the same name.
  static func adding(_ name: String, _ value: String, to path: String, fragment: String? = nil) -> String {
    let bare = path.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? path
    let halves = bare.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let kept = (halves.count > 1 ? halves[1] : "").split(separator: "&").filter {
      !$0.hasPrefix(name + "=") && !$0.hasPrefix("done=")
    }
    let query = (kept.map(String.init) + [URLEncoding.query([(name, value)])]).joined(separator: "&")
    return (halves.first ?? "/") + "?" + query + (fragment.map { "#" + $0 } ?? "")
  }

  // ASCII letters and digits of the folded name, words joined by hyphens, at most 60 characters.
  private static func slug(_ name: String) -> String {
    var slug: [UInt8] = []
    for byte in Folding.fold(name).utf8 where slug.count < 60 {
      if (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) {
        slug.append(byte)
      } else if byte == UInt8(ascii: " "), !slug.isEmpty, slug.last != UInt8(ascii: "-") {
        slug.append(UInt8(ascii: "-"))
      }
    }
    while slug.last == UInt8(ascii: "-") { slug.removeLast() }
    return String(decoding: slug, as: UTF8.self)
  }
}
