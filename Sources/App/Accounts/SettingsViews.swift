import HTML
import HTTPTypes
import Hummingbird

/// The pages of settings.
enum SettingsViews {
  /// A page of the settings, beside the links to the others.
  static func page(
    _ frame: Frame, _ current: String, title: Key, answer: HTML?, _ main: HTML, status: HTTPResponse.Status
  ) -> Response {
    let t = frame.t
    let links: [(String, Key)] = [
      ("/settings", .settingsProfile), ("/settings/password", .settingsPassword),
      ("/settings/watching", .settingsWatching), ("/settings/sessions", .settingsSessions),
      (URLs.settingsCalendar, .settingsCalendar),
      ("/settings/data", .settingsData),
    ]
    let whole: HTML = """
      <div class="with-side"><nav class="side" aria-label="\(t(.navSettings))">\(links.map { path, key -> HTML in
        let mark: HTML = path == current ? " aria-current=\"page\"" : HTML()
        return "<a href=\"\(path)\"\(mark)>\(t(key))</a>"
      })</nav><div><h1>\(t(title))</h1>\(main)</div></div>
      """
    return frame.page(title: t(title), answer: answer, main: whole, status: status)
  }

  /// Name, time, language, looks.
  static func profile(
    _ frame: Frame, _ profile: AccountsStore.Profile, _ errors: FieldErrors, answer: HTML?,
    status: HTTPResponse.Status = .ok
  ) -> Response {
    let t = frame.t
    let zones = (Zone.all.contains(profile.zone) ? [] : [profile.zone]) + Zone.all
    let hours = (0...12).map { ("\($0)", t(.dayEndHour, ["hour": $0.padded(2) + ":00"])) }
    let themes: [(String, String)] = [("system", t(.themeSystem)), ("light", t(.themeLight)), ("dark", t(.themeDark))]
    let scales: [(String, String)] = [
      ("points", t(.scalePoints)), ("stars", t(.scaleStars)), ("hundred", t(.scaleHundred)),
    ]
    let languages = Language.offered.map { ($0.rawValue, $0.ownName) }
    func check(_ name: String, _ label: Key, _ isOn: Bool) -> HTML {
      let checked: HTML = isOn ? " checked" : HTML()
      return
        "<label class=\"check\"><input type=\"checkbox\" name=\"\(name)\" value=\"1\"\(checked)> \(t(label))</label>"
    }
    let main: HTML = """
      \(Views.errors(errors, t))<form class="stack" method="post" action="/settings" data-plain>
      \(Views.field("display_name", label: t(.displayName), error: errors["display_name"]) {
        "<input \($0) value=\"\(profile.displayName)\" maxlength=\"60\" autocomplete=\"nickname\" required>"
      })
      \(Views.field("email", label: t(.emailOptional), hint: t(.emailHint), error: errors["email"]) {
        "<input \($0) type=\"email\" value=\"\(profile.email ?? "")\" autocomplete=\"email\" maxlength=\"254\">"
      })
      \(Views.field("zone", label: t(.zoneLabel), hint: t(.zoneHint), error: errors["zone"]) {
        select($0, zones.map { ($0, $0) }, profile.zone)
      })
      \(Views.field("day_end", label: t(.dayEndLabel), hint: t(.dayEndHint), error: errors["day_end"]) {
        select($0, hours, String(profile.dayEndMinutes / 60))
      })
      \(Views.field("language", label: t(.languageLabel), error: errors["language"]) { select($0, languages,
        profile.language) })
      \(Views.field("theme", label: t(.themeLabel), error: errors["theme"]) { select($0, themes, profile.theme) })
      \(Views.field("scale", label: t(.scaleLabel), hint: t(.scaleHint), error: errors["scale"]) { select($0, scales,
        profile.scale) })
      \(check("hide_unseen", .hideUnseenLabel, profile.hidesUnseen))
      \(check("single_keys", .singleKeysLabel, profile.hasSingleKeys))
      <button class="btn pri">\(t(.save))</button></form>
      <section id="diary"><h2>\(t(.recountHead))</h2><p class="hint">\(t(.recountText))</p>
      <form method="post" action="\(URLs.diary)" data-plain><button class="btn">\(t(.recountButton))</button>\
      </form></section>
      """
    return page(frame, "/settings", title: .settingsProfile, answer: answer, main, status: status)
  }

  private static func select(_ attributes: HTML, _ options: [(String, String)], _ current: String) -> HTML {
    """
    <select \(attributes)>\(options.map { value, text in
      "<option value=\"\(value)\"\(value == current ? " selected" as HTML : HTML())>\(text)</option>" as HTML
    })</select>
    """
  }

