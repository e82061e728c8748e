import HTML
import HTTPTypes
import Hummingbird
import SQL
import Web

/// A show's episodes in another order than by seasons.
struct OrderPages: Sendable {
  let app: App

  func addRoutes(to router: RouterGroup<SignedIn>) {
    router.get("/titles/{id}/orders/{number}", use: order)
  }

  @Sendable func order(_ request: Request, _ context: SignedIn) async throws -> Response {
    let (id, number) = (try context.id("id"), try context.id("number"))
    let done = try request.query()["done"].flatMap { Int(digits: $0) }
    let user = context.user
    let found = try await app.database.read { connection in
      guard let title = try CatalogueStore.title(connection, user: user.id, id: id),
        let order = try OrderStore.order(connection, title: id, id: number)
      else { throw Problem.notFound }
      let pass = try PassStore.open(connection, user: user.id, title: id)?.id ?? 0
      return (
        title: title, order: order,
        items: try OrderStore.items(connection, user: user.id, order: order.id, pass: pass),
        line: try done.flatMap { try ActivityStore.line(connection, user: user.id, id: $0) }
      )
    }
    if FetchRules.isStale(found.order.fetchedAt, now: context.visitor.now) {
      app.fetchBell.want(.order(found.order.tmdbID))
    }
    let frame = Frame(app: app, visitor: context.visitor)
    let back = URLs.order(id, number)
    return frame.page(
      title: found.order.name + " – " + found.title.name, place: .library,
      answer: Views.answer(found.line, back: back, frame),
      main: OrderViews.main(found.title, found.order, found.items, frame, user: user, back: back))
  }
}

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
