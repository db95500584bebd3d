/*
** What the clock decides, with a clock that stands: whether times lie in the future, and up to when contracts are
** looked at. SQLite's clock is its VFS's; times may be local, so what is now anywhere on Earth has come: 14 hours on.
*/
#include "connection.h"
#include "unit.h"

#define JULIAN_MS_1970 INT64_C(210866760000000)
#define NOON INT64_C(1749988800000) /* 2025-06-15 12:00:00 UTC */

static int noon(sqlite3_vfs *vfs, sqlite3_int64 *julian_ms)
{
  (void)vfs;
  *julian_ms = JULIAN_MS_1970 + NOON;
  return SQLITE_OK;
}

static int no_clock(sqlite3_vfs *vfs, sqlite3_int64 *julian_ms)
{
  (void)vfs, (void)julian_ms;
  return SQLITE_ERROR;
}

/* The rows of a query, or its error. */
static void answer_must_be(sqlite3 *db, const char *sql, const char *want)
{
  Transcript text = {0};
  int rc = connection_run(db, sql, &text);
  assert_string_equal(rc == SQLITE_OK ? text.bytes ? text.bytes : "" : sqlite3_errmsg(db), want);
  transcript_free(&text);
}

static sqlite3_vfs fixed;

static int clock_stands(void **state)
{
  (void)state;
  sqlite3_initialize();
  fixed = *sqlite3_vfs_find(NULL);
  fixed.zName = "fixed";
  fixed.xCurrentTimeInt64 = noon;
  return sqlite3_vfs_register(&fixed, 1);
}

static int clock_runs(void **state)
{
  (void)state;
  return sqlite3_vfs_unregister(&fixed);
}

static void events_in_the_future(void **state)
{
  (void)state;
  sqlite3 *db = connection_open(":memory:");
  connection_must(db, "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer, time, amount);"
                      "INSERT INTO orders VALUES (3, 'ann', '2025-06-16 02:00:00', 1), (4, 'bob', '2025-06-01', 2)");
  answer_must_be(db, "SELECT datetime('now')", "2025-06-15 12:00:00\n");
  answer_must_be(db, "SELECT count(*), min(as_of) FROM rfm('orders')", "2|2025-06-16 02:00:00\n");
  connection_must(db, "INSERT INTO orders VALUES (5, 'ann', '2025-06-16 02:00:00.001', 1)");
  answer_must_be(db, "SELECT count(*) FROM rfm('orders')",
                 "rfm(): 1 time of orders.time is in the future, the newest, 2025-06-16 02:00:00.001, in rowid 5: give "
                 "as_of, such as 'now'; later rows do not take part");
  connection_must(db, "INSERT INTO orders VALUES (9, 'cat', '2052-06-01', 1), (7, 'cat', '2025-07-01', 1)");
  answer_must_be(db, "SELECT count(*) FROM rfm('orders')",
                 "rfm(): 3 times of orders.time are in the future, the newest, 2052-06-01 00:00:00, in rowid 9: give "
                 "as_of, such as 'now'; later rows do not take part");
  answer_must_be(db, "SELECT customer, recency_days FROM rfm('orders') WHERE as_of = 'now'", "bob|14.5\n");
  answer_must_be(db, "SELECT customer, recency_days FROM rfm('orders') WHERE as_of = '2025-06-15'", "bob|14.0\n");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void contracts_look_from_what_has_happened(void **state)
{
  (void)state;
  sqlite3 *db = connection_open(":memory:");
  connection_must(db, "CREATE TABLE contracts(customer, start, \"end\", amount);"
                      "INSERT INTO contracts VALUES (1, '2025-01-01', '2026-01-01', 5), (2, '2025-02-01', "
                      "'2025-05-31', 5), (3, '2025-09-01', NULL, 5)");
#define AS_OF "SELECT DISTINCT as_of FROM mrr_movements('contracts')"
  answer_must_be(db, AS_OF, "2025-05-31\n");
  answer_must_be(db, "SELECT max(period), min(complete) FROM mrr_movements('contracts')", "2025-05-01|1\n");
  connection_must(db, "INSERT INTO contracts VALUES (4, '2025-06-15 12:00:00', NULL, 5)");
  answer_must_be(db, AS_OF, "2025-06-15 12:00:00\n");
  connection_must(db, "INSERT INTO contracts VALUES (5, '2025-06-17', '2025-06-18', 5)");
  answer_must_be(db, AS_OF, "2025-06-15 12:00:00\n");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Without a clock nothing lies in the future. */
static void no_clock_at_all(void **state)
{
  (void)state;
  sqlite3 *db = connection_open(":memory:");
  connection_must(db, "CREATE TABLE orders(customer, time, amount); INSERT INTO orders VALUES (1, '2999-01-01', 1)");
  fixed.xCurrentTimeInt64 = no_clock;
  answer_must_be(db, "SELECT customer, as_of FROM rfm('orders')", "1|2999-01-01\n");
  fixed.xCurrentTimeInt64 = noon;
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(events_in_the_future),
    cmocka_unit_test(contracts_look_from_what_has_happened),
    cmocka_unit_test(no_clock_at_all),
  };
  return cmocka_run_group_tests_name("clock", tests, clock_stands, clock_runs);
}
