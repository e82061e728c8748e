import HTML
import HTTPTypes
import Hummingbird
import Metrics
import SQL
import Web

/// Register, log in, log out, set a forgotten password.
struct AccountsPages: Sendable {
  let app: App

  func addRoutes(to router: Router<Visit>) {
    router.get("/register", use: registration)
    router.post("/register", use: register)
    router.get("/login", use: loginForm)
    router.post("/login", use: login)
    router.post("/logout", use: logout)
    router.get("/reset/{token}", use: resetForm)
    router.post("/reset/{token}", use: reset)
  }

  func addSignedInRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/confirm", use: confirmForm)
    router.post("/confirm", use: confirm)
  }

  // MARK: Register

  /// Who may register now.
  enum Door: Sendable {
    /// Anybody; the first one becomes the administrator when `isFirst`.
    case open(isFirst: Bool)
    /// Whoever holds an invitation or the link printed at the start.
    case link(LinkStore.Kind, isFirst: Bool)
    /// Nobody.
    case closed
    /// Nobody before the link that was printed at the start was used.
    case waiting
  }

  private func door(_ token: String?, now: Instant) async throws -> Door {
    let config = app.config
    return try await app.database.read { connection in
      let isFirst = try AccountsStore.isEmpty(connection)
      if isFirst {
        if config.isLoopback { return .open(isFirst: true) }
        let link = try token.flatMap { try LinkStore.find(connection, .setup, token: $0, now: now) }
        return link == nil ? .waiting : .link(.setup, isFirst: true)
      }
      if let token, try LinkStore.find(connection, .invite, token: token, now: now) != nil {
        return .link(.invite, isFirst: false)
      }
      return try SiteStore.registration(connection, config: config) == .open ? .open(isFirst: false) : .closed
    }
  }

  @Sendable func registration(_ request: Request, _ context: Visit) async throws -> Response {
    let visitor = try context.current()
    if visitor.user != nil { throw Problem.redirect("/") }
    let token = try request.query()["token"]
    return AccountsViews.register(
      Frame(app: app, visitor: visitor), try await door(token, now: visitor.now), .init(token: token), FieldErrors())
  }

  @Sendable func register(_ request: Request, _ context: Visit) async throws -> Response {
    let visitor = try context.current()
    let form = try await request.form(["username", "email", "password", "zone", "token"])
    let typed = AccountsViews.Registration(
      username: (form["username"] ?? "").trimmed, email: (form["email"] ?? "").trimmed, token: form["token"])
    let door = try await door(typed.token, now: visitor.now)
    let frame = Frame(app: app, visitor: visitor)
    switch door {
    case .closed, .waiting:
      return AccountsViews.register(frame, door, typed, FieldErrors(), status: .forbidden)
    case .open, .link: break
    }
    let password = form["password"] ?? ""
    var errors = FieldErrors()
    errors.add("username", AccountRules.problem(username: typed.username).map { visitor.texts($0) })
    if !typed.email.isEmpty { errors.add("email", AccountRules.problem(email: typed.email).map { visitor.texts($0) }) }
    errors.add(
      "password",
      AccountRules.problem(password: password, username: typed.username, email: typed.email).map { visitor.texts($0) })
    guard errors.isEmpty else {
      return AccountsViews.register(frame, door, typed, errors, status: .unprocessableContent)
    }
    try await throttle([(Throttle.addressName(visitor.address) + ":register", Throttle.registration)], now: visitor.now)
    let new = AccountsStore.New(
      username: typed.username, email: typed.email.isEmpty ? nil : typed.email, displayName: typed.username,
      password: try await app.passwords.hash(password), isAdmin: door.makesAdmin,
      zone: form["zone"].flatMap { Zone($0)?.identifier }, language: visitor.texts.language)
    guard let id = try await create(new, door, typed.token, now: visitor.now) else {
      errors.add("username", visitor.texts(.usernameTaken))
      return AccountsViews.register(frame, door, typed, errors, status: .unprocessableContent)
    }
    return try await signedIn(request, visitor, user: id, next: "/")
  }

  private func create(
    _ new: AccountsStore.New, _ door: Door, _ token: String?, now: Instant
  ) async throws -> Int? {
    try await app.database.write { connection in
      var new = new
      // Two first accounts at once, on two nodes perhaps: one of them is the first.
      try connection.hold(AccountsStore.lock)
      if new.isAdmin, try !AccountsStore.isEmpty(connection) { new.isAdmin = false }
      guard let id = try AccountsStore.create(connection, new, now: now) else { return nil }
      if case .link(let kind, _) = door, let token, try !LinkStore.use(connection, kind, token: token, now: now) {
        throw Problem(.forbidden, .registerLinkUsed)
      }
      return id
    }
  }

  // MARK: Log in and out

  @Sendable func loginForm(_ request: Request, _ context: Visit) async throws -> Response {
    let visitor = try context.current()
    let next = LocalPath.checked(try request.query()["next"])
    if visitor.user != nil { throw Problem.redirect(next ?? "/") }
    let config = app.config
    let isOpen = try await app.database.read { try SiteStore.registration($0, config: config) == .open }
    return AccountsViews.login(
      Frame(app: app, visitor: visitor), username: "", next: next, error: nil, mayRegister: isOpen)
  }

  @Sendable func login(_ request: Request, _ context: Visit) async throws -> Response {
    let visitor = try context.current()
    let form = try await request.form(["username", "password", "next"])
    let name = (form["username"] ?? "").trimmed
    let next = LocalPath.checked(form["next"])
    let known = try await app.database.read { try AccountsStore.credentials($0, name: name) }
    let device = app.cookie(app.deviceCookieName, in: request)
    try await holdBack(account: known.map { ($0.id, $0.hash) }, name: name, device: device, visitor)
    let isRight = try await app.passwords.verify(form["password"] ?? "", hash: known?.hash)
    guard isRight, let known, !known.isDisabled else {
      app.meters.signedIn(false)
      let config = app.config
      let isOpen = try await app.database.read { try SiteStore.registration($0, config: config) == .open }
      return AccountsViews.login(
        Frame(app: app, visitor: visitor), username: name, next: next, error: visitor.texts(.loginWrong),
        mayRegister: isOpen, status: .unprocessableContent)
    }
    let rehashed =
      app.passwords.isOutdated(known.hash) ? try await app.passwords.hash(form["password"] ?? "") : nil
    app.meters.signedIn(true)
    return try await signedIn(request, visitor, user: known.id, next: next ?? "/") { connection in
      // The password may have been changed while its hash was computed, and must not be until the session is there.
      try AccountsStore.hold(connection, user: known.id)
      guard try AccountsStore.credentials(connection, id: known.id) == known else {
        throw Problem(.conflict, .problemUnavailable)
      }
      if let rehashed { try AccountsStore.setHash(connection, user: known.id, hash: rehashed) }
      try Throttle.forget(connection, account: known.id)
    }
  }

  /// Takes one try from the buckets of the address and the account; a browser that logged in before has its own.
  ///
  /// A name that nobody has is counted by itself, so that a throttle does not tell which accounts there are.
  private func holdBack(
    account: (id: Int, hash: String)?, name: String, device: String?, _ visitor: Visitor
  ) async throws {
    var buckets = [(Throttle.addressName(visitor.address), Throttle.address)]
    if let account {
      let isKnown = app.isKnownDevice(device, user: account.id, hash: account.hash)
      let own =
        isKnown
        ? ":device:" + String(Token.hash(device ?? "").prefix(6).map { Character(UnicodeScalar($0 % 26 + 97)) }) : ""
      buckets.append((Throttle.accountName(account.id) + own, Throttle.account))
      if !isKnown { buckets.append((Throttle.accountDayName(account.id), Throttle.accountDay)) }
    }
    if account == nil {
      let nobody = Throttle.nobodyName(AccountRules.key(name))
      buckets += [(nobody, Throttle.account), (nobody + ":day", Throttle.accountDay)]
    }
    try await throttle(buckets, now: visitor.now)
  }

  private func throttle(_ buckets: [(String, TokenBucket.Limit)], now: Instant) async throws {
    let wait = try await app.database.write { try Throttle.take($0, buckets, now: now) }
    if let wait { throw Problem.tooMany(seconds: wait) }
  }

  /// Starts a session and sets its cookie; whatever session the browser had before is over.
  private func signedIn(
    _ request: Request, _ visitor: Visitor, user: Int, next: String,
    first: @escaping @Sendable (Connection) throws -> Void = { _ in }
  ) async throws -> Response {
    let token = Token.make()
    let before = app.cookie(app.cookieName, in: request).map(Token.hash)
    let agent = request.headers[.userAgent] ?? ""
    let hash = try await app.database.write { connection in
      try first(connection)
      if let before { try SessionStore.end(connection, tokenHash: before) }
      try SessionStore.start(
        connection, user: user, tokenHash: Token.hash(token), agent: agent, address: visitor.address, now: visitor.now)
      return try AccountsStore.credentials(connection, id: user)?.hash
    }
    var response = Response(status: .seeOther, headers: [.location: next])
    response.headers.append(
      .init(name: .setCookie, value: app.setCookie(app.cookieName, token, maxAgeSeconds: Session.absoluteSeconds)))
    response.headers.append(.init(name: .setCookie, value: app.setDeviceCookie(user: user, hash: hash ?? "")))
    return response
  }

  @Sendable func logout(_ request: Request, _ context: Visit) async throws -> Response {
    let visitor = try context.current()
    if let session = visitor.session {
      try await app.database.write { try SessionStore.end($0, tokenHash: session.tokenHash) }
    }
    return Response(
      status: .seeOther,
      headers: [
        .location: "/", .setCookie: app.setCookie(app.cookieName, "", maxAgeSeconds: 0),
        SecurityHeaders.clearSiteData: "\"cache\", \"storage\"",
      ])
  }

  // MARK: The password again, before administration

  @Sendable func confirmForm(_ request: Request, _ context: SignedIn) async throws -> Response {
    let next = LocalPath.checked(try request.query()["next"]) ?? "/"
    return AccountsViews.confirm(Frame(app: app, visitor: context.visitor), next: next, error: nil)
  }

  @Sendable func confirm(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(["password", "next"])
    let next = LocalPath.checked(form["next"]) ?? "/"
    let visitor = context.visitor
    guard try await isRight(form["password"] ?? "", context) else {
      return AccountsViews.confirm(
        Frame(app: app, visitor: visitor), next: next, error: visitor.texts(.passwordWrong),
        status: .unprocessableContent)
    }
    let hash = context.session.tokenHash
    try await app.database.write { try SessionStore.confirm($0, tokenHash: hash, now: visitor.now) }
    return Response(status: .seeOther, headers: [.location: next])
  }

  /// Whether this is the password of the person who asks; counts as a try.
  func isRight(_ password: String, _ context: SignedIn) async throws -> Bool {
    let user = context.user.id
    try await throttle(
      [
        // A bucket of this session's own: strangers who try the login cannot empty it.
        (Throttle.addressName(context.visitor.address), Throttle.address),
        (Throttle.accountName(user) + ":session:\(context.session.id)", Throttle.account),
      ], now: context.visitor.now)
    let known = try await app.database.read { try AccountsStore.credentials($0, id: user) }
    return try await app.passwords.verify(password, hash: known?.hash)
  }

  // MARK: A forgotten password

  @Sendable func resetForm(_ request: Request, _ context: Visit) async throws -> Response {
    let visitor = try context.current()
    let token = try token(context)
    guard try await app.database.read({ try LinkStore.find($0, .reset, token: token, now: visitor.now) }) != nil else {
      throw Problem(.notFound, .resetGone)
    }
    return AccountsViews.reset(Frame(app: app, visitor: visitor), token: token, FieldErrors())
  }

  @Sendable func reset(_ request: Request, _ context: Visit) async throws -> Response {
    let visitor = try context.current()
    let token = try token(context)
    let form = try await request.form(["password"])
    try await throttle([(Throttle.addressName(visitor.address), Throttle.address)], now: visitor.now)
    let known = try await app.database.read { connection in
      try LinkStore.find(connection, .reset, token: token, now: visitor.now).flatMap { link in
        try link.user.flatMap { try AccountsStore.credentials(connection, id: $0) }
      }
    }
    guard let known else { throw Problem(.notFound, .resetGone) }
    let password = form["password"] ?? ""
    if let problem = AccountRules.problem(password: password, username: known.username, email: nil) {
      var errors = FieldErrors()
      errors.add("password", visitor.texts(problem))
      return AccountsViews.reset(Frame(app: app, visitor: visitor), token: token, errors, status: .unprocessableContent)
    }
    let hash = try await app.passwords.hash(password)
    try await app.database.write { connection in
      guard try LinkStore.use(connection, .reset, token: token, now: visitor.now) else {
        throw Problem(.notFound, .resetGone)
      }
      try AccountsStore.setPassword(connection, user: known.id, hash: hash)
      try SessionStore.endAll(connection, user: known.id)
    }
    return Response(status: .seeOther, headers: [.location: "/login"])
  }

  private func token(_ context: Visit) throws -> String {
    guard let token = context.parameters.get("token"), token.utf8.count <= 100 else { throw Problem.notFound }
    return token
  }
}

extension AccountsPages.Door {
  fileprivate var makesAdmin: Bool {
    switch self {
    case .open(let isFirst), .link(_, let isFirst): isFirst
    case .closed, .waiting: false
    }
  }
}
