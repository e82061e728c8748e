import App
import ArgumentParser
import Foundation
import SQL

/// Accounts, from a shell.
struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Add, list, change and delete accounts.",
    subcommands: [Add.self, List.self, Password.self, Admin.self, Delete.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add an account; the password is read from standard input.")
    @Argument(help: "The name to log in with.") var username: String
    @Option(help: "An e-mail address to log in with.") var email: String?
    @Flag(help: "Make it an administrator's.") var admin = false

    func run() async throws {
      await withCommands { try $0.addUser(username, password: try readPassword(), email: email, isAdmin: admin) }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List every account.")

    func run() async throws {
      await withCommands { for line in try $0.users() { print(line) } }
    }
  }

  struct Password: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set a password, read from standard input, and end the account's sessions.")
    @Argument(help: "Whose.") var username: String

    func run() async throws {
      await withCommands { try $0.setPassword(username, password: try readPassword()) }
    }
  }

  struct Admin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make an account an administrator's, or not.")
    @Argument(help: "Whose.") var username: String
    @Flag(help: "Take the rights away.") var remove = false

    func run() async throws {
      await withCommands { try $0.setAdmin(username, !remove) }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete an account with its whole record.")
    @Argument(help: "Whose.") var username: String
    @Flag(help: "Yes, delete it: without this flag nothing happens.") var yes = false

    func run() async throws {
      guard yes else {
        stop("this deletes \(username) and everything they recorded; say --yes to do it", code: Exit.usage)
      }
      await withCommands { try $0.deleteUser(username) }
    }
  }
}

/// Opens the database for a command and closes it again.
func withCommands(_ body: (Commands) throws -> Void) async {
  let config = readConfiguration()
  await attempt {
    let database = try Opening.open(config, now: App.systemClock())
    try body(Commands(database: database, config: config, now: App.systemClock()))
    try database.close()
  }
}

/// A password from standard input: one line; typed at a terminal it is not shown.
private func readPassword() throws -> String {
  let isTyped = isatty(STDIN_FILENO) == 1
  var before = termios()
  if isTyped {
    FileHandle.standardError.write(Data("Password: ".utf8))
    tcgetattr(STDIN_FILENO, &before)
    var hidden = before
    hidden.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
  }
  defer {
    if isTyped {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
      FileHandle.standardError.write(Data("\n".utf8))
    }
  }
  guard let line = readLine(), !line.isEmpty else { throw StartProblem("Give the password on standard input.") }
  return line
}
