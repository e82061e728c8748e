import Foundation
import HTTPTypes
import SQL
import Testing
import Web

@testable import App

@Suite struct CommandTests {
  /// A form that a page offers: where it is posted, and what.
  struct Offered {
    let path: String
    let sentence: String
    var fields: [String: String]
  }

  /// The offers of a page, in their order.
  static func offers(_ page: String) -> [Offered] {
    page.components(separatedBy: "<li class=\"result offer\"").dropFirst().map { piece in
      let row = piece.components(separatedBy: "</li>")[0]
      func between(_ start: String, _ end: String) -> String {
        let after = row.components(separatedBy: start)
        return after.count < 2 ? "" : after[1].components(separatedBy: end)[0]
      }
      let inputs = row.components(separatedBy: "<input type=\"hidden\" name=\"").dropFirst().map { input in
        let parts = input.components(separatedBy: "\"")
        return (parts[0], parts[2].replacing("&amp;", with: "&"))
      }
      let sentence = row.components(separatedBy: "<p id=\"offer-").last ?? ""
      return Offered(
        path: between("action=\"", "\""),
        sentence: sentence.components(separatedBy: ">").dropFirst().first?.components(separatedBy: "<")[0] ?? "",
        fields: Dictionary(inputs) { $1 })
    }
  }

  static func search(_ person: Person, _ text: String, _ more: String = "") async throws -> Answer {
    try await person.get("/search?" + URLEncoding.query([("q", text)]) + more)
  }

  @Test func theOfferComesFirstAndIsOneActivityWithOneUndo() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let before = try await site.record("alice")
      let page = try await Self.search(alice, "arrival 9/10 yesterday").body
      let offer = try #require(Self.offers(page).first)
      #expect(offer.sentence == "Rate Arrival (2016) 9 of 10 and mark it watched yesterday")
      #expect(Self.offers(page).count == 1)
      let (first, row) = (
        page.firstRange(of: "class=\"offers\""), page.firstRange(of: "<li class=\"result\" id=\"t1\"")
      )
      #expect(try #require(first).lowerBound < #require(row).lowerBound)
      #expect(try await site.record("alice") == before)

      let answer = try await alice.post(offer.path, offer.fields)
      #expect(answer.status == .seeOther && answer.location.hasPrefix("/search?q=arrival%209%2F10%20yesterday&done="))
      let record = try await site.record("alice")
      #expect(record.contains("\"rating\": 90") && record.contains("\"day\": \"2026-11-22\""))
      #expect(try await site.number("SELECT count(*) FROM activities") == 1)
      #expect(try await site.shelf("alice", SmallCatalogue.arrival)?.status == .completed)
      #expect(try await alice.get(answer.location).body.contains("Marked watched and rated 9 of 10"))

