/// The words of a command in one language, folded; the English ones are understood in each.
struct CommandWords: Sendable {
  /// Verbs that may stand before the name, and those after it.
  var before: [String: Command.Verb] = [:]
  var after: [String: Command.Verb] = [:]
  /// "Rate", which means something only beside a rating.
  var rate: Set<String> = []
  /// How many days ago a word means.
  var days: [String: Int] = [:]
  /// Weekdays, with what may stand around them; 0 is Monday.
  var weekdays: [String: Int] = [:]
  /// What may stand before a date, and before a month or year.
  var on: Set<String> = []
  var within: Set<String> = []
  var season: Set<String> = []
  var episode: Set<String> = []
  var letters = CommandNumbers.Letters()
  /// Between day, month and year, where a language has one order for them.
  var separator: Character?
  /// How many days units have, what stands before the number, and what "one" is.
  private var units: [String: Int] = [:]
  private var agoBefore = ""
  private var one: Set<String> = []

  /// Every single word that may begin a command.
  var starts: Set<String> { Set(before.keys).union(rate) }

  /// The longest time ago that is counted in days or weeks.
  private static let longestAgo = 3_660

  /// The words of a language.
  static func of(_ language: Language) -> CommandWords {
    switch language {
    case .english, .pseudo: english
    case .german: german
    case .spanish: spanish
    }
  }

  /// How many days ago "2 days ago", "vor 2 Tagen" or "hace 2 días" is.
  func ago(_ phrase: String) -> Int? {
    let words = phrase.split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    let isEnglish = words[2] == "ago"
    guard isEnglish || words[0] == agoBefore else { return nil }
    let (count, unit) = isEnglish ? (words[0], words[1]) : (words[1], words[2])
    guard let number = one.contains(count) ? 1 : Int(digits: count), let days = units[unit] else { return nil }
    return (1...Self.longestAgo).contains(number) && number * days <= Self.longestAgo ? number * days : nil
  }

  private mutating func add(
    weekdays names: [String], before prefixes: [String], after suffixes: [String] = []
  ) {
    for (number, name) in names.enumerated() {
      weekdays[name] = number
      for prefix in prefixes { weekdays[prefix + " " + name] = number }
      for suffix in suffixes {
        weekdays[name + " " + suffix] = number
        for prefix in prefixes { weekdays[prefix + " " + name + " " + suffix] = number }
      }
    }
  }

  private mutating func add(_ verb: Command.Verb, before starts: [String], after ends: [String]) {
    for start in starts { before[start] = verb }
    for end in ends { after[end] = verb }
  }

  private static let english: CommandWords = {
    var words = CommandWords()
    words.add(.watched, before: ["watched", "seen", "saw", "i watched", "i saw"], after: ["watched", "seen"])
    words.add(.planned, before: ["plan", "watchlist"], after: ["plan", "planned", "watchlist", "to watch"])
    words.add(.paused, before: ["pause", "paused"], after: ["pause", "paused"])
    words.add(.dropped, before: ["drop", "dropped"], after: ["drop", "dropped"])
    words.rate = ["rate", "rated"]
    words.days = ["today": 0, "tonight": 0, "yesterday": 1, "last night": 1, "yesterday evening": 1]
    words.add(
      weekdays: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], before: ["on", "last"])
    words.on = ["on"]
    words.within = ["in"]
    words.season = ["season"]
    words.episode = ["episode", "episodes", "ep"]
    words.units = ["day": 1, "days": 1, "week": 7, "weeks": 7]
    words.one = ["a", "one"]
    return words
  }()

  private static let german: CommandWords = {
    var words = english
    let seen = ["gesehen", "geschaut", "angeschaut", "angesehen"]
    words.add(.watched, before: seen, after: seen)
    words.add(
      .planned, before: ["merken", "vormerken", "einplanen"],
      after: ["merken", "vormerken", "einplanen", "merkliste", "auf die merkliste", "geplant"])
    words.add(.paused, before: ["pausieren"], after: ["pausieren", "pausiert"])
    words.add(.dropped, before: ["abbrechen"], after: ["abbrechen", "abgebrochen"])
    words.rate.formUnion(["bewerte", "bewerten"])
    words.days.merge(["heute": 0, "heute abend": 0, "gestern": 1, "gestern abend": 1, "letzte nacht": 1]) { $1 }
    words.add(
      weekdays: ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"],
      before: ["am", "letzten", "am letzten"])
    words.weekdays["sonnabend"] = 5
    words.on.insert("am")
    words.within.formUnion(["im", "im jahr"])
    words.season.insert("staffel")
    words.episode.formUnion(["folge", "folgen", "episoden"])
    words.letters.episode.append(UInt8(ascii: "f"))
    words.separator = "."
    words.units.merge(["tag": 1, "tagen": 1, "woche": 7, "wochen": 7]) { $1 }
    words.agoBefore = "vor"
    words.one.formUnion(["einem", "einer"])
    return words
  }()

  private static let spanish: CommandWords = {
    var words = english
    words.add(
      .watched, before: ["visto", "vista", "vi", "he visto"], after: ["visto", "vista", "vistos", "vistas"])
    words.add(
      .planned, before: ["planear"], after: ["pendiente", "pendientes", "a pendientes", "para ver", "por ver"])
    words.add(.paused, before: ["pausar"], after: ["pausar", "pausada", "pausado", "en pausa"])
    words.add(
      .dropped, before: ["abandonar", "dejar"], after: ["abandonar", "abandonada", "abandonado"])
    words.rate.formUnion(["puntua", "puntuar", "valorar"])
    words.days.merge(["hoy": 0, "esta noche": 0, "ayer": 1, "anoche": 1, "ayer por la noche": 1]) { $1 }
    words.add(
      weekdays: ["lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"], before: ["el"],
      after: ["pasado"])
    words.on.insert("el")
    words.within.insert("en")
    words.season.insert("temporada")
    words.episode.formUnion(["episodio", "episodios", "capitulo", "capitulos"])
    words.letters.season.append(UInt8(ascii: "t"))
    words.separator = "/"
    words.units.merge(["dia": 1, "dias": 1, "semana": 7, "semanas": 7]) { $1 }
    words.agoBefore = "hace"
    words.one.formUnion(["un", "una"])
    return words
  }()
}
