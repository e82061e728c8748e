import Foundation
import SQL

/// Where an import that was broken off goes on.
enum IMDbStateStore {
  /// How far the import is that has not come to its end; nil when there is none.
  static func load(_ connection: Connection) throws -> IMDbState? {
    let text = try connection.first("SELECT value FROM site WHERE name = 'imdb-import'") { $0.text() }
    guard let text else { return nil }
    do {
      return try JSONDecoder().decode(IMDbState.self, from: Data(text.utf8))
    } catch is DecodingError {
      // Another version's: the import begins anew, which costs time and nothing else.
      return nil
    }
  }

  /// Keeps it, in the transaction of what was done.
  static func save(_ connection: Connection, _ state: IMDbState) throws {
    let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
    try connection.execute(
      """
      INSERT INTO site (name, value) VALUES ('imdb-import', $1)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value
      """, text)
  }

  /// Forgets it: the import is done.
  static func clear(_ connection: Connection) throws {
    try connection.execute("DELETE FROM site WHERE name = 'imdb-import'")
  }
}
