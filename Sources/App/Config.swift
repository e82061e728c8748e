import Configuration
import Foundation
public import Logging
public import SQL
import Web

/// One thing that can be set: its name, default and meaning. The one list behind `--help`, `docs/configuration.md`
/// and `doctor`.
public struct Setting: Sendable {
  /// Its name in the environment.
  public let name: String
  /// What holds when it is not set, as it is written.
  public let standard: String
  /// What it means, in one sentence.
  public let meaning: String
  /// Whether its value is never shown.
  public var isSecret = false

  /// The flag of `flixlist serve` that sets it.
  public var flag: String {
    "--" + name.dropFirst("FLIXLIST_".count).lowercased().split(separator: "_").joined(separator: "-")
  }

  /// Every option there is.
  public static let all: [Setting] = [
    Setting(name: "FLIXLIST_HOST", standard: "127.0.0.1", meaning: "Address to listen on."),
    Setting(name: "FLIXLIST_PORT", standard: "8080", meaning: "Port to listen on, 0 to 65535; 0 takes a free one."),
    Setting(
      name: "FLIXLIST_DATA", standard: "./data", meaning: "Folder for the database and everything else that is kept."),
    Setting(
      name: "FLIXLIST_DATABASE", standard: "sqlite: flixlist.sqlite in the data folder",
      meaning: "Where the record is kept: sqlite:///path/to/file or postgres://user:password@host:5432/name.",
      isSecret: true),
    Setting(
      name: "FLIXLIST_BACKUPS", standard: "backups in the data folder",
      meaning: "Folder of a backup a day and one before each change of the schema; off makes none."),
    Setting(
      name: "FLIXLIST_PUBLIC_URL", standard: "none",
      meaning: "The address people type, such as https://films.example; needed behind a proxy."),
    Setting(
      name: "FLIXLIST_REGISTRATION", standard: "open",
      meaning: "Who may register: open, invite or closed; an administrator can change it in the browser."),
    Setting(
      name: "FLIXLIST_METRICS_HOST", standard: "127.0.0.1",
      meaning: "Address on which /metrics is answered, without a password: one that only your Prometheus reaches."),
    Setting(
      name: "FLIXLIST_METRICS_PORT", standard: "9464",
      meaning: "Port of /metrics; 0 turns it off."),
    Setting(
      name: "FLIXLIST_SECRET", standard: "made once in the data folder",
      meaning: """
        At least 32 characters from which this site's own keys are derived; must be given with PostgreSQL, the same on \
        every node.
        """, isSecret: true),
    Setting(
      name: "FLIXLIST_TRUSTED_PROXIES", standard: "none",
      meaning: "Addresses or networks, comma separated, whose X-Forwarded-For is believed."),
    Setting(
      name: "FLIXLIST_TMDB_TOKEN", standard: "none; an administrator can set one in the browser",
      meaning: "API read access token, or API key, of themoviedb.org: pictures, episodes, where to watch, search.",
      isSecret: true),
    Setting(
      name: "FLIXLIST_TMDB_URL", standard: "https://api.themoviedb.org",
      meaning: "Where TMDB's API is asked for; pictures then come from the same host."),
    Setting(
      name: "FLIXLIST_PICTURES_LIMIT", standard: "2000",
      meaning: "Megabytes of pictures that are kept in the data folder; 0 keeps and shows none."),
    Setting(
      name: "FLIXLIST_LOG_LEVEL", standard: "info", meaning: "trace, debug, info, notice, warning, error or critical."),
  ]
}

/// Everything that can be set, checked; made once at the start and handed down.
public struct Config: Sendable {
  /// Who may register.
  public enum Registration: String, Sendable, CaseIterable {
    case open, invite, closed
  }

  /// Address to listen on.
  public var host = "127.0.0.1"
  /// Port to listen on.
  public var port = 8080
  /// Folder of everything that is kept.
  public var data = "./data"
  /// Where the record is kept.
  public var database = DatabaseAddress.sqlite(path: "./data/flixlist.sqlite")
  /// Folder of the backups that are made by themselves, or nil for none.
  public var backups: String?
  /// The address people type, without a slash at its end, or nil.
  public var publicURL: String?
  /// Who may register, until an administrator says otherwise.
  public var registration = Registration.open
  /// Address on which /metrics is answered.
  public var metricsHost = "127.0.0.1"
  /// Port of /metrics, or 0 for none.
  public var metricsPort = 9464
  /// The given secret, or nil to use the one in the data folder.
  public var secret: String?
  /// Networks whose forwarding headers are believed.
  public var trustedProxies: [String] = []
  /// TMDB's token, or nil for the one that was set in the browser.
  public var tmdbToken: String?
  /// Where TMDB is asked for something, without a slash at its end.
  public var tmdbURL = Config.tmdbStandard
  /// How many megabytes of pictures are kept.
  public var picturesLimit = 2_000
  /// The least level that is logged.
  public var logLevel = Logger.Level.info
  /// The cost of a password's hash: 2 to this power, 15 unless a test asks for less.
  public var passwordCost = 15

