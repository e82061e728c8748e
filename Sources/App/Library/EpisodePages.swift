import HTTPTypes
import Hummingbird
import SQL
import Web

/// What can be done with seasons and episodes beside marking them: skip, rate, watch a show again.
struct EpisodePages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.post("/episodes/{id}/skip", use: skip)
    router.post("/titles/{id}/skips", use: skipMany)
    router.post("/episodes/{id}/rating", use: rateEpisode)
    router.post("/titles/{id}/seasons/{number}/rating", use: rateSeason)
    router.post("/titles/{id}/passes", use: beginPass)
    router.post("/passes/{id}", use: renamePass)
    router.post("/passes/{id}/end", use: endPass)
    router.post("/passes/{id}/delete", use: deletePass)
  }

  @Sendable func skip(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["skip"])
    let isSkip = form["skip"] ?? "1"
    guard ["0", "1"].contains(isSkip) else { throw Problem.invalid(.problemForm) }
    let (user, now) = (context.user, context.visitor.now)
    let done = try await app.database.write {
      try SkipStore.skip($0, user: user, episode: id, isSkip == "1", now: now)
    }
    return try await answer(request, form, context, title: done.title, activity: done.activity, anchor: id)
  }

  @Sendable func skipMany(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["season", "from", "upto"])
    let target: SkipStore.Target
    switch try PlayForm.target(form) {
    case .season(let number): target = .season(number)
    case .upTo(let last): target = .upTo(last)
    case .range(let first, let last): target = .range(from: first, upTo: last)
    case .film, .episode, .all: throw Problem.invalid(.problemPlayTarget)
    }
    let (user, now) = (context.user, context.visitor.now)
    let activity = try await app.database.write {
      try SkipStore.skip($0, user: user, title: id, target, now: now)
    }
    return try await answer(request, form, context, title: id, activity: activity)
  }

  @Sendable func rateEpisode(_ request: Request, _ context: SignedIn) async throws -> Response {
    try await rate(request, context, .episode(try context.id("id")))
  }

  @Sendable func rateSeason(_ request: Request, _ context: SignedIn) async throws -> Response {
    try await rate(request, context, .season(title: try context.id("id"), number: try context.id("number")))
  }

  private func rate(
    _ request: Request, _ context: SignedIn, _ subject: RatingStore.Subject
  ) async throws -> Response {
    let form = try await request.form(["rating"])
    guard case .to(let rating) = try EntryForm.rating(form) else { throw Problem.invalid(.problemForm) }
    let (user, now) = (context.user, context.visitor.now)
    let done = try await app.database.write {
      try RatingStore.rate($0, user: user, subject, rating: rating, now: now)
    }
    return try await answer(request, form, context, title: done.title, activity: done.activity, anchor: done.episode)
  }

  @Sendable func beginPass(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["name"])
    let name = try passName(form) ?? ""
    let (user, now) = (context.user, context.visitor.now)
    let activity = try await app.database.write {
      try PassStore.begin($0, user: user, title: id, name: name, now: now)
    }
    return try await answer(request, form, context, title: id, activity: activity)
  }

  @Sendable func renamePass(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["name"])
    guard let name = try passName(form) else { throw Problem.invalid(.problemForm) }
    let (user, now) = (context.user, context.visitor.now)
    let done = try await app.database.write { try PassStore.rename($0, user: user, id: id, name: name, now: now) }
    return try await answer(request, form, context, title: done.title, activity: done.activity)
  }

  @Sendable func endPass(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form([])
    let (user, now) = (context.user, context.visitor.now)
    let done = try await app.database.write { try PassStore.end($0, user: user, id: id, now: now) }
    return try await answer(request, form, context, title: done.title, activity: done.activity)
  }

  @Sendable func deletePass(_ request: Request, _ context: SignedIn) async throws -> Response {
    let id = try context.id("id")
    let form = try await request.form(["plays"])
    let plays = form["plays"] ?? "keep"
    guard ["keep", "delete"].contains(plays) else { throw Problem.invalid(.problemForm) }
    let (user, now) = (context.user, context.visitor.now)
    let done = try await app.database.write {
      try PassStore.delete($0, user: user, id: id, keepsPlays: plays == "keep", now: now)
    }
    return try await answer(request, form, context, title: done.title, activity: done.activity)
  }

  private func passName(_ form: Form) throws -> String? {
    guard let name = form["name"]?.trimmed else { return nil }
    guard name.count <= PassStore.nameLength else { throw Problem.invalid(.problemPassName) }
    return name
  }

  private func answer(
    _ request: Request, _ form: Form, _ context: SignedIn, title: Int, activity: Int?, anchor: Int? = nil
  ) async throws -> Response {
    try await Answers(app: app, context: context)
      .changed(request, form, title: title, activity: activity, anchor: anchor)
  }
}
