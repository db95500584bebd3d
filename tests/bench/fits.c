/*
** What fitting and asking the models costs, in SQL, end to end:
**
**   fits
**
** Customers are drawn from BG/NBD at the published CDNOW parameters (Fader, Hardie & Lee 2005), seen for 27 to 39
** weeks, in whole days, with spend from Gamma-Gamma (Fader & Hardie 2013): as many as in the CDNOW master set, 100,000
** and a million. PEERS are CPU seconds of the fastest published library for a fit of as many customers, measured on a
** machine like the one these figures were first printed on, the reading of the rows not counted: they give the scale,
** not a verdict.
*/
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "connection.h"
#include "core/base/random.h"

#define REPEATS 3

static const int SIZES[] = {23570, 100000, 1000000};
#define N_SIZES ((int)(sizeof SIZES / sizeof *SIZES))

/* lifetimes 0.11 for bgnbd, mbgnbd, gamma_gamma; CLVTools 0.11 for pareto_nbd. */
static const struct {
  const char *name, *arguments;
  double peer[3];
} FITS[] = {
  {"bgnbd", "x, t_x, T", {0.61, 1.97, 17.97}},
  {"mbgnbd", "x, t_x, T", {0.51, 2.25, 17.72}},
  {"pareto_nbd", "x, t_x, T", {1.7, 5.0, 17.7}},
  {"gamma_gamma", "x, m", {0.13, 0.47, 3.71}},
};
#define N_FITS ((int)(sizeof FITS / sizeof *FITS))

static const char *const ASKED[] = {"p_alive(fit, x, t_x, T)", "expected_purchases(fit, 52, x, t_x, T)"};

static void insert_customer(sqlite3_stmt *insert, Random *random)
{
  double rate = random_gamma(random, 0.243) / 4.414, p = random_beta(random, 0.793, 2.426);
  double days = 189 + floor(85 * random_uniform(random)), last = 0, t = 0, spent = 0;
  double nu = random_gamma(random, 3.74) / 15.44;
  int x = 0;
  for (;;) {
    t += 7 * random_exponential(random) / rate;
    if (t > days) {
      break;
    }
    if (floor(t) > last) { /* purchases of one day are one */
      last = floor(t);
      x++;
      spent += floor(100 * random_gamma(random, 6.25) / nu + 1) / 100;
    }
    if (random_uniform(random) < p) {
      break;
    }
  }
  sqlite3_bind_int(insert, 1, x);
  sqlite3_bind_double(insert, 2, last / 7);
  sqlite3_bind_double(insert, 3, days / 7);
  if (x) {
    sqlite3_bind_double(insert, 4, spent / x);
  } else {
    sqlite3_bind_null(insert, 4);
  }
  sqlite3_step(insert);
  sqlite3_reset(insert);
}

static void fill(sqlite3 *db, int customers)
{
  sqlite3_stmt *insert = NULL;
  Random random = random_seed(1997, 1);
  connection_must(db,
                  "DROP TABLE IF EXISTS summary; CREATE TABLE summary (x INTEGER, t_x REAL, T REAL, m REAL); BEGIN");
  sqlite3_prepare_v2(db, "INSERT INTO summary VALUES (?, ?, ?, ?)", -1, &insert, NULL);
  for (int i = 0; i < customers; i++) {
    insert_customer(insert, &random);
  }
  sqlite3_finalize(insert);
  connection_must(db, "COMMIT");
}

static double timed(sqlite3 *db, const char *sql)
{
  double best = 1e300;
  for (int i = 0; i < REPEATS; i++) {
    double start = cpu_seconds();
    connection_must(db, sql);
    best = fmin(best, cpu_seconds() - start);
  }
  return best;
}

static char *first_text(sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  char *text = NULL;
  sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  if (sqlite3_step(statement) == SQLITE_ROW) {
    text = sqlite3_mprintf("%s", sqlite3_column_text(statement, 0));
  }
  sqlite3_finalize(statement);
  return text;
}

static void print_fit(sqlite3 *db, int size, int k)
{
  char *fit = sqlite3_mprintf("CREATE TABLE IF NOT EXISTS model AS SELECT %s_fit(%s) AS fit FROM summary", FITS[k].name,
                              FITS[k].arguments);
  char *aggregate = sqlite3_mprintf("SELECT %s_fit(%s) FROM summary", FITS[k].name, FITS[k].arguments);
  double seconds = timed(db, aggregate), scan = timed(db, "SELECT sum(x), sum(t_x), sum(T) FROM summary");
  connection_must(db, "DROP TABLE IF EXISTS model");
  connection_must(db, fit);
  char *facts = first_text(db, "SELECT printf('%6d rows, %3d iterations, %s', fit ->> 'rows', fit ->> 'iterations', "
                               "iif(fit ->> 'converged', 'converged', fit ->> 'reason')) FROM model");
  printf("%-12s %8d %9.4f s %9.4f s %8.1fx %s\n", FITS[k].name, SIZES[size], seconds, seconds - scan,
         FITS[k].peer[size] / (seconds - scan), facts);
  for (int i = 0; i < 2 && FITS[k].arguments[3] == 't'; i++) {
    char *ask = sqlite3_mprintf("SELECT count(%s) FROM model, summary", ASKED[i]);
    printf("  %-42s %7.3f us a customer\n", ASKED[i], (timed(db, ask) - scan) / SIZES[size] * 1e6);
    sqlite3_free(ask);
  }
  fflush(stdout);
  sqlite3_free(facts);
  sqlite3_free(fit);
  sqlite3_free(aggregate);
}

int main(void)
{
  sqlite3 *db = connection_open(":memory:");
  printf("%-12s %8s %11s %11s %9s\n", "fit", "customers", "CPU in SQL", "less a scan", "times faster");
  for (int size = 0; size < N_SIZES; size++) {
    fill(db, SIZES[size]);
    for (int k = 0; k < N_FITS; k++) {
      print_fit(db, size, k);
    }
  }
  sqlite3_close(db);
  return 0;
}
