/// The addresses at which calendar programs read a person's calendar: one each, and only its hash is kept.
let feedsTables = """
  CREATE TABLE feeds (
    token_hash BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  """
