/// Titles that changed in the catalogue and are on so many shelves that these are recounted piece by piece
/// (`Recounts`): whoever has a larger number than `after_user`, up to `upto_user`.
///
/// PostgreSQL finds the next of them, and the next row that turns, by indexes that SQLite has already: there an index
/// of a table without rowid ends in its key. The old ones go last, so that pages are held up only for that moment.
/// The few administrators and the sessions that are over are found without reading everybody's.
let recountTables = """
  CREATE TABLE recounts (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    after_user INTEGER NOT NULL,
    upto_user INTEGER NOT NULL,
    has_new_runtimes INTEGER NOT NULL CHECK (has_new_runtimes IN (0, 1)),
    due_at INTEGER NOT NULL,
    PRIMARY KEY (title_id, after_user)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX recounts_due ON recounts (due_at, title_id, after_user);
  CREATE INDEX users_admins ON users (id) WHERE is_admin = 1;
  CREATE INDEX sessions_seen ON sessions (seen_at);
  CREATE INDEX sessions_created ON sessions (created_at);
  -- postgres: CREATE INDEX shelf_title_user ON shelf (title_id, user_id);
  -- postgres: CREATE INDEX shelf_turning ON shelf (turn_day, user_id, title_id) WHERE turn_day IS NOT NULL;
  -- postgres: DROP INDEX shelf_title;
  -- postgres: DROP INDEX shelf_turn;
  """
