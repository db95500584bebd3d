/*
** The test of proportional hazards: the score test of coefficients that move with g(time).
**
** Information of x and x * g(time) together, by three sums with the times multiplied by 1, g and g^2; g is centred and
** of range 1, which changes no test.
*/
#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"
#include "cox.h"
#include "cox_fit.h"

/* ---- g */

typedef struct Times {
  double *event, *all, *entry; /* sorted; entry NULL: none */
  double *different, *g;       /* of the different times of events */
  size_t n_different;
} Times;

static void times_free(Times *times)
{
  mem_free(times->event);
  mem_free(times->all);
  mem_free(times->entry);
  mem_free(times->different);
  mem_free(times->g);
}

static Status times_collect(const CoxFit *fit, Times *times, const Watch *watch)
{
  const CoxRows *rows = fit->rows;
  size_t n_events = 0;
  times->event = mem_alloc(rows->events, sizeof(double));
  times->different = mem_alloc(rows->events, sizeof(double));
  times->g = mem_alloc(rows->events, sizeof(double));
  times->all = mem_alloc(rows->count, sizeof(double));
  if (rows->used[COX_ENTRY]) {
    times->entry = mem_alloc(rows->count, sizeof(double));
  }
  if (!times->event || !times->different || !times->g || !times->all || (rows->used[COX_ENTRY] && !times->entry)) {
    return STATUS_NOMEM;
  }
  for (size_t i = 0; i < rows->count; i++) {
    double time = cox_at(rows, COX_TIME, i);
    if (rows->marks[i] & COX_EVENT) {
      times->event[n_events++] = time;
    }
    times->all[i] = time;
    if (times->entry) {
      times->entry[i] = cox_at(rows, COX_ENTRY, i);
    }
  }
  Status status = sort_doubles(times->event, n_events, watch);
  if (status == STATUS_OK) {
    status = sort_doubles(times->all, rows->count, watch);
  }
  if (status == STATUS_OK && times->entry) {
    status = sort_doubles(times->entry, rows->count, watch);
  }
  return status;
}

/* g of each different time; of all strata together, and by rows, not weights. */
static void times_transform(const CoxFit *fit, Times *times, CoxTransform transform)
{
  size_t n = fit->rows->events, gone = 0, entered = 0;
  double survival = 1;
  for (size_t i = 0; i < n;) {
    double time = times->event[i], before = survival;
    size_t end = i;
    while (end < n && times->event[end] == time) {
      end++;
    }
    for (; gone < fit->rows->count && times->all[gone] < time; gone++) {
    }
    for (; times->entry && entered < fit->rows->count && times->entry[entered] < time; entered++) {
    }
    size_t last = gone; /* all of this time */
    while (last < fit->rows->count && times->all[last] == time) {
      last++;
    }
    double at_risk = (double)((times->entry ? entered : fit->rows->count) - gone);
    survival *= 1 - (double)(end - i) / at_risk;
    size_t k = times->n_different++;
    times->different[k] = time;
    times->g[k] = transform == COX_KM         ? 1 - before
                  : transform == COX_IDENTITY ? time
                  : transform == COX_RANK     ? ((double)gone + 1 + (double)last) / 2
                                              : log(time);
    i = end;
  }
}

/* Centred on the events, and of range 1. */
static void times_scale(const CoxFit *fit, Times *times)
{
  double low = INFINITY, high = -INFINITY, sum = 0;
  size_t event = 0, n = fit->rows->events;
  for (size_t k = 0; k < times->n_different; k++) {
    low = fmin(low, times->g[k]);
    high = fmax(high, times->g[k]);
  }
  double scale = high > low ? 1 / (high - low) : 0;
  for (size_t k = 0; k < times->n_different; k++) {
    times->g[k] = (times->g[k] - low) * scale;
    for (; event < n && times->event[event] == times->different[k]; event++) {
      sum += times->g[k];
    }
  }
  for (size_t k = 0; k < times->n_different; k++) {
    times->g[k] -= sum / (double)n;
  }
}

/* By row; 0 where no event has that time. */
static void times_spread(const CoxFit *fit, const Times *times, double *by_row)
{
  size_t k = 0;
  for (size_t i = 0; i < fit->rows->count; i++) {
    double time = cox_at(fit->rows, COX_TIME, i);
    if (fit->rows->marks[i] & COX_NEW_STRATUM) {
      k = 0;
    }
    for (; k < times->n_different && times->different[k] < time; k++) {
    }
    by_row[i] = k < times->n_different && times->different[k] == time ? times->g[k] : 0;
  }
}

/* ---- The test */

typedef struct Test {
  CoxFit *fit;
  double *information[3]; /* of 1, g, g^2: m * m, lower triangles */
  double *gradient;       /* of x * g */
  double *rest;           /* information of x * g that x does not explain */
  double *column, *solved, *factor;
} Test;

