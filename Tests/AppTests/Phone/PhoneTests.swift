import Foundation
import HTTPTypes
import SQL
import Testing
import Web

@testable import App

/// The site as an installed application, and ticks that were made without a connection.
@Suite struct PhoneTests {
  @Test func theManifestNamesIconsThatAreThere() async throws {
    try await withSite { (site) async throws in
      let answer = try await site.visitor.get("/manifest.webmanifest", headers: [.acceptLanguage: "de"])
      #expect(answer.headers[.contentType] == "application/manifest+json")
      let manifest = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
      #expect(manifest?["name"] as? String == "FlixList" && manifest?["start_url"] as? String == "/")
      #expect(manifest?["display"] as? String == "standalone" && manifest?["lang"] as? String == "de")
      #expect(manifest?["theme_color"] is String && manifest?["short_name"] is String)
      let icons = try #require(manifest?["icons"] as? [[String: String]])
      #expect(Set(icons.compactMap { $0["sizes"] }).isSuperset(of: ["192x192", "512x512"]))
      #expect(icons.contains { $0["purpose"] == "maskable" })
      for icon in icons {
        let file = try await site.visitor.get(icon["src"] ?? "")
        #expect(file.status == .ok && file.headers[.contentType] == icon["type"], "\(icon)")
      }
      let shortcuts = try #require(manifest?["shortcuts"] as? [[String: String]])
      #expect(shortcuts.compactMap { $0["url"] } == ["/search", "/library", "/calendar"])
      let page = try await site.visitor.get("/").body
      #expect(page.contains("rel=\"manifest\"") && page.contains("apple-touch-icon"))
      #expect(page.contains("name=\"theme-color\" media=\"(prefers-color-scheme: dark)\""))
    }
  }

  @Test func theWorkerNamesTheFilesOfThisVersionAndIsAlwaysAskedFor() async throws {
    try await withSite { (site) async throws in
      let answer = try await site.visitor.get("/sw.js?language=de&theme=dark")
      #expect(answer.headers[.contentType] == "text/javascript; charset=utf-8")
      #expect(answer.headers[.cacheControl] == "no-cache")
      #expect(answer.headers[HTTPField.Name("Content-Security-Policy")!]?.contains("worker-src 'self'") == true)
      for name in Phone.files {
        let path = site.app.assets.path(name)
        #expect(answer.body.contains("\"\(path)\""), "\(name)")
        #expect(try await site.visitor.get(path).status == .ok, "\(name)")
      }
    }
  }

  @Test func thePageWithoutAConnectionIsNobodysInTheLanguageAskedFor() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let path = "/offline?language=de&theme=dark"
      let (hers, nobodys) = (try await alice.get(path).body, try await site.visitor.get(path).body)
      #expect(hers == nobodys)
      #expect(hers.contains("lang=\"de\" data-theme=\"dark\"") && hers.contains("Keine Verbindung"))
      let odd = try await alice.get("/offline?language=zz&theme=%22x")
      #expect(odd.status == .ok && odd.body.contains("lang=\"en\" data-theme=\"system\""))
    }
  }

  @Test func aTickThatWaitedCountsWhenItWasMadeAndOnce() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let episode = try await site.episode(SmallCatalogue.six, 1, 1)
      let fields = ["episode": "\(episode)", "when": "2026-11-22T22:30:05.250Z", "once": "a1"]
      let first = try await alice.post("/titles/2/plays", fields)
      let second = try await alice.post("/titles/2/plays", fields)
      #expect(first.status == .seeOther && first.done != nil && first.done == second.done)
      #expect(try await site.number("SELECT count(*) FROM plays") == 1)
      let at = try #require(Day("2026-11-22")).number * 86_400_000_000 + 81_005_250_000
      #expect(try await site.number("SELECT at FROM plays") == at)
      // Half past eleven in the evening in Berlin.
      #expect(try await site.number("SELECT count(*) FROM plays WHERE day = '2026-11-22' AND precision = 'time'") == 1)
      let before = try await site.record("alice")
      let done = try #require(first.done)
      #expect(try await alice.post("/activity/\(done)/undo").status == .seeOther)
      #expect(try await site.number("SELECT count(*) FROM plays") == 0)
      _ = try await alice.post("/titles/2/plays", fields)
      #expect(try await site.record("alice") == before)
    }
  }

  @Test func twoClicksWithinAMinuteAreOnePlayAlsoWhenTheyAreSentLate() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for (when, plays) in [
        ("2026-11-20T10:00:00Z", 1), ("2026-11-20T10:00:59Z", 1), ("2026-11-20T10:02:00Z", 2), ("now", 3),
        ("2026-11-23T19:59:30Z", 3), ("2026-11-23T20:00:30Z", 3),
      ] {
        #expect(try await alice.post("/titles/1/plays", ["when": when]).status == .seeOther, "\(when)")
        #expect(try await site.number("SELECT count(*) FROM plays") == plays, "\(when)")
      }
    }
  }

  @Test(arguments: [
    "2026-11-23T20:01:01Z", "2027-01-01T00:00:00Z", "2026-11-23T20:00Z", "2026-11-23Z", "Z", "2026-02-30T10:00:00Z",
    "2026-11-22T24:00:00Z", "2026-11-22T10:00:60Z", "2026-11-22T10:00:00.Z", "2026-11-22T10:00:00.1234567Z",
    "2026-11-22T10:00:00+01:00", "1799-01-01T00:00:00Z", "2026-11-22T1:00:00Z",
  ])
  func anInstantThatIsNoneOrLiesAheadIsRefused(_ when: String) async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      #expect(try await alice.post("/titles/1/plays", ["when": when]).status == .unprocessableContent)
      #expect(try await site.number("SELECT count(*) FROM plays") == 0)
    }
  }

  @Test func aClockThatIsALittleAheadIsHeldToOurs() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2026-11-23T20:00:40Z"])
      #expect(try await site.number("SELECT at FROM plays") == Site.now)
    }
  }

  @Test func whatOnePersonMarkedIsNeverWrittenToAnother() async throws {
    try await withSite { (site) async throws in
      let (alice, charlie) = (try await site.person("alice"), try await site.person("charlie"))
      let name = try #require(HTTPField.Name("X-User"))
      let hers = "\(try await site.user("alice"))"
      let refused = try await charlie.post("/titles/1/plays", headers: [name: hers, .fragment: "1"])
      #expect(refused.status == .preconditionFailed && refused.body.contains("Somebody else has logged in"))
      #expect(try await site.number("SELECT count(*) FROM plays") == 0)
      let visitor = try await site.visitor.post("/titles/1/plays", headers: [name: hers])
      #expect(visitor.location.hasPrefix("/login"))
      #expect(try await alice.post("/titles/1/plays", headers: [name: hers]).status == .seeOther)
      #expect(try await alice.get("/").body.contains("data-user=\"\(hers)\""))
      #expect(!(try await site.visitor.get("/").body.contains("data-user")))
    }
  }
}