  /// TMDB's own address (developer.themoviedb.org/docs/getting-started).
  static let tmdbStandard = "https://api.themoviedb.org"
  /// Where TMDB's pictures are (developer.themoviedb.org/docs/image-basics).
  var picturesURL: String { tmdbURL == Self.tmdbStandard ? "https://image.tmdb.org" : tmdbURL }

  /// The defaults.
  public init() {}

  /// All mistakes of a configuration, each a sentence of its own.
  public struct Mistakes: Error, Sendable {
    /// The sentences.
    public let sentences: [String]
  }

  /// Reads and checks every option; flags come first, then the environment.
  ///
  /// - Parameters:
  ///   - flags: options given on the command line, by their name in the environment.
  ///   - environment: the process's environment.
  public init(flags: [String: String], environment: [String: String]) throws(Mistakes) {
    var mistakes: [String] = []
    let values = Self.reader(flags: flags, environment: environment, mistakes: &mistakes)
    self.init(reader: values, mistakes: &mistakes)
    if !mistakes.isEmpty { throw Mistakes(sentences: mistakes) }
  }

  private static func reader(
    flags: [String: String], environment: [String: String], mistakes: inout [String]
  ) -> ConfigReader {
    var environment = environment
    let names = Set(Setting.all.map(\.name))
    let secrets = Set(Setting.all.filter(\.isSecret).map(\.name))
    for name in environment.keys.sorted() where name.hasPrefix("FLIXLIST_") && !names.contains(name) {
      guard name.hasSuffix("_FILE"), secrets.contains(String(name.dropLast(5))) else {
        mistakes.append("\(name) is not an option of FlixList; `flixlist serve --help` lists them.")
        continue
      }
      let path = environment[name] ?? ""
      if let text = try? String(contentsOfFile: path, encoding: .utf8) {
        environment[String(name.dropLast(5))] = text.trimmingCharacters(in: .whitespacesAndNewlines)
      } else {
        mistakes.append("\(name): the file \(path) cannot be read.")
      }
    }
    return ConfigReader(providers: [
      EnvironmentVariablesProvider(environmentVariables: flags, secretsSpecifier: .specific(secrets)),
      EnvironmentVariablesProvider(environmentVariables: environment, secretsSpecifier: .specific(secrets)),
    ])
  }

  private init(reader: ConfigReader, mistakes: inout [String]) {
    func text(_ key: ConfigKey, isSecret: Bool = false) -> String? {
      reader.string(forKey: key, isSecret: isSecret).flatMap { $0.isEmpty ? nil : $0 }
    }
    host = text("flixlist.host") ?? host
    metricsHost = text("flixlist.metrics.host") ?? metricsHost
    data = text("flixlist.data") ?? data
    port = Self.port(text("flixlist.port"), "FLIXLIST_PORT", port, &mistakes)
    metricsPort = Self.port(text("flixlist.metrics.port"), "FLIXLIST_METRICS_PORT", metricsPort, &mistakes)
    database = Self.database(text("flixlist.database", isSecret: true), data: data, &mistakes)
    let folder = text("flixlist.backups") ?? data + "/backups"
    backups = folder == "off" ? nil : folder
    publicURL = Self.publicURL(text("flixlist.public.url"), &mistakes)
    if let written = text("flixlist.registration") {
      if let value = Registration(rawValue: written) {
        registration = value
      } else {
        mistakes.append("FLIXLIST_REGISTRATION is \"\(written)\"; it must be open, invite or closed.")
      }
    }
    if let written = text("flixlist.log.level") {
      if let value = Logger.Level(rawValue: written) {
        logLevel = value
      } else {
        mistakes.append(
          "FLIXLIST_LOG_LEVEL is \"\(written)\"; it must be trace, debug, info, notice, warning, error or critical.")
      }
    }
    readCatalogue(text, &mistakes)
    secret = text("flixlist.secret", isSecret: true)
    if let secret, secret.count < 32 || Set(secret).count < 8 {
      mistakes.append("FLIXLIST_SECRET is too short or too plain; make one with: openssl rand -hex 32")
    }
    if case .postgres = database, secret == nil {
      mistakes.append(
        "FLIXLIST_SECRET is needed with PostgreSQL, the same on every node; make one with: openssl rand -hex 32")
    }
    trustedProxies = (text("flixlist.trusted.proxies") ?? "").split(separator: ",")
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    do {
      _ = try ClientAddress(trustedProxies: trustedProxies)
    } catch {
      mistakes.append(
        "FLIXLIST_TRUSTED_PROXIES holds \"\(error.text)\"; it must be addresses or networks such as 10.0.0.0/8.")
    }
  }

