/// Other orders in which a show's episodes are told: by disc, by absolute number, by story.
///
/// `orders` is what the source lists; `order_items` what it says of one, once somebody has looked at it.
let orderTables = """
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title_id INTEGER NOT NULL REFERENCES titles (id) ON DELETE CASCADE,
    tmdb_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    place INTEGER NOT NULL,
    episodes INTEGER NOT NULL DEFAULT 0,
    fetched_at INTEGER
  ) STRICT;
  CREATE INDEX orders_title ON orders (title_id, place);
  CREATE TABLE order_items (
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    part TEXT NOT NULL,
    episode_id INTEGER NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
    PRIMARY KEY (order_id, place)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX order_items_episode ON order_items (episode_id);
  """
