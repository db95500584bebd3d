/*
** Scalars and aggregates.
*/
#ifndef RETAIN_GLUE_FUNCTION_ENGINE_H
#define RETAIN_GLUE_FUNCTION_ENGINE_H

#include "connection.h"

int function_register(Connection *connection, const FunctionSpec *spec); /* an SQLite result code */
void function_unregister(sqlite3 *db, const FunctionSpec *spec);

#endif
