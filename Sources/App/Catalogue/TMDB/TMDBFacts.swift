import Formats

/// What TMDB answers, as facts of ours.
enum TMDBFacts {
  /// How many of the cast are kept.
  static let castKept = 30
  /// How many directors or creators.
  static let makersKept = 10
  /// How many titles that are like it.
  static let relatedKept = 20
  /// How many keywords.
  static let keywordsKept = 30
  /// How many videos.
  static let videosKept = 10

  /// A film with its appended parts.
  static func facts(_ movie: TMDB.Movie) -> Facts? {
    guard let name = movie.title ?? movie.originalTitle else { return nil }
    let released = movie.releaseDate.flatMap { Day($0) }
    var facts = Facts(
      card: Facts.Card(
        kind: .movie, tmdbID: movie.id, name: clipped(name), originalName: other(movie.originalTitle, than: name),
        year: released?.parts.year, released: released, overview: movie.overview ?? "",
        genres: genres(movie.genres.map(\.id)), poster: movie.posterPath, backdrop: movie.backdropPath,
        votes: movie.voteCount ?? 0, score: score(movie.voteAverage, votes: movie.voteCount),
        isAdult: movie.isAdult || movie.isSoftcore))
    facts.imdbID = movie.imdbID ?? movie.externalIDs.imdb
    facts.tagline = movie.tagline ?? ""
    facts.runtime = movie.runtime
    facts.countries = movie.countries
    facts.languages = languages(movie.originalLanguage, movie.spokenLanguages)
    facts.hasEnded = true
    facts.otherNames = names(movie.alternativeTitles, movie.translations)
    facts.makers = roles(movie.crew.filter { $0.job == "Director" }, makersKept)
    facts.cast = roles(movie.cast, castKept)
    facts.keywords = movie.keywords.prefix(keywordsKept).map { $0.name.lowercased() }
    facts.translations = translations(movie.translations)
    facts.videos = videos(movie.videos)
    facts.certificates = certificates(movie.releaseDates)
    facts.offers = offers(movie.providers)
    facts.related = movie.recommendations.prefix(relatedKept).compactMap(card)
    facts.collection = movie.collection.flatMap { collection in
      collection.name.map {
        Facts.Collection(
          tmdbID: collection.id, name: $0, overview: collection.overview ?? "", poster: collection.posterPath,
          backdrop: collection.backdropPath)
      }
    }
    return facts
  }

  /// A show with its appended parts and those of its seasons that came along.
  static func facts(_ show: TMDB.Show) -> Facts? {
    guard let name = show.name ?? show.originalName else { return nil }
    let released = show.firstAirDate.flatMap { Day($0) }
    var facts = Facts(
      card: Facts.Card(
        kind: .show, tmdbID: show.id, name: clipped(name), originalName: other(show.originalName, than: name),
        year: released?.parts.year, released: released, overview: show.overview ?? "",
        genres: genres(show.genres.map(\.id)), poster: show.posterPath, backdrop: show.backdropPath,
        votes: show.voteCount ?? 0, score: score(show.voteAverage, votes: show.voteCount),
        isAdult: show.isAdult || show.isSoftcore))
    facts.imdbID = show.externalIDs.imdb
    facts.tvdbID = show.externalIDs.tvdb
    facts.tagline = show.tagline ?? ""
    facts.countries = show.countries
    facts.languages = languages(show.originalLanguage, show.spokenLanguages)
    facts.hasEnded = ["Ended", "Canceled"].contains(show.status ?? "")
    facts.otherNames = names(show.alternativeTitles, show.translations)
    facts.makers = roles(show.createdBy, makersKept)
    facts.cast = roles(show.cast, castKept)
    facts.keywords = show.keywords.prefix(keywordsKept).map { $0.name.lowercased() }
    facts.translations = translations(show.translations)
    facts.videos = videos(show.videos)
    facts.certificates = show.contentRatings.map { ($0.country, $0.rating) }
    facts.offers = offers(show.providers)
    facts.related = show.recommendations.prefix(relatedKept).compactMap(card)
    facts.seasonNumbers = show.seasons.isEmpty ? nil : show.seasons.map(\.number)
    let details = Dictionary(show.seasonDetails.map { ($0.number, $0) }) { first, _ in first }
    facts.seasons = show.seasons.map { details[$0.number].map(season) ?? season($0, isBrief: true) }
    facts.orders = show.episodeGroups.prefix(OrderStore.kept).compactMap { group in
      group.name.map { Facts.Order(tmdbID: group.id, name: clipped($0), episodes: group.episodeCount ?? 0) }
    }
    facts.runtime = show.episodeRunTime.first ?? usualRuntime(facts.seasons)
    return facts
  }

