/// What an import leaves behind beside the record: what it did, and what its own titles stand for.
let importTables = """
  CREATE TABLE stand_ins (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    imdb_id TEXT,
    tmdb_id INTEGER,
    PRIMARY KEY (user_id, title_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX stand_ins_title ON stand_ins (title_id);
  CREATE TABLE imports (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    report TEXT NOT NULL,
    PRIMARY KEY (user_id, activity_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX imports_activity ON imports (activity_id);
  CREATE INDEX ratings_user ON ratings (user_id, title_id);
  """
