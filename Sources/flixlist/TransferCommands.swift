import App
import ArgumentParser
import Foundation
import SQL

/// Writes a backup.
struct Backup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a backup of the database, which may be in use, and try it.",
    discussion: """
      The file is one consistent moment, compressed, the same for SQLite and PostgreSQL. It gets its name only after \
      it was brought back into a throw-away database and compared.
      """)

  @Argument(help: "The file to write; it must not be there yet.") var file: String

  func run() async throws {
    let config = readConfiguration()
    await attempt {
      let database = try Opening.connect(config)
      try Opening.check(config, database)
      let bar = ProgressBar()
      let rows = try Backups(now: App.systemClock(), progress: bar.show).make(database, path: file)
      bar.end()
      try database.close()
      print("\(rows) rows are in \(file), and it was brought back to try it.")
    }
  }
}

/// Brings a backup back.
struct Restore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring a backup back into the configured database, which must be empty.",
    discussion: "With --check it is brought back into a throw-away database beside the file, and nothing else happens.")

  @Argument(help: "The backup.") var file: String
  @Flag(help: "Only try it.") var check = false

  func run() async throws {
    let config = readConfiguration()
    await attempt {
      let bar = ProgressBar()
      let backups = Backups(now: App.systemClock(), progress: bar.show)
      if check {
        try backups.check(file)
        bar.end()
        return print("\(file) is whole and sound.")
      }
      // A file that is damaged is found before anything is written.
      try backups.check(file)
      let database = try Opening.connect(config, isRestore: true)
      let rows = try backups.restore(file, into: database)
      bar.end()
      try database.close()
      try Opening.forgetMarker(config)
      print("\(rows) rows are back. `flixlist serve` goes on from there.")
    }
  }
}

/// Moves a site to another database.
struct Copy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy everything into another, empty database, of either engine.",
    discussion: """
      Stop the nodes that write to the source first: what they write while it is copied stays behind. A copy that was \
      broken off goes on when it is started again. Every table is compared at the end.
      """)

  @Option(help: "Where from: sqlite:///path or postgres://host/name.") var from: String
  @Option(help: "Where to.") var to: String

  func run() async throws {
    await attempt {
      let (source, target) = (try open("--from", from), try open("--to", to))
      let bar = ProgressBar()
      for line in try Commands.copy(from: source, to: target, now: App.systemClock(), progress: bar.show) {
        bar.end()
        print(line)
      }
      try source.close()
      try target.close()
    }
  }

  private func open(_ name: String, _ text: String) throws -> any Database {
    let address: DatabaseAddress
    do { address = try DatabaseAddress(text) } catch { throw StartProblem("\(name) \(error.sentence)") }
    if name == "--from", case .sqlite(let path) = address, !FileManager.default.fileExists(atPath: path) {
      throw StartProblem("There is no database at \(path).")
    }
    return try Opening.open(address)
  }
}
