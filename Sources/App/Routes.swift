import HTTPTypes
public import Hummingbird

extension App {
  /// Every route of the site, and the layer around all of them.
  public func makeRouter() -> Router<Visit> {
    // The layer needs the table of routes, and the routes need the layer added before them.
    let table = RouteTable(routes(in: addRoutes(to: Router(context: Visit.self, options: .autoGenerateHeadEndpoints))))
    let router = Router(context: Visit.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: Edge(app: self, pages: ErrorPages(app: self), routes: table))
    return addRoutes(to: router)
  }

  private func routes(in router: Router<Visit>) -> [(method: String, path: String)] {
    router.routes.map { ($0.method.rawValue, $0.path.description) }
  }

  private func addRoutes(to router: Router<Visit>) -> Router<Visit> {
    let accounts = AccountsPages(app: self)
    let health = HealthPages(app: self)
    let calendar = CalendarPages(app: self)
    let phone = PhonePages(app: self)
    health.addRoutes(to: router)
    phone.addRoutes(to: router)
    HomePages(app: self).addRoutes(to: router)
    accounts.addRoutes(to: router)
    calendar.addRoutes(to: router)

    let signedIn = router.group(context: SignedIn.self)
    accounts.addSignedInRoutes(to: signedIn)
    health.addSignedInRoutes(to: signedIn)
    phone.addSignedInRoutes(to: signedIn)
    SearchPages(app: self).addRoutes(to: signedIn)
    OwnTitlePages(app: self).addRoutes(to: signedIn)
    TitlePages(app: self).addRoutes(to: signedIn)
    RelinkPages(app: self).addRoutes(to: signedIn)
    OrderPages(app: self).addRoutes(to: signedIn)
    EpisodePages(app: self).addRoutes(to: signedIn)
    LibraryPages(app: self).addRoutes(to: signedIn)
    ListPages(app: self).addRoutes(to: signedIn)
    HistoryPages(app: self).addRoutes(to: signedIn)
    DiaryPages(app: self).addRoutes(to: signedIn)
    PeoplePages(app: self).addRoutes(to: signedIn)
    ActivityPages(app: self).addRoutes(to: signedIn)
    calendar.addSignedInRoutes(to: signedIn)
    StatisticsPages(app: self).addRoutes(to: signedIn)
    SettingsPages(app: self, accounts: accounts).addRoutes(to: signedIn)
    ExportPages(app: self).addRoutes(to: signedIn)
    ImportPages(app: self).addRoutes(to: signedIn)

    CataloguePages(app: self).addRoutes(to: signedIn)
    PicturePages(app: self, pictures: pictures).addRoutes(to: signedIn)
    WatchingPages(app: self).addRoutes(to: signedIn)
    DiscoverPages(app: self).addRoutes(to: signedIn)

    let administrators = signedIn.group(context: Administrator.self)
    AdminPages(app: self).addRoutes(to: administrators)
    AdminCataloguePages(app: self).addRoutes(to: administrators)
    return router
  }
}
