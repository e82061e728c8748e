import Web

extension LibraryStore {
  /// What a person looks for in their library, in which order, and which part of it.
  struct Filter: Sendable, Equatable {
    var status: Status?
    var kind: TitleKind?
    var genre: String?
    /// The first year of ten.
    var decade: Int?
    /// An ISO 3166 code.
    var country: String?
    var person: Int?
    var runtime: Runtime?
    var rating: Rating?
    /// A year in which it was watched.
    var watched: Int?
    var isFavourite = false
    /// Folded.
    var text: String?
    var sort = Sort.name
    /// Whether the order runs against its usual direction.
    var isReversed = false
    var page = 1
    /// The last row of the page before; then `page` is 1.
    var after: Place?

    /// Whether anything but the kind and the status is asked for.
    var isNarrowed: Bool { genre != nil || text != nil || hasMore }

    /// Whether one of the filters is set that the page keeps behind "More filters".
    var hasMore: Bool {
      decade != nil || country != nil || person != nil || runtime != nil || rating != nil || watched != nil
        || isFavourite
    }

    /// The same in another order or with other filters begins at the first page.
    func fromStart(_ change: (inout Filter) -> Void = { _ in }) -> Filter {
      var copy = self
      copy.page = 1
      copy.after = nil
      change(&copy)
      return copy
    }
  }

  /// The orders of the library.
  enum Sort: String, Sendable, CaseIterable {
    case name, added, watched, rating, year, progress

    /// Whether its usual direction goes up.
    var isAscending: Bool { self == .name }
  }

  /// How long something runs, in minutes.
  enum Runtime: String, Sendable, CaseIterable {
    case short = "0-90"
    case usual = "90-120"
    case long = "120-150"
    case longest = "150-"

    /// From the first up to, and without, the second.
    var minutes: (from: Int, to: Int) {
      switch self {
      case .short: (0, 90)
      case .usual: (90, 120)
      case .long: (120, 150)
      case .longest: (150, 1_000_000)
      }
    }
  }

  /// Which ratings, from 0 to 100.
  enum Rating: Sendable, Equatable {
    case none
    case range(Int, Int)

    /// As it stands in the address: `none` or `70-100`.
    var text: String {
      switch self {
      case .none: "none"
      case .range(let from, let to): "\(from)-\(to)"
      }
    }

    /// Reads it back; nil when it is not one.
    init?(_ text: String) {
      if text == "none" {
        self = .none
        return
      }
      let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int(digits: $0) }
      guard parts.count == 2, let from = parts[0], let to = parts[1], from <= to, to <= 100 else { return nil }
      self = .range(from, to)
    }
  }

  /// The row after which a page begins: its id, and the value it is sorted by; without one it has none.
  struct Place: Sendable, Equatable {
    enum Value: Sendable, Equatable {
      case missing
      case number(Int)
      case text(String)
    }
    let id: Int
    let value: Value

    /// As it stands in the address: `17~office`, or `17` alone.
    var text: String {
      switch value {
      case .missing: "\(id)"
      case .number(let number): "\(id)~\(number)"
      case .text(let text): "\(id)~\(text)"
      }
    }

    init(id: Int, value: Value) {
      self.id = id
      self.value = value
    }

    /// Reads it back; nil when it is no place in this order.
    init?(_ text: String, in sort: Sort) {
      let parts = text.split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
      guard let id = parts.first.flatMap({ Int(digits: $0) }) else { return nil }
      self.id = id
      guard parts.count == 2 else {
        guard sort.mayMiss else { return nil }
        value = .missing
        return
      }
      if sort == .name {
        guard !parts[1].isEmpty, parts[1].utf8.count <= 2_000 else { return nil }
        value = .text(String(parts[1]))
      } else {
        guard let number = Int(parts[1]) else { return nil }
        value = .number(number)
      }
    }
  }
}

/// How the library is shown.
struct LibraryLook: Sendable, Equatable {
  /// Whether titles can be ticked, and whether they come ticked.
  enum Selecting: String, Sendable {
    case some = "1"
    case all
  }

  /// The columns of the table beside the name, in their order.
  enum Column: String, Sendable, CaseIterable {
    case year, kind, status, progress, rating, watched, added, runtime

    /// The order that its head asks for.
    var sort: LibraryStore.Sort? { LibraryStore.Sort(rawValue: rawValue) }

    static let usual: [Column] = [.year, .kind, .status, .progress, .rating, .watched]
  }

  var isTable = false
  var columns = Column.usual
  var selecting: Selecting?
  /// The smart list whose rule is being changed.
  var list: Int?
}

/// The library's filters as they stand in the address.
enum LibraryQuery {
  /// The years that a decade or a viewing may name.
  static let years = 1880...2100

