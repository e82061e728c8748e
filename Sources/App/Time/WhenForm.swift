import HTML
import HTTPTypes
import Hummingbird
import Web

/// A form whose date was no date, or which named nothing: it is shown again with what was typed.
struct WhenRefused: Error, Sendable {
  /// What is wrong, in the reader's language.
  let text: String
  /// As it was sent.
  let form: Form
  /// Where it was sent to.
  let action: String
  /// Whether another date is all that is missing.
  var asksAgain = true
}

/// Reads the date of a form, in any spelling.
enum WhenForm {
  /// When it was, or nil when the form does not say.
  ///
  /// - Throws: `WhenRefused` for what is no date, and for the future.
  static func when(_ form: Form, _ request: Request, _ context: SignedIn) throws -> When? {
    form["when"]?.trimmed.isEmpty ?? true ? nil : try required(form, request, context)
  }

  /// When it was.
  ///
  /// - Throws: `WhenRefused` when the form does not say, for what is no date, and for the future.
  static func required(_ form: Form, _ request: Request, _ context: SignedIn) throws -> When {
    let visitor = context.visitor
    let words = WhenText(language: visitor.texts.language, zone: context.user.zone, now: visitor.now)
    do {
      return try words.read(form["when"] ?? "")
    } catch {
      let dates = Dates(texts: visitor.texts, zone: context.user.zone, now: visitor.now)
      throw WhenRefused(text: dates.text(error), form: form, action: request.uri.path)
    }
  }

  /// The form again, with its message: a page, or for `app.js` the message alone, since its form is still there.
  static func response(to refused: WhenRefused, _ frame: Frame) -> Response {
    let t = frame.t
    let error: HTML = "<p class=\"error\">\(refused.text)</p>"
    // The answer bar is replaced by this one, so a form that stood in it comes back with it.
    let isInAnswer = refused.action.hasPrefix(URLs.activity + "/")
    if frame.visitor.wantsFragment {
      let answer: HTML = "<div>\(error)\(isInAnswer ? again(refused, frame) : HTML())</div>"
      return frame.fragment(answer: answer, status: .unprocessableContent)
    }
    let back = refused.form["back"] ?? frame.visitor.from ?? URLs.home
    let path = LocalPath.checked(back) ?? URLs.home
    let main: HTML = """
      <h1>\(t(.headingInvalid))</h1><div class="errors" role="alert" tabindex="-1"><h2>\(t(.formProblem))</h2>
      <ul><li><a href="#\(refused.asksAgain ? "when-again" : "main")">\(refused.text)</a></li></ul></div>
      \(refused.asksAgain ? again(refused, frame) : HTML())
      <p class="row"><a class="btn" href="\(path)">\(t(.goBack))</a></p>
      """
    return frame.page(title: t(.headingInvalid), kind: .narrow, main: main, status: .unprocessableContent)
  }

  private static func again(_ refused: WhenRefused, _ frame: Frame) -> HTML {
    var kept: [HTML] = refused.form.fields.filter { !["when", "back"].contains($0.name) }
      .map { Views.hidden($0.name, $0.value) }
    kept.append(Views.hidden("back", refused.form["back"] ?? frame.visitor.from ?? URLs.home))
    let typed = String((refused.form["when"] ?? "").prefix(200))
    return """
      <form class="whenform" method="post" action="\(refused.action)"\
      \(frame.visitor.wantsFragment ? HTML() : " data-plain")>\(kept)\
      \(Views.whenField("when-again", value: typed, isWrong: true, frame.t))\
      <button class="btn small">\(frame.t(.save))</button>\(Views.whenHint("when-again", frame.t))</form>
      """
  }
}
