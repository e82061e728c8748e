/// Reads `record.json`, versions 1 and 2: all of it or a mistake with its place.
enum RecordImport {
  /// How many bytes a file may have.
  static let maximumBytes = 64 << 20

  /// Reads a file.
  ///
  /// - Parameter now: nothing may be later than this.
  /// - Throws: `ImportMistake`.
  static func read(_ bytes: ArraySlice<UInt8>, now: Instant) throws -> ImportedRecord {
    var scan = JSONScanner(bytes)
    guard scan.isObjectNext() else { throw scan.mistake(.notRecord) }
    var reader = RecordReader(now: now)
    var record = ImportedRecord()
    var format: String?
    var version: Int?
    try scan.object { scan, key in
      switch key {
      case "format":
        format = try scan.text(atMost: 100)
        if format != "flixlist-record" { throw scan.mistake(.notRecord) }
      case "version":
        version = try scan.int(1...Int.max)
        if let version, version > RecordExport.version { throw scan.mistake(.newer, value: String(version)) }
      case "titles" where format != nil && version != nil:
        try scan.list { scan, _ in record.titles.append(try reader.title(&scan, version: version ?? 1)) }
      case "lists" where format != nil && version != nil && version != 1:
        let count = record.titles.count
        try scan.list { scan, _ in record.lists.append(try reader.list(&scan, titles: count)) }
      default: throw scan.mistake(format == nil || version == nil ? .notRecord : .unknown)
      }
    }
    try scan.finish()
    guard format != nil, version != nil else { throw scan.mistake(.notRecord) }
    record.passedOver = scan.passedOver
    return record
  }
}

/// Reads the pieces of a record.
struct RecordReader {
  /// No play with a time is later than this: clocks differ by a little.
  private let latestTime: Instant
  /// No other moment is later: a play without an hour stands at noon.
  private let latest: Instant
  /// No day is later: it is the latest that is today anywhere.
  private let latestDay: String

  /// What one file may hold, so that a small one cannot grow without end: titles, their rows, episodes to be made.
  private static let titlesLimit = 100_000
  private static let rowsLimit = 1_000_000
  private static let episodesLimit = 200_000
  /// How many seasons a title may have, those that only its plays name among them: its page shows them all.
  private static let seasonsLimit = 500
  private var titles = 0
  private var rows = 0
  private var episodes = 0
  private var lists = 0

  private static let numbers = 0...1_000_000
  private static let noteLength = EntryForm.noteLength
  private static let nameLength = 400

  init(now: Instant) {
    latestTime = now + 60_000_000
    latest = now + 86_400_000_000
    latestDay = Zone.utc.clock(at: now + 14 * 3_600_000_000).day.description
  }

  // MARK: Titles

  /// Reads a title.
  mutating func title(_ scan: inout JSONScanner, version: Int) throws -> ImportedTitle {
    var title = ImportedTitle()
    var own = OwnTitle(kind: .movie, name: "")
    var isOwn = false
    var hasKind = false
    titles += 1
    if titles > Self.titlesLimit { throw scan.mistake(.tooMuch, value: String(Self.titlesLimit)) }
    try scan.object { scan, key in
      switch key {
      case "kind":
        title.kind = try word(&scan)
        hasKind = true
      case "name": title.name = try name(&scan)
      case "year": title.year = try scan.int(1...9_999)
      case "imdb": title.imdb = try imdb(&scan)
      case "tmdb": title.tmdb = try scan.int(1...Int(Int32.max))
      case "own": isOwn = try scan.truth()
      case "entry": title.entry = try entry(&scan)
      case "passes": title.passes = try rows(&scan) { try $0.pass(&$1) }
      case "plays": title.plays = try rows(&scan) { try $0.play(&$1) }
      case "skips": title.skips = try rows(&scan) { try $0.skip(&$1) }
      case "ratings": title.ratings = try rows(&scan) { try $0.rating(&$1) }
      default: try fact(&scan, key, of: &own)
      }
    }
    if !hasKind { throw scan.mistake(.missing, at: [.key("kind")]) }
    if title.name.isEmpty { throw scan.mistake(.missing, at: [.key("name")]) }
    try check(title, scan)
    let seasons = Set(own.seasons.map(\.number)).union(title.episodes.map(\.season))
    if seasons.count > Self.seasonsLimit { throw scan.mistake(.tooMuch, value: String(Self.seasonsLimit)) }
    guard isOwn else { return title }
    (own.kind, own.name, own.year, own.imdb, own.tmdb) = (title.kind, title.name, title.year, title.imdb, title.tmdb)
    // The first version did not say it: whoever enters a show enters what there is of it.
    if version == 1, own.kind == .show { own.hasEnded = true }
    if own.kind == .movie, !own.seasons.isEmpty { throw scan.mistake(.film, at: [.key("seasons")]) }
    own.add(title.episodes)
    title.own = own
    return title
  }

