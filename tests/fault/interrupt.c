/*
** How soon a running analysis stops:  interrupt FOLDER ROWS STATEMENTS.sql [LIMIT_MS [PART_OF_SQL]]
**
** Every table function, aggregate and window function of retain_help has to stand in STATEMENTS.sql (see there). For
** each statement, over a large file, a second thread calls sqlite3_interrupt() at six moments spread over the
** undisturbed run's time; then a progress handler says stop at six moments. From then until the step returns may pass
** LIMIT_MS (100). All is CPU time: on a busy machine, or with a file that is not in memory yet, the process waits. The
** step must answer SQLITE_INTERRUPT (or have been done already), and when the connection is closed SQLite must hold as
** much memory as before it was opened.
*/
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connection.h"
#include "orders.h"

#define MOMENTS 6

typedef struct Alarm {
  sqlite3 *db;
  double after;     /* when, in CPU seconds */
  double fired_at;  /* 0: not yet */
  atomic_bool done; /* the statement returned: no need to go on */
} Alarm;

static void *alarm_run(void *argument)
{
  Alarm *alarm = argument;
  while (!alarm->done && cpu_seconds() < alarm->after) {
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
  if (!alarm->done) {
    alarm->fired_at = cpu_seconds();
    sqlite3_interrupt(alarm->db);
  }
  return NULL;
}

static int alarm_progress(void *argument)
{
  Alarm *alarm = argument;
  if (cpu_seconds() < alarm->after) {
    return 0;
  }
  if (alarm->fired_at == 0) {
    alarm->fired_at = alarm->after;
  }
  return 1;
}

/* CPU milliseconds from the alarm to the return; negative: the statement was done before. */
static double stop_late(sqlite3 *db, const char *sql, double after, bool progress, int *rc)
{
  Alarm alarm = {.db = db, .after = cpu_seconds() + after};
  pthread_t thread;
  double end;
  if (progress) {
    sqlite3_progress_handler(db, 1000, alarm_progress, &alarm);
    *rc = connection_run(db, sql, NULL);
    end = cpu_seconds();
    sqlite3_progress_handler(db, 0, NULL, NULL);
  } else {
    pthread_create(&thread, NULL, alarm_run, &alarm);
    *rc = connection_run(db, sql, NULL);
    end = cpu_seconds();
    alarm.done = true;
    pthread_join(thread, NULL);
  }
  return alarm.fired_at == 0 || *rc == SQLITE_OK ? -1 : (end - alarm.fired_at) * 1000;
}

typedef enum FileKind {
  FILE_ORDERS,
  FILE_SHUFFLED,
  FILE_CONTRACTS,
  FILE_STORES,
  FILE_COUNT
} FileKind;
static const char *const FILE_NAME[FILE_COUNT] = {"orders", "shuffled", "contracts", "stores"};

/* Contracts, lifetimes and summaries of histories for as many customers as make `rows` contracts, about. */
static void contracts_file(const char *folder, long rows, char out[ORDERS_NAME_MAX])
{
  snprintf(out, ORDERS_NAME_MAX, "%s/contracts-%ld.db", folder, rows);
  remove(out);
  sqlite3 *db = connection_open(out);
  char *sql = sqlite3_mprintf(
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
    "CREATE TABLE contracts AS SELECT customer, start, \"end\", amount, plan, channel, senior, monthly_charges, tenure,"
    "  churned, cause, entry FROM demo_contracts(%ld, 1);"
    "CREATE TABLE lifetimes AS SELECT customer, tenure + customer * 7919 %% 100003 / 1e6 AS time, churned AS event, "
    "cause,"
    "  plan, channel, senior, monthly_charges AS charges, entry FROM contracts WHERE tenure IS NOT NULL;"
    "CREATE TABLE purchases AS SELECT customer_id, ordered_at, amount FROM demo_orders(%ld, 1);"
    "CREATE TABLE histories AS SELECT x, t_x, \"T\", m FROM customer_summary('purchases');",
    rows / 2, rows / 10);
  connection_must(db, sql);
  sqlite3_free(sql);
  sqlite3_close(db);
}

/* Whether the file of statements covers everything that takes long; says what is missing. */
static int uncovered(const char *statements)
{
  sqlite3 *db = connection_open(":memory:");
  sqlite3_stmt *names = NULL;
  int missing = 0, n = 0;
  sqlite3_prepare_v2(db, "SELECT DISTINCT name FROM retain_help('*') WHERE kind IN ('table', 'aggregate', 'window')",
                     -1, &names, NULL);
  for (; sqlite3_step(names) == SQLITE_ROW; n++) {
    char call[200], without[200];
    snprintf(call, sizeof call, " %s(", (const char *)sqlite3_column_text(names, 0));
    snprintf(without, sizeof without, "-- without %s: ", (const char *)sqlite3_column_text(names, 0));
    const char *bracket = call + 1;
    bool found = strstr(statements, without) != NULL;
    for (const char *at = statements; !found && (at = strstr(at, bracket)); at++) {
      found = strchr(" (", at[-1]) != NULL; /* not the end of a longer name */
    }
    if (!found) {
      missing++;
      printf("FAIL interrupt: no statement calls %s)\n", bracket);
    }
  }
  sqlite3_finalize(names);
  sqlite3_close(db);
  return n > 0 ? missing : 1;
}

/* One statement on one file: 0, or 1 for a failure, which is printed. */
static int statement_stops(const char *file, const char *name, const char *sql, double limit)
{
  double whole = 1e300, worst[2] = {0, 0}; /* by interrupt, by progress handler */
  sqlite3_int64 base = sqlite3_memory_used();
  sqlite3 *db = connection_open(file);
  int rc = SQLITE_OK, stopped = 0;
  for (int run = 0; run < 2 && rc == SQLITE_OK; run++) {
    double start = cpu_seconds();
    rc = connection_run(db, sql, NULL);
    whole = cpu_seconds() - start < whole ? cpu_seconds() - start : whole;
  }
  bool good = rc == SQLITE_OK;
  for (int moment = 0; good && moment < 2 * MOMENTS; moment++) {
    /* The last moments come thick near the end: what follows the last row asks by itself. */
    double part = 1 - 0.75 * (double)(MOMENTS - 1 - moment / 2) / MOMENTS;
    double late = stop_late(db, sql, whole * (part - 0.02), moment % 2, &rc);
    good = rc == SQLITE_OK || rc == SQLITE_INTERRUPT;
    stopped += rc == SQLITE_INTERRUPT;
    worst[moment % 2] = late > worst[moment % 2] ? late : worst[moment % 2];
  }
  char message[200] = "";
  if (!good) {
    snprintf(message, sizeof message, ": %s", sqlite3_errmsg(db));
  }
  sqlite3_close(db);
  sqlite3_int64 leaked = sqlite3_memory_used() - base;
  bool passed = good && leaked == 0 && worst[0] <= limit && worst[1] <= limit && stopped >= MOMENTS / 2;
  printf("%s interrupt: %s on %s: whole %.0f ms, stopped %d times, at most %.1f ms after the interrupt, %.1f ms after "
         "the progress handler, %lld bytes leaked%s\n",
         passed ? "ok" : "FAIL", sql, name, whole * 1000, stopped, worst[0], worst[1], (long long)leaked, message);
  fflush(stdout);
  return !passed;
}

static char *file_text(const char *name)
{
  FILE *in = fopen(name, "rb");
  Transcript text = {0};
  char line[4096];
  if (!in) {
    fprintf(stderr, "FAIL interrupt: cannot open %s\n", name);
    exit(2);
  }
  while (fgets(line, sizeof line, in)) {
    transcript_add(&text, line, strlen(line));
  }
  fclose(in);
  return text.bytes;
}

int main(int argc, char **argv)
{
  char file[FILE_COUNT][ORDERS_NAME_MAX];
  if (argc < 4) {
    fprintf(stderr, "usage: interrupt FOLDER ROWS STATEMENTS.sql [LIMIT_MS [PART_OF_SQL]]\n");
    return 2;
  }
  long rows = strtol(argv[2], NULL, 10);
  double limit = argc > 4 ? strtod(argv[4], NULL) : 100;
  char *statements = file_text(argv[3]);
  int n_bad = uncovered(statements), n_run = 0;
  orders_file(argv[1], rows, ORDERS_PLAIN, file[FILE_ORDERS]);
  /* Out of order, every row is kept and sorted: as many rows again would take long to write. */
  orders_file(argv[1], rows / 5, ORDERS_SHUFFLED, file[FILE_SHUFFLED]);
  contracts_file(argv[1], rows, file[FILE_CONTRACTS]);
  orders_file(argv[1], rows / 5, ORDERS_STORES, file[FILE_STORES]);
  bool on[FILE_COUNT] = {false};
  for (char *line = strtok(statements, "\n"); line; line = strtok(NULL, "\n")) {
    bool statement = strncmp(line, "--", 2) != 0;
    for (int i = 0; i < FILE_COUNT; i++) {
      if (strncmp(line, "-- on ", 6) == 0) {
        on[i] = strstr(line, FILE_NAME[i]) != NULL;
      } else if (statement && on[i] && (argc < 6 || strstr(line, argv[5]))) {
        n_bad += statement_stops(file[i], FILE_NAME[i], line, limit);
        n_run++;
      }
    }
  }
  free(statements);
  return n_bad || !n_run;
}
