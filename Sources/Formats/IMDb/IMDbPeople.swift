extension IMDb {
  /// Who has a part in a title: a line of `title.principals`.
  public struct Principal: Sendable, Equatable {
    enum Column: Int, CaseIterable { case tconst, ordering, nconst, category, job, characters }

    /// The number of the title.
    public let tconst: Int
    /// Which of the title's people it is, the most important first.
    public let ordering: Int
    /// The number of the person: 151 of `nm0000151`.
    public let nconst: Int
    /// What the person did, such as `actress` or `director`.
    public let category: String
    /// The same more exactly; nil when missing.
    public let job: String?
    /// Who was played; the column is an array in JSON, of which a faulty end is left out.
    public let characters: [String]

    /// Reads a line. It throws when the columns do not fit the header, an identifier or the number is missing or
    /// none, or there is no category.
    public init(line: UnsafeRawBufferPointer, columns: Columns) throws(Problem) {
      let fields = try Fields<Column>(line, columns, of: .principals)
      tconst = try fields.title(.tconst)
      ordering = try fields.number(.ordering)
      nconst = try fields.person(.nconst)
      guard let word = Bytes.text(fields[.category]) else { throw .missingValue(.principals, column: "category") }
      category = word
      job = Bytes.text(fields[.job])
      characters = Bytes.strings(fields[.characters])
    }
  }

  /// A person: a line of `name.basics`.
  public struct Name: Sendable, Equatable {
    enum Column: Int, CaseIterable { case nconst, primaryName, birthYear, deathYear, primaryProfession, knownForTitles }

    /// The number of the person.
    public let nconst: Int
    /// What the person is called, never empty.
    public let primaryName: String
    /// The year of birth, 1 to this year; another one is taken for missing.
    public let birthYear: Int?
    /// The year of death, not before the birth; another one is taken for missing.
    public let deathYear: Int?
    /// What the person does, as a rule at most three, such as `actor`.
    public let professions: [String]
    /// The numbers of the titles the person is known for; what is no identifier is left out.
    public let knownFor: [Int]

    /// Reads a line. It throws when the columns do not fit the header, the identifier is missing or none, or there is
    /// no name.
    public init(line: UnsafeRawBufferPointer, columns: Columns) throws(Problem) {
      let fields = try Fields<Column>(line, columns, of: .names)
      nconst = try fields.person(.nconst)
      guard let name = Bytes.text(fields[.primaryName]) else { throw .missingValue(.names, column: "primaryName") }
      primaryName = name
      birthYear = columns.lifeYear(fields[.birthYear])
      let death = columns.lifeYear(fields[.deathYear])
      deathYear = (death ?? 0) < (birthYear ?? 0) ? nil : death
      professions = Bytes.list(fields[.primaryProfession], by: 0x2C, Bytes.text)
      knownFor = Bytes.list(fields[.knownForTitles], by: 0x2C) { Bytes.identifier($0, 0x74, 0x74) }
    }
  }
}
