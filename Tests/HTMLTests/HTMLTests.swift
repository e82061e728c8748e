import HTML
import Testing

@Suite struct HTMLTests {
  @Test func textIsEscapedOnItsWayIn() {
    let name = "<script>alert('1 & \"2\"')</script>"
    let html: HTML = "<p title=\"\(name)\">\(name)</p>"
    let escaped = "&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)&lt;/script&gt;"
    #expect(html.text == "<p title=\"\(escaped)\">\(escaped)</p>")
  }

  @Test func markupGoesInAsItIs() {
    let inner: HTML = "<b>x</b>"
    let flag = true
    let maybe: HTML? = nil
    let html: HTML = "<p>\(inner)\(flag ? "<i>y</i>" : "")\(maybe)\([inner, inner])\(-1203)\(0)</p>"
    #expect(html.text == "<p><b>x</b><i>y</i><b>x</b><b>x</b>-12030</p>")
  }

  @Test func missingTextIsNothing() {
    let missing: String? = nil
    let html: HTML = "<p>\(missing)</p>"
    #expect(html.text == "<p></p>")
  }

  @Test(arguments: ["", "plain", "ünïcödé 映画", "\u{2028}</p>", "&amp;", "'"])
  func escapedTextHasNoMarkup(_ text: String) {
    let escaped = HTML(text: text).text
    #expect(!escaped.contains("<") && !escaped.contains("\"") && !escaped.contains("'"))
  }
}
