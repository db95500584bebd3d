/*
** How soon a running analysis stops:  interrupt FOLDER ROWS [LIMIT_MS [PART_OF_SQL]]
**
** For each statement over a large file, a second thread calls sqlite3_interrupt() at six moments spread over the
** undisturbed run's time; then a progress handler says stop at six moments. From then until the step returns may pass
** LIMIT_MS (100). All is CPU time: on a busy machine, or with a file that is not in memory yet, the process waits. The
** step must answer SQLITE_INTERRUPT (or have been done already), and the connection must go on to work.
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
static double stop_once(sqlite3 *db, const char *sql, double after, bool progress, int *rc)
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

int main(int argc, char **argv)
{
  static const char *const SQL[] = {
    "SELECT count(*) FROM rfm('orders')",
    "SELECT count(*) FROM cohort_retention('orders')",
    "SELECT count(*) FROM cohort_retention('orders') WHERE grain = 'day' AND clock = 'rolling'",
    "SELECT count(*) FROM retention_by_period('orders') WHERE grain = 'week'",
    "SELECT count(*) FROM customer_summary('orders')",
    "SELECT count(*) FROM purchase_intervals('orders')",
    "SELECT count(*) FROM repeat_ladder('orders')",
    "SELECT count(*) FROM segment_flow('orders') WHERE since = '2025-01-01' AND until = '2025-07-01'",
    "SELECT count(*) FROM data_check('orders')",
    "SELECT length(rfm_cuts(order_id % 1000, amount, amount * 2)) FROM orders",
    /* Whose fits cost as much as the reading: on the smaller file only. */
    "SELECT count(reasons) FROM churn_risk('orders')",
    "SELECT count(*) FROM churn_risk_quality('orders')",
  };
  const size_t fitting = sizeof SQL / sizeof *SQL - 2;
  if (argc < 3) {
    fprintf(stderr, "usage: interrupt FOLDER ROWS [LIMIT_MS [PART_OF_SQL]]\n");
    return 2;
  }
  long rows = strtol(argv[2], NULL, 10);
  double limit = argc > 3 ? strtod(argv[3], NULL) : 100;
  int n_bad = 0, n_ok = 0;
  for (OrdersForm form = ORDERS_PLAIN; form <= ORDERS_SHUFFLED; form += ORDERS_SHUFFLED) {
    char file[ORDERS_NAME_MAX];
    /* Out of order, every row is kept and sorted: as many rows again would take long to write. */
    orders_file(argv[1], form == ORDERS_PLAIN ? rows : rows / 5, form, file);
    sqlite3 *db = connection_open(file);
    for (size_t i = 0; i < sizeof SQL / sizeof *SQL; i++) {
      if ((i >= fitting && form == ORDERS_PLAIN) || (argc > 4 && !strstr(SQL[i], argv[4]))) {
        continue;
      }
      double whole = 1e300, worst[2] = {0, 0}; /* by interrupt, by progress handler */
      int rc = SQLITE_OK, stopped = 0;
      for (int run = 0; run < 2 && rc == SQLITE_OK; run++) {
        double start = cpu_seconds();
        rc = connection_run(db, SQL[i], NULL);
        whole = cpu_seconds() - start < whole ? cpu_seconds() - start : whole;
      }
      bool good = rc == SQLITE_OK;
      for (int moment = 0; good && moment < 2 * MOMENTS; moment++) {
        /* The last moments come thick near the end: what follows the last row asks by itself. */
        double part = 1 - 0.75 * (double)(MOMENTS - 1 - moment / 2) / MOMENTS;
        double late = stop_once(db, SQL[i], whole * (part - 0.02), moment % 2, &rc);
        good = rc == SQLITE_OK || rc == SQLITE_INTERRUPT;
        stopped += rc == SQLITE_INTERRUPT;
        worst[moment % 2] = late > worst[moment % 2] ? late : worst[moment % 2];
      }
      if (!good || worst[0] > limit || worst[1] > limit || stopped < MOMENTS / 2) {
        n_bad++;
        printf("FAIL interrupt: ");
      } else {
        n_ok++;
        printf("ok interrupt: ");
      }
      printf("%s%s: whole %.0f ms, stopped %d times, at most %.1f ms after the interrupt, %.1f ms after the progress "
             "handler%s%s\n",
             SQL[i], form ? " (shuffled)" : "", whole * 1000, stopped, worst[0], worst[1], good ? "" : ": ",
             good ? "" : sqlite3_errmsg(db));
      fflush(stdout);
    }
    sqlite3_close(db);
  }
  return n_bad || !n_ok;
}
