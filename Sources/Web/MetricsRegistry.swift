public import Metrics
import Synchronization

/// The metrics of this process, as swift-metrics records them and Prometheus reads them.
///
/// ```swift
/// let metrics = MetricsRegistry()
/// MetricsSystem.bootstrap(metrics)
/// router.get("metrics") { _, _ in
///   Response(
///     status: .ok, headers: [.contentType: MetricsRegistry.contentType],
///     body: .init(byteBuffer: ByteBuffer(string: metrics.text())))
/// }
/// ```
///
/// Names and label names are made fit for Prometheus (`http.route` becomes `http_route`) and otherwise left as they
/// are. Counters are counters; meters and gauges are gauges; timers (in seconds) and recorders are histograms. A name
/// that was first used for one kind gets the kind as a suffix when it is used for another.
///
/// Series are never taken away: swift-metrics lets two counters share one series, and the cap bounds their number.
public final class MetricsRegistry: MetricsFactory, Sendable {
  /// The upper bounds of histograms unless others are given: 0.5 ms to 10 s.
  public static let defaultBuckets = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  /// The media type of `text()`.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private let seriesLimit: Int
  private let buckets: [Double]
  private let state = Mutex(State())

  private struct State {
    var families: [String: Family] = [:]
    var help: [String: String] = [:]
  }

  private struct Family {
    let kind: Kind
    let help: String
    var series: [String: any Series] = [:]
    var overflow: (any Series)?
  }

  /// Makes an empty registry.
  ///
  /// - Parameters:
  ///   - seriesLimit: The most series of one name; values beyond it go to one more, whose labels all say `other`.
  ///   - buckets: The upper bounds of histograms, ascending.
  public init(seriesLimit: Int = 200, buckets: [Double] = MetricsRegistry.defaultBuckets) {
    self.seriesLimit = seriesLimit
    self.buckets = buckets.sorted()
  }

  /// Sets the `# HELP` text of a name; without one it is the name as the program spells it.
  public func describe(_ label: String, _ help: String) {
    state.withLock { $0.help[MetricText.name(label)] = help }
  }

  // MARK: MetricsFactory

  /// Gives the counter of a name and its labels.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series(label, dimensions, .counter) { CounterSeries() }
  }

  /// Gives the counter of a name and its labels.
  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    series(label, dimensions, .counter) { CounterSeries() }
  }

  /// Gives the gauge of a name and its labels.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    series(label, dimensions, .gauge) { GaugeSeries() }
  }

  /// Gives the histogram of a name and its labels, or a gauge when values are not to be summarised.
  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    if aggregate {
      series(label, dimensions, .histogram) { HistogramSeries(buckets: self.buckets) }
    } else {
      series(label, dimensions, .gauge) { GaugeSeries() }
    }
  }

  /// Gives the histogram, in seconds, of a name and its labels.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    series(label, dimensions, .histogram) { HistogramSeries(buckets: self.buckets) }
  }

  /// Keeps the series: others may share it.
  public func destroyCounter(_ handler: any CounterHandler) {}

  /// Keeps the series: others may share it.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}

  /// Keeps the series: others may share it.
  public func destroyMeter(_ handler: any MeterHandler) {}

  /// Keeps the series: others may share it.
  public func destroyRecorder(_ handler: any RecorderHandler) {}

  /// Keeps the series: others may share it.
  public func destroyTimer(_ handler: any TimerHandler) {}

  private func series<S: Series>(
    _ label: String, _ dimensions: [(String, String)], _ kind: Kind, _ make: () -> S
  ) -> S {
    let labels = MetricText.labels(dimensions, kind)
    let key = MetricText.text(labels)
    return state.withLock { state in
      var name = MetricText.name(label)
      if let first = state.families[name], first.kind != kind {
        name += "_\(kind.rawValue)"
      }
      var family = state.families[name] ?? Family(kind: kind, help: label)
      if let known = family.series[key] as? S { return known }
      if let overflow = family.overflow as? S { return overflow }
      let isFull = family.series.count >= seriesLimit
      let place = isFull ? MetricText.text(labels.map { ($0.0, "other") }) : key
      let series = family.series[place] as? S ?? make()
      family.series[place] = series
      if isFull {
        family.overflow = series
      }
      state.families[name] = family
      return series
    }
  }

  // MARK: Text

  /// Gives everything in the Prometheus text format 0.0.4, sorted by name and then by labels.
  public func text() -> String {
    let (families, help) = state.withLock { ($0.families, $0.help) }
    var blocks: [(name: String, text: String)] = []
    for (name, family) in families {
      var text = MetricText.header(name, family.kind.rawValue, help[name] ?? family.help)
      for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
        series.write(name, labels, &text)
      }
      blocks.append((name, text))
    }
    for sample in ProcessMetrics.samples() where families[sample.name] == nil {
      var text = MetricText.header(sample.name, sample.kind, sample.help)
      MetricText.line(sample.name, "", sample.value, &text)
      blocks.append((sample.name, text))
    }
    return blocks.sorted { $0.name < $1.name }.map(\.text).joined()
  }
}

