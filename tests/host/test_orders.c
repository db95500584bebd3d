/*
** order_column answers on lines of orders what the function answers on the orders themselves, exactly, for every
** function that has it, on random tables, with and without segments. not under valgrind: hundreds of analyses, which
** ASan and UBSan see too
*/
#include "event_cases.h"

#define SHOPS 4

/*
** Orders of 1 … 4 lines, numbered within a customer or in the shop, as numbers or texts, or without a number where they
** have one line. Lines of an order come within three hours of its time, in no order, and add up to its amount in cents.
*/
static const char SHOP[] =
  "CREATE TABLE made AS WITH RECURSIVE n(i, a, b, c) AS ("
  "  SELECT 0, 7919 + %d, 104729 * %d, 3 UNION ALL"
  "  SELECT i + 1, (a * 1103515245 + 12345) & 2147483647, (b * 69069 + 1) & 4294967295, (c * 48271 + a) %% 2147483647"
  "  FROM n WHERE i < 1000)"
  "SELECT iif(%d %% 2, 'c' || (a / 65536 %% 120), a / 65536 %% 120) AS customer_id,"
  "  datetime('2024-01-01', (b / 65536 %% 700) || ' days', (c %% 70000) || ' seconds') AS ordered_at,"
  "  CASE WHEN c %% 50 = 0 THEN NULL ELSE (c %% 20000 - 300) / 100.0 END AS amount, iif(a / 1024 %% 2, 'x', 'y') AS "
  "kind,"
  "  CASE (a / 65536 %% 120) %% 4 WHEN 0 THEN NULL WHEN 1 THEN 'b' ELSE iif(c %% 3, 'a', 2) END AS seg,"
  "  1 + c %% 4 AS n_lines, i, iif(%d %% 2, i, row_number() OVER (PARTITION BY a / 65536 %% 120 ORDER BY i)) AS nth "
  "FROM n;"
  "CREATE TABLE lines AS SELECT customer_id, datetime(ordered_at, (k * k * 17) || ' minutes') AS ordered_at,"
  "  CASE WHEN k > 0 THEN 0.07 * k"
  "    ELSE round(amount - 0.07 * n_lines * (n_lines - 1) / 2, 2) END AS amount, kind, seg, i,"
  "  iif(n_lines = 1, iif(i %% 2, NULL, ''), iif(i %% 3, nth, 'A-' || nth)) AS number"
  "  FROM made JOIN (SELECT column1 AS k FROM (VALUES (0), (1), (2), (3))) ON k < n_lines"
  "  WHERE amount IS NOT NULL OR k = 0 ORDER BY (i * 7919 + k * 104729) %% 10007;"
  "CREATE TABLE orders AS SELECT m.* FROM made AS m JOIN (SELECT i, min(rowid) AS first FROM lines GROUP BY i) USING "
  "(i)"
  "  ORDER BY first;"; /* customers appear in the same order, in which models add up */

static void compare(sqlite3 *db, const Case *item, const char *more)
{
  char *columns = columns_of(db, item->name, "\"%w\"", ", ");
  connection_must(db, "DROP TABLE IF EXISTS got; DROP TABLE IF EXISTS want");
  char *want = sqlite3_mprintf("CREATE TABLE want AS SELECT %s FROM %s('orders'%s) WHERE as_of = '2026-01-01' %s %s",
                               columns, item->name, item->arguments, item->where, more);
  char *got = sqlite3_mprintf("CREATE TABLE got AS SELECT %s FROM %s('lines'%s) WHERE as_of = '2026-01-01' AND "
                              "order_column = 'number' %s %s",
                              columns, item->name, item->arguments, item->where, more);
  if (connection_run(db, want, NULL) != SQLITE_OK) {
    char *message = sqlite3_mprintf("%s", sqlite3_errmsg(db)); /* neither way gives an answer: the same error */
    assert_int_not_equal(connection_run(db, got, NULL), SQLITE_OK);
    assert_string_equal(sqlite3_errmsg(db), message);
    sqlite3_free(message);
  } else {
    connection_must(db, got);
    assert_true(number_of(db, "SELECT count(*) FROM got") > 0);
    assert_int_equal(number_of(db, "SELECT count(*) FROM got"), number_of(db, "SELECT count(*) FROM want"));
    sqlite3_int64 wrong = number_of(db, "SELECT count(*) FROM (SELECT * FROM got EXCEPT SELECT * FROM want)");
    if (wrong) {
      fail_msg("%s: %lld rows differ", got, (long long)wrong);
    }
  }
  sqlite3_free(got);
  sqlite3_free(want);
  sqlite3_free(columns);
}

static void as_the_orders_themselves(void **unused)
{
  (void)unused;
  for (int shop = 0; shop < SHOPS; shop++) {
    sqlite3 *db = connection_open(":memory:");
    run(db, sqlite3_mprintf(SHOP, shop, shop + 1, shop, shop));
    connection_must(db, "CREATE TABLE calls AS SELECT customer_id, ordered_at AS time, kind, amount AS value FROM "
                        "orders WHERE rowid % 5 = 0 AND ordered_at < '2026-01-01'");
    for (size_t i = 0; i < COUNT_OF(EVENTS); i++) {
      compare(db, &EVENTS[i], "");
      compare(db, &EVENTS[i], "AND segment_column = 'seg'");
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
  }
}

/* Every function that has the parameter is compared above; data_check() tells of lines. */
static void no_function_is_left_out(void **unused)
{
  (void)unused;
  sqlite3 *db = connection_open(":memory:");
  connection_must(db, "CREATE TABLE compared (name); INSERT INTO compared VALUES ('data_check')");
  for (size_t i = 0; i < COUNT_OF(EVENTS); i++) {
    run(db, sqlite3_mprintf("INSERT INTO compared VALUES (%Q)", EVENTS[i].name));
  }
  assert_int_equal(number_of(db, "SELECT count(DISTINCT name) FROM retain_help('*') WHERE topic = 'parameter' AND item "
                                 "= 'order_column' AND name NOT IN (SELECT name FROM compared)"),
                   0);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(as_the_orders_themselves),
    cmocka_unit_test(no_function_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
