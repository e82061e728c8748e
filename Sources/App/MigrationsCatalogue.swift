/// What the outside knows of films and shows: pictures, what they are about, where to watch them, who is in them; and
/// what was fetched when.
///
/// An episode or a title that its source does not know any more stays, with `gone_at`. The pages of a source's own
/// (`charts`) and its "more like this" (`related`) are kept in the order in which it gave them.
let catalogueFacts = """
  CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tmdb_id INTEGER NOT NULL UNIQUE,
    name TEXT NOT NULL,
    overview TEXT NOT NULL DEFAULT '',
    poster TEXT,
    backdrop TEXT
  ) STRICT;
  ALTER TABLE titles ADD COLUMN tagline TEXT NOT NULL DEFAULT '';
  ALTER TABLE titles ADD COLUMN poster TEXT;
  ALTER TABLE titles ADD COLUMN backdrop TEXT;
  ALTER TABLE titles ADD COLUMN votes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE titles ADD COLUMN score INTEGER;
  ALTER TABLE titles ADD COLUMN is_adult INTEGER NOT NULL DEFAULT 0 CHECK (is_adult IN (0, 1));
  ALTER TABLE titles ADD COLUMN collection_id INTEGER REFERENCES collections (id) ON DELETE SET NULL;
  ALTER TABLE titles ADD COLUMN fetched_at INTEGER;
  ALTER TABLE titles ADD COLUMN gone_at INTEGER;
  CREATE INDEX titles_collection ON titles (collection_id, released) WHERE collection_id IS NOT NULL;
  CREATE INDEX titles_weight ON titles (weight, id) WHERE owner_id IS NULL;
  CREATE INDEX titles_as_of ON titles (as_of) WHERE source = 'tmdb';
  ALTER TABLE seasons ADD COLUMN overview TEXT NOT NULL DEFAULT '';
  ALTER TABLE seasons ADD COLUMN poster TEXT;
  ALTER TABLE episodes ADD COLUMN overview TEXT NOT NULL DEFAULT '';
  ALTER TABLE episodes ADD COLUMN still TEXT;
  ALTER TABLE episodes ADD COLUMN part TEXT NOT NULL DEFAULT '';
  ALTER TABLE episodes ADD COLUMN tmdb_id INTEGER;
  ALTER TABLE episodes ADD COLUMN imdb_id TEXT;
  ALTER TABLE episodes ADD COLUMN gone_at INTEGER;
  ALTER TABLE episodes ADD COLUMN gone_from TEXT;
  ALTER TABLE people ADD COLUMN picture TEXT;
  ALTER TABLE people ADD COLUMN born TEXT;
  ALTER TABLE people ADD COLUMN died TEXT;
  ALTER TABLE people ADD COLUMN birthplace TEXT NOT NULL DEFAULT '';
  ALTER TABLE people ADD COLUMN about TEXT NOT NULL DEFAULT '';
  ALTER TABLE people ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE people ADD COLUMN fetched_at INTEGER;
  ALTER TABLE credits ADD COLUMN part TEXT NOT NULL DEFAULT '';
  CREATE TABLE keywords (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    keyword TEXT NOT NULL,
    PRIMARY KEY (title_id, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX keywords_title ON keywords (keyword, title_id);
  CREATE TABLE translations (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    overview TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (title_id, language)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE videos (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    site TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    PRIMARY KEY (title_id, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE certificates (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    country TEXT NOT NULL,
    certificate TEXT NOT NULL,
    PRIMARY KEY (title_id, country)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE providers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    logo TEXT,
    place INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE offers (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    country TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('stream', 'free', 'ads', 'rent', 'buy')),
    provider_id INTEGER NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    PRIMARY KEY (title_id, country, kind, provider_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX offers_provider ON offers (country, provider_id, title_id);
  CREATE TABLE related (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    other_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    PRIMARY KEY (title_id, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX related_other ON related (other_id);
  CREATE TABLE charts (
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    PRIMARY KEY (name, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX charts_title ON charts (title_id);
  CREATE TABLE fetches (
    resource TEXT PRIMARY KEY,
    priority INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_until INTEGER,
    fetched_at INTEGER,
    etag TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    problem TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fetches_due ON fetches (priority, due_at);
  ALTER TABLE users ADD COLUMN country TEXT NOT NULL DEFAULT '';
  CREATE TABLE services (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider_id INTEGER NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, provider_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX services_provider ON services (provider_id);
  CREATE TABLE dismissals (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    PRIMARY KEY (user_id, title_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dismissals_title ON dismissals (title_id);
  """
