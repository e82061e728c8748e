// swift-format-ignore-file: NeverForceUnwrap

import Testing

@testable import App

@Suite struct CommandParseTests {
  /// A Monday.
  static let today = Day("2026-11-23")!

  /// A text, and the name, rating, episodes, time and verb that are read; a dash for what is not there.
  typealias Row = (text: String, parts: String)

  @Test(
    arguments: [
      ("arrival 9/10 yesterday", "arrival 90 - 2026-11-22 -"), ("arrival 9/10", "arrival 90 - - -"),
      ("Arrival, 9/10, yesterday", "Arrival 90 - 2026-11-22 -"),
      ("arrival yesterday 9/10", "arrival 90 - 2026-11-22 -"),
      ("arrival 4.5/5", "arrival 90 - - -"), ("arrival 4,5/5", "arrival 90 - - -"),
      ("arrival 85/100", "arrival 85 - - -"),
      ("arrival 85%", "arrival 85 - - -"), ("arrival 0/10", "arrival 0 - - -"), ("arrival 7.25/10", "arrival 73 - - -"),
      ("arrival ★★★★", "arrival 80 - - -"), ("arrival ★★★½", "arrival 70 - - -"), ("arrival ★★★☆☆", "arrival 60 - - -"),
      ("arrival 4*", "arrival 80 - - -"), ("arrival 9 of 10", "arrival 90 - - -"),
      ("arrival 9 out of 10 today", "arrival 90 - 2026-11-23 -"), ("arrival 9 / 10", "arrival 90 - - -"),
      ("severance s2e3", "severance - s2e3 - -"), ("Severance S02E03", "Severance - s2e3 - -"),
      ("severance 2x03", "severance - s2e3 - -"), ("severance s2", "severance - s2 - -"),
      ("severance s2e3-5", "severance - s2e3-s2e5 - -"), ("severance s2e3-e5", "severance - s2e3-s2e5 - -"),
      ("severance s2e5-3", "severance - s2e3-s2e5 - -"), ("severance s1e9-s2e2", "severance - s1e9-s2e2 - -"),
      ("severance 2x03-2x05", "severance - s2e3-s2e5 - -"), ("severance s2e3-3", "severance - s2e3 - -"),
      ("severance s2 e3", "severance - s2e3 - -"), ("severance season 2 episode 3", "severance - s2e3 - -"),
      ("severance season 2, episodes 3-5", "severance - s2e3-s2e5 - -"), ("severance season 2", "severance - s2 - -"),
      ("severance s2 5", "nothing"), ("severance s0e1", "severance - s0e1 - -"),
      ("severance s2e3 9/10 friday", "severance 90 s2e3 2026-11-20 -"),
      ("severance (s2e3)", "severance - s2e3 - -"), ("arrival today", "arrival - - 2026-11-23 -"),
      ("arrival tonight", "arrival - - 2026-11-23 -"), ("arrival last night", "arrival - - 2026-11-22 -"),
      ("arrival friday", "arrival - - 2026-11-20 -"), ("arrival on Friday", "arrival - - 2026-11-20 -"),
      ("arrival last sunday", "arrival - - 2026-11-22 -"), ("arrival monday", "arrival - - 2026-11-16 -"),
      ("arrival 2 days ago", "arrival - - 2026-11-21 -"), ("arrival a week ago", "arrival - - 2026-11-16 -"),
      ("arrival 2024-05-31", "arrival - - 2024-05-31 -"), ("arrival on 2024-05-31", "arrival - - 2024-05-31 -"),
      ("arrival 2024-05", "arrival - - 2024-05 -"), ("arrival in 2019", "arrival - - 2019 -"),
      ("arrival 9/10 2019", "arrival 90 - 2019 -"), ("severance s1 2022", "severance - s1 2022 -"),
      ("arrival 2016 9/10", "arrival 2016 90 - - -"), ("arrival watched", "arrival - - - watched"),
      ("watched arrival yesterday", "arrival - - 2026-11-22 watched"), ("seen arrival", "arrival - - - watched"),
      ("i saw arrival last night", "arrival - - 2026-11-22 watched"), ("rate arrival 9/10", "arrival 90 - - -"),
      ("plan arrival", "arrival - - - planned"), ("arrival watchlist", "arrival - - - planned"),
      ("arrival to watch", "arrival - - - planned"), ("the office drop", "the office - - - dropped"),
      ("pause the office", "the office - - - paused"), ("drop the office 3/10", "the office 30 - - dropped"),
      ("arrival 24 May 2024", "arrival - - 2024-05-24 -"), ("arrival May 24, 2024", "arrival - - 2024-05-24 -"),
      ("arrival on the 24th of May 2024", "arrival - - 2024-05-24 -"),
      ("arrival on 24 May 2024 9/10", "arrival 90 - 2024-05-24 -"), ("arrival May 2024", "arrival - - 2024-05 -"),
      ("arrival 24 May", "arrival - - 2026-05-24 -"), ("arrival yesterday 21:40", "arrival - - 2026-11-22T21:40 -"),
      ("arrival yesterday at 9pm", "arrival - - 2026-11-22T21:00 -"),
      ("arrival friday 21:40 9/10", "arrival 90 - 2026-11-20T21:40 -"),
      ("severance s2e3 24 May 2024 21:40", "severance - s2e3 2024-05-24T21:40 -"),
      ("arrival 31 February 2024", "arrival 31 - - 2024-02 -"), ("arrival 1 May 2031", "arrival - - 2031-05-01 -"),
      ("lord of the may 2024", "lord of the - - 2024-05 -"), ("arrival 21:40", "nothing"),
      ("9/10", "nothing"), ("arrival gestern", "nothing"), ("arrival ayer", "nothing"),
    ] as [Row])
  func readsEnglish(_ row: Row) { #expect(Self.parts(row.text, .english) == row.parts, "\(row.text)") }

  @Test(
    arguments: [
      ("arrival 9/10 gestern", "arrival 90 - 2026-11-22 -"), ("arrival 9 von 10", "arrival 90 - - -"),
      ("severance staffel 2 folge 3", "severance - s2e3 - -"), ("severance s2f3", "severance - s2e3 - -"),
      ("severance staffel 2", "severance - s2 - -"), ("arrival heute", "arrival - - 2026-11-23 -"),
      ("arrival letzte Nacht", "arrival - - 2026-11-22 -"), ("arrival am Freitag", "arrival - - 2026-11-20 -"),
      ("arrival letzten Freitag", "arrival - - 2026-11-20 -"), ("arrival vor 2 Tagen", "arrival - - 2026-11-21 -"),
      ("arrival vor einer Woche", "arrival - - 2026-11-16 -"), ("arrival 31.5.2024", "arrival - - 2024-05-31 -"),
      ("arrival am 31.05.2024", "arrival - - 2024-05-31 -"), ("arrival im Jahr 2019", "arrival - - 2019 -"),
      ("arrival gesehen", "arrival - - - watched"), ("gesehen arrival gestern", "arrival - - 2026-11-22 watched"),
      ("arrival merken", "arrival - - - planned"), ("arrival auf die Merkliste", "arrival - - - planned"),
      ("arrival abgebrochen", "arrival - - - dropped"), ("arrival pausieren", "arrival - - - paused"),
      ("bewerte arrival 4,5/5", "arrival 90 - - -"), ("arrival yesterday", "arrival - - 2026-11-22 -"),
      ("arrival 31.2.2024", "nothing"), ("arrival 24. Mai 2024", "arrival - - 2024-05-24 -"),
      ("arrival gestern um 21:40", "arrival - - 2026-11-22T21:40 -"),
    ] as [Row])
  func readsGerman(_ row: Row) { #expect(Self.parts(row.text, .german) == row.parts, "\(row.text)") }

  @Test(
    arguments: [
      ("arrival 9/10 ayer", "arrival 90 - 2026-11-22 -"), ("arrival 9 de 10", "arrival 90 - - -"),
      ("severance t2e3", "severance - s2e3 - -"), ("severance temporada 2 episodio 3", "severance - s2e3 - -"),
      ("severance temporada 2 capítulo 3", "severance - s2e3 - -"), ("arrival hoy", "arrival - - 2026-11-23 -"),
      ("arrival anoche", "arrival - - 2026-11-22 -"), ("arrival el viernes", "arrival - - 2026-11-20 -"),
      ("arrival el sábado pasado", "arrival - - 2026-11-21 -"), ("arrival hace 2 días", "arrival - - 2026-11-21 -"),
      ("arrival hace una semana", "arrival - - 2026-11-16 -"), ("arrival 31/5/2024", "arrival - - 2024-05-31 -"),
      ("arrival en 2019", "arrival - - 2019 -"), ("arrival 24 mayo 2024", "arrival - - 2024-05-24 -"),
      ("arrival ayer 21:40", "arrival - - 2026-11-22T21:40 -"), ("arrival vista", "arrival - - - watched"),
      ("he visto arrival", "arrival - - - watched"), ("arrival pendiente", "arrival - - - planned"),
      ("arrival abandonada", "arrival - - - dropped"), ("arrival en pausa", "arrival - - - paused"),
      ("puntúa arrival 9/10", "arrival 90 - - -"),
    ] as [Row])
  func readsSpanish(_ row: Row) { #expect(Self.parts(row.text, .spanish) == row.parts, "\(row.text)") }

  /// Names that look like commands stay names, alone and with a command behind them.
  @Test(
    arguments: [
      ("9/11", "nothing"), ("S.W.A.T.", "nothing"), ("24", "nothing"), ("1917", "nothing"), ("se7en", "nothing"),
      ("2:22", "nothing"), ("7 days", "nothing"), ("Yesterday", "nothing"), ("Friday", "nothing"), ("50/50", "nothing"),
      ("blade runner 2049", "nothing"), ("arrival 2016", "nothing"), ("fahrenheit 9/11", "nothing"),
      ("8 1/2", "nothing"),
      ("press release", "nothing"), ("the unknown", "nothing"), ("apocalypse now", "nothing"), ("M*A*S*H", "nothing"),
      ("2 days ago", "nothing"), ("watched", "nothing"), ("s2e3", "nothing"), ("season 2", "nothing"), ("", "nothing"),
      ("rate of exchange", "nothing"), ("friday the 13th", "nothing"), ("arrival 12/10", "nothing"),
      ("1917 9/10", "1917 90 - - -"), ("24 s1e2", "24 - s1e2 - -"), ("50/50 8/10", "50/50 80 - - -"),
      ("9/11 8/10", "9/11 80 - - -"), ("yesterday 8/10", "yesterday 80 - - -"), ("2:22 8/10", "2:22 80 - - -"),
      ("yesterday yesterday", "yesterday - - 2026-11-22 -"), ("watched friday", "friday - - - watched"),
      ("blade runner 2049 9/10", "blade runner 2049 90 - - -"), ("watched 9/10", "watched 90 - - -"),
      ("freaky friday", "freaky - - 2026-11-20 -"), ("S.W.A.T. s1e2", "S.W.A.T. - s1e2 - -"),
    ] as [Row])
  func namesStayNames(_ row: Row) { #expect(Self.parts(row.text, .english) == row.parts, "\(row.text)") }

  @Test func aNameThatHoldsTheCommandExplainsIt() throws {
    let friday = try #require(Self.read("freaky friday", .english))
    #expect(friday.isExplained(by: ["freaky friday"]) && !friday.isExplained(by: ["freaky"]))
    let plan = try #require(Self.read("plan 9 from outer space", .english))
    #expect(plan.verb == .planned && plan.isExplained(by: ["plan 9 from outer space"]))
    let twice = try #require(Self.read("yesterday yesterday", .english))
    #expect(!twice.isExplained(by: ["yesterday"]))
  }

  @Test func theFutureIsKnown() throws {
    for (text, isFuture) in [
      ("x 2026-11-24", true), ("x 2026-11-23", false), ("x in 2027", true), ("x in 2026", false), ("x 2026-12", true),
      ("x 9/10", false), ("x 1 May 2031", true), ("x today 23:00", true), ("x today 11:00", false),
    ] {
      let command = try #require(Self.read(text, .english))
      #expect(command.isFuture == isFuture, "\(text)")
    }
  }

  /// Whatever somebody types, reading it ends, and a name is left.
  @Test func anyTextCanBeRead() {
    let pieces = [
      "s2e3", "9/10", "/", "-", "★", "in", "2019", "friday", "x", "vor", "2", "days", "ago", "4*", "😀", "s", "e",
    ]
    var seed: UInt64 = 7
    for _ in 0..<2_000 {
      var text = ""
      for _ in 0..<5 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(seed >> 33) % pieces.count] + (seed >> 60 > 2 ? " " : "")
      }
      for language in Language.offered {
        guard let command = Self.read(text, language) else { continue }
        #expect(SearchQuery(command.name) != nil, "\(text)")
        #expect((0...100).contains(command.rating ?? 0), "\(text)")
      }
    }
  }

  @Test func everyExampleOfTheHelpIsACommandInItsLanguage() throws {
    let examples: [Key] = [
      .commandHelpFilm, .commandHelpEpisode, .commandHelpRange, .commandHelpSeason, .commandHelpPlan, .commandHelpDrop,
    ]
    for language in Language.offered {
      let t = try Texts(language: language, file: Embedded.text(language.rawValue + ".txt"))
      for key in examples {
        let command = try #require(Self.read(t(key), language), "\(language) \(key)")
        #expect(["arrival", "severance", "the bear", "past lives", "the office"].contains(command.name), "\(t(key))")
      }
      // The days and ratings that the help lists, each behind a name.
      let items = Self.items(t)
      #expect(items.count == 12, "\(items)")
      for item in items {
        #expect(Self.read("arrival " + item, language)?.name == "arrival", "\(item)")
      }
    }
  }

  /// What stands between commas in the help's list of days and ratings.
  private static func items(_ t: Texts) -> [String] {
    t(.commandHelpDates).split(separator: ". ").flatMap { part in
      (part.split(separator: ": ").last ?? "").split(separator: ", ").map {
        $0.hasSuffix(".") ? String($0.dropLast()) : String($0)
      }
    }
  }

  /// As somebody in UTC reads it at noon.
  static func read(_ text: String, _ language: Language) -> Command? {
    let zone = Zone.utc
    return Command(
      text, WhenText(language: language, zone: zone, now: zone.instant(day: today, minutes: 720)))
  }

  static func parts(_ text: String, _ language: Language) -> String {
    guard let command = read(text, language) else { return "nothing" }
    let episodes =
      switch command.episodes {
      case .season(let number): "s\(number)"
      case .one(let place): place.text
      case .range(let from, let upTo): from.text + "-" + upTo.text
      case nil: "-"
      }
    let verb = command.verb.map { "\($0)" } ?? "-"
    return [
      command.name, command.rating.map(String.init) ?? "-", episodes, command.when.map(Offers.field) ?? "-", verb,
    ].joined(separator: " ")
  }
}

extension Command.Place {
  fileprivate var text: String { "s\(season)e\(number)" }
}
