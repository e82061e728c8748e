import Crypto
import Foundation
import HTTPTypes
import Hummingbird
public import Logging
public import SQL
import Synchronization
import Web

/// The whole application: everything a request or a command needs, made in one place and handed down.
public struct App: Sendable {
  /// What was set.
  public let config: Config
  /// Where the record is.
  public let database: any Database
  /// Hashes passwords.
  public let passwords: Passwords
  /// What is counted.
  public let meters: Meters
  /// The time, in microseconds.
  public let clock: @Sendable () -> Instant
  public let logger: Logger
  let assets: Assets
  let origin: OriginCheck
  let clients: ClientAddress
  let vocabulary: VocabularyBox
  /// Asks TMDB.
  let tmdb: TMDBClient
  /// The pictures of this node.
  let pictures: Pictures
  /// Wakes the one who fetches.
  let fetchBell = FetchBell()
  /// Keeps what must not be read in a stolen database.
  let vault: Vault
  /// How many imports are under way.
  let imports = ImportGate()
  /// From which this site's own marks are made.
  private let secret: SymmetricKey
  private let languages: [Language: Texts]

  /// Which FlixList this is, by semver.org.
  public static let version = "0.1.0"

  /// The longest request target, in bytes.
  static let maximumTargetBytes = 8_192
  /// The longest body of a form, in bytes.
  static let maximumFormBytes = 1 << 20

  /// Makes the application on an open, migrated database.
  public init(
    config: Config, database: any Database, meters: Meters, logger: Logger,
    clock: @escaping @Sendable () -> Instant = App.systemClock
  ) throws {
    self.config = config
    self.database = database
    self.meters = meters
    self.logger = logger
    self.clock = clock
    passwords = Passwords(cost: config.passwordCost)
    origin = OriginCheck(publicAddress: config.publicURL)
    clients = try ClientAddress(trustedProxies: config.trustedProxies)
    vocabulary = VocabularyBox()
    tmdb = TMDBClient(base: config.tmdbURL, database: database, clock: clock) { meters.askedTMDB(isAnswered: $0) }
    pictures = Pictures(
      folder: config.data + "/pictures", limit: config.picturesLimit << 20, base: config.picturesURL, clock: clock,
      logger: logger)
    vault = Vault(secret: config.secret ?? "")
    secret = SymmetricKey(data: Array((config.secret ?? "").utf8))
    var languages: [Language: Texts] = [:]
    for language in Language.allCases {
      let file = language == .pseudo ? "en.txt" : language.rawValue + ".txt"
      languages[language] = try Texts(language: language, file: Embedded.text(file))
    }
    self.languages = languages
    var assets = Assets()
    assets.add(name: "app.css", type: "text/css; charset=utf-8", bytes: Embedded.bytes("app.css"))
    assets.add(name: "catalogue.css", type: "text/css; charset=utf-8", bytes: Embedded.bytes("catalogue.css"))
    assets.add(name: "app.js", type: "text/javascript; charset=utf-8", bytes: Embedded.bytes("app.js"))
    assets.add(name: "kept.js", type: "text/javascript; charset=utf-8", bytes: Embedded.bytes("kept.js"))
    assets.add(name: "icon.svg", type: "image/svg+xml", bytes: Embedded.bytes("icon.svg"))
    for name in Phone.icons { assets.add(name: name, type: "image/png", bytes: Embedded.bytes(name)) }
    self.assets = assets
  }

  /// Ends its threads and connections; nothing can be asked of it afterwards.
  public func shutDown() async throws {
    try await passwords.shutDown()
    try await pictures.shutDown()
    try await tmdb.fetcher.shutDown()
  }

