/// Work that is done now and then, by one node at a time: when it is due, who has it and until when.
let jobsTables = """
  CREATE TABLE jobs (
    name TEXT PRIMARY KEY,
    due_at INTEGER NOT NULL,
    node TEXT,
    lease_until INTEGER,
    began_at INTEGER,
    ended_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    CHECK ((node IS NULL) = (lease_until IS NULL))
  ) STRICT, WITHOUT ROWID;
  """
