import HTML

/// What a source of facts adds to the page of a title.
enum DetailViews {
  /// Votes and certificate, for the line of facts.
  static func facts(_ page: TitleStore.Page, _ frame: Frame) -> [String] {
    let t = frame.t
    let details = page.details
    let score = details.score.map { score in
      t(.scoreOf, ["score": t.decimal(tenths: score)])
    }
    return [details.certificate.map { t(.certificate, ["name": $0]) }, score].compactMap { $0 }
  }

  /// The line under the name, what it is about, and the way to its trailer.
  static func about(_ page: TitleStore.Page, _ frame: Frame) -> HTML {
    let t = frame.t
    let details = page.details
    let overview = details.overview.flatMap { $0.isEmpty ? nil : $0 } ?? page.title.overview
    let tagline: HTML = details.tagline.isEmpty ? HTML() : "<p class=\"tagline\">\(details.tagline)</p>"
    let text: HTML = overview.isEmpty ? HTML() : "<p class=\"overview\">\(overview)</p>"
    let name: HTML =
      details.name.flatMap { $0.isEmpty || $0 == page.title.name ? nil : $0 }.map {
        "<p class=\"mute\">\(t(.translatedName, ["name": $0]))</p>"
      } ?? HTML()
    let trailer: HTML =
      details.trailer.flatMap(address).map {
        "<p><a href=\"\($0)\" rel=\"noreferrer\">\(t(.trailer))</a></p>"
      } ?? HTML()
    return "\(tagline)\(name)\(text)\(trailer)"
  }

  private static func address(_ video: (site: String, key: String)) -> String? {
    guard
      video.key.utf8.allSatisfy({ byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "-_".utf8.contains(byte)
      })
    else { return nil }
    switch video.site {
    case "YouTube": return "https://www.youtube.com/watch?v=\(video.key)"
    case "Vimeo": return "https://vimeo.com/\(video.key)"
    default: return nil
    }
  }

  /// The cast with their pictures and whom they play; nothing where neither is known.
  static func cast(_ page: TitleStore.Page, _ frame: Frame) -> HTML? {
    let cast = page.credits.filter { $0.job == "cast" }
    guard cast.contains(where: { !$0.part.isEmpty || $0.picture != nil }) else { return nil }
    let t = frame.t
    return """
      <section aria-labelledby="cast-h"><h2 id="cast-h">\(t(.castHead))</h2>\
      <ul class="cast" tabindex="0" aria-labelledby="cast-h">\(cast.map { credit in
        """
        <li><a href="\(URLs.person(credit.id))">\(Views.face(credit.picture, name: credit.person))\
        <span class="name">\(credit.person)</span></a><span class="mute">\(credit.part)</span></li>
        """ as HTML
      })</ul></section>
      """
  }

  /// Where it can be seen in the person's country.
  static func offers(_ page: TitleStore.Page, _ frame: Frame, user: User) -> HTML {
    let t = frame.t
    guard page.details.fetchedAt != nil else { return HTML() }
    let country = Countries.name(user.country, t.language)
    let kinds: [(Facts.Offer.Kind, Key)] = [
      (.stream, .offerStream), (.free, .offerFree), (.ads, .offerAds), (.rent, .offerRent), (.buy, .offerBuy),
    ]
    let groups = kinds.compactMap { kind, key -> HTML? in
      let offers = page.offers.filter { $0.kind == kind }
      guard !offers.isEmpty else { return nil }
      return """
        <dt>\(t(key))</dt><dd><ul class="services">\(offers.map { offer in
          """
          <li\(offer.isMine ? " class=\"mine\"" as HTML : HTML())>\
          \(Views.logo(offer.logo, name: offer.name, isNamed: true))<span>\(offer.name)</span>\
          \(offer.isMine ? "<span class=\"hidden\">, \(t(.serviceMine))</span>" as HTML : HTML())</li>
          """ as HTML
        })</ul></dd>
        """
    }
    let body: HTML =
      groups.isEmpty
      ? "<p class=\"mute\">\(t(.offersNone, ["country": country]))</p>" : "<dl class=\"watch\">\(groups)</dl>"
    return """
      <section aria-labelledby="offers-h"><div class="head"><h2 id="offers-h">\
      \(t(.offersHead, ["country": country]))</h2><a href="/settings/watching">\(t(.offersChange))</a></div>\(body)\
      <p class="mute small">\(t(.offersSource))</p></section>
      """
  }

