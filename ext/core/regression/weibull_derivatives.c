/*
** The sums over rows of a Weibull regression, a block at a time.
*/
#include <math.h>
#include <string.h>

#include "block_sums.h"
#include "core/numerics/stats.h"
#include "weibull_fit.h"

#define BOUNDARY 1e-6 /* share of the range that counts as nothing */

static const double *block_weights(const WeibullFit *fit, size_t block)
{
  return fit->rows->block[block] + fit->rows->n_features * REGRESSION_BLOCK;
}

static void block_view(WeibullFit *fit, size_t block)
{
  fit->x[0] = fit->ones;
  for (int v = 1; v < fit->m; v++) {
    fit->x[v] = fit->rows->block[block] + fit->column[v] * REGRESSION_BLOCK;
  }
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
    if (watch_due(watch, i, block_work(fit->m))) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double z[REGRESSION_BLOCK], u[REGRESSION_BLOCK], residual[REGRESSION_BLOCK], sum = 0;
    block_view(fit, i);
    block_scores(at, fit->x, 0, fit->m, z);
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      /* weights are 1, -1 (censored), and 0 in the padding, which may be anywhere */
      z[r] = weight[r] != 0 ? z[r] : -INFINITY;
      u[r] = exp(z[r]);
    }
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      double event = weight[r] > 0 ? 1 : 0;
      sum += (weight[r] > 0 ? z[r] : 0) - u[r];
      residual[r] = event - u[r];
    }
    if (!(fabs(sum) < INFINITY)) {
      return STATUS_OK;
    }
    sum_add(&total, sum);
    block_products_add(residual, fit->x, fit->m, fit->gradient);
    block_squares_add(u, fit->x, fit->m, fit->hessian);
  }
  fit->gradient[m - 1] += fit->events / last;
  fit->hessian[m * m - 1] += fit->events / last / last;
  *value = sum_value(&total) + fit->events * log(last);
  return STATUS_OK;
}

Status weibull_squares(WeibullFit *fit, const Watch *watch)
{
  for (size_t i = 0; i < fit->rows->n_blocks; i++) {
    if (watch_due(watch, i, block_work(fit->m))) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double one[REGRESSION_BLOCK];
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      one[r] = fabs(weight[r]);
    }
    block_view(fit, i);
    block_squares_add(one, fit->x, fit->m, fit->hessian);
  }
  return STATUS_OK;
}

Status weibull_never_falls(WeibullFit *fit, const double *direction, bool *never, const Watch *watch)
{
  double low = INFINITY, high = -INFINITY, events = 0;
  for (size_t i = 0; i < fit->rows->n_blocks; i++) {
    if (watch_due(watch, i, block_work(fit->m))) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double z[REGRESSION_BLOCK];
    block_view(fit, i);
    block_scores(direction, fit->x, 0, fit->m, z);
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
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
