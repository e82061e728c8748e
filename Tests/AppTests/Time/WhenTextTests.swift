// swift-format-ignore-file: NeverForceUnwrap

import HTTPTypes
import SQL
import Testing

@testable import App

/// Dates as people write them. The present is Monday, 23 November 2026, 21:00 in Berlin.
@Suite struct WhenTextTests {
  static func words(_ language: Language = .english, dayEnd: Int = 0, now: Instant = Site.now) -> WhenText {
    WhenText(language: language, zone: Zone("Europe/Berlin", dayEndMinutes: dayEnd)!, now: now)
  }

  static let spellings: [(String, String)] = [
    // As the addresses of the site have it.
    ("2024", "2024"), ("2024-05", "2024-05"), ("2024-05-24", "2024-05-24"), ("2024-05-24T21:40", "2024-05-24T21:40"),
    ("2024-05-24 21:40", "2024-05-24T21:40"), ("2024-05-24T21:40:59", "2024-05-24T21:40"), ("now", "now"),
    ("release", "release"), ("unknown", "unknown"),
    // Numbers.
    ("2024/5/24", "2024-05-24"), ("2024.05.24", "2024-05-24"), ("20240524", "2024-05-24"), ("24.5.2024", "2024-05-24"),
    ("24.05.24", "2024-05-24"), ("12.12.99", "1999-12-12"), ("24/5/2024", "2024-05-24"), ("5/24/2024", "2024-05-24"),
    ("6/6/2024", "2024-06-06"), ("5/2024", "2024-05"), ("05.2024", "2024-05"), ("24.5.", "2026-05-24"),
    ("31/12", "2025-12-31"),
    // Names of months in three languages.
    ("May 2024", "2024-05"), ("mayo de 2024", "2024-05"), ("Mai 2024", "2024-05"), ("Sept. 2019", "2019-09"),
    ("24 May 2024", "2024-05-24"), ("May 24, 2024", "2024-05-24"), ("24. Mai 2024", "2024-05-24"),
    ("el 24 de mayo de 2024", "2024-05-24"), ("the 24th of May 2024", "2024-05-24"), ("2024 May 24", "2024-05-24"),
    ("24-May-2024", "2024-05-24"), ("3. MÄRZ 2020", "2020-03-03"), ("24 May", "2026-05-24"), ("24 Dec", "2025-12-24"),
    ("29 Feb", "2024-02-29"), ("May", "2026-05"), ("Dezember", "2025-12"), ("Monday, 23 Nov 2026", "2026-11-23"),
    // From today.
    ("today", "2026-11-23"), ("heute", "2026-11-23"), ("hoy", "2026-11-23"), ("Yesterday", "2026-11-22"),
    ("gestern", "2026-11-22"), ("ayer", "2026-11-22"), ("vorgestern", "2026-11-21"), ("anteayer", "2026-11-21"),
    ("last night", "2026-11-22"), ("Friday", "2026-11-20"), ("last Friday", "2026-11-20"),
    ("am Freitag", "2026-11-20"), ("el viernes pasado", "2026-11-20"), ("Monday", "2026-11-16"),
    ("2 days ago", "2026-11-21"), ("vor 3 Wochen", "2026-11-02"), ("hace 10 días", "2026-11-13"),
    ("last year", "2025"), ("el año pasado", "2025"), ("letzten Monat", "2026-10"),
    // With a clock.
    ("yesterday 21:40", "2026-11-22T21:40"), ("gestern um 21.40 Uhr", "2026-11-22T21:40"),
    ("ayer a las 21h40", "2026-11-22T21:40"), ("yesterday at 9:40 pm", "2026-11-22T21:40"),
    ("9:40 p.m. yesterday", "2026-11-22T21:40"), ("24 May 2024, 9pm", "2024-05-24T21:00"),
    ("um 21:40 am 24.5.2024", "2024-05-24T21:40"), ("12 am yesterday", "2026-11-22T00:00"),
    ("last night 23:10", "2026-11-22T23:10"), ("last night at 1:30 am", "2026-11-23T01:30"),
    ("20:15", "2026-11-23T20:15"), ("22:15", "2026-11-22T22:15"), ("21. Jan. 2019, 21:40", "2019-01-21T21:40"),
    // Words.
    ("jetzt", "now"), ("Release date", "release"), ("Erscheinungstag", "release"), ("día del estreno", "release"),
    ("unbekannt", "unknown"), ("desconocida", "unknown"), ("Date unknown", "unknown"), ("don’t know", "unknown"),
  ]

