/*
** Speed and memory, always as ratios to a yardstick measured in the same run:
**
**   bench FOLDER table ROWS [EXPERT_FOLDER]   every figure, by CPU time
**   bench FOLDER list                         the names of the cases
**   bench FOLDER once ROWS NAME               runs one case, all rows emitted (NAME: the columns usually asked for,
**                                             NAME_all: every column), inside measured(): for callgrind
**                                             --toggle-collect=measured. NAME may be `yardstick`
**
** The yardstick is SQLite's own floor for three columns: SELECT count(customer_id), count(ordered_at), count(amount)
** FROM orders.
*/
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "orders.h"

#define YARDSTICK "SELECT count(customer_id), count(ordered_at), count(amount) FROM orders"
#define REPEATS 3

typedef struct Case {
  const char *name; /* also EXPERT_FOLDER/name.sql */
  const char *from;
  const char *asked; /* the columns of the question that it is usually called for; NAME_all: SELECT * */
  bool slow;         /* its fits dominate: instructions are counted for the asked columns only */
} Case;

static const Case CASES[] = {
  {"rfm", "rfm('orders')", "*"},
  {"cohort_retention", "cohort_retention('orders')", "cohort, age, eligible, active, rate"},
  {"retention_by_period", "retention_by_period('orders')",
   "period, start_customers, retained, retention_rate, retention_low, retention_high, complete"},
  {"customer_summary", "customer_summary('orders')", "customer, x, t_x, T"},
  {"purchase_intervals", "purchase_intervals('orders')", "customer, median_gap, days_since_last, overdue_ratio"},
  {"repeat_ladder", "repeat_ladder('orders')", "*"},
  {"cohort_average", "cohort_average('orders')", "*"},
  {"rfm_thresholds", "rfm_thresholds('orders')", "*"},
  {"segment_flow", "segment_flow('orders') WHERE since = '2025-01-01' AND until = '2025-07-01'", "*"},
  {"data_check", "data_check('orders')", "*"},
  {"clv_forecast", "clv_forecast('orders')", "customer, p_alive, expected_purchases, expected_value, clv", true},
  {"churn_risk", "churn_risk('orders')", "customer, churn_probability, risk, reasons, value_at_risk", true},
};
#define N_CASES ((int)(sizeof CASES / sizeof *CASES))

/* With segments, 1,000 stores: over the same without them. */
static const Case SEGMENT_CASES[] = {
  {"retention_by_store", "retention_by_period('orders')", "segment, period, start_customers, retained, retention_rate"},
  {"cohorts_by_store", "cohort_retention('orders', 'quarter')", "segment, cohort, age, eligible, active, rate"},
  {"ladder_by_store", "repeat_ladder('orders')", "*"},
  {"rfm_by_store", "rfm('orders')", "segment_value, customer, r, f, m"},
  {"summary_by_store", "customer_summary('orders')", "segment, customer, x, t_x, T"},
};
#define N_SEGMENT_CASES ((int)(sizeof SEGMENT_CASES / sizeof *SEGMENT_CASES))
#define BY_STORE " WHERE segment_column = 'store'"

/*
** Steps to the end, so that every cell is made; the number of rows, or -1. Its own function, so that callgrind can name
** it.
*/
long measured(sqlite3 *db, const char *sql);
long measured(sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  long rows = 0;
  int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  while (rc == SQLITE_OK || rc == SQLITE_ROW) {
    rc = sqlite3_step(statement);
    rows += rc == SQLITE_ROW;
  }
  if (rc != SQLITE_DONE) {
    fprintf(stderr, "FAIL %s: %s\n", sql, sqlite3_errmsg(db));
    rows = -1;
  }
  sqlite3_finalize(statement);
  return rows;
}

static double timed(sqlite3 *db, const char *sql)
{
  double start = cpu_seconds();
  return measured(db, sql) < 0 ? -1 : cpu_seconds() - start;
}

static double least(double a, double b)
{
  return a < b ? a : b;
}

/*
** Time of a statement over that of the yardstick, each the least of REPEATS taken in turn; *seconds is the statement's.
** Negative: failed.
*/
static double ratio(sqlite3 *db, const char *sql, double *seconds)
{
  double yardstick = 1e300, statement = 1e300;
  for (int i = 0; i < REPEATS; i++) {
    double t = timed(db, sql);
    if (t < 0) {
      return -1;
    }
    yardstick = least(yardstick, timed(db, YARDSTICK));
    statement = least(statement, t);
  }
  if (seconds) {
    *seconds = statement;
  }
  return statement / yardstick;
}