  /// A season with its episodes.
  static func season(_ season: TMDB.Season) -> Facts.Season { self.season(season, isBrief: false) }

  private static func season(_ season: TMDB.Season, isBrief: Bool) -> Facts.Season {
    Facts.Season(
      number: season.number, name: season.name ?? "", overview: season.overview ?? "",
      year: season.airDate.flatMap { Day($0) }?.parts.year, poster: season.posterPath,
      episodes: isBrief
        ? nil
        : season.episodes.map { episode in
          Facts.Episode(
            tmdbID: episode.id, number: episode.number, name: episode.name ?? "", overview: episode.overview ?? "",
            aired: episode.airDate.flatMap { Day($0) }, runtime: episode.runtime,
            part: episode.type.flatMap { $0 == "standard" ? nil : $0 } ?? "", still: episode.stillPath)
        })
  }

  /// A title in a list; nil for a person, or where it has no name.
  static func card(_ item: TMDB.ListItem) -> Facts.Card? {
    guard item.kind != .person, let name = item.name ?? item.originalName else { return nil }
    let released = item.date.flatMap { Day($0) }
    return Facts.Card(
      kind: item.kind == .show ? .show : .movie, tmdbID: item.id, name: clipped(name),
      originalName: other(item.originalName, than: name), year: released?.parts.year, released: released,
      overview: item.overview ?? "", genres: genres(item.genreIDs), poster: item.posterPath,
      backdrop: item.backdropPath, votes: item.voteCount ?? 0, score: score(item.voteAverage, votes: item.voteCount),
      isAdult: item.isAdult || item.isSoftcore)
  }

  // MARK: Parts

  /// The longest name a title has in the catalogue, in characters.
  private static func clipped(_ name: String) -> String { String(name.unicodeScalars.prefix(400)) }

  private static func other(_ original: String?, than name: String) -> String? {
    original.flatMap { $0 == name ? nil : clipped($0) }
  }

  /// A mean of 0 to 10 as 0 to 100; nobody's vote is no 0.
  private static func score(_ mean: Double?, votes: Int?) -> Int? {
    guard let mean, (votes ?? 0) > 0 else { return nil }
    return Int((mean * 10).rounded())
  }

  /// The service's genres by their numbers (developer.themoviedb.org/reference/genre-movie-list and genre-tv-list), in
  /// the names that this catalogue uses.
  private static let genreNames: [Int: [String]] = [
    28: ["Action"], 12: ["Adventure"], 16: ["Animation"], 35: ["Comedy"], 80: ["Crime"], 99: ["Documentary"],
    18: ["Drama"], 10_751: ["Family"], 14: ["Fantasy"], 36: ["History"], 27: ["Horror"], 10_402: ["Music"],
    9_648: ["Mystery"], 10_749: ["Romance"], 878: ["Science fiction"], 53: ["Thriller"], 10_752: ["War"],
    37: ["Western"], 10_759: ["Action", "Adventure"], 10_762: ["Family"], 10_763: ["News"], 10_764: ["Reality"],
    10_765: ["Science fiction", "Fantasy"], 10_766: ["Soap"], 10_767: ["Talk"], 10_768: ["War"],
  ]

  static func genres(_ ids: [Int]) -> [String] {
    var seen: Set<String> = []
    return ids.flatMap { genreNames[$0] ?? [] }.filter { seen.insert($0).inserted }
  }

