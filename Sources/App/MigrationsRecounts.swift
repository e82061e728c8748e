/// Titles that changed in the catalogue and are on so many shelves that these are recounted piece by piece
/// (`Recounts`): everybody with a larger number than `after_user` is still to come.
///
/// PostgreSQL finds the next of them, and the next row that turns, by indexes that SQLite has already: there an index
/// of a table without rowid ends in its key.
/// The few administrators and the sessions that are over are found without reading everybody's.
let recountTables = """
  CREATE TABLE recounts (
    title_id INTEGER PRIMARY KEY REFERENCES titles (id) ON DELETE CASCADE,
    after_user INTEGER NOT NULL,
    has_new_runtimes INTEGER NOT NULL CHECK (has_new_runtimes IN (0, 1))
  ) STRICT;
  -- postgres: DROP INDEX shelf_title;
  -- postgres: CREATE INDEX shelf_title ON shelf (title_id, user_id);
  -- postgres: DROP INDEX shelf_turn;
  -- postgres: CREATE INDEX shelf_turn ON shelf (turn_day, user_id, title_id) WHERE turn_day IS NOT NULL;
  CREATE INDEX users_admins ON users (id) WHERE is_admin = 1;
  CREATE INDEX sessions_seen ON sessions (seen_at);
  CREATE INDEX sessions_created ON sessions (created_at);
  """
