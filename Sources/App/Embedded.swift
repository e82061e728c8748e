internal import CAssets

/// The files of the source tree that are part of the program: style, script, texts, the starter catalogue.
enum Embedded {
  /// A file's bytes; asking for a name that `assets.c` does not list is a mistake in our source.
  static func bytes(_ name: String) -> UnsafeRawBufferPointer {
    for place in 0..<flixlist_file_count {
      let file = flixlist_file_at(place)
      if String(cString: file.name) == name {
        return UnsafeRawBufferPointer(start: file.bytes, count: Int(file.count))
      }
    }
    preconditionFailure("no embedded file \(name)")
  }

  /// A file as text.
  static func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }
}
