import HTTPTypes
import SQL
import Testing

@testable import App

@Suite struct TextsTests {
  @Test func everyLanguageHasEveryTextWithTheSameValues() throws {
    let english = Self.lines("en.txt")
    for language in Language.offered {
      _ = try Texts(language: language, file: Embedded.text(language.rawValue + ".txt"))
      for (key, text) in Self.lines(language.rawValue + ".txt") {
        let forms = text.split(separator: " | ")
        let wanted = Self.values(english[key] ?? "").subtracting(["n"])
        for form in forms {
          #expect(Self.values(String(form)).subtracting(["n"]) == wanted, "\(language.rawValue) \(key)")
        }
        #expect(
          Self.values(text).contains("n") == Self.values(english[key] ?? "").contains("n"),
          "\(language.rawValue) \(key)")
      }
    }
  }

  private static func lines(_ file: String) -> [String: String] {
    var lines: [String: String] = [:]
    for line in Embedded.text(file).split(separator: "\n") where !line.hasPrefix("#") {
      guard let equals = line.firstRange(of: " = ") else { continue }
      lines[String(line[..<equals.lowerBound])] = String(line[equals.upperBound...])
    }
    return lines
  }

  private static func values(_ text: String) -> Set<String> {
    Set(text.matches(of: /\{(\w+)\}/).map { String($0.1) })
  }

  @Test func mistakesInAFileAreNamed() {
    #expect(throws: Texts.Mistake.self) { try Texts(language: .english, file: "skipLink") }
    #expect(throws: Texts.Mistake(sentence: "en: skipLink is missing")) {
      try Texts(language: .english, file: "# nothing")
    }
  }

  @Test func numbersAndPlurals() throws {
    let (en, es, de) = (
      try Texts(language: .english, file: Embedded.text("en.txt")),
      try Texts(language: .spanish, file: Embedded.text("es.txt")),
      try Texts(language: .german, file: Embedded.text("de.txt"))
    )
    #expect(
      en.number(1_234_567) == "1,234,567" && de.number(1_234) == "1.234" && es.number(1_234) == "1234"
        && en.number(-12) == "-12")
    #expect(
      en(.didWatchEpisodes, n: 1) == "Marked 1 episode." && en(.didWatchEpisodes, n: 1_200) == "Marked 1,200 episodes.")
    #expect(Language(accept: "fr-FR, de;q=0.8, en;q=0.5") == .german && Language(accept: "zz") == .english)
  }

  /// In the pseudo-language every text of ours is in other letters: what still reads as English was left in the code.
  @Test func noTextIsLeftInTheCode() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/plays", ["season": "1"])
      _ = try await alice.post("/titles/3/plays", ["episode": "\(try await site.episode(3, 1, 2))"])
      _ = try await alice.post("/titles/1/entry", ["rating": "80"])
      for name in ["Six", "Seven"] { _ = try await alice.post("/lists", ["name": name, "title": "1"]) }
      _ = try await alice.post("/lists/1/items", ["title": "2"])
      _ = try await alice.post("/lists", ["name": "Eight", "rule": "kind=movie"])
      _ = try await site.database.write { try $0.execute("UPDATE users SET language = 'zz'") }
      let root = try await site.person("root")
      var pages = [
        "/", "/library", "/history", "/activity", "/titles/1", "/titles/2", "/titles/3", "/search?q=arrival",
        "/search?q=qqqq",
      ]
      pages += ["/library?view=table&select=1", "/library?runtime=90-120&rating=70-100", "/people/1"]
      pages += [
        "/settings", "/settings/password", "/settings/sessions", "/settings/data", "/import", "/titles/new",
        "/help/keys", "/about", "/unsent", "/nothing", "/lists", "/lists/1?edit=1&done=1", "/lists/3",
      ]
      pages += ["/calendar", "/calendar?view=month", "/settings/calendar"]
      // Names of people, titles, files, keys, zones and languages are nobody's text to translate.
      let names: Set<String> = [
        "flix", "list", "Arrival", "Season", "of", "Six", "Still", "Running", "Alice", "Root", "alice", "root", "bob",
        "charlie",
        "Somebody", "An", "Actor", "FlixList", "IMDb", "One", "Two", "Three", "Four", "A", "film", "called", "Amélie",
        "With",
        "Specials", "Sixteen", "record", "json", "activities", "themoviedb", "TMDB",
        "English", "Español", "Deutsch", "example", "org", "w",
        "u", "j", "k", "Seven", "Eight",
        "g", "h", "l", "x", "e", "c", "s", "y", "Esc", "qqqq", "arrival", "US", "E", "S", "R", "local", "×",
      ]
      for (person, paths) in [(alice, pages), (root, ["/admin/users"])] {
        for path in paths {
          var html = try await person.get(path).body
          // Scripts and choices, the title, tags, references, and the number of a request.
          html = html.replacing(/<(script|style|select|svg)[\s\S]*?<\/\1>/, with: "")
          html = html.replacing(/<title>[\s\S]*?<\/title>/, with: "").replacing(/<[^>]*>/, with: " ")
          html = html.replacing(/&#?\w+;/, with: " ").replacing(/\b[0-9a-f]{12,}\b/, with: " ")
          let words = html.matches(of: /[A-Za-zÀ-ÿ]+/).map { String($0.output) }.filter { !names.contains($0) }
          #expect(words.isEmpty, "\(path)")
        }
      }
    }
  }
}