  /// Reads what only a title of one's own says of itself.
  private mutating func fact(_ scan: inout JSONScanner, _ key: String, of own: inout OwnTitle) throws {
    switch key {
    case "original": own.originalName = try name(&scan)
    case "released": own.released = try day(&scan)
    case "runtime": own.runtime = try scan.int(1...100_000)
    case "overview": own.overview = try scan.text(atMost: 20_000)
    case "countries": own.countries = try scan.text(atMost: 200)
    case "languages": own.languages = try scan.text(atMost: 200)
    case "ended": own.hasEnded = try scan.truth()
    case "genres":
      try scan.list { scan, place in
        if place >= 50 { throw scan.mistake(.tooMuch, value: "50") }
        let genre = try scan.text(atMost: 100)
        // The genres of all titles are choices for everybody: none is made up by a file.
        if StarterReader.genres.contains(genre), !own.genres.contains(genre) {
          own.genres.append(genre)
        } else {
          scan.notePassedOver()
        }
      }
    case "seasons": own.seasons = try seasons(&scan)
    default: try scan.passOver()
    }
  }

  private mutating func seasons(_ scan: inout JSONScanner) throws -> [OwnTitle.Season] {
    var seasons: [OwnTitle.Season] = []
    try scan.list { scan, place in
      if place >= Self.seasonsLimit { throw scan.mistake(.tooMuch, value: String(Self.seasonsLimit)) }
      var season = OwnTitle.Season(number: -1)
      try scan.object { scan, key in
        switch key {
        case "season": season.number = try scan.int(Self.numbers)
        case "name": season.name = try scan.text(atMost: Self.nameLength)
        case "year": season.year = try scan.int(1...9_999)
        case "episodes": season.episodes = try episodesOfSeason(&scan)
        default: try scan.passOver()
        }
      }
      if season.number < 0 { throw scan.mistake(.missing, at: [.key("season")]) }
      if seasons.contains(where: { $0.number == season.number }) { throw scan.mistake(.twice) }
      episodes += season.episodes.count
      if episodes > Self.episodesLimit { throw scan.mistake(.tooMuch, value: String(Self.episodesLimit)) }
      seasons.append(season)
    }
    return seasons.sorted { $0.number < $1.number }
  }

  private func episodesOfSeason(_ scan: inout JSONScanner) throws -> [OwnTitle.Episode] {
    guard try scan.isListNext() else {
      let count = try scan.int(0...20_000)
      return (0..<count).map { OwnTitle.Episode(number: $0 + 1) }
    }
    var episodes: [OwnTitle.Episode] = []
    var seen: Set<Int> = []
    try scan.list { scan, _ in
      var episode = OwnTitle.Episode(number: -1)
      try scan.object { scan, key in
        switch key {
        case "episode": episode.number = try scan.int(Self.numbers)
        case "name": episode.name = try scan.text(atMost: Self.nameLength)
        case "aired": episode.aired = try day(&scan)
        case "runtime": episode.runtime = try scan.int(1...100_000)
        default: try scan.passOver()
        }
      }
      if episode.number < 0 { throw scan.mistake(.missing, at: [.key("episode")]) }
      if !seen.insert(episode.number).inserted { throw scan.mistake(.twice) }
      episodes.append(episode)
    }
    return episodes.sorted { $0.number < $1.number }
  }

