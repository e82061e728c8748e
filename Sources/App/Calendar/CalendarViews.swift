import HTML
import Hummingbird

/// The calendar as a page: an agenda, a month, and the settings of its feed.
enum CalendarViews {
  /// The title of the page.
  static func title(_ page: CalendarPage, _ frame: Frame) -> String {
    guard case .month(let first) = page.request else { return frame.t(.calendarTitle) }
    return frame.t(.calendarTitle) + ", " + month(first, frame)
  }

  /// Where the page is found again.
  static func path(_ page: CalendarPage) -> String {
    switch page.request {
    case .agenda(let from): from.map { URLs.calendar(from: $0) } ?? URLs.calendar
    case .month(let first): URLs.calendar(month: first)
    }
  }

  /// The main part.
  static func main(_ page: CalendarPage, _ frame: Frame) -> HTML {
    let t = frame.t
    let isMonth: Bool
    let shown: HTML
    switch page.request {
    case .agenda: (isMonth, shown) = (false, agenda(page, frame))
    case .month(let first): (isMonth, shown) = (true, CalendarMonthViews.month(page, first: first, frame))
    }
    let monthPath = URLs.calendar(month: isMonth ? page.days.lowerBound : max(page.days.lowerBound, frame.dates.today))
    let notice: HTML =
      page.isCut ? "<p class=\"note\">\(t(.calendarCut))</p>" : HTML()
    return """
      <h1>\(t(.calendarTitle))</h1>
      <nav class="chips" aria-label="\(t(.calendarViews))">\
      <a class="chip" href="\(URLs.calendar)"\(current(!isMonth))>\(t(.calendarAgenda))</a>\
      <a class="chip" href="\(monthPath)"\(current(isMonth))>\(t(.calendarMonth))</a></nav>
      \(notice)\(shown)
      """
  }

  private static func current(_ isCurrent: Bool) -> HTML { isCurrent ? " aria-current=\"page\"" : HTML() }

  /// `Nov 2026`.
  static func month(_ first: Day, _ frame: Frame) -> String {
    frame.dates.heading(String(first.description.prefix(7)))
  }

  // MARK: The agenda

  private static func agenda(_ page: CalendarPage, _ frame: Frame) -> HTML {
    let t = frame.t
    let ends = CalendarRequest.ends(today: frame.dates.today)
    let back = path(page)
    var days = page.lines
    if !days.isEmpty, page.days.contains(frame.dates.today), !days.contains(where: { $0.day == frame.dates.today }) {
      let place = days.firstIndex { $0.day > frame.dates.today } ?? days.count
      days.insert(.init(day: frame.dates.today, lines: []), at: place)
    }
    let list: HTML =
      days.isEmpty
      ? """
      <div class="empty"><h2>\(t(.calendarEmptyHead))</h2><p>\(t(.calendarEmptyText))</p></div>
      """ : "\(days.map { day($0, page, frame, back: back) })"
    let (from, to) = (page.days.lowerBound, page.days.upperBound)
    let earlier: HTML? = page.previous.map {
      "<a rel=\"prev\" href=\"\(URLs.calendar(from: $0))\">\(t(.calendarEarlier))</a>"
    }
    let later: HTML? = page.next.map {
      "<a rel=\"next\" href=\"\(URLs.calendar(from: $0))\">\(t(.calendarLater))</a>"
    }
    return """
      <form class="filters" action="\(URLs.calendar)"><label>\(t(.calendarFrom)) <input type="date" name="from" \
      value="\(from.description)" min="\(ends.lowerBound.description)" max="\(ends.upperBound.description)"></label>\
      <button class="btn">\(t(.calendarShow))</button></form>
      <p class="mute">\(t(.gapRun, ["from": frame.dates.absolute(from), "to": frame.dates.absolute(to)]))</p>
      \(list)
      <nav class="pages" aria-label="\(t(.pagesLabel))">\(earlier)\
      <a href="\(URLs.calendar)">\(t(.todayHead))</a>\(later)</nav>
      """
  }

  private static func day(
    _ day: CalendarPage.DayLines, _ page: CalendarPage, _ frame: Frame, back: String
  ) -> HTML {
    let t = frame.t
    let id = "day-" + day.day.description
    let isToday = day.day == frame.dates.today
    let nothing: HTML = day.lines.isEmpty ? "<p class=\"mute\">\(t(.calendarNothingToday))</p>" : HTML()
    let left: HTML = day.left > 0 ? "<p class=\"mute\">\(t(.calendarMore, n: day.left))</p>" : HTML()
    let list: HTML =
      day.lines.isEmpty
      ? HTML() : "<ul class=\"rows\">\(day.lines.map { line($0, page.last[$0.title.id], frame, back: back) })</ul>"
    return """
      <section class="day\(isToday ? " today" : "")" aria-labelledby="\(id)"><h2 id="\(id)">\
      \(frame.dates.heading(day.day.description))</h2>\(nothing)\(list)\(left)</section>
      """
  }

