import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

/// What cannot be taken in is refused with its place, and nothing of it is kept.
@Suite struct ImportRefusalTests {
  private static func show(_ rest: String) -> String {
    ImportTests.file("{\"kind\": \"show\", \"name\": \"Sixteen\", \"year\": 2019, \(rest)}")
  }

  private static func play(_ rest: String) -> String {
    show("\"plays\": [{\"season\": 1, \"episode\": 1, \"source\": \"web\", \(rest)}]")
  }

  private static func entry(_ rest: String) -> String {
    show("\"entry\": {\"added\": \"2026-01-01T00:00:00.000000Z\", \(rest)}")
  }

  /// A file, and words of the sentence that refuses it.
  static let mistakes: [(file: String, words: String)] = [
    ("", "not a record.json"), ("[1, 2]", "not a record.json"), ("{\"watched\": []}", "not a record.json"),
    ("{\"format\": \"flixlist-activities\", \"version\": 1}", "not a record.json"),
    ("{\"format\": \"flixlist-record\", \"version\": 3, \"shape\": 1}", "(version 3)"),
    ("{\"format\": \"flixlist-record\"}", "not a record.json"), (ImportTests.empty + "x", "not JSON"),
    (String(entry("\"rating\": 10").dropLast(9)), "ends in the middle"),
    (ImportTests.empty.replacing("\"lists\"", with: "\"extra\""), "extra (line 6): A record has nothing of this name"),
    (entry("\"rating\": 101"), "titles[0].entry.rating (line 2): 101 is not a rating"),
    (entry("\"rating\": 123456789012345678901234567890"), "is not a rating"),
    (entry("\"rating\": 5.5"), "A whole number belongs here, not 5.5"), (entry("\"rating\": \"5\""), "A whole number"),
    (entry("\"favourite\": 1"), "true or false, not 1"), (entry("\"note\": null"), "A text belongs here"),
    (entry("\"note\": \"a\\u0000\""), "NUL"), (entry("\"note\": \"\u{0}\""), "NUL"),
    (entry("\"note\": \"\\ud800\""), "not JSON"),
    (entry("\"note\": \"\(String(repeating: "a", count: 10_001))\""), "too long"),
    (entry("\"status\": \"binged\""), "does not know binged"),
    (entry("\"rating\": 1, \"rating\": 2"), "is there twice"),
    (show("\"entry\": {\"rating\": 1}"), "titles[0].entry.added"),
    (show("\"entry\": {\"added\": \"2031-01-01T00:00:00Z\"}"), "lies in the future"),
    (show("\"entry\": {\"added\": \"yesterday\"}"), "yesterday is not a date"),
    (show("\"plays\": {}"), "A list belongs here"),
    (show("\"x\": [[[[[[[[[[1]]]]]]]]]]"), "nested too deeply"),
    (play("\"precision\": \"week\""), "does not know week"), (play("\"note\": \"\""), "plays[0].precision"),
    (play("\"precision\": \"day\", \"day\": \"2020-02\", \"at\": \"2020-02-01T12:00:00Z\""), "does not fit"),
    (play("\"precision\": \"day\", \"day\": \"2021-02-29\", \"at\": \"2021-02-28T12:00:00Z\""), "is not a date"),
    (play("\"precision\": \"year\", \"day\": \"2020\", \"at\": \"2022-01-01T12:00:00Z\""), "does not fit"),
    (play("\"precision\": \"unknown\", \"day\": \"2020\""), "does not fit"),
    (play("\"precision\": \"time\", \"day\": \"2026-11-23\", \"at\": \"2026-11-23T21:00:00Z\""), "in the future"),
    (play("\"precision\": \"year\", \"day\": \"2027\", \"at\": \"2026-11-23T21:00:00Z\""), "in the future"),
    (play("\"precision\": \"month\", \"day\": \"2020-05\""), "plays[0].at"),
    (play("\"precision\": \"unknown\", \"pass\": 1"), "1 points to nothing"),
    (play("\"precision\": \"unknown\", \"season\": -1"), "twice"),
    (show("\"plays\": [{\"season\": 1, \"precision\": \"unknown\"}]"), "plays[0].episode"),
    (show("\"plays\": [{\"precision\": \"unknown\"}]"), "plays[0].season"),
    (show("\"skips\": [{\"season\": 1, \"episode\": 1}, {\"season\": 1, \"episode\": 1}]"), "skips[1]"),
    (show("\"ratings\": [{\"season\": 1, \"rating\": 1}, {\"season\": 1, \"rating\": 2}]"), "ratings[1]"),
    (
      show("\"passes\": [{\"started\": \"2020-01-01T00:00:00Z\"}, {\"started\": \"2021-01-01T00:00:00Z\"}]"), "Only one"
    ),
    (
      ImportTests.file("{\"kind\": \"movie\", \"name\": \"A\", \"skips\": [{\"season\": 1, \"episode\": 1}]}"),
      "A film has no"
    ),
    (ImportTests.file("{\"kind\": \"opera\", \"name\": \"A\"}"), "opera"),
    (ImportTests.file("{\"kind\": \"movie\"}"), "[0].name"),
    (ImportTests.file("{\"kind\": \"movie\", \"name\": \"A\", \"imdb\": \"nm1\"}"), "does not know nm1"),
    (
      ImportTests.file(
        "",
        lists: "{\"name\": \"L\", \"created\": \"2020-01-01T00:00:00Z\", \"items\": "
          + "[{\"title\": 0, \"added\": \"2020-01-01T00:00:00Z\"}]}"),
      "lists[0].items[0].title (line 3): 0 points to nothing"
    ),
    (list(", \"rule\": \"status=nonsense\""), "lists[0].rule"),
    (
      list(", \"rule\": \"status=planned\", \"items\": [{\"title\": 0, \"added\": \"2020-01-01T00:00:00Z\"}]"),
      "lists[0].items"
    ),
    (list(", \"note\": \"\(String(repeating: "a", count: 2_001))\""), "too long"),
    (
      ImportTests.file(
        "",
        lists: (0...200).map { "{\"name\": \"\($0)\", \"created\": \"2020-01-01T00:00:00Z\"}" }
          .joined(separator: ",")),
      "lists[200]"
    ),
    // One letter under thousands of marks is one character.
    (entry("\"note\": \"a\(String(repeating: "\u{301}", count: 10_001))\""), "too long"),
    (show((0...200).map { "\"k\($0)\": 1" }.joined(separator: ",")), "200"),
    (
      show(
        "\"plays\": ["
          + (0...500).map { "{\"precision\": \"unknown\", \"season\": \($0), \"episode\": 1}" }
          .joined(separator: ",") + "]"),
      "500"
    ),
    (play("\"precision\": \"year\", \"day\": \"1879\", \"at\": \"1879-06-01T12:00:00Z\""), "1879"),
  ]

