// swift-format-ignore-file: NeverForceUnwrap

import Foundation
import HTTPTypes
import SQL
import Testing

@testable import App

/// The feed for calendar programs, and its address.
@Suite struct FeedTests {
  /// Makes an address and gives its path.
  private func make(_ person: Person) async throws -> String {
    let page = try await person.post("/settings/calendar/feed").body
    let address = try #require(page.firstMatch(of: /value="http:\/\/[^\/"]*(\/calendar\/[\w-]{43}\.ics)"/))
    return String(address.1)
  }

  /// The lines of a file, unfolded.
  private func lines(_ body: String) -> [String] {
    body.replacing("\r\n ", with: "").split(separator: "\r\n").map(String.init)
  }

  @Test func whoeverHasTheAddressReadsThatCalendarAndNobodyElses() async throws {
    try await withSite { (site) async throws in
      let (alice, bob) = (try await site.person("alice"), try await site.person("bob"))
      _ = try await alice.post("/titles/3/plays", ["episode": "\(try await site.episode(3, 2, 2))"])
      try await CalendarTests.release(site, 1, "2026-12-24")
      _ = try await bob.post("/titles/1/entry", ["status": "planned"])
      let path = try await make(alice)
      let answer = try await site.visitor.get(path)
      #expect(answer.status == .ok && answer.headers[.contentType] == "text/calendar; charset=utf-8")
      #expect(answer.headers[.cacheControl]?.hasPrefix("private") == true)
      let all = lines(answer.body)
      #expect(all.filter { $0 == "BEGIN:VEVENT" }.count == 4 && all.filter { $0 == "TRANSP:TRANSPARENT" }.count == 4)
      #expect(
        all.filter { $0.hasPrefix("DTSTART") }
          == ["20261109", "20261116", "20261130", "20261207"].map {
            "DTSTART;VALUE=DATE:" + $0
          })
      #expect(all.contains("SUMMARY:Still Running S2 E2") && all.contains("DESCRIPTION:S2 E2\u{A0}· Two\u{A0}· seen"))
      let third = try await site.episode(3, 2, 3)
      #expect(all.contains("UID:episode-\(third)@localhost"))
      #expect(all.contains("URL:http://localhost/titles/3-still-running") && all.contains("CATEGORIES:Show"))
      #expect(!answer.body.contains("Arrival"))
      let bobs = try await site.visitor.get(try await make(bob)).body
      #expect(bobs.contains("SUMMARY:Arrival") && bobs.contains("CATEGORIES:Film") && !bobs.contains("Still Running"))
      #expect(lines(try await site.visitor.get(try await make(site.person("charlie"))).body).count == 9)
    }
  }

  @Test func anUnchangedFeedIsAnsweredWith304() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/entry", ["status": "watching"])
      let path = try await make(alice)
      let tag = try #require(try await site.visitor.get(path).headers[.eTag])
      for known in [tag, "W/" + tag, "\"other\", W/" + tag] {
        let again = try await site.visitor.get(path, headers: [.ifNoneMatch: known])
        #expect(again.status == .notModified && again.body.isEmpty && again.headers[.eTag] == tag, "\(known)")
      }
      _ = try await alice.post("/titles/3/plays", ["episode": "\(try await site.episode(3, 2, 2))"])
      #expect(try await site.visitor.get(path, headers: [.ifNoneMatch: tag]).status == .ok)
    }
  }

  @Test func anAddressEndsWhenItIsRemovedReplacedOrItsAccountIsGone() async throws {
    try await withSite { (site) async throws in
      let (alice, root) = (try await site.person("alice"), try await site.person("root"))
      #expect(try await alice.get("/settings/calendar").body.contains("You have no address yet."))
      let first = try await make(alice)
      #expect(!(try await alice.get("/settings/calendar").body.contains(first)))
      let second = try await make(alice)
      #expect(first != second)
      #expect(try await site.visitor.get(first).status == .notFound)
      #expect(try await site.visitor.get(second).status == .ok)
      #expect(try await alice.post("/settings/calendar/feed/delete").location == "/settings/calendar")
      #expect(try await site.visitor.get(second).status == .notFound)
      #expect(try await alice.post("/settings/calendar/feed/delete").status == .seeOther)

      let third = try await make(alice)
      let id = try await site.user("alice")
      _ = try await root.post("/admin/users/\(id)/disabled", ["disabled": "1"])
      #expect(try await site.visitor.get(third).status == .notFound)
      _ = try await root.post("/admin/users/\(id)/disabled", ["disabled": "0"])
      #expect(try await site.visitor.get(third).status == .ok)
      let again = try await site.person("alice")
      _ = try await again.post("/settings/delete", ["password": Site.password])
      #expect(try await site.visitor.get(third).status == .notFound)
      #expect(try await site.number("SELECT count(*) FROM feeds") == 0)
    }
  }

  @Test func aWrongTokenIsAnsweredLikeAnyMissingPage() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let path = try await make(alice)
      let missing = RouteMatrixTests.bare(try await site.visitor.get("/nothing/here"))
      for wrong in [
        "/calendar/nonsense.ics", "/calendar/.ics", path.replacing(".ics", with: "x.ics"),
        "/calendar/" + String(repeating: "a", count: 3_000) + ".ics", path.replacing(".ics", with: ""),
        path.replacing(".ics", with: ".txt"),
      ] {
        let answer = try await site.visitor.get(wrong)
        #expect(answer.status == .notFound && RouteMatrixTests.bare(answer) == missing, "\(wrong.prefix(60))")
      }
    }
  }

  @Test func theAddressIsInNoLogAndNoTable() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let path = try await make(alice)
      _ = try await site.visitor.get(path)
      _ = try await site.visitor.get(path.replacing(".ics", with: "x.ics"))
      let token = path.split(separator: "/")[1].prefix(20)
      #expect(site.log.lines.contains { $0.contains("/calendar/{token}.ics") })
      #expect(!site.log.lines.contains { $0.contains(token) })
      #expect(try TestDatabase.contents(site).firstRange(of: Data(token.utf8)) == nil)
    }
  }

  @Test func theAddressIsThePublicOneWhereThereIsOne() async throws {
    let setPublic: (inout Config) -> Void = { $0.publicURL = "https://films.example" }
    try await withSite(config: setPublic) { (site) async throws in
      let alice = Person(site: site)
      _ = try await alice.post("/login", ["username": "alice", "password": Site.password])
      #expect(try await alice.post("/settings/calendar/feed").body.contains("value=\"https://films.example/calendar/"))
    }
  }

  @Test func namesAreEscapedFoldedAndHidden() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let name = "Lock, Stock; and \\ Two " + String(repeating: "Übergröße ", count: 12)
      let own = try await alice.post("/titles", ["name": name, "kind": "movie"])
      let title = try #require(Int(own.location.split(separator: "/").last!.prefix { $0.isNumber }))
      try await CalendarTests.release(site, title, "2026-11-30")
      _ = try await alice.post("/titles/\(title)/entry", ["status": "planned"])
      _ = try await alice.post("/titles/3/entry", ["status": "watching"])
      _ = try await site.database.write { connection in
        try connection.execute("UPDATE episodes SET name = 'A\nB' WHERE title_id = 3 AND season = 2 AND number = 3")
      }
      let path = try await make(alice)
      let body = try await site.visitor.get(path).body
      #expect(body.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 75 })
      let all = lines(body)
      let escaped = "Lock\\, Stock\\; and \\\\ Two " + String(repeating: "Übergröße ", count: 12)
      #expect(all.contains { $0.hasPrefix("SUMMARY:" + String(escaped.dropLast())) })
      #expect(all.contains("DESCRIPTION:S2 E3\u{A0}· A\\nB"))
      _ = try await site.database.write { try $0.execute("UPDATE users SET hide_unseen = 1") }
      #expect(lines(try await site.visitor.get(path).body).contains("DESCRIPTION:S2 E3"))
    }
  }

  @Test func theFeedGoesByThePersonsZoneAndEndsAfterHalfAYear() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/3/entry", ["status": "watching"])
      let path = try await make(alice)
      func days() async throws -> Set<String> {
        Set(
          lines(try await site.visitor.get(path).body).filter { $0.hasPrefix("DTSTART") }.map { String($0.suffix(8)) })
      }
      let instant = Zone("America/New_York")!.instant(day: Day("2026-11-30")!, minutes: 21 * 60)
      try await CalendarTests.air(site, 3, "2026-11-30", season: 2, at: instant)
      #expect(try await days() == ["20261201"])
      for (day, isThere) in [
        ("2026-10-24", true), ("2026-10-23", false), ("2027-05-22", true), ("2027-05-23", false),
      ] {
        try await CalendarTests.air(site, 3, day, season: 2)
        #expect(try await days().isEmpty != isThere, "\(day)")
      }
    }
  }
}