  @Test(arguments: spellings)
  func aDateIsReadInManySpellings(_ text: String, _ spelling: String) throws {
    #expect(try Self.words().read(text).spelling == spelling)
    #expect(try Self.words().read("  " + text.uppercased() + " ").spelling == spelling)
  }

  static let mistakes: [(String, WhenText.Mistake)] = [
    ("", .empty), (" ", .empty), ("0", .year), ("0000", .year), ("10000", .year), ("24.5.10000", .year),
    ("1879", .year), ("31.12.1879", .year), ("hace 99999 días", .year), ("2024-13", .month(13)),
    ("13.13.2024", .month(13)), ("30 February 2024", .day(30, month: 2, year: 2024)),
    ("2023-02-30", .day(30, month: 2, year: 2023)), ("29.2.2023", .day(29, month: 2, year: 2023)),
    ("2024-02-30T10:00", .day(30, month: 2, year: 2024)), ("31 April 2020", .day(31, month: 4, year: 2020)),
    ("5/6/2024", .twoWays(Day("2024-06-05")!, Day("2024-05-06")!)), ("25:00", .clock), ("yesterday 21:60", .clock),
    ("2024-05-24T24:00", .clock), ("13 pm", .clock), ("2024-05-24T21:40+02:00", .zone), ("yesterday 21:40 CET", .zone),
    ("yesterday 21:40 Europe/Nowhere", .zone), ("2027", .future("2027")), ("2026-12", .future("2026-12")),
    ("tomorrow", .future("2026-11-24")), ("today 21:05", .future("2026-11-23T21:05")),
    ("Tuesday, 23 Nov 2026", .weekday(Day("2026-11-23")!)), ("abc", .unreadable), ("24", .unreadable),
    ("24-05-12", .unreadable), ("May May 2024", .unreadable), ("٢٠٢٤", .unreadable), ("2024 21:40", .unreadable),
    ("99999999999999999999", .unreadable), (String(repeating: "1.", count: 40), .unreadable),
  ]

  @Test(arguments: mistakes)
  func aMistakeIsNamed(_ text: String, _ mistake: WhenText.Mistake) {
    #expect(throws: mistake) { try Self.words().read(text) }
  }

  @Test func dayAndMonthStandAsTheLanguagePutsThem() throws {
    #expect(try Self.words(.spanish).read("5/6/2024").spelling == "2024-06-05")
    #expect(try Self.words(.german).read("5/6/2024").spelling == "2024-06-05")
    #expect(try Self.words(.english).read("5.6.2024").spelling == "2024-06-05")
    #expect(throws: WhenText.Mistake.month(24)) { try Self.words(.spanish).read("5/24/2024") }
  }

  @Test func theSmallHoursOfYesterdayAreThisMorning() throws {
    let morning = Day("2026-11-24")!.number * 86_400_000_000 + 9 * 3_600_000_000
    #expect(try Self.words(dayEnd: 240, now: morning).read("yesterday 01:30").spelling == "2026-11-24T01:30")
    #expect(try Self.words(dayEnd: 240, now: morning).read("yesterday 05:00").spelling == "2026-11-23T05:00")
    #expect(try Self.words(dayEnd: 240, now: morning).read("today 01:30").spelling == "2026-11-24T01:30")
    #expect(try Self.words(dayEnd: 0, now: morning).read("yesterday 01:30").spelling == "2026-11-23T01:30")
    // A written date is the calendar's.
    #expect(try Self.words(dayEnd: 240, now: morning).read("2026-11-23 01:30").spelling == "2026-11-23T01:30")
  }

  @Test func everyDateThatAPageShowsReadsBack() throws {
    var random = SystemRandomNumberGenerator()
    let texts = try Language.offered.map { try Texts(language: $0, file: Embedded.text($0.rawValue + ".txt")) }
    let first = Day("1880-01-02")!.number * 86_400_000_000
    for round in 0..<6_000 {
      let name = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"][round % 4]
      let zone = try #require(Zone(name, dayEndMinutes: [0, 240, 720].randomElement()!))
      let at = Int.random(in: (round % 3 == 0 ? Site.now - 400 * 86_400_000_000 : first)...Site.now, using: &random)
      let day = zone.clock(at: at).day.description
      let time: PlayTime =
        switch Precision.allCases.randomElement(using: &random)! {
        case .unknown: .unknown
        case .time: PlayTime(at: at, day: zone.day(of: at).description, precision: .time)
        case .day: PlayTime(at: at, day: day, precision: .day)
        case .month: PlayTime(at: at, day: String(day.prefix(7)), precision: .month)
        case .year: PlayTime(at: at, day: String(day.prefix(4)), precision: .year)
        }
      let dates = Dates(texts: texts.randomElement()!, zone: zone, now: Site.now)
      let words = WhenText(language: Language.offered.randomElement()!, zone: zone, now: Site.now)
      let when = When(time, in: zone)
      #expect(try words.read(dates.field(time)) == when, "\(dates.field(time)) in \(name)")
      // Where the day ends late, 01:30 is shown on the evening before: only the field says the calendar's day.
      if time.precision != .time || zone.dayEndMinutes == 0 {
        #expect(try words.read(dates.text(time)) == when, "\(dates.text(time)) in \(name)")
      }
      #expect(When(when.spelling) == when)
    }
  }

