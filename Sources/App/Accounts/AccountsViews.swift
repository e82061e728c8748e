import HTML
import HTTPTypes
import Hummingbird

/// The forms of people who are not logged in yet.
enum AccountsViews {
  /// What was typed into the registration.
  struct Registration: Sendable {
    var username = ""
    var email = ""
    var token: String?
  }

  /// The registration.
  static func register(
    _ frame: Frame, _ door: AccountsPages.Door, _ typed: Registration, _ errors: FieldErrors,
    status: HTTPResponse.Status = .ok
  ) -> Response {
    let t = frame.t
    let lead: Key
    switch door {
    case .closed:
      return frame.page(
        title: t(.register), kind: .narrow, main: "<h1>\(t(.register))</h1><p>\(t(.registerClosed))</p>", status: status
      )
    case .waiting:
      return frame.page(
        title: t(.register), kind: .narrow, main: "<h1>\(t(.register))</h1><p>\(t(.registerWaiting))</p>",
        status: status)
    case .open(let isFirst), .link(_, let isFirst): lead = isFirst ? .registerFirst : .registerLead
    }
    let token: HTML = typed.token.map { Views.hidden("token", $0) } ?? HTML()
    let main: HTML = """
      <h1>\(t(.register))</h1><p>\(t(lead))</p>\(Views.errors(errors, t))
      <form class="stack" method="post" action="/register" data-plain>\(token)<input type="hidden" name="zone" \
      data-zone>
      \(Views.field("username", label: t(.username), hint: t(.usernameHint), error: errors["username"]) {
        """
        <input \($0) value="\(typed.username)" autocomplete="username" \
        autocapitalize="none" spellcheck="false" maxlength="40" required>
        """
      })
      \(Views.field("email", label: t(.emailOptional), hint: t(.emailHint), error: errors["email"]) {
        "<input \($0) type=\"email\" value=\"\(typed.email)\" autocomplete=\"email\" maxlength=\"254\">"
      })
      \(Views.field("password", label: t(.password), hint: t(.passwordHint), error: errors["password"]) {
        "<input \($0) type=\"password\" autocomplete=\"new-password\" minlength=\"8\" maxlength=\"256\" required>"
      })
      <button class="btn pri">\(t(.registerButton))</button></form>
      <p class="mute">\(t(.haveAccount)) <a href="/login">\(t(.logIn))</a></p>
      """
    return frame.page(title: t(.register), kind: .narrow, main: main, status: status)
  }

  /// The login.
  static func login(
    _ frame: Frame, username: String, next: String?, error: String?, mayRegister: Bool,
    status: HTTPResponse.Status = .ok
  ) -> Response {
    let t = frame.t
    var errors = FieldErrors()
    errors.add("username", error)
    let link: HTML =
      mayRegister ? "<p class=\"mute\">\(t(.noAccount)) <a href=\"/register\">\(t(.register))</a></p>" : HTML()
    let main: HTML = """
      <h1>\(t(.logIn))</h1>\(Views.errors(errors, t))
      <form class="stack" method="post" action="/login" data-plain>\(next.map { Views.hidden("next", $0) } ?? HTML())
      \(Views.field("username", label: t(.usernameOrEmail), error: nil) {
        """
        <input \($0) value="\(username)" autocomplete="username" \
        autocapitalize="none" spellcheck="false" maxlength="254" required>
        """
      })
      \(Views.field("password", label: t(.password), error: nil) {
        "<input \($0) type=\"password\" autocomplete=\"current-password\" maxlength=\"256\" required>"
      })
      <button class="btn pri">\(t(.logIn))</button></form>
      <p class="mute">\(t(.forgotPassword))</p>\(link)
      """
    return frame.page(title: t(.logIn), kind: .narrow, main: main, status: status)
  }

  /// The password once more.
  static func confirm(
    _ frame: Frame, next: String, error: String?, status: HTTPResponse.Status = .ok
  ) -> Response {
    let t = frame.t
    var errors = FieldErrors()
    errors.add("password", error)
    let main: HTML = """
      <h1>\(t(.confirmHead))</h1><p>\(t(.confirmText))</p>\(Views.errors(errors, t))
      <form class="stack" method="post" action="/confirm" data-plain>\(Views.hidden("next", next))
      \(Views.field("password", label: t(.password), error: error) {
        "<input \($0) type=\"password\" autocomplete=\"current-password\" maxlength=\"256\" required>"
      })
      <button class="btn pri">\(t(.continueButton))</button></form>
      """
    return frame.page(title: t(.confirmHead), kind: .narrow, main: main, status: status)
  }

  /// A new password by a one-time link.
  static func reset(
    _ frame: Frame, token: String, _ errors: FieldErrors, status: HTTPResponse.Status = .ok
  ) -> Response {
    let t = frame.t
    let main: HTML = """
      <h1>\(t(.resetHead))</h1>\(Views.errors(errors, t))
      <form class="stack" method="post" action="/reset/\(token)" data-plain>
      \(Views.field("password", label: t(.passwordNew), hint: t(.passwordHint), error: errors["password"]) {
        "<input \($0) type=\"password\" autocomplete=\"new-password\" minlength=\"8\" maxlength=\"256\" required>"
      })
      <button class="btn pri">\(t(.resetButton))</button></form>
      """
    return frame.page(title: t(.resetHead), kind: .narrow, main: main, status: status)
  }
}