  /// The machine's clock.
  public static let systemClock: @Sendable () -> Instant = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int(time.tv_sec) * 1_000_000 + Int(time.tv_nsec) / 1_000
  }

  /// The texts of a language.
  func texts(_ language: Language) -> Texts {
    guard let texts = languages[language] else { preconditionFailure("init makes the texts of every language") }
    return texts
  }

  /// Who asks, before anybody looked for a session.
  func visitor(of request: Request, socket: String?) -> Visitor {
    Visitor(
      session: nil, texts: texts(Language(accept: request.headers[.acceptLanguage])),
      address: clients.client(socket: socket, forwardedFor: request.headers[values: SecurityHeaders.forwardedFor]),
      now: clock(), wantsFragment: request.headers[SecurityHeaders.fragment] == "1",
      isPost: request.method == .post, from: request.method == .post ? request.referringPath : nil,
      path: request.uri.string)
  }

  /// Stands in where an error came before there was a request to speak of.
  var visitorOfNobody: Visitor {
    Visitor(
      session: nil, texts: texts(.english), address: "", now: clock(), wantsFragment: false, isPost: false, from: nil,
      path: "/")
  }

  /// The address of the site: as configured, else as the browser asked for it.
  func address(_ request: Request) -> String {
    config.publicURL ?? "http://" + (request.head.authority ?? "localhost")
  }

  /// The name of the session's cookie: `__Host-` asks browsers for TLS, which a home network may not have.
  var cookieName: String { config.isSecure ? "__Host-flixlist" : "flixlist" }

  /// The session of a request, when it carries a cookie that is good.
  func session(of request: Request, now: Instant) async throws -> Session? {
    guard let token = cookie(cookieName, in: request), token.utf8.count <= 100 else { return nil }
    let hash = Token.hash(token)
    guard let session = try await database.read({ try SessionStore.find($0, tokenHash: hash, now: now) }) else {
      return nil
    }
    if now - session.seenAt > Session.noteEverySeconds * 1_000_000 {
      do {
        try await database.write { try SessionStore.note($0, tokenHash: hash, now: now) }
      } catch let error as DatabaseError {
        // Reading goes on where nothing can be written: a full disk must not close the library.
        logger.error("session", metadata: ["error": "\(error)"])
      }
    }
    return session
  }

  /// The name of the cookie by which a browser that logged in before is known again.
  var deviceCookieName: String { cookieName + "-device" }

  /// The mark of a browser in which a person has logged in: it spares them from a throttle that others fill.
  ///
  /// - Parameter hash: the hash of their password: a mark ends with the password it was given for.
  func deviceMark(user: Int, hash: String) -> String {
    let mark = HMAC<SHA256>.authenticationCode(for: Array("device:\(user):\(hash)".utf8), using: secret)
    return "\(user)." + Data(mark).base64EncodedString().filter { $0.isLetter || $0.isNumber }
  }

  /// Whether a browser carries a person's mark.
  func isKnownDevice(_ mark: String?, user: Int, hash: String) -> Bool {
    // Compared by their hashes, so that the time it takes says nothing about the mark.
    mark.map { Token.hash($0) == Token.hash(deviceMark(user: user, hash: hash)) } ?? false
  }

  /// The value of a cookie.
  func cookie(_ name: String, in request: Request) -> String? {
    for header in request.headers[values: .cookie] {
      for pair in header.split(separator: ";") {
        let pair = pair.drop { $0 == " " }
        if pair.hasPrefix(name), pair.dropFirst(name.count).first == "=" {
          return String(pair.dropFirst(name.count + 1))
        }
      }
    }
    return nil
  }

  /// The Set-Cookie header that gives a browser its mark.
  func setDeviceCookie(user: Int, hash: String) -> String {
    setCookie(deviceCookieName, deviceMark(user: user, hash: hash), maxAgeSeconds: 365 * 86_400)
  }

  /// The value of a Set-Cookie header.
  func setCookie(_ name: String, _ value: String, maxAgeSeconds: Int) -> String {
    "\(name)=\(value); Path=/; Max-Age=\(maxAgeSeconds); HttpOnly; SameSite=Lax" + (config.isSecure ? "; Secure" : "")
  }
}

/// Its name, where something prints it: a service is named after all that it holds, which took most of a start, and
/// secrets are among it.
extension App: CustomStringConvertible {
  /// Name and version.
  public var description: String { "FlixList \(Self.version)" }
}