  private static func list(_ rest: String) -> String {
    ImportTests.file(
      "{\"kind\": \"movie\", \"name\": \"A\"}",
      lists: "{\"name\": \"L\", \"created\": \"2020-01-01T00:00:00Z\"\(rest)}")
  }

  @Test func everyMistakeIsNamedWithItsPlaceAndNothingIsKept() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      for (file, words) in Self.mistakes {
        let refused = try await bob.upload(file)
        #expect(refused.status == .unprocessableContent, "\(file.prefix(200))")
        #expect(
          refused.body.contains(words) && refused.body.contains("Nothing was changed"), "\(words): \(refused.body)")
      }
      #expect(try await site.record("bob") == ImportTests.empty)
      #expect(try await site.number("SELECT count(*) FROM activities") == 0)
    }
  }

  @Test func formsThatAreNoUploadAreRefused() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      #expect(try await bob.post("/import", ["file": "x"]).status == .unsupportedMediaType)
      let none = try await bob.upload("", fileName: "")
      #expect(none.status == .unprocessableContent && none.body.contains("Choose a file first"))
      #expect(try await bob.upload(ImportTests.empty, act: "else").status == .unprocessableContent)
      let type = "multipart/form-data; boundary=x"
      let broken = try await bob.send(
        .post, "/import", headers: [.contentType: type, .fetchSite: "same-origin"], body: "--x\r\n")
      #expect(broken.status == .badRequest)
      let large = try await bob.send(
        .post, "/import",
        headers: [.contentType: type, .fetchSite: "same-origin", .contentLength: "\(80 << 20)"], body: nil)
      #expect(large.status == .contentTooLarge && large.body.contains("64 MB"))
      let cross = try await bob.send(
        .post, "/import", headers: [.contentType: type, .fetchSite: "cross-site"], body: "--x--")
      #expect(cross.status == .forbidden)
      let elsewhere = try await bob.send(
        .post, "/titles/1/entry", headers: [.contentType: type, .fetchSite: "same-origin"], body: "--x--")
      #expect(elsewhere.status == .unsupportedMediaType)
    }
  }

  @Test func aFileLargerThanAFormIsTakenIn() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      let note = String(repeating: "a note ", count: 1_400)
      let plays = (0..<150).map { _ in "{\"precision\": \"unknown\", \"source\": \"web\", \"note\": \"\(note)\"}" }
      let file = ImportTests.file(
        "{\"kind\": \"movie\", \"name\": \"Arrival\", \"year\": 2016, \"plays\": [\(plays.joined(separator: ", "))]}")
      #expect(file.utf8.count > App.maximumFormBytes)
      #expect(try await bob.upload(file).status == .seeOther)
      #expect(try await site.shelf("bob", SmallCatalogue.arrival)?.plays == 150)
    }
  }

  /// The main part of a page.
  private static func main(_ page: String) -> String {
    page.firstRange(of: "<main").map { String(page[$0.lowerBound...]) } ?? ""
  }

  @Test func whatAnImportWouldMakeIsBounded() async throws {
    try await withSite { (site) async throws in
      let number = try await site.user("bob")
      let user = try #require(try await site.database.read { try AccountsStore.user($0, id: number) })
      let title = { (place: Int) in
        "{\"kind\": \"show\", \"name\": \"Own \(place)\", \"plays\": "
          + "[{\"precision\": \"unknown\", \"season\": 1, \"episode\": 1}]}"
      }
      let most = ImportStore.ownLimit
      let file = ImportTests.file((0...most).map(title).joined(separator: ","))
      let record = try RecordImport.read(Array(file.utf8)[...], now: Site.now)
      await #expect(throws: ImportRefusal.self) {
        try await site.database.read { _ = try ImportStore.look($0, user: user.id, record) }
      }
    }
  }

  @Test func aLookWritesNothing() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      let version = try await site.number("SELECT version FROM users WHERE username = 'bob'")
      let looked = try await bob.upload(Self.good, act: "look")
      #expect(looked.status == .ok && looked.body.contains("Sixteen") && looked.body.contains("Titles of your own"))
      #expect(try await site.record("bob") == ImportTests.empty)
      #expect(try await site.number("SELECT version FROM users WHERE username = 'bob'") == version)
      #expect(try await site.number("SELECT count(*) FROM titles WHERE owner_id IS NOT NULL") == 0)
      // And says what the import then says.
      let (imported, counts) = (try await bob.upload(Self.good), { (text: String) in text.filter(\.isNumber) })
      let report = try await bob.get(imported.location.prefix { $0 != "?" }.description).body
      #expect(counts(Self.main(looked.body)).hasPrefix(counts(Self.main(report)).prefix(4)))
    }
  }

  /// Changed at random, a good file is taken in whole or refused whole.
  @Test func noMutationCrashesOrIsHalfTakenIn() async throws {
    try await withSite { (site) async throws in
      let number = try await site.user("bob")
      let user = try #require(try await site.database.read { try AccountsStore.user($0, id: number) })
      let good = Array(Self.good.utf8)
      var random = Seeded(11)
      var taken = 0
      for _ in 0..<300 {
        let file = Self.mutated(good, &random)
        do {
          let record = try RecordImport.read(file[...], now: Site.now)
          try await site.database.write { connection in
            let report = try ImportStore.run(connection, user: user, record, now: Site.now)
            if let activity = report.activity {
              try Journal.undo(connection, user: user, activity: activity, now: Site.now)
            }
          }
          taken += 1
        } catch is ImportMistake {}
        let left = try await site.record("bob")
        if left != ImportTests.empty { Issue.record("\(String(decoding: file, as: UTF8.self))") }
      }
      #expect(taken > 5 && taken < 300)
    }
  }

  private static func mutated(_ good: [UInt8], _ random: inout Seeded) -> [UInt8] {
    var file = good
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0..<file.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: file[place] = UInt8.random(in: 0...255, using: &random)
      case 1: file.remove(at: place)
      case 2: file[place] = UInt8.random(in: 0x30...0x39, using: &random)
      case 3: file.removeSubrange(place..<min(file.count, place + 20))
      default: file.insert(contentsOf: file[place..<min(file.count, place + 30)], at: place)
      }
    }
    return file
  }

  private static let good = ImportTests.file(
    """
    {"kind": "movie", "name": "Arrival", "year": 2016, "entry": {"added": "2026-01-01T00:00:00.000000Z", "rating": 80,
      "note": "ü"}, "plays": [{"at": "2020-01-01T11:00:00.000000Z", "day": "2020",
      "precision": "year", "source": "web"}]},
    {"kind": "show", "name": "Sixteen", "year": 2019, "passes": [{"name": "again", "started": "2021-01-01T00:00:00Z"}],
      "plays": [{"season": 1, "episode": 1, "precision": "unknown", "source": "web"}, {"season": 1, "episode": 17,
      "precision": "unknown", "source": "web", "pass": 1}], "skips": [{"season": 1, "episode": 3}],
      "ratings": [{"season": 1, "rating": 50}, {"season": 1, "episode": 1, "rating": 60}]},
    {"kind": "show", "name": "Own", "own": true, "genres": ["Drama"], "seasons": [{"season": 1, "episodes": 2},
      {"season": 2, "name": "Two", "episodes": [{"episode": 4, "name": "Four", "aired": "2020-01-01"}]}]}
    """,
    lists: """
      {"name": "L", "created": "2026-01-01T00:00:00Z", "items": [{"title": 2, "added": "2026-01-01T00:00:00Z"},
        {"title": 0, "note": "n", "added": "2026-01-01T00:00:00Z"}]}
      """)
}