static Status test_sums(Test *test, double *power, const Watch *watch)
{
  CoxFit *fit = test->fit;
  size_t m = (size_t)fit->m;
  Status status = STATUS_OK;
  for (int k = 0; k < 3 && status == STATUS_OK; k++) {
    for (size_t i = 0; i < fit->rows->count && k == 2; i++) {
      power[i] *= power[i];
    }
    status = cox_evaluate(fit, fit->beta, watch);
    if (status == STATUS_OK) {
      status = cox_information(fit, k ? power : NULL, watch);
    }
    memcpy(test->information[k], fit->hessian, m * m * sizeof(double));
    if (k == 1) {
      memcpy(test->gradient, fit->gradient, m * sizeof(double));
    }
  }
  return status;
}

/* rest = I(g^2) - I(g) I(1)^-1 I(g). */
static void test_rest(Test *test)
{
  size_t m = (size_t)test->fit->m;
  const double *g = test->information[1];
  for (size_t v = 0; v < m; v++) {
    for (size_t w = 0; w < m; w++) {
      test->column[w] = v >= w ? g[v * m + w] : g[w * m + v];
    }
    cholesky_solve(m, test->fit->factor, test->column, test->solved);
    for (size_t w = 0; w < m; w++) {
      double sum = 0;
      for (size_t k = 0; k < m; k++) {
        sum += (w >= k ? g[w * m + k] : g[k * m + w]) * test->solved[k];
      }
      if (w >= v) {
        test->rest[w * m + v] = test->information[2][w * m + v] - sum;
      }
    }
  }
}

/* u' rest^-1 u over the variables with group[v] == which (NULL: all); NaN where there is no information. */
static double test_chi(Test *test, const int *group, int which, int *df)
{
  size_t m = (size_t)test->fit->m, n = 0;
  double *matrix = test->information[2], chi = 0; /* read for the last time in test_rest() */
  for (size_t v = 0; v < m; v++) {
    n += !group || group[v] == which;
  }
  size_t row = 0;
  for (size_t v = 0; v < m; v++) {
    if (group && group[v] != which) {
      continue;
    }
    size_t at = 0;
    for (size_t w = 0; w <= v; w++) {
      if (!group || group[w] == which) {
        matrix[row * n + at++] = test->rest[v * m + w];
      }
    }
    test->column[row++] = test->gradient[v];
  }
  *df = (int)n;
  if (n == 0 || !cholesky_factor(n, matrix, LEAST_PIVOT, test->factor)) {
    return NAN;
  }
  cholesky_solve(n, test->factor, test->column, test->solved);
  for (size_t i = 0; i < n; i++) {
    chi += test->column[i] * test->solved[i];
  }
  return chi;
}

static Status zph_run(Test *test, double *power, const Watch *watch)
{
  CoxFit *fit = test->fit;
  size_t m = (size_t)fit->m;
  double *numbers = mem_zero(5 * m * m + 3 * m + 1, sizeof *numbers);
  if (!numbers) {
    return STATUS_NOMEM;
  }
  for (size_t k = 0; k < 3; k++) {
    test->information[k] = numbers + k * m * m;
  }
  test->rest = numbers + 3 * m * m;
  test->factor = numbers + 4 * m * m;
  test->gradient = numbers + 5 * m * m;
  test->column = test->gradient + m;
  test->solved = test->column + m;
  Status status = test_sums(test, power, watch);
  if (status == STATUS_OK) {
    test_rest(test);
  }
  return status;
}

static Status zph_tell(Test *test, const Cox *cox, const int *groups, int n_groups, double *chi, double *chi_group,
                       int *df_group, double *global)
{
  int m = test->fit->m, df;
  int *own = mem_alloc(2 * (size_t)m + 1, sizeof *own);
  if (!own) {
    return STATUS_NOMEM;
  }
  int *group = own + m;
  for (int j = 0; j < cox->n_features; j++) {
    chi[j] = NAN;
  }
  for (int v = 0; v < m; v++) {
    own[v] = v;
    group[v] = groups[test->fit->column[v] - COX_FEATURE];
  }
  for (int v = 0; v < m; v++) {
    chi[test->fit->column[v] - COX_FEATURE] = test_chi(test, own, v, &df);
  }
  for (int k = 0; k < n_groups; k++) {
    chi_group[k] = test_chi(test, group, k, &df_group[k]);
  }
  *global = test_chi(test, NULL, 0, &df);
  mem_free(own);
  return STATUS_OK;
}

Status cox_zph(Cox *cox, CoxTransform transform, const int *groups, int n_groups, double *chi, double *chi_group,
               int *df_group, double *global, const Watch *watch)
{
  CoxFit *fit = cox->fit;
  Times times = {0};
  Test test = {.fit = fit};
  double *power = mem_alloc(fit->rows->count, sizeof *power);
  Status status = power ? times_collect(fit, &times, watch) : STATUS_NOMEM;
  if (status == STATUS_OK) {
    times_transform(fit, &times, transform);
    times_scale(fit, &times);
    times_spread(fit, &times, power);
  }
  times_free(&times);
  if (status == STATUS_OK) {
    status = zph_run(&test, power, watch);
  }
  if (status == STATUS_OK) {
    status = zph_tell(&test, cox, groups, n_groups, chi, chi_group, df_group, global);
  }
  mem_free(test.information[0]);
  mem_free(power);
  return status;
}
