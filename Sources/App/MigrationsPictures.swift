/// To find whose picture a path is: rows without one are left out.
let pictureIndexes = """
  CREATE INDEX titles_poster ON titles (poster) WHERE poster IS NOT NULL;
  CREATE INDEX titles_backdrop ON titles (backdrop) WHERE backdrop IS NOT NULL;
  CREATE INDEX seasons_poster ON seasons (poster) WHERE poster IS NOT NULL;
  CREATE INDEX episodes_still ON episodes (still) WHERE still IS NOT NULL;
  CREATE INDEX people_picture ON people (picture) WHERE picture IS NOT NULL;
  CREATE INDEX collections_poster ON collections (poster) WHERE poster IS NOT NULL;
  CREATE INDEX collections_backdrop ON collections (backdrop) WHERE backdrop IS NOT NULL;
  CREATE INDEX providers_logo ON providers (logo) WHERE logo IS NOT NULL;
  """
