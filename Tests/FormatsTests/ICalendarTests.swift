import Testing

@testable import Formats

@Suite struct ICalendarTests {
  private let day = ICalendar.Date(year: 2028, month: 2, day: 29)

  private func lines(_ event: ICalendar.Event) -> [String] {
    let calendar = ICalendar(
      product: "-//FlixList//FlixList//EN", name: "FlixList", stamp: .init(year: 2028, month: 2, day: 1),
      refreshHours: 6, events: [event])
    #expect(calendar.text.hasSuffix("\r\n"))
    return calendar.text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func anEventOfOneDayHasWhatTheStandardAsks() {
    let event = ICalendar.Event(
      uid: "e7@flixlist", day: day, summary: "Still Running S2 E3", description: "S2 E3",
      url: "https://films.example/titles/3-still-running", categories: ["Show", "a,b"])
    #expect(
      lines(event) == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//FlixList//FlixList//EN", "CALSCALE:GREGORIAN", "NAME:FlixList",
        "X-WR-CALNAME:FlixList", "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H", "BEGIN:VEVENT",
        "UID:e7@flixlist", "DTSTAMP:20280201T000000Z", "DTSTART;VALUE=DATE:20280229", "SUMMARY:Still Running S2 E3",
        "DESCRIPTION:S2 E3", "URL:https://films.example/titles/3-still-running", "CATEGORIES:Show,a\\,b",
        "TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR", "",
      ])
  }

  @Test func anEmptyCalendarIsOne() {
    let calendar = ICalendar(product: "-//X//Y//EN", name: "", stamp: day, refreshHours: 1, events: [])
    #expect(calendar.text.hasPrefix("BEGIN:VCALENDAR\r\n") && calendar.text.hasSuffix("\r\nEND:VCALENDAR\r\n"))
    #expect(!calendar.text.contains("VEVENT"))
  }

  @Test(arguments: [
    ("Lock, Stock; and \\ Two", "Lock\\, Stock\\; and \\\\ Two"), ("one\ntwo", "one\\ntwo"),
    ("one\r\ntwo", "one\\ntwo"), ("one\rtwo\n\nthree", "one\\ntwo\\n\\nthree"), ("a\u{2028}b\u{85}c", "a\\nb\\nc"),
    ("be\u{7}ll\u{0} \u{9F}tab\t.", "bell tab\t."), ("Amélie: \"quoted\"", "Amélie: \"quoted\""), ("", ""),
  ])
  func textIsEscaped(_ text: String, _ escaped: String) {
    #expect(ICalendar.escaped(text) == escaped)
  }

  @Test func aNameCannotWriteALineOfItsOwn() {
    let event = ICalendar.Event(
      uid: "e\r\nX:1", day: day, summary: "a\r\nEND:VEVENT\r\nBEGIN:VALARM", url: "https://x\r\nX-BAD:1",
      categories: ["c\nd"])
    let all = lines(event)
    #expect(all.filter { $0.hasPrefix("END:VEVENT") }.count == 1)
    #expect(!all.contains { $0.hasPrefix("BEGIN:VALARM") || $0.hasPrefix("X:") || $0.hasPrefix("X-BAD") })
    #expect(!all.contains { $0.hasPrefix("URL") })
  }

  @Test func linesAreFoldedAt75OctetsAndNotWithinACharacter() throws {
    let names = [
      String(repeating: "x", count: 67), String(repeating: "x", count: 68), String(repeating: "y", count: 300),
      String(repeating: "é", count: 120), String(repeating: "映画", count: 60), String(repeating: "🎬a", count: 50),
      "x" + String(repeating: "🎬", count: 40),
    ]
    for name in names {
      let folded = ICalendar.folded("SUMMARY:" + name)
      #expect(folded.hasSuffix("\r\n"))
      let pieces = folded.split(separator: "\r\n").map(String.init)
      for (place, piece) in pieces.enumerated() {
        #expect(piece.utf8.count <= 75 && piece.hasPrefix(" ") == (place > 0))
        // Folded as late as it can be: the next character would not have fitted.
        if place + 1 < pieces.count { #expect(piece.utf8.count > 75 - 4) }
      }
      let unfolded = pieces.enumerated().map { $0.offset == 0 ? $0.element : String($0.element.dropFirst()) }.joined()
      #expect(unfolded == "SUMMARY:" + name)
    }
    #expect(!ICalendar.folded("SUMMARY:" + names[0]).contains("\r\n "))
    #expect(ICalendar.folded("SUMMARY:" + names[1]).contains("\r\n x"))
  }
}
