import Formats
import SQL

/// An episode as it waits to be written, in 24 bytes; its name lies elsewhere.
private struct WaitingEpisode {
  let number: UInt32
  let title: UInt32
  /// The season in the upper bits, the number in the lower 17.
  let place: UInt32
  var name: UInt32 = 0
  var nameCount: UInt16 = 0
  var year: UInt16 = 0
  var runtime: UInt16 = 0

  static let numberBits: UInt32 = 17
}

/// The episodes of some shows, which are gathered from two files.
private struct WaitingEpisodes {
  private var all: [WaitingEpisode] = []
  private var names: [UInt8] = []
  private var cursor = 0

  /// The longest name that is kept, in bytes.
  private static let longestName = 1_000

  init(count: Int) { all.reserveCapacity(count) }

  mutating func add(_ episode: IMDb.Episode, title: Int, season: Int, number: Int) {
    all.append(
      WaitingEpisode(
        number: UInt32(episode.tconst), title: UInt32(title),
        place: UInt32(season) << WaitingEpisode.numberBits | UInt32(number)))
  }

  mutating func sortByNumber() {
    let isSorted = zip(all, all.dropFirst()).allSatisfy { $0.number <= $1.number }
    if !isSorted { all.sort { $0.number < $1.number } }
  }

  /// Whether an episode with this number at IMDb waits. Numbers that come in their order are found at once.
  mutating func find(_ number: Int) -> Bool {
    if cursor < all.count, all[cursor].number < number {
      cursor += 1
    }
    if cursor < all.count, all[cursor].number == number, cursor == 0 || all[cursor - 1].number < number { return true }
    var (low, high) = (0, all.count)
    while low < high {
      let middle = (low + high) / 2
      if all[middle].number < number { low = middle + 1 } else { high = middle }
    }
    cursor = low
    return low < all.count && all[low].number == number
  }

  /// Adds what the other file says of the episode that was found.
  mutating func complete(_ title: IMDb.Basics) {
    let start = names.count
    if !Self.isPlaceholder(title.primaryTitle) { names.append(contentsOf: title.primaryTitle.utf8) }
    if names.count - start > Self.longestName { names.removeSubrange((start + Self.longestName)...) }
    let number = all[cursor].number
    var place = cursor
    while place < all.count, all[place].number == number {
      all[place].name = UInt32(truncatingIfNeeded: start)
      all[place].nameCount = UInt16(names.count - start)
      all[place].year = UInt16(title.startYear ?? 0)
      all[place].runtime = UInt16(exactly: title.runtimeMinutes ?? 0) ?? 0
      place += 1
    }
  }

  /// Whether a name only says which episode it is: `Episode #1.3`.
  private static func isPlaceholder(_ name: String) -> Bool {
    name.hasPrefix("Episode #")
      && name.utf8.dropFirst(9).allSatisfy { $0 == UInt8(ascii: ".") || ($0 >= 0x30 && $0 < 0x3A) }
  }

  /// Puts the episodes of each show together, in their order.
  mutating func sortByTitle() {
    all.sort { ($0.title, $0.place, $0.number) < ($1.title, $1.place, $1.number) }
  }

  /// Calls `body` with each show, and how many episodes stand where another one stands.
  func each(_ body: (IMDbEpisodeStore.Show, Int) throws -> Void) rethrows {
    var start = 0
    while start < all.count {
      var show = IMDbEpisodeStore.Show(title: Int(all[start].title))
      var end = start
      var last: UInt32?
      while end < all.count, all[end].title == all[start].title {
        if all[end].place != last { show.episodes.append(episode(all[end])) }
        last = all[end].place
        end += 1
      }
      try body(show, end - start - show.episodes.count)
      start = end
    }
  }

  private func episode(_ waiting: WaitingEpisode) -> IMDbEpisodeStore.Coming {
    let bytes = names[Int(waiting.name)..<(Int(waiting.name) + Int(waiting.nameCount))]
    var name = String(decoding: bytes, as: UTF8.self)
    // Cut within a character.
    if bytes.count == Self.longestName, name.last == "\u{FFFD}" { name.removeLast() }
    return .init(
      imdbNumber: Int(waiting.number), season: Int(waiting.place >> WaitingEpisode.numberBits),
      number: Int(waiting.place & (1 << WaitingEpisode.numberBits - 1)), name: name,
      year: waiting.year == 0 ? nil : Int(waiting.year), runtime: waiting.runtime == 0 ? nil : Int(waiting.runtime))
  }
}

