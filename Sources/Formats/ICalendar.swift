/// A calendar of whole days as RFC 5545 writes it: UTF-8, lines of at most 75 octets that end in CR LF.
public struct ICalendar: Sendable {
  /// A day of the Gregorian calendar, without a zone.
  public struct Date: Sendable, Equatable {
    /// The year, 1 to 9999.
    public let year: Int
    /// The month, 1 to 12.
    public let month: Int
    /// The day of the month.
    public let day: Int

    /// Takes a day as it is; that there is such a day is for the caller to know.
    public init(year: Int, month: Int, day: Int) {
      self.year = year
      self.month = month
      self.day = day
    }

    /// `20261123`.
    var text: String { Self.padded(year, 4) + Self.padded(month, 2) + Self.padded(day, 2) }

    private static func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
  }

  /// Something that takes a whole day and no time of anybody's.
  public struct Event: Sendable {
    /// Its name for all time, unlike any other's; a changed event keeps it.
    public var uid: String
    /// The day it takes.
    public var day: Date
    /// What it is, in one line.
    public var summary: String
    /// More about it, in any number of lines; nothing is written when it is empty.
    public var description: String
    /// A page about it: an absolute address of printable ASCII; else it is left out.
    public var url: String
    /// What kind of thing it is.
    public var categories: [String]

    /// An event of one day.
    public init(
      uid: String, day: Date, summary: String, description: String = "", url: String = "", categories: [String] = []
    ) {
      self.uid = uid
      self.day = day
      self.summary = summary
      self.description = description
      self.url = url
      self.categories = categories
    }
  }

  /// Who made it, as the standard asks: `-//Company//Product//EN`.
  public var product: String
  /// What a calendar program calls it.
  public var name: String
  /// The day on which it was made; its midnight in UTC is the stamp of every event, so a day's answers are alike.
  public var stamp: Date
  /// After how many hours a program may ask again.
  public var refreshHours: Int
  /// What happens, in any order.
  public var events: [Event]

  /// A calendar.
  public init(product: String, name: String, stamp: Date, refreshHours: Int, events: [Event]) {
    self.product = product
    self.name = name
    self.stamp = stamp
    self.refreshHours = refreshHours
    self.events = events
  }

  /// The whole file.
  public var text: String {
    var text = ""
    func add(_ line: String) { text += Self.folded(line) }
    add("BEGIN:VCALENDAR")
    add("VERSION:2.0")
    add("PRODID:" + Self.escaped(product))
    add("CALSCALE:GREGORIAN")
    add("NAME:" + Self.escaped(name))
    add("X-WR-CALNAME:" + Self.escaped(name))
    add("REFRESH-INTERVAL;VALUE=DURATION:PT\(refreshHours)H")
    add("X-PUBLISHED-TTL:PT\(refreshHours)H")
    for event in events {
      add("BEGIN:VEVENT")
      add("UID:" + Self.escaped(event.uid))
      add("DTSTAMP:" + stamp.text + "T000000Z")
      add("DTSTART;VALUE=DATE:" + event.day.text)
      add("SUMMARY:" + Self.escaped(event.summary))
      if !event.description.isEmpty { add("DESCRIPTION:" + Self.escaped(event.description)) }
      if Self.isAddress(event.url) { add("URL:" + event.url) }
      if !event.categories.isEmpty { add("CATEGORIES:" + event.categories.map(Self.escaped).joined(separator: ",")) }
      add("TRANSP:TRANSPARENT")
      add("END:VEVENT")
    }
    add("END:VCALENDAR")
    return text
  }

  /// The longest line, in octets, without its end.
  static let lineOctets = 75

  /// A value of type TEXT (section 3.3.11): what would end or divide it is escaped, other control characters go.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    var last: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", ";", ",":
        escaped.unicodeScalars.append("\\")
        escaped.unicodeScalars.append(scalar)
      case "\n" where last == "\r": break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": escaped += "\\n"
      case "\t": escaped.unicodeScalars.append(scalar)
      default: if !isControl(scalar) { escaped.unicodeScalars.append(scalar) }
      }
      last = scalar
    }
    return escaped
  }

  /// A line with its end, broken after at most 75 octets and never within a character; what follows begins with a space
  /// (section 3.1).
  static func folded(_ line: String) -> String {
    var folded = ""
    var octets = 0
    for scalar in line.unicodeScalars {
      let width = UTF8.width(scalar)
      if octets + width > lineOctets {
        folded += "\r\n "
        octets = 1
      }
      folded.unicodeScalars.append(scalar)
      octets += width
    }
    return folded + "\r\n"
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }

  /// Whether it can stand as a URI, which is not escaped.
  private static func isAddress(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && text.firstIndex(of: ":") != nil
  }
}
