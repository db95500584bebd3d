/*
** The entry point: what exists, as functions.def lists it.
*/
#define RETAIN_ENTRY
#include "retain.h"

#include "glue/register.h"

SQLITE_EXTENSION_INIT1

#define FAMILY(name)
#define TABLE(name) extern const TableSpec name##_table;
#define FUNCTION(name) extern const FunctionSpec name##_function;
#include "functions.def"
#undef TABLE
#undef FUNCTION

static const TableSpec *const TABLES[] = {
#define TABLE(name) &name##_table,
#define FUNCTION(name)
#include "functions.def"
#undef TABLE
#undef FUNCTION
  NULL,
};

static const FunctionSpec *const FUNCTIONS[] = {
#define TABLE(name)
#define FUNCTION(name) &name##_function,
#include "functions.def"
#undef TABLE
#undef FUNCTION
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
