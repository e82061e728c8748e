import Foundation

/// A person with an account, as much of them as a page needs.
public struct User: Sendable {
  /// Their number.
  public let id: Int
  /// The name they log in with.
  public let username: String
  /// What the pages call them.
  public let displayName: String
  /// Whether they administer the site.
  public let isAdmin: Bool
  /// Where they are, and when their day ends.
  public let zone: Zone
  /// Whether the zone came from them or their browser.
  public let isZoneKnown: Bool
  /// The language of their pages.
  public let language: Language
  /// `system`, `light` or `dark`.
  public let theme: String
  /// How they rate.
  public let scale: Scale
  /// Whether single keys do things.
  public let hasSingleKeys: Bool
  /// Whether the names of episodes they have not seen stay hidden.
  public let hidesUnseen: Bool
  /// Where they watch: the country they chose, else the one of their language (ISO 3166-1).
  public let country: String
  /// Raised by each of their writes.
  public let version: Int
}

/// How a person sees ratings; all are kept from 0 to 100.
public enum Scale: String, Sendable, CaseIterable {
  /// 1 to 10.
  case points
  /// Half a star to five.
  case stars
  /// 0 to 100.
  case hundred

  /// The values one can choose in one click, as they are kept; none for 0 to 100.
  public var steps: [Int] { self == .hundred ? [] : stride(from: 10, through: 100, by: 10).map { $0 } }

  /// A rating as this scale shows it, rounded to its nearest step, such as `9`, `4.5` or `87`.
  public func shown(_ rating: Int) -> String {
    switch self {
    case .points: return String((rating + 5) / 10)
    case .stars:
      let halves = (rating + 5) / 10
      return halves.isMultiple(of: 2) ? String(halves / 2) : "\(halves / 2).5"
    case .hundred: return String(rating)
    }
  }

  /// The best there is, as shown.
  public var best: String { self == .points ? "10" : self == .stars ? "5" : "100" }
}

/// A login that is still good.
public struct Session: Sendable {
  /// SHA-256 of the cookie's token.
  let tokenHash: [UInt8]
  /// Its number among the user's own, shown in the list of sessions.
  let id: Int
  /// When it was last noted as used.
  let seenAt: Instant
  /// When the password was last given.
  let confirmedAt: Instant
  /// Whose it is.
  public let user: User

  /// A session not used for this long is over.
  static let idleSeconds = 14 * 86_400
  /// A session this old is over.
  static let absoluteSeconds = 30 * 86_400
  /// Administration asks for the password again after this long.
  static let confirmationSeconds = 15 * 60
  /// How often its use is noted.
  static let noteEverySeconds = 3_600
}

/// The rules for names, addresses and passwords.
enum AccountRules {
  /// How long a password may be, in characters.
  static let passwordLength = 8...256
  /// The length the forms advise.
  static let advisedPasswordLength = 15
  /// How long a username may be.
  static let usernameLength = 2...40

  /// What is wrong with a username, or nil.
  static func problem(username: String) -> Key? {
    guard usernameLength.contains(username.unicodeScalars.count) else { return .usernameLength }
    let allowed = username.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || ("0"..."9").contains(Character(scalar)) || "._-".unicodeScalars.contains(scalar)
    }
    guard allowed, username.unicodeScalars.first?.properties.isAlphabetic == true else { return .usernameLetters }
    return nil
  }

  /// The form of a name by which two spellings are one: compatibility-composed, lower case.
  static func key(_ name: String) -> String { name.precomposedStringWithCompatibilityMapping.lowercased() }

  /// What is wrong with an address, or nil; only its shape is looked at.
  static func problem(email: String) -> Key? {
    let parts = email.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !parts[1].hasPrefix("."),
      !parts[1].hasSuffix("."),
      email.utf8.count <= 254, !email.contains(where: { $0.isWhitespace || $0.isNewline || "<>\",;:\\".contains($0) })
    else { return .emailShape }
    return nil
  }

  /// What is wrong with a new password, or nil.
  static func problem(password: String, username: String, email: String?) -> Key? {
    let password = normalized(password: password)
    let count = password.unicodeScalars.count
    if count < passwordLength.lowerBound { return .passwordShort }
    if count > passwordLength.upperBound { return .passwordLong }
    let lower = password.lowercased()
    if commonPasswords.contains(lower) { return .passwordCommon }
    let local = email.map { String($0.prefix { $0 != "@" }) } ?? ""
    for word in ["flixlist", key(username), key(local)] where word.count >= 4 {
      let rest = lower.split(separator: word, omittingEmptySubsequences: false).joined()
      if rest.count < 4, lower.contains(word) { return .passwordName }
    }
    if Set(lower).count <= 2 { return .passwordCommon }
    return nil
  }

  /// The password as it is hashed: one form for each way a keyboard can write the same letters.
  static func normalized(password: String) -> String { password.precomposedStringWithCanonicalMapping }

  private static let commonPasswords = Set(
    Embedded.text("common-passwords.txt").split(separator: "\n").map(String.init))
}
