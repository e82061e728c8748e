import Foundation
import HTTPTypes

/// FlixList as an installed application: its manifest, and what its service worker keeps.
enum Phone {
  /// The pictures of the installed application, drawn by `scripts/icons.py`.
  static let icons = ["icon-192.png", "icon-512.png", "icon-mask.png", "icon-touch.png"]
  /// The ground of the bar at the top, in the light and in the dark, as `app.css` has it.
  static let colours = (light: "#fffefb", dark: "#1e1c1a")
  /// The themes that a page can be asked for.
  static let themes: Set<String> = ["system", "light", "dark"]

  /// The files that the service worker keeps, by name.
  static let files = ["app.css", "app.js", "kept.js", "icon.svg"]

  /// Holds a request of `app.js` to the person for whom its page was made, so that a page left open, or a tick that
  /// waited, never becomes somebody else's.
  ///
  /// - Throws: 412 when somebody else has logged in since.
  static func check(_ sent: String?, is user: User) throws {
    guard let sent, !sent.isEmpty, sent != String(user.id) else { return }
    throw Problem(.preconditionFailed, .problemOtherUser)
  }

  /// The manifest: what a browser needs to know to install the site.
  struct Manifest: Encodable {
    /// A picture of the application.
    struct Icon: Encodable {
      let src, sizes, type, purpose: String
    }
    /// A place that the application's sign offers at once.
    struct Shortcut: Encodable {
      let name, url: String
    }

    let id = "/"
    let name = "FlixList"
    let shortName = "FlixList"
    let description: String
    let lang: String
    let startURL = "/"
    let scope = "/"
    let display = "standalone"
    let backgroundColor = "#f7f5f0"
    let themeColor = Phone.colours.light
    let categories = ["entertainment", "lifestyle"]
    let icons: [Icon]
    let shortcuts: [Shortcut]
  }

  /// The manifest in a language; `path` gives the address of a file.
  static func manifest(_ t: Texts, path: (String) -> String) -> Manifest {
    Manifest(
      description: t(.phoneDescription), lang: t.language.rawValue,
      icons: [
        .init(src: path("icon-192.png"), sizes: "192x192", type: "image/png", purpose: "any"),
        .init(src: path("icon-512.png"), sizes: "512x512", type: "image/png", purpose: "any"),
        .init(src: path("icon-mask.png"), sizes: "512x512", type: "image/png", purpose: "maskable"),
        .init(src: path("icon.svg"), sizes: "any", type: "image/svg+xml", purpose: "any"),
      ],
      shortcuts: [
        .init(name: t(.searchButton), url: URLs.search), .init(name: t(.navLibrary), url: URLs.library),
        .init(name: t(.keyCalendar), url: "/calendar"),
      ])
  }

  /// A value as JSON, its names as the manifest's standard writes them (`start_url`).
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
