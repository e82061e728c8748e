// swift-format-ignore-file: NeverForceUnwrap

import Foundation
import Logging
import SQL
import Testing

@testable import App

/// A database of every released schema comes through to this one with its record.
@Suite struct MigrationTests {
  /// How many steps each release had.
  static let releases = ["0.1.0": 3]

  @Test(arguments: Array(releases.keys))
  func aDatabaseOfAnEarlierReleaseKeepsItsRecord(_ release: String) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/flixlist-migration-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var config = Config()
    config.data = folder
    config.database = .sqlite(path: folder + "/flixlist.sqlite")
    let old = try SQLite(path: config.path)
    try Migrator(Array(migrations.steps.prefix(Self.releases[release]!))).migrate(old, now: Site.now)
    try old.writeBlocking { try $0.script(Self.record) }
    try old.close()

    config.backups = folder + "/backups"
    let new = try Opening.open(config, now: Site.now)
    defer { try? new.close() }
    let backups = try FileManager.default.contentsOfDirectory(atPath: folder + "/backups")
    #expect(backups == ["before-004-tracking-2026-11-23T200000Z.flixlist.gz"])
    try Backups(now: Site.now).check(folder + "/backups/" + backups[0])
    let row = try new.writeBlocking { try Shelf.row($0, user: 1, title: 1) }
    #expect(row?.status == .watching && row?.seen == 1 && row?.total == 2 && row?.rating == 80)
    let counts = try new.writeBlocking {
      try $0.first("SELECT titles FROM counts WHERE user_id = 1 AND status = 'watching'") { $0.int() }
    }
    #expect(counts == 1)
    // What was deleted before there were more columns comes back all the same.
    try new.writeBlocking { connection in
      let user = try connection.first(
        """
        SELECT id, username, display_name, is_admin, zone, day_end_minutes, zone_known, language, theme, scale,
          single_keys, hide_unseen, version FROM users WHERE id = 1
        """, read: User.init)!
      try Journal.undo(connection, user: user, activity: 1, now: Site.now)
      #expect(try RecordStore.entry(connection, user: 1, title: 2)?.note == "kept")
    }
  }

  /// A record as the first release wrote it: a show half seen, and a deleted entry that can still be undone.
  private static let record = """
    INSERT INTO users (username, username_key, display_name, password, zone, created_at)
      VALUES ('alice', 'alice', 'Alice', 'x', 'Europe/Berlin', 0);
    INSERT INTO titles (kind, name, name_key, source, as_of, has_ended) VALUES ('show', 'Two', 'two', 'starter', 0, 1);
    INSERT INTO titles (kind, name, name_key, source, as_of) VALUES ('movie', 'Film', 'film', 'starter', 0);
    INSERT INTO episodes (title_id, season, number, air_day) VALUES (1, 1, 1, '0001-01-01'), (1, 1, 2, '0001-01-01');
    INSERT INTO entries (user_id, title_id, rating, added_at) VALUES (1, 1, 80, 5);
    INSERT INTO plays (user_id, title_id, episode_id, at, day, precision, source)
      VALUES (1, 1, 1, 5, '1970-01-01', 'time', 'web');
    INSERT INTO activities (user_id, kind, title_id, source, detail, at) VALUES (1, 'removed', 2, 'web', '{}', 5);
    INSERT INTO changes (user_id, activity_id, place, tbl, key, title_id, before)
      VALUES (1, 1, 1, 'entries', 2, 2,
        '{"added_at":5,"favourite":0,"intent":"planned","note":"kept","rating":null}');
    """
}
