/*
** The rows of a Weibull regression, and its sums over them, a block at a time.
*/
#include <math.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/numerics/stats.h"
#include "weibull_fit.h"

#define BOUNDARY 1e-6 /* share of the range that counts as nothing */

/* ---- Rows */

Status weibull_rows_add(WeibullRows *rows, double time, bool event, const double *x)
{
  if (!(time > 0)) {
    rows->zero_times++;
    return STATUS_OK;
  }
  size_t n = (size_t)rows->n_features;
  if (!rows->row) {
    rows->row = mem_alloc(n + 1, sizeof *rows->row);
    rows->rows.n_features = rows->n_features + 1;
  }
  if (!rows->row) {
    return STATUS_NOMEM;
  }
  if (n > 0) {
    memcpy(rows->row, x, n * sizeof *x);
  }
  rows->row[n] = log(time);
  if (event) {
    sum_add(&rows->log_times, rows->row[n]);
  }
  return regression_rows_add(&rows->rows, rows->row, event, 1);
}

void weibull_rows_free(WeibullRows *rows)
{
  regression_rows_free(&rows->rows);
  mem_free(rows->row);
  *rows = (WeibullRows){.n_features = rows->n_features};
}

/* ---- Sums */

static const double *block_weights(const WeibullFit *fit, size_t block)
{
  return fit->rows->block[block] + fit->rows->n_features * LOGIT_BLOCK;
}

static void block_view(WeibullFit *fit, size_t block)
{
  fit->x[0] = fit->ones;
  for (int v = 1; v < fit->m; v++) {
    fit->x[v] = fit->rows->block[block] + fit->column[v] * LOGIT_BLOCK;
  }
}

/* About every 10^7 multiplications. */
static bool watch_due(const WeibullFit *fit, size_t block, const Watch *watch)
{
  size_t work = (size_t)fit->m * (size_t)fit->m * LOGIT_BLOCK;
  return block % (10000000 / work + 1) == 0 && watch_stop(watch);
}

Status weibull_evaluate(WeibullFit *fit, const double *at, double *value, const Watch *watch)
{
  size_t m = (size_t)fit->m;
  double last = at[m - 1];
  Sum total = {0};
  *value = -INFINITY;
  if (!(last > 0)) {
    return STATUS_OK;
  }
  memset(fit->gradient, 0, m * sizeof *fit->gradient);
  memset(fit->hessian, 0, m * m * sizeof *fit->hessian);
  for (size_t i = 0; i < fit->rows->n_blocks; i++) {
    if (watch_due(fit, i, watch)) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double z[LOGIT_BLOCK], u[LOGIT_BLOCK], residual[LOGIT_BLOCK], sum = 0;
    block_view(fit, i);
    logit_scores(at, fit->x, 0, fit->m, z);
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      /* weights are 1, -1 (censored), and 0 in the padding, which may be anywhere */
      z[r] = weight[r] != 0 ? z[r] : -INFINITY;
      u[r] = exp(z[r]);
    }
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      double event = weight[r] > 0 ? 1 : 0;
      sum += (weight[r] > 0 ? z[r] : 0) - u[r];
      residual[r] = event - u[r];
    }
    if (!(fabs(sum) < INFINITY)) {
      return STATUS_OK;
    }
    sum_add(&total, sum);
    logit_products_add(residual, fit->x, fit->m, fit->gradient);
    logit_squares_add(u, fit->x, fit->m, fit->hessian);
  }
  fit->gradient[m - 1] += fit->events / last;
  fit->hessian[m * m - 1] += fit->events / last / last;
  *value = sum_value(&total) + fit->events * log(last);
  return STATUS_OK;
}

Status weibull_squares(WeibullFit *fit, const Watch *watch)
{
  for (size_t i = 0; i < fit->rows->n_blocks; i++) {
    if (watch_due(fit, i, watch)) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double one[LOGIT_BLOCK];
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      one[r] = fabs(weight[r]);
    }
    block_view(fit, i);
    logit_squares_add(one, fit->x, fit->m, fit->hessian);
  }
  return STATUS_OK;
}

Status weibull_never_falls(WeibullFit *fit, const double *direction, bool *never, const Watch *watch)
{
  double low = INFINITY, high = -INFINITY, events = 0;
  for (size_t i = 0; i < fit->rows->n_blocks; i++) {
    if (watch_due(fit, i, watch)) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double z[LOGIT_BLOCK];
    block_view(fit, i);
    logit_scores(direction, fit->x, 0, fit->m, z);
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      if (weight[r] == 0) {
        continue;
      }
      low = fmin(low, z[r]);
      high = fmax(high, z[r]);
      if (weight[r] > 0) {
        events = fmax(events, fabs(z[r]));
      }
    }
  }
  double range = fmax(high - low, largest_size((size_t)fit->m, direction));
  *never = events <= BOUNDARY * range && high <= BOUNDARY * range;
  return STATUS_OK;
}
