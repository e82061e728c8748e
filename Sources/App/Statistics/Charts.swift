import HTML

/// A chart with the figures it is drawn from.
struct Chart: Sendable {
  /// A bar, and the row of the table that says the same.
  struct Bar: Sendable {
    /// What stands below the bar; empty where there is no room.
    var axis = ""
    /// The name in the table.
    let name: String
    /// Where the name leads.
    var link: String?
    /// How long the bar is.
    let value: Int
    /// The figures behind the name.
    let cells: [String]
  }

  /// Its heading.
  let title: String
  /// The heading of the names.
  let head: String
  /// The headings of the figures.
  let columns: [String]
  let bars: [Bar]
  /// What it leaves out.
  var note: String?
  /// The greatest bar in words, such as `Friday, 12 plays`.
  var most: @Sendable (Bar) -> String = { $0.name }
}

/// Draws charts as inline SVG, each with its figures in a table. Lengths are in units of the drawing, a tenth of a
/// pixel at its least width; colours come from the style sheet.
enum Charts {
  private static let (width, height, base, top) = (3_400, 1_500, 1_270, 170)

  /// Columns beside each other, with the table folded away below; nothing without a value.
  static func columns(_ chart: Chart, _ t: Texts) -> HTML {
    guard let most = chart.bars.max(by: { $0.value < $1.value }), most.value > 0 else { return HTML() }
    let label = t(.statsChartLabel, ["what": chart.title, "most": chart.most(most)])
    return """
      <section class="chart"><h2>\(chart.title)</h2>\(note(chart))
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(label)">\(drawn(chart.bars, most: most.value, t))\
      <path d="M0 \(base)H\(width)"/></svg>
      <details><summary>\(t(.statsFigures))<span class="hidden"> – \(chart.title)</span></summary>\(table(chart))\
      </details></section>
      """
  }

  private static func drawn(_ bars: [Chart.Bar], most: Int, _ t: Texts) -> [HTML] {
    var isLabelled = false
    return bars.enumerated().map { place, bar in
      let (left, right) = (width * place / bars.count, width * (place + 1) / bars.count)
      let middle = (left + right) / 2
      let gap = (right - left) / 7
      // The least of something is still seen to be something.
      let tall = bar.value == 0 ? 0 : max(20, bar.value * (base - top) / most)
      // Few columns all have their number above them, of many only the (first) greatest.
      let isNumbered = bar.value > 0 && (bars.count <= 12 || (bar.value == most && !isLabelled))
      if bar.value == most { isLabelled = true }
      // At the edges a number keeps within the drawing.
      let x = min(max(middle, 150), width - 150)
      let number: HTML =
        isNumbered ? "<text x=\"\(x)\" y=\"\(base - tall - 40)\">\(t.number(bar.value))</text>" : HTML()
      let axis: HTML = bar.axis.isEmpty ? HTML() : "<text x=\"\(x)\" y=\"\(base + 150)\">\(bar.axis)</text>"
      return """
        <rect x="\(left + gap)" y="\(base - tall)" width="\(max(right - left - 2 * gap, 8))" height="\(tall)"/>\
        \(number)\(axis)
        """
    }
  }

  /// A table whose rows have a bar each, the longest as wide as its column; nothing without rows.
  static func ranking(_ chart: Chart, _ t: Texts) -> HTML {
    guard let most = chart.bars.map(\.value).max() else { return HTML() }
    let rows = chart.bars.map { bar -> HTML in
      """
      <tr><th scope="row">\(name(bar))</th><td class="share"><svg viewBox="0 0 100 10" preserveAspectRatio="none" \
      aria-hidden="true"><rect width="\(max(1, bar.value * 100 / max(most, 1)))" height="10"/></svg></td>\
      \(bar.cells.map { "<td class=\"num\">\($0)</td>" as HTML })</tr>
      """
    }
    return """
      <section class="chart"><h2>\(chart.title)</h2>\(note(chart))<div class="scroll" tabindex="0" role="region" \
      aria-label="\(chart.title)"><table class="data"><caption class="hidden">\(chart.title)</caption>\
      <thead><tr><th scope="col">\(chart.head)</th>\
      <th scope="col"><span class="hidden">\(chart.title)</span></th>\(heads(chart))</tr></thead>
      <tbody>\(rows)</tbody></table></div></section>
      """
  }

  private static func table(_ chart: Chart) -> HTML {
    let rows = chart.bars.map { bar -> HTML in
      """
      <tr><th scope="row">\(name(bar))</th>\(bar.cells.map { "<td class=\"num\">\($0)</td>" as HTML })</tr>
      """
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(chart.title)"><table class="data">\
      <caption class="hidden">\(chart.title)</caption>\
      <thead><tr><th scope="col">\(chart.head)</th>\(heads(chart))</tr></thead><tbody>\(rows)</tbody></table></div>
      """
  }

  private static func heads(_ chart: Chart) -> [HTML] {
    chart.columns.map { "<th scope=\"col\" class=\"num\">\($0)</th>" }
  }

  private static func name(_ bar: Chart.Bar) -> HTML {
    bar.link.map { "<a href=\"\($0)\">\(bar.name)</a>" } ?? HTML(text: bar.name)
  }

  private static func note(_ chart: Chart) -> HTML {
    chart.note.map { "<p class=\"mute\">\($0)</p>" } ?? HTML()
  }
}
