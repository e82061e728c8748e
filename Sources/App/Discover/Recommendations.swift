import Foundation

/// How recommendations are made: from what somebody likes, along edges to what is like it.
enum RecommendationRules {
  /// How many edges a title has at most, and how many of them may come from what people here like.
  static let edges = 50
  static let watchedEdges = 20
  /// How many people have to like both titles before there is an edge between them: nobody's record shows in it.
  static let people = 5
  /// How many of a person's titles count for that.
  static let titlesAPerson = 500
  /// Of how many people titles are read at most: more say nothing new, and all of them have to be in memory at once.
  static let mostPeople = 50_000
  /// How many people who like a title are looked at.
  static let peopleATitle = 2_000
  /// A rating from which a title counts as liked, 0 to 100.
  static let liked = 60
  /// Edges weaker than this are not kept; 1000 is the strongest.
  static let leastWeight = 60

  /// How strongly a title speaks for what is like it, by its rating; the statement of the page counts the same.
  static func strength(rating: Int?) -> Int {
    guard let rating else { return 15 }
    return rating >= liked ? rating - 40 : 0
  }
}

/// A title that another one leads to.
struct Neighbour: Equatable, Sendable {
  /// Its place among the titles, from 0.
  let place: Int
  /// 1 to 1000.
  let weight: Int
}

/// What a title is about, to compare it by.
enum Feature: Hashable, Sendable {
  case genre(String)
  case keyword(String)
  case person(Int)
  case decade(Int)

  /// How much it counts beside the others.
  var factor: Float {
    switch self {
    case .person, .keyword: 1
    case .genre: 0.7
    case .decade: 0.4
    }
  }
}

/// Finds titles that are about the same things: the cosine between what they share, where what few have counts more.
struct ContentIndex: Sendable {
  private var features: [[Int32]] = []
  private var holders: [[Int32]] = []
  private var weights: [Float] = []
  private var norms: [Float] = []

  /// Compares titles by what each is about, in the order given.
  init(_ titles: [[Feature]]) {
    var numbers: [Feature: Int32] = [:]
    for (place, title) in titles.enumerated() {
      var own: Set<Int32> = []
      for feature in title {
        let number = numbers[feature] ?? Int32(numbers.count)
        if numbers.updateValue(number, forKey: feature) == nil {
          holders.append([])
          weights.append(feature.factor)
        }
        if own.insert(number).inserted { holders[Int(number)].append(Int32(place)) }
      }
      features.append(own.sorted())
    }
    let count = Float(max(titles.count, 1))
    for number in weights.indices {
      weights[number] *= max(log(count / Float(holders[number].count)), 0)
    }
    norms = features.map { own in
      own.reduce(into: Float(0)) { $0 += weights[Int($1)] * weights[Int($1)] }.squareRoot()
    }
  }

  /// The titles nearest to one, the nearest first.
  func nearest(to place: Int, limit: Int, _ scratch: inout Scratch<Float>) -> [Neighbour] {
    for number in features[place] {
      let weight = weights[Int(number)] * weights[Int(number)]
      if weight > 0 { for other in holders[Int(number)] { scratch.add(weight, at: Int(other)) } }
    }
    let norm = norms[place]
    return scratch.take { other, sum in
      other == place || norm == 0 ? 0 : Int(1_000 * sum / (norm * norms[other]))
    }.best(limit)
  }
}

/// Finds titles that the same people like, where enough people do.
struct CoWatching: Sendable {
  private let likes: [[Int32]]
  private var likers: [[Int32]]

  /// - Parameters:
  ///   - likes: the places of the titles that each person likes, the dearest first.
  ///   - titles: how many titles there are.
  init(likes: [[Int32]], titles: Int) {
    self.likes = likes.map { Array($0.prefix(RecommendationRules.titlesAPerson)) }
    likers = [[Int32]](repeating: [], count: titles)
    for (person, own) in self.likes.enumerated() {
      for title in own { likers[Int(title)].append(Int32(person)) }
    }
  }

  /// How many people like a title.
  func count(_ place: Int) -> Int { likers[place].count }

  /// The titles that most of those like who like one; only where at least `RecommendationRules.people` like both.
  func nearest(to place: Int, limit: Int, _ scratch: inout Scratch<Int32>) -> [Neighbour] {
    let all = likers[place]
    guard all.count >= RecommendationRules.people else { return [] }
    // Of very many, every so manieth is looked at.
    let step = (all.count + RecommendationRules.peopleATitle - 1) / RecommendationRules.peopleATitle
    for index in stride(from: 0, to: all.count, by: step) {
      for other in likes[Int(all[index])] { scratch.add(1, at: Int(other)) }
    }
    return scratch.take { other, sum in
      guard other != place, sum >= RecommendationRules.people else { return 0 }
      let both = Double(sum) * Double(step)
      let cosine = min(1, both / (Double(all.count) * Double(likers[other].count)).squareRoot())
      // A few people say less than many.
      return Int(1_000 * cosine * both / (both + 10))
    }.best(limit)
  }
}

/// Sums for many places, most of which stay empty; made once and used again.
struct Scratch<Number: AdditiveArithmetic & Sendable>: Sendable {
  private var sums: [Number]
  private var touched: [Int] = []

  init(count: Int) { sums = [Number](repeating: .zero, count: count) }

  mutating func add(_ number: Number, at place: Int) {
    if sums[place] == .zero { touched.append(place) }
    sums[place] += number
  }

  /// What each place that was added to is worth, empty again afterwards; what is worth too little is left out.
  mutating func take(_ worth: (Int, Number) -> Int) -> [Neighbour] {
    var found: [Neighbour] = []
    for place in touched {
      let weight = min(worth(place, sums[place]), 1_000)
      if weight >= RecommendationRules.leastWeight { found.append(Neighbour(place: place, weight: weight)) }
      sums[place] = .zero
    }
    touched.removeAll(keepingCapacity: true)
    return found
  }
}

extension [Neighbour] {
  /// The strongest, in an order that is always the same.
  func best(_ limit: Int) -> [Neighbour] {
    Array(sorted { ($1.weight, $0.place) < ($0.weight, $1.place) }.prefix(limit))
  }
}

/// Adds up what titles that somebody likes lead to.
struct LinkSums {
  /// A title that is led to, and what leads to it the strongest.
  struct Link: Equatable {
    let other: Int
    var total = 0
    var seed = 0
    var how = SuggestionReason.How.content
    fileprivate var strongest = -1
  }

  private var places: [Int: Int] = [:]
  private var links: [Link] = []

  /// Nothing yet.
  init() {
    places.reserveCapacity(4_096)
    links.reserveCapacity(4_096)
  }

  /// Adds that one title leads to another.
  mutating func add(_ other: Int, _ weight: Int, by seed: Int, _ how: SuggestionReason.How) {
    let place: Int
    if let known = places[other] {
      place = known
    } else {
      place = links.count
      places[other] = place
      links.append(Link(other: other))
    }
    links[place].total += weight
    let old = links[place]
    guard (weight, seed, how.rawValue) > (old.strongest, old.seed, old.how.rawValue) else { return }
    (links[place].strongest, links[place].seed, links[place].how) = (weight, seed, how)
  }

  /// Leaves a title out.
  mutating func remove(_ other: Int) {
    if let place = places[other] { links[place].total = 0 }
  }

  /// The titles that are led to the most, the first first, in an order that is always the same.
  func best(_ limit: Int) -> [Link] {
    Array(links.filter { $0.total > 0 }.sorted { ($1.total, $0.other) < ($0.total, $1.other) }.prefix(limit))
  }
}
