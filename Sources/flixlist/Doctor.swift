import App
import ArgumentParser
import Foundation
import Web

/// Looks at everything a site needs and says what to do.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the configuration, the data folder and the database.",
    discussion: "Ends with 0 when all is well, with 1 when something is not.")

  @Flag(help: "Also recount every shelf and compare.") var recount = false
  @Flag(help: "With --recount: keep the recount, mending what differs.") var repair = false
  @Flag(help: "Ask nobody outside: not whether TMDB answers.") var offline = false
  @Flag(help: "Only ask the FlixList that serves on this machine whether it is ready; for health checks.")
  var quick = false
  @Flag(help: "Print the options as docs/configuration.md has them, and nothing else.") var options = false

  func run() async throws {
    if options { return print(Self.optionsTable) }
    let config = readConfiguration()
    if quick { return try await ask(config) }
    for (name, value) in config.redacted { print("\(name)=\(value)") }
    await attempt {
      let checkup = Checkup(config: config, now: App.systemClock())
      let findings = try await checkup.findings(recount: recount, repair: repair, asksOutside: !offline)
      for finding in findings { print((finding.isGood ? "ok    " : "wrong ") + finding.sentence) }
      if findings.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }
  }

  /// Ends with 0 when the site answers that it is ready, within two seconds.
  private func ask(_ config: Config) async throws {
    do {
      let status = try await Probe.status(
        host: config.host, port: config.port, path: "/readyz", within: .seconds(Self.patience))
      guard status != 200 else { return print("ready") }
      print("not ready: \(config.host):\(config.port) answers /readyz with \(status)")
    } catch {
      print("no answer from \(config.host):\(config.port): \(error)")
    }
    throw ExitCode(1)
  }

  private static let patience = 2

  private static var optionsTable: String {
    let rows = Setting.all.map { "| `\($0.name)` | \($0.standard) | \($0.meaning) |" }
    return "| name | default | meaning |\n|---|---|---|\n" + rows.joined(separator: "\n")
  }
}
