import HTML

/// The one way a page asks when something was watched.
extension Views {
  /// What a form for a date does, beside the date itself.
  struct WhenAction {
    /// Where it goes.
    let action: String
    /// Where it comes back to.
    let back: String
    /// Of the field; unique on the page.
    let id: String
    /// What the field holds.
    var value = ""
    /// Hidden fields of both forms.
    var hidden = HTML()
    /// Further fields beside the date.
    var fields = HTML()
    /// What the button under the field says.
    var save = Key.save
    /// Whether "now" is offered as well.
    var offersNow = false
    /// Further buttons beside "release date" and "unknown".
    var buttons = HTML()
  }

  /// A field for a date in any spelling with its button, and a button for each date that needs no typing.
  static func whenForms(_ form: WhenAction, _ t: Texts) -> HTML {
    let now: [(String, Key)] = form.offersNow ? [("now", .whenNow)] : []
    let choices = now + [("release", .whenRelease), ("unknown", .whenUnknown)]
    return """
      <form class="whenform" method="post" action="\(form.action)">\(hidden("back", form.back))\(form.hidden)\
      \(whenField(form.id, value: form.value, t))\(form.fields)<button class="btn small">\(t(form.save))</button>\
      \(whenHint(form.id, t))</form>
      <form class="row" method="post" action="\(form.action)">\(hidden("back", form.back))\(form.hidden)\
      \(choices.map { value, key -> HTML in
        "<button class=\"btn small\" name=\"when\" value=\"\(value)\">\(t(key))</button>"
      })\(form.buttons)</form>
      """
  }

  /// The field alone; `whenHint` belongs beside it.
  static func whenField(
    _ id: String, value: String = "", isRequired: Bool = true, isWrong: Bool = false, _ t: Texts
  ) -> HTML {
    """
    <div class="field"><label for="\(id)">\(t(.whenDate))</label><input id="\(id)" name="when" value="\(value)" \
    inputmode="text" autocomplete="off" maxlength="\(WhenText.length)" \
    list="when-words" aria-describedby="\(id)-hint"\(isRequired ? " required" as HTML : HTML())\
    \(isWrong ? " aria-invalid=\"true\"" as HTML : HTML())></div>
    """
  }

  /// How a date may be written.
  static func whenHint(_ id: String, _ t: Texts) -> HTML {
    "<p class=\"hint\" id=\"\(id)-hint\">\(t(.whenHint))</p>"
  }

  /// Words that every date field offers; once a page.
  static func whenWords(_ t: Texts) -> HTML {
    let words = [t(.today), t(.yesterday), t(.whenWordNight), t(.whenWordRelease), t(.whenWordUnknown)]
    return "<datalist id=\"when-words\">\(words.map { "<option value=\"\($0)\"></option>" as HTML })</datalist>"
  }

  /// Changes the date of what was just marked, without leaving the page.
  static func whenForm(_ line: ActivityLine, back: String, _ frame: Frame) -> HTML {
    guard line.kind == .watched || line.detail.act == .watched else { return HTML() }
    let form = WhenAction(
      action: URLs.when(line.id), back: back, id: "when-a\(line.id)", offersNow: true)
    return """
       <details class="when"><summary>\(frame.t(.changeDate))</summary>\(whenForms(form, frame.t))</details>
      """
  }
}
