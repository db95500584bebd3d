/* Every example of retain_help is one statement that runs and returns a row. */
#include "connection.h"
#include "unit.h"

static void examples_run_and_return_rows(void **state)
{
  (void)state;
  sqlite3 *db = connection_open(":memory:");
  sqlite3_stmt *list = NULL;
  int run = 0, bad = 0;
  assert_int_equal(
    sqlite3_prepare_v2(db, "SELECT name, help FROM retain_help('*') WHERE topic = 'example'", -1, &list, NULL),
    SQLITE_OK);
  while (sqlite3_step(list) == SQLITE_ROW) {
    const char *sql = (const char *)sqlite3_column_text(list, 1), *rest = NULL;
    sqlite3_stmt *example = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &example, &rest);
    if (rc == SQLITE_OK) {
      rc = sqlite3_step(example);
    }
    if (rc != SQLITE_ROW || *rest) {
      bad++;
      print_error("%s: %s: %s\n", (const char *)sqlite3_column_text(list, 0), sql,
                  rc == SQLITE_DONE  ? "no rows"
                  : rc == SQLITE_ROW ? "more than one statement"
                                     : sqlite3_errmsg(db));
    }
    while (rc == SQLITE_ROW) {
      rc = sqlite3_step(example);
    }
    bad += rc != SQLITE_DONE;
    sqlite3_finalize(example);
    run++;
  }
  sqlite3_finalize(list);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  assert_int_equal(bad, 0);
  assert_true(run > 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(examples_run_and_return_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
