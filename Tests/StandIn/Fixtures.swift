internal import Foundation

/// The works that the stand-in knows, by kind and id.
///
/// A file is what TMDB would answer with every part appended (`movie-9900001.json`, `tv-9900101.json` with its seasons
/// as `season/1`), except that what follows from other fixtures is left out and filled in on the way out: of people,
/// episodes and recommended works only the `id`; the seasons' list, counts, last and next episode of a show; the
/// parts of a collection; what a person was in. So a change shows everywhere at once. `general.json` holds the rest:
/// configuration, genres by language, providers. All works are invented.
struct Fixtures: Sendable {
  /// Why no fixtures could be read.
  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  /// All works.
  var works: [TMDB.Title: JSONValue] = [:]
  /// What belongs to no work.
  var general: JSONValue = [:]
  /// The day on which the stand-in answers, `YYYY-MM-DD`.
  var today: String
  /// How many rows a page of a list has.
  var pageSize: Int

  /// Where the project's own fixtures are.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// Reads every `.json` of a folder; throws when one cannot be read or none is there.
  init(folder: URL, today: String, pageSize: Int) throws {
    self.today = today
    self.pageSize = pageSize
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "json" {
      let name = file.deletingPathExtension().lastPathComponent
      let value: JSONValue
      do {
        value = try JSONValue(parsing: Data(contentsOf: file))
      } catch {
        throw Problem(description: "\(file.path): \(error)")
      }
      if name == "general" {
        general = value
      } else if let title = TMDB.Title(name.replacingOccurrences(of: "-", with: "/")) {
        works[title] = value
      } else {
        throw Problem(description: "\(file.path): no kind and id in its name")
      }
    }
    if works.isEmpty { throw Problem(description: "no fixtures in \(folder.path)") }
  }

  /// The works of a kind, the most popular first.
  func all(_ kind: TMDB.Kind) -> [(title: TMDB.Title, work: JSONValue)] {
    let found = works.filter { $0.key.kind == kind }.map { (title: $0.key, work: $0.value) }
    return found.sorted { one, other in
      let (first, second) = (one.work["popularity"].double ?? 0, other.work["popularity"].double ?? 0)
      return first == second ? one.title.id < other.title.id : first > second
    }
  }

  /// The seasons of a show, specials first.
  func seasons(of show: JSONValue) -> [(number: Int, season: JSONValue)] {
    (show.object ?? [:]).compactMap { name, value in
      guard name.hasPrefix("season/"), let number = Int(name.dropFirst("season/".count)) else { return nil }
      return (number: number, season: value)
    }.sorted { $0.number < $1.number }
  }
}

extension TMDB {
  /// What a work is, named as in TMDB's paths.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A film.
    case movie
    /// A show.
    case tv
    /// Someone who acts or works in them.
    case person
    /// A series of films.
    case collection
  }

  /// One work, person or collection: `movie/9900001`.
  public struct Title: Sendable, Hashable, LosslessStringConvertible {
    /// What it is.
    public var kind: Kind
    /// Its id at TMDB, which is unique within its kind.
    public var id: Int

    /// A title of any kind.
    public init(_ kind: Kind, _ id: Int) {
      self.kind = kind
      self.id = id
    }

    /// Reads `movie/9900001`; nil when it is not of that form.
    public init?(_ description: String) {
      let parts = description.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), let id = Int(parts[1]) else { return nil }
      self.init(kind, id)
    }

    /// A film.
    public static func movie(_ id: Int) -> Title { Title(.movie, id) }
    /// A show.
    public static func tv(_ id: Int) -> Title { Title(.tv, id) }
    /// A person.
    public static func person(_ id: Int) -> Title { Title(.person, id) }
    /// A series of films.
    public static func collection(_ id: Int) -> Title { Title(.collection, id) }

    /// `movie/9900001`.
    public var description: String { "\(kind.rawValue)/\(id)" }
  }
}
