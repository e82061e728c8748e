import Foundation
import Testing

@testable import App

@Suite struct SearchTests {
  @Test(arguments: [
    ("arrival", "Arrival"), ("ARRIV", "Arrival"), ("amelie", "Amélie"), ("fabuleux destin", "Amélie"),
    ("arival", "Arrival"),
    ("arrival 2016", "Arrival"), ("2001 amelie", "Amélie"), ("season si", "Season of Six"),
    ("runing still", "Still Running"),
    ("amelei", "Amélie"),
  ])
  func finds(_ text: String, _ name: String) async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let page = try await alice.get("/search?q=" + text.replacing(" ", with: "+")).body
      let first = try #require(page.firstRange(of: "<li class=\"result\""))
      #expect(page[first.lowerBound...].prefix(900).contains(">\(name)</a>"), "\(text)")
    }
  }

  @Test func kindsAreToldApart() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      #expect(try await !alice.get("/search?q=arrival&kind=show").body.contains(">Arrival</a>"))
      #expect(try await alice.get("/search?q=arrival&kind=movie").body.contains("<span class=\"kind\">Film</span>"))
    }
  }

  @Test func nothingFoundOffersToAddItYourself() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let page = try await alice.get("/search?q=zzzzqqqq").body
      #expect(page.contains("Nothing found") && page.contains("/titles/new?q=zzzzqqqq"))
      let made = try await alice.post(
        "/titles", ["name": "Zzzzqqqq", "kind": "show", "year": "1999", "seasons": "2, 3"])
      #expect(made.location.hasSuffix("-zzzzqqqq"))
      let own = try await alice.get(made.location).body
      #expect(own.contains("Season 2") && own.contains("only you can see it"))
      let id = made.location.dropFirst("/titles/".count).prefix { $0.isNumber }
      _ = try await alice.post("/titles/\(id)/plays", ["all": "1"])
      #expect(try await site.shelf("alice", Int(id) ?? 0)?.status == .completed)
    }
  }

  @Test(arguments: [
    ("Amélie", "amelie"), ("Ófærð", "ofaerd"), ("WALL·E", "wall e"), ("Schitt's Creek", "schitts creek"),
    ("Straße", "strasse"),
    ("기생충", "기생충"), ("Tom & Jerry", "tom and jerry"), ("  a  b ", "a b"), ("Сталкер", "сталкер"), ("S.W.A.T.", "swat"),
  ])
  func folding(_ name: String, _ folded: String) {
    #expect(Folding.fold(name).precomposedStringWithCanonicalMapping == folded)
  }
}
