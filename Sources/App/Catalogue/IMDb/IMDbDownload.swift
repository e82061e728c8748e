import Formats
import Foundation
import Web

/// Fetches IMDb's datasets, of which there are new ones every day.
public struct IMDbDownload: Sendable {
  /// Where they are published.
  public static let server = "https://datasets.imdbws.com"
  /// The largest file that is fetched, in bytes; the largest there is has some 700 MB.
  static let limit = 5 << 30

  private let server: String
  private let folder: String
  private let progress: @Sendable (String, Int, Int) -> Void

  /// - Parameter progress: called with a file, and how many bytes have come of how many.
  public init(folder: String, progress: @escaping @Sendable (String, Int, Int) -> Void = { _, _, _ in }) {
    self.init(server: Self.server, folder: folder, progress: progress)
  }

  init(server: String, folder: String, progress: @escaping @Sendable (String, Int, Int) -> Void) {
    self.server = server
    self.folder = folder
    self.progress = progress
  }

  /// Fetches the files that a choice needs and that have changed.
  ///
  /// - Returns: what was done, a line a file.
  /// - Throws: `StartProblem` when one does not come; those that came before it stay.
  public func run(_ choice: IMDbChoice) async throws -> [String] {
    let download = Download(base: server)
    do {
      let lines = try await fetch(download, choice)
      try await download.shutDown()
      return lines
    } catch {
      try await download.shutDown()
      throw error
    }
  }

  private func fetch(_ download: Download, _ choice: IMDbChoice) async throws -> [String] {
    var lines: [String] = []
    for file in IMDbImport.wanted(choice) {
      let name = file.rawValue + ".tsv.gz"
      let progress = progress
      do {
        let outcome = try await download.fetch("/" + name, to: folder + "/" + name, atMost: Self.limit) {
          progress(name, $0, $1)
        }
        switch outcome {
        case .fetched(let bytes): lines.append("\(name)\t\(bytes) bytes fetched")
        case .unchanged: lines.append("\(name)\tunchanged")
        }
      } catch {
        throw StartProblem("\(server)/\(name) did not come: \(error).")
      }
    }
    return lines
  }
}
