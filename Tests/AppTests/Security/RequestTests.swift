import Foundation
import HTTPTypes
import SQL
import Testing
import Web

@testable import App

/// What comes from outside and must do no harm.
@Suite struct RequestTests {
  @Test(arguments: ["cross-site", "same-site"])
  func aCrossSitePostIsRefused(_ site: String) async throws {
    try await withSite { (world) async throws in
      let alice = try await world.person("alice")
      let answer = try await alice.post("/titles/1/plays", headers: [.fetchSite: site])
      #expect(answer.status == .forbidden)
      #expect(try await world.number("SELECT count(*) FROM plays") == 0)
    }
  }

  @Test func withoutFetchMetadataTheOriginDecides() async throws {
    try await withSite(
      config: { $0.publicURL = "https://films.example" },
      { (site) async throws in
        let alice = Person(site: site)
        _ = try await alice.post("/login", ["username": "alice", "password": Site.password])
        for (origin, expected) in [
          ("https://films.example", 303), ("https://films.example.evil", 403), ("http://films.example", 403),
          ("https://films.example:8443", 403), ("null", 403),
        ] {
          let answer = try await alice.send(
            .post, "/titles/1/entry",
            headers: [.originHeader: origin, .contentType: "application/x-www-form-urlencoded"], body: "rating=50")
          #expect(answer.status.code == expected, "\(origin)")
        }
        let bare = try await alice.send(
          .post, "/titles/1/entry", headers: [.contentType: "application/x-www-form-urlencoded"], body: "rating=60")
        #expect(bare.status == .forbidden)
        #expect(alice.cookie("__Host-flixlist") != nil)
      })
  }

