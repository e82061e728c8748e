#ifndef FLIXLIST_ASSETS_H
#define FLIXLIST_ASSETS_H

/* A file of the source tree that is part of the program. */
struct flixlist_file {
  const char *name;
  const unsigned char *bytes;
  unsigned long count;
};

extern const struct flixlist_file flixlist_files[];
extern const long flixlist_file_count;

/* The entry at a place below flixlist_file_count. */
static inline struct flixlist_file flixlist_file_at(long place) { return flixlist_files[place]; }

#endif
