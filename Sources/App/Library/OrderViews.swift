import HTML

/// The page of an order.
enum OrderViews {
  static func main(
    _ title: Title, _ order: OrderStore.Order, _ items: [OrderStore.Item], _ frame: Frame, user: User, back: String
  ) -> HTML {
    let t = frame.t
    let seen = items.count { $0.play != nil }
    return """
      <p><a href="\(URLs.title(title.id, name: title.name))">← \(title.name)</a></p><h1>\(order.name)</h1>
      <p class="mute">\(t(.orderLead, ["name": title.name]))</p>\(items.isEmpty ? nothing(order, t) : HTML())
      \(items.isEmpty ? HTML() : progress(seen: seen, of: items.count, t))\
      \(parts(items).map { part($0.name, $0.items, title, frame, user: user, back: back) })
      """
  }

  private static func nothing(_ order: OrderStore.Order, _ t: Texts) -> HTML {
    order.fetchedAt == nil
      ? "<p class=\"mute\" data-coming>\(t(.fetchComing))</p>" : "<p class=\"mute\">\(t(.noEpisodes))</p>"
  }

  private static func progress(seen: Int, of count: Int, _ t: Texts) -> HTML {
    """
    <div class="progress-line">\(Views.progress(seen: seen, of: count, t))\
    <p class="mute">\(t(.seenOf, n: seen, ["due": t.number(count)]))</p></div>
    """
  }

  /// The episodes by what they belong to, in their order.
  private static func parts(_ items: [OrderStore.Item]) -> [(name: String, items: [OrderStore.Item])] {
    var parts: [(name: String, items: [OrderStore.Item])] = []
    for item in items {
      if parts.last?.name == item.part {
        parts[parts.count - 1].items.append(item)
      } else {
        parts.append((item.part, [item]))
      }
    }
    return parts
  }

  private static func part(
    _ name: String, _ items: [OrderStore.Item], _ title: Title, _ frame: Frame, user: User, back: String
  ) -> HTML {
    """
    <section class="season"><div class="head"><h2>\(name.isEmpty ? frame.t(.orderEpisodes) : name)</h2></div>
    <form method="post" action="\(URLs.plays(title.id))" data-plain>\(Views.hidden("back", back))\
    <ol class="eps">\(items.enumerated().map { row($1, place: $0 + 1, frame, user: user) })</ol></form></section>
    """
  }

  private static func row(_ item: OrderStore.Item, place: Int, _ frame: Frame, user: User) -> HTML {
    let t = frame.t
    let episode = item.episode
    let hasAired = episode.hasAired(by: frame.dates.today)
    let name = Views.episodeName(episode, isHidden: user.hidesUnseen && item.play == nil, t)
    let date = episode.aired.map { t(hasAired ? .airedOn : .airsOn, ["date": frame.dates.text($0)]) } ?? ""
    let tick: HTML =
      item.play.map { play in
        """
        <button class="tick" formaction="/plays/\(play)/delete" aria-pressed="true" \
        aria-label="\(t(.untickLabel, ["what": name]))">\(Icon.tick.svg)</button>
        """
      } ?? """
        <button class="tick" name="episode" value="\(episode.id)" aria-pressed="false" \
        aria-label="\(t(.tickLabel, ["what": name]))">\(Icon.tick.svg)</button>
        """
    return """
      <li id="e\(episode.id)" class="\(item.play != nil ? "seen" : hasAired ? "" : "unaired")" data-item>\
      <span class="n" aria-hidden="true">\(place)</span><span class="name">\(name)</span><span class="d">\(date)</span>\
      <span class="more"></span>\(tick)</li>
      """
  }
}
