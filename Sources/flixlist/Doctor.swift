import App
import ArgumentParser
import Foundation

/// Looks at everything a site needs and says what to do.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the configuration, the data folder and the database.",
    discussion: "Ends with 0 when all is well, with 1 when something is not.")

  @Flag(help: "Also recount every shelf and compare.") var recount = false
  @Flag(help: "With --recount: keep the recount, mending what differs.") var repair = false
  @Flag(help: "Print the options as docs/configuration.md has them, and nothing else.") var options = false

  func run() async throws {
    if options { return print(Self.optionsTable) }
    let config = readConfiguration()
    for (name, value) in config.redacted { print("\(name)=\(value)") }
    await attempt {
      let findings = try Checkup(config: config, now: App.systemClock()).findings(recount: recount, repair: repair)
      for finding in findings { print((finding.isGood ? "ok    " : "wrong ") + finding.sentence) }
      if findings.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }
  }

  private static var optionsTable: String {
    let rows = Setting.all.map { "| `\($0.name)` | \($0.standard) | \($0.meaning) |" }
    return "| name | default | meaning |\n|---|---|---|\n" + rows.joined(separator: "\n")
  }
}
