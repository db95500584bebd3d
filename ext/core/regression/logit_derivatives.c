/*
** The sums over rows of a logistic regression, a block at a time.
*/
#include <math.h>
#include <string.h>

#include "block_sums.h"
#include "core/numerics/stats.h"
#include "logit_fit.h"

static void block_view(LogitFit *fit, size_t block)
{
  fit->x[0] = fit->ones;
  for (int v = 1; v < fit->m; v++) {
    fit->x[v] = fit->rows->block[block] + fit->column[v] * REGRESSION_BLOCK;
  }
}

static const double *block_weights(const LogitFit *fit, size_t block)
{
  return fit->rows->block[block] + fit->rows->n_features * REGRESSION_BLOCK;
}

/*
** The log-loss of the margins of a block (positive: predicted right): max(-m, 0) + log(1 + e^-|m|), the second part
** as one logarithm of the product minus 1, which keeps the small terms.
*/
static double block_loss(const double *restrict margin, const double *restrict e, const double *restrict weight,
                         bool weighted)
{
  double lane[4] = {0}, product[4] = {0};
  for (int r = 0; r < REGRESSION_BLOCK; r += 4) {
    for (int k = 0; k < 4; k++) {
      lane[k] += (fabs(margin[r + k]) - margin[r + k]) * fabs(weight[r + k]);
    }
  }
  double loss = (lane[0] + lane[1] + (lane[2] + lane[3])) / 2;
  if (weighted) {
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      loss += fabs(weight[r]) * log1p(e[r]);
    }
    return loss;
  }
  for (int r = 0; r < REGRESSION_BLOCK; r += 4) {
    for (int k = 0; k < 4; k++) {
      double term = e[r + k] * fabs(weight[r + k]); /* weights are 1, and 0 in the padding */
      product[k] += term + product[k] * term;
    }
  }
  return loss + log1p(product[0]) + log1p(product[1]) + log1p(product[2]) + log1p(product[3]);
}

Status logit_evaluate(LogitFit *fit, const double *at, const Watch *watch)
{
  size_t m = (size_t)fit->m;
  Sum loss = {0};
  double least = INFINITY;
  memset(fit->gradient, 0, m * sizeof *fit->gradient);
  memset(fit->hessian, 0, m * m * sizeof *fit->hessian);
  for (size_t i = 0; i < fit->rows->n_blocks; i++) {
    if (watch_due(watch, i, block_work(fit->m))) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double margin[REGRESSION_BLOCK], e[REGRESSION_BLOCK], residual[REGRESSION_BLOCK], variance[REGRESSION_BLOCK];
    block_view(fit, i);
    block_scores(at, fit->x, 0, fit->m, margin);
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      margin[r] *= copysign(1, weight[r]);
    }
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      e[r] = exp(-fabs(margin[r]));
    }
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      double q = 1 / (1 + e[r]), wrong = margin[r] < 0 ? 1.0 : e[r];
      residual[r] = weight[r] * (wrong * q);
      variance[r] = fabs(weight[r]) * (e[r] * q * q);
    }
    for (int r = 0; r < REGRESSION_BLOCK && least > 0; r++) {
      if (weight[r] != 0 && margin[r] < least) {
        least = margin[r];
      }
    }
    sum_add(&loss, block_loss(margin, e, weight, fit->rows->weighted));
    block_products_add(residual, fit->x, fit->m, fit->gradient);
    block_squares_add(variance, fit->x, fit->m, fit->hessian);
  }
  fit->log_likelihood = fit->value = -sum_value(&loss);
  fit->least_margin = least;
  for (size_t v = 1; v < m; v++) {
    fit->value -= fit->l2 / 2 * at[v] * at[v];
    fit->gradient[v] -= fit->l2 * at[v];
    fit->hessian[v * m + v] += fit->l2;
  }
  return STATUS_OK;
}

Status logit_gram(LogitFit *fit, const Watch *watch)
{
  size_t m = (size_t)fit->m;
  double total = fit->rows->weight[0] + fit->rows->weight[1];
  memset(fit->hessian, 0, m * m * sizeof *fit->hessian);
  for (size_t i = 0; i < fit->rows->n_blocks; i++) {
    if (watch_due(watch, i, block_work(fit->m))) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double share[REGRESSION_BLOCK];
    block_view(fit, i);
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      share[r] = fabs(weight[r]) / total;
    }
    block_squares_add(share, fit->x, fit->m, fit->hessian);
  }
  return STATUS_OK;
}

Status logit_ranges(LogitFit *fit, const double *direction, double low[2], double high[2], const Watch *watch)
{
  low[0] = low[1] = INFINITY;
  high[0] = high[1] = -INFINITY;
  for (size_t i = 0; i < fit->rows->n_blocks; i++) {
    if (watch_due(watch, i, block_work(fit->m))) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double score[REGRESSION_BLOCK];
    block_view(fit, i);
    block_scores(direction, fit->x, 1, fit->m, score);
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      int label = weight[r] > 0;
      if (weight[r] != 0 && score[r] < low[label]) {
        low[label] = score[r];
      }
      if (weight[r] != 0 && score[r] > high[label]) {
        high[label] = score[r];
      }
    }
  }
  return STATUS_OK;
}
