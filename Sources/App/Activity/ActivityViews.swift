import HTML

/// The page of everything a person did.
enum ActivityViews {
  /// The main part.
  static func main(_ lines: [ActivityLine], isFirst: Bool, _ frame: Frame, user: User, back: String) -> HTML {
    let t = frame.t
    if lines.isEmpty {
      return """
        <h1>\(t(.navActivity))</h1><div class="empty"><h2>\(t(.activityEmptyHead))</h2><p>\(t(.activityEmptyText))</p>\
        </div>
        """
    }
    let shown = lines.prefix(ActivityStore.pageSize)
    let older: HTML =
      lines.count > shown.count
      ? "<a rel=\"next\" href=\"/activity?after=\(shown.last?.id ?? 0)\">\(t(.historyOlder))</a>" : HTML()
    let newest: HTML = isFirst ? HTML() : "<a rel=\"prev\" href=\"/activity\">\(t(.historyNewest))</a>"
    return """
      <h1>\(t(.navActivity))</h1><p class="mute">\(t(.activityLead, ["days": String(Journal.undoDays)]))</p>
      <h2 class="hidden">\(t(.listDone))</h2>
      <ul class="rows">\(shown.map { row($0, frame, user: user, back: back) })</ul>
      <nav class="pages" aria-label="\(t(.pagesLabel))">\(newest)\(older)</nav>
      """
  }

  private static func row(_ line: ActivityLine, _ frame: Frame, user: User, back: String) -> HTML {
    let t = frame.t
    let said = Views.sentence(line, t, user.scale, frame.dates)
    let name = line.title?.name ?? line.detail.name ?? ""
    let heading: HTML =
      line.title.map { "<a href=\"\(URLs.title($0.id, name: $0.name))\">\($0.name)</a>" } ?? HTML(text: name)
    // What is about nothing that has a name has its sentence for a heading.
    let what: HTML =
      name.isEmpty || line.kind == .changedMany
      ? "<h3>\(said)</h3>" : "<h3>\(heading)</h3><p class=\"meta\">\(said)</p>"
    let thumb: HTML =
      line.title.map {
        """
        <a class="thumb small" href="\(URLs.title($0.id, name: $0.name))" tabindex="-1" \
        aria-hidden="true">\(Views.poster($0.id, line.poster, .thumb))</a>
        """
      } ?? HTML()
    let act: HTML =
      line.isUndone
      ? "<span class=\"mute\">\(t(.undoneMark))</span>"
      : line.isUndoable ? Views.undo(line.id, back: back, t, what: name.isEmpty ? said : "\(name): \(said)") : HTML()
    return """
      <li class="rowline\(line.isUndone ? " undone" : "")" id="a\(line.id)" data-item>\(thumb)<div class="what">\
      \(what)</div><span class="d">\(frame.dates.moment(line.at))</span>\
      <div class="acts">\(act)</div></li>
      """
  }
}
