/*
** Every function on events, with arguments of all kinds, for tests that compare two ways of one answer.
*/
#ifndef RETAIN_TESTS_EVENT_CASES_H
#define RETAIN_TESTS_EVENT_CASES_H

#include "connection.h"
#include "unit.h"

typedef struct Case {
  const char *name, *arguments, *where;
} Case;

static const Case EVENTS[] = {
  {"retention_by_period", "", ""},
  {"retention_by_period", ", 'week'", "AND active_within = '20 days' AND time_zone = '+08:00'"},
  {"cohort_retention", "", ""},
  {"cohort_retention", ", 'quarter', 'streak'", "AND cohort_column = 'kind'"},
  {"cohort_retention", ", 'week', 'on_or_after'", "AND clock = 'rolling' AND brackets = '1,3,7'"},
  {"cohort_average", "", "AND dialect = 'mixpanel'"},
  {"repeat_ladder", "", ""},
  {"stickiness", "", ""},
  {"stickiness", ", 'week'", "AND time_zone = '+08:00'"},
  {"purchase_intervals", "", ""},
  {"rfm", "", ""},
  {"rfm", ", 3, 'ntile', 'abc'", ""},
  {"rfm_thresholds", "", ""},
  {"segment_flow", ", '2025-01-01'", ""},
  {"customer_summary", ", 'day'", ""},
  {"clv_forecast", "", ""},
  {"model_fit", ", 'week'", ""},
  {"model_backtest", "", "AND holdout = '120 days'"},
  {"churn_risk", ", '60 days'", ""},
  {"churn_risk", ", '60 days', 'calls'", ""},
  {"churn_risk_quality", ", '60 days'", ""},
  {"churn_threshold", ", '60 days'", ""},
};
static sqlite3_int64 number_of(sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  sqlite3_int64 number = -1;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK || sqlite3_step(statement) != SQLITE_ROW) {
    fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  }
  number = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return number;
}

static void run(sqlite3 *db, char *sql)
{
  if (connection_run(db, sql, NULL) != SQLITE_OK) {
    fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  }
  sqlite3_free(sql);
}

/* The visible columns after the first, which tells the segment, each as `format` with its name in it twice. */
static char *columns_of(sqlite3 *db, const char *name, const char *format, const char *between)
{
  sqlite3_stmt *columns = NULL;
  sqlite3_str *text = sqlite3_str_new(NULL);
  sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?) WHERE cid > 0", -1, &columns, NULL);
  sqlite3_bind_text(columns, 1, name, -1, SQLITE_STATIC);
  while (sqlite3_step(columns) == SQLITE_ROW) {
    const char *column = (const char *)sqlite3_column_text(columns, 0);
    sqlite3_str_appendall(text, sqlite3_str_length(text) ? between : "");
    sqlite3_str_appendf(text, format, column, column);
  }
  sqlite3_finalize(columns);
  return sqlite3_str_finish(text);
}

#endif
