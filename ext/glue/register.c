/*
** Registering everything on a connection.
*/
#include "register.h"

#include <string.h>

#include "function_engine.h"
#include "key_fold.h"
#include "retain.h"
#include "scan.h"
#include "table_engine.h"

#define OLDEST_SQLITE 3038000

/*
** Whether this version is there already. SQLite replaces no function while a statement runs, so that SELECT
** load_extension(…) cannot register again; nor need it.
*/
static bool is_registered(sqlite3 *db)
{
  static const char version[] = "retain " RETAIN_VERSION " (";
  sqlite3_stmt *statement = NULL;
  bool same = false;
  if (sqlite3_prepare_v2(db, "SELECT retain_version()", -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    same = text && strncmp(text, version, sizeof version - 1) == 0;
  }
  sqlite3_finalize(statement);
  return same;
}

/* After a failure: SQLite unloads the library, and what is registered would lead to where it was. */
static void unregister_all(sqlite3 *db, const Registry *registry)
{
  scan_unregister(db);
  key_fold_unregister(db);
  for (int i = 0; i < registry->n_listed; i++) {
    const Listed *listed = &registry->listed[i];
    if (listed->table) {
      table_unregister(db, listed->table);
    } else if (listed->function) {
      function_unregister(db, listed->function);
    }
  }
}

static int register_all(Connection *connection, const char **culprit)
{
  const Registry *registry = connection->registry;
  int rc = scan_register(connection);
  rc = rc == SQLITE_OK ? key_fold_register(connection) : rc;
  *culprit = "the reader";
  for (int i = 0; rc == SQLITE_OK && i < registry->n_listed; i++) {
    const Listed *listed = &registry->listed[i];
    if (listed->table) {
      rc = table_register(connection, listed->table);
      *culprit = listed->table->name;
    } else if (listed->function) {
      rc = function_register(connection, listed->function);
      *culprit = listed->function->name;
    }
  }
  return rc;
}

int retain_register(sqlite3 *db, char **message, const Registry *registry)
{
  if (sqlite3_libversion_number() < OLDEST_SQLITE) {
    *message = sqlite3_mprintf("retain needs SQLite 3.38 or newer, this is %s", sqlite3_libversion());
    return SQLITE_ERROR;
  }
  Connection *connection = connection_new(db, registry);
  if (!connection) {
    return SQLITE_NOMEM;
  }
  const char *culprit;
  int rc = register_all(connection, &culprit);
  if (rc == SQLITE_BUSY && is_registered(db)) {
    rc = SQLITE_OK;
  } else if (rc != SQLITE_OK) {
    *message = sqlite3_mprintf("retain: registering %s: %s", culprit, sqlite3_errmsg(db));
    if (rc != SQLITE_BUSY) { /* else nothing was replaced */
      unregister_all(db, registry);
    }
  }
  connection_release(connection);
  return rc;
}