  private static func line(_ line: CalendarLine, _ last: CalendarLast?, _ frame: Frame, back: String) -> HTML {
    let t = frame.t
    let url = URLs.title(line.title.id, name: line.title.name)
    let id = line.episodes.first.map { "e\($0.id)" } ?? "t\(line.title.id)"
    let clock = line.episodes.first?.airsAt.map { frame.dates.clock($0) }
    let what =
      line.episodes.count == 1
      ? Views.episodeName(line.episodes[0].catalogued, t)
      : line.episodes.isEmpty ? Views.kind(.movie, t) : code(line, t)
    let facts = [what, clock].compactMap { $0 }.joined(separator: Views.separator)
    let isOut = line.hasAired(now: frame.visitor.now, today: frame.dates.today)
    return """
      <li class="rowline" id="\(id)" data-item><a class="thumb small" href="\(url)" tabindex="-1" aria-hidden="true">\
      \(Views.poster(line.title.id, line.title.poster, .thumb))</a>\
      <div class="what"><h3><a href="\(url)">\(line.title.name)</a></h3>\
      <p class="meta">\(facts)\(state(line, t, before: Views.separator))</p>\
      \(CalendarWhy.details(line, last, frame, isOut: isOut, back: back))</div>\
      \(isOut ? tick(line, t, back: back) : HTML())</li>
      """
  }

  /// The button that marks all of a line that is left to watch.
  private static func tick(_ line: CalendarLine, _ t: Texts, back: String) -> HTML {
    guard !line.isSeen, !line.isSkipped else { return HTML() }
    let what = [code(line, t), line.title.name].filter { !$0.isEmpty }.joined(separator: ", ")
    return """
      <form method="post" action="\(URLs.plays(line.title.id))" class="tickform">\(Views.hidden("back", back))\
      \(target(line))<button class="tick" data-key-w aria-label="\(t(.tickLabel, ["what": what]))">\
      \(Icon.tick.svg)</button></form>
      """
  }

  /// The hidden fields that name the open episodes of a line, as the forms of plays and skips read them.
  static func target(_ line: CalendarLine) -> HTML {
    guard let first = line.open.first, let last = line.open.last else { return HTML() }
    if first.id == last.id { return Views.hidden("episode", String(first.id)) }
    return "\(Views.hidden("from", String(first.id)))\(Views.hidden("upto", String(last.id)))"
  }

  /// How a line stands with the person, in words.
  static func state(_ line: CalendarLine, _ t: Texts, before: String = "") -> HTML {
    if line.isSeen {
      return "\(before)<span class=\"state\"><span aria-hidden=\"true\">✓ </span>\(t(.calendarSeen))</span>"
    }
    if line.isSkipped { return "\(before)\(t(.skippedOne))" }
    guard line.seen > 0 else { return HTML() }
    return "\(before)\(t(.seenOf, n: line.seen, ["due": t.number(line.episodes.count)]))"
  }

  /// `S2 E4`, `S2 E1–E8`, or nothing for a film.
  static func code(_ line: CalendarLine, _ t: Texts) -> String {
    guard let first = line.episodes.first, let last = line.episodes.last else { return "" }
    if first.id == last.id { return Views.code(first.season, first.number, t) }
    let values = ["season": String(first.season), "from": String(first.number), "to": String(last.number)]
    return first.season == 0 ? t(.calendarRunSpecials, values) : t(.calendarRun, values)
  }

  // MARK: Settings

  /// The page on which the feed's address is made and removed.
  ///
  /// - Parameter address: the address in full, where it was made just now.
  static func settings(_ frame: Frame, madeAt: Instant?, address: String?) -> Response {
    let t = frame.t
    let shown: HTML? = address.map {
      """
      <div class="note" role="status"><div class="field"><label for="feed-address">\(t(.feedShown))</label>
      <input id="feed-address" readonly value="\($0)"></div></div>
      """
    }
    let stands = madeAt.map { t(.feedMade, ["date": frame.dates.moment($0)]) } ?? t(.feedNone)
    let end: HTML =
      madeAt == nil
      ? HTML()
      : """
      <form class="inline" method="post" action="\(URLs.feed)/delete" data-plain>\
      <button class="btn danger">\(t(.feedEnd))</button></form>
      """
    let main: HTML = """
      <p>\(t(.feedLead))</p><p>\(t(.feedSecret))</p>\(shown)<p>\(stands)</p>
      <div class="row"><form class="inline" method="post" action="\(URLs.feed)" data-plain>\
      <button class="btn pri">\(t(madeAt == nil ? .feedMake : .feedMakeNew))</button></form>\(end)</div>
      """
    return SettingsViews.page(
      frame, URLs.settingsCalendar, title: .settingsCalendar, answer: nil, main, status: .ok)
  }
}
