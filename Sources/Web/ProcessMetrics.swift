#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the kernel says about this process, read from `/proc` at the time of the call.
///
/// What cannot be read is left out, never reported as nought.
struct ProcessMetrics {
  /// One value with its name, kind and meaning.
  struct Sample {
    let name: String
    let kind: String
    let help: String
    let value: Double
  }

  /// The samples of now, by name.
  static func samples() -> [Sample] {
    var samples: [Sample] = []
    if let stat = ProcessStatus(stat: contents("/proc/self/stat")) {
      let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
      let page = Double(sysconf(Int32(_SC_PAGESIZE)))
      samples.append(
        Sample(
          name: "process_cpu_seconds_total", kind: "counter",
          help: "Total user and system CPU time spent in seconds.",
          value: Double(stat.userTicks + stat.systemTicks) / ticks))
      samples.append(
        Sample(
          name: "process_resident_memory_bytes", kind: "gauge", help: "Resident memory size in bytes.",
          value: Double(stat.residentPages) * page))
      samples.append(
        Sample(
          name: "process_virtual_memory_bytes", kind: "gauge", help: "Virtual memory size in bytes.",
          value: Double(stat.virtualBytes)))
      if let boot = bootTime(contents("/proc/stat")) {
        samples.append(
          Sample(
            name: "process_start_time_seconds", kind: "gauge",
            help: "Start time of the process since unix epoch in seconds.",
            value: Double(boot) + Double(stat.startTicks) / ticks))
      }
    }
    if let count = openDescriptors() {
      samples.append(
        Sample(
          name: "process_open_fds", kind: "gauge", help: "Number of open file descriptors.", value: Double(count)))
    }
    return samples.sorted { $0.name < $1.name }
  }

  /// The second at which the machine started, from the text of `/proc/stat`.
  static func bootTime(_ stat: String) -> Int? {
    for line in stat.split(separator: "\n") where line.hasPrefix("btime ") {
      return Int(line.dropFirst("btime ".count))
    }
    return nil
  }

  private static func openDescriptors() -> Int? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var entries = 0
    while readdir(folder) != nil {
      entries += 1
    }
    // Not counted: `.`, `..` and the descriptor of the reading itself.
    return max(0, entries - 3)
  }

  private static func contents(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = chunk.withUnsafeMutableBytes { unsafe in
        read(descriptor, unsafe.baseAddress, unsafe.count)
      }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The fields of `/proc/self/stat` that the metrics need.
struct ProcessStatus: Equatable {
  var userTicks: Int
  var systemTicks: Int
  var startTicks: Int
  var virtualBytes: Int
  var residentPages: Int

  /// Reads the one line; nil when it has another shape.
  init?(stat: String) {
    // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(whereSeparator: { $0 == " " || $0 == "\n" })
    // proc(5) numbers the fields from 1, and the first one here is number 3.
    func field(_ number: Int) -> Int? {
      number - 3 < fields.count ? Int(fields[number - 3]) : nil
    }
    guard let user = field(14), let system = field(15), let start = field(22), let virtual = field(23),
      let resident = field(24)
    else { return nil }
    userTicks = user
    systemTicks = system
    startTicks = start
    virtualBytes = virtual
    residentPages = resident
  }
}
