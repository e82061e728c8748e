import App
import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// The one program: the site and everything that is done to it from a shell.
@main
struct Flixlist: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flixlist",
    abstract: "Keep a record of the films and shows you watch.",
    discussion: """
      Everything is set by environment variables, or by the same names as flags of `serve`; `flixlist serve --help` \
      lists \
      them. Without any, it serves http://127.0.0.1:8080 with the embedded database in ./data.
      """,
    version: App.version,
    subcommands: [
      Serve.self, UserCommand.self, CatalogueCommand.self, ImportCommand.self, RecommendCommand.self, Backup.self,
      Restore.self,
      Copy.self, Doctor.self, Schema.self,
    ])

  static func main() async {
    // Tasks run on the threads that also read and write the network: a request then changes threads not once. Where
    // the runtime does not allow it, they run on threads of their own as usual.
    NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
    await main(nil)
  }
}

/// Ends the program with a sentence on standard error.
func stop(_ sentence: String, code: Int32) -> Never {
  FileHandle.standardError.write(Data(("flixlist: " + sentence + "\n").utf8))
  exit(code)
}

/// Exit codes after sysexits.h.
enum Exit {
  /// A wrong flag or variable.
  static let usage: Int32 = 64
  /// It cannot work with what is there.
  static let unavailable: Int32 = 69
}

/// Reads the configuration, or stops with every mistake in it.
func readConfiguration(flags: [String: String] = [:]) -> Config {
  do {
    return try Config(flags: flags, environment: ProcessInfo.processInfo.environment)
  } catch {
    stop(error.sentences.joined(separator: "\nflixlist: "), code: Exit.usage)
  }
}

/// Runs a command's work; what stands in its way becomes a sentence.
func attempt(_ body: () async throws -> Void) async {
  do {
    try await body()
  } catch let code as ExitCode {
    exit(code.rawValue)
  } catch let problem as StartProblem {
    stop(problem.description, code: Exit.unavailable)
  } catch {
    stop("\(error)", code: Exit.unavailable)
  }
}
