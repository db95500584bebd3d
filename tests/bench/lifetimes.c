/*
** What survival analysis and regression cost on a table of lifetimes, in SQL, end to end:
**
**   lifetimes [ROWS…]
**
** Ten covariates, times in whole months and continuous; four of ten leave. Beside each the CPU time of a bare scan of
** the columns that it reads (count() of each), and what the fastest published program took for a million rows on a
** machine like the one these figures were first printed on, its data already in memory.
*/
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "connection.h"
#include "core/base/random.h"

#define REPEATS 3
#define COVARIATES "x1, x2, x3, x4, x5, x6, x7, x8, x9, x10"
#define COUNTS \
  "count(x1), count(x2), count(x3), count(x4), count(x5), count(x6), count(x7), count(x8), count(x9), count(x10)"

static const struct {
  const char *name, *sql, *scan;
  double peer; /* seconds for a million rows; 0: none is known */
} CASES[] = {
  {"survival_curve, months", "SELECT count(survival) FROM survival_curve('lives', 'months', 'event')",
   "SELECT count(months), count(event) FROM lives", 0.126},
  {"survival_curve, continuous", "SELECT count(survival) FROM survival_curve('lives', 'exact', 'event')",
   "SELECT count(exact), count(event) FROM lives", 0.322},
  {"cox_model Efron, months",
   "SELECT count(coef) FROM cox_model('lives', 'months', 'event') WHERE terms = '" COVARIATES "'",
   "SELECT count(months), count(event), " COUNTS " FROM lives", 2.092},
  {"cox_model Breslow, months",
   "SELECT count(coef) FROM cox_model('lives', 'months', 'event') WHERE ties = 'breslow' AND terms = '" COVARIATES "'",
   "SELECT count(months), count(event), " COUNTS " FROM lives", 1.109},
  {"cox_model Efron, continuous",
   "SELECT count(coef) FROM cox_model('lives', 'exact', 'event') WHERE terms = '" COVARIATES "'",
   "SELECT count(exact), count(event), " COUNTS " FROM lives", 2.134},
  {"logit_fit", "SELECT length(logit_fit(event, " COVARIATES ")) FROM lives",
   "SELECT count(event), " COUNTS " FROM lives", 0.884},
  {"weibull_fit", "SELECT length(weibull_fit(exact, event, " COVARIATES ")) FROM lives",
   "SELECT count(exact), count(event), " COUNTS " FROM lives", 0},
};
#define N_CASES ((int)(sizeof CASES / sizeof *CASES))

static void fill(sqlite3 *db, long rows)
{
  sqlite3_stmt *insert = NULL;
  Random random = random_seed(4, 2);
  connection_must(
    db, "DROP TABLE IF EXISTS lives; CREATE TABLE lives (months INTEGER, exact REAL, event INTEGER, x1 REAL, x2 REAL, "
        "x3 REAL, x4 REAL, x5 REAL, x6 INTEGER, x7 INTEGER, x8 INTEGER, x9 INTEGER, x10 REAL); BEGIN");
  sqlite3_prepare_v2(db, "INSERT INTO lives VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", -1, &insert, NULL);
  for (long i = 0; i < rows; i++) {
    double risk = 0;
    for (int k = 0; k < 10; k++) {
      double x = k >= 5 && k < 9 ? random_uniform(&random) < 0.3 : random_normal(&random);
      risk += x * (k - 5) / 20;
      sqlite3_bind_double(insert, 4 + k, x);
    }
    double left = random_exponential(&random) * 40 * exp(-risk), seen = 72 * random_uniform(&random),
           t = fmin(left, seen);
    sqlite3_bind_int64(insert, 1, (int64_t)ceil(t));
    sqlite3_bind_double(insert, 2, t);
    sqlite3_bind_int(insert, 3, left <= seen);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  connection_must(db, "COMMIT");
}

int main(int argc, char **argv)
{
  sqlite3 *db = connection_open(":memory:");
  for (int a = 1; a < argc || a == 1; a++) {
    long rows = argc > 1 ? strtol(argv[a], NULL, 10) : 1000000;
    fill(db, rows);
    printf("%-28s %9s %10s %10s %8s %12s\n", "lifetimes", "rows", "CPU", "bare scan", "ratio", "peer, 1 M");
    for (int i = 0; i < N_CASES; i++) {
      double ours = 1e300, scan = 1e300;
      for (int k = 0; k < REPEATS; k++) {
        double start = cpu_seconds();
        connection_must(db, CASES[i].sql);
        double between = cpu_seconds();
        connection_must(db, CASES[i].scan);
        ours = fmin(ours, between - start);
        scan = fmin(scan, cpu_seconds() - between);
      }
      printf("%-28s %9ld %8.3f s %8.3f s %7.2fx %10.3f s\n", CASES[i].name, rows, ours, scan, ours / scan,
             CASES[i].peer);
      fflush(stdout);
    }
  }
  sqlite3_close(db);
  return 0;
}
