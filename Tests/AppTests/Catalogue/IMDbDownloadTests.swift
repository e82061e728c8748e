import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

@testable import App

/// Fetching IMDb's datasets, from a server of the test's own.
@Suite struct IMDbDownloadTests {
  /// What the server answers, and what it was asked.
  private final class Shelf: Sendable {
    private let state = Mutex((mark: "\"one\"", bodies: [String: String](), asked: [String]()))

    func set(_ mark: String, _ bodies: [String: String]) { state.withLock { ($0.mark, $0.bodies) = (mark, bodies) } }
    var asked: [String] { state.withLock { $0.asked } }

    func answer(_ request: Request) -> Response {
      state.withLock { state in
        let known = request.headers[.ifNoneMatch]
        state.asked.append(request.uri.path + (known.map { " " + $0 } ?? ""))
        guard let body = state.bodies[request.uri.path] else { return Response(status: .notFound) }
        if known == state.mark { return Response(status: .notModified) }
        return Response(
          status: .ok, headers: [.eTag: state.mark], body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
      }
    }
  }

  private static let names = ["title.ratings", "title.basics", "title.episode", "title.akas"]

  private func withServer(_ body: @Sendable (Shelf, String, String) async throws -> Void) async throws {
    let shelf = Shelf()
    let router = Router()
    router.get("/:name") { request, _ in shelf.answer(request) }
    let folder = FileManager.default.temporaryDirectory.path + "/flixlist-download-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let app = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
    try await app.test(.live) { client in
      let port = try #require(client.port)
      try await body(shelf, "http://127.0.0.1:\(port)", folder)
    }
  }

  private func text(_ folder: String, _ name: String) -> String? {
    FileManager.default.contents(atPath: "\(folder)/\(name).tsv.gz").map { String(decoding: $0, as: UTF8.self) }
  }

  private static func bodies(_ text: String) -> [String: String] {
    Dictionary(uniqueKeysWithValues: names.map { ("/\($0).tsv.gz", text + $0) })
  }

  @Test func onlyWhatHasChangedIsFetchedAgain() async throws {
    try await withServer { shelf, server, folder in
      shelf.set("\"one\"", Self.bodies("first "))
      let download = IMDbDownload(server: server, folder: folder) { _, _, _ in }
      let first = try await download.run(IMDbChoice())
      #expect(first.count == 4 && first.allSatisfy { $0.contains("fetched") })
      #expect(text(folder, "title.akas") == "first title.akas")
      let second = try await download.run(IMDbChoice())
      #expect(second.allSatisfy { $0.contains("unchanged") })
      #expect(shelf.asked.suffix(4).allSatisfy { $0.hasSuffix("\"one\"") })
      shelf.set("\"two\"", Self.bodies("second "))
      _ = try await download.run(IMDbChoice())
      #expect(text(folder, "title.basics") == "second title.basics")
      // A file that is gone is fetched, whatever its mark.
      try FileManager.default.removeItem(atPath: folder + "/title.basics.tsv.gz")
      _ = try await download.run(IMDbChoice())
      #expect(text(folder, "title.basics") == "second title.basics")
    }
  }

  @Test func aFileThatDoesNotComeLeavesTheOneThatIsThere() async throws {
    try await withServer { shelf, server, folder in
      shelf.set("\"one\"", Self.bodies("first "))
      let download = IMDbDownload(server: server, folder: folder) { _, _, _ in }
      _ = try await download.run(IMDbChoice())
      shelf.set("\"two\"", ["/title.ratings.tsv.gz": "second"])
      do {
        _ = try await download.run(IMDbChoice())
        Issue.record("it came")
      } catch let problem as StartProblem {
        #expect(problem.description.contains("title.basics.tsv.gz") && problem.description.contains("404"))
      }
      #expect(text(folder, "title.ratings") == "second" && text(folder, "title.basics") == "first title.basics")
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(files.allSatisfy { !$0.hasSuffix(".part") })
    }
    let nobody = IMDbDownload(server: "http://127.0.0.1:1", folder: "/tmp") { _, _, _ in }
    await #expect(throws: StartProblem.self) { try await nobody.run(IMDbChoice()) }
  }
}
