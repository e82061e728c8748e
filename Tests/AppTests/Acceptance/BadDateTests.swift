// swift-format-ignore-file: NeverForceUnwrap

import HTTPTypes
import SQL
import Testing

@testable import App

/// Dates in every spelling, posted as a form posts them. It is Monday, 23 November 2026, 21:00 in Berlin.
@Suite struct BadDateTests {
  /// What is kept of a date: its moment in UTC to the minute, the day it counts to, how exact it is.
  static let taken: [(text: String, kept: String)] = [
    ("now", "2026-11-23T20:00 2026-11-23 time"), ("", "2026-11-23T20:00 2026-11-23 time"),
    ("2026-11-23T21:00", "2026-11-23T20:00 2026-11-23 time"),
    ("2026-11-22T22:30:05.250Z", "2026-11-22T22:30 2026-11-22 time"),
    ("2024", "2024-01-01T11:00 2024 year"), ("2026", "2026-01-01T11:00 2026 year"),
    ("last year", "2025-01-01T11:00 2025 year"), ("2024-05", "2024-05-01T10:00 2024-05 month"),
    ("2026-11", "2026-11-01T11:00 2026-11 month"), ("May 2024", "2024-05-01T10:00 2024-05 month"),
    ("2024-05-24", "2024-05-24T10:00 2024-05-24 day"), ("24.5.2024", "2024-05-24T10:00 2024-05-24 day"),
    ("24.05.24", "2024-05-24T10:00 2024-05-24 day"), ("5/24/2024", "2024-05-24T10:00 2024-05-24 day"),
    ("20240524", "2024-05-24T10:00 2024-05-24 day"), ("24 May 2024", "2024-05-24T10:00 2024-05-24 day"),
    ("May 24, 2024", "2024-05-24T10:00 2024-05-24 day"), ("24. Mai 2024", "2024-05-24T10:00 2024-05-24 day"),
    ("el 24 de mayo de 2024", "2024-05-24T10:00 2024-05-24 day"),
    ("2024-02-29", "2024-02-29T11:00 2024-02-29 day"), ("2000-02-29", "2000-02-29T11:00 2000-02-29 day"),
    ("29 Feb", "2024-02-29T11:00 2024-02-29 day"), ("yesterday", "2026-11-22T11:00 2026-11-22 day"),
    ("gestern", "2026-11-22T11:00 2026-11-22 day"), ("ayer", "2026-11-22T11:00 2026-11-22 day"),
    ("Friday", "2026-11-20T11:00 2026-11-20 day"), ("2 days ago", "2026-11-21T11:00 2026-11-21 day"),
    ("release", "2016-11-11T11:00 2016-11-11 day"), ("2024-05-24T21:40", "2024-05-24T19:40 2024-05-24 time"),
    ("24.5.2024 21:40", "2024-05-24T19:40 2024-05-24 time"), ("vorgestern 20:15", "2026-11-21T19:15 2026-11-21 time"),
    ("last night at 1:30 am", "2026-11-23T00:30 2026-11-23 time"),
    // The clocks went forward over the first and back over the second.
    ("2026-03-29 02:30", "2026-03-29T01:30 2026-03-29 time"), ("2026-10-25 02:30", "2026-10-25T00:30 2026-10-25 time"),
    ("unknown", "- - unknown"), ("don’t know", "- - unknown"),
  ]

  /// What the answer says to one that is refused.
  static let refused: [(text: String, says: String)] = [
    ("0", "A year lies between 1880 and 2026."), ("0000", "A year lies between 1880 and 2026."),
    ("1879", "A year lies between 1880 and 2026."), ("31.12.1879", "A year lies between 1880 and 2026."),
    ("10000", "A year lies between 1880 and 2026."), ("24.5.10000", "A year lies between 1880 and 2026."),
    ("2027", "lies in the future"), ("2026-12", "lies in the future"), ("2026-11-24", "lies in the future"),
    ("tomorrow", "lies in the future"), ("2026-11-23T21:02", "lies in the future"),
    ("2026-11-23T20:01:01Z", "lies in the future"), ("2023-02-29", "no day 29 in Feb 2023: it has 28 days"),
    ("29.2.2023", "no day 29 in Feb 2023: it has 28 days"), ("1900-02-29", "no day 29 in Feb 1900: it has 28 days"),
    ("2024-04-31", "no day 31 in Apr 2024: it has 30 days"), ("2024-13-01", "There is no month 13."),
    ("2024-13", "There is no month 13."), ("25:00", "not a time of day"), ("2024-05-24T24:00", "not a time of day"),
    ("yesterday 21:60", "not a time of day"), ("yesterday 21:40 CET", "Leave the time zone out"),
    ("2024-05-24T21:40+02:00", "Leave the time zone out"), ("5/6/2024", "That can mean"),
    ("Tuesday, 23 Nov 2026", "was a Monday"), ("abc", "not a date that FlixList can read"),
    ("24", "not a date that FlixList can read"), ("2024 21:40", "not a date that FlixList can read"),
    ("2024-05-24-01", "not a date that FlixList can read"),
    (String(repeating: "2024-05-24 ", count: 10), "not a date that FlixList can read"),
  ]

  private static func newest(_ site: Site) async throws -> String? {
    try await site.database.read { connection in
      try connection.first("SELECT at, day, precision FROM plays ORDER BY id DESC LIMIT 1") { row in
        let moment = row.optionalInt().map { InstantText.write($0).prefix(16) } ?? "-"
        return "\(moment) \(row.optionalText() ?? "-") \(row.text())"
      }
    }
  }

  @Test func everySpellingIsKeptAsItWasMeant() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for (text, kept) in Self.taken {
        let answer = try await alice.post("/titles/1/plays", ["when": text, "again": "1"])
        #expect(answer.status == .seeOther && answer.done != nil, "\(text)")
        #expect(try await Self.newest(site) == kept, "\(text)")
      }
      #expect(try await site.number("SELECT count(*) FROM plays") == Self.taken.count)
    }
  }

  @Test func whatIsNoDateIsRefusedInWordsAndKeepsWhatWasTyped() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      _ = try await alice.post("/titles/1/plays", ["when": "2020"])
      let play = try await site.number("SELECT max(id) FROM plays")
      let before = try await site.tables(isWhole: true)
      for (text, says) in Self.refused {
        for path in ["/titles/1/plays", "/plays/\(play)", "/activity/1/when"] {
          let fields = path.hasPrefix("/titles") ? ["when": text, "again": "1"] : ["when": text]
          let answer = try await alice.post(path, fields)
          #expect(answer.status == .unprocessableContent, "\(text) to \(path): \(answer.status)")
          #expect(answer.body.contains(says) && answer.body.contains("value=\"\(text)\""), "\(text) to \(path)")
        }
      }
      #expect(try await site.tables(isWhole: true) == before)
      #expect(try await site.number("SELECT count(*) FROM activities") == 1)
    }
  }

  @Test func theFirstYearOfFilmsIsTheFirstThatIsTaken() async throws {
    try await withSite { (site) async throws in
      let alice = try await site.person("alice")
      for (text, kept) in [("1880", "1880 year"), ("1880-01-01", "1880-01-01 day"), ("1880-12", "1880-12 month")] {
        #expect(try await alice.post("/titles/1/plays", ["when": text, "again": "1"]).status == .seeOther, "\(text)")
        #expect(try await Self.newest(site)?.hasSuffix(kept) == true, "\(text)")
      }
    }
  }
}
