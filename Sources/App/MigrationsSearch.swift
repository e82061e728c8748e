/// Places in popularity that never have to be made anew: `(255 - weight) << 32 | n` for the names of titles and for
/// people, who can be searched from here on.
///
/// The starter catalogue's weights, 1 to 100, become those of some 4,000 to 1.5 million votes. The words of the search
/// are made anew, with every two neighbours of Chinese and Japanese, as `NameForm.indexed` and `.lexemes` do.
let searchPlaces = """
  UPDATE titles SET weight = 120 + weight * 85 / 100 WHERE source = 'starter';
  UPDATE names SET folded = '8 1 2' WHERE folded = '81 2';
  UPDATE names SET id = ((255 - p.weight) << 32) + p.n - 1
    FROM (
      SELECT s.id AS old, t.weight, row_number() OVER (PARTITION BY t.weight ORDER BY s.id) AS n
      FROM names s JOIN titles t ON t.id = s.title_id
    ) AS p WHERE names.id = p.old;
  INSERT INTO words (words) VALUES ('delete-all'); -- sqlite only
  WITH RECURSIVE places (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM places WHERE i < 250) -- sqlite only
    INSERT INTO words (rowid, folded) SELECT id, folded || CASE -- sqlite only
      WHEN folded GLOB '*[\u{3005}\u{3041}-\u{30FF}\u{3400}-\u{9FFF}]*' THEN coalesce(( -- sqlite only
        SELECT group_concat(' ' || substr(folded, i, 2), '') FROM places -- sqlite only
        WHERE substr(folded, i, 1) GLOB '[\u{3005}\u{3041}-\u{30FF}\u{3400}-\u{9FFF}]' -- sqlite only
          AND substr(folded, i + 1, 1) GLOB '[\u{3005}\u{3041}-\u{30FF}\u{3400}-\u{9FFF}]' -- sqlite only
      ), '') ELSE '' END FROM names ORDER BY id; -- sqlite only
  -- postgres: UPDATE names SET words = array_to_tsvector(ARRAY(
  -- postgres:   SELECT w FROM regexp_split_to_table(folded, ' ') AS w
  -- postgres:   UNION SELECT '<' || left(w, n) FROM regexp_split_to_table(folded, ' ') AS w, generate_series(1, 3) AS n
  -- postgres:     WHERE n <= char_length(w)
  -- postgres:   UNION SELECT substr(folded, i, 2) FROM generate_series(1, char_length(folded) - 1) AS i
  -- postgres:     WHERE substr(folded, i, 2) ~ '^[\u{3005}\u{3041}-\u{30FF}\u{3400}-\u{9FFF}]{2}$'));
  -- postgres: DROP INDEX names_popular;
  -- postgres: CREATE INDEX names_popular ON names USING gin (words) WHERE id < 562640715776;
  ALTER TABLE people ADD COLUMN place INTEGER;
  UPDATE people SET weight = coalesce((
    SELECT max(t.weight) FROM credits c JOIN titles t ON t.id = c.title_id
    WHERE c.person_id = people.id AND t.owner_id IS NULL), 0);
  UPDATE people SET place = ((255 - p.weight) << 32) + p.n - 1
    FROM (
      SELECT s.id AS old, s.weight, row_number() OVER (PARTITION BY s.weight ORDER BY c.titles DESC, s.id) AS n
      FROM people s JOIN (
        SELECT c.person_id AS id, count(*) AS titles FROM credits c JOIN titles t ON t.id = c.title_id
        WHERE t.owner_id IS NULL GROUP BY c.person_id
      ) AS c ON c.id = s.id
    ) AS p WHERE people.id = p.old;
  CREATE UNIQUE INDEX people_place ON people (place);
  CREATE VIRTUAL TABLE people_words USING fts5(folded, content='', columnsize=0, detail=none, prefix='1 2 3', \
  tokenize='ascii'); -- sqlite only
  INSERT INTO people_words (rowid, folded) -- sqlite only
    SELECT place, name_key FROM people WHERE place IS NOT NULL ORDER BY place; -- sqlite only
  -- postgres: ALTER TABLE people ADD COLUMN words tsvector;
  -- postgres: UPDATE people SET words = array_to_tsvector(ARRAY(
  -- postgres:   SELECT w FROM regexp_split_to_table(name_key, ' ') AS w WHERE w <> ''
  -- postgres:   UNION SELECT '<' || left(w, n)
  -- postgres:     FROM regexp_split_to_table(name_key, ' ') AS w, generate_series(1, 3) AS n
  -- postgres:     WHERE n <= char_length(w) AND w <> '')) WHERE place IS NOT NULL;
  -- postgres: CREATE INDEX people_words ON people USING gin (words);
  -- postgres: CREATE INDEX people_popular ON people USING gin (words) WHERE place < 562640715776;
  """

/// An index of the names that are known, though not well: PostgreSQL looks among the rest only where they are too few.
let knownNames = """
  -- postgres: CREATE INDEX names_known ON names USING gin (words) WHERE id >= 562640715776 AND id < 755914244096;
  """
