/*
** The sums over rows of a logistic regression, a block at a time; and those over a block that other regressions share.
*/
#include <math.h>
#include <string.h>

#include "core/base/compiler.h"
#include "core/numerics/stats.h"
#include "logit_fit.h"

static void block_view(LogitFit *fit, size_t block)
{
  fit->x[0] = fit->ones;
  for (int v = 1; v < fit->m; v++) {
    fit->x[v] = fit->rows->block[block] + fit->column[v] * LOGIT_BLOCK;
  }
}

static const double *block_weights(const LogitFit *fit, size_t block)
{
  return fit->rows->block[block] + fit->rows->n_features * LOGIT_BLOCK;
}

/* About every 10^7 multiplications. */
static bool watch_due(const LogitFit *fit, size_t block, const Watch *watch)
{
  size_t work = (size_t)fit->m * (size_t)fit->m * LOGIT_BLOCK;
  return block % (10000000 / work + 1) == 0 && watch_stop(watch);
}

/* In lanes that vectorise on the baseline (four columns at once do not, with gcc 12). */
void logit_products_add(const double *restrict s, const double *const *x, int m, double *restrict sums)
{
  for (int v = 0; v < m; v++) {
    const double *restrict a = x[v];
    double lane[4] = {0};
    for (int r = 0; r < LOGIT_BLOCK; r += 4) {
      for (int l = 0; l < 4; l++) {
        lane[l] += s[r + l] * a[r + l];
      }
    }
    sums[v] += lane[0] + lane[1] + (lane[2] + lane[3]);
  }
}

void logit_squares_add(const double *restrict weight, const double *const *x, int m, double *restrict matrix)
{
  double scaled[LOGIT_BLOCK];
  for (int v = 0; v < m; v++) {
    const double *restrict a = x[v];
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      scaled[r] = weight[r] * a[r];
    }
    logit_products_add(scaled, x, v + 1, matrix + (size_t)v * (size_t)m);
  }
}

/* Inlined, gcc forgets that nothing overlaps and does not vectorise. */
APART void logit_scores(const double *variables, const double *const *x, int first, int m, double *restrict score)
{
  memset(score, 0, LOGIT_BLOCK * sizeof *score);
  for (int v = first; v < m; v++) {
    double b = variables[v];
    const double *restrict a = x[v];
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      score[r] += b * a[r];
    }
  }
}

/*
** The log-loss of the margins of a block (positive: predicted right): max(-m, 0) + log(1 + e^-|m|), the second part
** as one logarithm of the product minus 1, which keeps the small terms.
*/
static double block_loss(const double *restrict margin, const double *restrict e, const double *restrict weight,
                         bool weighted)
{
  double lane[4] = {0}, product[4] = {0};
  for (int r = 0; r < LOGIT_BLOCK; r += 4) {
    for (int k = 0; k < 4; k++) {
      lane[k] += (fabs(margin[r + k]) - margin[r + k]) * fabs(weight[r + k]);
    }
  }
  double loss = (lane[0] + lane[1] + (lane[2] + lane[3])) / 2;
  if (weighted) {
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      loss += fabs(weight[r]) * log1p(e[r]);
    }
    return loss;
  }
  for (int r = 0; r < LOGIT_BLOCK; r += 4) {
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
    if (watch_due(fit, i, watch)) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double margin[LOGIT_BLOCK], e[LOGIT_BLOCK], residual[LOGIT_BLOCK], variance[LOGIT_BLOCK];
    block_view(fit, i);
    logit_scores(at, fit->x, 0, fit->m, margin);
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      margin[r] *= copysign(1, weight[r]);
    }
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      e[r] = exp(-fabs(margin[r]));
    }
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      double q = 1 / (1 + e[r]), wrong = margin[r] < 0 ? 1.0 : e[r];
      residual[r] = weight[r] * (wrong * q);
      variance[r] = fabs(weight[r]) * (e[r] * q * q);
    }
    for (int r = 0; r < LOGIT_BLOCK && least > 0; r++) {
      if (weight[r] != 0 && margin[r] < least) {
        least = margin[r];
      }
    }
    sum_add(&loss, block_loss(margin, e, weight, fit->rows->weighted));
    logit_products_add(residual, fit->x, fit->m, fit->gradient);
    logit_squares_add(variance, fit->x, fit->m, fit->hessian);
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
    if (watch_due(fit, i, watch)) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double share[LOGIT_BLOCK];
    block_view(fit, i);
    for (int r = 0; r < LOGIT_BLOCK; r++) {
      share[r] = fabs(weight[r]) / total;
    }
    logit_squares_add(share, fit->x, fit->m, fit->hessian);
  }
  return STATUS_OK;
}

Status logit_ranges(LogitFit *fit, const double *direction, double low[2], double high[2], const Watch *watch)
{
  low[0] = low[1] = INFINITY;
  high[0] = high[1] = -INFINITY;
  for (size_t i = 0; i < fit->rows->n_blocks; i++) {
    if (watch_due(fit, i, watch)) {
      return STATUS_INTERRUPT;
    }
    const double *weight = block_weights(fit, i);
    double score[LOGIT_BLOCK];
    block_view(fit, i);
    logit_scores(direction, fit->x, 1, fit->m, score);
    for (int r = 0; r < LOGIT_BLOCK; r++) {
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
