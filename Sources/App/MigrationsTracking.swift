/// What tracking a show to its end needs: rewatches, ratings of seasons and episodes, lists, specials by choice.
///
/// The shelf is made again with more columns; `Recounts` fills it before the first request.
let trackingTables = """
  ALTER TABLE users ADD COLUMN hide_unseen INTEGER NOT NULL DEFAULT 0 CHECK (hide_unseen IN (0, 1));
  ALTER TABLE entries ADD COLUMN specials INTEGER NOT NULL DEFAULT 0 CHECK (specials IN (0, 1));
  CREATE TABLE passes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL REFERENCES titles (id),
    name TEXT NOT NULL DEFAULT '' CHECK (length(name) <= 100),
    started_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT;
  CREATE INDEX passes_user ON passes (user_id, title_id, id);
  CREATE UNIQUE INDEX passes_open ON passes (user_id, title_id) WHERE ended_at IS NULL;
  CREATE INDEX passes_title ON passes (title_id);
  CREATE TABLE ratings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL REFERENCES titles (id),
    season INTEGER,
    episode_id INTEGER REFERENCES episodes (id),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 0 AND 100),
    CHECK ((season IS NULL) <> (episode_id IS NULL))
  ) STRICT;
  CREATE UNIQUE INDEX ratings_season ON ratings (user_id, title_id, season) WHERE season IS NOT NULL;
  CREATE UNIQUE INDEX ratings_episode ON ratings (user_id, title_id, episode_id) WHERE episode_id IS NOT NULL;
  CREATE INDEX ratings_title ON ratings (title_id);
  CREATE INDEX ratings_of_episode ON ratings (episode_id) WHERE episode_id IS NOT NULL;
  CREATE TABLE lists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    note TEXT NOT NULL DEFAULT '',
    rule TEXT,
    place INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX lists_user ON lists (user_id, place, id);
  CREATE TABLE list_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    list_id INTEGER NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
    title_id INTEGER NOT NULL REFERENCES titles (id),
    place INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    added_at INTEGER NOT NULL,
    UNIQUE (user_id, list_id, title_id)
  ) STRICT;
  CREATE INDEX list_items_list ON list_items (list_id, place, id);
  CREATE INDEX list_items_user ON list_items (user_id, title_id);
  CREATE INDEX list_items_title ON list_items (title_id);
  CREATE INDEX episodes_air ON episodes (title_id, air_day);
  DROP TABLE shelf;
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
    pass INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    aired INTEGER NOT NULL,
    total INTEGER NOT NULL,
    share INTEGER NOT NULL,
    next_episode INTEGER,
    next_day TEXT,
    aired_day TEXT,
    turn_day TEXT,
    PRIMARY KEY (user_id, title_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX shelf_next ON shelf (user_id, last_at, next_day, next_episode, status) -- sqlite only
    WHERE next_episode IS NOT NULL AND status IN ('watching', 'uptodate'); -- sqlite only
  -- postgres: CREATE INDEX shelf_next ON shelf (user_id, last_at DESC NULLS LAST, next_day DESC, next_episode DESC, \
  status) WHERE next_episode IS NOT NULL AND status IN ('watching', 'uptodate');
  CREATE INDEX shelf_next_day ON shelf (user_id, next_day)
    WHERE next_episode IS NOT NULL AND status IN ('watching', 'uptodate');
  CREATE INDEX shelf_turn ON shelf (turn_day) WHERE turn_day IS NOT NULL;
  CREATE INDEX shelf_coming ON shelf (user_id, turn_day) WHERE turn_day IS NOT NULL;
  CREATE INDEX shelf_aired ON shelf (user_id, aired_day) WHERE aired_day IS NOT NULL;
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
  CREATE INDEX shelf_unrated ON shelf (user_id, last_at, title_id) WHERE rating IS NULL AND plays > 0; -- sqlite only
  -- postgres: CREATE INDEX shelf_unrated ON shelf (user_id, last_at DESC NULLS LAST, title_id DESC) \
  WHERE rating IS NULL AND plays > 0;
  CREATE INDEX shelf_title ON shelf (title_id);
  INSERT INTO site (name, value) VALUES ('recount', '1');
  """
