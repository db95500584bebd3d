/*
** SQLite as every glue file sees it: through the host's routines when loaded, linked when built with -DSQLITE_CORE.
*/
#ifndef RETAIN_GLUE_SQLITE_H
#define RETAIN_GLUE_SQLITE_H

#include <stdbool.h>

#include "sqlite3ext.h"
#ifndef RETAIN_ENTRY
SQLITE_EXTENSION_INIT3
#endif

#endif
