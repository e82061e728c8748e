import Web

/// The form of a list as it was typed.
struct ListForm: Sendable {
  var name = ""
  var note = ""
  /// The query of the library, for a smart list.
  var rule: String?
  /// The list to copy, and titles to begin with.
  var copy: Int?
  var titles: [Int] = []
  /// Where to return, when the form said so.
  var back: String?

  /// An empty one.
  init() {}

  /// - Throws: 422 for what cannot be typed: a number that is none, too many titles.
  init(_ form: Form) throws {
    name = form["name"] ?? ""
    note = form["note"] ?? ""
    rule = form["rule"]
    copy = try form["copy"].map(Self.number)
    titles = try Self.titles(form)
    back = LocalPath.checked(form["back"])
  }

  /// The list that it asks for.
  var new: ListStore.New {
    get throws {
      ListStore.New(
        name: ListRules.name(name), note: ListRules.note(note), rule: try rule.map(ListRule.checked), copy: copy,
        titles: titles)
    }
  }

  /// Finds what is wrong with name, note and rule.
  func check(_ errors: inout FieldErrors, _ t: Texts, needsName: Bool = true) {
    if needsName, !ListRules.isValid(name: ListRules.name(name)) { errors.add("name", t(.listNameError)) }
    if !ListRules.isValid(note: ListRules.note(note)) { errors.add("note", t(.listNoteError)) }
  }

  /// The titles that a form names, each once.
  static func titles(_ form: Form) throws -> [Int] {
    let named = try form.all("title").map(number)
    guard named.count <= ListRules.bulkLimit else { throw Problem.invalid(.problemListBulk) }
    var seen: Set<Int> = []
    return named.filter { seen.insert($0).inserted }
  }

  /// Where something is to go: `move` or `to`, not both.
  static func move(_ form: Form) throws -> ListMove {
    switch (form["move"], form["to"]) {
    case (let word?, nil):
      guard let move = ListMove(word) else { throw Problem.invalid(.problemForm) }
      return move
    case (nil, let text?):
      guard let place = Int(digits: text.trimmed), place >= 1 else { throw Problem.invalid(.problemListPlace) }
      return .to(place)
    default: throw Problem.invalid(.problemForm)
    }
  }

  /// A number of ours.
  static func number(_ text: String) throws -> Int {
    guard let number = Int(digits: text) else { throw Problem.invalid(.problemForm) }
    return number
  }
}

/// The rule of a smart list: the library's own query.
enum ListRule {
  /// How long a query may be, in bytes.
  static let length = 2_000

  /// A rule as it is kept: written by the library itself, without its page.
  ///
  /// - Throws: 422 when the library does not understand it.
  static func checked(_ rule: String) throws -> String {
    let query = rule.hasPrefix("?") ? String(rule.dropFirst()) : rule
    guard query.utf8.count <= length, let form = read(query), let filter = filter(query, page: 1) else {
      throw Problem.invalid(.problemListRule)
    }
    return LibraryQuery.rule(filter, text: form["q"] ?? "")
  }

  /// What a rule looks for; nil when the library does not understand it, or not any more.
  static func filter(_ rule: String, page: Int) -> LibraryStore.Filter? {
    guard let form = read(rule), (1...LibraryStore.lastPage).contains(page), var filter = try? LibraryQuery.read(form)
    else { return nil }
    filter.page = page
    return filter
  }

  /// The address of the library with a rule's filters.
  static func address(_ rule: String) -> String { rule.isEmpty ? URLs.library : URLs.library + "?" + rule }

  private static func read(_ query: String) -> Form? { try? Form(query) }
}

/// What the address of a list says beside the list: the page, the title that is changed, the last activity.
struct ListAddress: Sendable {
  var page = 1
  var edited: Int?
  var done: Int?

  /// The first page.
  init() {}

  init(_ query: Form) {
    page = query["page"].flatMap { Int(digits: $0) }.map { max(1, min($0, LibraryStore.lastPage)) } ?? 1
    edited = query["edit"].flatMap { Int(digits: $0) }
    done = query["done"].flatMap { Int(digits: $0) }
  }

  /// - Throws: when the query cannot be read.
  init(path: String) throws {
    let bare = path.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
    self.init(try Form(bare.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""))
  }

  /// A path without its query.
  static func path(of path: String) -> String { String(path.prefix { $0 != "?" && $0 != "#" }) }

  /// The list whose page a path is.
  static func list(of path: String) -> Int? {
    let parts = Self.path(of: path).split(separator: "/")
    return parts.count == 2 && parts[0] == "lists" ? Int(digits: parts[1]) : nil
  }
}
