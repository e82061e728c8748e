import Crypto
import CryptoExtras
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Hashes and checks passwords with scrypt, a few at once, away from the threads that serve pages.
///
/// Hashes are PHC strings: `$scrypt$ln=15,r=8,p=3$salt$hash` with base64 without padding. Parameters after the OWASP
/// Password Storage Cheat Sheet's row 2^15/8/3.
public final class Passwords: Sendable {
  private let pool: NIOThreadPool
  private let waiting = Atomic<Int>(0)
  private let cost: Int
  private let dummy: String

  private static let blockSize = 8
  private static let parallelism = 3
  private static let saltBytes = 16
  private static let hashBytes = 32
  /// How many hashes may be computed at once: each takes 32 MiB and a core.
  static let atOnce = 2
  /// How many may wait for their turn.
  static let queueLimit = 64

  /// - Parameter cost: the power of two in `N`.
  public init(cost: Int) {
    self.cost = cost
    pool = NIOThreadPool(numberOfThreads: Self.atOnce)
    pool.start()
    let salt = [UInt8](repeating: 7, count: Self.saltBytes)
    dummy = Self.encoded(cost: cost, salt: salt, hash: [UInt8](repeating: 0, count: Self.hashBytes))
  }

  /// Stops its threads.
  public func shutDown() async throws { try await pool.shutdownGracefully() }

  /// The hash of a new password.
  public func hash(_ password: String) async throws -> String {
    try await run { [cost] in try Self.hashNow(password, cost: cost) }
  }

  /// The hash, computed on the caller's thread: for commands.
  static func hashNow(_ password: String, cost: Int) throws -> String {
    let salt = SystemRandomNumberGenerator.bytes(saltBytes)
    return encoded(cost: cost, salt: salt, hash: try scrypt(password, cost: cost, salt: salt))
  }

  /// Whether the password is the hashed one; without a hash it takes as long and is never right.
  public func verify(_ password: String, hash: String?) async throws -> Bool {
    let known = hash ?? dummy
    let isRight = try await run {
      guard let (cost, salt, hash) = Self.decoded(known) else { return false }
      let candidate = try Self.scrypt(password, cost: cost, salt: salt)
      return Self.equal(candidate, hash)
    }
    return isRight && hash != nil
  }

  /// Whether a hash was made at another cost than today's.
  public func isOutdated(_ hash: String) -> Bool { Self.decoded(hash)?.cost != cost }

  private func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    let before = waiting.add(1, ordering: .relaxed).oldValue
    defer { waiting.subtract(1, ordering: .relaxed) }
    guard before < Self.queueLimit else {
      throw Problem.unavailable(log: "\(before) passwords wait for their hash")
    }
    return try await pool.runIfActive(body)
  }

  private static func scrypt(_ password: String, cost: Int, salt: [UInt8]) throws -> [UInt8] {
    let key = try KDF.Scrypt.deriveKey(
      from: Array(AccountRules.normalized(password: password).utf8), salt: salt, outputByteCount: hashBytes,
      rounds: 1 << cost, blockSize: blockSize, parallelism: parallelism)
    return key.withUnsafeBytes { Array($0) }
  }

  private static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func encoded(cost: Int, salt: [UInt8], hash: [UInt8]) -> String {
    "$scrypt$ln=\(cost),r=\(blockSize),p=\(parallelism)$\(base64(salt))$\(base64(hash))"
  }

  private static func decoded(_ text: String) -> (cost: Int, salt: [UInt8], hash: [UInt8])? {
    let parts = text.split(separator: "$")
    guard parts.count == 4, parts[0] == "scrypt", parts[1].hasPrefix("ln="),
      parts[1].hasSuffix(",r=\(blockSize),p=\(parallelism)"),
      let cost = Int(parts[1].dropFirst(3).prefix { $0 != "," }), (1...20).contains(cost),
      let salt = bytes(base64: parts[2]), let hash = bytes(base64: parts[3])
    else { return nil }
    return (cost, salt, hash)
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    String(Data(bytes).base64EncodedString().prefix { $0 != "=" })
  }

  private static func bytes(base64 text: Substring) -> [UInt8]? {
    let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
    return Data(base64Encoded: text + padding).map { Array($0) }
  }
}

/// Random tokens for cookies and links: 256 bits, of which the database keeps only the SHA-256.
enum Token {
  /// A new token, in base64url letters.
  static func make() -> String {
    Data(SystemRandomNumberGenerator.bytes(32)).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// What is kept of it.
  static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}

extension SystemRandomNumberGenerator {
  /// So many bytes from the system's generator.
  static func bytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in generator.next() }
  }
}