  /// Holds the pieces of a title to each other.
  private func check(_ title: ImportedTitle, _ scan: JSONScanner) throws {
    if title.kind == .movie {
      for (name, isThere) in [
        ("passes", !title.passes.isEmpty), ("skips", !title.skips.isEmpty), ("ratings", !title.ratings.isEmpty),
      ] where isThere {
        throw scan.mistake(.film, at: [.key(name)])
      }
    }
    for (place, play) in title.plays.enumerated() {
      let steps: [JSONScanner.Step] = [.key("plays"), .index(place)]
      if title.kind == .movie, play.episode != nil { throw scan.mistake(.film, at: steps) }
      if title.kind == .show, play.episode == nil { throw scan.mistake(.missing, at: steps + [.key("season")]) }
      if play.pass > title.passes.count {
        throw scan.mistake(.reference, value: String(play.pass), at: steps + [.key("pass")])
      }
    }
    if title.passes.filter({ $0.endedAt == nil }).count > 1 { throw scan.mistake(.openPasses, at: [.key("passes")]) }
    var skips: Set<EpisodePlace> = []
    for (place, skip) in title.skips.enumerated() where !skips.insert(skip).inserted {
      throw scan.mistake(.twice, at: [.key("skips"), .index(place)])
    }
    var ratings: Set<[Int]> = []
    for (place, rating) in title.ratings.enumerated()
    where !ratings.insert([rating.season, rating.number ?? -1]).inserted {
      throw scan.mistake(.twice, at: [.key("ratings"), .index(place)])
    }
  }

  // MARK: The record of a title

  /// Reads a list of rows, each by `read`.
  private mutating func rows<T>(
    _ scan: inout JSONScanner, _ read: (RecordReader, inout JSONScanner) throws -> T
  ) throws -> [T] {
    var all: [T] = []
    try scan.list { scan, _ in
      rows += 1
      if rows > Self.rowsLimit { throw scan.mistake(.tooMuch, value: String(Self.rowsLimit)) }
      all.append(try read(self, &scan))
    }
    return all
  }

  private func entry(_ scan: inout JSONScanner) throws -> EntryRow {
    var entry = EntryRow(intent: nil, rating: nil, isFavourite: false, note: "", addedAt: 0)
    var isDated = false
    try scan.object { scan, key in
      switch key {
      case "added":
        entry.addedAt = try instant(&scan, latest)
        isDated = true
      case "status": entry.intent = try word(&scan) as Intent
      case "rating": entry.rating = try scan.int(0...100, else: .rating)
      case "favourite": entry.isFavourite = try scan.truth()
      case "specials": entry.countsSpecials = try scan.truth()
      case "note": entry.note = try scan.text(atMost: Self.noteLength)
      default: try scan.passOver()
      }
    }
    if !isDated { throw scan.mistake(.missing, at: [.key("added")]) }
    return entry
  }

  private func pass(_ scan: inout JSONScanner) throws -> ImportedPass {
    var pass = ImportedPass(startedAt: 0)
    var isDated = false
    try scan.object { scan, key in
      switch key {
      case "name": pass.name = try name(&scan, atMost: PassStore.nameLength, orEmpty: true)
      case "started":
        pass.startedAt = try instant(&scan, latest)
        isDated = true
      case "ended": pass.endedAt = try instant(&scan, latest)
      default: try scan.passOver()
      }
    }
    if !isDated { throw scan.mistake(.missing, at: [.key("started")]) }
    return pass
  }

