import Foundation
import Synchronization

/// The names of countries, in the language of the reader.
enum Countries {
  private static let known = Mutex<[String: String]>([:])

  /// Every ISO 3166-1 code of two letters that the system knows.
  static let codes: [String] = Locale.Region.isoRegions.map(\.identifier)
    .filter { $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x41...0x5A).contains($0) } }.sorted()

  /// The name of an ISO 3166 code; the code itself when it has none.
  static func name(_ code: String, _ language: Language) -> String {
    // Asking for a name loads the language's data; each is asked for once.
    known.withLock { known in
      let key = language.rawValue + code
      if let name = known[key] { return name }
      let name = Locale(identifier: language.rawValue).localizedString(forRegionCode: code) ?? code
      known[key] = name
      return name
    }
  }
}
