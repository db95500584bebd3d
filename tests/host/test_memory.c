/*
** How much memory each table function takes at most, on inputs made to take much: rows that are all different, long
** spans, many groups. The bound of a case is a megabyte, so much for each row that is read and so much for each row
** that the answer has; for a call that fails the latter must not count, so that limits are looked at in time.
** not under valgrind: minutes of large inputs, which ASan and UBSan see too
*/
#include "connection.h"
#include "unit.h"

#define N 30000

static const char SETUP[] =
  /* a customer, a segment and a day for each row; the same rows of 100 customers; and the ends of time */
  "CREATE TABLE wide AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29999) SELECT "
  "printf('customer-%010d', i) AS customer_id, date('1940-01-01', i || ' days') AS ordered_at, i * 0.37 AS amount, "
  "'segment-' || i AS segment FROM n;"
  "CREATE TABLE few AS SELECT 'c' || (rowid % 100) AS customer_id, ordered_at, amount, segment FROM wide;"
  "CREATE TABLE span (customer_id, ordered_at, amount, segment);"
  "INSERT INTO span VALUES (1, '0001-01-01', 1, 'a'), (2, '9999-12-31', 1, 'b'), (1, '9999-12-30', 2, 'a');"
  /* purchases that models can be fitted to */
  "CREATE TABLE shop AS SELECT rowid AS customer_id, datetime('2024-01-01', rowid * 7919 % 365 || ' days') AS "
  "ordered_at, amount FROM wide WHERE rowid <= 20000;"
  "INSERT INTO shop SELECT customer_id, datetime(ordered_at, (customer_id % 300 + 1) || ' days'), amount FROM shop "
  "WHERE customer_id % 2;"
  /* a time, a customer and a stratum for each row, 1000 causes, 500 groups, 100 levels */
  "CREATE TABLE lives AS SELECT rowid * 0.37 AS tenure, rowid % 2 AS churned, 'cause-' || (rowid * 7919 % 1000) AS "
  "cause, rowid AS customer, 'group-' || ((rowid * 7919 + rowid / 7) % 500) AS team, rowid * 0.01 AS entry, 'level-' "
  "|| (rowid % 100) AS level, rowid * 7919 % 1009 AS x FROM wide;"
  "CREATE TABLE contracts AS SELECT rowid AS customer_id, date('2020-01-01', (rowid % 1500) || ' days') AS start, "
  "date('2020-01-01', (rowid % 1500 + 30) || ' days') AS \"end\", 9.99 + rowid % 7 AS amount, 'segment-' || (rowid % "
  "10000) AS segment FROM wide;"
  "CREATE TABLE longest (customer_id, start, \"end\", amount);"
  "INSERT INTO longest VALUES (1, '0001-01-01', '9999-12-31', 1), (2, '9999-12-30', NULL, 1);";

typedef struct Case {
  const char *sql; /* an aggregate over the function: one row */
  int per_row;     /* bytes for each of N rows */
  int per_answer;  /* bytes for each row of the answer, which count(*) says */
  bool fails;
} Case;