  private func play(_ scan: inout JSONScanner) throws -> ImportedPlay {
    var (season, number): (Int?, Int?)
    var (at, day): (Instant?, String?)
    var precision: Precision?
    var (source, note, pass) = ("import", "", 0)
    try scan.object { scan, key in
      switch key {
      case "season": season = try scan.int(Self.numbers)
      case "episode": number = try scan.int(Self.numbers)
      case "at": at = try instant(&scan, latest)
      case "day": day = try scan.text(atMost: 10)
      case "precision": precision = try word(&scan) as Precision
      case "source": source = try self.source(&scan)
      case "note": note = try scan.text(atMost: Self.noteLength)
      case "pass": pass = try scan.int(1...Self.numbers.upperBound)
      default: try scan.passOver()
      }
    }
    guard let precision else { throw scan.mistake(.missing, at: [.key("precision")]) }
    if (season == nil) != (number == nil) {
      throw scan.mistake(.missing, at: [.key(season == nil ? "season" : "episode")])
    }
    let episode = season.flatMap { season in number.map { EpisodePlace(season: season, number: $0) } }
    let time = PlayTime(at: at, day: day, precision: precision)
    try check(time, scan)
    return ImportedPlay(episode: episode, time: time, source: source, note: note, pass: pass)
  }

  /// Holds moment, day and precision of a play to each other.
  private func check(_ time: PlayTime, _ scan: JSONScanner) throws {
    if time.precision == .unknown {
      if let day = time.day { throw scan.mistake(.precision, value: day, at: [.key("day")]) }
      if time.at != nil { throw scan.mistake(.precision, value: "unknown", at: [.key("at")]) }
      return
    }
    guard let at = time.at else { throw scan.mistake(.missing, at: [.key("at")]) }
    guard let day = time.day else { throw scan.mistake(.missing, at: [.key("day")]) }
    let length = time.precision == .year ? 4 : time.precision == .month ? 7 : 10
    guard let first = Day(day + "-01-01".dropFirst(day.utf8.count == 4 ? 0 : day.utf8.count == 7 ? 3 : 6)) else {
      throw scan.mistake(.date, value: day, at: [.key("day")])
    }
    guard day.utf8.count == length else { throw scan.mistake(.precision, value: day, at: [.key("day")]) }
    if first.parts.year < When.firstYear { throw scan.mistake(.range, value: day, at: [.key("day")]) }
    if day > latestDay.prefix(length) { throw scan.mistake(.future, value: day, at: [.key("day")]) }
    if time.precision == .time, at > latestTime {
      throw scan.mistake(.future, value: InstantText.write(at), at: [.key("at")])
    }
    // Zones and the hour at which a day ends move it by a day at most.
    let days = length == 4 ? 366 : length == 7 ? 31 : 1
    let number = at.floorDivided(by: 86_400_000_000)
    guard (first.number - 2...first.number + days + 1).contains(number) else {
      throw scan.mistake(.precision, value: InstantText.write(at), at: [.key("at")])
    }
  }

  private func skip(_ scan: inout JSONScanner) throws -> EpisodePlace {
    var (season, number): (Int?, Int?)
    try scan.object { scan, key in
      switch key {
      case "season": season = try scan.int(Self.numbers)
      case "episode": number = try scan.int(Self.numbers)
      default: try scan.passOver()
      }
    }
    guard let season else { throw scan.mistake(.missing, at: [.key("season")]) }
    guard let number else { throw scan.mistake(.missing, at: [.key("episode")]) }
    return EpisodePlace(season: season, number: number)
  }

  private func rating(_ scan: inout JSONScanner) throws -> ImportedRating {
    var (season, number, rating): (Int?, Int?, Int?)
    try scan.object { scan, key in
      switch key {
      case "season": season = try scan.int(Self.numbers)
      case "episode": number = try scan.int(Self.numbers)
      case "rating": rating = try scan.int(0...100, else: .rating)
      default: try scan.passOver()
      }
    }
    guard let season else { throw scan.mistake(.missing, at: [.key("season")]) }
    guard let rating else { throw scan.mistake(.missing, at: [.key("rating")]) }
    return ImportedRating(season: season, number: number, rating: rating)
  }

  // MARK: Lists

