import Foundation
import Synchronization

/// The folder of the pictures that were fetched: one file each; the least recently used go when there are too many.
///
/// Every function waits for the disk, so none is called on a thread that serves pages. Whatever is missing or damaged
/// here can be fetched again; so nothing is ever wrong enough to be an error.
final class PictureShelf: Sendable {
  /// How a picture was put there.
  enum Outcome: Sendable, Equatable {
    case kept
    /// Kept, and now there is more than may be.
    case keptAndFull
    /// The disk has no room, or the folder cannot be written.
    case refused(String)
  }

  /// When a picture is read that was noted as read longer ago than this, it is noted again; in seconds.
  static let noteEverySeconds = 3_600
  /// What is left of the limit after pictures were removed, in percent.
  static let keptPercent = 90
  /// A file that was begun so long ago will not be finished; in seconds.
  static let abandonedSeconds = 3_600

  let folder: String
  /// How many bytes it holds at most; 0 keeps none.
  let limit: Int
  private let clock: @Sendable () -> Instant
  private let state: Mutex<State>

  private struct State {
    /// Bytes of all files; until they are counted, of those that came since the start.
    var total = 0
    var isCounted = false
    var isClearing = false
    var place = 0
  }

  init(folder: String, limit: Int, clock: @escaping @Sendable () -> Instant) {
    self.folder = folder
    self.limit = limit
    self.clock = clock
    state = Mutex(State())
  }

  /// How many bytes are kept, as far as they are counted.
  var total: Int { state.withLock { $0.total } }

  /// Where a picture is kept, in one of 256 folders.
  func path(_ picture: Picture) -> String {
    let digest = picture.digest
    return "\(folder)/\(digest.prefix(2))/\(digest)"
  }

  // MARK: Reading

  /// A picture that is kept, noted as used now; nil when it is not there. One that is damaged is removed.
  func read(_ picture: Picture) -> PictureBytes? {
    guard limit > 0 else { return nil }
    let path = path(picture)
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard let (size, usedAt) = Self.facts(path) else { return nil }
    guard size <= PictureBytes.mostBytes, let bytes = Self.bytes(of: file, count: size),
      let found = PictureBytes(bytes)
    else {
      remove(path, size: size)
      return nil
    }
    let now = clock()
    if now - usedAt > Self.noteEverySeconds * 1_000_000 || usedAt > now { Self.note(path, now) }
    return found
  }

  /// Reads a file whole; nil when it ends early.
  private static func bytes(of file: Int32, count: Int) -> [UInt8]? {
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = Foundation.read(file, buffer.baseAddress?.advanced(by: filled), count - filled)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          isWhole = false
          break
        }
        filled += got
      }
    }
    return isWhole ? bytes : nil
  }

  /// How many bytes a file has, and when it was last used; nil when it is not there.
  private static func facts(_ path: String) -> (size: Int, usedAt: Instant)? {
    guard let all = try? FileManager.default.attributesOfItem(atPath: path), let size = all[.size] as? Int,
      let date = all[.modificationDate] as? Date
    else { return nil }
    return (size, Int((date.timeIntervalSince1970 * 1_000_000).rounded()))
  }

  /// Writes down when a picture was used: its time of modification, since many disks keep no time of reading.
  private static func note(_ path: String, _ now: Instant) {
    let date = Date(timeIntervalSince1970: Double(now) / 1_000_000)
    // Where that is refused the picture only goes sooner.
    try? FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
  }

  // MARK: Writing

  /// Keeps a picture: written beside and renamed, so that nobody reads the half of it.
  func keep(_ picture: Picture, _ content: PictureBytes) -> Outcome {
    guard limit > 0, content.bytes.count <= limit else { return .refused("no room is set aside") }
    let path = path(picture)
    let place = state.withLock { state in
      state.place += 1
      return state.place
    }
    let draft = "\(path).\(getpid())-\(place).new"
    let directory = String(path.dropLast(65))
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      return .refused("\(error)")
    }
    if let problem = Self.write(content.bytes, to: draft, now: clock()) {
      unlink(draft)
      return .refused(problem)
    }
    let before = Self.size(path)
    guard rename(draft, path) == 0 else {
      let problem = Self.problem()
      unlink(draft)
      return .refused(problem)
    }
    return state.withLock { state in
      state.total += content.bytes.count - before
      return state.total > limit ? .keptAndFull : .kept
    }
  }

  /// Writes a new file; what went wrong, or nil.
  private static func write(_ bytes: [UInt8], to path: String, now: Instant) -> String? {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return problem() }
    var done = 0
    while done < bytes.count {
      let put = bytes.withUnsafeBufferPointer { buffer in
        Foundation.write(file, buffer.baseAddress?.advanced(by: done), bytes.count - done)
      }
      if put < 0, errno == EINTR { continue }
      guard put > 0 else {
        let problem = problem()
        close(file)
        return problem
      }
      done += put
    }
    guard close(file) == 0 else { return problem() }
    note(path, now)
    return nil
  }

  private static func problem() -> String { String(cString: strerror(errno)) }

  private static func size(_ path: String) -> Int { facts(path)?.size ?? 0 }

  private func remove(_ path: String, size: Int) {
    guard unlink(path) == 0 else { return }
    state.withLock { $0.total = max(0, $0.total - size) }
  }

  // MARK: Counting and clearing

  private struct Kept {
    let path: String
    let size: Int
    let usedAt: Instant
  }

  /// Counts what is kept, and removes what is too much: once, after the start.
  func count() {
    guard limit > 0 else { return }
    let files = files()
    let total = files.reduce(0) { $0 + $1.size }
    // What came meanwhile may be counted twice; the next clearing puts that right.
    let isFull = state.withLock { state in
      if !state.isCounted { state.total += total }
      state.isCounted = true
      return state.total > limit
    }
    if isFull { clear() }
  }

  /// Removes the pictures that were not used for longest, until 90 percent of the limit are left.
  func clear() {
    let isMine = state.withLock { state in
      if state.isClearing { return false }
      state.isClearing = true
      return true
    }
    guard isMine else { return }
    let before = total
    let files = files().sorted { ($0.usedAt, $0.path) < ($1.usedAt, $1.path) }
    let found = files.reduce(0) { $0 + $1.size }
    var left = found
    let wanted = limit / 100 * Self.keptPercent + limit % 100 * Self.keptPercent / 100
    if found > limit {
      for file in files where left > wanted {
        if unlink(file.path) == 0 || errno == ENOENT { left -= file.size }
      }
    }
    state.withLock { state in
      // What was kept since the files were listed is not among them.
      state.total = left + max(0, state.total - before)
      state.isCounted = true
      state.isClearing = false
    }
  }

  /// Every picture that is kept; files that were begun and never finished are removed on the way, others left alone.
  private func files() -> [Kept] {
    var files: [Kept] = []
    let now = clock()
    for number in 0..<256 {
      let name = String(number >> 4, radix: 16) + String(number & 15, radix: 16)
      let directory = "\(folder)/\(name)"
      // A folder that is not there holds nothing; one that cannot be read cannot be cleared either.
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { continue }
      for name in names where name.utf8.count >= 64 {
        let path = "\(directory)/\(name)"
        guard let (size, writtenAt) = Self.facts(path) else { continue }
        if name.utf8.count == 64 {
          files.append(Kept(path: path, size: size, usedAt: writtenAt))
        } else if name.hasSuffix(".new"), now - writtenAt > Self.abandonedSeconds * 1_000_000 {
          unlink(path)
        }
      }
    }
    return files
  }
}
