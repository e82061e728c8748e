import Formats
import Foundation

/// What an import of IMDb's datasets did.
public struct IMDbReport: Sendable, Equatable, Codable {
  /// New, changed and unchanged ones.
  struct Tally: Sendable, Equatable, Codable {
    var new = 0
    var changed = 0
    var same = 0

    var all: Int { new + changed + same }

    mutating func add(_ other: Tally) {
      new += other.new
      changed += other.changed
      same += other.same
    }
    var sentence: String { "\(new) new, \(changed) changed, \(same) unchanged" }
  }

  /// Lines that could not be used.
  struct Trouble: Sendable, Equatable, Codable {
    var count = 0
    var firstLine: Int
  }

  var titles = Tally()
  var episodes = Tally()
  /// Names by which titles are found, without those that came with a new title.
  var names = 0
  var people = Tally()
  /// Titles whose people were written.
  var credits = 0
  /// Titles that were left out, by reason.
  var leftOut: [String: Int] = [:]
  /// Episodes that were left out, by reason.
  var episodesLeftOut: [String: Int] = [:]
  /// Lines that could not be used, by the problem.
  var problems: [String: Trouble] = [:]
  /// How many lines were read.
  var lines = 0
  /// How long it took, in milliseconds.
  var milliseconds = 0

  /// Nothing yet.
  init() {}

  mutating func add(_ problem: String, line: Int, count: Int = 1) {
    problems[problem, default: Trouble(firstLine: line)].count += count
  }

  /// Adds what a piece of the import did.
  mutating func add(_ other: IMDbReport) {
    titles.add(other.titles)
    episodes.add(other.episodes)
    people.add(other.people)
    names += other.names
    credits += other.credits
    leftOut.merge(other.leftOut, uniquingKeysWith: +)
    episodesLeftOut.merge(other.episodesLeftOut, uniquingKeysWith: +)
  }

  /// How many rows of titles, episodes, names and people it dealt with.
  var rows: Int { titles.all + episodes.all + names + people.all }

  /// Everything of it in a line each.
  public var sentences: [String] {
    var lines = ["titles\t\(titles.sentence)"]
    lines += leftOut.sorted { $0.key < $1.key }.map { "titles left out (\($0.key))\t\($0.value)" }
    lines.append("episodes\t\(episodes.sentence)")
    lines += episodesLeftOut.sorted { $0.key < $1.key }.map { "episodes left out (\($0.key))\t\($0.value)" }
    lines.append("other names\t\(names) new")
    if people.all > 0 || credits > 0 {
      lines.append("people\t\(people.sentence)")
      lines.append("titles with people\t\(credits) written")
    }
    lines += problems.sorted { $0.key < $1.key }.map {
      "problem\t\($0.key)\t\($0.value.count) lines, the first is line \($0.value.firstLine)"
    }
    let seconds = Double(milliseconds) / 1_000
    let rate = milliseconds == 0 ? 0 : Int(Double(rows) / seconds)
    lines.append(
      "\(self.lines) lines read, \(rows) rows in \(String(format: "%.1f", seconds)) seconds, \(rate) rows a second")
    return lines
  }
}

/// How far an import is, kept with each of its transactions.
struct IMDbState: Sendable, Equatable, Codable {
  /// The passes over the files, in their order.
  enum Pass: Int, Sendable, Codable, Comparable {
    case titles, episodes, names, people, credits

    static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
  }

  /// The files and the choice that it belongs to.
  var mark: String
  var pass = Pass.titles
  /// Up to where the pass is done: a line, in `episodes` the number of a title.
  var place = 0
  var report = IMDbReport()

  init(mark: String) { self.mark = mark }
}
