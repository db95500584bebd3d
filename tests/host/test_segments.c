/*
** segment_column answers for each segment what the function answers on a view of that segment's rows: the same rows in
** the same order, exactly, for every function that has it, on random tables. not under valgrind: thousands of analyses,
** which ASan and UBSan see too
*/
#include "event_cases.h"

#define SHOPS 6

/* Segments of every type, and NULL; text ids in odd shops; rows out of order, or in it; some rows take no part. */
static const char SHOP[] =
  "CREATE TABLE source AS WITH RECURSIVE n(i, a, b, c) AS ("
  "  SELECT 0, 7919 + %d, 104729 * %d, 3 UNION ALL"
  "  SELECT i + 1, (a * 1103515245 + 12345) & 2147483647, (b * 69069 + 1) & 4294967295, (c * 48271 + a) %% 2147483647"
  "  FROM n WHERE i < 2400)"
  "SELECT iif(%d %% 2, 'c' || (a / 65536 %% 170), a / 65536 %% 170) AS customer_id,"
  "  datetime('2024-01-01', (b / 65536 %% 700) || ' days', (c %% 86400) || ' seconds') AS ordered_at,"
  "  iif(c %% 50 = 0, NULL, (c %% 10000) / 100.0) AS amount,"
  "  iif(a / 1024 %% 2, 'x', 'y') AS kind,"
  "  CASE (a / 65536 %% 170) * %d %% 7 WHEN 0 THEN NULL WHEN 1 THEN 'b' WHEN 2 THEN 2 WHEN 3 THEN 2.5 WHEN 4 THEN 'B'"
  "    WHEN 5 THEN 'ab' ELSE iif(c %% 3, 'a', '2') END AS seg FROM n;"
  "INSERT INTO source SELECT NULL, ordered_at, 1, 'x', 'nobody' FROM source LIMIT 3;"
  "INSERT INTO source SELECT customer_id, '2027-01-01', 1, 'x', 'too late' FROM source LIMIT 3;"
  "CREATE TABLE sorted AS SELECT * FROM source ORDER BY ordered_at;"
  "CREATE TABLE calls AS SELECT customer_id, ordered_at AS time, kind, amount AS value FROM source WHERE rowid %% 5 = 0"
  "  AND customer_id IS NOT NULL AND ordered_at < '2026-01-01';"
  "CREATE TABLE contracts AS SELECT customer_id AS customer, date(ordered_at) AS start,"
  "  iif(rowid %% 4, date(ordered_at, (rowid * 7919 %% 300) || ' days'), NULL) AS \"end\", amount, seg FROM source;";

static const Case CONTRACTS[] = {
  {"mrr_movements", "", ""},      {"revenue_retention", ", 'quarter'", ""},
  {"logo_retention", "", ""},     {"renewals", "", ""},
  {"contracts_expiring", "", ""}, {"subscribers", ", 'day'", "AND grace = '60 days'"},
};

