import HTTPTypes
import SQL
import StandIn
import Testing

@testable import App

/// Other orders of a show's episodes.
@Suite struct OrderTests {
  @Test func anOrderIsFetchedWhenSomebodyLooksAndTicksCount() async throws {
    try await withTMDB { site, _ in
      try await site.fetch(.show(9_900_101))
      let id = try #require(try await site.title(.show, tmdb: 9_900_101))
      let alice = try await site.person("alice")
      let page = try await alice.get("/titles/\(id)").body
      let order = try #require(page.firstMatch(of: /href="(\/titles\/\d+\/orders\/\d+)">DVD Order/)).1
      #expect(try await alice.get(String(order)).body.contains("is being fetched"))
      await site.workOff()
      let discs = try await alice.get(String(order)).body
      let parts = discs.matches(of: /<h2>(Disc \d)<\/h2>/).map { String($0.1) }
      #expect(parts == ["Disc 1", "Disc 2", "Disc 3"])
      // One of its nineteen is not among the show's own.
      #expect(discs.contains("0 of 18 seen"))
      // A tick there is a play of the show, and comes back to the order.
      let episode = try #require(discs.firstMatch(of: /name="episode" value="(\d+)"/)).1
      let tick = try await alice.post("/titles/\(id)/plays", ["episode": "\(episode)", "back": "\(order)"])
      #expect(tick.status == .seeOther && tick.location.hasPrefix(order + "?done="))
      #expect(try await alice.get(tick.location).body.contains("1 of 18 seen"))
      #expect(try await site.number("SELECT count(*) FROM plays") == 1)
    }
  }

  @Test func whatIsNotThereAnyMoreGoes() async throws {
    try await withTMDB { site, _ in
      try await site.fetch(.show(9_900_101))
      let id = try #require(try await site.title(.show, tmdb: 9_900_101))
      let alice = try await site.person("alice")
      let order = try await site.number("SELECT id FROM orders WHERE name = 'DVD Order'")
      #expect(try await alice.get("/titles/\(id)/orders/\(order)").status == .ok)
      // The order of one show is not that of another.
      #expect(try await alice.get("/titles/2/orders/\(order)").status == .notFound)
      try await site.database.write { try OrderStore.put($0, title: id, []) }
      #expect(try await alice.get("/titles/\(id)/orders/\(order)").status == .notFound)
      #expect(try await !alice.get("/titles/\(id)").body.contains("DVD Order"))
    }
  }

  @Test func anOrderThatCannotBeFetchedBreaksNoPage() async throws {
    try await withTMDB { site, tmdb in
      try await site.fetch(.show(9_900_101))
      let id = try #require(try await site.title(.show, tmdb: 9_900_101))
      let alice = try await site.person("alice")
      let order = try await site.number("SELECT id FROM orders WHERE name = 'DVD Order'")
      await tmdb.fail(.garbage)
      #expect(try await alice.get("/titles/\(id)/orders/\(order)").status == .ok)
      await site.workOff()
      #expect(try await alice.get("/titles/\(id)/orders/\(order)").status == .ok)
      #expect(try await site.number("SELECT count(*) FROM fetches WHERE resource LIKE 'order/%' AND failures > 0") == 1)
    }
  }
}
