import HTML

/// The page of a series of films.
enum CollectionViews {
  static func main(
    _ collection: CollectionStore.Collection, _ lines: [LibraryStore.Card], _ frame: Frame, user: User
  ) -> HTML {
    let t = frame.t
    let seen = lines.filter { $0.plays > 0 }.count
    return """
      <h1>\(collection.name)</h1><p class="overview">\(collection.overview)</p>
      <div class="progress-line">\(Views.progress(seen: seen, of: lines.count, t))\
      <p class="mute">\(t(.seenFilms, n: seen, ["of": t.number(lines.count)]))</p></div>
      <h2 class="hidden">\(t(.collectionFilms))</h2>
      <ul class="grid">\(lines.map { Views.card($0, frame, scale: user.scale, showsStatus: true, extra: HTML()) })</ul>
      """
  }
}
