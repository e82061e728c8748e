import Foundation

/// A piece of a written date.
enum WhenToken: Equatable, Sendable {
  /// Digits: what they say and how many there are.
  struct Number: Equatable, Sendable {
    let value: Int
    let digits: Int
  }

  case digits(Number)
  /// Letters, in lower case and without accents.
  case letters(String)
  case mark(Character)

  var number: Number? { if case .digits(let number) = self { number } else { nil } }
  var word: String? { if case .letters(let word) = self { word } else { nil } }
  var sign: Character? { if case .mark(let sign) = self { sign } else { nil } }

  /// The pieces of a text.
  ///
  /// - Throws: for a number of more than eight digits.
  static func all(in text: String) throws(WhenText.Mistake) -> [WhenToken] {
    var tokens: [WhenToken] = []
    var run = ""
    func end() throws(WhenText.Mistake) {
      if run.isEmpty { return }
      if run.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
        guard run.utf8.count <= 8, let value = Int(run) else { throw .unreadable }
        tokens.append(.digits(Number(value: value, digits: run.utf8.count)))
      } else {
        tokens.append(.letters(run))
      }
      run = ""
    }
    for scalar in text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
      let isDigit = ("0"..."9").contains(scalar)
      if scalar.properties.generalCategory == .nonspacingMark || "'’".unicodeScalars.contains(scalar) { continue }
      guard isDigit || scalar.properties.isAlphabetic else {
        try end()
        if "‐‑‒–—−".unicodeScalars.contains(scalar) {
          tokens.append(.mark("-"))
        } else if !scalar.properties.isWhitespace {
          tokens.append(.mark(Character(scalar)))
        }
        continue
      }
      if let last = run.unicodeScalars.last, ("0"..."9").contains(last) != isDigit { try end() }
      run.unicodeScalars.append(scalar)
    }
    try end()
    return tokens
  }

  /// The words of tokens that are nothing but words; nil when there is anything else.
  static func phrase(_ tokens: [WhenToken]) -> String? {
    let words = tokens.compactMap(\.word)
    return words.count == tokens.count && !words.isEmpty ? words.joined(separator: " ") : nil
  }
}

/// Reads the time of day.
enum ClockText {
  /// A clock that begins with an hour.
  ///
  /// - Parameter rest: what follows the hour.
  /// - Returns: minutes since midnight, and how many tokens after the hour belong to it; nil when it is no clock.
  /// - Throws: for a clock that shows no time of day.
  static func read(
    _ hour: WhenToken.Number, _ rest: ArraySlice<WhenToken>
  ) throws(WhenText.Mistake) -> (minutes: Int, tokens: Int)? {
    guard hour.digits <= 2 else { return nil }
    let tokens = Array(rest.prefix(12))
    func at(_ place: Int) -> WhenToken? { place < tokens.count ? tokens[place] : nil }
    var minute = WhenToken.Number(value: 0, digits: 2)
    var used = 0
    if at(0)?.sign == ":" {
      guard let number = at(1)?.number else { throw .clock }
      (minute, used) = (number, 2)
      if at(2)?.sign == ":" {
        guard let second = at(3)?.number, second.digits == 2, second.value < 60 else { throw .clock }
        used = at(4)?.sign == "." && at(5)?.number != nil ? 6 : 4
      }
    } else if at(0)?.sign == ".", let number = at(1)?.number, number.digits == 2, isHourWord(at(2)) {
      (minute, used) = (number, 2)
    } else if isHourWord(at(0)) {
      used = 1
      if let number = at(1)?.number, number.digits == 2, at(2)?.sign == nil { (minute, used) = (number, 2) }
      return (try minutes(hour.value, minute), used)
    }
    // Behind 21:40, "am" is German for "on the".
    if let half = half(at(used), at(used + 1), at(used + 2), at(used + 3)), half.isAfternoon || hour.value <= 12 {
      guard (1...12).contains(hour.value) else { throw .clock }
      return (try minutes(hour.value % 12 + (half.isAfternoon ? 12 : 0), minute), used + half.tokens)
    }
    guard used > 0 else { return nil }
    if isHourWord(at(used)) { used += 1 }
    return (try minutes(hour.value, minute), used)
  }

  private static func minutes(_ hour: Int, _ minute: WhenToken.Number) throws(WhenText.Mistake) -> Int {
    guard hour < 24, minute.digits == 2, minute.value < 60 else { throw .clock }
    return hour * 60 + minute.value
  }

  private static func isHourWord(_ token: WhenToken?) -> Bool {
    token?.word.map { ["h", "uhr", "hs", "hrs", "horas"].contains($0) } ?? false
  }

