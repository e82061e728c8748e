import HTML

/// The diary's page.
enum HistoryViews {
  /// The main part.
  static func main(
    _ lines: [HistoryStore.Line], next: HistoryStore.Place?, isFirst: Bool, _ frame: Frame, back: String
  ) -> HTML {
    let t = frame.t
    if lines.isEmpty {
      return """
        <h1>\(t(.navHistory))</h1><div class="empty"><h2>\(t(.historyEmptyHead))</h2><p>\(t(.historyEmptyText))</p>
        <p class="row"><a class="btn pri" href="/">\(t(.toHome))</a></p></div>
        """
    }
    var days: [(day: String?, lines: [HistoryStore.Line])] = []
    for line in lines {
      if let last = days.last, last.day == line.play.time.day {
        days[days.count - 1].lines.append(line)
      } else {
        days.append((line.play.time.day, [line]))
      }
    }
    let older: HTML =
      next.map { "<a rel=\"next\" href=\"\(URLs.adding("after", $0.text, to: URLs.history))\">\(t(.historyOlder))</a>" }
      ?? HTML()
    let newest: HTML = isFirst ? HTML() : "<a rel=\"prev\" href=\"/history\">\(t(.historyNewest))</a>"
    return """
      <h1>\(t(.navHistory))</h1>\(days.map { day, lines in section(day, lines, frame, back: back) })
      <nav class="pages" aria-label="\(t(.pagesLabel))">\(newest)\(older)</nav>
      """
  }

  private static func section(_ day: String?, _ lines: [HistoryStore.Line], _ frame: Frame, back: String) -> HTML {
    """
    <section class="day"><h2>\(day.map { frame.dates.heading($0) } ?? frame.t(.dateUnknownHead))</h2>
    <ul class="rows">\(lines.map { row($0, frame, back: back) })</ul></section>
    """
  }

  private static func row(_ line: HistoryStore.Line, _ frame: Frame, back: String) -> HTML {
    let url = URLs.title(line.play.titleID, name: line.titleName)
    let episode = line.episode.map { episode -> String in
      let code = Views.code(episode.season, episode.number, frame.t)
      return episode.name.isEmpty ? code : "\(code) · \(episode.name)"
    }
    let clock = line.play.time.precision == .time ? line.play.time.at.map { frame.dates.clock($0) } : nil
    let what = line.titleName + (episode.map { ", " + $0 } ?? "")
    return """
      <li class="rowline" id="p\(line.play.id)" data-item><a class="thumb small" href="\(url)" tabindex="-1" \
      aria-hidden="true">\
      \(Views.poster(line.play.titleID))</a><div class="what"><h3><a href="\(url)">\(line.titleName)</a></h3>\
      <p class="meta">\(episode ?? Views.kind(line.titleKind, frame.t))</p></div><span class="d">\(clock)</span>\
      <div class="acts">\(PlayViews.forms(line.play, date: what, frame, back: back))</div></li>
      """
  }
}
