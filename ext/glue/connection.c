/*
** Registering everything on a connection.
*/
#include "connection.h"

#include "core/base/mem.h"
#include "register.h"

#define OLDEST_SQLITE 3038000

void connection_release(Connection *connection)
{
  if (--connection->refs == 0) {
    mem_free(connection);
  }
}

void binding_free(void *binding)
{
  for (int i = 0; i < MEMOS; i++) {
    memo_clear(&((Binding *)binding)->memos[i]);
  }
  connection_release(((Binding *)binding)->connection);
  mem_free(binding);
}

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
  Connection *connection = mem_zero(1, sizeof *connection);
  if (!connection) {
    return SQLITE_NOMEM;
  }
  *connection = (Connection){.refs = 1, .db = db, .registry = {tables, functions}};
  int rc = accumulate_register(connection);
  if (rc == SQLITE_OK) {
    rc = rows_register(connection);
  }
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
