import HTML
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// The layout of every page: head, navigation, search box, the answer to the last action, footer.
struct Frame: Sendable {
  let app: App
  let visitor: Visitor
  /// The theme of a page that is nobody's.
  var theme = "system"

  var t: Texts { visitor.texts }
  var user: User? { visitor.user }
  /// How this person reads dates.
  var dates: Dates { Dates(texts: t, zone: user?.zone ?? .utc, now: visitor.now) }

  /// The shape of the main part.
  enum Kind: String {
    case plain = ""
    case narrow, landing
    case offline = "narrow offline"
  }

  /// The places in the navigation.
  enum Place: CaseIterable {
    case home, library, calendar, history, statistics, activity, other
  }

  /// A whole page.
  func page(
    title: String, kind: Kind = .plain, place: Place = .other, answer: HTML? = nil, main: HTML,
    status: HTTPResponse.Status = .ok
  ) -> Response {
    let isSignedIn = user != nil
    let html: HTML = """
      <!doctype html>
      <html lang="\(t.language.rawValue)" data-theme="\(user?.theme ?? theme)">
      <head><meta charset="utf-8"><title>\(title) – FlixList</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark"><meta name="referrer" content="same-origin">
      <link rel="icon" href="\(app.assets.path("icon.svg"))" type="image/svg+xml">
      \(phoneHead)
      <link rel="stylesheet" href="\(app.assets.path("app.css"))">
      \(isSignedIn ? "<link rel=\"stylesheet\" href=\"\(app.assets.path("catalogue.css"))\">" as HTML : HTML())
      <script src="\(app.assets.path("app.js"))" defer></script>
      <script src="\(app.assets.path("kept.js"))" defer></script></head>
      <body data-signed-in="\(isSignedIn ? 1 : 0)" data-keys="\(user?.hasSingleKeys ?? false ? 1 : 0)"
       data-zone="\(user?.zone.identifier ?? "")" data-zone-known="\(user?.isZoneKnown ?? true ? 1 : 0)"
       data-text-results="\(t(.resultsCount, ["n": "{n}"]))" data-text-offline="\(t(.textOffline))" \
       data-text-failed="\(t(.textFailed))"\(phoneTexts)>
      <a class="skip" href="#main">\(t(.skipLink))</a>
      \(header(place))
      <main id="main" tabindex="-1" class="\(kind.rawValue)">\(zoneBanner)\(main)</main>
      \(statusElement(answer))\(isSignedIn ? Views.whenWords(t) : HTML())\(footer)\(isSignedIn ? tabs(place) : HTML())
      </body></html>
      """
    return Self.response(html, status: status)
  }

  /// Pieces of a page that changed, each with the id of what it replaces, and the answer to the action.
  func fragment(answer: HTML?, _ pieces: HTML..., status: HTTPResponse.Status = .ok) -> Response {
    var all = statusElement(answer)
    for piece in pieces { all.append(piece) }
    var response = Self.response(all, status: status)
    response.headers[SecurityHeaders.fragment] = "1"
    return response
  }

  /// The main part as a piece of its own.
  func mainFragment(
    kind: Kind = .plain, answer: HTML? = nil, _ main: HTML, status: HTTPResponse.Status = .ok
  ) -> Response {
    let html: HTML = """
      \(statusElement(answer))<main id="main" tabindex="-1" class="\(kind.rawValue)">\(main)</main>
      """
    var response = Self.response(html, status: status)
    response.headers[SecurityHeaders.fragment] = "1"
    return response
  }

  /// Markup as an answer.
  static func response(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "text/html; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(bytes: html.bytes)))
  }

  private func statusElement(_ answer: HTML?) -> HTML {
    "<div id=\"status\" class=\"status\" role=\"status\">\(answer)</div>"
  }

