import Testing

@testable import App

struct EpisodeMergeTests {
  private func stored(_ id: Int, _ season: Int, _ number: Int, tmdb: Int? = nil) -> EpisodeMerge.Stored {
    EpisodeMerge.Stored(id: id, season: season, number: number, tmdbID: tmdb, name: "E\(id)")
  }

  private func season(_ number: Int, _ episodes: [(number: Int, tmdb: Int?)]) -> Facts.Season {
    Facts.Season(number: number, episodes: episodes.map { Facts.Episode(tmdbID: $0.tmdb, number: $0.number) })
  }

  @Test func anEpisodeWithoutANumberIsKnownByItsPlace() {
    let merge = EpisodeMerge(
      stored: [stored(1, 1, 1)], seasons: [season(1, [(1, 501), (2, 502)])], numbers: [1])
    #expect(merge.changed.map(\.id) == [1])
    #expect(merge.changed.first?.tmdbID == 501)
    #expect(merge.added.map(\.number) == [2])
  }

  @Test func anEpisodeThatMovesKeepsItsRow() {
    let merge = EpisodeMerge(
      stored: [stored(1, 1, 1, tmdb: 501), stored(2, 1, 2, tmdb: 502)],
      seasons: [season(1, [(1, 502), (2, 501)])], numbers: [1])
    #expect(Set(merge.changed.map { "\($0.id):\($0.number)" }) == ["1:2", "2:1"])
    #expect(merge.added.isEmpty)
  }

  @Test func whatTheSourceHasNoMoreLeavesItsPlaceAndStays() {
    let merge = EpisodeMerge(
      stored: [stored(1, 1, 1, tmdb: 501), stored(2, 1, 2, tmdb: 502)], seasons: [season(1, [(1, 501)])], numbers: [1])
    #expect(
      merge.changed == [
        EpisodeMerge.Stored(id: 2, season: 0, number: 9_001, tmdbID: 502, name: "E2", goneFrom: "1.2")
      ])
  }

  @Test func aSeasonOfWhichNothingIsKnownIsLeftAsItIs() {
    let merge = EpisodeMerge(
      stored: [stored(1, 1, 1, tmdb: 501), stored(2, 2, 1, tmdb: 601)],
      seasons: [season(1, [(1, 501)]), Facts.Season(number: 2)], numbers: [1, 2])
    #expect(merge.changed.isEmpty)
    #expect(merge.unchanged.count == 2)
  }

  @Test func anAnswerWithoutEpisodesTakesNothingAway() {
    let merge = EpisodeMerge(stored: [stored(1, 1, 1, tmdb: 501)], seasons: [season(1, [])], numbers: [1])
    #expect(merge.unchanged.map(\.id) == [1])
  }

  /// Whatever comes, in whatever order: nobody's row is lost, no place is taken twice, and the same again changes
  /// nothing.
  @Test(arguments: 0..<200)
  func anyChangeKeepsEveryRowOnce(seed: Int) {
    var random = Seeded(UInt64(seed))
    var all: [EpisodeMerge.Stored] = []
    var next = 1
    for _ in 0..<8 {
      let seasons = (0...3).filter { _ in Int.random(in: 0..<4, using: &random) > 0 }.map { number in
        season(
          number,
          (1...6).filter { _ in Bool.random(using: &random) }.map { each in
            (each, Bool.random(using: &random) ? nil : Int.random(in: 1...20, using: &random) + 500)
          })
      }
      let merge = EpisodeMerge(stored: all, seasons: seasons, numbers: seasons.map(\.number))
      let kept = Set((merge.changed + merge.unchanged).map(\.id))
      #expect(kept == Set(all.map(\.id)))
      all = merge.all.map { episode in
        var episode = episode
        if episode.id == 0 {
          episode.id = next
          next += 1
        }
        return episode
      }
      let places = all.map { "\($0.season) \($0.number)" }
      #expect(places.count == Set(places).count)
      let again = EpisodeMerge(stored: all, seasons: seasons, numbers: seasons.map(\.number))
      #expect(again.added.isEmpty && again.changed.isEmpty)
    }
  }
}