/// The pass of the episodes. One file says to which show an episode belongs, another its name: of as many shows as fit
/// into the memory both are read, and then each show is written whole.
extension IMDbRun {
  /// Adds the episodes of the shows that are in the catalogue.
  func readEpisodes() throws {
    let counts = try countEpisodes()
    var shows: [(title: Int, count: Int)] = []
    counts.each { title, count in if title > state.place { shows.append((title, count)) } }
    shows.sort { $0.title < $1.title }
    var start = 0
    while start < shows.count {
      var (end, count) = (start, 0)
      while end < shows.count, end == start || count + shows[end].count <= order.episodesAtOnce {
        count += shows[end].count
        end += 1
      }
      try readEpisodes(of: shows[start].title...shows[end - 1].title, count: count)
      start = end
    }
  }

  /// How many episodes each show has.
  private func countEpisodes() throws -> NumberTable {
    var counts = NumberTable()
    let isAgain = state.place > 0
    let problem = try read(.episode, "episodes", isAgain: isAgain) { line, columns, _ in
      let episode = try IMDb.Episode(line: line, columns: columns)
      let reason: String
      if episode.tconst > IMDbNumber.limit {
        throw IMDb.Problem.badIdentifier(.episode, column: "tconst")
      } else if let title = show(episode.parentTconst) {
        guard episode.seasonNumber == nil || episode.episodeNumber == nil else {
          return counts.set(title, (counts[title] ?? 0) + 1)
        }
        reason = "number"
      } else {
        reason = "show"
      }
      if !isAgain { state.report.episodesLeftOut[reason, default: 0] += 1 }
    }
    if let problem { throw problem }
    return counts
  }

  /// The show with that number at IMDb, when it is in the catalogue.
  private func show(_ number: Int) -> Int? { titles[number].flatMap { $0 & 1 == 1 ? $0 >> 1 : nil } }

  private func readEpisodes(of range: ClosedRange<Int>, count: Int) throws {
    var waiting = WaitingEpisodes(count: count)
    let cut = try read(.episode, "episodes", isAgain: true) { line, columns, _ in
      let episode = try IMDb.Episode(line: line, columns: columns)
      guard let season = episode.seasonNumber, let number = episode.episodeNumber, episode.tconst <= IMDbNumber.limit,
        let title = show(episode.parentTconst), range.contains(title)
      else { return }
      waiting.add(episode, title: title, season: season, number: number)
    }
    if let cut { throw cut }
    waiting.sortByNumber()
    let problem = try read(.basics, "names of episodes", isAgain: true) { line, columns, _ in
      let title = try IMDb.Basics(line: line, columns: columns)
      if title.kind.isEpisode, waiting.find(title.tconst) { waiting.complete(title) }
    }
    if let problem { throw problem }
    waiting.sortByTitle()
    try write(waiting, count: count)
  }

  private func write(_ waiting: WaitingEpisodes, count: Int) throws {
    gauge.begin("episodes", weight: try order.folder.size(.basics) * Self.writing)
    var piece: [IMDbEpisodeStore.Show] = []
    var (rows, done) = (0, 0)
    try waiting.each { show, twice in
      if twice > 0 { state.report.episodesLeftOut["twice", default: 0] += twice }
      piece.append(show)
      rows += show.episodes.count
      if rows < pace.rows { return }
      try write(piece, rows: rows)
      done += rows
      gauge.at(Double(done) / Double(max(1, count)), rows: rows)
      piece.removeAll(keepingCapacity: true)
      rows = 0
    }
    try write(piece, rows: rows)
    try finish()
  }

  private func write(_ piece: [IMDbEpisodeStore.Show], rows: Int) throws {
    guard let last = piece.last else { return }
    let (now, day) = (order.now, day)
    try write(place: last.title, rows: rows) { connection, report in
      try IMDbEpisodeStore.put(connection, piece, now: now, today: day, &report)
    }
  }
}
