import SQL

/// The names by which titles are found: the one place that writes them.
///
/// A name's id is its place in popularity, `(255 - weight) << 32 | n`: names of one weight are one band, and `n` is
/// the next free number of it. So a search that reads names in the order of their ids reads the most looked for
/// first, and no place has ever to be made anew. Names are given as they are written; what is empty when folded, or
/// there already, is left out.
enum Names {
  /// Held by everyone who gives places on PostgreSQL, until the transaction ends.
  static let lock = Lock("names")

  /// By how much a title's weight must have moved before its names move to another band.
  static let farEnough = 7

  /// The longest folded name, in Unicode scalars: an index of PostgreSQL takes no more than 2,700 bytes.
  static let longest = 250

  /// Adds names to a title that has none yet.
  ///
  /// - Parameter weight: how much looked for the title is, from 0 to 255 (`Popularity.weight`).
  static func add(_ connection: Connection, title: Int, weight: Int, names: [String]) throws {
    var new = try Many(connection)
    new.add(title: title, weight: weight, names: names)
    try new.write(connection)
  }

  /// Gives a title exactly these names: those that are gone are removed, and all move to another band when the weight
  /// has moved far enough.
  static func replace(_ connection: Connection, title: Int, weight: Int, names: [String]) throws {
    var new = try Many(connection)
    var wanted = folded(names)
    let known = try connection.rows("SELECT id, folded FROM names WHERE title_id = $1 ORDER BY id", title) {
      ($0.int(), $0.text())
    }
    for (id, name) in known {
      if let index = wanted.firstIndex(of: name), !isFar(Places.weight(of: id), weight) {
        wanted.remove(at: index)
      } else {
        try remove(connection, id: id, folded: name)
      }
    }
    new.add(title: title, weight: weight, names: wanted)
    try new.write(connection)
  }

  /// Removes all names of a title; to be called before the title itself goes.
  static func remove(_ connection: Connection, title: Int) throws {
    let known = try connection.rows("SELECT id, folded FROM names WHERE title_id = $1", title) {
      ($0.int(), $0.text())
    }
    for (id, name) in known { try remove(connection, id: id, folded: name) }
  }

  /// Makes the search find a name that is in `names` already.
  static func index(_ connection: Connection, name: Int, folded: String) throws {
    try connection.execute(
      SQL(
        sqlite: "INSERT INTO words (rowid, folded) VALUES ($1, $2)",
        postgres: "UPDATE names SET words = array_to_tsvector(string_to_array($2, ' ')) WHERE id = $1"),
      name, connection.engine == .sqlite ? NameForm.indexed(folded) : NameForm.lexemes(folded))
  }

  private static func remove(_ connection: Connection, id: Int, folded: String) throws {
    if connection.engine == .sqlite {
      // An index without the texts has to be told what it forgets (sqlite.org/fts5.html#the_delete_command).
      try connection.execute(
        "INSERT INTO words (words, rowid, folded) VALUES ('delete', $1, $2)", id, NameForm.indexed(folded))
    }
    try connection.execute("DELETE FROM names WHERE id = $1", id)
  }

  fileprivate static func isFar(_ one: Int, _ other: Int) -> Bool {
    abs(one - Places.clamped(other)) >= farEnough
  }

  /// The names in the form in which they are kept, each once.
  private static func folded(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.compactMap { name in
      let folded = NameForm.cut(NameForm.fold(name))
      return !folded.isEmpty && seen.insert(folded).inserted ? folded : nil
    }
  }
}

/// The names by which people are found, with places like those of titles' names.
enum PeopleNames {
  private static let lock = Lock("people")

  /// Makes the search find a person that has just been put into `people`.
  ///
  /// - Parameters:
  ///   - weight: how much looked for they are, from 0 to 255.
  ///   - name: as it is written; `name_key` must hold it folded (`Folding.fold`).
  static func add(_ connection: Connection, person: Int, weight: Int, name: String) throws {
    try connection.hold(lock)
    try place(connection, person: person, weight: weight, key: Folding.fold(name))
  }

