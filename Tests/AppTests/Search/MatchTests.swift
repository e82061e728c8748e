import SQL
import Testing

@testable import App

/// What is asked of the engines, and how names compare.
@Suite struct MatchTests {
  @Test func theLastWordMayBeBegun() {
    let match = NameMatch(["dark", "kni"])
    #expect(match.text(for: .sqlite) == "(\"dark\" AND \"kni\"*)")
    #expect(match.text(for: .postgres) == "('dark' & '<kni')")
    #expect(NameMatch(["knigh"]).text(for: .postgres) == "'knigh':*")
  }

  @Test func numeralsAndAbbreviationsHaveSpellings() {
    #expect(NameMatch(["rocky", "2"]).text(for: .sqlite) == "(\"rocky\" AND (\"2\"* OR \"ii\" OR \"two\"))")
    #expect(NameMatch(["dr", "who"]).text(for: .sqlite) == "((\"dr\" OR \"doctor\") AND \"who\"*)")
    // A word alone is what was meant.
    #expect(NameMatch(["et"]).text(for: .sqlite) == "\"et\"*")
    #expect(NameMatch(["x"]).text(for: .sqlite) == "\"x\"*")
  }

  @Test func fractionsAndSignsAreWords() {
    #expect(NameForm.fold("8½") == "8 1 2")
    #expect(NameForm.fold("Schitt´s Creek") == "schitts creek")
    #expect(NameForm.fold("SPY×FAMILY") == "spy x family")
    #expect(NameForm.pairs("千と千尋") == ["千と", "と千", "千尋"])
    #expect(NameForm.pairs("seven 7人") == [])
  }

  @Test(arguments: [
    ("rocky 2", "rocky ii", 1), ("the gladiator", "gladiator", 1), ("matrix the", "the matrix", 1),
    ("godfather 2", "the godfather part ii", 1), ("breaking bad", "breaking bad", 0), ("breaking b", "breaking bad", 2),
    ("star trek", "star trek the next generation", 2), ("brooklyn 99", "brooklyn nine nine", 1),
    ("spiderman", "spider man", 1), ("ghost busters", "ghostbusters", 1), ("arrows", "arrow", 3),
  ])
  func aNameFitsAsWellAsItShould(_ typed: String, _ name: String, _ score: Int) {
    var comparison = NameComparison(NameForm.words(typed))
    #expect(comparison.compare(name).score == score)
  }

  @Test func nearerNamesCostLess() {
    func cost(_ typed: String, _ name: String) -> Int {
      var comparison = NameComparison(NameForm.words(typed))
      return comparison.compare(name).cost
    }
    #expect(cost("sherk", "shrek") < cost("sherk", "sherlock"))
    #expect(cost("lsot", "lost") < cost("lsot", "raiders of the lost ark"))
    #expect(cost("alien", "alien") < cost("alien", "aliens"))
    #expect(cost("heat", "heat") < cost("heat", "the heat"))
  }

  @Test func aYearDecides() {
    func candidate(_ id: Int, _ year: Int) -> Candidate {
      Candidate(
        titleID: id, kind: .movie, name: "Dune", originalName: nil, year: year, folded: "dune", place: Places.band(id))
    }
    let all = [candidate(190, 2021), candidate(170, 1984)]
    func first(_ text: String) -> Int? {
      SearchQuery(text).flatMap { Ranking.sorted(all, $0).first?.candidate.year }
    }
    #expect(first("dune") == 2021)
    #expect(first("dune 1984") == 1984)
    #expect(first("1985 dune") == 1984)
  }
}