static char *counted(const Case *item)
{
  return sqlite3_mprintf("SELECT count(*) FROM %s", item->from);
}

static char *emitted(const Case *item, const char *columns)
{
  return sqlite3_mprintf("SELECT %s FROM %s", columns, item->from);
}

/* Most bytes that SQLite held during the statement above what it held before. */
static sqlite3_int64 high_water(sqlite3 *db, const char *sql)
{
  sqlite3_int64 before, high;
  measured(db, YARDSTICK); /* fills the page cache */
  sqlite3_status64(SQLITE_STATUS_MEMORY_USED, &before, &high, 1);
  measured(db, sql);
  sqlite3_status64(SQLITE_STATUS_MEMORY_USED, &before, &high, 1);
  return high - sqlite3_memory_used();
}

/* Each the least of REPEATS taken in turn. */
static void print_segments(const char *folder, long rows)
{
  char file[ORDERS_NAME_MAX];
  orders_file(folder, rows, ORDERS_STORES, file);
  sqlite3 *db = connection_open(file);
  printf("\n%-20s %8s %8s %8s %9s\n", "1,000 stores", "without", "with", "with /", "bytes");
  printf("%-20s %8s %8s %8s %9s\n", "", "seconds", "seconds", "without", "a row");
  for (int i = 0; i < N_SEGMENT_CASES; i++) {
    const Case *item = &SEGMENT_CASES[i];
    char *without = sqlite3_mprintf("SELECT count(*) FROM %s", item->from);
    char *with = sqlite3_mprintf("%s" BY_STORE, without);
    double plain = 1e300, dealt = 1e300;
    for (int k = 0; k < 2 * REPEATS; k++) {
      plain = least(plain, timed(db, without));
      dealt = least(dealt, timed(db, with));
    }
    printf("%-20s %8.3f %8.3f %8.2f %9.1f\n", item->name, plain, dealt, dealt / plain,
           (double)high_water(db, with) / (double)rows);
    fflush(stdout);
    sqlite3_free(without);
    sqlite3_free(with);
  }
  sqlite3_close(db);
}

static char *file_text(const char *file)
{
  FILE *in = fopen(file, "rb");
  char *text;
  size_t n;
  if (!in) {
    return NULL;
  }
  text = calloc(1, 1 << 16);
  n = text ? fread(text, 1, (1 << 16) - 1, in) : 0;
  fclose(in);
  return n ? text : NULL;
}

/* How many times faster than the analyst's own SQL, all rows emitted by both. */
static void print_expert(sqlite3 *db, const char *folder, const Case *item, const char *sql)
{
  char name[1024];
  char *expert;
  snprintf(name, sizeof name, "%s/%s.sql", folder, item->name);
  expert = file_text(name);
  if (!expert) {
    printf(" %9s", "");
    return;
  }
  double theirs = timed(db, expert), ours = least(timed(db, sql), timed(db, sql));
  printf(" %8.1fx", theirs / ours);
  free(expert);
}

