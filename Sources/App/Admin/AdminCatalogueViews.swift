import HTML
import HTTPTypes
import Hummingbird

/// The page of the catalogue's administration.
enum AdminCatalogueViews {
  /// What it shows.
  struct Model: Sendable {
    let state: FetchStore.State
    let hasToken: Bool
    /// Whether the token stands in the configuration, where the browser cannot change it.
    let isConfigured: Bool
    /// Requests of this node since its start, and how many of them failed.
    let counts: (asked: Int, failed: Int)
    let problem: Key?
  }

  static func page(_ model: Model, _ frame: Frame, status: HTTPResponse.Status) -> Response {
    let t = frame.t
    let main: HTML = """
      <h1>\(t(.adminCatalogue))</h1><p><a href="/admin/users">\(t(.adminUsers))</a></p>
      <section class="stack"><h2>TMDB</h2><p>\(t(.tokenText)) <a rel="noreferrer" \
      href="https://www.themoviedb.org/settings/api">themoviedb.org/settings/api</a></p>\(token(model, t))</section>
      <section><h2>\(t(.queueHead))</h2>\(figures(model, frame))\(problems(model, frame))</section>
      """
    return frame.page(title: t(.adminCatalogue), main: main, status: status)
  }

  private static func token(_ model: Model, _ t: Texts) -> HTML {
    let said = "<p><b>\(t(model.hasToken ? .tokenSet : .tokenMissing))</b></p>" as HTML
    if model.isConfigured { return "\(said)<p class=\"mute\">\(t(.tokenConfigured))</p>" }
    var errors = FieldErrors()
    errors.add("token", model.problem.map { t($0) })
    let remove: HTML =
      model.hasToken
      ? """
      <form class="inline" method="post" action="/admin/catalogue/token" data-plain>\
      <button class="btn" name="token" value="">\(t(.tokenRemove))</button></form>
      """ : HTML()
    return """
      \(said)\(Views.errors(errors, t))<form class="stack note-form" method="post" \
      action="/admin/catalogue/token" data-plain>
      \(Views.field("token", label: t(.tokenLabel), hint: t(.tokenHint), error: errors["token"]) {
        "<input \($0) type=\"password\" autocomplete=\"off\" maxlength=\"1000\" required>"
      })
      <button class="btn pri">\(t(.save))</button></form>\(remove)
      """
  }

  private static func figures(_ model: Model, _ frame: Frame) -> HTML {
    let t = frame.t
    let state = model.state
    let rows: [(Key, String)] = [
      (.queueStored, t.number(state.stored)), (.queueDue, t.number(state.due)),
      (.queueFailing, t.number(state.failing)),
      (.queueNewest, state.newest.map { frame.dates.moment($0) } ?? "–"),
      (.queueOldest, state.oldestDue.map { frame.dates.moment($0) } ?? "–"),
      (.queueAsked, t.number(model.counts.asked)), (.queueFailed, t.number(model.counts.failed)),
    ]
    return """
      <table class="data"><tbody>\(rows.map { key, value in
        "<tr><th scope=\"row\">\(t(key))</th><td class=\"num\">\(value)</td></tr>" as HTML
      })</tbody></table>
      """
  }

  private static func problems(_ model: Model, _ frame: Frame) -> HTML {
    let t = frame.t
    guard !model.state.problems.isEmpty else { return HTML() }
    return """
      <h3>\(t(.queueProblems))</h3>
      <div class="scroll" tabindex="0" role="region" aria-label="\(t(.queueProblems))"><table class="data"><thead><tr>\
      <th scope="col">\(t(.queueWhat))</th><th scope="col">\(t(.queueWhy))</th>\
      <th scope="col" class="num">\(t(.queueTimes))</th><th scope="col">\(t(.queueAgain))</th></tr></thead>\
      <tbody>\(model.state.problems.map { line in
        """
        <tr><td>\(line.resource)</td><td>\(line.problem)</td><td class="num">\(t.number(line.failures))</td>\
        <td>\(frame.dates.moment(line.due))</td></tr>
        """ as HTML
      })</tbody></table></div>
      <form method="post" action="/admin/catalogue/retry" data-plain>\
      <button class="btn">\(t(.queueRetry))</button></form>
      """
  }
}
