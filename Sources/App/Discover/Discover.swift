import Foundation
import Synchronization
import Web

/// What Discover shows, and by which filters.
struct DiscoverQuery: Equatable, Sendable {
  /// Which titles, in which order.
  enum List: String, CaseIterable, Sendable {
    case forYou = "for-you"
    case trending, new, top, coming
    /// The best known: what stands in for a list that has nothing.
    case popular

    /// Those that have a tab.
    static let tabs: [List] = [.forYou, .trending, .new, .top, .coming]
  }

  var list = List.forYou
  var kind: TitleKind?
  var genre: String?
  /// The first year of ten.
  var decade: Int?
  /// ISO 3166-1, where it was made.
  var country: String?
  /// ISO 639-1, in which it was made.
  var language: String?
  /// How long it may last, in minutes.
  var minutes: Int?
  /// Whether only what the person's own services have, in their country.
  var isMine = false
  var person: Int?
  /// From 1.
  var page = 1

  /// How many titles a page has.
  static let pageSize = 24
  /// The last page.
  static let lastPage = 50
  /// Among how many titles one is picked.
  static let picked = 20
  /// For how long a title is new, in days.
  static let newDays = 180

  init() {}

  /// Reads it from an address; what makes no sense is as if it were not there.
  init(_ query: Form) {
    func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
      query[name].flatMap { Int(digits: $0) }.flatMap { range.contains($0) ? $0 : nil }
    }
    list = query["list"].flatMap(List.init) ?? .forYou
    kind = query["kind"].flatMap(TitleKind.init)
    genre = query["genre"].flatMap { $0.isEmpty || $0.utf8.count > 60 ? nil : $0 }
    decade = number("decade", 1880...2100).map { $0 / 10 * 10 }
    country = query["country"].flatMap { Countries.codes.contains($0) ? $0 : nil }
    language = query["language"].flatMap { LanguageNames.isCode($0) ? $0 : nil }
    minutes = number("minutes", 1...1_000)
    isMine = query["mine"] == "1"
    person = number("person", 1...Int.max)
    page = number("page", 1...Self.lastPage) ?? 1
  }

  /// Whether any filter is set.
  var isFiltered: Bool {
    var bare = DiscoverQuery()
    (bare.list, bare.page) = (list, page)
    return bare != self
  }

  /// The pairs of its address, without the page.
  var pairs: [(String, String)] {
    let all: [(String, String?)] = [
      ("list", list == .forYou ? nil : list.rawValue), ("kind", kind?.rawValue), ("genre", genre),
      ("decade", decade.map(String.init)), ("country", country), ("language", language),
      ("minutes", minutes.map(String.init)), ("mine", isMine ? "1" : nil), ("person", person.map(String.init)),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }

  /// The address of its page.
  var path: String { Self.path("/discover", pairs + (page > 1 ? [("page", String(page))] : [])) }

  /// The address at which one of its titles is picked; another turn picks another.
  func pick(turn: Int) -> String {
    Self.path("/discover/pick", pairs + (turn > 0 ? [("turn", String(turn))] : []))
  }

  private static func path(_ path: String, _ pairs: [(String, String)]) -> String {
    pairs.isEmpty ? path : path + "?" + URLEncoding.query(pairs)
  }

  /// The same with something changed, from its first page on.
  func with(_ change: (inout DiscoverQuery) -> Void) -> DiscoverQuery {
    var other = self
    other.page = 1
    change(&other)
    return other
  }
}

/// Why a title is suggested.
enum SuggestionReason: Equatable, Sendable {
  /// How something that the person likes leads to it.
  enum How: Int, Sendable {
    /// It shares genres, people, keywords or its time.
    case content
    /// People here who like the one like the other.
    case watched
    /// TMDB recommends it with it.
    case related
  }

  /// Because of a title that the person rated (0 to 100) or, without a rating, watched.
  case because(title: Int, name: String, rating: Int?, How)
  /// Because it stands on a list.
  case listed(DiscoverQuery.List)
}

/// A title that is suggested.
struct Suggestion: Sendable {
  let card: DetailStore.Card
  let runtime: Int?
  /// The mean of the votes at the source, 0 to 100.
  let score: Int?
  let released: Day?
  let reason: SuggestionReason
}

/// The names of languages, in the language of the reader.
enum LanguageNames {
  private static let known = Mutex<[String: String]>([:])

  /// Those in which most films and shows are made (ISO 639-1).
  static let codes = [
    "ar", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "is", "it", "ja", "ko",
    "ml", "nl", "no", "pl", "pt", "ro", "ru", "sv", "ta", "te", "th", "tr", "uk", "vi", "zh",
  ]

  /// Whether a text can be a language's code: two or three small letters.
  static func isCode(_ text: String) -> Bool {
    (2...3).contains(text.utf8.count) && text.utf8.allSatisfy { (0x61...0x7A).contains($0) }
  }

  /// The name of a language; the code itself when it has none.
  static func name(_ code: String, _ language: Language) -> String {
    known.withLock { known in
      let key = language.rawValue + code
      if let name = known[key] { return name }
      let name = Locale(identifier: language.rawValue).localizedString(forLanguageCode: code) ?? code
      known[key] = name
      return name
    }
  }
}