  private func header(_ place: Place) -> HTML {
    guard let user else {
      return """
        <header class="top"><a class="logo" href="/">flix<b>✓</b>list</a>
        <nav class="main" aria-label="\(t(.navMain))"><a href="/login">\(t(.logIn))</a>
        <a href="/register">\(t(.register))</a></nav></header>
        """
    }
    let name = user.displayName
    return """
      <header class="top"><a class="logo" href="/">flix<b>✓</b>list</a>
      <nav class="main" aria-label="\(t(.navMain))">\(links(place).map { link, text,
        _ in "<a\(link)>\(text)</a>" as HTML })</nav>
      <form class="search" role="search" action="/search"><label class="hidden" for="q">\(t(.searchLabel))</label>
      <input id="q" name="q" type="search" autocomplete="off" maxlength="200" placeholder="\(t(.searchLabel))">
      <kbd aria-hidden="true">/</kbd><button class="hidden-until-focus">\(t(.searchButton))</button></form>
      <a class="me" href="/settings" aria-label="\(t(.settingsOf, ["name": name]))">\
      \(String(name.prefix(1)).uppercased())</a></header>
      """
  }

  private func links(_ place: Place) -> [(HTML, String, Icon)] {
    [
      (Place.home, URLs.home, Key.navHome, Icon.home), (.library, URLs.library, .navLibrary, .library),
      (.calendar, URLs.calendar, .calendarTitle, .calendar), (.history, URLs.history, .navHistory, .history),
      (.statistics, URLs.stats, .navStats, .statistics), (.activity, URLs.activity, .navActivity, .activity),
    ].map { each, path, key, icon in
      (" href=\"\(path)\"\(each == place ? " aria-current=\"page\"" : "")", t(key), icon)
    }
  }

  private func tabs(_ place: Place) -> HTML {
    // There is room for five on a phone; statistics stand at the head of the history.
    let five = links(place).filter { $0.2 != .statistics }
    return """
      <nav class="tabs" aria-label="\(t(.navTabs))">\(five.map { link, text, icon in
        "<a\(link)>\(icon.svg)<span>\(text)</span></a>" as HTML
      })</nav>
      """
  }

  private var footer: HTML {
    guard let user else {
      return "<footer class=\"foot\"><a href=\"/about\">\(t(.navAbout))</a></footer>"
    }
    return """
      <footer class="foot"><a href="/about">\(t(.navAbout))</a> <a href="/help/keys">\(t(.navKeys))</a>
      <a href="/settings">\(t(.navSettings))</a> \(user.isAdmin ? "<a href=\"/admin/users\">\(t(.navAdmin))</a>" : "")
      <form class="inline" method="post" action="/logout" data-plain><button class="link">\(t(.logOut))</button>\
      </form></footer>
      """
  }

  /// Asks for the zone when nobody knows it and the browser cannot say; `app.js` shows it when the browser's differs,
  /// and the form that sends the browser's, which it alone can fill in.
  private var zoneBanner: HTML {
    guard let user, !user.isZoneKnown else { return HTML() }
    return """
      <div class="banner row" data-zone-banner><p>\(t(.zoneBanner, ["zone": user.zone.identifier]))</p>
      <form class="inline" method="post" action="/settings/zone" data-plain hidden>\
      <input type="hidden" name="zone" value="" data-zone>
      <input type="hidden" name="back" value="\(LocalPath.checked(visitor.path) ?? "/")">
      <button class="btn small">\(t(.zoneUseBrowser))</button></form> <a href="/settings">\(t(.zoneChoose))</a></div>
      """
  }
}

/// The few drawn signs, each a path in a box of 24 by 24.
enum Icon: String {
  case home = "M4 11.5 12 4l8 7.5V20h-5.5v-5h-5v5H4z"
  case library = "M4 4h6v7H4zM14 4h6v7h-6zM4 14h6v6H4zM14 14h6v6h-6z"
  case calendar = "M4 6h16v14H4zM4 10.5h16M8.5 3v5M15.5 3v5"
  case history = "M12 4a8 8 0 1 1-7.4 5M4 4v5h5M12 8v4.5l3 2"
  case statistics = "M5 20V11M12 20V4M19 20v-6"
  case activity = "M4 12h4l2.5-7 4 14 2.5-7h3"
  case more = "M5.5 12h.01M12 12h.01M18.5 12h.01"
  case tick = "M5 12.5 10 17.5 19.5 7"
  case heart = "M12 20 4.6 12.4a4.6 4.6 0 0 1 6.6-6.4l.8.8.8-.8a4.6 4.6 0 0 1 6.6 6.4z"

  /// The sign as markup, hidden from readers since a text stands beside it.
  var svg: HTML {
    """
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d="\(rawValue)"/></svg>
    """
  }
}
