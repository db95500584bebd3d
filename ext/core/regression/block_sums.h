/*
** Sums over a block of rows: what the regressions of this family have in common.
*/
#ifndef RETAIN_CORE_REGRESSION_BLOCK_SUMS_H
#define RETAIN_CORE_REGRESSION_BLOCK_SUMS_H

#include "regression_rows.h"

/* What the sums over a block cost, for watch_due(). */
static inline size_t block_work(int m)
{
  return (size_t)m * (size_t)m * REGRESSION_BLOCK;
}

/*
** Sums over a block, of which x[v], v < m, are columns of REGRESSION_BLOCK numbers, for what is fitted to such rows.
** sums[v] += s . x[v]; the lower triangle of matrix (m * m) += the sum of weight * x x'; score = the sum of
** variables[v] * x[v] over v >= first, row by row.
*/
void block_products_add(const double *restrict s, const double *const *x, int m, double *restrict sums);
void block_squares_add(const double *restrict weight, const double *const *x, int m, double *restrict matrix);
void block_scores(const double *variables, const double *const *x, int first, int m, double *restrict score);

#endif