static const Case CASES[] = {
  {"data_check('wide')", 120, 0, false},
  {"retention_by_period('wide') WHERE segment_column = 'segment' AND grain = 'year'", 1200, 120, false},
  {"retention_by_period('wide') WHERE segment_column = 'segment' AND grain = 'month'", 18000, 0, true},
  {"cohort_retention('wide') WHERE segment_column = 'segment' AND grain = 'year'", 1800, 48, false},
  {"rfm('few') WHERE segment_column = 'segment'", 2100, 0, false},
  {"customer_summary('few') WHERE segment_column = 'segment'", 2100, 0, false},
  {"churn_threshold('few') WHERE segment_column = 'segment'", 600, 0, false},
  {"data_check('few')", 120, 0, false},
  {"data_check('span')", 120, 0, false},
  {"retention_by_period('wide') WHERE grain = 'day'", 100, 120, false},
  {"retention_by_period('span') WHERE as_of = '9999-12-31' AND grain = 'day'", 0, 0, true},
  {"cohort_retention('wide') WHERE grain = 'day'", 200, 0, true},
  {"cohort_retention('few') WHERE grain = 'day'", 100, 64, false},
  {"cohort_retention('span') WHERE as_of = '9999-12-31' AND grain = 'day'", 0, 0, true},
  {"cohort_retention('wide') WHERE grain = 'day' AND cohort_column = 'segment'", 350, 0, true},
  {"cohort_average('few') WHERE grain = 'month'", 100, 1000, false},
  {"cohort_average('span') WHERE as_of = '9999-12-31' AND grain = 'day' AND clock = 'rolling'", 0, 0, true},
  {"repeat_ladder('wide')", 100, 0, false},
  {"repeat_ladder('few')", 40, 0, false},
  {"stickiness('wide', 'day')", 120, 50, false},
  {"stickiness('few')", 60, 50, false},
  {"purchase_intervals('wide')", 100, 0, false},
  {"purchase_intervals('few')", 40, 0, false},
  {"rfm('wide')", 120, 0, false},
  {"rfm('wide') WHERE order_column = 'segment'", 300, 0, false},
  {"rfm('few') WHERE order_column = 'ordered_at' AND segment_column = 'segment'", 2300, 0, false},
  {"rfm_thresholds('wide')", 120, 0, false},
  {"segment_flow('wide', '1980-01-01', '1990-01-01')", 140, 0, false},
  {"customer_summary('wide')", 100, 0, false},
  {"customer_summary('few')", 40, 0, false},
  {"clv_forecast('shop')", 200, 0, false},
  {"model_fit('shop')", 200, 0, false},
  {"model_backtest('shop')", 200, 0, false},
  {"model_backtest('span') WHERE as_of = '9999-12-31'", 0, 0, true},
  {"churn_risk('shop')", 400, 0, false},
  {"churn_risk_quality('shop')", 400, 0, false},
  {"churn_threshold('shop')", 100, 0, false},
  {"survival_curve('lives', 'tenure', 'churned')", 100, 0, false},
  {"survival_curve('lives', 'tenure', 'churned', 'customer')", 400, 0, false},
  {"survival_curve('lives', 'tenure', 'churned', 'customer') WHERE entry_column = 'entry'", 500, 0, false},
  {"survival_summary('lives', 'tenure', 'churned', 'customer')", 400, 100, false},
  {"survival_at('lives', 'tenure', 'churned', '1, 10, 100', 'customer')", 400, 100, false},
  {"survival_forecast('lives', 'tenure', 'churned') WHERE horizon = 10", 200, 100, false},
  {"survival_test('lives', 'tenure', 'churned', 'team') WHERE strata_column = 'customer'", 500, 0, false},
  {"hazard_by('lives', 'customer', 'churned') WHERE width = 1", 100, 100, false},
  {"hazard_by('lives', 'tenure', 'churned', 'customer') WHERE width = 1", 500, 0, true},
  {"competing_risks('lives', 'tenure', 'cause')", 150, 0, false},
  {"competing_risks('lives', 'tenure', 'cause', 'team') WHERE time < 0", 600, 0, false},
  {"cox_model('lives', 'tenure', 'churned', 'level')", 8 * 100 + 150, 0, true},
  {"cox_model('lives', 'tenure', 'churned', 'x') WHERE strata_column = 'customer'", 200, 0, false},
  {"cox_summary('lives', 'tenure', 'churned', 'x') WHERE entry_column = 'entry'", 200, 0, false},
  {"cox_zph('lives', 'tenure', 'churned', 'x')", 250, 0, false},
  {"cox_baseline('lives', 'tenure', 'churned', 'x')", 250, 0, false},
  {"mrr_movements('contracts') WHERE grain = 'day'", 150, 200, false},
  {"mrr_movements('contracts') WHERE segment_column = 'segment'", 500, 200, false},
  {"mrr_movements('longest') WHERE as_of = '9999-12-31' AND grain = 'day'", 0, 0, true},
  {"revenue_retention('contracts') WHERE segment_column = 'segment'", 8000, 0, true},
  {"revenue_retention('longest') WHERE as_of = '9999-12-31' AND grain = 'day'", 0, 0, true},
  {"logo_retention('contracts') WHERE segment_column = 'segment'", 500, 200, false},
  {"contracts_check('contracts')", 250, 0, false},
  {"subscribers('contracts')", 200, 60, false},
  {"renewals('contracts') WHERE segment_column = 'segment'", 700, 120, false},
  {"renewals('longest') WHERE as_of = '9999-12-31' AND grain = 'day'", 0, 120, false},
  {"contracts_expiring('contracts')", 150, 0, false},
  {"contracts_expiring('contracts') WHERE segment_column = 'segment'", 1000, 0, false},
  {"demo_orders(30000, 1)", 100, 0, false},
  {"demo_contracts(30000, 1)", 100, 0, false},
  {"retain_help", 0, 0, false},
};

/* Bytes held at most while the statement ran; *rows: what it counted. */
static sqlite3_int64 peak_of(sqlite3 *db, const char *sql, int *rc, sqlite3_int64 *rows)
{
  Transcript text = {0};
  sqlite3_int64 before = sqlite3_memory_used();
  sqlite3_memory_highwater(1);
  *rc = connection_run(db, sql, &text);
  sqlite3_int64 peak = sqlite3_memory_highwater(0) - before;
  *rows = text.bytes ? strtoll(text.bytes, NULL, 10) : 0;
  transcript_free(&text);
  return peak;
}

static void memory_is_bounded(void **unused)
{
  (void)unused;
  sqlite3 *db = connection_open(":memory:");
  int bad = 0;
  connection_must(db, SETUP);
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    const Case *c = &CASES[i];
    char sql[300];
    int rc;
    sqlite3_int64 rows;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", c->sql);
    sqlite3_int64 peak = peak_of(db, sql, &rc, &rows), most = 1000000 + (sqlite3_int64)c->per_row * N;
    most += rc == SQLITE_OK ? c->per_answer * rows : 0;
    if (peak > most || (rc != SQLITE_OK) != c->fails) {
      bad++;
      print_error("%s: %lld bytes, %lld allowed, %lld rows: %s\n", c->sql, (long long)peak, (long long)most,
                  (long long)rows, sqlite3_errmsg(db));
    }
  }
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  assert_int_equal(bad, 0);
}

/* Every table function has a case. */
static void no_function_is_left_out(void **unused)
{
  (void)unused;
  sqlite3 *db = connection_open(":memory:");
  sqlite3_stmt *names = NULL;
  int missing = 0;
  assert_int_equal(
    sqlite3_prepare_v2(db, "SELECT DISTINCT name FROM retain_help('*') WHERE kind = 'table'", -1, &names, NULL),
    SQLITE_OK);
  while (sqlite3_step(names) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(names, 0);
    size_t length = strlen(name), i = 0;
    while (i < COUNT_OF(CASES) && (strncmp(CASES[i].sql, name, length) != 0 || CASES[i].sql[length] == '_')) {
      i++;
    }
    if (i == COUNT_OF(CASES)) {
      missing++;
      print_error("no case for %s\n", name);
    }
  }
  sqlite3_finalize(names);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  assert_int_equal(missing, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(memory_is_bounded),
    cmocka_unit_test(no_function_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
