import App
import ArgumentParser
import SQL

/// Recommendations, from a shell.
struct RecommendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recommend", abstract: "Measure how good the recommendations are.", subcommands: [Evaluate.self])

  struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Try them on the ratings of MovieLens, beside the best known titles.",
      discussion: """
        Reads ratings.csv and links.csv of a data set of https://grouplens.org/datasets/movielens/. One title that \
        each tried person liked is hidden; the hit rate says how often it is among the ten that are recommended \
        without it, the coverage how many of all titles are recommended to anybody. What titles are about is taken \
        from this site's catalogue. Nothing is changed.
        """)

    @Option(help: "The folder of the files.") var movielens: String
    @Option(help: "How many people are tried at most.") var users = 1_000

    func validate() throws {
      guard users > 0 else { throw ValidationError("--users must be at least 1.") }
    }

    func run() async throws {
      let config = readConfiguration()
      await attempt {
        let database = try Opening.open(config, now: App.systemClock())
        let report: RecommendationTrial.Report
        do { report = try RecommendationTrial(folder: movielens, users: users).run(database) } catch {
          try database.close()
          throw error
        }
        try database.close()
        for line in report.lines { print(line) }
      }
    }
  }
}
