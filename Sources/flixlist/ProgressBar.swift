import App
import Foundation

/// A line on the terminal that says how far it is; nothing where nobody looks.
final class ProgressBar: Sendable {
  private let isSeen: Bool
  private let start = ContinuousClock.now
  private static let width = 30

  /// - Parameter isQuiet: whether nothing is shown in any case.
  init(isQuiet: Bool = false) { isSeen = !isQuiet && isatty(STDERR_FILENO) == 1 }

  /// Shows a table and how many of its rows are done.
  var show: @Sendable (String, Int, Int) -> Void {
    { [self] table, done, all in
      guard isSeen else { return }
      write(bar(all == 0 ? 1 : Double(done) / Double(all)) + "\(table) \(done) of \(all)")
    }
  }

  /// Shows how far an import is, how fast it goes and how long it will take.
  var showImport: @Sendable (IMDbProgress) -> Void {
    { [self] progress in
      guard isSeen else { return }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let rate = seconds > 0 ? Int(Double(progress.rows) / seconds) : 0
      var text = "\(Int(progress.share * 100))% \(progress.stage), \(rate) rows a second"
      // Before that nobody can tell.
      if seconds > 2, progress.share > 0.01 {
        text += ", \(Self.clock(seconds * (1 - progress.share) / progress.share)) left"
      }
      write(bar(progress.share) + text)
    }
  }

  /// Takes the line away.
  func end() { if isSeen { write("") } }

  private func bar(_ share: Double) -> String {
    let filled = min(Self.width, Int(Double(Self.width) * share))
    return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled) + "] "
  }

  private static func clock(_ seconds: Double) -> String {
    let all = Int(min(seconds, 359_999))
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    return all < 3_600 ? "\(all / 60):\(two(all % 60))" : "\(all / 3_600):\(two(all / 60 % 60)):\(two(all % 60))"
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(("\r\u{1B}[K" + text).utf8))
  }
}
