/// The languages of the pages.
public enum Language: String, CaseIterable, Sendable {
  case english = "en"
  case spanish = "es"
  case german = "de"
  /// Every letter replaced: what still reads as English on a page was left in the code. Only for tests.
  case pseudo = "zz"

  /// Those that a person can choose.
  public static let offered: [Language] = [.english, .spanish, .german]

  /// The country that most readers of it are taken to be in until they say (ISO 3166-1).
  var usualCountry: String {
    switch self {
    case .english, .pseudo: "US"
    case .spanish: "ES"
    case .german: "DE"
    }
  }

  /// Its name in itself.
  public var ownName: String {
    switch self {
    case .english: "English"
    case .spanish: "Español"
    case .german: "Deutsch"
    case .pseudo: "Þşéûðö"
    }
  }

  /// The first of ours that an Accept-Language header names, by its order (weights are in order in every browser).
  public init(accept: String?) {
    for part in (accept ?? "").split(separator: ",").prefix(20) {
      let tag = part.drop { $0 == " " }.prefix { $0.isLetter }.lowercased()
      if let language = Language(rawValue: tag), language != .pseudo {
        self = language
        return
      }
    }
    self = .english
  }
}

/// The texts of one language: everything a person reads is asked of it by key.
///
/// A text is a line `key = text` of `en.txt`, `es.txt` or `de.txt`. `{name}` stands for a value. Where a number
/// decides,
/// the line is `key = one form | other form`, chosen by the value `n`.
public struct Texts: Sendable {
  /// Whose texts they are.
  public let language: Language
  private let forms: [[Form]]

  /// What is wrong with a file of texts.
  public struct Mistake: Error, Sendable, Equatable {
    /// In one sentence.
    public let sentence: String
  }

  /// Reads the lines of a file.
  public init(language: Language, file: String) throws(Mistake) {
    var byKey: [String: [String]] = [:]
    for line in file.split(separator: "\n") where !line.hasPrefix("#") {
      guard let equals = line.firstRange(of: " = ") else {
        throw Mistake(sentence: "\(language.rawValue): a line without ' = ': \(line)")
      }
      let key = String(line[..<equals.lowerBound])
      guard byKey[key] == nil else { throw Mistake(sentence: "\(language.rawValue): \(key) stands there twice") }
      byKey[key] = line[equals.upperBound...].split(separator: " | ").map(String.init)
    }
    var forms: [[Form]] = []
    for key in Key.allCases {
      guard let text = byKey.removeValue(forKey: "\(key)"), !text.isEmpty else {
        throw Mistake(sentence: "\(language.rawValue): \(key) is missing")
      }
      forms.append((language == .pseudo ? text.map(Self.pseudo) : text).map(Form.init))
    }
    if let unknown = byKey.keys.min() { throw Mistake(sentence: "\(language.rawValue): \(unknown) is not used") }
    self.language = language
    self.forms = forms
  }

  /// The text of a key.
  func callAsFunction(_ key: Key) -> String { forms[key.rawValue][0].whole }

  /// The text of a key with its values put in; the value `n` chooses between one and several.
  func callAsFunction(_ key: Key, n: Int? = nil, _ values: [String: String] = [:]) -> String {
    let form = form(key, n: n)
    guard n != nil || !values.isEmpty else { return form.whole }
    var filled = ""
    for piece in form.pieces {
      filled += piece.literal
      if let name = piece.name { filled += values[name] ?? (name == "n" ? n.map(number) : nil) ?? "" }
    }
    return filled
  }

  /// A whole number with the language's separators between thousands.
  public func number(_ number: Int) -> String {
    let digits = String(number.magnitude)
    // Spanish writes four digits without a separator (RAE, Ortografía).
    guard digits.count > (language == .spanish ? 4 : 3) else { return String(number) }
    let separator = language == .english || language == .pseudo ? "," : language == .spanish ? "\u{202F}" : "."
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += separator }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  /// A number of tenths with the language's decimal separator, such as `12.3`.
  public func decimal(tenths: Int) -> String {
    let separator = language == .english || language == .pseudo ? "." : ","
    return (tenths < 0 ? "-" : "") + number(Int(tenths.magnitude / 10)) + separator + String(tenths.magnitude % 10)
  }

  private func form(_ key: Key, n: Int?) -> Form {
    let forms = forms[key.rawValue]
    guard forms.count == 2, let n else { return forms[0] }
    return n == 1 ? forms[0] : forms[1]
  }

  /// One form of a text, taken apart once at the start.
  private struct Form: Sendable {
    let whole: String
    /// Words, each followed by the name of a value; the last by none.
    let pieces: [(literal: String, name: String?)]

    init(_ text: String) {
      whole = text
      var pieces: [(literal: String, name: String?)] = []
      var rest = text[...]
      while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
        pieces.append((String(rest[..<open]), String(rest[rest.index(after: open)..<close])))
        rest = rest[rest.index(after: close)...]
      }
      pieces.append((String(rest), nil))
      self.pieces = pieces
    }
  }

  private static func pseudo(_ text: String) -> String {
    var inName = false
    return String(
      text.map { character in
        if character == "{" { inName = true }
        if character == "}" { inName = false }
        return inName || !character.isASCII || !character.isLetter ? character : character.isUppercase ? "Ж" : "ж"
      })
  }
}