  @Test func anyTextIsADateOfTheFilmAgeOrNone() {
    var random = SystemRandomNumberGenerator()
    let pieces =
      "0123456789 -/.:,tTzZ+ampuhrédñ·٣½月".map(String.init)
      + [
        "yesterday", "May", "2024", "21:40", "de", "last", "ago", "days", "vor", "am", "pm", "uhr", "31", "12",
        "Friday",
      ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...9)).map { _ in pieces.randomElement(using: &random)! }.joined()
      let words = Self.words(Language.offered.randomElement()!, dayEnd: [0, 240].randomElement()!)
      guard let when = try? words.read(text), case .date(_, let day, _) = when else { continue }
      #expect(day.parts.year >= 1880 && day <= Day("2026-11-23")!, "\(text)")
      #expect(when.resolved(now: Site.now, zone: words.zone, released: nil) != nil, "\(text)")
    }
  }

  // MARK: In a form

  @Test func aWrongDateComesBackWithWhatWasTyped() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let fields = ["when": "30 Feb \"2024\"", "again": "1", "back": "/titles/1?x=1"]
      let answer = try await alice.post("/titles/1/plays", fields)
      #expect(answer.status == .unprocessableContent)
      #expect(answer.body.contains("This is not a date that FlixList can read."))
      #expect(
        answer.body.contains("value=\"30 Feb &quot;2024&quot;\"") && answer.body.contains("aria-invalid=\"true\""))
      #expect(answer.body.contains("action=\"/titles/1/plays\"") && answer.body.contains("name=\"again\" value=\"1\""))
      #expect(answer.body.contains("name=\"back\" value=\"/titles/1?x=1\""))
      let noSuchDay = try await alice.post("/titles/1/plays", ["when": "30 Feb 2024"])
      #expect(noSuchDay.status == .unprocessableContent)
      #expect(noSuchDay.body.contains("There is no day 30 in Feb 2024: it has 29 days."))
      #expect(try await site.number("SELECT count(*) FROM plays") == 0)
    }
  }

  @Test func inPlaceOnlyTheMessageComes() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      let done = try #require(try await alice.post("/titles/1/plays").done)
      let play = try await site.number("SELECT max(id) FROM plays")
      let wrong = try await alice.post("/plays/\(play)", ["when": "5/6/2024"], headers: [.fragment: "1"])
      #expect(wrong.status == .unprocessableContent && wrong.headers[.fragment] == "1")
      #expect(wrong.body.contains("6 May 2024") && wrong.body.contains("5 June 2024"))
      #expect(!wrong.body.contains("id=\"main\"") && !wrong.body.contains("<form"))
      // The form of the answer bar goes with the bar, so it comes again, with what was typed.
      let bar = try await alice.post("/activity/\(done)/when", ["when": "25:00"], headers: [.fragment: "1"])
      #expect(bar.status == .unprocessableContent && bar.body.contains("value=\"25:00\""))
      #expect(bar.body.contains("action=\"/activity/\(done)/when\""))
    }
  }

  @Test func everyMistakeIsASentenceInEveryLanguage() throws {
    for language in Language.offered {
      let texts = try Texts(language: language, file: Embedded.text(language.rawValue + ".txt"))
      let dates = Dates(texts: texts, zone: .utc, now: Site.now)
      let sentences = Self.mistakes.map { dates.text($0.1) }
      #expect(sentences.allSatisfy { $0.hasSuffix(".") && !$0.contains("{") }, "\(language)")
    }
  }

  @Test func germanAndSpanishFormsTakeTheirOwnWords() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for (language, text, day) in [("de", "gestern um 20.15 Uhr", "2026-11-22"), ("es", "5/6/2024", "2024-06-05")] {
        _ = try await alice.post("/settings", ["zone": "Europe/Berlin", "language": language])
        #expect(try await alice.post("/titles/1/plays", ["when": text]).status == .seeOther, "\(text)")
        #expect(try await site.record("alice").contains("\"day\": \"\(day)\""), "\(text)")
      }
    }
  }
}
