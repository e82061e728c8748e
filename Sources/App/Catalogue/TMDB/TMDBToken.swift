import Crypto
import Foundation
import SQL

/// The token by which TMDB is asked: as configured, else as an administrator set it in the browser.
enum TMDBToken {
  private static let name = "tmdb-token"

  /// The token; nil when there is none, or the one that was set cannot be read with this site's secret.
  static func read(_ connection: Connection, _ app: App) throws -> String? {
    try read(connection, configured: app.config.tmdbToken, app.vault)
  }

  /// The same without a whole program.
  static func read(_ connection: Connection, configured: String?, _ vault: Vault) throws -> String? {
    if let configured { return configured }
    return try kept(connection).flatMap { vault.open($0, for: name) }
  }

  /// The one that was set in the browser, as it is sealed.
  static func kept(_ connection: Connection) throws -> String? {
    try connection.first("SELECT value FROM site WHERE name = $1", name) { $0.text() }
  }

  /// Sets it; nil takes it away.
  static func set(_ connection: Connection, _ app: App, _ token: String?) throws {
    guard let token else {
      try connection.execute("DELETE FROM site WHERE name = $1", name)
      return
    }
    try connection.execute(
      "INSERT INTO site (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name,
      try app.vault.seal(token, for: name))
  }

  /// Whether a text can be a token: an API read access token or an API key, in letters that go into a header.
  static func isPossible(_ text: String) -> Bool {
    (8...1_000).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "-_.=".utf8.contains(byte)
      }
  }
}

/// Keeps what must not be read in a stolen database: sealed with AES-GCM under a key made from the site's secret, one
/// for each purpose (HKDF, RFC 5869).
struct Vault: Sendable {
  private let secret: SymmetricKey

  init(secret: String) { self.secret = SymmetricKey(data: Array(secret.utf8)) }

  private func key(_ purpose: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: secret, info: Array("flixlist vault \(purpose)".utf8), outputByteCount: 32)
  }

  /// The sealed form of a text.
  func seal(_ text: String, for purpose: String) throws -> String {
    let box = try AES.GCM.seal(Array(text.utf8), using: key(purpose), authenticating: Array(purpose.utf8))
    return Data(box.nonce).base64EncodedString() + "." + (box.ciphertext + box.tag).base64EncodedString()
  }

  /// The text again; nil when it was sealed with another secret or for something else.
  func open(_ sealed: String, for purpose: String) -> String? {
    let parts = sealed.split(separator: ".").compactMap { Data(base64Encoded: String($0)) }
    guard parts.count == 2, parts[1].count >= 16, let nonce = try? AES.GCM.Nonce(data: parts[0]),
      let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: parts[1].dropLast(16), tag: parts[1].suffix(16)),
      let bytes = try? AES.GCM.open(box, using: key(purpose), authenticating: Array(purpose.utf8))
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
