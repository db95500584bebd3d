/*
** Loading the shared library from C, and the failures that the README explains. Nothing of retain is called directly
** here.
*/
#include "unit.h"
#include <sqlite3.h>

static sqlite3 *opened(int allow)
{
  sqlite3 *db = NULL;
  assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
  assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, allow, NULL), SQLITE_OK);
  return db;
}

static void expect_failure(sqlite3 *db, const char *file, const char *entry, const char *part)
{
  char *message = NULL;
  assert_int_equal(sqlite3_load_extension(db, file, entry, &message), SQLITE_ERROR);
  assert_non_null(message);
  if (!strstr(message, part)) {
    fail_msg("wanted '%s', got: %s", part, message);
  }
  sqlite3_free(message);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* SQLite finds sqlite3_retain_init from the file's name. */
static void loads_without_naming_the_entry_point(void **state)
{
  (void)state;
  sqlite3 *db = opened(1);
  sqlite3_stmt *statement = NULL;
  char *message = NULL;
  if (sqlite3_load_extension(db, LOADABLE, NULL, &message) != SQLITE_OK) {
    fail_msg("%s", message);
  }
  assert_int_equal(sqlite3_prepare_v2(db, "SELECT retention_rate(1000, 1100, 300)", -1, &statement, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  assert_true(sqlite3_column_double(statement, 0) == 0.8);
  sqlite3_finalize(statement);
  /* once more on the same connection, and on another that outlives the first */
  assert_int_equal(sqlite3_load_extension(db, LOADABLE, NULL, NULL), SQLITE_OK);
  sqlite3 *other = opened(1);
  assert_int_equal(sqlite3_load_extension(other, LOADABLE, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  assert_int_equal(
    sqlite3_exec(
      other, "SELECT count(*) FROM rfm((SELECT retain_log(customer_id, ordered_at, amount) FROM demo_orders(50, 1)))",
      NULL, NULL, NULL),
    SQLITE_OK);
  assert_int_equal(sqlite3_close(other), SQLITE_OK);
}

/* SELECT load_extension(…) where retain is there already, say by ~/.sqliterc: SQLite replaces no function then. */
static void loads_again_while_a_statement_runs(void **state)
{
  (void)state;
  sqlite3 *db = opened(1);
  sqlite3_stmt *statement = NULL;
  sqlite3_enable_load_extension(db, 1);
  for (int i = 0; i < 3; i++) {
    if (sqlite3_exec(db, "SELECT load_extension('" LOADABLE "')", NULL, NULL, NULL) != SQLITE_OK) {
      fail_msg("%s", sqlite3_errmsg(db));
    }
  }
  assert_int_equal(sqlite3_prepare_v2(db, "SELECT customer_id FROM demo_orders(3, 1)", -1, &statement, NULL),
                   SQLITE_OK);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  assert_int_equal(sqlite3_load_extension(db, LOADABLE, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
  sqlite3_finalize(statement);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void loading_is_off_by_default(void **state)
{
  (void)state;
  expect_failure(opened(0), LOADABLE, NULL, "not authorized");
}

static void a_wrong_path_is_named(void **state)
{
  (void)state;
  expect_failure(opened(1), "./no/such/retain", NULL, "retain");
}

static void a_wrong_entry_point_is_named(void **state)
{
  (void)state;
  expect_failure(opened(1), LOADABLE, "sqlite3_other_init", "sqlite3_other_init");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(loads_without_naming_the_entry_point),
    cmocka_unit_test(loads_again_while_a_statement_runs),
    cmocka_unit_test(loading_is_off_by_default),
    cmocka_unit_test(a_wrong_path_is_named),
    cmocka_unit_test(a_wrong_entry_point_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