  /// - Throws: 422 for a word that names no filter.
  static func read(_ query: Form) throws -> LibraryStore.Filter {
    var filter = LibraryStore.Filter()
    if let text = value(query, "status"), text != "all" {
      guard let status = Status(rawValue: text) else { throw Problem.invalid(.problemStatus) }
      filter.status = status
    }
    filter.kind = try read(query, "kind") { TitleKind(rawValue: $0) }
    filter.genre = value(query, "genre").map { String($0.prefix(40)) }
    filter.text = value(query, "q").map { Folding.fold(String($0.prefix(200))) }.flatMap { $0.isEmpty ? nil : $0 }
    try readMore(query, &filter)
    if let sort = try read(query, "sort", { LibraryStore.Sort(rawValue: $0) }) { filter.sort = sort }
    if let isAscending = try read(query, "dir", { ["asc": true, "desc": false][$0] }) {
      filter.isReversed = isAscending != filter.sort.isAscending
    }
    if let page = try read(query, "page", { Int(digits: $0) }) {
      guard (1...LibraryStore.lastPage).contains(page) else { throw Problem.invalid(.problemForm) }
      filter.page = page
    }
    let sort = filter.sort
    filter.after = try read(query, "after") { LibraryStore.Place($0, in: sort) }
    guard filter.after == nil || filter.page == 1 else { throw Problem.invalid(.problemForm) }
    return filter
  }

  private static func readMore(_ query: Form, _ filter: inout LibraryStore.Filter) throws {
    filter.decade = try read(query, "decade") { Int(digits: $0) }
    filter.country = try read(query, "country") { text in
      text.utf8.count == 2 && text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) ? text : nil
    }
    filter.person = try read(query, "person") { Int(digits: $0) }
    filter.runtime = try read(query, "runtime") { LibraryStore.Runtime(rawValue: $0) }
    filter.rating = try read(query, "rating") { LibraryStore.Rating($0) }
    filter.watched = try read(query, "watched") { Int(digits: $0) }
    filter.isFavourite = try read(query, "favourite") { ["1": true, "0": false][$0] } ?? false
    guard filter.decade.map({ years.contains($0) && $0.isMultiple(of: 10) }) ?? true,
      filter.watched.map({ years.contains($0) }) ?? true
    else { throw Problem.invalid(.problemForm) }
  }

  /// How the library is to be shown; columns may come one by one or joined by commas.
  ///
  /// - Throws: 422 for a look that there is not.
  static func look(_ query: Form) throws -> LibraryLook {
    var look = LibraryLook()
    look.isTable = try read(query, "view") { ["table": true, "grid": false][$0] } ?? false
    look.selecting = try read(query, "select") { LibraryLook.Selecting(rawValue: $0) }
    look.list = try read(query, "list") { Int(digits: $0) }
    let names = query.all("cols").flatMap { $0.split(separator: ",") }
    let columns = try names.map { name in
      guard let column = LibraryLook.Column(rawValue: String(name)) else { throw Problem.invalid(.problemForm) }
      return column
    }
    if !columns.isEmpty { look.columns = LibraryLook.Column.allCases.filter(columns.contains) }
    return look
  }

  // A field that is not there or empty asks for nothing, nor does `all`.
  private static func value(_ query: Form, _ name: String) -> String? {
    query[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func read<T>(_ query: Form, _ name: String, _ parse: (String) -> T?) throws -> T? {
    guard let text = value(query, name), text != "all" || name == "select" else { return nil }
    guard let parsed = parse(text) else { throw Problem.invalid(.problemForm) }
    return parsed
  }

  /// The address of a filter; `text` is the name as it was typed.
  static func path(_ filter: LibraryStore.Filter, text: String, _ look: LibraryLook = .init()) -> String {
    var all = pairs(filter, text: text) + pairs(look)
    if filter.page > 1 { all.append(("page", String(filter.page))) }
    if let after = filter.after { all.append(("after", after.text)) }
    return all.isEmpty ? URLs.library : URLs.library + "?" + URLEncoding.query(all)
  }

  /// The filters and the order alone, as a list keeps them.
  static func rule(_ filter: LibraryStore.Filter, text: String) -> String {
    URLEncoding.query(pairs(filter, text: text))
  }

  /// The fields of the filters and the order.
  static func pairs(_ filter: LibraryStore.Filter, text: String) -> [(String, String)] {
    var all: [(String, String)] = []
    if let status = filter.status { all.append(("status", status.rawValue)) }
    if let kind = filter.kind { all.append(("kind", kind.rawValue)) }
    if let genre = filter.genre { all.append(("genre", genre)) }
    if let decade = filter.decade { all.append(("decade", String(decade))) }
    if let country = filter.country { all.append(("country", country)) }
    if let person = filter.person { all.append(("person", String(person))) }
    if let runtime = filter.runtime { all.append(("runtime", runtime.rawValue)) }
    if let rating = filter.rating { all.append(("rating", rating.text)) }
    if let watched = filter.watched { all.append(("watched", String(watched))) }
    if filter.isFavourite { all.append(("favourite", "1")) }
    if filter.text != nil { all.append(("q", text)) }
    if filter.sort != .name { all.append(("sort", filter.sort.rawValue)) }
    if filter.isReversed { all.append(("dir", filter.sort.isAscending ? "desc" : "asc")) }
    return all
  }

  /// The fields of a look.
  static func pairs(_ look: LibraryLook) -> [(String, String)] {
    var all: [(String, String)] = look.isTable ? [("view", "table")] : []
    if look.isTable, look.columns != LibraryLook.Column.usual {
      all.append(("cols", look.columns.map(\.rawValue).joined(separator: ",")))
    }
    if let selecting = look.selecting { all.append(("select", selecting.rawValue)) }
    if let list = look.list { all.append(("list", String(list))) }
    return all
  }
}
