/// A record as it was read, written piece by piece: the whole text of a large one need not stand in memory at once.
struct ExportedRecord: Sendable {
  let titles: [RecordExport.TitleRow]
  let own: [Int: OwnTitle]
  let entries: JSONRows
  let parts: [(name: String, rows: JSONRows)]
  let lists: [String]

  /// How many titles stand in one piece.
  private static let pieceTitles = 200

  /// How many pieces there are: the titles by their hundreds, then the lists.
  var pieces: Int { (titles.count + Self.pieceTitles - 1) / Self.pieceTitles + 1 }

  /// The text of a piece, from 0; all in their order are the file.
  func piece(_ number: Int) -> String {
    var text =
      number > 0
      ? "" : "{\n\"format\": \"flixlist-record\",\n\"version\": \(RecordExport.version),\n\"titles\": ["
    let first = number * Self.pieceTitles
    guard number < pieces - 1 else {
      text += "\n],\n\"lists\": [" + (lists.isEmpty ? "" : "\n" + lists.joined(separator: ",\n"))
      return text + "\n]\n}\n"
    }
    for title in titles[first..<min(first + Self.pieceTitles, titles.count)] {
      text += text.isEmpty || text.utf8.last != UInt8(ascii: "[") ? ",\n" : "\n"
      text += object(title)
    }
    return text
  }

  /// The whole text.
  var text: String { (0..<pieces).map(piece).joined() }

  private func object(_ title: RecordExport.TitleRow) -> String {
    var object = JSONObject()
    object.add("kind", title.kind)
    object.add("name", title.name)
    object.add("year", title.year)
    object.add("imdb", title.imdb)
    object.add("tmdb", title.tmdb)
    own[title.id]?.write(to: &object)
    let entry = entries[title.id]
    if !entry.isEmpty { object.add(raw: "entry", entry) }
    for (name, rows) in parts {
      let row = rows[title.id]
      if !row.isEmpty { object.add(raw: name, "[" + row + "]") }
    }
    return object.text
  }
}

/// JSON objects by what they belong to, side by side in one buffer.
struct JSONRows: Sendable {
  private var bytes: [UInt8] = []
  private var places: [Int: Range<Int>] = [:]

  /// Adds an object after those of the same owner, whose objects follow each other.
  mutating func add(_ object: String, to owner: Int) {
    let first = places[owner]?.lowerBound
    if first != nil { bytes.append(contentsOf: ", ".utf8) }
    let start = first ?? bytes.count
    bytes.append(contentsOf: object.utf8)
    places[owner] = start..<bytes.count
  }

  /// The objects of an owner with commas between them; empty when there are none.
  subscript(owner: Int) -> String { places[owner].map { String(decoding: bytes[$0], as: UTF8.self) } ?? "" }
}
