#include "regression_rows.h"

#include <math.h>

#include "core/base/mem.h"

/* A range below this share of the values, or below LEAST_RANGE, is rounding: the column is constant. */
#define CONSTANT_SHARE 1e-14
#define LEAST_RANGE 1e-250

Status regression_rows_add(RegressionRows *rows, const double *x, bool positive, double weight)
{
  size_t row = rows->count % REGRESSION_BLOCK;
  if (row == 0) {
    if (rows->n_blocks == rows->n_slots) {
      size_t n_slots = rows->n_slots ? 2 * rows->n_slots : 8;
      double **grown = mem_resize(rows->block, n_slots, sizeof *grown);
      if (!grown) {
        return STATUS_NOMEM;
      }
      rows->block = grown;
      rows->n_slots = n_slots;
    }
    /* Zero: the rows that the last block does not fill have weight 0. */
    double *fresh = mem_zero(((size_t)rows->n_features + 1) * REGRESSION_BLOCK, sizeof *fresh);
    if (!fresh) {
      return STATUS_NOMEM;
    }
    rows->block[rows->n_blocks++] = fresh;
  }
  double *to = rows->block[rows->n_blocks - 1] + row;
  for (int j = 0; j < rows->n_features; j++) {
    to[j * REGRESSION_BLOCK] = x[j];
  }
  to[rows->n_features * REGRESSION_BLOCK] = positive ? weight : -weight;
  rows->weighted = rows->weighted || weight != 1;
  rows->count++;
  rows->positives += positive;
  return STATUS_OK;
}

void regression_rows_free(RegressionRows *rows)
{
  for (size_t i = 0; i < rows->n_blocks; i++) {
    mem_free(rows->block[i]);
  }
  mem_free(rows->block);
  mem_free(rows->mean);
  *rows = (RegressionRows){.n_features = rows->n_features};
}

/* What a pass over the values of a block costs, for watch_due(): some ten operations each. */
static size_t block_cost(const RegressionRows *rows)
{
  return 10 * REGRESSION_BLOCK * ((size_t)rows->n_features + 1);
}

/* Rows of a block that are rows, not padding. */
static size_t block_rows(const RegressionRows *rows, size_t block)
{
  return block + 1 < rows->n_blocks ? REGRESSION_BLOCK : rows->count - block * REGRESSION_BLOCK;
}

/* Sums of weights, ranges by label, and into mean[] the weighted means. */
static Status ranges_find(RegressionRows *rows, const Watch *watch)
{
  int n = rows->n_features;
  for (int j = 0; j < n; j++) {
    for (int label = 0; label < 2; label++) {
      rows->low[label][j] = INFINITY;
      rows->high[label][j] = -INFINITY;
    }
    rows->mean[j] = 0;
  }
  rows->weight[0] = rows->weight[1] = 0;
  for (size_t i = 0; i < rows->n_blocks; i++) {
    if (watch_due(watch, i, block_cost(rows))) {
      return STATUS_INTERRUPT;
    }
    const double *weight = rows->block[i] + n * REGRESSION_BLOCK;
    size_t count = block_rows(rows, i);
    double sum[2] = {0};
    for (size_t r = 0; r < count; r++) {
      sum[weight[r] > 0] += fabs(weight[r]);
    }
    rows->weight[0] += sum[0];
    rows->weight[1] += sum[1];
    for (int j = 0; j < n; j++) {
      const double *x = rows->block[i] + j * REGRESSION_BLOCK;
      double total = 0;
      for (size_t r = 0; r < count; r++) {
        int label = weight[r] > 0;
        total += fabs(weight[r]) * x[r];
        if (x[r] < rows->low[label][j]) {
          rows->low[label][j] = x[r];
        }
        if (x[r] > rows->high[label][j]) {
          rows->high[label][j] = x[r];
        }
      }
      rows->mean[j] += total;
    }
  }
  double weight = rows->weight[0] + rows->weight[1];
  for (int j = 0; j < n; j++) {
    rows->mean[j] = weight > 0 ? rows->mean[j] / weight : NAN;
  }
  return STATUS_OK;
}