  /// A new password.
  static func password(
    _ frame: Frame, _ errors: FieldErrors, isSaved: Bool, status: HTTPResponse.Status = .ok
  ) -> Response {
    let t = frame.t
    let main: HTML = """
      \(Views.errors(errors, t))<form class="stack" method="post" action="/settings/password" data-plain>
      <input class="hidden" type="text" name="back" value="/settings/password" autocomplete="username" hidden>
      \(Views.field("current", label: t(.passwordCurrent), error: errors["current"]) {
        "<input \($0) type=\"password\" autocomplete=\"current-password\" maxlength=\"256\" required>"
      })
      \(Views.field("password", label: t(.passwordNew), hint: t(.passwordHint), error: errors["password"]) {
        "<input \($0) type=\"password\" autocomplete=\"new-password\" minlength=\"8\" maxlength=\"256\" required>"
      })
      <button class="btn pri">\(t(.passwordChange))</button></form><p class="mute">\(t(.passwordEndsOthers))</p>
      """
    return page(
      frame, "/settings/password", title: .settingsPassword,
      answer: isSaved ? Views.answer(text: t(.passwordChanged)) : nil, main, status: status)
  }

  /// Where the person is logged in.
  static func sessions(_ frame: Frame, _ lines: [SessionStore.Line], current: Int) -> Response {
    let t = frame.t
    let rows = lines.map { line -> HTML in
      let device = device(line.agent, t)
      let label = t(.sessionEndLabel, ["device": device, "date": frame.dates.moment(line.seenAt)])
      let isCurrent: HTML = line.id == current ? "<b>\(t(.sessionThis))</b>" : HTML()
      return """
        <tr><td>\(device) \(isCurrent)</td><td>\(line.address)</td><td>\(frame.dates.moment(line.createdAt))</td>
        <td>\(frame.dates.moment(line.seenAt))</td><td><form class="inline" method="post" \
        action="/settings/sessions/\(line.id)/delete" data-plain>
        <button class="btn small" aria-label="\(label)">\(t(.sessionEnd))</button></form></td></tr>
        """
    }
    let main: HTML = """
      <p>\(t(.sessionsLead))</p><div class="scroll" tabindex="0" role="region" aria-label="\(t(.settingsSessions))">
      <table class="data"><thead><tr><th scope="col">\(t(.sessionDevice))</th><th scope="col">\(t(.sessionAddress))</th>
      <th scope="col">\(t(.sessionStarted))</th><th scope="col">\(t(.sessionSeen))</th><th scope="col">\
      <span class="hidden">\(t(.sessionEnd))</span></th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
    return page(frame, "/settings/sessions", title: .settingsSessions, answer: nil, main, status: .ok)
  }

  /// The browser and system that a User-Agent names, in two words.
  private static func device(_ agent: String, _ t: Texts) -> String {
    let browsers = [
      ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
      ("curl/", "curl"),
    ]
    let systems = [
      ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
      ("Linux", "Linux"),
    ]
    let browser = browsers.first { agent.contains($0.0) }?.1
    let system = systems.first { agent.contains($0.0) }?.1
    let known = [browser, system].compactMap { $0 }
    return known.isEmpty ? t(.sessionUnknown) : known.joined(separator: ", ")
  }

  /// Download and delete.
  static func data(_ frame: Frame, _ errors: FieldErrors, status: HTTPResponse.Status = .ok) -> Response {
    let t = frame.t
    let main: HTML = """
      \(Views.errors(errors, t))<h2>\(t(.exportHead))</h2><p>\(t(.exportText))</p>
      <p class="row"><a class="btn" href="/export/record.json" download>record.json</a>
      <a class="btn" href="/export/activities.json" download>activities.json</a></p>
      <h2>\(t(.importHead))</h2><p>\(t(.importText))</p>
      <p class="row"><a class="btn" href="\(URLs.importing)">\(t(.importLink))</a></p>
      <h2>\(t(.deleteHead))</h2><p>\(t(.deleteText))</p>
      <form class="stack" method="post" action="/settings/delete" data-plain>
      \(Views.field("password", label: t(.password), error: errors["password"]) {
        "<input \($0) type=\"password\" autocomplete=\"current-password\" maxlength=\"256\" required>"
      })
      <button class="btn danger">\(t(.deleteButton))</button></form>
      """
    return page(frame, "/settings/data", title: .settingsData, answer: nil, main, status: status)
  }
}
