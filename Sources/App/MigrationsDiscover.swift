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

/// The same as one row a title, which a page reads in one go: all are made anew.
///
/// `others` is as `PackedEdges` has it. A title that is gone may still be in it; numbers are never used again.
/// PostgreSQL learns SQLite's `json_each` of a list of numbers.
let packedEdges = """
  DROP TABLE edges;
  DROP TABLE edge_sources;
  CREATE TABLE edges (
    title_id INTEGER PRIMARY KEY REFERENCES titles (id) ON DELETE CASCADE,
    is_common INTEGER NOT NULL CHECK (is_common IN (0, 1)),
    others BLOB NOT NULL
  ) STRICT;
  DELETE FROM jobs WHERE name = 'similar';
  -- postgres: CREATE FUNCTION json_each(list text, OUT key bigint, OUT value bigint) RETURNS SETOF record
  -- postgres:   LANGUAGE sql IMMUTABLE ROWS 200 AS 'SELECT place - 1, CAST(item AS bigint)
  -- postgres:     FROM json_array_elements_text(CAST(list AS json)) WITH ORDINALITY AS l (item, place)';
  """
