extension TMDB {
  /// Somebody's part in a title.
  public struct Credit: Sendable, Equatable {
    /// The person.
    public let personID: Int
    /// The person's name.
    public let name: String
    /// Whom a member of the cast plays; the first five of several, divided by ` / `.
    public let character: String?
    /// What a member of the crew does.
    public let job: String?
    /// The department of a job.
    public let department: String?
    /// The place in the cast, from 0.
    public let order: Int?
    /// In how many episodes, where credits of a whole show are told.
    public let episodeCount: Int?
    /// A picture of the person.
    public let profilePath: String?

    /// Takes the person of an object; nil without an identifier or a name.
    init?(_ value: Value, character: String?, job: String?, episodeCount: Int?) {
      guard let id = value["id"].id, let name = value["name"].name ?? value["original_name"].name else { return nil }
      personID = id
      self.name = name
      self.character = character
      self.job = job
      department = value["department"].name
      order = value["order"].count
      self.episodeCount = episodeCount
      profilePath = value["profile_path"].imagePath
    }
  }

  /// The cast and the crew of a film, a show, a season or an episode: `…/credits` and `…/aggregate_credits`.
  public struct Credits: Answer {
    public static let identifier = "cast or crew"

    /// Who plays, at most 500.
    public var cast: [Credit]
    /// Who does what, a credit for each job, at most 500; of more, those who direct and write are kept first.
    public var crew: [Credit]

    public init?(_ value: Value) {
      guard value["cast"].isList || value["crew"].isList else { return nil }
      cast = value["cast"].all(Self.member)
      crew = Self.kept(value["crew"].all(limit: .max, Self.jobs).flatMap { $0 })
    }

    /// The credits of a show: of all its episodes where there are such, else of its regulars.
    static func appended(_ value: Value) -> (cast: [Credit], crew: [Credit]) {
      let all = Credits(value["aggregate_credits"])
      let regular = Credits(value["credits"])
      let cast = all?.cast ?? []
      let crew = all?.crew ?? []
      return (cast.isEmpty ? regular?.cast ?? [] : cast, crew.isEmpty ? regular?.crew ?? [] : crew)
    }

    private static func member(_ value: Value) -> Credit? {
      var characters: [String] = []
      for name in value["roles"].all({ $0["character"].name }) where !characters.contains(name) {
        if characters.count < 5 { characters.append(name) }
      }
      let played = Value(characters.joined(separator: " / ")).name
      return Credit(
        value, character: value["character"].name ?? played, job: nil,
        episodeCount: value["total_episode_count"].count)
    }

    private static func jobs(_ value: Value) -> [Credit]? {
      let one = value["job"].name
      let all = value["jobs"].all { job in
        job["job"].name.flatMap { Credit(value, character: nil, job: $0, episodeCount: job["episode_count"].count) }
      }
      if one == nil && !all.isEmpty { return all }
      return Credit(value, character: nil, job: one, episodeCount: value["total_episode_count"].count).map { [$0] }
    }

    private static func kept(_ crew: [Credit]) -> [Credit] {
      if crew.count <= Limit.list { return crew }
      let isFirst = { (credit: Credit) in ["Directing", "Writing"].contains(credit.department) }
      return Array((crew.filter(isFirst) + crew.filter { !isFirst($0) }).prefix(Limit.list))
    }
  }

  /// What somebody did in a title.
  public struct PersonCredit: Sendable, Equatable {
    /// The film or the show.
    public let title: ListItem
    /// Whom the person plays there.
    public let character: String?
    /// What the person does there.
    public let job: String?
    /// The department of the job.
    public let department: String?
    /// In how many episodes of a show.
    public let episodeCount: Int?

    init?(_ value: Value, kind: ListItem.Kind?) {
      guard let title = ListItem(value, kind: kind), title.kind != .person else { return nil }
      self.title = title
      character = value["character"].name
      job = value["job"].name
      department = value["department"].name
      episodeCount = value["episode_count"].count
    }
  }

  /// All that somebody did: `/person/{id}/combined_credits`, `movie_credits` and `tv_credits`.
  public struct PersonCredits: Answer {
    public static let identifier = "cast or crew"

    /// What the person played, then what else the person did; at most 2,000 of each.
    public var credits: [PersonCredit]

    public init?(_ value: Value) { self.init(value, kind: nil) }

    init?(_ value: Value, kind: ListItem.Kind?) {
      guard value["cast"].isList || value["crew"].isList else { return nil }
      credits = ["cast", "crew"].flatMap { part in
        value[part].all(limit: Limit.longList) { PersonCredit($0, kind: kind) }
      }
    }
  }

  /// A person: `/person/{id}`.
  public struct Person: Answer {
    public static let identifier = "id"

    /// The identifier, above zero.
    public let id: Int
    /// The name.
    public var name: String?
    /// Other names, at most 500.
    public var alsoKnownAs: [String]
    /// The life in words, in the language that was asked for.
    public var biography: String?
    /// The day of birth, `YYYY-MM-DD`.
    public var birthday: String?
    /// The day of death, `YYYY-MM-DD`.
    public var deathday: String?
    /// Where the person was born.
    public var placeOfBirth: String?
    /// What the person is known for, such as `Acting`.
    public var department: String?
    /// A picture.
    public var profilePath: String?
    /// The identifier at IMDb, `nm0000206`.
    public var imdbID: String?
    /// The service's measure of interest.
    public var popularity: Double?
    /// What the person did, where the credits were asked for.
    public var credits: [PersonCredit]

    public init?(_ value: Value) {
      guard let id = value["id"].id else { return nil }
      self.id = id
      name = value["name"].name ?? value["original_name"].name
      alsoKnownAs = value["also_known_as"].each(\.self) { $0.name }
      biography = value["biography"].prose
      birthday = value["birthday"].date
      deathday = value["deathday"].date
      placeOfBirth = value["place_of_birth"].name
      department = value["known_for_department"].name
      profilePath = value["profile_path"].imagePath
      imdbID = value["imdb_id"].code("nm") ?? value["external_ids"]["imdb_id"].code("nm")
      popularity = value["popularity"].popularity
      credits =
        PersonCredits(value["combined_credits"])?.credits
        ?? [("movie_credits", ListItem.Kind.movie), ("tv_credits", .show)].flatMap { part, kind in
          PersonCredits(value[part], kind: kind)?.credits ?? []
        }
    }
  }
}
