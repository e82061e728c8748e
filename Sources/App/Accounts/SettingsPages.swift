import HTML
import HTTPTypes
import Hummingbird
import NIOCore
import SQL
import Web

/// Settings: profile, password, sessions, one's own data.
struct SettingsPages: Sendable {
  let app: App
  let accounts: AccountsPages

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/settings", use: profile)
    router.post("/settings", use: saveProfile)
    router.post("/settings/zone", use: saveZone)
    router.get("/settings/password", use: password)
    router.post("/settings/password", use: savePassword)
    router.get("/settings/sessions", use: sessions)
    router.post("/settings/sessions/{id}/delete", use: endSession)
    router.get("/settings/data", use: data)
    router.post("/settings/delete", use: deleteAccount)
  }

  // MARK: Profile

  @Sendable func profile(_ request: Request, _ context: SignedIn) async throws -> Response {
    let user = context.user.id
    let query = try request.query()
    let done = query["done"].flatMap { Int(digits: $0) }
    let (profile, line) = try await app.database.read { connection in
      (
        try AccountsStore.profile(connection, user: user),
        try done.flatMap { try ActivityStore.line(connection, user: user, id: $0) }
      )
    }
    guard let profile else { throw Problem.notFound }
    let (frame, t) = (frame(context), context.visitor.texts)
    let said = query["saved"] == "1" ? t(.saved) : query["recounted"] == "0" ? t(.recountNothing) : nil
    let answer = Views.answer(line, back: URLs.settings, frame) ?? said.map { Views.answer(text: $0) }
    return SettingsViews.profile(frame, profile, FieldErrors(), answer: answer)
  }

  @Sendable func saveProfile(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(
      ["display_name", "email", "zone", "day_end", "language", "theme", "scale", "single_keys", "hide_unseen"])
    var errors = FieldErrors()
    let profile = read(form, context, &errors)
    guard errors.isEmpty else {
      return SettingsViews.profile(frame(context), profile, errors, answer: nil, status: .unprocessableContent)
    }
    let (user, now) = (context.user.id, context.visitor.now)
    try await app.database.write { connection in
      try Journal.take(connection, user: user)
      // As the row has it: another window may have changed it since this session was read.
      let zone = try AccountsStore.profile(connection, user: user)?.zone
      try AccountsStore.setProfile(connection, user: user, profile)
      if profile.zone != zone { try Self.moved(connection, user: user, to: profile.zone, now: now) }
    }
    return Response(status: .seeOther, headers: [.location: "/settings?saved=1"])
  }

  private func read(_ form: Form, _ context: SignedIn, _ errors: inout FieldErrors) -> AccountsStore.Profile {
    let t = context.visitor.texts
    let user = context.user
    let email = (form["email"] ?? "").trimmed
    let dayEnd = Int(digits: form["day_end"] ?? "0") ?? -1
    let profile = AccountsStore.Profile(
      displayName: (form["display_name"] ?? user.displayName).trimmed, email: email.isEmpty ? nil : email,
      zone: form["zone"] ?? user.zone.identifier, dayEndMinutes: dayEnd * 60,
      language: form["language"] ?? user.language.rawValue, theme: form["theme"] ?? user.theme,
      scale: form["scale"] ?? user.scale.rawValue, hasSingleKeys: form["single_keys"] == "1",
      hidesUnseen: form["hide_unseen"] == "1")
    if profile.displayName.isEmpty || profile.displayName.count > 60 {
      errors.add("display_name", t(.displayNameError))
    }
    if !email.isEmpty { errors.add("email", AccountRules.problem(email: email).map { t($0) }) }
    if Zone(profile.zone) == nil { errors.add("zone", t(.zoneError)) }
    if !(0...12).contains(dayEnd) { errors.add("day_end", t(.dayEndError)) }
    if !Language.offered.map(\.rawValue).contains(profile.language) { errors.add("language", t(.problemForm)) }
    if !["system", "light", "dark"].contains(profile.theme) { errors.add("theme", t(.problemForm)) }
    if Scale(rawValue: profile.scale) == nil { errors.add("scale", t(.problemForm)) }
    return profile
  }

  @Sendable func saveZone(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(["zone"])
    let back = request.back(form, else: "/")
    guard let zone = form["zone"].flatMap({ Zone($0) }) else { throw Problem.redirect("/settings#zone") }
    let (user, now) = (context.user.id, context.visitor.now)
    try await app.database.write { connection in
      try Journal.take(connection, user: user)
      let known = try AccountsStore.profile(connection, user: user)?.zone
      try AccountsStore.setZone(connection, user: user, zone: zone.identifier)
      if known != zone.identifier { try Self.moved(connection, user: user, to: zone.identifier, now: now) }
    }
    return Response(status: .seeOther, headers: [.location: back])
  }

  /// Recounts what depends on a person's zone: the hours of their days, and what has aired by their today.
  private static func moved(_ connection: Connection, user: Int, to zone: String, now: Instant) throws {
    try Days.recountAll(connection, user: user)
    try Shelf.recountAround(connection, user: user, today: (Zone(zone) ?? .utc).clock(at: now).day)
  }

  // MARK: Password

  @Sendable func password(_ request: Request, _ context: SignedIn) async throws -> Response {
    let isSaved = try request.query()["saved"] == "1"
    return SettingsViews.password(frame(context), FieldErrors(), isSaved: isSaved)
  }

  @Sendable func savePassword(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(["current", "password"])
    let t = context.visitor.texts
    let new = form["password"] ?? ""
    var errors = FieldErrors()
    errors.add(
      "password", AccountRules.problem(password: new, username: context.user.username, email: nil).map { t($0) })
    if try await !accounts.isRight(form["current"] ?? "", context) { errors.add("current", t(.passwordWrong)) }
    guard errors.isEmpty else {
      return SettingsViews.password(frame(context), errors, isSaved: false, status: .unprocessableContent)
    }
    let hash = try await app.passwords.hash(new)
    let (user, session) = (context.user.id, context.session.tokenHash)
    try await app.database.write { connection in
      try AccountsStore.setPassword(connection, user: user, hash: hash)
      try SessionStore.endAll(connection, user: user, except: session)
    }
    return Response(
      status: .seeOther,
      headers: [.location: "/settings/password?saved=1", .setCookie: app.setDeviceCookie(user: user, hash: hash)])
  }

  // MARK: Sessions

  @Sendable func sessions(_ request: Request, _ context: SignedIn) async throws -> Response {
    let user = context.user.id
    let lines = try await app.database.read { try SessionStore.all($0, user: user) }
    return SettingsViews.sessions(frame(context), lines, current: context.session.id)
  }

  @Sendable func endSession(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    _ = try await request.form([])
    let user = context.user.id
    guard try await app.database.write({ try SessionStore.end($0, user: user, id: id) }) else { throw Problem.notFound }
    return Response(status: .seeOther, headers: [.location: id == context.session.id ? "/login" : "/settings/sessions"])
  }

  // MARK: Data

  @Sendable func data(_ request: Request, _ context: SignedIn) async throws -> Response {
    SettingsViews.data(frame(context), FieldErrors())
  }

  @Sendable func deleteAccount(_ request: Request, _ context: SignedIn) async throws -> Response {
    let form = try await request.form(["password"])
    guard try await accounts.isRight(form["password"] ?? "", context) else {
      var errors = FieldErrors()
      errors.add("password", context.visitor.texts(.passwordWrong))
      return SettingsViews.data(frame(context), errors, status: .unprocessableContent)
    }
    let user = context.user
    try await app.database.write { connection in
      if user.isAdmin, try AdminStore.isLastAdmin(connection, user: user.id) {
        throw Problem(.conflict, .lastAdmin)
      }
      try AccountsStore.delete(connection, user: user.id)
    }
    return Response(
      status: .seeOther, headers: [.location: "/", .setCookie: app.setCookie(app.cookieName, "", maxAgeSeconds: 0)])
  }

  private func frame(_ context: SignedIn) -> Frame { Frame(app: app, visitor: context.visitor) }
}
