import App
import ArgumentParser

/// Takes a record back in, from a shell.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take a record.json into an account whose record is empty.",
    discussion: "All of the file is taken in or nothing. The person can undo it under Activity for 30 days.")

  @Argument(help: "The record.json.") var file: String
  @Option(help: "Whose record it becomes.") var user: String
  @Flag(help: "Only say what would be done.") var dryRun = false

  func run() async throws {
    await withCommands {
      for line in try $0.importRecord(file, into: user, isLook: dryRun) { print(line) }
    }
  }
}
