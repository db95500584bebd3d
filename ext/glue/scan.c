#include "scan.h"

#include <string.h>

#include "core/base/compiler.h"
#include "program.h"

#define SCAN_INTERNAL SCAN_FUNCTION "() is internal: call the table functions"
#define SCAN_POINTER "retain_scan" /* type of the pointer value that the aggregate ends with */
#define DEEPEST 8                  /* sources read inside each other: a view over a table function over a view … */

/*
** The first row of an aggregate: makes the scan that runs its own, in *mine. A second aggregate finds it taken; whether
** the first was the right one shows at the end.
*/
APART static void scan_begin(sqlite3_context *context, Scan **mine, int n_columns, sqlite3_value **values)
{
  Scan *scan = ((const Binding *)sqlite3_user_data(context))->connection->scan;
  if (!mine) {
    sqlite3_result_error_nomem(context);
  } else if (!scan || scan->taken || scan->n_columns != n_columns) {
    sqlite3_result_error(context, SCAN_INTERNAL, -1);
  } else {
    scan->taken = true;
    scan->context = context;
    *mine = scan;
    scan->row(scan, values);
  }
}

void scan_stop(Scan *scan, Status status)
{
  scan->status = status;
  sqlite3_result_error(scan->context, "retain stopped reading", -1);
}

static void scan_step(sqlite3_context *context, int n_columns, sqlite3_value **values)
{
  Scan **mine = sqlite3_aggregate_context(context, sizeof *mine);
  if (mine && *mine) {
    Scan *scan = *mine;
    scan->context = context;
    scan->row(scan, values);
  } else {
    scan_begin(context, mine, n_columns, values);
  }
}

/* The result is the scan whose rows it brought: a pointer, which is NULL to everybody else. */
static void scan_final(sqlite3_context *context)
{
  Scan **mine = sqlite3_aggregate_context(context, 0);
  sqlite3_result_pointer(context, mine ? *mine : NULL, SCAN_POINTER, NULL);
}

/* NULL: out of memory. */
static char *scan_sql(const NamedTable *table, const char *const *columns, int n_columns)
{
  sqlite3_str *sql = sqlite3_str_new(NULL);
  sqlite3_str_appendall(sql, "SELECT " SCAN_FUNCTION "(");
  for (int i = 0; i < n_columns; i++) {
    sqlite3_str_appendf(sql, i ? ", src.\"%w\"" : "src.\"%w\"", columns[i]);
  }
  sqlite3_str_appendf(sql, ") FROM %s AS src", table->from);
  return sqlite3_str_finish(sql);
}

static Status reading_failed(Call *call, const char *label, int rc)
{
  Status status = call_status(call, rc);
  const char *why = sqlite3_errmsg(call->connection->db);
  if (status != STATUS_ERROR) {
    return status;
  }
  if (!strstr(why, "(): reading ")) {
    return call_fail(call, "reading %s: %s", label, why);
  }
  call->message = sqlite3_mprintf("%s", why); /* from a source inside this one: one "reading" says enough */
  return call->message ? STATUS_ERROR : STATUS_NOMEM;
}

Status scan_run(Scan *scan, Call *call, const NamedTable *table, const char *const *columns, int n_columns)
{
  Connection *connection = call->connection;
  sqlite3_stmt *statement = NULL;
  if (connection->depth >= DEEPEST) {
    return call_fail(call, "source '%s': views and table functions are nested more than %d deep; does one read itself?",
                     table->label, DEEPEST);
  }
  scan->n_columns = n_columns;
  scan->taken = false;
  scan->status = STATUS_OK;
  char *sql = scan_sql(table, columns, n_columns);
  int rc = sql ? sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL) : SQLITE_NOMEM;
  if (connection->reads) {
    program_reads(connection, sql, connection->reads);
  }
  sqlite3_free(sql);
  if (rc == SQLITE_OK) {
    Scan *outer = connection->scan;
    connection->scan = scan;
    connection->depth++;
    rc = sqlite3_step(statement);
    connection->depth--;
    connection->scan = outer;
  }
  Status status = scan->status;
  if (rc == SQLITE_INTERRUPT) { /* even where a row had ended the scan: the host asks once */
    status = STATUS_INTERRUPT;
  } else if (status == STATUS_OK && rc != SQLITE_ROW) {
    status = reading_failed(call, table->label, rc);
  } else if (status == STATUS_OK) {
    Scan *brought = sqlite3_value_pointer(sqlite3_column_value(statement, 0), SCAN_POINTER);
    if (brought != (scan->taken ? scan : NULL)) {
      status = call_fail(call, "reading %s: " SCAN_INTERNAL, table->label);
    }
  }
  sqlite3_finalize(statement);
  return status;
}

int scan_register(Connection *connection)
{
  Binding *binding = binding_new(connection, NULL, NULL);
  if (!binding) {
    return SQLITE_NOMEM;
  }
  return sqlite3_create_function_v2(connection->db, SCAN_FUNCTION, -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, binding, NULL,
                                    scan_step, scan_final, binding_free);
}

void scan_unregister(sqlite3 *db)
{
  sqlite3_create_function_v2(db, SCAN_FUNCTION, -1, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL);
}
