/* zlib: gzip files, written and read as they are. */
#include <zlib.h>
