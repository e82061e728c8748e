/// Asks a server on this machine whether it is well.
public enum Probe {
  /// What a path of a server answers.
  ///
  /// - Parameters:
  ///   - host: as it was told to listen; an address that stands for all becomes the loopback one.
  ///   - time: how long to wait.
  /// - Throws: `Fetcher.Problem` when there is no answer.
  public static func status(
    host: String, port: Int, path: String, within time: Duration
  ) async throws(Fetcher.Problem) -> Int {
    let name =
      switch host {
      case "0.0.0.0": "127.0.0.1"
      case "::", "[::]": "[::1]"
      default: host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
      }
    let fetcher = Fetcher(base: "http://\(name):\(port)")
    let answer: Result<Int, Fetcher.Problem>
    do {
      answer = .success(try await fetcher.get(path, within: time, atMost: longestBody).status)
    } catch {
      answer = .failure(error)
    }
    do {
      try await fetcher.shutDown()
    } catch {
      // The answer is what counts, and the process ends after it.
    }
    return try answer.get()
  }

  private static let longestBody = 1 << 20
}
