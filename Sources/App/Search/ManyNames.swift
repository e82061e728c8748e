import SQL

extension Names {
  /// Names of many titles that go in together, at the end of one transaction.
  ///
  /// They go in by their places: FTS5 begins a new piece of its index with each row whose number is not larger than
  /// the last one's (`sqlite3Fts5IndexBeginWrite`), so any other order costs many times as much. It holds the lock,
  /// and must not outlive the transaction.
  struct Many {
    private var waiting: [(title: Int, weight: Int, folded: String)] = []

    /// Holds the lock.
    init(_ connection: Connection) throws { try connection.hold(Names.lock) }

    /// Names in the form in which they are kept, each once.
    static func folded(_ names: [String]) -> [String] {
      var folded: [String] = []
      for name in names {
        let form = NameForm.cut(NameForm.fold(name))
        if !form.isEmpty, !folded.contains(form) { folded.append(form) }
      }
      return folded
    }

    /// Notes names of a title, as they are written, which it does not have yet.
    mutating func add(title: Int, weight: Int, names: [String]) {
      for name in Self.folded(names) { add(title: title, weight: weight, folded: name) }
    }

    /// Notes a name of a title which it does not have yet, in that form.
    mutating func add(title: Int, weight: Int, folded: String) {
      waiting.append((title, Places.clamped(weight), folded))
    }

    /// Puts them in.
    mutating func write(_ connection: Connection) throws {
      if waiting.isEmpty { return }
      let bands = Set(waiting.map(\.weight)).sorted()
      var next: [Int: Int] = [:]
      try connection.each(
        "SELECT max(id) FROM names WHERE id >= $1 AND id < $2",
        many: bands.map { [Places.band($0), Places.band($0) + Places.bandSize] }
      ) { place, row in next[bands[place]] = row.optionalInt().map { $0 + 1 } }
      var rows = waiting.map { each in
        let id = next[each.weight] ?? Places.band(each.weight)
        next[each.weight] = id + 1
        return (id: id, title: each.title, folded: each.folded)
      }
      rows.sort { $0.id < $1.id }
      waiting.removeAll(keepingCapacity: true)
      if connection.engine == .sqlite {
        try connection.insert(
          "INSERT INTO names (id, title_id, folded) VALUES ($1, $2, $3)",
          many: rows.map { [$0.id, $0.title, $0.folded] })
        for row in rows { try Names.index(connection, name: row.id, folded: row.folded) }
      } else {
        try connection.insert(
          SQL(
            postgresOnly: """
              INSERT INTO names (id, title_id, folded, words) VALUES ($1, $2, $3, CAST($4 AS tsvector))
              """), many: rows.map { [$0.id, $0.title, $0.folded, NameForm.quoted($0.folded)] })
      }
    }
  }
}

extension PeopleNames {
  /// Makes the search find people who have just been put into `people`, many at a time and by their places, as
  /// `Names.Many` does. `people.name_key` must hold their names folded; the caller holds the lock of the people.
  static func add(_ connection: Connection, many people: [(id: Int, weight: Int, name: String)]) throws {
    let bands = Set(people.map { Places.clamped($0.weight) }).sorted()
    var next: [Int: Int] = [:]
    try connection.each(
      "SELECT max(place) FROM people WHERE place >= $1 AND place < $2",
      many: bands.map { [Places.band($0), Places.band($0) + Places.bandSize] }
    ) { place, row in next[bands[place]] = row.optionalInt().map { $0 + 1 } }
    var rows = people.map { person in
      let weight = Places.clamped(person.weight)
      let place = next[weight] ?? Places.band(weight)
      next[weight] = place + 1
      return (place: place, id: person.id, weight: weight, key: Folding.fold(person.name))
    }
    rows.sort { $0.place < $1.place }
    try connection.each(
      "UPDATE people SET place = $2, weight = $3 WHERE id = $1", many: rows.map { [$0.id, $0.place, $0.weight] })
    for row in rows { try index(connection, place: row.place, key: row.key) }
  }
}