  @Test func everyAnswerCarriesTheHeaders() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      var answers = [
        try await site.visitor.get("/"), try await site.visitor.get("/library"), try await alice.get("/library"),
        try await alice.get("/nothing"), try await alice.post("/titles/1/entry", ["rating": "101"]),
        try await alice.post("/titles/1/entry", ["rating": "50"], headers: [.fetchSite: "cross-site"]),
        try await site.visitor.send(.delete, "/library", headers: [.fetchSite: "same-origin"], body: nil),
        try await alice.get("/" + String(repeating: "a", count: 9_000)),
        try await alice.send(
          .post, "/titles/1/entry",
          headers: [.fetchSite: "same-origin", .contentType: "application/x-www-form-urlencoded"],
          body: "note=" + String(repeating: "x", count: 11 << 20)),
        try await alice.get(site.app.assets.path("app.css")),
      ]
      answers.append(try await alice.get("/healthz"))
      #expect(Set(answers.map { $0.status.code }) == [200, 303, 403, 404, 405, 413, 414, 422])
      for answer in answers {
        for (name, value) in SecurityHeaders.all { #expect(answer.headers[name] == value, "\(answer.status) \(name)") }
        #expect(answer.headers[.cacheControl] != nil && answer.headers[.server] == nil)
      }
    }
  }

  @Test(arguments: [
    ("/titles/1/entry", "rating=abc"), ("/titles/1/entry", "rating=-1"), ("/titles/1/entry", "rating=1e2"),
    ("/titles/1/entry", "status=finished"), ("/titles/1/entry", ""), ("/titles/1/entry", "is_admin=1&rating=5"),
    ("/titles/1/entry", "rating=5&rating=6"), ("/titles/1/entry", "user_id=2&rating=10"),
    ("/titles/1/entry", "note=%00"),
    ("/titles/1/plays", "when=tomorrow"), ("/titles/1/plays", "when=2027-01-01"),
    ("/titles/1/plays", "when=2023-02-30"),
    ("/titles/1/plays", "episode=1"), ("/titles/2/plays", ""), ("/titles/2/plays", "episode=x"),
    ("/titles/2/plays", "episode=1&season=1"), ("/titles/1/plays", "once=" + String(repeating: "o", count: 65)),
    ("/titles/2/plays", "from=1"),
  ])
  func badInputIs422AndChangesNothing(_ path: String, _ body: String) async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let answer = try await alice.send(
        .post, path, headers: [.fetchSite: "same-origin", .contentType: "application/x-www-form-urlencoded"], body: body
      )
      #expect(answer.status == .unprocessableContent, "\(body): \(answer.status)")
      #expect(try await site.number("SELECT (SELECT count(*) FROM plays) + (SELECT count(*) FROM entries)") == 0)
    }
  }

  @Test func badUTF8Is400AndUnknownIdsAre404() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let headers: HTTPFields = [.fetchSite: "same-origin", .contentType: "application/x-www-form-urlencoded"]
      #expect(
        try await alice.send(.post, "/titles/1/entry", headers: headers, body: "note=%FF%FE").status == .badRequest)
      for path in [
        "/titles/0", "/titles/-1", "/titles/99999999999999999999", "/titles/1x", "/titles/%00", "/titles/2/seasons/9",
      ] {
        #expect(try await alice.get(path).status == .notFound, "\(path)")
      }
      #expect(try await alice.post("/titles/2/plays", ["episode": "999999"]).status == .notFound)
      #expect(try await alice.post("/titles/2/plays", ["season": "7"]).status == .notFound)
      #expect(try await alice.get("/library?sort=sideways").status == .unprocessableContent)
      #expect(try await alice.get("/search?q=%FF").status == .badRequest)
    }
  }

  @Test func typedMarkupComesBackAsText() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let polyglots = [
        "<script>window.pwned=1</script>", "\"><img src=x onerror=window.pwned=1>", "javascript:alert(1)",
        "</title><b>",
        "' onmouseover='x", "<svg/onload=1>", "\u{2028}</textarea><i>", "{{7*7}}", "<!--", "]]>",
      ]
      for text in polyglots {
        _ = try await alice.post("/titles/1/entry", ["note": text])
        let own = try await alice.post("/titles", ["name": text, "kind": "movie"])
        _ = try await alice.post("/settings", ["display_name": text, "zone": "Europe/Berlin"])
        let pages = [
          try await alice.get("/titles/1"), try await alice.get(own.location), try await alice.get("/library"),
          try await alice.get("/"), try await alice.get("/activity"), try await alice.get("/settings"),
          try await alice.get("/search?q=" + (text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")),
          try await alice.post("/titles", ["name": text, "kind": "show", "seasons": text]),
        ]
        for page in pages {
          for markup in ["<script>window", "<img src=x", "<svg/onload", "</title><b>", "<i>", "onmouseover='x'"] {
            #expect(!page.body.contains(markup), "\(markup)")
          }
        }
      }
    }
  }

  @Test func searchTakesEverythingAsText() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let corpus = [
        "%", "_", "'", "\"", "' OR 1=1 --", "*", "\" OR \"", "NEAR(", "a AND", "-", "^", "(",
        String(repeating: "ü ", count: 100), "👩‍👩‍👧", "a\u{301}",
      ]
      for text in corpus {
        let path = "/search?q=" + (text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
        #expect(try await alice.get(path).status == .ok, "\(text)")
        #expect(try await alice.get("/library?q=" + path.dropFirst(10)).status == .ok, "\(text)")
      }
    }
  }

  @Test(arguments: [
    "//evil", "/\\evil", "/%5cevil", "/\t/evil", "https://evil", "https:evil", "javascript:alert(1)",
    "/%0d%0aSet-Cookie:a=b",
    "\\\\evil", "/..//evil", "///evil", "http:/evil", " /evil", "/a b", "/%2f/evil", "",
  ])
  func aLoginLeadsOnlyToThisSite(_ next: String) async throws {
    try await withSite { (site) async throws in
      let answer = try await site.visitor.post(
        "/login", ["username": "alice", "password": Site.password, "next": next])
      #expect(answer.status == .seeOther && answer.location == "/", "\(answer.location)")
      let alice = try await site.person("alice")
      let back = try await alice.post("/titles/1/entry", ["rating": "50", "back": next])
      #expect(back.location.hasPrefix("/titles/1"), "\(back.location)")
    }
  }

  @Test func nothingSecretIsLogged() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/login", ["username": "alice", "password": "a canary password"])
      _ = try await alice.get("/search?q=canaryquery")
      _ = try await alice.post("/titles/1/entry", ["note": "canarynote"])
      let log = site.log.lines.joined(separator: "\n")
      #expect(site.log.lines.count > 3)
      for secret in ["canary", Site.password, alice.cookie("flixlist") ?? "?"] { #expect(!log.contains(secret)) }
      #expect(site.log.lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") && !$0.contains("\n") })
    }
  }

  @Test func aThrottledLoginSaysWhenToTryAgain() async throws {
    try await withSite { (site) async throws in
      var statuses: [Int] = []
      for attempt in 0..<12 {
        let name = attempt.isMultiple(of: 2) ? "bob" : "bob@example.org"
        statuses.append(
          try await site.visitor.post("/login", ["username": name, "password": "wrong wrong"]).status.code)
      }
      #expect(statuses == [Int](repeating: 422, count: 10) + [429, 429])
      let right = try await site.visitor.post("/login", ["username": "bob", "password": Site.password])
      #expect(right.status == .tooManyRequests && right.headers[.retryAfter] != nil)
      site.clock.advance(seconds: 120)
      #expect(
        try await site.visitor.post("/login", ["username": "bob", "password": Site.password]).status == .seeOther)
    }
  }

  @Test func aThrottleDoesNotTellWhichAccountsThereAre() async throws {
    try await withSite { (site) async throws in
      var answers: [String: [Int]] = [:]
      for name in ["bob", "nobody"] {
        for _ in 0..<12 {
          let answer = try await site.visitor.post("/login", ["username": name, "password": "wrong wrong"])
          answers[name, default: []].append(answer.status.code)
        }
        site.clock.advance(seconds: 3_600)
      }
      #expect(answers["bob"] == answers["nobody"])
    }
  }

  @Test func aBrowserThatLoggedInBeforeIsNotLockedOutByOthers() async throws {
    try await withSite { (site) async throws in
      let bob = try await site.person("bob")
      _ = try await bob.post("/logout")
      for _ in 0..<11 { _ = try await site.visitor.post("/login", ["username": "bob", "password": "wrong wrong"]) }
      #expect(
        try await site.visitor.post("/login", ["username": "bob", "password": Site.password]).status == .tooManyRequests
      )
      #expect(try await bob.post("/login", ["username": "bob", "password": Site.password]).status == .seeOther)
    }
  }
}

