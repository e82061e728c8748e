import CZlib
import Formats
import Foundation

/// A file of the datasets, unpacked while it is read; one that is not packed is read as it is.
final class IMDbFile {
  /// How its reading ended.
  enum End: Sendable, Equatable {
    /// All of it was there.
    case whole
    /// Its end is missing, or it is damaged from there on; what came before was handed out.
    case broken(String)
  }

  private let path: String
  private let file: gzFile
  private static let chunkBytes = 1 << 18

  /// Opens it.
  init(path: String) throws {
    guard FileManager.default.isReadableFile(atPath: path), let file = gzopen(path, "rb") else {
      throw StartProblem("The file \(path) is not there or cannot be read.")
    }
    self.path = path
    self.file = file
    gzbuffer(file, 1 << 17)
  }

  deinit { gzclose(file) }

  /// How many of its bytes were read, before they were unpacked.
  var offset: Int { Int(gzoffset(file)) }

  /// Calls `body` with each piece of what is in it.
  func each(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> End {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkBytes, alignment: 16)
    defer { room.deallocate() }
    while true {
      let size = gzread(file, room.baseAddress, UInt32(room.count))
      if size > 0 { try body(UnsafeRawBufferPointer(rebasing: room[..<Int(size)])) }
      if size == room.count { continue }
      // A short piece is the last one, or stands before what cannot be unpacked.
      var code: Int32 = 0
      let words = gzerror(file, &code)
      switch code {
      case Z_OK, Z_STREAM_END: if size <= 0 { return .whole }
      case Z_BUF_ERROR: return .broken("its end is missing")
      default: return .broken("it is damaged (\(words.map { String(cString: $0) } ?? "code \(code)"))")
      }
    }
  }
}

/// The files of the datasets in a folder, and what tells them from others of the same name.
struct IMDbFolder: Sendable {
  let path: String

  /// Where a file lies: packed, or unpacked where only that is there.
  func file(_ file: IMDb.File) -> String {
    let packed = path + "/" + file.rawValue + ".tsv.gz"
    let plain = path + "/" + file.rawValue + ".tsv"
    let manager = FileManager.default
    return !manager.fileExists(atPath: packed) && manager.fileExists(atPath: plain) ? plain : packed
  }

  /// Its size in bytes.
  func size(_ file: IMDb.File) throws -> Int {
    guard let size = try attributes(file)[.size] as? NSNumber else { return 0 }
    return size.intValue
  }

  /// Size and time of the last change of files: other files have other ones.
  func mark(_ files: [IMDb.File]) throws -> String {
    try files.map { file in
      let attributes = try attributes(file)
      let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      return "\(file.rawValue) \(try size(file)) \(Int(changed * 1_000))"
    }.joined(separator: "; ")
  }

  private func attributes(_ file: IMDb.File) throws -> [FileAttributeKey: Any] {
    do {
      return try FileManager.default.attributesOfItem(atPath: self.file(file))
    } catch {
      throw StartProblem("The file \(self.file(file)) is not there or cannot be read.")
    }
  }
}
