internal import Foundation

/// Waits on a thread of our own.
enum Pause {
  static func milliseconds(_ count: Int) { Thread.sleep(forTimeInterval: Double(count) / 1_000) }
}
