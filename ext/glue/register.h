/*
** The one call from the entry point into the engine.
*/
#ifndef RETAIN_GLUE_REGISTER_H
#define RETAIN_GLUE_REGISTER_H

#include "spec.h"
#include "sqlite.h"

/*
** Registers all functions on a connection; the registry is borrowed. An SQLite result code; on a failure *message (from
** sqlite3_malloc, the caller's) names the culprit.
*/
int retain_register(sqlite3 *db, char **message, const Registry *registry);

#endif