/// What a careful reader found, each once a way to do harm.
@Suite struct ReviewTests {
  @Test func countsThatOverflowAreRefused() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let seasons = [String](repeating: "999999999999999999", count: 10).joined(separator: ",")
      let answer = try await alice.post("/titles", ["name": "x", "kind": "show", "seasons": seasons])
      #expect(answer.status == .unprocessableContent)
    }
  }

  @Test func aThrottledTryCostsNothing() async throws {
    try await withSite { (site) async throws in
      for _ in 0..<130 { _ = try await site.visitor.post("/login", ["username": "bob", "password": "wrong wrong"]) }
      site.clock.advance(seconds: 120)
      #expect(
        try await site.visitor.post("/login", ["username": "bob", "password": Site.password]).status == .seeOther)
    }
  }

  @Test func strangersCannotCloseAdministration() async throws {
    try await withSite { (site) async throws in
      let root = try await site.person("root")
      for _ in 0..<12 { _ = try await site.visitor.post("/login", ["username": "root", "password": "wrong wrong"]) }
      site.clock.advance(seconds: 16 * 60)
      for _ in 0..<12 { _ = try await site.visitor.post("/login", ["username": "root", "password": "wrong wrong"]) }
      site.clock.advance(seconds: 10)
      #expect(try await root.post("/confirm", ["password": Site.password, "next": "/admin/users"]).status == .seeOther)
    }
  }

  @Test func aRepeatIsOneAlsoWhenItsUndoIsGone() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2020-01-01"])
      _ = try await alice.post("/titles/5/plays", ["once": "abc"])
      site.clock.advance(seconds: 31 * 86_400)
      try await Housekeeping(app: site.app).once()
      let again = try await site.person("alice")
      #expect(try await again.post("/titles/1/plays", ["when": "2020-01-01"]).status == .seeOther)
      #expect(try await again.post("/titles/5/plays", ["once": "abc"]).status == .seeOther)
      #expect(try await site.number("SELECT count(*) FROM plays") == 2)
    }
  }

  @Test func lettersOfSeveralCodePointsFitOrAreRefused() async throws {
    try await withSite { (site) async throws in
      let name = String(repeating: "कि", count: 21)
      let answer = try await site.visitor.post("/register", ["username": name, "password": "a long enough one"])
      #expect(answer.status == .unprocessableContent)
      let alice = try await site.person("alice")
      let family = String(repeating: "👨‍👩‍👧‍👦", count: 64)
      #expect(try await alice.post("/titles", ["name": family, "kind": "movie"]).status == .unprocessableContent)
      #expect(try await alice.post("/titles/1/plays", ["once": family]).status == .unprocessableContent)
      _ = try await alice.post("/titles/1/plays")
      let play = try await site.number("SELECT max(id) FROM plays")
      #expect(try await alice.post("/plays/\(play)").status == .unprocessableContent)
    }
  }

  @Test func undoRefusesWhereTheSameOnceCameBack() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/entry", ["status": "planned"])
      _ = try await alice.post("/titles/1/plays", ["once": "a"])
      let play = try await site.number("SELECT max(id) FROM plays")
      let removed = try #require(try await alice.post("/plays/\(play)/delete").done)
      _ = try await alice.post("/titles/1/plays", ["once": "a"])
      #expect(try await alice.post("/activity/\(removed)/undo").status == .conflict)
    }
  }

  @Test func aLoginInBetweenLeadsBackToThePage() async throws {
    try await withSite { (site) async throws in
      let headers: HTTPFields = [.referer: "http://localhost/library?sort=name"]
      let answer = try await site.visitor.post("/titles/1/plays", headers: headers)
      #expect(answer.location == "/login" || answer.location.contains("library"))
      #expect(!answer.location.contains("plays"))
    }
  }

  @Test func datesBeforeTheFirstFilmsAreRefused() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for date in ["0001-01-01", "1879", "0205-03"] {
        #expect(try await alice.post("/titles/1/plays", ["when": date]).status == .unprocessableContent, "\(date)")
      }
    }
  }
}
