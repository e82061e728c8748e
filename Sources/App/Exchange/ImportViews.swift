import HTML

/// The pages of an import.
enum ImportViews {
  /// The form with its file.
  static func form(_ errors: FieldErrors, isEmpty: Bool, _ frame: Frame) -> HTML {
    let t = frame.t
    let head: HTML = "<h1>\(t(.importHead))</h1>\(Views.errors(errors, t))"
    if !isEmpty {
      return """
        \(head)<div class="empty" id="file" tabindex="-1"><h2>\(t(.importNotEmptyHead))</h2>\
        <p>\(t(.importNotEmpty))</p>
        <p class="row"><a class="btn" href="\(URLs.activity)">\(t(.navActivity))</a>\
        <a class="btn" href="/settings/data">\(t(.settingsData))</a></p></div>
        """
    }
    let size = String(RecordImport.maximumBytes >> 20)
    return """
      \(head)<p>\(t(.importLead))</p>
      <form class="stack" method="post" action="\(URLs.importing)" enctype="multipart/form-data" data-plain>
      \(Views.field("file", label: t(.importFile), hint: t(.importFileHint, ["mb": size]), error: errors["file"]) {
        "<input class=\"drop\" type=\"file\" \($0) accept=\".json,application/json\" required>"
      })
      <p class="row"><button class="btn pri" name="act" value="import">\(t(.importButton))</button>\
      <button class="btn" name="act" value="look">\(t(.importLook))</button></p></form>
      """
  }

  /// What was done, or would be.
  static func report(_ report: ImportReport, isLook: Bool, _ frame: Frame) -> HTML {
    let t = frame.t
    let head = t(isLook ? .importLookHead : .importReportHead)
    let rows = report.counts.map { key, count -> HTML in
      "<tr><th scope=\"row\">\(t(key))</th><td>\(t.number(count))</td></tr>"
    }
    let counts: HTML =
      rows.isEmpty
      ? "<p>\(t(.importNothing))</p>"
      : """
      <table class="data"><caption class="hidden">\(head)</caption><thead><tr><th scope="col">\(t(.importWhat))</th>\
      <th scope="col">\(t(.importCount))</th></tr></thead><tbody>\(rows)</tbody></table>
      """
    let next: HTML =
      isLook
      ? """
      <p>\(t(.importLooked))</p><p class="row"><a class="btn pri" href="\(URLs.importing)">\(t(.goBack))</a></p>
      """
      : "<p class=\"row\"><a class=\"btn pri\" href=\"\(URLs.library)\">\(t(.navLibrary))</a></p>"
    let places = report.passedOver.map { "<li><code>\($0.place)</code>: \(t.number($0.count))</li>" as HTML }
    let passed: HTML = places.isEmpty ? HTML() : "<h2>\(t(.importPassed))</h2><ul>\(places)</ul>"
    return """
      <h1>\(head)</h1>\(counts)
      \(names(report.unmatched, of: report.unmatchedCount, .importUnmatched, isLook: isLook, t))
      \(names(report.copied, of: report.copiedCount, .importCopied, isLook: isLook, t))\(passed)\(next)
      """
  }

  private static func names(
    _ names: [ImportReport.Name], of count: Int, _ heading: Key, isLook: Bool, _ t: Texts
  ) -> HTML {
    if names.isEmpty { return HTML() }
    let items = names.map { title -> HTML in
      let year: HTML = title.year.map { " <span class=\"mute\">\($0)</span>" } ?? HTML()
      return isLook
        ? "<li>\(title.name)\(year)</li>"
        : "<li><a href=\"\(URLs.title(title.id, name: title.name))\">\(title.name)</a>\(year)</li>"
    }
    let more: HTML =
      count > names.count ? "<p class=\"mute\">\(t(.importMore, n: count - names.count))</p>" : HTML()
    return "<h2>\(t(heading, n: count))</h2><ul>\(items)</ul>\(more)"
  }
}

extension ImportReport {
  /// What there is, in the order it is said; what there is none of is left out.
  var counts: [(Key, Int)] {
    let all: [(Key, Int)] = [
      (.importTitles, titles), (.importPlays, plays), (.importSkips, skips), (.importRatings, ratings),
      (.importPasses, passes), (.importLists, lists), (.importOwn, own),
    ]
    return all.filter { $0.1 > 0 }
  }

  /// The whole report as lines of text.
  func lines(_ t: Texts) -> [String] {
    var lines = counts.map { "\(t($0.0)): \($0.1)" }
    if lines.isEmpty { lines.append(t(.importNothing)) }
    for (names, count, heading) in [
      (unmatched, unmatchedCount, Key.importUnmatched), (copied, copiedCount, .importCopied),
    ] where count > 0 {
      lines.append(t(heading, n: count))
      lines += names.map { "  \($0.name)" + ($0.year.map { " (\($0))" } ?? "") }
      if count > names.count { lines.append("  " + t(.importMore, n: count - names.count)) }
    }
    if !passedOver.isEmpty {
      lines.append(t(.importPassed))
      lines += passedOver.map { "  \($0.place): \($0.count)" }
    }
    return lines
  }
}

extension ImportRefusal {
  /// It in words.
  func sentence(_ t: Texts) -> String {
    switch self {
    case .notEmpty: t(.importNotEmpty)
    case .tooManyTitles: t(.problemTooManyTitles)
    }
  }
}

extension ImportMistake {
  /// It in words, with its place.
  func sentence(_ t: Texts) -> String {
    let what = t(Self.keys[reason] ?? .importBadJSON, ["value": value])
    let at = ["place": place, "line": String(line), "what": what]
    return place.isEmpty ? t(.importAtLine, ["line": String(line), "what": what]) : t(.importAt, at)
  }

  private static let keys: [Reason: Key] = [
    .badJSON: .importBadJSON, .truncated: .importTruncated, .notRecord: .importNotRecord, .newer: .importNewer,
    .unknown: .importUnknown, .missing: .importMissing, .twice: .importTwice, .wantsText: .importWantsText,
    .wantsNumber: .importWantsNumber, .wantsTruth: .importWantsTruth, .wantsList: .importWantsList,
    .wantsObject: .importWantsObject, .nul: .importNul, .deep: .importDeep, .long: .importLong, .range: .importRange,
    .future: .importFuture, .date: .importDate, .precision: .importPrecision, .rating: .importRating,
    .value: .importValue, .reference: .importReference, .film: .importFilm, .openPasses: .importOpenPasses,
    .tooMuch: .importTooMuch,
  ]
}
