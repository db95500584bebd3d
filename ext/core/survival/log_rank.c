#include "log_rank.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/special.h"

/* One stratum on its way through the times of all groups. */
typedef struct Pool {
  const KaplanMeier *curves;
  size_t *at;   /* the next point of each group */
  double *left; /* at risk of each group */
  double survival;
} Pool;

static bool pool_next_time(const Pool *pool, size_t n_groups, double *time)
{
  bool any = false;
  for (size_t g = 0; g < n_groups; g++) {
    const KaplanMeier *curve = &pool->curves[g];
    if (pool->at[g] < curve->n_points && (!any || curve->times[pool->at[g]] < *time)) {
      *time = curve->times[pool->at[g]];
      any = true;
    }
  }
  return any;
}

static double weight_of(LogRankWeights weights, double rho, double gamma, double survival, double n)
{
  switch (weights) {
    case LOG_RANK_GEHAN:
      return n;
    case LOG_RANK_TARONE_WARE:
      return sqrt(n);
    case LOG_RANK_FLEMING_HARRINGTON:
      break;
  }
  return (rho == 0 ? 1 : pow(survival, rho)) * (gamma == 0 ? 1 : pow(1 - survival, gamma));
}

/* Adds the events of a time: `events` of the groups' `left`. */
static void add_time(LogRank *test, const Pool *pool, const double *events, double w, double d, double n)
{
  size_t n_groups = test->n_groups;
  double spread = n > 1 ? w * w * d * (n - d) / (n - 1) : 0;
  for (size_t g = 0; g < n_groups; g++) {
    double share = pool->left[g] / n;
    test->observed[g] += w * events[g];
    test->expected[g] += w * d * share;
    if (share > 0 && spread > 0) {
      double *row = test->covariance + g * n_groups;
      for (size_t h = 0; h < g; h++) {
        row[h] -= spread * share * (pool->left[h] / n);
      }
      row[g] += spread * share * ((n - pool->left[g]) / n);
    }
  }
}

/* The status of a stratum's times; `events` has room for the groups. */
static Status add_stratum(LogRank *test, Pool *pool, double *events, LogRankWeights weights, double rho, double gamma,
                          const Watch *watch)
{
  size_t n_groups = test->n_groups, work = 0;
  double time = 0;
  pool->survival = 1;
  for (size_t g = 0; g < n_groups; g++) {
    pool->at[g] = 0;
    pool->left[g] = (double)pool->curves[g].rows;
  }
  while (pool_next_time(pool, n_groups, &time)) {
    double d = 0, n = 0;
    for (size_t g = 0; g < n_groups; g++) {
      const KaplanMeier *curve = &pool->curves[g];
      bool here = pool->at[g] < curve->n_points && curve->times[pool->at[g]] == time;
      events[g] = here ? curve->counts[pool->at[g]].of[1] : 0;
      d += events[g];
      n += pool->left[g];
    }
    if (d > 0) {
      add_time(test, pool, events, weight_of(weights, rho, gamma, pool->survival, n), d, n);
      pool->survival *= (n - d) / n;
      work += n_groups * n_groups;
    }
    for (size_t g = 0; g < n_groups; g++) {
      const KaplanMeier *curve = &pool->curves[g];
      if (pool->at[g] < curve->n_points && curve->times[pool->at[g]] == time) {
        KaplanMeierCounts counts = curve->counts[pool->at[g]++];
        pool->left[g] -= (double)counts.of[0] + counts.of[1];
      }
    }
    work += n_groups;
    if (work > WATCH_EVERY) {
      work = 0;
      if (watch_stop(watch)) {
        return STATUS_INTERRUPT;
      }
    }
  }
  return STATUS_OK;
}

/*
** The quadratic form by Cholesky's factor of the covariance without its last group, which the others determine. A group
** that the ones before determine too (never at risk beside others) has no pivot and gives no degree of freedom.
*/
static Status find_chi_square(LogRank *test, const Watch *watch)
{
  size_t n = test->n_groups;
  double *factor = mem_zero(n * n, sizeof *factor), *y = mem_zero(n, sizeof *y), chi_square = 0;
  Status status = factor && y ? STATUS_OK : STATUS_NOMEM;
  test->df = 0;
  for (size_t i = 0; i + 1 < n && status == STATUS_OK; i++) {
    const double *row = test->covariance + i * n;
    double *own = factor + i * n, rest = test->observed[i] - test->expected[i];
    for (size_t j = 0; j <= i; j++) {
      double sum = row[j];
      for (size_t k = 0; k < j; k++) {
        sum -= own[k] * factor[j * n + k];
      }
      double pivot = factor[j * n + j];
      if (j < i) {
        own[j] = pivot > 0 ? sum / pivot : 0;
        rest -= own[j] * y[j];
      } else {
        own[i] = sum > 1e-10 * row[i] ? sqrt(sum) : 0;
      }
    }
    if (own[i] > 0) {
      y[i] = rest / own[i];
      chi_square += y[i] * y[i];
      test->df++;
    }
    status = watch_stop(watch) ? STATUS_INTERRUPT : STATUS_OK;
  }
  mem_free(factor);
  mem_free(y);
  bool any = test->df > 0;
  test->chi_square = any ? chi_square : NAN;
  test->p = any ? gamma_upper(test->df / 2.0, chi_square / 2) : NAN;
  test->log10_p = any ? chi_square_log10(chi_square, test->df) : NAN;
  return status;
}

Status log_rank_build(LogRank *test, const KaplanMeier *curves, size_t n_strata, size_t n_groups,
                      LogRankWeights weights, double rho, double gamma, const Watch *watch)
{
  Status status = STATUS_NOMEM;
  Pool pool = {.at = mem_zero(n_groups, sizeof *pool.at), .left = mem_zero(n_groups, sizeof *pool.left)};
  double *events = mem_zero(n_groups, sizeof *events);
  *test = (LogRank){.n_groups = n_groups};
  test->observed = mem_zero(n_groups, sizeof *test->observed);
  test->expected = mem_zero(n_groups, sizeof *test->expected);
  test->variance = mem_zero(n_groups, sizeof *test->variance);
  test->covariance = mem_zero(n_groups * n_groups, sizeof *test->covariance);
  if (!pool.at || !pool.left || !events || !test->observed || !test->expected || !test->variance || !test->covariance) {
    goto done;
  }
  status = STATUS_OK;
  for (size_t s = 0; s < n_strata && status == STATUS_OK; s++) {
    pool.curves = curves + s * n_groups;
    status = add_stratum(test, &pool, events, weights, rho, gamma, watch);
  }
  for (size_t g = 0; g < n_groups; g++) {
    test->variance[g] = test->covariance[g * n_groups + g];
  }
  if (status == STATUS_OK) {
    status = find_chi_square(test, watch);
  }
done:
  mem_free(pool.at);
  mem_free(pool.left);
  mem_free(events);
  return status;
}

void log_rank_free(LogRank *test)
{
  mem_free(test->observed);
  mem_free(test->expected);
  mem_free(test->variance);
  mem_free(test->covariance);
  *test = (LogRank){0};
}