  /// Reads a list; the titles that it names stand before it in the file.
  mutating func list(_ scan: inout JSONScanner, titles count: Int) throws -> ImportedList {
    var list = ImportedList(createdAt: 0)
    var isDated = false
    lists += 1
    if lists > ListRules.listsLimit { throw scan.mistake(.tooMuch, value: String(ListRules.listsLimit)) }
    try scan.object { scan, key in
      switch key {
      case "name": list.name = try name(&scan, atMost: ListRules.nameLength)
      case "note": list.note = try scan.text(atMost: ListRules.noteLength)
      case "rule": list.rule = try rule(&scan)
      case "created":
        list.createdAt = try instant(&scan, latest)
        isDated = true
      case "items": list.items = try rows(&scan) { try $0.item(&$1) }
      default: try scan.passOver()
      }
    }
    if list.name.isEmpty { throw scan.mistake(.missing, at: [.key("name")]) }
    if !isDated { throw scan.mistake(.missing, at: [.key("created")]) }
    if list.items.count > ListRules.itemsLimit {
      throw scan.mistake(.tooMuch, value: String(ListRules.itemsLimit), at: [.key("items")])
    }
    if list.rule != nil, !list.items.isEmpty { throw scan.mistake(.value, at: [.key("items")]) }
    var seen: Set<Int> = []
    for (place, item) in list.items.enumerated() {
      let steps: [JSONScanner.Step] = [.key("items"), .index(place), .key("title")]
      guard item.title < count else { throw scan.mistake(.reference, value: String(item.title), at: steps) }
      guard seen.insert(item.title).inserted else { throw scan.mistake(.twice, at: steps) }
    }
    return list
  }

  /// A rule as it stands in the file, which is how the library writes it.
  private func rule(_ scan: inout JSONScanner) throws -> String {
    let text = try scan.text(atMost: ListRule.length)
    guard (try? ListRule.checked(text)) != nil else { throw scan.mistake(.value, value: text) }
    return text
  }

  private func item(_ scan: inout JSONScanner) throws -> ImportedList.Item {
    var item = ImportedList.Item(title: -1, note: "", addedAt: 0)
    var isDated = false
    try scan.object { scan, key in
      switch key {
      case "title": item.title = try scan.int(Self.numbers, else: .reference)
      case "note": item.note = try scan.text(atMost: ListRules.noteLength)
      case "added":
        item.addedAt = try instant(&scan, latest)
        isDated = true
      default: try scan.passOver()
      }
    }
    if item.title < 0 { throw scan.mistake(.missing, at: [.key("title")]) }
    if !isDated { throw scan.mistake(.missing, at: [.key("added")]) }
    return item
  }

  // MARK: Values

  private func word<T: RawRepresentable<String>>(_ scan: inout JSONScanner) throws -> T {
    let text = try scan.text(atMost: 100)
    guard let value = T(rawValue: text) else { throw scan.mistake(.value, value: text) }
    return value
  }

  private func name(
    _ scan: inout JSONScanner, atMost limit: Int = nameLength, orEmpty: Bool = false
  ) throws -> String {
    let text = try scan.text(atMost: limit)
    // The database counts code points, of which a character may have several.
    if text.unicodeScalars.count > limit { throw scan.mistake(.long) }
    if text.isEmpty, !orEmpty { throw scan.mistake(.missing) }
    return text
  }

  private func imdb(_ scan: inout JSONScanner) throws -> String {
    let text = try scan.text(atMost: 20)
    guard text.hasPrefix("tt"), Int(digits: text.dropFirst(2)) != nil else { throw scan.mistake(.value, value: text) }
    return text
  }

  private func source(_ scan: inout JSONScanner) throws -> String {
    let text = try scan.text(atMost: 40)
    let isWord = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    guard isWord, !text.isEmpty else { throw scan.mistake(.value, value: text) }
    return text
  }

  private func day(_ scan: inout JSONScanner) throws -> Day {
    let text = try scan.text(atMost: 100)
    guard let day = Day(text) else { throw scan.mistake(.date, value: text) }
    return day
  }

  private func instant(_ scan: inout JSONScanner, _ latest: Instant) throws -> Instant {
    let text = try scan.text(atMost: 100)
    guard let instant = InstantText.read(text) else { throw scan.mistake(.date, value: text) }
    if instant > latest { throw scan.mistake(.future, value: text) }
    return instant
  }
}
