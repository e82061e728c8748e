#include "CSettings.h"

#include <sqlite3.h>

int csettings_without_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
