import Testing

@testable import Web

@Suite struct MultipartTests {
  private static let type = "multipart/form-data; boundary=----x"

  private static func read(_ body: String, type: String = type) throws -> Multipart {
    try Multipart(bytes: Array(body.utf8), contentType: type)
  }

  @Test func fieldsAndFilesAreTakenApart() throws {
    let form = try Self.read(
      """
      ------x\r\nContent-Disposition: form-data; name="act"\r\n\r\nlook\r\n------x\r\n\
      Content-Disposition: form-data; name="file"; filename="a %22b%22.json"\r\nContent-Type: application/json\r\n\r\n\
      {"a": "\r\n-----x"}\r\n\r\n------x--\r\n
      """)
    #expect(form.parts.map(\.name) == ["act", "file"])
    #expect(form["act"] == "look" && form["file"] == nil && form["nothing"] == nil)
    let file = try #require(form.file("file"))
    #expect(file.fileName == "a \"b\".json" && file.text == "{\"a\": \"\r\n-----x\"}\r\n" && form.file("act") == nil)
  }

  @Test func emptyPartsQuotedBoundariesAndPreamblesAreRead() throws {
    let form = try Self.read(
      "preamble\r\n--a b \r\ncontent-disposition: FORM-DATA; filename=\"\"; name=\"x\\\"y\"\r\n\r\n\r\n--a b--",
      type: "Multipart/Form-Data; charset=utf-8; boundary=\"a b\"")
    let part = try #require(form.parts.first)
    #expect(part.name == "x\"y" && part.fileName == "" && part.bytes.isEmpty && form.parts.count == 1)
  }

  @Test func bytesAreKeptAsTheyAre() throws {
    let bytes = (0...255).map { UInt8($0) }
    let head = Array("--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n".utf8)
    let form = try Multipart(
      bytes: head + bytes + Array("\r\n--b--".utf8), contentType: "multipart/form-data; boundary=b")
    #expect(Array(try #require(form.file("f")).bytes) == bytes && form.parts[0].text == nil)
  }

  @Test(arguments: [
    "multipart/form-data", "multipart/form-data; boundary=", "application/json; boundary=x",
    "multipart/mixed; boundary=x", "multipart/form-data; boundary=\u{FC}",
  ])
  func anotherTypeIsRefused(_ type: String) {
    #expect(throws: Multipart.Refusal.notMultipart) { try Self.read("--x--", type: type) }
  }

  @Test func whatIsBrokenIsRefused() {
    let part = "------x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
    let whole = Array((part + "------x--").utf8)
    for cut in 0..<whole.count {
      #expect(throws: Multipart.Refusal.self) {
        try Multipart(bytes: Array(whole.prefix(cut)), contentType: Self.type)
      }
    }
    #expect(throws: Multipart.Refusal.badHeader) { try Self.read("------x\r\n\r\n1\r\n------x--") }
    #expect(throws: Multipart.Refusal.badHeader) {
      try Self.read("------x\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n------x--")
    }
    #expect(throws: Multipart.Refusal.badHeader) {
      try Self.read("------x\r\nX: \(String(repeating: "a", count: 9_000))\r\n\r\n1\r\n------x--")
    }
    #expect(throws: Multipart.Refusal.tooManyParts) {
      try Self.read(String(repeating: part, count: 51) + "------x--")
    }
  }

  @Test func anyBytesAreReadOrRefused() {
    var state: UInt64 = 7
    let words = ["\r\n", "--", "b", "Content-Disposition: form-data; name=\"a\"", "\r\n\r\n", "\"", "; filename=", "x"]
    for _ in 0..<3_000 {
      var body = "--b"
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        body += words[Int(state >> 33) % words.count]
      }
      do {
        let form = try Self.read(body, type: "multipart/form-data; boundary=b")
        #expect(form.parts.count <= 12)
      } catch {}
    }
  }
}