      _ = try await alice.post("/activity/\(try #require(answer.done))/undo")
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func undoGivesBackTheOldRatingAndTheOldIntent() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/entry", ["rating": "40", "status": "dropped", "note": "hm"])
      let before = try await site.record("alice")
      let done = try await alice.post("/titles/1/plays", ["rating": "90", "when": "2026-11-20"])
      #expect(try await site.record("alice").contains("\"rating\": 90"))
      _ = try await alice.post("/activity/\(try #require(done.done))/undo")
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func aRatingAloneOffersToRateAndThenToMarkToo() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let offers = Self.offers(try await Self.search(alice, "arrival 4,5/5").body)
      #expect(offers.map(\.path) == ["/titles/1/entry", "/titles/1/plays"])
      #expect(
        offers.map(\.sentence) == [
          "Rate Arrival (2016) 9 of 10", "Rate Arrival (2016) 9 of 10 and mark it watched today",
        ])
      _ = try await alice.post(offers[0].path, offers[0].fields)
      #expect(try await site.record("alice").contains("\"rating\": 90"))
      #expect(try await site.number("SELECT count(*) FROM plays") == 0)
      // A rating between the steps of the scale is said as it is kept.
      let between = Self.offers(try await Self.search(alice, "arrival 85/100").body)
      #expect(between.first?.sentence == "Rate Arrival (2016) 85 of 100")
      // A show is rated, not marked.
      let show = Self.offers(try await Self.search(alice, "sixteen 9/10").body)
      #expect(show.map(\.path) == ["/titles/4/entry"])
    }
  }

  @Test func episodesSeasonsAndRangesAreOffered() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let third = try await site.episode(SmallCatalogue.six, 1, 3)
      let one = try #require(Self.offers(try await Self.search(alice, "season of six s1e3 yesterday").body).first)
      #expect(one.sentence == "Mark Season of Six (2020) S1 E3 watched yesterday")
      #expect(
        one.path == "/titles/2/plays" && one.fields["episode"] == "\(third)" && one.fields["when"] == "2026-11-22")
      _ = try await alice.post(one.path, one.fields)
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.seen == 1)

      let range = try #require(Self.offers(try await Self.search(alice, "season of six 1x02-1x04").body).first)
      #expect(range.sentence == "Mark Season of Six (2020) S1 E2 to S1 E4 watched today")
      _ = try await alice.post(range.path, range.fields)
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.seen == 3)

      let season = try #require(Self.offers(try await Self.search(alice, "season of six season 1 friday").body).first)
      #expect(season.sentence == "Mark Season 1 of Season of Six (2020) watched on 20 Nov")
      let before = try await site.record("alice")
      let done = try await alice.post(season.path, season.fields)
      #expect(try await site.shelf("alice", SmallCatalogue.six)?.status == .completed)
      _ = try await alice.post("/activity/\(try #require(done.done))/undo")
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func anEpisodeIsRatedWithItsPlayInOneActivity() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let before = try await site.record("alice")
      let third = try await site.episode(SmallCatalogue.six, 1, 3)
      let offer = try #require(
        Self.offers(try await Self.search(alice, "season of six s1e3 9/10 yesterday").body).first)
      #expect(offer.sentence == "Rate Season of Six (2020) S1 E3 9 of 10 and mark it watched yesterday")
      let done = try await alice.post(offer.path, offer.fields)
      #expect(try await alice.get(done.location).body.contains("Marked S1 E3 and rated it 9 of 10"))
      #expect(try await site.number("SELECT count(*) FROM activities") == 1)
      #expect(try await site.number("SELECT rating FROM ratings") == 90)
      // The same play with another rating is the same play.
      _ = try await alice.post(offer.path, offer.fields.merging(["rating": "70"]) { $1 })
      #expect(try await site.number("SELECT count(*) FROM plays") == 1)
      #expect(try await site.number("SELECT rating FROM ratings") == 70)
      for activity in [2, 1] { _ = try await alice.post("/activity/\(activity)/undo") }
      #expect(try await site.record("alice") == before)
      #expect(try await site.number("SELECT count(*) FROM ratings") == 0)

      let alone = Self.offers(try await Self.search(alice, "season of six s1e3 9/10").body)
      #expect(alone.map(\.path) == ["/episodes/\(third)/rating", "/titles/2/plays"])
      #expect(try await alice.post(alone[0].path, alone[0].fields).status == .seeOther)
      #expect(try await site.number("SELECT count(*) FROM plays") == 0)
      let season = Self.offers(try await Self.search(alice, "season of six s1 8/10").body)
      #expect(season.map(\.path) == ["/titles/2/seasons/1/rating", "/titles/2/plays"])
      #expect(season.first?.sentence == "Rate Season 1 of Season of Six (2020) 8 of 10")
      #expect(try await alice.post(season[0].path, season[0].fields).status == .seeOther)
      #expect(try await site.number("SELECT rating FROM ratings WHERE season = 1") == 80)
    }
  }

  @Test func onlyShowsThatHaveTheEpisodeAreOffered() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let both = Self.offers(try await Self.search(alice, "six s1e5").body)
      #expect(Set(both.map(\.path)) == ["/titles/2/plays", "/titles/4/plays"])
      let one = Self.offers(try await Self.search(alice, "six s1e12").body)
      #expect(one.map(\.path) == ["/titles/4/plays"])
      for none in ["sixteen s1e99", "sixteen s7", "sixteen s1e15-17", "arrival s1e1", "qqqq s1e1"] {
        #expect(Self.offers(try await Self.search(alice, none).body).isEmpty, "\(none)")
      }
      #expect(Self.offers(try await Self.search(alice, "sixteen s1e1", "&kind=movie").body).isEmpty)
    }
  }

  @Test func aShowWithADayOffersItsNextEpisode() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let fresh = Self.offers(try await Self.search(alice, "sixteen yesterday").body)
      #expect(fresh.map(\.sentence) == ["Mark Sixteen (2019) S1 E1 watched yesterday"])
      _ = try await alice.post(fresh[0].path, fresh[0].fields)
      let next = Self.offers(try await Self.search(alice, "sixteen watched").body)
      #expect(
        next.map(\.sentence) == ["Mark all of Sixteen (2019) watched today", "Mark Sixteen (2019) S1 E2 watched today"])
      // Episode 3 of the running season airs next week.
      _ = try await alice.post("/titles/3/plays", ["all": "1"])
      #expect(Self.offers(try await Self.search(alice, "still running yesterday").body).isEmpty)
    }
  }

  @Test func plansPausesAndDrops() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for (text, sentence, intent) in [
        ("amelie watchlist", "Add Amélie (2001) to your plan", "planned"),
        ("pause sixteen", "Pause Sixteen (2019)", "paused"),
        ("drop amelie 2/10", "Drop Amélie (2001) and rate it 2 of 10", "dropped"),
      ] {
        let offer = try #require(Self.offers(try await Self.search(alice, text).body).first, "\(text)")
        #expect(offer.sentence == sentence)
        #expect(try await alice.post(offer.path, offer.fields).status == .seeOther)
        #expect(try await site.record("alice").contains("\"status\": \"\(intent)\""), "\(text)")
      }
      #expect(try await site.record("alice").contains("\"rating\": 20"))
    }
  }

  @Test func namesThatLookLikeCommandsStayFindable() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for name in ["Yesterday", "Friday", "50/50", "9/11", "1917", "7 days", "2:22", "S.W.A.T.", "Freaky Friday", "24"]
      {
        _ = try await alice.post("/titles", ["name": name, "kind": "movie"])
        let page = try await Self.search(alice, name).body
        #expect(Self.offers(page).isEmpty, "\(name)")
        #expect(page.contains(">\(name)</a>"), "\(name)")
      }
      let film = Self.offers(try await Self.search(alice, "yesterday 8/10 yesterday").body)
      #expect(film.map(\.sentence) == ["Rate Yesterday 8 of 10 and mark it watched yesterday"])
      // A text that is a name is a command only where the rest is one too; what it finds stays below.
      _ = try await alice.post("/titles", ["name": "Escape Plan", "kind": "movie"])
      _ = try await alice.post("/titles", ["name": "Escape from Somewhere", "kind": "movie"])
      #expect(Self.offers(try await Self.search(alice, "escape plan").body).isEmpty)
      _ = try await alice.post("/titles", ["name": "Escape", "kind": "movie"])
      let page = try await Self.search(alice, "escape plan").body
      #expect(Self.offers(page).map(\.sentence) == ["Add Escape to your plan"])
      #expect(page.contains(">Escape Plan</a>"))
      let list = try await Self.search(alice, "escape plan", "&suggest=1").body
      let (name, offer) = (list.firstRange(of: ">Escape Plan<"), list.firstRange(of: "data-post="))
      #expect(try #require(name).lowerBound < #require(offer).lowerBound)
    }
  }

  @Test func suggestionsBeginWithTheOffer() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let list = try await Self.search(alice, "arrival 9/10 yesterday", "&suggest=1")
      #expect(list.headers[.fragment] == "1")
      let options = list.body.components(separatedBy: "<li ").dropFirst()
      let first = try #require(options.first)
      #expect(first.contains("id=\"q-0\"") && first.contains("data-post=\"/titles/1/plays\""))
      #expect(first.contains("data-fields=\"rating=90&amp;when=2026-11-22\""))
      #expect(options.dropFirst().first?.contains("id=\"q-1\"") == true)
      #expect(options.dropFirst().allSatisfy { !$0.contains("data-post") })
      #expect(!(try await Self.search(alice, "arrival", "&suggest=1").body.contains("data-post")))
    }
  }

  @Test func somebodyElsesTitlesAreNeitherOfferedNorRated() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let charlie = try await site.person("charlie")
      let own = try await alice.post("/titles", ["name": "Home film", "kind": "movie"])
      let title = own.location.dropFirst("/titles/".count).prefix { $0.isNumber }
      #expect(Self.offers(try await Self.search(alice, "home film 9/10 yesterday").body).count == 1)
      for more in ["", "&suggest=1"] {
        let page = try await Self.search(charlie, "home film 9/10 yesterday", more).body
        #expect(Self.offers(page).isEmpty && !page.contains("/titles/\(title)"))
      }
      let refused = try await charlie.post("/titles/\(title)/plays", ["rating": "90", "when": "2026-11-22"])
      #expect(refused.status == .notFound)
      #expect(try await site.number("SELECT count(*) FROM plays") == 0)
    }
  }

  @Test func theFutureIsRefusedWithASentence() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let page = try await Self.search(alice, "arrival 9/10 2030-01-01").body
      #expect(Self.offers(page).isEmpty && page.contains("That day lies in the future"))
      #expect(page.contains(">Arrival</a>"))
      #expect(!(try await Self.search(alice, "arrival 2030-01-01", "&suggest=1").body.contains("data-post")))
      let refused = try await alice.post("/titles/1/plays", ["rating": "90", "when": "2030-01-01"])
      #expect(refused.status == .unprocessableContent && refused.body.contains("lies in the future"))
      #expect(try await site.number("SELECT count(*) FROM activities") == 0)
    }
  }

  @Test func badRatingsAreRefusedAndChangeNothing() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let before = try await site.record("alice")
      let episode = try await site.episode(SmallCatalogue.six, 1, 1)
      for (path, fields, message) in [
        ("/titles/1/plays", ["rating": "101"], "A rating is a number from 0 to 100"),
        ("/titles/1/plays", ["rating": "nine"], "A rating is a number from 0 to 100"),
        ("/titles/2/plays", ["rating": "101", "episode": "\(episode)"], "A rating is a number from 0 to 100"),
        ("/titles/2/plays", ["rating": "90", "season": "1"], "only come with one film or one episode"),
        ("/titles/2/plays", ["rating": "90", "all": "1"], "only come with one film or one episode"),
      ] {
        let answer = try await alice.post(path, fields)
        #expect(answer.status == .unprocessableContent && answer.body.contains(message), "\(fields)")
      }
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func aPlayThatIsThereAlreadyStillGetsItsRating() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2026-11-22"])
      let rated = try await alice.post("/titles/1/plays", ["when": "2026-11-22", "rating": "90"])
      #expect(try await site.number("SELECT count(*) FROM plays") == 1)
      #expect(try await site.record("alice").contains("\"rating\": 90"))
      let again = try await alice.post("/titles/1/plays", ["when": "2026-11-22", "rating": "90"])
      #expect(again.status == .seeOther && rated.done != again.done)
      #expect(try await site.number("SELECT count(*) FROM activities") == 2)
      // The very form sent twice does not bring an old rating back.
      let fields = ["when": "2026-11-21", "rating": "70", "once": "abc"]
      _ = try await alice.post("/titles/1/plays", fields)
      _ = try await alice.post("/titles/1/entry", ["rating": "50"])
      _ = try await alice.post("/titles/1/plays", fields)
      #expect(try await site.record("alice").contains("\"rating\": 50"))
    }
  }

  @Test func yesterdayIsCountedByThePersonsOwnDay() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      // 00:30 on Tuesday in Berlin.
      site.clock.set(Site.now + 3 * 3_600_000_000 + 1_800_000_000)
      let strict = try #require(Self.offers(try await Self.search(alice, "arrival yesterday").body).first)
      #expect(strict.fields["when"] == "2026-11-23" && strict.sentence.hasSuffix("watched yesterday"))
      _ = try await site.database.write { try $0.execute("UPDATE users SET day_end_minutes = 240") }
      let late = try #require(Self.offers(try await Self.search(alice, "arrival yesterday").body).first)
      #expect(late.fields["when"] == "2026-11-22" && late.sentence.hasSuffix("watched yesterday"))
    }
  }

  @Test func thePageWithoutAQuestionExplainsItInEveryLanguage() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      #expect(try await alice.get("/search").body.contains("You can also type what you did"))
      _ = try await site.database.write { try $0.execute("UPDATE users SET language = 'de'") }
      let german = try await Self.search(alice, "arrival 9/10 gestern").body
      #expect(
        Self.offers(german).map(\.sentence) == [
          "Arrival (2016) mit 9 von 10 bewerten und als gesehen markieren: gestern"
        ])
      _ = try await site.database.write { try $0.execute("UPDATE users SET language = 'zz'") }
      for text in ["arrival 9/10", "sixteen s1e3 2026-11-02", "sixteen season 1 in 2024", "arrival 2030-01-01"] {
        let page = try await Self.search(alice, text).body
        let after = page.components(separatedBy: "</h1>").dropFirst().joined()
        let shown = after.components(separatedBy: "<nav class=\"chips\"")[0].replacing(/<[^>]*>/, with: " ")
        let words = shown.matches(of: /[A-Za-z]{2,}/).map { String($0.output) }
        #expect(words.allSatisfy { ["Arrival", "Sixteen"].contains($0) }, "\(text): \(words)")
      }
    }
  }
}