/// The kinds of metrics that Prometheus tells apart.
private enum Kind: String {
  case counter, gauge, histogram
}

/// One name with one set of labels.
private protocol Series: AnyObject, Sendable {
  func write(_ name: String, _ labels: String, _ text: inout String)
}

private final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
  private let whole = Atomic<Int64>(0)
  private let fractional = Mutex(0.0)

  func increment(by amount: Int64) {
    guard amount > 0 else { return }
    whole.wrappingAdd(amount, ordering: .relaxed)
  }

  func increment(by amount: Double) {
    guard amount.isFinite, amount > 0 else { return }
    fractional.withLock { $0 += amount }
  }

  func reset() {
    whole.store(0, ordering: .relaxed)
    fractional.withLock { $0 = 0 }
  }

  func write(_ name: String, _ labels: String, _ text: inout String) {
    MetricText.line(name, labels, Double(whole.load(ordering: .relaxed)) + fractional.withLock { $0 }, &text)
  }
}

private final class GaugeSeries: Series, MeterHandler, RecorderHandler {
  private let value = Mutex(0.0)

  func set(_ new: Int64) { value.withLock { $0 = Double(new) } }
  func set(_ new: Double) { value.withLock { $0 = new } }
  func increment(by amount: Double) { add(amount) }
  func decrement(by amount: Double) { add(-amount) }
  func record(_ new: Int64) { set(new) }
  func record(_ new: Double) { set(new) }

  private func add(_ amount: Double) {
    guard amount.isFinite else { return }
    value.withLock { $0 += amount }
  }

  func write(_ name: String, _ labels: String, _ text: inout String) {
    MetricText.line(name, labels, value.withLock { $0 }, &text)
  }
}

private final class HistogramSeries: Series, TimerHandler, RecorderHandler {
  private struct State {
    /// One count a bucket, and a last one for what is above them all.
    var counts: [UInt64]
    var sum = 0.0
  }

  private let buckets: [Double]
  private let state: Mutex<State>

  init(buckets: [Double]) {
    self.buckets = buckets
    state = Mutex(State(counts: Array(repeating: 0, count: buckets.count + 1)))
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }
  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    guard value.isFinite else { return }
    let index = buckets.firstIndex { value <= $0 } ?? buckets.count
    state.withLock {
      $0.counts[index] += 1
      $0.sum += value
    }
  }

  func write(_ name: String, _ labels: String, _ text: inout String) {
    let state = state.withLock { $0 }
    let prefix = labels.isEmpty ? "" : labels + ","
    var count: UInt64 = 0
    for (bound, inBucket) in zip(buckets, state.counts) {
      count += inBucket
      MetricText.line("\(name)_bucket", "\(prefix)le=\"\(MetricText.number(bound))\"", Double(count), &text)
    }
    count += state.counts[buckets.count]
    MetricText.line("\(name)_bucket", "\(prefix)le=\"+Inf\"", Double(count), &text)
    MetricText.line("\(name)_sum", labels, state.sum, &text)
    MetricText.line("\(name)_count", labels, Double(count), &text)
  }
}

/// The spelling rules of the text format.
private enum MetricText {
  /// Makes a metric's name: letters, digits, `_` and `:`, no digit first.
  static func name(_ label: String) -> String {
    spell(label, allowsColon: true)
  }

  /// Makes labels of dimensions: names spelt right and unique, sorted by name.
  static func labels(_ dimensions: [(String, String)], _ kind: Kind) -> [(String, String)] {
    var seen: Set<String> = []
    var labels: [(String, String)] = []
    for (rawName, value) in dimensions {
      var name = spell(rawName, allowsColon: false)
      // `le` is the bucket's own label, and two leading underscores are Prometheus' own names.
      if name.hasPrefix("__") || (kind == .histogram && name == "le") {
        name = "exported_" + name.drop { $0 == "_" }
      }
      if seen.insert(name).inserted {
        labels.append((name, value))
      }
    }
    return labels.sorted { $0.0 < $1.0 }
  }

  /// Writes labels without their braces, values escaped.
  static func text(_ labels: [(String, String)]) -> String {
    labels.map { "\($0.0)=\"\(escape($0.1, quote: true))\"" }.joined(separator: ",")
  }

  static func header(_ name: String, _ kind: String, _ help: String) -> String {
    "# HELP \(name) \(escape(help, quote: false))\n# TYPE \(name) \(kind)\n"
  }

  static func line(_ name: String, _ labels: String, _ value: Double, _ text: inout String) {
    text += name
    if !labels.isEmpty {
      text += "{\(labels)}"
    }
    text += " \(number(value))\n"
  }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return Int64(exactly: value).map(String.init) ?? String(value)
  }

  private static func spell(_ raw: String, allowsColon: Bool) -> String {
    var bytes = raw.utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        byte
      case UInt8(ascii: ":") where allowsColon: byte
      default: UInt8(ascii: "_")
      }
    }
    if bytes.first.map({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) ?? true {
      bytes.insert(UInt8(ascii: "_"), at: 0)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func escape(_ text: String, quote: Bool) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quote: escaped += "\\\""
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