static void print_table(const char *folder, long rows, const char *experts)
{
  char file[4][ORDERS_NAME_MAX];
  sqlite3 *db[4];
  sqlite3_stmt *count = NULL;
  for (OrdersForm form = ORDERS_PLAIN; form <= ORDERS_INDEXED; form++) {
    orders_file(folder, rows, form, file[form]);
    db[form] = connection_open(file[form]);
  }
  sqlite3_prepare_v2(db[0], "SELECT count(DISTINCT customer_id) FROM orders", -1, &count, NULL);
  sqlite3_step(count);
  double customers = sqlite3_column_double(count, 0);
  sqlite3_finalize(count);
  double yardstick = 1e300;
  for (int i = 0; i < REPEATS; i++) {
    yardstick = least(yardstick, timed(db[0], YARDSTICK));
  }
  printf("%ld orders of %.0f customers, SQLite %s; yardstick %.0f ns a row\n\n", rows, customers, sqlite3_libversion(),
         yardstick / (double)rows * 1e9);
  printf("%-20s %8s %8s %8s %8s %9s %8s %8s %9s %9s\n", "", "counted", "asked", "all", "seconds", "bytes per",
         "text ids", "shuffled", "expert's", "…with an");
  printf("%-20s %8s %8s %8s %8s %9s %8s %8s %9s %9s\n", "", "/ yard", "/ yard", "/ yard", "", "customer", "/ plain",
         "/ plain", "SQL", "index");
  for (int i = 0; i < N_CASES; i++) {
    const Case *item = &CASES[i];
    char *count_sql = counted(item), *asked_sql = emitted(item, item->asked), *all_sql = emitted(item, "*");
    double seconds = 0, text = 0, shuffled = 0;
    double count_ratio = ratio(db[ORDERS_PLAIN], count_sql, &seconds);
    if (count_ratio >= 0) {
      double asked_ratio = ratio(db[ORDERS_PLAIN], asked_sql, NULL), all_ratio = ratio(db[ORDERS_PLAIN], all_sql, NULL);
      sqlite3_int64 bytes = high_water(db[ORDERS_PLAIN], all_sql);
      ratio(db[ORDERS_TEXT_IDS], count_sql, &text);
      ratio(db[ORDERS_SHUFFLED], count_sql, &shuffled);
      printf("%-20s %8.2f %8.2f %8.2f %8.3f %9.1f %8.2f %8.2f", item->name, count_ratio, asked_ratio, all_ratio,
             seconds, (double)bytes / customers, text / seconds, shuffled / seconds);
      if (experts) {
        print_expert(db[ORDERS_PLAIN], experts, item, all_sql);
        print_expert(db[ORDERS_INDEXED], experts, item, all_sql);
      }
      printf("\n");
      fflush(stdout);
    }
    sqlite3_free(count_sql);
    sqlite3_free(asked_sql);
    sqlite3_free(all_sql);
  }
  double start = cpu_seconds();
  for (int i = 0; i < 100; i++) {
    measured(db[ORDERS_INDEXED], "SELECT * FROM customer_summary('orders') WHERE customer = 777");
  }
  printf("\none customer looked up in an indexed source: %.3f ms\n\n", (cpu_seconds() - start) * 10);
  for (int i = 0; i < 4; i++) {
    sqlite3_close(db[i]);
  }
  print_segments(folder, rows);
}

int main(int argc, char **argv)
{
  if (argc >= 3 && strcmp(argv[2], "list") == 0) {
    for (int i = 0; i < N_CASES; i++) {
      printf(strcmp(CASES[i].asked, "*") == 0 || CASES[i].slow ? "%s\n" : "%s\n%s_all\n", CASES[i].name, CASES[i].name);
    }
    for (int i = 0; i < N_SEGMENT_CASES; i++) {
      printf("%s\n", SEGMENT_CASES[i].name);
    }
    return 0;
  }
  if (argc >= 4 && strcmp(argv[2], "table") == 0) {
    print_table(argv[1], strtol(argv[3], NULL, 10), argc > 4 ? argv[4] : NULL);
    return 0;
  }
  if (argc == 5 && strcmp(argv[2], "once") == 0) {
    char file[ORDERS_NAME_MAX];
    char *sql = sqlite3_mprintf("%s", YARDSTICK);
    OrdersForm form = ORDERS_PLAIN;
    for (int i = 0; i < N_SEGMENT_CASES; i++) {
      if (strcmp(SEGMENT_CASES[i].name, argv[4]) == 0) {
        sqlite3_free(sql);
        sql = sqlite3_mprintf("SELECT %s FROM %s" BY_STORE, SEGMENT_CASES[i].asked, SEGMENT_CASES[i].from);
        form = ORDERS_STORES;
      }
    }
    orders_file(argv[1], strtol(argv[3], NULL, 10), form, file);
    sqlite3 *db = connection_open(file);
    for (int i = 0; i < N_CASES; i++) {
      size_t n = strlen(CASES[i].name);
      bool all = strcmp(argv[4] + (strncmp(CASES[i].name, argv[4], n) == 0 ? n : 0), "_all") == 0;
      if (all || strcmp(CASES[i].name, argv[4]) == 0) {
        sqlite3_free(sql);
        sql = emitted(&CASES[i], all ? "*" : CASES[i].asked);
      }
    }
    /* the schema is read before */
    connection_must(db, "SELECT 1 FROM orders LIMIT 1");
    long rows = measured(db, sql);
    sqlite3_free(sql);
    sqlite3_close(db);
    return rows <= 0;
  }
  fprintf(stderr, "usage: bench FOLDER table ROWS [EXPERT_FOLDER] | bench FOLDER list | bench FOLDER once ROWS NAME\n");
  return 2;
}
