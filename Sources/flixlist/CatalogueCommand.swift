import App
import ArgumentParser

/// The catalogue, from a shell.
struct CatalogueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalogue", abstract: "Look at the catalogue, and add to it.",
    subcommands: [Stats.self, CatalogueImport.self])

  struct Stats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say how much it knows.")

    func run() async throws {
      await withCommands { print(try $0.catalogueStats()) }
    }
  }
}

/// Prints the schema in PostgreSQL's spelling: for the test that feeds every statement to one.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the schema in PostgreSQL's spelling.", shouldDisplay: false)

  func run() { print(Commands.postgresSchema) }
}
