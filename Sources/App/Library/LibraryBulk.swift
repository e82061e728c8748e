import Hummingbird
import Web

/// What a person asks to do to many titles at once.
enum LibraryBulk {
  enum Action: Sendable, Equatable {
    case status(Intent?)
    case rating(Int?)
    case favourite(Bool)
    case list(Int)
    case watched(When)
  }

  /// How many titles one form may name: as many as its fields leave room for.
  static let limit = Form.maximumFields - 20

  /// The titles that a form names, each once.
  ///
  /// - Throws: 422 when it names none, too many, or something that is no number.
  static func titles(_ form: Form) throws -> [Int] {
    var seen: Set<Int> = []
    let titles = try form.all("title").map { text in
      guard let id = Int(digits: text) else { throw Problem.invalid(.problemForm) }
      return id
    }.filter { seen.insert($0).inserted }
    guard !titles.isEmpty else { throw Problem.invalid(.problemManyNone) }
    guard titles.count <= limit else { throw Problem.invalid(.problemForm) }
    return titles
  }

  /// What the pressed button asks for; the fields of the other buttons are passed over.
  ///
  /// - Throws: 422 for an action that there is not, or whose field says nothing sensible.
  static func action(_ form: Form, _ request: Request, _ context: SignedIn) throws -> Action {
    switch form["act"] {
    case "status":
      guard let text = form["status"] else { throw Problem.invalid(.problemStatus) }
      if text == "none" { return .status(nil) }
      guard let intent = Intent(rawValue: text) else { throw Problem.invalid(.problemStatus) }
      return .status(intent)
    case "rate":
      guard case .to(let rating) = try EntryForm.rating(form) else { throw Problem.invalid(.problemRating) }
      return .rating(rating)
    case "favourite": return .favourite(true)
    case "unfavourite": return .favourite(false)
    case "list":
      guard let list = form["list"].flatMap({ Int(digits: $0) }) else { throw Problem.invalid(.problemManyList) }
      return .list(list)
    case "watched": return .watched(try WhenForm.when(form, request, context) ?? .now)
    default: throw Problem.invalid(.problemForm)
    }
  }
}

extension LibraryBulk.Action {
  /// What the line about it says.
  var act: ManyAct {
    switch self {
    case .status(.planned): .planned
    case .status(.watching): .watching
    case .status(.paused): .paused
    case .status(.dropped): .dropped
    case .status(nil): .removed
    case .rating(let rating): rating == nil ? .unrated : .rated
    case .favourite(let isOn): isOn ? .favoured : .unfavoured
    case .list: .listed
    case .watched: .watched
    }
  }
}
