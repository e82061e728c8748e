import HTML
import Hummingbird

/// The page on which one says where one watches.
enum WatchingViews {
  static func page(
    _ frame: Frame, user: User, _ services: [WatchingStore.Service], countries: [String], isSaved: Bool
  ) -> Response {
    let t = frame.t
    let known = Set(countries)
    let all = Countries.codes.map { ($0, Countries.name($0, t.language)) }.sorted { $0.1 < $1.1 }
    func option(_ code: String, _ name: String) -> HTML {
      "<option value=\"\(code)\"\(code == user.country ? " selected" as HTML : HTML())>\(name)</option>"
    }
    let with = all.filter { known.contains($0.0) }
    let list: HTML =
      with.isEmpty
      ? "\(all.map { option($0.0, $0.1) })"
      : """
      <optgroup label="\(t(.countriesKnown))">\(with.map { option($0.0, $0.1) })</optgroup>\
      <optgroup label="\(t(.countriesOther))">\(all.filter { !known.contains($0.0) }.map { option($0.0, $0.1) })\
      </optgroup>
      """
    let boxes: HTML =
      services.isEmpty
      ? "<p class=\"mute\">\(t(.servicesNone))</p>"
      : """
      <fieldset><legend>\(t(.servicesLabel))</legend><ul class="services owned">\(services.map { service in
        """
        <li><label class="check"><input type="checkbox" name="service" value="\(service.id)"\
        \(service.isMine ? " checked" as HTML : HTML())> \(Views.logo(service.logo, name: service.name, isNamed: true))\
        <span>\(service.name)</span></label></li>
        """ as HTML
      })</ul></fieldset>
      """
    let main: HTML = """
      <p>\(t(.watchingText))</p><form class="stack" method="post" action="/settings/watching" data-plain>
      \(Views.field("country", label: t(.countryLabel), error: nil) { "<select \($0)>\(list)</select>" })
      \(boxes)<button class="btn pri">\(t(.save))</button></form>
      """
    return SettingsViews.page(
      frame, "/settings/watching", title: .settingsWatching, answer: isSaved ? Views.answer(text: t(.saved)) : nil,
      main, status: .ok)
  }
}
