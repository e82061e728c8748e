import Foundation
public import Logging

/// Writes each log record as one line of JSON: UTC, level, message, metadata. Control characters are escaped, so nobody
/// can write a line of their own.
public struct LogLines: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let clock: @Sendable () -> Instant
  private let write: @Sendable (String) -> Void

  /// - Parameter write: where a line goes; standard error unless a test asks for it.
  public init(
    level: Logger.Level, clock: @escaping @Sendable () -> Instant = App.systemClock,
    write: @escaping @Sendable (String) -> Void = LogLines.standardError
  ) {
    logLevel = level
    self.clock = clock
    self.write = write
  }

  /// Writes a line to standard error.
  public static let standardError: @Sendable (String) -> Void = { line in
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var object = JSONObject()
    object.add("at", InstantText.write(clock()))
    object.add("level", event.level.rawValue)
    object.add("message", event.message.description)
    for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }
    ) {
      object.add(key == "hb.request.id" ? "request" : key, value.description)
    }
    write(object.text)
  }
}