  private mutating func readCatalogue(_ text: (ConfigKey, Bool) -> String?, _ mistakes: inout [String]) {
    tmdbToken = text("flixlist.tmdb.token", true)
    if let tmdbToken, !TMDBToken.isPossible(tmdbToken) {
      mistakes.append("FLIXLIST_TMDB_TOKEN is no token; it has letters, digits, dots, dashes and underscores only.")
    }
    if let written = text("flixlist.tmdb.url", false) {
      if let url = Self.address(written) {
        tmdbURL = url
      } else {
        mistakes.append("FLIXLIST_TMDB_URL is \"\(written)\"; it must look like \(Self.tmdbStandard), without a path.")
      }
    }
    if let written = text("flixlist.pictures.limit", false) {
      if let limit = Int(digits: written), limit <= 10_000_000 {
        picturesLimit = limit
      } else {
        mistakes.append("FLIXLIST_PICTURES_LIMIT is \"\(written)\"; it must be a number of megabytes.")
      }
    }
  }

  private static func port(_ text: String?, _ name: String, _ standard: Int, _ mistakes: inout [String]) -> Int {
    guard let text else { return standard }
    if let port = Int(digits: text), (0...65_535).contains(port) { return port }
    mistakes.append("\(name) is \"\(text)\"; it must be a number from 0 to 65535.")
    return standard
  }

  private static func database(_ text: String?, data: String, _ mistakes: inout [String]) -> DatabaseAddress {
    let standard = DatabaseAddress.sqlite(path: data + "/flixlist.sqlite")
    guard let text else { return standard }
    do {
      return try DatabaseAddress(text)
    } catch {
      mistakes.append("FLIXLIST_DATABASE " + error.sentence)
      return standard
    }
  }

  private static func publicURL(_ text: String?, _ mistakes: inout [String]) -> String? {
    guard let text else { return nil }
    if let address = address(text) { return address }
    mistakes.append("FLIXLIST_PUBLIC_URL is \"\(text)\"; it must look like https://films.example, without a path.")
    return nil
  }

  /// Scheme, host and port without a slash at the end; nil for anything else.
  private static func address(_ text: String) -> String? {
    guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme), url.host != nil,
      ["", "/"].contains(url.path), url.query == nil, url.user == nil
    else { return nil }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  /// Whether people reach the site over TLS.
  public var isSecure: Bool { publicURL?.hasPrefix("https://") ?? false }

  /// Whether only this machine can reach it: it listens on loopback, and no proxy stands before it.
  public var isLoopback: Bool {
    ["127.0.0.1", "::1", "localhost"].contains(host) && publicURL == nil && trustedProxies.isEmpty
  }

  /// Name and value of every option, secrets left out: for `doctor`.
  public var redacted: [(name: String, value: String)] {
    [
      ("FLIXLIST_HOST", host), ("FLIXLIST_PORT", String(port)), ("FLIXLIST_DATA", data),
      ("FLIXLIST_DATABASE", database.redacted), ("FLIXLIST_BACKUPS", backups ?? "off"),
      ("FLIXLIST_PUBLIC_URL", publicURL ?? "none"),
      ("FLIXLIST_REGISTRATION", registration.rawValue), ("FLIXLIST_METRICS_HOST", metricsHost),
      ("FLIXLIST_METRICS_PORT", String(metricsPort)),
      ("FLIXLIST_SECRET", secret == nil ? "in the data folder" : "given, not shown"),
      ("FLIXLIST_TRUSTED_PROXIES", trustedProxies.isEmpty ? "none" : trustedProxies.joined(separator: ", ")),
      ("FLIXLIST_TMDB_TOKEN", tmdbToken == nil ? "none" : "given, not shown"), ("FLIXLIST_TMDB_URL", tmdbURL),
      ("FLIXLIST_PICTURES_LIMIT", String(picturesLimit)), ("FLIXLIST_LOG_LEVEL", logLevel.rawValue),
    ]
  }
}
