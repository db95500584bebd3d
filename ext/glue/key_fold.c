/*
** SQLite tells the collation of a view's column to nobody but virtual tables, in xBestIndex: it is the one by which it
** would compare the column with theirs. So a statement that does so is prepared, with a table of our own, and never
** run.
*/
#include "key_fold.h"

#include "core/base/mem.h"

/* What is asked while the statement is prepared. */
typedef struct KeyFolds {
  KeyFold *fold; /* by column of the virtual table */
  int n;
} KeyFolds;

typedef struct FoldTable {
  sqlite3_vtab base;
  Connection *connection;
} FoldTable;

static int fold_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
  const Binding *binding = aux;
  (void)argc, (void)argv, (void)message;
  sqlite3_str *schema = sqlite3_str_new(NULL);
  sqlite3_str_appendall(schema, "CREATE TABLE x(key0");
  for (int i = 1; i < KEY_COLUMNS_MAX; i++) {
    sqlite3_str_appendf(schema, ", key%d", i);
  }
  sqlite3_str_appendall(schema, ")");
  char *text = sqlite3_str_finish(schema);
  int rc = text ? sqlite3_declare_vtab(db, text) : SQLITE_NOMEM;
  sqlite3_free(text);
  if (rc != SQLITE_OK) {
    return rc;
  }
  FoldTable *table = mem_zero(1, sizeof *table);
  if (!table) {
    return SQLITE_NOMEM;
  }
  table->connection = binding->connection;
  *out = &table->base;
  return sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
}

static int fold_disconnect(sqlite3_vtab *vtab)
{
  mem_free(vtab);
  return SQLITE_OK;
}

static KeyFold fold_of_collation(const char *name)
{
  return sqlite3_stricmp(name, "BINARY") == 0   ? KEY_EXACT
         : sqlite3_stricmp(name, "NOCASE") == 0 ? KEY_NOCASE
         : sqlite3_stricmp(name, "RTRIM") == 0  ? KEY_RTRIM
                                                : KEY_OTHER;
}

static int fold_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
  const KeyFolds *folds = ((FoldTable *)vtab)->connection->folds;
  for (int i = 0; folds && i < info->nConstraint; i++) {
    int column = info->aConstraint[i].iColumn;
    if (info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ && column >= 0 && column < folds->n) {
      folds->fold[column] = fold_of_collation(sqlite3_vtab_collation(info, i));
    }
  }
  return SQLITE_OK;
}

static int fold_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **out)
{
  (void)out;
  vtab->zErrMsg = sqlite3_mprintf(FOLD_MODULE " is internal: call the table functions");
  return SQLITE_ERROR;
}

static const sqlite3_module MODULE = {
  .xConnect = fold_connect,
  .xBestIndex = fold_best_index,
  .xDisconnect = fold_disconnect,
  .xDestroy = fold_disconnect,
  .xOpen = fold_open,
};

/* An aggregate, so that SQLite takes a view as it would where it groups by its columns. NULL: out of memory. */
static char *fold_sql(const NamedTable *table, const char *const *columns, int n)
{
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendf(sql, "SELECT count(*) FROM %s AS src, " FOLD_MODULE " AS fold WHERE 1", table->from);
  for (int i = 0; i < n; i++) {
    if (columns[i]) {
      sqlite3_str_appendf(sql, " AND src.\"%w\" = fold.key%d", columns[i], i);
    }
  }
  return sqlite3_str_finish(sql);
}

/* Prepares the statement about some columns: an SQLite result code. */
static int ask(Connection *connection, const NamedTable *table, const char *const *columns, int n, KeyFold *folds)
{
  KeyFolds asked = {folds, n};
  sqlite3_stmt *statement = NULL;
  char *sql = fold_sql(table, columns, n);
  connection->folds = &asked;
  int rc = sql ? sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL) : SQLITE_NOMEM;
  connection->folds = NULL;
  sqlite3_free(sql);
  sqlite3_finalize(statement);
  return rc;
}

/* Asks about each column alone: one whose collation this connection lacks cannot be compared. */
static int ask_each(Connection *connection, const NamedTable *table, const char *const *columns, int n, KeyFold *folds)
{
  const char *one[KEY_COLUMNS_MAX] = {0};
  int rc = SQLITE_OK;
  for (int i = 0; i < n && rc == SQLITE_OK; i++) {
    if (columns[i]) {
      one[i] = columns[i];
      rc = ask(connection, table, one, n, folds);
      one[i] = NULL;
      if (rc == SQLITE_ERROR) { /* any other reason is the scan's to tell */
        folds[i] = KEY_OTHER;
        rc = SQLITE_OK;
      }
    }
  }
  return rc;
}

Status key_folds(Call *call, const NamedTable *table, const char *const *columns, int n, KeyFold *folds)
{
  Connection *connection = call->connection;
  for (int i = 0; i < n; i++) {
    folds[i] = KEY_EXACT;
  }
  int rc = ask(connection, table, columns, n, folds);
  if (rc == SQLITE_ERROR) {
    rc = ask_each(connection, table, columns, n, folds);
  }
  if (rc == SQLITE_OK) {
    return STATUS_OK;
  }
  Status status = call_status(call, rc);
  return status == STATUS_ERROR ? call_fail(call, "reading %s: %s", table->label, sqlite3_errmsg(connection->db))
                                : status;
}

int key_fold_register(Connection *connection)
{
  Binding *binding = binding_new(connection, NULL, NULL);
  if (!binding) {
    return SQLITE_NOMEM;
  }
  return sqlite3_create_module_v2(connection->db, FOLD_MODULE, &MODULE, binding, binding_free);
}

void key_fold_unregister(sqlite3 *db)
{
  sqlite3_create_module_v2(db, FOLD_MODULE, NULL, NULL, NULL);
}