  /// `am`, `p.m.`, `p. m.`
  private static func half(
    _ first: WhenToken?, _ second: WhenToken?, _ third: WhenToken?, _ fourth: WhenToken?
  ) -> (isAfternoon: Bool, tokens: Int)? {
    switch first?.word {
    case "am": return (false, 1)
    case "pm": return (true, 1)
    case "a", "p":
      guard second?.sign == ".", third?.word == "m" else { return nil }
      return (first?.word == "p", fourth?.sign == "." ? 4 : 3)
    default: return nil
    }
  }
}

extension WhenText {
  typealias Token = WhenToken

  /// Texts that are no date at all.
  static let keywords: [String: When] = {
    var all: [String: When] = [:]
    for word in ["now", "just now", "right now", "jetzt", "gerade", "gerade eben", "ahora", "ahora mismo"] {
      all[word] = .now
    }
    for word in [
      "release", "release date", "release day", "on release", "premiere", "when it came out", "the day it came out",
      "erscheinungstag", "am erscheinungstag", "erscheinungsdatum", "kinostart", "erstausstrahlung", "estreno",
      "dia del estreno", "el dia del estreno", "fecha de estreno",
    ] { all[word] = .release }
    for word in [
      "unknown", "date unknown", "dont know", "i dont know", "unbekannt", "datum unbekannt", "weiss nicht",
      "weiß nicht", "keine ahnung", "desconocida", "desconocido", "fecha desconocida", "no se", "no lo se",
    ] { all[word] = .unknown }
    return all
  }()

  /// How many days ago.
  static let days: [String: Int] = [
    "tomorrow": -1, "morgen": -1, "manana": -1, "today": 0, "heute": 0, "hoy": 0, "tonight": 0, "this morning": 0,
    "this evening": 0, "heute morgen": 0,
    "heute abend": 0, "heute nacht": 0, "esta manana": 0, "esta tarde": 0, "esta noche": 0,
    "yesterday": 1, "gestern": 1, "ayer": 1, "yesterday morning": 1, "gestern morgen": 1, "ayer por manana": 1,
    "ayer por tarde": 1, "day before yesterday": 2, "vorgestern": 2, "anteayer": 2, "antes ayer": 2,
  ]
  /// Evenings, whose small hours are the next day's.
  static let nights: Set<String> = [
    "last night", "yesterday evening", "yesterday night", "letzte nacht", "gestern abend", "gestern nacht", "anoche",
    "ayer noche", "ayer por noche",
  ]
  static let years: [String: Int] = [
    "this year": 0, "dieses jahr": 0, "este ano": 0, "last year": 1, "letztes jahr": 1, "ano pasado": 1,
  ]
  static let monthsBack: [String: Int] = [
    "this month": 0, "diesen monat": 0, "dieser monat": 0, "este mes": 0,
    "last month": 1, "letzten monat": 1, "letzter monat": 1, "mes pasado": 1,
  ]
  static let units: [String: Int] = [
    "day": 1, "days": 1, "tag": 1, "tage": 1, "tagen": 1, "dia": 1, "dias": 1,
    "week": 7, "weeks": 7, "woche": 7, "wochen": 7, "semana": 7, "semanas": 7,
  ]
  /// Before or after the name of a day or month.
  static let last: Set<String> = [
    "last", "letzte", "letzten", "letzter", "letztes", "vergangenen", "pasado", "pasada", "ultimo",
  ]
  static let fillers: Set<String> = [
    "at", "on", "the", "of", "in", "um", "am", "im", "vom", "den", "der", "el", "la", "las", "los", "en", "de", "del",
    "a", "al", "t",
  ]
  static let ordinals: Set<String> = ["st", "nd", "rd", "th", "o", "er", "ro"]
  static let zones: Set<String> = [
    "z", "utc", "gmt", "cet", "cest", "mez", "mesz", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "bst",
    "ist", "jst", "wet", "west", "eet", "eest", "msk", "aest", "aedt",
  ]

  /// 1 to 12, by the names and short forms of all languages, without accents.
  static let months = numbered(
    from: 1,
    [
      "january jan januar janner ene enero", "february feb februar febrero", "march mar marz maerz mrz marzo",
      "april apr abril abr", "may mai mayo", "june jun juni junio", "july jul juli julio", "august aug agosto ago",
      "september sep sept septiembre setiembre", "october oct oktober okt octubre", "november nov noviembre",
      "december dec dezember dez diciembre dic",
    ])
  /// 0 for Monday.
  static let weekdays = numbered(
    from: 0,
    [
      "monday mon montag mo lunes lun", "tuesday tue tues dienstag di martes",
      "wednesday wed mittwoch mi miercoles mie",
      "thursday thu thur thurs donnerstag do jueves jue", "friday fri freitag fr viernes vie",
      "saturday sat samstag sonnabend sa sabado sab", "sunday sun sonntag so domingo dom",
    ])

  private static func numbered(from first: Int, _ lines: [String]) -> [String: Int] {
    var all: [String: Int] = [:]
    for (place, line) in lines.enumerated() {
      for name in line.split(separator: " ") { all[String(name)] = place + first }
    }
    return all
  }
}
