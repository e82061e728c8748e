import Metrics
import Testing

@testable import Web

struct MetricsRegistryTests {
  /// The lines of the program's own metrics: those of the process change from call to call.
  private func lines(_ registry: MetricsRegistry) -> [String] {
    registry.text().split(separator: "\n").map(String.init).filter { !$0.contains("process_") }
  }

  @Test func countersAddUpByLabels() {
    let registry = MetricsRegistry()
    Counter(label: "hb.requests", dimensions: [("http.route", "/b")], factory: registry).increment(by: 2)
    Counter(label: "hb.requests", dimensions: [("http.route", "/a")], factory: registry).increment()
    Counter(label: "hb.requests", dimensions: [("http.route", "/b")], factory: registry).increment()
    FloatingPointCounter(label: "seconds.spent", factory: registry).increment(by: 0.25)
    registry.describe("hb.requests", "Requests answered.")
    #expect(
      lines(registry) == [
        "# HELP hb_requests Requests answered.",
        "# TYPE hb_requests counter",
        #"hb_requests{http_route="/a"} 1"#,
        #"hb_requests{http_route="/b"} 3"#,
        "# HELP seconds_spent seconds.spent",
        "# TYPE seconds_spent counter",
        "seconds_spent 0.25",
      ])
  }

  @Test func metersAndGaugesGoUpAndDown() {
    let registry = MetricsRegistry()
    let meter = Meter(label: "active", factory: registry)
    meter.increment(by: 3)
    meter.decrement()
    Gauge(label: "temperature", factory: registry).record(-1.5)
    #expect(lines(registry).contains("active 2"))
    #expect(lines(registry).contains("temperature -1.5"))
    #expect(lines(registry).contains("# TYPE temperature gauge"))
  }

  @Test func timersBecomeHistogramsInSeconds() {
    let registry = MetricsRegistry(buckets: [0.001, 0.1])
    let timer = Timer(
      label: "http.server.request.duration", dimensions: [("route", "/")], preferredDisplayUnit: .seconds,
      factory: registry)
    timer.recordNanoseconds(1_000_000)
    timer.recordMilliseconds(50)
    timer.recordSeconds(2)
    #expect(
      lines(registry).dropFirst() == [
        "# TYPE http_server_request_duration histogram",
        #"http_server_request_duration_bucket{route="/",le="0.001"} 1"#,
        #"http_server_request_duration_bucket{route="/",le="0.1"} 2"#,
        #"http_server_request_duration_bucket{route="/",le="+Inf"} 3"#,
        #"http_server_request_duration_sum{route="/"} 2.051"#,
        #"http_server_request_duration_count{route="/"} 3"#,
      ])
  }

  @Test func defaultBucketsReachFromHalfAMillisecondToTenSeconds() {
    let registry = MetricsRegistry()
    Recorder(label: "sizes", factory: registry).record(11)
    let text = lines(registry)
    #expect(text.contains(#"sizes_bucket{le="0.0005"} 0"#))
    #expect(text.contains(#"sizes_bucket{le="10"} 0"#))
    #expect(text.contains(#"sizes_bucket{le="+Inf"} 1"#))
  }

  @Test func namesAndLabelsAreMadeFit() {
    let registry = MetricsRegistry()
    Counter(
      label: "2nd.größe-x", dimensions: [("b-c", "say \"hi\"\\\n"), ("__a", "1"), ("b.c", "second")],
      factory: registry
    ).increment()
    #expect(lines(registry).last == #"_2nd_gr____e_x{b_c="say \"hi\"\\\n",exported_a="1"} 1"#)
    Timer(label: "t", dimensions: [("le", "x")], factory: registry).recordSeconds(1)
    #expect(lines(registry).contains(#"t_count{exported_le="x"} 1"#))
  }

  @Test func seriesOfOneNameAreCapped() {
    let registry = MetricsRegistry(seriesLimit: 3)
    for number in 1...1_000 {
      Counter(
        label: "paths", dimensions: [("path", "/\(number)"), ("method", "GET")], factory: registry
      ).increment()
    }
    // Other labels than those of the first value beyond the cap make no further series.
    Counter(label: "paths", dimensions: [("else", "x")], factory: registry).increment()
    let samples = lines(registry).filter { !$0.hasPrefix("#") }
    #expect(samples.count == 4)
    #expect(samples.contains(#"paths{method="other",path="other"} 998"#))
    #expect(samples.contains(#"paths{method="GET",path="/3"} 1"#))
  }

  @Test func aNameUsedForTwoKindsKeepsBoth() {
    let registry = MetricsRegistry()
    Counter(label: "x", factory: registry).increment()
    Meter(label: "x", factory: registry).set(7)
    #expect(lines(registry).contains("x 1"))
    #expect(lines(registry).contains("x_gauge 7"))
  }

  @Test func valuesThatAreNoNumbersAreLeftOut() {
    let registry = MetricsRegistry()
    Recorder(label: "r", factory: registry).record(Double.nan)
    Counter(label: "c", factory: registry).increment(by: -1)
    #expect(lines(registry).contains("r_count 0"))
    #expect(lines(registry).contains("c 0"))
  }

  @Test func countingFromManyTasksLosesNothing() async {
    let registry = MetricsRegistry()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for step in 0..<500 {
            Counter(label: "n", dimensions: [("k", "\(step % 5)")], factory: registry).increment()
            Timer(label: "t", factory: registry).recordMilliseconds(1)
          }
        }
      }
    }
    for key in 0..<5 {
      #expect(lines(registry).contains("n{k=\"\(key)\"} 800"))
    }
    #expect(lines(registry).contains("t_count 4000"))
  }

  @Test func theTextIsSortedByNameAndEndsWithALine() {
    let registry = MetricsRegistry()
    Counter(label: "zebra", factory: registry).increment()
    Counter(label: "ant", factory: registry).increment()
    let text = registry.text()
    let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
    #expect(names == names.sorted())
    #expect(text.hasSuffix("\n"))
  }
}

struct ProcessMetricsTests {
  @Test func statusIsReadBehindAnyProgramName() throws {
    let line = "7 (a) b (c)) S 1 7 7 0 -1 4194560 100 0 0 0 11 12 0 0 20 0 3 0 4567 1048576 256 18446744073709551615\n"
    let status = try #require(ProcessStatus(stat: line))
    #expect(status.userTicks == 11)
    #expect(status.systemTicks == 12)
    #expect(status.startTicks == 4567)
    #expect(status.virtualBytes == 1_048_576)
    #expect(status.residentPages == 256)
    #expect(ProcessStatus(stat: "") == nil)
    #expect(ProcessStatus(stat: "7 (short) S 1") == nil)
    #expect(ProcessMetrics.bootTime("cpu 1 2\nbtime 1700000000\nprocesses 5\n") == 1_700_000_000)
  }

  #if os(Linux)
    @Test func theProcessIsDescribed() throws {
      let samples = ProcessMetrics.samples()
      #expect(
        samples.map(\.name) == [
          "process_cpu_seconds_total", "process_open_fds", "process_resident_memory_bytes",
          "process_start_time_seconds", "process_virtual_memory_bytes",
        ])
      let values = Dictionary(uniqueKeysWithValues: samples.map { ($0.name, $0.value) })
      let resident = try #require(values["process_resident_memory_bytes"])
      #expect(resident > 1_000_000 && resident < 1e11)
      #expect(try #require(values["process_start_time_seconds"]) > 1_600_000_000)
      #expect(try #require(values["process_open_fds"]) >= 3)
      let text = MetricsRegistry().text()
      #expect(text.contains("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total "))
    }
  #endif
}
