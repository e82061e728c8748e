import SQL
import Testing

@testable import App

/// Which words a misspelt one may have been meant as.
@Suite struct VocabularyTests {
  static let words = [
    ("shrek", 200), ("shark", 120), ("sherlock", 190), ("the", 205), ("then", 90), ("ten", 150), ("spider", 195),
    ("man", 200), ("x", 150), ("files", 180), ("psycho", 190), ("бриллиантовая", 60), ("рука", 60), ("i", 10),
  ]

  static var vocabulary: Vocabulary {
    var made = Vocabulary(most: 100_000)
    for (word, weight) in words { made.add(word, weight: weight) }
    return made
  }

  func nearest(_ word: String, isBegun: Bool = false, isAlone: Bool = true) -> [String] {
    Self.vocabulary.nearest(word, isBegun: isBegun, isAlone: isAlone, limit: 3)
  }

  @Test func theNearestComesFirst() {
    #expect(nearest("sherk").first == "shrek")
    #expect(nearest("physcho") == ["psycho"])
    #expect(nearest("zzzzzz") == [])
    // Never the word itself, though it is known.
    #expect(!nearest("shark").contains("shark"))
    // Letters are counted, not bytes.
    #expect(nearest("брилиантовая") == ["бриллиантовая"])
    #expect(nearest("рукя") == ["рука"])
  }

  @Test func shortWordsAreMendedOnlyBesideOthers() {
    #expect(nearest("teh") == [])
    #expect(nearest("teh", isAlone: false).first == "the")
    #expect(nearest("te", isAlone: false) == [])
  }

  @Test func aBeginningIsMendedToo() {
    #expect(nearest("sharlo", isBegun: true).contains("sherlock"))
    #expect(!nearest("sharlo").contains("sherlock"))
  }

  @Test func wordsAreTakenApartWhereBothPartsAreKnown() {
    #expect(Self.vocabulary.splits("spiderman") == [["spider", "man"]])
    #expect(Self.vocabulary.splits("xfiles") == [["x", "files"]])
    #expect(Self.vocabulary.splits("spiderfrog") == [])
    #expect(Self.vocabulary.splits("manxman") == [["man", "x", "man"]])
  }

  @Test func aCopyDoesNotChangeWithTheOther() {
    let before = Self.vocabulary
    var after = before
    after.add("new words", weight: 5)
    #expect(after.contains("new") && after.contains("words") && !before.contains("new"))
    #expect(after.count == before.count + 2)
  }

  @Test func aFullOneTakesNoMore() {
    var made = Vocabulary(most: 40_000)
    for number in 0..<90_000 { made.add("word\(number)", weight: 3) }
    #expect(made.count >= 40_000 && made.count < 80_000 && made.isFull)
    #expect(made.contains("word0") && made.contains("word39999") && !made.contains("word89999"))
    #expect(made.weight(of: "word31") == 3)
  }

  @Test func theDistanceIsOfChangesAndSwaps() {
    func distance(_ one: String, _ other: String, _ limit: Int = 2, ofBeginning: Bool = false) -> Int? {
      var distance = EditDistance(one.unicodeScalars.map(\.value))
      return distance.distance(to: other.unicodeScalars.map(\.value), atMost: limit, ofBeginning: ofBeginning)
    }
    #expect(distance("gun", "gnu") == 1)
    #expect(distance("kil", "kill") == 1)
    #expect(distance("same", "same") == 0)
    #expect(distance("kitten", "sitting", 3) == 3)
    #expect(distance("kitten", "sitting") == nil)
    #expect(distance("shw", "shawshank", 1, ofBeginning: true) == 1)
  }

  @Test func wordsThatWereAddedAreKnownAtOnce() {
    let box = VocabularyBox()
    box.learn(titles: ["Nowhere"], weight: 10)
    #expect(box.value == nil)
    box.replace(Vocabularies())
    box.learn(titles: ["Élan Vital"], people: ["Ana Müller"], weight: 10)
    #expect(box.value?.titles.contains("elan") == true && box.value?.people.contains("muller") == true)
  }

  @Test func theBoxReadsEveryName() async throws {
    try await TestDatabase.withEmpty(TestDatabase.engine) { database in
      try migrations.migrate(database, now: Site.now)
      try Starter.load(database, now: Site.now)
      let box = VocabularyBox()
      try await box.build(from: database)
      let all = try await database.read { try SearchStore.vocabulary($0) }
      #expect(box.value?.titles.count == all.titles.count && box.value?.people.count == all.people.count)
      #expect(all.titles.contains("shawshank") && all.people.contains("kurosawa"))
    }
  }
}
