#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Dates as header fields have them (RFC 9110, section 5.6.7).
public enum HTTPDate {
  /// The present: `Sun, 29 Nov 2026 10:15:00 GMT`.
  public static func now() -> String { text(seconds: Int(time(nil))) }

  /// A second of Unix time.
  static func text(seconds: Int) -> String {
    var (seconds, parts) = (time_t(seconds), tm())
    gmtime_r(&seconds, &parts)
    // The names of days and months are English while nobody sets another locale for the process, and nobody does.
    var bytes = [CChar](repeating: 0, count: 40)
    let count = strftime(&bytes, bytes.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
