import HTML

/// A play with what can be done with it.
enum PlayViews {
  /// Longer notes, in bytes, are shown and changed in the history only.
  static let noteBytes = 1_000
  /// How much of a note a line shows, in characters.
  private static let noteShown = 140

  /// A line of a list of plays.
  ///
  /// - Parameter place: begins the ids of a list on a page that has the same play in another list too.
  static func line(
    _ play: Play, episode: Episode?, _ frame: Frame, back: String, place: String = ""
  ) -> HTML {
    let id = play.id
    let what = episode.map { Views.code($0.season, $0.number, frame.t) + " · " } ?? ""
    return """
      <li id="\(place)p\(id)"><span class="what" id="\(place)w-\(id)">\(what)\
      <time>\(frame.dates.text(play.time))</time></span>\(note(play))\
      \(editor(play, frame, back: back, place: place, hasNote: play.note.utf8.count <= noteBytes))</li>
      """
  }

  /// The beginning of a play's note.
  static func note(_ play: Play) -> HTML {
    if play.note.isEmpty { return HTML() }
    let shown = play.note.prefix(noteShown)
    return "<p class=\"meta playnote\">\(shown + (shown.endIndex == play.note.endIndex ? "" : "…"))</p>"
  }

  /// Changes date and note, or removes the play; the id of what names it is `place`, `w-` and its number.
  static func editor(
    _ play: Play, _ frame: Frame, back: String, place: String = "", hasNote: Bool = true
  ) -> HTML {
    let t = frame.t
    let id = play.id
    func own(_ name: String) -> String { "\(place)\(name)-\(id)" }
    let note: HTML =
      hasNote
      ? """
      <div class="field"><label for="\(own("n"))">\(t(.playNote))</label><textarea id="\(own("n"))" name="note" \
      rows="1" maxlength="\(EntryForm.noteLength)">\(play.note)</textarea></div>
      """ : HTML()
    let remove: HTML = """
      <button class="btn small danger" formaction="\(URLs.play(id))/delete" id="\(own("r"))" \
      aria-labelledby="\(own("r")) \(own("w"))">\(t(.remove))</button>
      """
    let form = Views.WhenAction(
      action: URLs.play(id), back: back, id: own("when"), value: frame.dates.field(play.time), fields: note,
      buttons: remove)
    return """
      <details class="when"><summary id="\(own("c"))" aria-labelledby="\(own("c")) \(own("w"))">\(t(.change))</summary>\
      \(Views.whenForms(form, t))</details>
      """
  }
}
