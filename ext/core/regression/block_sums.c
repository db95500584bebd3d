#include "block_sums.h"

#include <string.h>

#include "core/base/compiler.h"

/* In lanes that vectorise on the baseline (four columns at once do not, with gcc 12). */
void block_products_add(const double *restrict s, const double *const *x, int m, double *restrict sums)
{
  for (int v = 0; v < m; v++) {
    const double *restrict a = x[v];
    double lane[4] = {0};
    for (int r = 0; r < REGRESSION_BLOCK; r += 4) {
      for (int l = 0; l < 4; l++) {
        lane[l] += s[r + l] * a[r + l];
      }
    }
    sums[v] += lane[0] + lane[1] + (lane[2] + lane[3]);
  }
}

void block_squares_add(const double *restrict weight, const double *const *x, int m, double *restrict matrix)
{
  double scaled[REGRESSION_BLOCK];
  for (int v = 0; v < m; v++) {
    const double *restrict a = x[v];
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      scaled[r] = weight[r] * a[r];
    }
    block_products_add(scaled, x, v + 1, matrix + (size_t)v * (size_t)m);
  }
}

/* Inlined, gcc forgets that nothing overlaps and does not vectorise. */
APART void block_scores(const double *variables, const double *const *x, int first, int m, double *restrict score)
{
  memset(score, 0, REGRESSION_BLOCK * sizeof *score);
  for (int v = first; v < m; v++) {
    double b = variables[v];
    const double *restrict a = x[v];
    for (int r = 0; r < REGRESSION_BLOCK; r++) {
      score[r] += b * a[r];
    }
  }
}
