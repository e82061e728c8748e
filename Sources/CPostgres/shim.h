/* PostgreSQL's own client library, libpq. */
#include <libpq-fe.h>
