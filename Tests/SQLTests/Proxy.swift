import Foundation
import Synchronization

/// Stands between a program and the server and loses the connection at a commit, once.
///
/// Unchecked because `listener` is set once, before any thread is started.
final class Proxy: @unchecked Sendable {
  private enum Cut: Equatable { case none, before, after }

  /// Where the program finds it.
  let address: String
  private let folder: String
  private let listener: Int32
  private let server: String
  private let cut = Mutex(Cut.none)
  private let count = Mutex(0)

  var cuts: Int { count.withLock { $0 } }

  /// - Parameter server: an address with `host=`, the folder of the server's socket, at its end.
  init(server address: String) throws {
    let (name, port) = ("host=", "/.s.PGSQL.5432")
    guard let place = address.firstRange(of: name) else { throw CocoaError(.fileNoSuchFile) }
    server = address[place.upperBound...] + port
    folder = "/tmp/proxy-" + UUID().uuidString.prefix(8)
    self.address = address[..<place.upperBound] + folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard Self.withAddress(folder + port, { bind(listener, $0, $1) }) == 0, listen(listener, 8) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        if client < 0 { return }
        let behind = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard Self.withAddress(server, { connect(behind, $0, $1) }) == 0 else {
          close(client)
          continue
        }
        Thread.detachNewThread { [self] in pass(from: client, to: behind) }
        Thread.detachNewThread { [self] in pass(from: behind, to: client, isAnswer: true) }
      }
    }
  }

  /// The next commit loses its connection, after the server has had it or before.
  func cutAtCommit(reachesTheServer: Bool) { cut.withLock { $0 = reachesTheServer ? .after : .before } }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func pass(from: Int32, to: Int32, isAnswer: Bool = false) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let size = read(from, &buffer, buffer.count)
      if size <= 0 { break }
      let cut = isAnswer ? .none : takeCut(buffer[..<size])
      if cut == .before { break }
      if cut == .after {
        // The server has it; what it says to it is heard by nobody.
        shutdown(from, Int32(SHUT_RDWR))
        _ = send(to, buffer, size, Int32(MSG_NOSIGNAL))
        Thread.sleep(forTimeInterval: 0.2)
        break
      }
      guard send(to, buffer, size, Int32(MSG_NOSIGNAL)) == size else { break }
    }
    for end in [from, to] { shutdown(end, Int32(SHUT_RDWR)) }
  }

  private func takeCut(_ bytes: ArraySlice<UInt8>) -> Cut {
    guard bytes.firstRange(of: Array("COMMIT".utf8)) != nil else { return .none }
    let taken = cut.withLock { cut in
      defer { cut = .none }
      return cut
    }
    if taken != .none { count.withLock { $0 += 1 } }
    return taken
  }

  private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { room in room.copyBytes(from: path.utf8.prefix(room.count - 1)) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}
