/// What is like what: at most `RecommendationRules.edges` others for each title, made anew by a job.
///
/// `content` says that they share genres, people, keywords or their time; `watched` that enough people here like both.
/// `edge_sources` has the titles whose edges were made; the common ones are made whether anybody has them or not.
let similarityTables = """
  CREATE TABLE edges (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    other_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('content', 'watched')),
    weight INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 1000),
    PRIMARY KEY (title_id, other_id, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX edges_other ON edges (other_id);
  CREATE TABLE edge_sources (
    title_id INTEGER PRIMARY KEY REFERENCES titles (id) ON DELETE CASCADE,
    is_common INTEGER NOT NULL CHECK (is_common IN (0, 1)),
    mark INTEGER NOT NULL
  ) STRICT;
  """
