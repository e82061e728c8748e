import HTML

/// The times a person went through a show.
enum PassViews {
  /// Every time through, and the way to begin another.
  static func section(_ page: TitleStore.Page, _ frame: Frame, back: String) -> HTML {
    let t = frame.t
    guard let shelf = page.shelf, shelf.plays > 0 else { return HTML() }
    let lines = page.passes.count > 1 ? page.passes : []
    let begin: HTML =
      shelf.pass == 0 && (shelf.status == .completed || shelf.status == .uptodate || page.passes.count > 1)
      ? """
      <form method="post" action="/titles/\(page.title.id)/passes">\(Views.hidden("back", back))\
      <button class="btn small">\(t(.passBegin))</button></form>
      """ : HTML()
    if lines.isEmpty, begin.isEmpty { return HTML() }
    return """
      <section aria-labelledby="passes-h"><div class="head"><h2 id="passes-h">\(t(.passesHead))</h2>\(begin)</div>\
      <ul class="plays passes">\(lines.map { line($0, page, frame, back: back) })</ul></section>
      """
  }

  /// `Rewatch 2`, or the name it was given.
  static func name(_ line: PassStore.Line, _ all: [PassStore.Line], _ t: Texts) -> String {
    guard let pass = line.pass else { return t(.passFirst) }
    if !pass.name.isEmpty { return pass.name }
    let place = all.firstIndex { $0.pass?.id == pass.id } ?? 1
    return t(.passAgain) + (all.count > 2 ? " \(place)" : "")
  }

  private static func line(
    _ line: PassStore.Line, _ page: TitleStore.Page, _ frame: Frame, back: String
  ) -> HTML {
    let t = frame.t
    let name = name(line, page.passes, t)
    let due = page.seasons.filter { $0.number > 0 }.reduce(0) { $0 + $1.aired }
    var facts = [t(.passSeen, n: line.seen, ["due": t.number(due)])]
    if let first = line.firstDay, let last = line.lastDay {
      facts.append(first == last ? frame.dates.span(first) : "\(frame.dates.span(first)) – \(frame.dates.span(last))")
    }
    if let pass = line.pass {
      facts.append(
        pass.endedAt.map { t(.passEndedOn, ["date": frame.dates.moment($0)]) } ?? t(.passUnderway))
    }
    return """
      <li><span class="what"><b>\(name)</b> \(facts.joined(separator: Views.separator))</span>\
      \(line.pass.map { manage($0, name: name, frame, back: back) })</li>
      """
  }

  private static func manage(_ pass: Pass, name: String, _ frame: Frame, back: String) -> HTML {
    let t = frame.t
    let end: HTML =
      pass.endedAt == nil
      ? "<button class=\"btn small\" formaction=\"/passes/\(pass.id)/end\">\(t(.passEnd))</button>" : HTML()
    return """
      <details><summary aria-label="\(t(.passManage, ["name": name]))">\(t(.change))</summary>
      <form class="row" method="post" action="/passes/\(pass.id)">\(Views.hidden("back", back))
      <label>\(t(.passName)) <input name="name" maxlength="\(PassStore.nameLength)" value="\(pass.name)"></label>
      <button class="btn small">\(t(.passRename))</button></form>
      <form class="row" method="post" action="/passes/\(pass.id)/delete">\(Views.hidden("back", back))\(end)
      <button class="btn small" name="plays" value="keep">\(t(.passDeleteKeep))</button>
      <button class="btn small danger" name="plays" value="delete">\(t(.passDeleteAll))</button></form></details>
      """
  }
}