/* *refused: neither way gives an answer. */
static void compare(sqlite3 *db, const Case *item, const char *table, const char *takes_part, bool *refused)
{
  char *columns = columns_of(db, item->name, "\"%w\"", ", ");
  char *differ = columns_of(db, item->name, "got.\"%w\" IS NOT want.\"%w\"", " OR ");
  connection_must(db, "DROP TABLE IF EXISTS got; DROP TABLE IF EXISTS want; DROP TABLE IF EXISTS seg");
  run(db, sqlite3_mprintf("CREATE TABLE seg AS SELECT DISTINCT seg FROM %s WHERE %s ORDER BY seg", table, takes_part));
  const char *dealt = strncmp(item->name, "rfm", 3) == 0 ? "segment_value" : "segment";
  char *sql = sqlite3_mprintf("CREATE TABLE got AS SELECT %s AS dealt, %s FROM %s('%s'%s) WHERE as_of = '2026-01-01' "
                              "AND segment_column = 'seg' %s",
                              dealt, columns, item->name, table, item->arguments, item->where);
  *refused = connection_run(db, sql, NULL) != SQLITE_OK;
  sqlite3_free(sql);
  sqlite3_int64 n = number_of(db, "SELECT count(*) FROM seg");
  for (sqlite3_int64 i = 1; i <= n; i++) {
    run(db,
        sqlite3_mprintf("DROP VIEW IF EXISTS one; CREATE VIEW one AS SELECT * FROM %s WHERE seg IS (SELECT seg FROM "
                        "seg WHERE rowid = %lld)",
                        table, i));
    sql = sqlite3_mprintf("%s (SELECT seg FROM seg WHERE rowid = %lld) AS dealt, %s FROM %s('one'%s) WHERE as_of = "
                          "'2026-01-01' %s",
                          i == 1 ? "CREATE TABLE want AS SELECT" : "INSERT INTO want SELECT", i, columns, item->name,
                          item->arguments, item->where);
    int rc = connection_run(db, sql, NULL);
    if (rc != SQLITE_OK && *refused) {
      break; /* an error of a segment is one of the call */
    }
    if (rc != SQLITE_OK) {
      fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    sqlite3_free(sql);
    sql = NULL;
  }
  if (*refused && !sql) {
    fail_msg("%s of %s is refused with segment_column alone", item->name, table);
  }
  if (!*refused) {
    assert_true(number_of(db, "SELECT count(*) FROM got") > 0);
    assert_int_equal(number_of(db, "SELECT count(*) FROM got"), number_of(db, "SELECT count(*) FROM want"));
    char *count = sqlite3_mprintf("SELECT count(*) FROM got JOIN want ON got.rowid = want.rowid WHERE got.dealt IS NOT "
                                  "want.dealt OR typeof(got.dealt) <> typeof(want.dealt) OR %s",
                                  differ);
    sqlite3_int64 wrong = number_of(db, count);
    if (wrong) {
      fail_msg("%s of %s: %lld rows differ", item->name, table, (long long)wrong);
    }
    sqlite3_free(count);
  }
  sqlite3_free(sql);
  sqlite3_free(columns);
  sqlite3_free(differ);
}

static void as_views_of_each_segment(void **unused)
{
  (void)unused;
  int refused = 0, compared = 0;
  for (int shop = 0; shop < SHOPS; shop++) {
    bool is_refused;
    sqlite3 *db = connection_open(":memory:");
    run(db, sqlite3_mprintf(SHOP, shop, shop + 1, shop, shop + 1));
    for (size_t i = 0; i < COUNT_OF(EVENTS); i++) {
      compare(db, &EVENTS[i], shop % 3 ? "source" : "sorted", "customer_id IS NOT NULL AND ordered_at <= '2026-01-01'",
              &is_refused);
      refused += is_refused;
      compared++;
    }
    for (size_t i = 0; i < COUNT_OF(CONTRACTS); i++) {
      compare(db, &CONTRACTS[i], "contracts", "customer IS NOT NULL AND start <= '2026-01-01'", &is_refused);
      refused += is_refused;
      compared++;
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
  }
  assert_true(refused * 10 < compared);
}

/* Every function that has the parameter is compared above. */
static void no_function_is_left_out(void **unused)
{
  (void)unused;
  sqlite3 *db = connection_open(":memory:");
  connection_must(db, "CREATE TABLE compared (name)");
  for (size_t i = 0; i < COUNT_OF(EVENTS); i++) {
    run(db, sqlite3_mprintf("INSERT INTO compared VALUES (%Q)", EVENTS[i].name));
  }
  for (size_t i = 0; i < COUNT_OF(CONTRACTS); i++) {
    run(db, sqlite3_mprintf("INSERT INTO compared VALUES (%Q)", CONTRACTS[i].name));
  }
  assert_int_equal(number_of(db, "SELECT count(DISTINCT name) FROM compared"),
                   number_of(db,
                             "SELECT count(DISTINCT name) FROM retain_help('*') WHERE topic = 'parameter' AND item = "
                             "'segment_column' AND help LIKE '%with that value alone%'"));
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void text_must_be(sqlite3 *db, const char *sql, const char *wanted)
{
  Transcript text = {0};
  int rc = connection_run(db, sql, &text);
  const char *got = rc == SQLITE_OK ? text.bytes ? text.bytes : "" : sqlite3_errmsg(db);
  if (strcmp(got, wanted) != 0) {
    fail_msg("%s:\n%s, not\n%s", sql, got, wanted);
  }
  transcript_free(&text);
}

static void how_segments_are_told_apart(void **unused)
{
  (void)unused;
  sqlite3 *db = connection_open(":memory:");
  connection_must(db,
                  "CREATE TABLE orders (customer, time, amount, store COLLATE NOCASE);"
                  "INSERT INTO orders VALUES (1, '2025-01-01', 1, 'b'), (1, '2025-01-02', 1, 'B'), (2, '2025-01-03', "
                  "1, 2), (2, '2025-01-04', 1, 2.0), (3, '2025-01-05', 1, '2'), (3, '2025-01-06', 1, 10), (4, "
                  "'2025-01-07', 1, 2.5), (4, '2025-01-08', 1, -1e300), (5, '2025-01-09', 1, NULL), (6, '2025-01-10', "
                  "1, ''), (6, '2025-02-01', 1, 9e18), (6, '2025-02-01', 1, 9000000000000000001)");
  text_must_be(
    db, "SELECT quote(segment_value), customer, frequency, as_of FROM rfm('orders') WHERE segment_column = 'store'",
    "NULL|5|1|2025-02-01\n-1.0e+300|4|1|2025-02-01\n2|2|2|2025-02-01\n"
    "2.5|4|1|2025-02-01\n10|3|1|2025-02-01\n9000000000000000000|6|1|2025-02-01\n"
    "9000000000000000001|6|1|2025-02-01\n''|6|1|2025-02-01\n'2'|3|1|2025-02-01\n"
    "'b'|1|2|2025-02-01\n");
  text_must_be(
    db, "SELECT quote(segment_value), customer FROM rfm('orders') WHERE segment_column = 'store' AND customer = 3",
    "10|3\n'2'|3\n");
  text_must_be(db, "SELECT count(*), count(segment_value) FROM rfm('orders')", "6|0\n");
  text_must_be(db, "SELECT count(*) FROM rfm('orders') WHERE segment_column = 'store' AND as_of = '2020-01-01'", "0\n");
  text_must_be(db,
               "SELECT group_concat(rowid) FROM (SELECT r.rowid FROM rfm('orders') AS r WHERE segment_column = "
               "'store')",
               "1,2,3,4,5,6,7,8,9,10\n");
  text_must_be(db,
               "SELECT c.column1, count(r.customer) FROM (VALUES (1), (6), (7)) AS c LEFT JOIN rfm('orders') AS r ON "
               "r.customer = c.column1 AND r.segment_column = 'store' GROUP BY 1",
               "1|1\n6|3\n7|0\n");
  text_must_be(
    db, "SELECT 1 FROM rfm('orders') WHERE segment_column = 'stor'",
    "rfm(): no such column: 'stor' (segment_column); the columns of orders are: customer, time, amount, store");
  text_must_be(db,
               "SELECT 1 FROM rfm((SELECT retain_log(customer, time, amount) FROM orders)) WHERE segment_column = "
               "'store'",
               "rfm(): segment_column needs a named source: retain_log(…) keeps customer, time and value only");
  text_must_be(db, "SELECT 1 FROM churn_risk('orders', '10 days') WHERE segment_column = 'store' AND model = 'logit'",
               "churn_risk(): model logit cannot be had: too few customers to learn from: of those of a horizon ago 0 "
               "bought again and 1 did not, 35 of either are needed (segment NULL)");
  connection_must(db, "INSERT INTO orders VALUES (7, '2025-01-11', 1, x'00')");
  text_must_be(db, "SELECT 1 FROM rfm('orders') WHERE segment_column = 'store'",
               "rfm(): orders.store of row 13 must be an integer, a number or text, got a blob of 1 bytes");
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(how_segments_are_told_apart),
    cmocka_unit_test(as_views_of_each_segment),
    cmocka_unit_test(no_function_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