  /// Gives a person this name and weight; their place changes when the weight has moved far enough.
  ///
  /// It writes `name` and `name_key` itself: what was there before has to be taken out of the index.
  static func replace(_ connection: Connection, person: Int, weight: Int, name: String) throws {
    try connection.hold(lock)
    let known = try connection.first("SELECT name, name_key, place FROM people WHERE id = $1", person) {
      ($0.text(), $0.text(), $0.optionalInt())
    }
    guard let (oldName, oldKey, oldPlace) = known else { return }
    let key = Folding.fold(name)
    if oldName != name || oldKey != key {
      try connection.execute("UPDATE people SET name = $2, name_key = $3 WHERE id = $1", person, name, key)
    }
    if let oldPlace {
      if oldKey == key, !Names.isFar(Places.weight(of: oldPlace), weight) { return }
      try forget(connection, place: oldPlace, key: oldKey)
    }
    try place(connection, person: person, weight: weight, key: key)
  }

  /// Makes the search find somebody by the weight of one more title of theirs, where it does not do so yet; the weight
  /// of a person is that of their most looked for title.
  static func raise(_ connection: Connection, person: Int, weight: Int) throws {
    try connection.hold(lock)
    let known = try connection.first("SELECT name, weight, place FROM people WHERE id = $1", person) {
      ($0.text(), $0.int(), $0.optionalInt())
    }
    guard let (name, oldWeight, oldPlace) = known, oldPlace == nil || weight > oldWeight else { return }
    try replace(connection, person: person, weight: weight, name: name)
  }

  /// Takes a person out of the index; to be called before they go.
  static func remove(_ connection: Connection, person: Int) throws {
    let known = try connection.first("SELECT name_key, place FROM people WHERE id = $1", person) {
      ($0.text(), $0.optionalInt())
    }
    if let (key, place) = known, let place { try forget(connection, place: place, key: key) }
    try connection.execute("UPDATE people SET place = NULL WHERE id = $1", person)
  }

  /// Makes the search find a person who has a place already.
  static func index(_ connection: Connection, place: Int, key: String) throws {
    try connection.execute(
      SQL(
        sqlite: "INSERT INTO people_words (rowid, folded) VALUES ($1, $2)",
        postgres: "UPDATE people SET words = array_to_tsvector(string_to_array($2, ' ')) WHERE place = $1"),
      place, connection.engine == .sqlite ? key : NameForm.lexemes(key, withPairs: false))
  }

  private static func place(_ connection: Connection, person: Int, weight: Int, key: String) throws {
    let band = Places.band(weight)
    let last = try connection.first(
      "SELECT max(place) FROM people WHERE place >= $1 AND place < $2", band, band + Places.bandSize
    ) { $0.optionalInt() }
    let place = last.flatMap { $0 }.map { $0 + 1 } ?? band
    try connection.execute(
      "UPDATE people SET place = $2, weight = $3 WHERE id = $1", person, place, Places.clamped(weight))
    try index(connection, place: place, key: key)
  }

  private static func forget(_ connection: Connection, place: Int, key: String) throws {
    guard connection.engine == .sqlite else { return }
    try connection.execute(
      "INSERT INTO people_words (people_words, rowid, folded) VALUES ('delete', $1, $2)", place, key)
  }
}

/// Places in popularity: bands of one weight each, the heaviest first.
enum Places {
  /// How many places a band has.
  static let bandSize = 1 << 32
  /// The first place that is not among the most looked for, which PostgreSQL keeps in an index of their own: weights
  /// of 125 and more, some 6,000 votes.
  static let endOfPopular = (255 - 124) << 32
  /// The first place of what few know, which is not in that other index of PostgreSQL: weights below 80, some 256
  /// votes.
  static let endOfKnown = (255 - 79) << 32

  /// The first place of the band of a weight.
  static func band(_ weight: Int) -> Int { (255 - clamped(weight)) << 32 }

  /// The weight of a place.
  static func weight(of place: Int) -> Int { 255 - place >> 32 }

  /// A weight between 0 and 255.
  static func clamped(_ weight: Int) -> Int { min(max(weight, 0), 255) }
}
