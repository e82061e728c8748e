#ifndef CSETTINGS_H
#define CSETTINGS_H

/// Has SQLite keep no figures of its memory, which every allocation on every thread would otherwise take one lock for.
///
/// To be called before the first database is opened; gives 0 when it is so (sqlite3_config, SQLITE_CONFIG_MEMSTATUS).
int csettings_without_statistics(void);

#endif