  /// What is like it.
  static func related(_ page: TitleStore.Page, _ frame: Frame) -> HTML {
    guard !page.related.isEmpty else { return HTML() }
    let t = frame.t
    return """
      <section aria-labelledby="related-h"><h2 id="related-h">\(t(.relatedHead))</h2>\
      <ul class="grid">\(page.related.map { card($0, t) })</ul></section>
      """
  }

  /// A title in brief.
  static func card(_ card: DetailStore.Card, _ t: Texts) -> HTML {
    let facts = [
      Views.kind(card.kind, t), card.year.map(String.init),
      card.status.flatMap { $0 == .none ? nil : Views.status($0, t) },
    ]
    return """
      <li class="card" data-item><a href="\(URLs.title(card.id, name: card.name))">\
      \(Views.poster(card.id, card.poster))<h3>\(card.name)</h3></a>\
      <p class="meta">\(facts.compactMap { $0 }.joined(separator: Views.separator))</p></li>
      """
  }

  /// The series of films it belongs to.
  static func collection(_ page: TitleStore.Page, _ t: Texts) -> HTML {
    guard let collection = page.details.collection else { return HTML() }
    let link: HTML = "<a href=\"\(URLs.collection(collection.id))\">\(collection.name)</a>"
    return "<p class=\"mute\">\(t(.partOf)) \(link)</p>"
  }

  /// The other orders of its episodes.
  static func orders(_ page: TitleStore.Page, _ t: Texts) -> HTML {
    guard !page.orders.isEmpty else { return HTML() }
    let links = page.orders.map { order -> HTML in
      "<a class=\"chip\" href=\"\(URLs.order(page.title.id, order.id))\">\(order.name)</a>"
    }
    return """
      <nav class="chips" aria-label="\(t(.orderOthers))"><span class="mute">\(t(.orderOthers))</span>\(links)</nav>
      """
  }

  /// Where the facts come from, how fresh they are, and the way to have them asked for again.
  static func source(_ page: TitleStore.Page, _ frame: Frame, back: String) -> HTML {
    let t = frame.t
    let title = page.title
    let details = page.details
    let imdb: HTML? = title.imdbID.map {
      "<a rel=\"noreferrer\" href=\"https://www.imdb.com/title/\($0)/\">IMDb</a>"
    }
    let tmdb: HTML? = title.tmdbID.map {
      let kind = title.kind == .movie ? "movie" : "tv"
      return "<a rel=\"noreferrer\" href=\"https://www.themoviedb.org/\(kind)/\($0)\">TMDB</a>"
    }
    let key: Key =
      switch title.source {
      case "tmdb": .sourceTMDB
      case "imdb": .sourceIMDb
      case "own": .sourceOwn
      default: .sourceStarter
      }
    let asOf: String = details.fetchedAt.map { " " + t(.sourceAsOf, ["date": frame.dates.moment($0)]) } ?? ""
    let gone: HTML = details.goneAt == nil ? HTML() : "<p class=\"note\">\(t(.sourceGone))</p>"
    var refresh = HTML()
    if page.hasSource(frame.app.config), title.ownerID == nil, title.tmdbID != nil || title.imdbID != nil {
      refresh = """
        <form class="inline" method="post" action="\(URLs.refresh(title.id))" data-plain>\
        \(Views.hidden("back", back))<button class="btn small">\(t(.refreshButton))</button></form>\
        \(state(details, frame))
        """
    }
    return """
      \(gone)<div class="source mute"><p>\(t(key))\(asOf) \(imdb) \(tmdb)</p>\(refresh)\(relink(page, t))</div>
      """
  }

  /// The way to say that what was recorded belongs to another title.
  private static func relink(_ page: TitleStore.Page, _ t: Texts) -> HTML {
    guard page.entry != nil || page.playsCount > 0 || page.shelf != nil else { return HTML() }
    return "<a href=\"\(URLs.relink(page.title.id))\">\(t(.relinkLink))</a>"
  }

  private static func state(_ details: DetailStore.Details, _ frame: Frame) -> HTML {
    let t = frame.t
    guard let fetch = details.fetch else {
      return details.fetchedAt == nil ? "<span data-coming>\(t(.fetchComing))</span>" : HTML()
    }
    if fetch.failures > 0 || fetch.problem != nil {
      return "<span>\(t(.fetchFailed, ["date": frame.dates.moment(fetch.dueAt)]))</span>"
    }
    if fetch.isUnderWay || fetch.dueAt <= frame.visitor.now || details.fetchedAt == nil {
      return "<span data-coming>\(t(.fetchComing))</span>"
    }
    return HTML()
  }
}
