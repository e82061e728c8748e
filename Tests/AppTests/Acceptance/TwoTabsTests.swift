import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

/// Forms that come twice, at once, late, or after something else.
@Suite struct TwoTabsTests {
  @Test func twoTabsThatTickTheSameEpisodeAtOnceMakeOnePlay() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let before = try await site.record("alice")
      let fields = ["episode": "\(try await site.episode(SmallCatalogue.six, 1, 1))"]
      async let one = alice.post("/titles/2/plays", fields)
      async let two = alice.post("/titles/2/plays", fields)
      async let three = alice.post("/titles/2/plays", fields)
      let answers = [try await one, try await two, try await three]
      #expect(answers.allSatisfy { $0.status == .seeOther } && Set(answers.map(\.done)).count == 1)
      #expect(try await site.number("SELECT count(*) FROM plays") == 1)
      #expect(try await site.number("SELECT count(*) FROM activities") == 1)
      _ = try await alice.post("/activity/\(try #require(answers[0].done))/undo")
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func aPlayThatOneTabRemovedIsGoneForTheOther() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)"])
      let play = try await site.number("SELECT max(id) FROM plays")
      #expect(try await alice.post("/plays/\(play)/delete").status == .seeOther)
      let tables = try await site.tables()
      #expect(try await alice.post("/plays/\(play)/delete").status == .notFound)
      #expect(try await alice.post("/plays/\(play)", ["when": "2020"]).status == .notFound)
      #expect(try await site.tables() == tables)
    }
  }

  @Test func whatOneTabMarksAndTheOtherSkipsIsSeen() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let (first, second) = (
        try await site.episode(SmallCatalogue.six, 1, 1), try await site.episode(SmallCatalogue.six, 1, 2)
      )
      _ = try await alice.post("/titles/2/plays", ["episode": "\(first)"])
      #expect(try await alice.post("/episodes/\(first)/skip").done == nil)
      _ = try await alice.post("/episodes/\(second)/skip")
      _ = try await alice.post("/titles/2/plays", ["episode": "\(second)"])
      let third = try await site.episode(SmallCatalogue.six, 1, 3)
      async let mark = alice.post("/titles/2/plays", ["episode": "\(third)"])
      async let skip = alice.post("/episodes/\(third)/skip")
      #expect(try await mark.status == .seeOther)
      #expect(try await skip.status == .seeOther)
      let row = try #require(try await site.shelf("alice", SmallCatalogue.six))
      #expect(row.seen == 3 && row.skipped == 0)
      #expect(try await site.number("SELECT count(*) FROM skips") == 0)
    }
  }

  @Test func twoTabsThatSetOppositeStatesAreUndoneOneAfterTheOther() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let before = try await site.record("alice")
      async let one = alice.post("/titles/2/entry", ["status": "watching"])
      async let two = alice.post("/titles/2/entry", ["status": "dropped"])
      let done = [try await one.done, try await two.done].compactMap { $0 }.sorted()
      #expect(done == [1, 2])
      #expect(try await alice.post("/activity/1/undo").status == .conflict)
      #expect(try await alice.post("/activity/2/undo").status == .seeOther)
      #expect(try await alice.post("/activity/1/undo").status == .seeOther)
      #expect(try await site.record("alice") == before)
    }
  }

  // MARK: The same button twice

  /// The hidden fields of the first form of a page that is sent to an address.
  private static func form(_ page: String, to path: String) -> [String: String] {
    let after = page.components(separatedBy: "<form method=\"post\" action=\"\(path)\">").dropFirst().first ?? ""
    let form = after.components(separatedBy: "</form>")[0]
    let inputs = form.matches(of: /<input type="hidden" name="([^"]+)" value="([^"]*)">/)
    return Dictionary(inputs.map { (String($0.1), String($0.2).replacing("&amp;", with: "&")) }) { $1 }
  }

  @Test func twoClicksTwoSecondsApartOnTheMainButtonAreOnePlay() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      // The second round is a second viewing: its page has a mark of its own against the second click.
      for plays in 1...3 {
        var fields = Self.form(try await alice.get("/titles/1").body, to: "/titles/1/plays")
        #expect(fields["back"] != nil && (fields["once"] != nil) == (plays > 1))
        #expect((fields["again"] == "1") == (plays > 1))
        fields["when"] = "now"
        let first = try await alice.post("/titles/1/plays", fields)
        site.clock.advance(seconds: 2)
        let second = try await alice.post("/titles/1/plays", fields)
        #expect(first.done != nil && first.done == second.done)
        #expect(try await site.number("SELECT count(*) FROM plays") == plays)
        site.clock.advance(seconds: 3_600)
      }
    }
  }

  @Test func theNextButtonOfAShowTwiceIsOneEpisode() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/2/entry", ["status": "watching"])
      var fields = Self.form(try await alice.get("/titles/2").body, to: "/titles/2/plays")
      fields["episode"] = "\(try await site.episode(SmallCatalogue.six, 1, 1))"
      for _ in 0..<2 {
        #expect(try await alice.post("/titles/2/plays", fields).status == .seeOther)
        site.clock.advance(seconds: 2)
      }
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.plays == 1)
    }
  }

  // MARK: Undo

  @Test func undoOfAnUndoneThingSaysThatItWasUndone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let tick = try #require(try await alice.post("/titles/1/plays").done)
      #expect(try await alice.post("/activity/\(tick)/undo").status == .seeOther)
      // The same thing done anew is another one: it stays.
      site.clock.advance(seconds: 120)
      _ = try await alice.post("/titles/1/plays")
      let tables = try await site.tables()
      for back in ["/activity", "/titles/1"] {
        let again = try await alice.post("/activity/\(tick)/undo", ["back": back])
        #expect(again.status == .seeOther && again.location == "\(back)?done=\(tick)")
        #expect(try await alice.get(again.location).body.contains("Undone: Marked watched"), "\(back)")
      }
      #expect(try await site.tables() == tables)
    }
  }

  @Test func undoAfterALaterChangeIsRefusedAndNamesIt() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let first = try await site.episode(SmallCatalogue.six, 1, 1)
      _ = try await alice.post("/titles/4/plays", ["all": "1", "when": "2020"])
      let before = try await site.tables()
      let rows: [(one: (String, [String: String]), other: (String, [String: String]), says: String)] = [
        (
          ("/titles/2/plays", ["episode": "\(first)"]), ("/plays/{plays}", ["when": "2019"]),
          "Season of Six: Changed the date of S1 E1"
        ),
        (
          ("/titles/2/plays", ["episode": "\(first)"]), ("/plays/{plays}/delete", [:]), "Season of Six: Took back S1 E1"
        ),
        (
          ("/episodes/\(first)/skip", ["skip": "1"]), ("/titles/2/plays", ["episode": "\(first)"]),
          "Season of Six: Marked S1 E1"
        ),
        (("/titles/4/passes", ["name": ""]), ("/passes/{passes}", ["name": "Winter"]), "Sixteen: Renamed the rewatch"),
        (
          ("/episodes/\(first)/rating", ["rating": "40"]), ("/episodes/\(first)/rating", ["rating": "90"]),
          "Season of Six: Rated S1 E1 9 of 10"
        ),
        (("/lists", ["name": "Noir"]), ("/lists/{lists}", ["name": "Film noir"]), "Changed the list “Film noir”"),
        (
          ("/library/titles", ["title": "5", "act": "favourite"]), ("/titles/5/entry", ["favourite": "0"]),
          "Amélie: No longer a favourite"
        ),
      ]
      for row in rows {
        let done = try #require(try await alice.post(row.one.0, row.one.1).done, "\(row.one)")
        let path = try await Self.filled(row.other.0, site)
        let later = try #require(try await alice.post(path, row.other.1).done, "\(path)")
        let refused = try await alice.post("/activity/\(done)/undo")
        #expect(refused.status == .conflict && refused.body.contains(row.says), "\(row.says)")
        for activity in [later, done] {
          #expect(try await alice.post("/activity/\(activity)/undo").status == .seeOther, "\(row.says)")
        }
        #expect(try await site.tables() == before, "\(row.says)")
      }
    }
  }

  /// A path with the newest row of a table in the place of its name.
  private static func filled(_ path: String, _ site: Site) async throws -> String {
    path.replacing("{plays}", with: "\(try await site.number("SELECT coalesce(max(id), 0) FROM plays"))")
      .replacing("{passes}", with: "\(try await site.number("SELECT coalesce(max(id), 0) FROM passes"))")
      .replacing("{lists}", with: "\(try await site.number("SELECT coalesce(max(id), 0) FROM lists"))")
  }
}
