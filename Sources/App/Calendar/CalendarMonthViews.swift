import HTML

/// The calendar of a month: a table of weeks, which a narrow window shows as a list of the days that hold something.
enum CalendarMonthViews {
  /// The way to other months, and the table.
  static func month(_ page: CalendarPage, first: Day, _ frame: Frame) -> HTML {
    let t = frame.t
    let byDay = Dictionary(page.lines.map { ($0.day, $0.lines) }) { first, _ in first }
    let weekdays: [Key] = [.weekday1, .weekday2, .weekday3, .weekday4, .weekday5, .weekday6, .weekday7]
    let name = CalendarViews.month(first, frame)
    let rows = CalendarRules.weeks(first).map { week -> HTML in
      let cells = week.map { day -> HTML in
        day.map { cell($0, byDay[$0] ?? [], weekdays, frame) } ?? "<td class=\"out\"></td>"
      }
      return "<tr>\(cells)</tr>\n"
    }
    let nothing: HTML =
      page.lines.isEmpty
      ? """
      <div class="empty"><h3>\(t(.calendarEmptyHead))</h3><p>\(t(.calendarEmptyText))</p></div>
      """ : HTML()
    return """
      <h2>\(name)</h2>
      <nav class="row" aria-label="\(t(.pagesLabel))">\(link(page.previous, "prev", .calendarEarlier, frame))\
      <a class="btn small" href="\(URLs.calendar(month: frame.dates.today))">\(t(.todayHead))</a>\
      \(link(page.next, "next", .calendarLater, frame))</nav>
      <table class="month"><caption class="hidden">\(name)</caption><thead><tr>\
      \(weekdays.map { "<th scope=\"col\">\(t($0))</th>" as HTML })</tr></thead>
      <tbody>\(rows)</tbody></table>\(nothing)
      """
  }

  private static func link(_ month: Day?, _ rel: String, _ key: Key, _ frame: Frame) -> HTML {
    guard let month else { return HTML() }
    let text = frame.t(key) + ": " + CalendarViews.month(month, frame)
    return "<a class=\"btn small\" rel=\"\(rel)\" href=\"\(URLs.calendar(month: month))\">\(text)</a>"
  }

  private static func cell(_ day: Day, _ lines: [CalendarLine], _ weekdays: [Key], _ frame: Frame) -> HTML {
    let t = frame.t
    let isToday = day == frame.dates.today
    let classes = [isToday ? "today" : nil, lines.isEmpty ? "none" : nil].compactMap { $0 }.joined(separator: " ")
    // The weekday stands in the head of the table; a narrow window shows it here.
    let number: HTML = "<span class=\"wd\">\(t(weekdays[day.weekday])), </span>\(day.parts.day)"
    let mark: HTML = isToday ? " <b>\(t(.todayHead))</b>" : HTML()
    let canLink = CalendarRequest.ends(today: frame.dates.today).contains(day)
    let head: HTML = canLink ? "<a href=\"\(URLs.calendar(from: day))\">\(number)</a>" : number
    let left = lines.count - CalendarRules.monthLines
    let more: HTML =
      left > 0
      ? "<li><a href=\"\(URLs.calendar(from: day))\">\(t(.calendarMore, n: left))</a></li>" : HTML()
    let list: HTML =
      lines.isEmpty
      ? HTML() : "<ul>\(lines.prefix(CalendarRules.monthLines).map { item($0, t) })\(more)</ul>"
    return """
      <td\(classes.isEmpty ? HTML() : " class=\"\(classes)\"")\(isToday ? " aria-current=\"date\"" : "")>\
      <p class="n">\(head)\(mark)</p>\(list)</td>
      """
  }

  private static func item(_ line: CalendarLine, _ t: Texts) -> HTML {
    let code = CalendarViews.code(line, t)
    return """
      <li><a href="\(URLs.title(line.title.id, name: line.title.name))">\(line.title.name)</a> \
      <small>\(code.isEmpty ? Views.kind(.movie, t) : code) \(CalendarViews.state(line, t))</small></li>
      """
  }
}
