import HTML
import Hummingbird

/// The pages of administration.
enum AdminViews {
  /// Accounts, invitations and who may register.
  static func users(
    _ frame: Frame, _ lines: [AdminStore.Line], registration: Config.Registration,
    link: (name: String?, address: String)?, current: Int
  ) -> Response {
    let t = frame.t
    let shown = lines.prefix(AdminStore.pageSize)
    let doors: [(Config.Registration, Key)] = [(.open, .doorOpen), (.invite, .doorInvite), (.closed, .doorClosed)]
    let next: HTML =
      lines.count > shown.count
      ? """
      <nav class="pages"><a rel="next" href="/admin/users?after=\(shown.last?.id ?? 0)">\(t(.pageNext))</a></nav>
      """
      : HTML()
    let main: HTML = """
      <h1>\(t(.adminUsers))</h1><p><a href="/admin/catalogue">\(t(.adminCatalogue))</a></p>\(linkNote(link, t))
      <section><h2>\(t(.doorHead))</h2><form class="row" method="post" action="/admin/registration" data-plain>
      <div class="seg" role="group" aria-label="\(t(.doorHead))">\(doors.map { door, key in
        """
        <button name="registration" value="\(door.rawValue)" aria-pressed="\(door == registration ? "true" : "false")">\
        \(t(key))</button>
        """ as HTML
      })</div></form>
      <form class="row" method="post" action="/admin/invitations" data-plain>\
      <button class="btn">\(t(.inviteButton))</button></form></section>
      <section><h2>\(t(.adminAccounts))</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="\(t(.adminAccounts))"><table class="data">
      <thead><tr><th scope="col">\(t(.username))</th><th scope="col">\(t(.adminSince))</th>\
      <th scope="col">\(t(.sessionSeen))</th>
      <th scope="col" class="num">\(t(.adminTitles))</th><th scope="col">\(t(.adminActions))</th></tr></thead>
      <tbody>\(shown.map { row($0, frame, current: current) })</tbody></table></div>\(next)</section>
      """
    return frame.page(title: t(.adminUsers), main: main)
  }

  private static func linkNote(_ link: (name: String?, address: String)?, _ t: Texts) -> HTML {
    guard let link else { return HTML() }
    let said = link.name.map { t(.resetLinkFor, ["name": $0]) } ?? t(.inviteLink)
    return """
      <div class="note" role="status"><div class="field"><label for="link">\(said)</label>
      <input id="link" readonly value="\(link.address)"></div></div>
      """
  }

  private static func row(_ line: AdminStore.Line, _ frame: Frame, current: Int) -> HTML {
    let t = frame.t
    var marks: [String] = []
    if line.isAdmin { marks.append(t(.adminMark)) }
    if line.isDisabled { marks.append(t(.disabledMark)) }
    func button(_ path: String, _ field: String, _ value: Int, _ key: Key) -> HTML {
      let label = "\(t(key)): \(line.username)"
      return """
        <form class="inline" method="post" action="/admin/users/\(line.id)/\(path)" data-plain>\
        <button class="btn small"\(field.isEmpty ? HTML() : " name=\"\(field)\" value=\"\(value)\"") \
        aria-label="\(label)">\(t(key))</button></form>
        """
    }
    return """
      <tr id="u\(line.id)"><td><b>\(line.username)</b> <span class="mute">\(marks.joined(separator: ", "))</span><br>\
      <span class="mute">\(line.email)</span></td><td>\(frame.dates.moment(line.createdAt))</td>
      <td>\(line.seenAt.map { frame.dates.moment($0) } ?? "–")</td><td class="num">\(t.number(line.titles))</td>
      <td>\(button("reset", "", 0, .resetLinkButton)) \
      \(button("admin", "admin", line.isAdmin ? 0 : 1, line.isAdmin ? .adminTake : .adminGive)) \
      \(line.id == current ? HTML() : button("disabled", "disabled", line.isDisabled ? 0 : 1,
        line.isDisabled ? .enableButton : .disableButton))</td></tr>
      """
  }
}
