import HTML
import Web

/// The page without a connection and the page of what was marked without one; `kept.js` fills their lists.
enum PhoneViews {
  /// What the service worker shows in the place of any page.
  static func offline(_ t: Texts) -> HTML {
    """
    <h1>\(t(.offlineHead))</h1><p>\(t(.offlineText))</p>
    <p class="row"><a class="btn pri" href="">\(t(.offlineRetry))</a></p>\(kept(t))
    """
  }

  /// What waits or was refused, on a page of its own.
  static func unsent(_ t: Texts) -> HTML {
    "<h1>\(t(.unsentHead))</h1><p>\(t(.unsentLead))</p>\(kept(t))"
  }

  private static func kept(_ t: Texts) -> HTML {
    """
    <section aria-labelledby="refused-h" hidden><h2 id="refused-h">\(t(.unsentRefused))</h2>
    <p class="mute">\(t(.unsentRefusedText))</p><ul class="rows" data-kept-list="refused"></ul></section>
    <section aria-labelledby="waiting-h" hidden><h2 id="waiting-h">\(t(.unsentWaiting))</h2>
    <ul class="rows" data-kept-list="waiting"></ul></section>
    <p class="mute" data-kept-none>\(t(.unsentNothing))</p>
    <template id="kept"><li class="rowline" data-item><div class="what"><b data-name></b><p class="meta" data-meta></p>\
    </div><div class="row"><button type="button" class="btn small">\(t(.unsentAgain))</button>\
    <button type="button" class="btn small">\(t(.unsentTake))</button></div></li></template>
    """
  }
}

extension Frame {
  /// What a page's head says to a phone: the manifest, the sign, the colour around the page.
  var phoneHead: HTML {
    let theme = user?.theme ?? theme
    let colours: HTML
    switch theme {
    case "light": colours = "<meta name=\"theme-color\" content=\"\(Phone.colours.light)\">"
    case "dark": colours = "<meta name=\"theme-color\" content=\"\(Phone.colours.dark)\">"
    default:
      colours = """
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="\(Phone.colours.light)">
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="\(Phone.colours.dark)">
        """
    }
    return """
      <link rel="manifest" href="\(URLs.manifest)">
      <link rel="apple-touch-icon" href="\(app.assets.path("icon-touch.png"))">\(colours)
      """
  }

  /// What `kept.js` needs of a person's page: whose it is, the time, and its texts.
  var phoneTexts: HTML {
    guard let user else { return HTML() }
    let texts: [(String, Key)] = [
      ("kept", .phoneKept), ("undo", .undo), ("taken", .phoneTaken), ("sent", .phoneSent),
      ("waiting", .phoneWaiting), ("refused", .phoneRefused), ("show", .phoneShow), ("leave", .phoneLeave),
    ]
    return """
       data-user="\(user.id)" data-unsent="\(URLs.unsent)" data-now="\(visitor.now / 1_000)"\(texts.map { name, key in
        " data-text-\(name)=\"\(t(key, ["n": "{n}"]))\"" as HTML
      })
      """
  }
}