  private static func languages(_ original: String?, _ spoken: [String]) -> [String] {
    var seen: Set<String> = []
    return ([original].compactMap { $0 } + spoken).filter { seen.insert($0).inserted }
  }

  private static func roles(_ credits: [TMDB.Credit], _ limit: Int) -> [Facts.Role] {
    var seen: Set<Int> = []
    return credits.enumerated().sorted { one, other in
      (one.element.order ?? .max, one.offset) < (other.element.order ?? .max, other.offset)
    }.map(\.element).filter { seen.insert($0.personID).inserted }.prefix(limit).map {
      Facts.Role(
        tmdbID: $0.personID, name: $0.name, part: String(($0.character ?? "").prefix(200)), picture: $0.profilePath)
    }
  }

  /// Names in other countries and languages, by which it can be found.
  private static func names(_ titles: [TMDB.AlternativeTitle], _ translations: [TMDB.Translation]) -> [String] {
    var seen: Set<String> = []
    return (titles.map(\.title) + translations.compactMap(\.name)).map(clipped).filter {
      !$0.isEmpty && seen.insert($0).inserted
    }.prefix(40).map { $0 }
  }

  /// What it is called and about in the languages of the site.
  private static func translations(_ all: [TMDB.Translation]) -> [Facts.Translation] {
    Language.offered.filter { $0 != .english }.compactMap { language in
      let said = all.filter { $0.language == language.rawValue && ($0.name ?? $0.overview) != nil }
      // The country where the language comes from, else the first that says something.
      guard let one = said.first(where: { $0.country == language.rawValue.uppercased() }) ?? said.first else {
        return nil
      }
      return Facts.Translation(
        language: language.rawValue, name: one.name.map(clipped) ?? "", overview: one.overview ?? "")
    }
  }

  /// Trailers first; only sites that a link can be made to.
  private static func videos(_ all: [TMDB.Video]) -> [Facts.Video] {
    let kinds = ["Trailer", "Teaser", "Clip", "Featurette"]
    return all.enumerated().filter { ["YouTube", "Vimeo"].contains($0.element.site) }
      .map { (kinds.firstIndex(of: $0.element.type ?? "") ?? kinds.count, $0.element.isOfficial ? 0 : 1, $0) }
      .sorted { ($0.0, $0.1, $0.2.offset) < ($1.0, $1.1, $1.2.offset) }.prefix(videosKept).map { _, _, each in
        Facts.Video(
          site: each.element.site, key: each.element.key, name: each.element.name ?? "",
          kind: each.element.type ?? "", language: each.element.language ?? "")
      }
  }

  private static func certificates(_ dates: [TMDB.ReleaseDate]) -> [(country: String, text: String)] {
    var found: [(country: String, text: String)] = []
    for date in dates {
      if let text = date.certification, !text.isEmpty, !found.contains(where: { $0.country == date.country }) {
        found.append((date.country, text))
      }
    }
    return found
  }

  private static func offers(_ countries: [String: TMDB.Availability]) -> [Facts.Offer] {
    countries.sorted { $0.key < $1.key }.flatMap { country, all in
      let kinds: [(Facts.Offer.Kind, [TMDB.Provider])] = [
        (.stream, all.flatrate), (.free, all.free), (.ads, all.ads), (.rent, all.rent), (.buy, all.buy),
      ]
      return kinds.flatMap { kind, providers in
        providers.map { provider in
          Facts.Offer(
            country: country, kind: kind,
            provider: Facts.Provider(
              id: provider.id, name: provider.name, logo: provider.logoPath, place: provider.priority ?? 999))
        }
      }
    }
  }

  /// How long most of its episodes are.
  private static func usualRuntime(_ seasons: [Facts.Season]) -> Int? {
    var counts: [Int: Int] = [:]
    for season in seasons where season.number > 0 {
      for runtime in (season.episodes ?? []).compactMap(\.runtime) { counts[runtime, default: 0] += 1 }
    }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}
