#include "log_rank.h"

#include <math.h>

#include "core/base/mem.h"
#include "core/numerics/same_time.h"
#include "core/numerics/special.h"

/* One stratum on its way through the times of its groups. */
typedef struct Pool {
  size_t n;                   /* groups that it has */
  const KaplanMeier **curves; /* of each, and below */
  uint32_t *group;            /* ascending */
  size_t *at;                 /* the next point */
  double *left;               /* at risk */
  double *events;             /* at the time at hand */
  double survival;
} Pool;

static bool pool_next_time(const Pool *pool, double *time)
{
  bool any = false;
  for (size_t i = 0; i < pool->n; i++) {
    const KaplanMeier *curve = pool->curves[i];
    if (pool->at[i] < curve->n_points && (!any || curve->times[pool->at[i]] < *time)) {
      *time = curve->times[pool->at[i]];
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

/* Adds the events of a time, d in all of n at risk. */
static void add_time(LogRank *test, const Pool *pool, double w, double d, double n)
{
  double spread = n > 1 ? w * w * d * (n - d) / (n - 1) : 0;
  for (size_t i = 0; i < pool->n; i++) {
    double share = pool->left[i] / n;
    test->observed[pool->group[i]] += w * pool->events[i];
    test->expected[pool->group[i]] += w * d * share;
    if (share > 0 && spread > 0) {
      double *row = test->covariance + pool->group[i] * test->n_groups;
      for (size_t j = 0; j < i; j++) {
        row[pool->group[j]] -= spread * share * (pool->left[j] / n);
      }
      row[pool->group[i]] += spread * share * ((n - pool->left[i]) / n);
    }
  }
}

/* Takes the groups of a stratum. */
static void pool_fill(Pool *pool, const LogRank *test, const CurveGrid *grid, uint32_t stratum)
{
  pool->survival = 1;
  pool->n = 0;
  for (uint32_t i = grid->begin[stratum]; i < grid->begin[stratum + 1]; i++) {
    const CurveCell *cell = curve_grid_at(grid, i);
    pool->curves[pool->n] = &cell->curve;
    pool->group[pool->n] = test->place[cell->column];
    pool->at[pool->n] = 0;
    pool->left[pool->n] = (double)cell->curve.rows;
    pool->n++;
  }
}

static Status add_stratum(LogRank *test, Pool *pool, LogRankWeights weights, double rho, double gamma, size_t *work,
                          const Watch *watch)
{
  double time = 0;
  while (pool_next_time(pool, &time)) {
    double d = 0, n = 0;
    for (size_t i = 0; i < pool->n; i++) {
      const KaplanMeier *curve = pool->curves[i];
      bool here = pool->at[i] < curve->n_points && same_time(curve->times[pool->at[i]], time);
      pool->events[i] = here ? curve->counts[pool->at[i]].of[1] : 0;
      d += pool->events[i];
      n += pool->left[i];
    }
    if (d > 0) {
      add_time(test, pool, weight_of(weights, rho, gamma, pool->survival, n), d, n);
      pool->survival *= (n - d) / n;
      *work += pool->n * pool->n;
    }
    for (size_t i = 0; i < pool->n; i++) {
      const KaplanMeier *curve = pool->curves[i];
      if (pool->at[i] < curve->n_points && same_time(curve->times[pool->at[i]], time)) {
        KaplanMeierCounts counts = curve->counts[pool->at[i]++];
        pool->left[i] -= (double)counts.of[0] + counts.of[1];
      }
    }
    *work += pool->n;
    if (*work > WATCH_EVERY) {
      *work = 0;
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

/* Numbers the columns that have cells. */
static bool groups_number(LogRank *test, const CurveGrid *grid)
{
  test->place = mem_zero((size_t)grid->n_columns + 1, sizeof *test->place);
  if (!test->place) {
    return false;
  }
  for (uint32_t i = 0; i < grid->cells.count; i++) {
    test->place[curve_grid_at(grid, i)->column] = 1;
  }
  for (uint32_t column = 0; column < grid->n_columns; column++) {
    bool any = test->place[column];
    test->place[column] = (uint32_t)test->n_groups;
    test->n_groups += any;
  }
  return true;
}

Status log_rank_build(LogRank *test, const CurveGrid *grid, LogRankWeights weights, double rho, double gamma,
                      const Watch *watch)
{
  *test = (LogRank){0};
  if (!groups_number(test, grid)) {
    return STATUS_NOMEM;
  }
  size_t n_groups = test->n_groups, work = 0;
  Status status = STATUS_NOMEM;
  Pool pool = {.curves = mem_zero(n_groups, sizeof *pool.curves),
               .group = mem_zero(n_groups, sizeof *pool.group),
               .at = mem_zero(n_groups, sizeof *pool.at),
               .left = mem_zero(n_groups, sizeof *pool.left),
               .events = mem_zero(n_groups, sizeof *pool.events)};
  test->observed = mem_zero(n_groups, sizeof *test->observed);
  test->expected = mem_zero(n_groups, sizeof *test->expected);
  test->variance = mem_zero(n_groups, sizeof *test->variance);
  test->covariance = mem_zero(n_groups * n_groups, sizeof *test->covariance);
  if (!pool.curves || !pool.group || !pool.at || !pool.left || !pool.events || !test->observed || !test->expected ||
      !test->variance || !test->covariance) {
    goto done;
  }
  status = STATUS_OK;
  for (uint32_t s = 0; s < grid->n_rows && status == STATUS_OK; s++) {
    pool_fill(&pool, test, grid, s);
    status = add_stratum(test, &pool, weights, rho, gamma, &work, watch);
  }
  for (size_t g = 0; g < n_groups; g++) {
    test->variance[g] = test->covariance[g * n_groups + g];
  }
  if (status == STATUS_OK) {
    status = find_chi_square(test, watch);
  }
done:
  mem_free(pool.curves);
  mem_free(pool.group);
  mem_free(pool.at);
  mem_free(pool.left);
  mem_free(pool.events);
  return status;
}

void log_rank_free(LogRank *test)
{
  mem_free(test->place);
  mem_free(test->observed);
  mem_free(test->expected);
  mem_free(test->variance);
  mem_free(test->covariance);
  *test = (LogRank){0};
}
