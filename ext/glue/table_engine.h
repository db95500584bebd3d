/*
** Table functions.
*/
#ifndef RETAIN_GLUE_TABLE_ENGINE_H
#define RETAIN_GLUE_TABLE_ENGINE_H

#include "connection.h"

int table_register(Connection *connection, const TableSpec *spec); /* an SQLite result code */
void table_unregister(sqlite3 *db, const TableSpec *spec);

#endif
