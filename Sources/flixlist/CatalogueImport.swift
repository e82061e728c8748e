import App
import ArgumentParser
import Foundation
import SQL

/// Takes a source's titles into the catalogue.
struct CatalogueImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take the titles of another source into the catalogue.",
    subcommands: [FromIMDb.self])

  /// Takes IMDb's datasets.
  struct FromIMDb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "imdb", abstract: "Take in the datasets of IMDb, which are for personal, non-commercial use.",
      discussion: """
        Reads title.basics, title.ratings, title.episode and title.akas, and with --people title.principals and \
        name.basics, as .tsv.gz or .tsv. The site may be in use meanwhile. An import that was broken off goes on when \
        it is started again with the same files and options; with newer files it writes what is different. What is \
        in the catalogue stays in it and is brought up to date whatever the options choose.
        """)

    @Option(help: "The folder of the files.") var from: String?
    @Flag(help: "Fetch what is newer from https://datasets.imdbws.com into the data folder first.") var download = false
    @Option(help: "Leave out titles with fewer votes.") var minVotes = 0
    @Option(help: "What to take, comma separated: film, show, special, short, video, pilot.")
    var kinds = "film,show,special"
    @Option(help: "Leave out titles of earlier years, and those whose year nobody knows.") var since: Int?
    @Flag(help: "Take titles for adults only, too.") var adult = false
    @Flag(help: "Take people, too, and who was in what.") var people = false
    @Option(help: "Stop when less is free where the database lies, in megabytes.") var untilFree = 1_000
    @Flag(help: "Begin anew instead of where an import was broken off.") var restart = false
    @Flag(help: "Show no progress.") var quiet = false

    func validate() throws {
      guard (from == nil) == download else { throw ValidationError("Say either --from FOLDER or --download.") }
      guard minVotes >= 0 else { throw ValidationError("--min-votes cannot be below 0.") }
      guard untilFree >= 0 else { throw ValidationError("--until-free cannot be below 0.") }
      if let since, !(1870...9999).contains(since) { throw ValidationError("--since must be a year from 1870 on.") }
      _ = try chosenKinds()
    }

    func run() async throws {
      let config = readConfiguration()
      let choice = try choice()
      await attempt {
        print(IMDbImport.terms)
        let bar = ProgressBar(isQuiet: quiet)
        let folder = from ?? config.data + "/imdb"
        if download {
          for line in try await IMDbDownload(folder: folder, progress: bar.show).run(choice) {
            bar.end()
            print(line)
          }
        }
        let database = try Opening.open(config, now: App.systemClock())
        var order = IMDbImport(
          database: database, config: config, folder: folder, choice: choice, now: App.systemClock(),
          progress: bar.showImport)
        order.leastFree = untilFree
        let report: IMDbReport
        do { report = try order.run(anew: restart) } catch {
          bar.end()
          try database.close()
          throw error
        }
        bar.end()
        try database.close()
        for line in report.sentences { print(line) }
      }
    }

    private func choice() throws -> IMDbChoice {
      var choice = IMDbChoice()
      choice.kinds = try chosenKinds()
      choice.minVotes = minVotes
      choice.since = since
      choice.takesAdult = adult
      choice.takesPeople = people
      return choice
    }

    private func chosenKinds() throws -> Set<IMDbChoice.Kind> {
      let kinds = try kinds.split(separator: ",").map { word in
        guard let kind = IMDbChoice.Kind(rawValue: word.trimmingCharacters(in: .whitespaces).lowercased()) else {
          let known = IMDbChoice.Kind.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("There is no kind \(word); there are \(known).")
        }
        return kind
      }
      guard !kinds.isEmpty else { throw ValidationError("--kinds names none.") }
      return Set(kinds)
    }
  }
}
