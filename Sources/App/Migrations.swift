import SQL

/// The steps of the schema, oldest first. A released step is never edited: a change is a new step.
///
/// Written in SQLite's spelling; `Migration.postgresText` gives PostgreSQL's. Times are microseconds since 1970 in
/// UTC, days are ISO text, truth is 0 or 1. Every table of a user's has `user_id` first in its key.
let migrations = Migrator([
  Migration("001-accounts", accountsTables),
  Migration("002-catalogue", catalogueTables),
  Migration("003-record", recordTables),
  Migration("004-tracking", trackingTables),
  Migration("012-history", historyTables),
  Migration("014-feeds", feedsTables),
  Migration("017-import", importTables),
  Migration("016-library", libraryIndexes),
  Migration("013-days", daysTables),
  Migration("018-jobs", jobsTables),
  Migration("019-catalogue", catalogueFacts),
  Migration("020-pictures", pictureIndexes),
  Migration("021-search", searchPlaces),
  Migration("022-similar", similarityTables),
  Migration("023-orders", orderTables),
  Migration("024-edges", packedEdges),
  Migration("025-known-names", knownNames),
  Migration("026-recounts", recountTables),
])

private let accountsTables = """
  CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL CHECK (length(username) BETWEEN 1 AND 40),
    username_key TEXT NOT NULL UNIQUE,
    email TEXT,
    email_key TEXT UNIQUE,
    display_name TEXT NOT NULL,
    password TEXT NOT NULL,
    is_admin INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
    is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
    zone TEXT NOT NULL,
    zone_known INTEGER NOT NULL DEFAULT 0 CHECK (zone_known IN (0, 1)),
    day_end_minutes INTEGER NOT NULL DEFAULT 0 CHECK (day_end_minutes BETWEEN 0 AND 720),
    language TEXT NOT NULL DEFAULT 'en',
    theme TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    scale TEXT NOT NULL DEFAULT 'points' CHECK (scale IN ('points', 'stars', 'hundred')),
    single_keys INTEGER NOT NULL DEFAULT 1 CHECK (single_keys IN (0, 1)),
    version INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL,
    agent TEXT NOT NULL,
    address TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX sessions_user ON sessions (user_id, id);
  CREATE TABLE links (
    token_hash BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('reset', 'invite', 'setup')),
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    made_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE throttles (
    bucket TEXT PRIMARY KEY,
    tokens REAL NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE site (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  """

private let catalogueTables = """
  CREATE TABLE titles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('movie', 'show')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 400),
    original_name TEXT,
    name_key TEXT NOT NULL,
    year INTEGER,
    released TEXT,
    runtime INTEGER CHECK (runtime > 0),
    overview TEXT NOT NULL DEFAULT '',
    countries TEXT NOT NULL DEFAULT '',
    languages TEXT NOT NULL DEFAULT '',
    has_ended INTEGER NOT NULL DEFAULT 0 CHECK (has_ended IN (0, 1)),
    weight INTEGER NOT NULL DEFAULT 0,
    imdb_id TEXT UNIQUE,
    tmdb_id INTEGER,
    tvdb_id INTEGER,
    source TEXT NOT NULL CHECK (source IN ('starter', 'own', 'tmdb', 'imdb')),
    as_of INTEGER NOT NULL,
    owner_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    UNIQUE (kind, tmdb_id)
  ) STRICT;
  CREATE INDEX titles_owner ON titles (owner_id) WHERE owner_id IS NOT NULL;
  CREATE TABLE genres (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    genre TEXT NOT NULL,
    PRIMARY KEY (title_id, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX genres_title ON genres (genre, title_id);
  CREATE TABLE seasons (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number >= 0),
    name TEXT NOT NULL DEFAULT '',
    year INTEGER,
    PRIMARY KEY (title_id, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE episodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    season INTEGER NOT NULL CHECK (season >= 0),
    number INTEGER NOT NULL CHECK (number >= 0),
    name TEXT NOT NULL DEFAULT '',
    aired TEXT,
    air_day TEXT,
    air_at INTEGER,
    runtime INTEGER CHECK (runtime > 0),
    UNIQUE (title_id, season, number)
  ) STRICT;
  CREATE TABLE people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    imdb_id TEXT UNIQUE,
    tmdb_id INTEGER UNIQUE
  ) STRICT;
  CREATE INDEX people_name ON people (name_key);
  CREATE TABLE credits (
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    job TEXT NOT NULL CHECK (job IN ('by', 'cast')),
    position INTEGER NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (title_id, job, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX credits_person ON credits (person_id, title_id);
  CREATE TABLE names (
    id INTEGER PRIMARY KEY,
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    folded TEXT NOT NULL
  ) STRICT;
  CREATE INDEX names_exact ON names (folded, id);
  CREATE INDEX names_title ON names (title_id);
  CREATE VIRTUAL TABLE words USING fts5(folded, content='', columnsize=0, detail=none, prefix='1 2 3', \
  tokenize='ascii'); -- sqlite only
  -- postgres: ALTER TABLE names ADD COLUMN words tsvector;
  -- postgres: CREATE INDEX names_words ON names USING gin (words);
  -- postgres: CREATE INDEX names_popular ON names USING gin (words) WHERE id <= 50000;
  """

