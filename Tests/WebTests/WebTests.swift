import HTTPTypes
import Testing

@testable import Web

@Suite struct FormTests {
  @Test func fieldsAreDecoded() throws {
    let form = try Form("a=1&b=x+y%20z&c=%C3%BC&d&=e&a=2")
    #expect(
      form["a"] == "1" && form["b"] == "x y z" && form["c"] == "ü" && form["d"] == "" && form.all("a") == ["1", "2"])
  }

  @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%C3"])
  func whatCannotBeDecodedIsRefused(_ text: String) {
    #expect(throws: Form.Refusal.badEncoding) { try Form(text) }
  }

  @Test func limits() {
    #expect(throws: Form.Refusal.nul) { try Form("a=%00") }
    #expect(throws: Form.Refusal.tooManyFields) { try Form(String(repeating: "a=1&", count: 100_000)) }
    #expect(throws: Form.Refusal.unknown("x[a][a]")) { try Form("x%5Ba%5D%5Ba%5D=1").check(allowing: ["x"]) }
    #expect(throws: Form.Refusal.repeated("a")) { try Form("a=1&a=2").check(allowing: ["a"]) }
    #expect(throws: Never.self) { try Form("a=1&a=2").check(allowing: [], lists: ["a"]) }
  }

  @Test func anyBytesAreReadOrRefused() {
    var state: UInt64 = 42
    for _ in 0..<5_000 {
      let bytes = (0..<40).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let byte = UInt8(truncatingIfNeeded: state >> 33)
        return byte < 80 ? UInt8(ascii: "%") : byte < 120 ? UInt8(ascii: "=") : byte < 140 ? UInt8(ascii: "&") : byte
      }
      do {
        let form = try Form(bytes: bytes)
        #expect(form.fields.count <= 41)
      } catch {}
    }
  }

  @Test func queriesComeBackAsTheyWere() throws {
    let pairs = [("q", "Amélie & co = 100 % +"), ("ü", "")]
    let form = try Form(URLEncoding.query(pairs))
    #expect(form.fields.map(\.name) == pairs.map(\.0) && form.fields.map(\.value) == pairs.map(\.1))
  }
}

@Suite struct AddressTests {
  @Test func forwardingIsBelievedOnlyFromTrustedProxies() throws {
    let none = try ClientAddress(trustedProxies: [])
    #expect(none.client(socket: "203.0.113.9", forwardedFor: ["6.6.6.6"]) == "203.0.113.9")
    let proxy = try ClientAddress(trustedProxies: ["127.0.0.1", "10.0.0.0/8", "::1"])
    #expect(proxy.client(socket: "127.0.0.1", forwardedFor: ["6.6.6.6, 198.51.100.7"]) == "198.51.100.7")
    #expect(proxy.client(socket: "127.0.0.1", forwardedFor: ["6.6.6.6", "198.51.100.7, 10.1.2.3"]) == "198.51.100.7")
    #expect(proxy.client(socket: "127.0.0.1", forwardedFor: ["nonsense"]) == "127.0.0.1")
    #expect(proxy.client(socket: "::ffff:127.0.0.1", forwardedFor: ["198.51.100.7"]) == "198.51.100.7")
    #expect(proxy.client(socket: "203.0.113.9", forwardedFor: ["198.51.100.7"]) == "203.0.113.9")
    #expect(throws: ClientAddress.BadNetwork.self) { try ClientAddress(trustedProxies: ["10.0.0.0/33"]) }
  }

  @Test func anIPv6ClientIsItsNetwork() {
    #expect(ClientAddress.throttleKey("2001:db8:1:2:3:4:5:6") == ClientAddress.throttleKey("2001:db8:1:2:ffff::1"))
    #expect(ClientAddress.throttleKey("2001:db8:1:2::1") != ClientAddress.throttleKey("2001:db8:1:3::1"))
    #expect(
      ClientAddress.throttleKey("::ffff:10.0.0.1") == "10.0.0.1" && ClientAddress.throttleKey("10.0.0.1") == "10.0.0.1")
  }

  @Test(arguments: ["1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", ":::", "1::2::3", "12345::", "", "g::"])
  func whatIsNoAddressIsNone(_ text: String) { #expect(IPAddress(text) == nil) }
}

@Suite struct BucketTests {
  @Test func tokensComeBackWithTime() {
    let limit = TokenBucket.Limit(burst: 2, refillSeconds: 10)
    var bucket = TokenBucket(full: limit, at: 0)
    #expect(bucket.take(limit, now: 0) == nil && bucket.take(limit, now: 0) == nil)
    #expect(bucket.take(limit, now: 1_000_000) == 9)
    #expect(bucket.take(limit, now: 11_000_000) == nil)
    #expect(bucket.take(limit, now: 5_000_000) == 9)
  }
}
