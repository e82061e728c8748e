/// The indexes of the diary's filters: films or episodes alone, where plays came from, one title.
let historyTables = """
  CREATE INDEX plays_film_day ON plays (user_id, day, at, id) WHERE episode_id IS NULL;
  CREATE INDEX plays_episode_day ON plays (user_id, day, at, id) WHERE episode_id IS NOT NULL;
  CREATE INDEX plays_film_source ON plays (user_id, source, day, at, id) WHERE episode_id IS NULL;
  CREATE INDEX plays_episode_source ON plays (user_id, source, day, at, id) WHERE episode_id IS NOT NULL;
  CREATE INDEX plays_title_day ON plays (user_id, title_id, day, at, id);
  """