private let recordTables = """
  CREATE TABLE entries (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL REFERENCES titles (id),
    intent TEXT CHECK (intent IN ('planned', 'watching', 'paused', 'dropped')),
    rating INTEGER CHECK (rating BETWEEN 0 AND 100),
    favourite INTEGER NOT NULL DEFAULT 0 CHECK (favourite IN (0, 1)),
    note TEXT NOT NULL DEFAULT '',
    added_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, title_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entries_title ON entries (title_id);
  CREATE TABLE plays (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL REFERENCES titles (id),
    episode_id INTEGER REFERENCES episodes (id),
    pass INTEGER NOT NULL DEFAULT 0,
    at INTEGER,
    day TEXT,
    precision TEXT NOT NULL CHECK (precision IN ('time', 'day', 'month', 'year', 'unknown')),
    source TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    once TEXT CHECK (length(once) BETWEEN 1 AND 64),
    CHECK ((precision = 'unknown') = (at IS NULL)),
    CHECK ((precision = 'unknown') = (day IS NULL)),
    UNIQUE (user_id, once)
  ) STRICT;
  CREATE INDEX plays_title ON plays (user_id, title_id, episode_id, pass, at);
  CREATE INDEX plays_day ON plays (user_id, day, at, id);
  CREATE INDEX plays_episode ON plays (episode_id) WHERE episode_id IS NOT NULL;
  CREATE INDEX plays_of_title ON plays (title_id);
  CREATE TABLE skips (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL REFERENCES titles (id),
    episode_id INTEGER NOT NULL REFERENCES episodes (id),
    PRIMARY KEY (user_id, title_id, episode_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX skips_episode ON skips (episode_id);
  CREATE TABLE shelf (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL REFERENCES titles (id),
    kind TEXT NOT NULL,
    name_key TEXT NOT NULL,
    year INTEGER,
    status TEXT NOT NULL,
    rating INTEGER,
    favourite INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    last_at INTEGER,
    last_day TEXT,
    plays INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    aired INTEGER NOT NULL,
    total INTEGER NOT NULL,
    share INTEGER NOT NULL,
    next_episode INTEGER,
    next_day TEXT,
    turn_day TEXT,
    PRIMARY KEY (user_id, title_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX shelf_next ON shelf (user_id, last_at, next_day, next_episode, status)
    WHERE next_episode IS NOT NULL AND status IN ('watching', 'uptodate');
  CREATE INDEX shelf_aired ON shelf (user_id, next_day)
    WHERE next_episode IS NOT NULL AND status IN ('watching', 'uptodate');
  CREATE INDEX shelf_turn ON shelf (turn_day) WHERE turn_day IS NOT NULL;
  CREATE INDEX shelf_name ON shelf (user_id, name_key, title_id);
  CREATE INDEX shelf_status ON shelf (user_id, status, name_key, title_id);
  CREATE INDEX shelf_kind ON shelf (user_id, kind, name_key, title_id);
  CREATE INDEX shelf_kind_status ON shelf (user_id, kind, status, name_key, title_id);
  CREATE INDEX shelf_last ON shelf (user_id, last_at, title_id);
  CREATE INDEX shelf_kind_last ON shelf (user_id, kind, last_at, title_id);
  CREATE INDEX shelf_status_last ON shelf (user_id, status, last_at, title_id);
  CREATE INDEX shelf_added ON shelf (user_id, added_at, title_id);
  CREATE INDEX shelf_status_added ON shelf (user_id, status, added_at, title_id);
  CREATE INDEX shelf_kind_added ON shelf (user_id, kind, added_at, title_id);
  CREATE INDEX shelf_year ON shelf (user_id, year, title_id);
  CREATE INDEX shelf_share ON shelf (user_id, share, title_id);
  CREATE INDEX shelf_rating ON shelf (user_id, rating, title_id) WHERE rating IS NOT NULL;
  CREATE INDEX shelf_unrated ON shelf (user_id, last_at, title_id) WHERE rating IS NULL AND plays > 0;
  CREATE INDEX shelf_title ON shelf (title_id);
  CREATE TABLE counts (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    titles INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind, status)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE activities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    title_id INTEGER REFERENCES titles (id),
    source TEXT NOT NULL,
    detail TEXT NOT NULL,
    at INTEGER NOT NULL,
    undone_at INTEGER
  ) STRICT;
  CREATE INDEX activities_user ON activities (user_id, id);
  CREATE INDEX activities_title ON activities (title_id);
  CREATE TABLE changes (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    activity_id INTEGER NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    tbl TEXT NOT NULL,
    key INTEGER NOT NULL,
    title_id INTEGER NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (user_id, activity_id, place)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX changes_activity ON changes (activity_id);
  CREATE INDEX changes_row ON changes (user_id, tbl, key);
  """
