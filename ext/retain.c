/*
** The entry point: what exists. A new function is a line in one of the two lists.
*/
#define RETAIN_ENTRY
#include "retain.h"

#include "glue/register.h"

SQLITE_EXTENSION_INIT1


extern const FunctionSpec period_start_function;
extern const FunctionSpec period_index_function;
extern const FunctionSpec retain_log_function;
extern const FunctionSpec retain_version_function;

static const TableSpec *const TABLES[] = {
    NULL,
};

static const FunctionSpec *const FUNCTIONS[] = {
    &retain_log_function,
    &retain_version_function,
    &period_start_function,
    &period_index_function,
    NULL,
};

int sqlite3_retain_init(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
  char *text = NULL;
  SQLITE_EXTENSION_INIT2(api);
  (void)api;
  int rc = retain_register(db, &text, TABLES, FUNCTIONS);
  if (message) {
    *message = text;
  } else {
    sqlite3_free(text);
  }
  return rc;
}