/*
** Corrected two-pass: the mean's own rounding error is taken out of the mean and of the squares (Chan, Golub &
** LeVeque 1983).
*/
static void column_standardise(RegressionRows *rows, int j, const double *deviation, const double *square)
{
  double low = fmin(rows->low[0][j], rows->low[1][j]), high = fmax(rows->high[0][j], rows->high[1][j]);
  double range = high - low, total = rows->weight[0] + rows->weight[1];
  double off = total > 0 ? deviation[j] / total : 0;
  double variance = total > 0 ? square[j] / total - off * off : 0;
  if (!(range > LEAST_RANGE && range > CONSTANT_SHARE * fmax(fabs(low), fabs(high)) && variance > 0)) {
    rows->mean[j] = low + range / 2;
    rows->sd[j] = 0;
    return;
  }
  rows->mean[j] += off * range;
  rows->sd[j] = range * sqrt(variance);
}

static Status deviations_sum(const RegressionRows *rows, double *deviation, double *square, const Watch *watch)
{
  int n = rows->n_features;
  for (size_t i = 0; i < rows->n_blocks; i++) {
    if (watch_due(watch, i, block_cost(rows))) {
      return STATUS_INTERRUPT;
    }
    const double *weight = rows->block[i] + n * REGRESSION_BLOCK;
    for (int j = 0; j < n; j++) {
      const double *x = rows->block[i] + j * REGRESSION_BLOCK;
      double low = fmin(rows->low[0][j], rows->low[1][j]), high = fmax(rows->high[0][j], rows->high[1][j]);
      double scale = high - low > LEAST_RANGE ? 1 / (high - low) : 0, mean = rows->mean[j], d = 0, s = 0;
      for (int r = 0; r < REGRESSION_BLOCK; r++) { /* padding has weight 0 */
        double z = (x[r] - mean) * scale, w = fabs(weight[r]);
        d += w * z;
        s += w * z * z;
      }
      deviation[j] += d;
      square[j] += s;
    }
  }
  return STATUS_OK;
}

static void values_scale(RegressionRows *rows, size_t block)
{
  for (int j = 0; j < rows->n_features; j++) {
    double *x = rows->block[block] + j * REGRESSION_BLOCK, mean = rows->mean[j];
    double scale = rows->sd[j] > 0 ? 1 / rows->sd[j] : 0;
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      x[r] = (x[r] - mean) * scale;
    }
  }
}

static Status rows_measure(RegressionRows *rows, const Watch *watch)
{
  size_t n = (size_t)rows->n_features;
  mem_free(rows->mean); /* of a try that was interrupted */
  rows->mean = mem_zero(8 * n + 1, sizeof *rows->mean);
  if (!rows->mean) {
    return STATUS_NOMEM;
  }
  rows->sd = rows->mean + n;
  double *deviation = rows->mean + 6 * n, *square = rows->mean + 7 * n;
  for (size_t label = 0; label < 2; label++) {
    rows->low[label] = rows->mean + (2 + label) * n;
    rows->high[label] = rows->mean + (4 + label) * n;
  }
  Status status = ranges_find(rows, watch);
  if (status == STATUS_OK) {
    status = deviations_sum(rows, deviation, square, watch);
  }
  if (status != STATUS_OK) {
    return status;
  }
  for (int j = 0; j < rows->n_features; j++) {
    column_standardise(rows, j, deviation, square);
  }
  rows->measured = true;
  return STATUS_OK;
}

Status regression_rows_standardise(RegressionRows *rows, const Watch *watch)
{
  Status status = rows->measured ? STATUS_OK : rows_measure(rows, watch);
  for (; status == STATUS_OK && rows->n_scaled < rows->n_blocks; rows->n_scaled++) {
    if (watch_due(watch, rows->n_scaled, block_cost(rows))) {
      return STATUS_INTERRUPT;
    }
    values_scale(rows, rows->n_scaled);
  }
  return status;
}
