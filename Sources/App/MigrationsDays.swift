/// What statistics are read from: plays by day, plays by title, and the finished figures.
///
/// All three are worked out from plays; `Recounts` fills the first two before the first request. They name titles
/// without a foreign key: the plays they are counted from hold it, and a title goes only after its plays.
let daysTables = """
  CREATE TABLE days (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    plays INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    hours TEXT NOT NULL,
    PRIMARY KEY (user_id, day, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tallies (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    plays INTEGER NOT NULL,
    firsts INTEGER NOT NULL,
    undated INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    PRIMARY KEY (user_id, title_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE statistics (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    range_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    today TEXT NOT NULL,
    zone TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (user_id, range_key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO site (name, value) VALUES ('recount', '1') ON CONFLICT (name) DO NOTHING;
  """
