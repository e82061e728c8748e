/// What the orders of the library walk when a title lacks the value they sort by: few rows each, in order of the id.
let libraryIndexes = """
  CREATE INDEX shelf_no_rating ON shelf (user_id, title_id) WHERE rating IS NULL;
  CREATE INDEX shelf_no_last ON shelf (user_id, title_id) WHERE last_at IS NULL;
  CREATE INDEX shelf_no_year ON shelf (user_id, title_id) WHERE year IS NULL;
  """
