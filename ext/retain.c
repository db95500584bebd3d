/*
** The entry point: what exists, as functions.def lists it.
*/
#define RETAIN_ENTRY
#include "retain.h"

#include "glue/register.h"

SQLITE_EXTENSION_INIT1

#define FAMILY(folder, title)
#define TABLE(name) extern const TableSpec name##_table;
#define FUNCTION(name) extern const FunctionSpec name##_function;
#include "functions.def"
#undef FAMILY
#undef TABLE
#undef FUNCTION

static const Listed LISTED[] = {
#define FAMILY(folder, title) {.family = (title)},
#define TABLE(name) {.table = &name##_table},
#define FUNCTION(name) {.function = &name##_function},
#include "functions.def"
#undef FAMILY
#undef TABLE
#undef FUNCTION
};

static const Translation TRANSLATIONS[] = {
#define TEXT(english, chinese) {(english), (chinese)},
#include "texts_zh.def"
#undef TEXT
};

static const Registry REGISTRY = {
  .listed = LISTED,
  .n_listed = COUNT_OF(LISTED),
  .translations = TRANSLATIONS,
  .n_translations = COUNT_OF(TRANSLATIONS),
};

int sqlite3_retain_init(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
  char *text = NULL;
  SQLITE_EXTENSION_INIT2(api);
  (void)api;
  int rc = retain_register(db, &text, &REGISTRY);
  if (message) {
    *message = text;
  } else {
    sqlite3_free(text);
  }
  return rc;
}
