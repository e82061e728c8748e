import Foundation
import Testing

/// The rules of the house that no compiler holds.
@Suite struct TidyTests {
  struct File: Sendable {
    let path: String
    let text: String
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var imports: [String] {
      lines.filter { $0.contains(#/(?:^|@testable |public |internal )import /#) }.compactMap {
        $0.split(separator: " ").last.map(String.init)
      }
    }
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let sources: [File] = files(under: "Sources")

  static func files(under folder: String) -> [File] {
    let base = root.appendingPathComponent(folder)
    let all = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
      guard let text = try? String(contentsOf: base.appendingPathComponent(path), encoding: .utf8) else { return nil }
      return File(path: folder + "/" + path, text: text)
    }
  }

  @Test func thereAreSources() { #expect(Self.sources.count > 40) }

  @Test func onlySQLKnowsADatabaseLibrary() {
    for file in Self.sources where !file.path.hasPrefix("Sources/SQL/") {
      #expect(!file.imports.contains { ["GRDB", "GRDBSQLite", "SQLite3", "CPostgres"].contains($0) }, "\(file.path)")
    }
  }

  @Test func fewStatementsDifferByEngine() {
    let count = Self.sources.reduce(0) { sum, file in
      file.path == "Sources/SQL/SQL.swift"
        ? sum : sum + file.text.ranges(of: "postgres: \"").count + file.text.ranges(of: "postgresOnly: \"").count
    }
    #expect((1..<20).contains(count), "\(count)")
  }

  @Test func aTargetImportsOnlyWhatItMay() {
    for file in Self.sources {
      let imports = Set(file.imports)
      if file.path.hasPrefix("Sources/HTML/") { #expect(imports.isEmpty, "\(file.path)") }
      if file.path.hasPrefix("Sources/SQL/") {
        #expect(imports.isDisjoint(with: ["App", "Web", "HTML", "Hummingbird"]), "\(file.path)")
      }
      if file.path.hasPrefix("Sources/Formats/") {
        #expect(imports.isDisjoint(with: ["App", "Web", "SQL", "HTML", "Hummingbird"]), "\(file.path)")
      }
      if file.path.hasPrefix("Sources/Web/") { #expect(imports.isDisjoint(with: ["App", "SQL"]), "\(file.path)") }
    }
  }

  @Test func storesHoldNoMarkupAndViewsNoSQL() {
    for file in Self.sources where file.path.hasPrefix("Sources/App/") {
      if file.path.hasSuffix("Store.swift") { #expect(!file.imports.contains("HTML"), "\(file.path)") }
      if file.path.hasSuffix("Views.swift") { #expect(!file.imports.contains("SQL"), "\(file.path)") }
    }
  }

  @Test func aFailureNeverBecomesAnEmptyAnswer() {
    for file in Self.sources where file.path.hasSuffix("Store.swift") {
      #expect(!file.text.contains("try?") && !file.text.contains("?? []"), "\(file.path)")
    }
    for file in Self.sources { #expect(!file.text.contains("try!"), "\(file.path)") }
  }

  @Test func trustedTextIsCounted() {
    func count(_ pattern: String) -> Int {
      Self.sources.reduce(0) { $0 + $1.text.components(separatedBy: pattern).count - 1 }
    }
    #expect(count("HTML(trusted:") == 0)
    #expect(count("HTML(stringLiteral:") == 0)
    // The journal's tables, the library's ways to be sorted, and the tables as they are moved.
    let trusted = Self.sources.filter { $0.text.contains(/SQL\(\s*trusted:/) }
    let places = ["Activity/Journal", "Library/LibraryStatements", "Transfer/Tables"]
    #expect(trusted.map(\.path) == places.map { "Sources/App/\($0).swift" })
    #expect(count("SQL(\n        sqlite:") + count("SQL(\n          sqlite:") + count("SQL(sqlite:") < 20)
  }

  @Test func viewsHaveNothingInline() {
    for file in Self.sources where file.path.hasPrefix("Sources/App/") {
      for bad in [" style=", "javascript:", " onclick=", " onload=", "<script>", "<style>"] {
        #expect(!file.text.contains(bad), "\(file.path): \(bad)")
      }
    }
  }

  @Test func theEnvironmentIsReadInOnePlace() {
    for file in Self.sources where !file.path.hasPrefix("Sources/flixlist/") {
      #expect(
        !file.text.contains("ProcessInfo.processInfo.environment") && !file.text.contains("getenv("), "\(file.path)")
    }
    for file in Self.sources where !file.path.hasPrefix("Sources/flixlist/") {
      #expect(!file.text.contains(#/(^|\s)print\(/#), "\(file.path)")
    }
  }

  @Test func linesFunctionsAndFilesHaveALength() {
    for file in Self.sources + Self.files(under: "Tests") {
      for (number, line) in file.lines.enumerated() where line.count > 120 {
        Issue.record("\(file.path):\(number + 1) has \(line.count) characters")
      }
      if file.path.hasPrefix("Sources/") {
        #expect(file.lines.count <= 520, "\(file.path)")
      }
      var start: (name: Substring, line: Int, indent: Int)?
      for (number, line) in file.lines.enumerated() {
        let indent = line.prefix { $0 == " " }.count
        if line.contains(#/\bfunc |\binit\(/#), line.hasSuffix("{") || line.hasSuffix("("), !line.contains("//") {
          start = (line, number, indent)
        } else if let open = start, indent == open.indent, line.dropFirst(indent).hasPrefix("}") {
          if number - open.line > 70 {
            Issue.record("\(file.path):\(open.line + 1) has a function of \(number - open.line) lines")
          }
          start = nil
        }
      }
    }
  }

  @Test func uncheckedSendableSaysWhy() {
    for file in Self.sources {
      let lines = file.lines
      for (number, line) in lines.enumerated() where line.contains("@unchecked Sendable") && !line.contains("//") {
        #expect(
          lines[max(0, number - 4)..<number].contains { $0.localizedCaseInsensitiveContains("unchecked") },
          "\(file.path):\(number + 1)")
      }
    }
  }

  @Test func nothingIsLeftForLater() {
    for file in Self.sources + Self.files(under: "Tests") where !file.path.contains("TidyTests") {
      #expect(!file.text.contains(#/\b(TODO|FIXME|XXX)\b/#), "\(file.path)")
    }
  }

  @Test func whatThePublicSees() throws {
    let css = try Data(contentsOf: Self.root.appendingPathComponent("Sources/App/Public/app.css"))
    let js = try Data(contentsOf: Self.root.appendingPathComponent("Sources/App/Public/app.js"))
    let kept = try Data(contentsOf: Self.root.appendingPathComponent("Sources/App/Public/kept.js"))
    let worker = try Data(contentsOf: Self.root.appendingPathComponent("Sources/App/Public/sw.js"))
    #expect(css.count <= 40_000 && js.count <= 25_000 && kept.count <= 10_000 && worker.count <= 2_000)
  }

  @Test func pathsThatTheDocsNameExist() throws {
    let docs = ["README.md", "CONTRIBUTING.md", "docs/architecture.md"]
    for name in docs {
      guard let text = try? String(contentsOf: Self.root.appendingPathComponent(name), encoding: .utf8) else {
        continue
      }
      for match in text.matches(of: #/`((?:Sources|Tests|docs|scripts|bench)/[\w/.-]+)`/#) {
        let path = Self.root.appendingPathComponent(String(match.1)).path
        #expect(FileManager.default.fileExists(atPath: path), "\(name): \(match.1)")
      }
    }
  }
}
