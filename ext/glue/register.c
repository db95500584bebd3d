/*
** Registering everything on a connection.
*/
#include "register.h"

#include "function_engine.h"
#include "scan.h"
#include "table_engine.h"

#define OLDEST_SQLITE 3038000

static int registration_failed(char **message, const char *name, sqlite3 *db, int rc)
{
  *message = sqlite3_mprintf("retain: registering %s: %s", name, sqlite3_errmsg(db));
  return rc;
}

int retain_register(sqlite3 *db, char **message, const TableSpec *const *tables, const FunctionSpec *const *functions)
{
  if (sqlite3_libversion_number() < OLDEST_SQLITE) {
    *message = sqlite3_mprintf("retain needs SQLite 3.38 or newer, this is %s", sqlite3_libversion());
    return SQLITE_ERROR;
  }
  Connection *connection = connection_new(db, (Registry){tables, functions});
  if (!connection) {
    return SQLITE_NOMEM;
  }
  int rc = scan_register(connection);
  if (rc != SQLITE_OK) {
    rc = registration_failed(message, "the reader", db, rc);
  }
  for (int i = 0; rc == SQLITE_OK && functions[i]; i++) {
    rc = function_register(connection, functions[i]);
    if (rc != SQLITE_OK) {
      rc = registration_failed(message, functions[i]->name, db, rc);
    }
  }
  for (int i = 0; rc == SQLITE_OK && tables[i]; i++) {
    rc = table_register(connection, tables[i]);
    if (rc != SQLITE_OK) {
      rc = registration_failed(message, tables[i]->name, db, rc);
    }
  }
  connection_release(connection);
  return rc;
}
