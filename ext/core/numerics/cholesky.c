#include "cholesky.h"

#include <math.h>

#define NEGLIGIBLE_SHARE 1e-4 /* of the largest share: no partner */

double dot_product(size_t n, const double *a, const double *b)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

double largest_size(size_t n, const double *x)
{
  double size = 0;
  for (size_t i = 0; i < n; i++) {
    size = fmax(size, fabs(x[i]));
  }
  return size;
}

Status cholesky_factor_watched(size_t m, const double *matrix, double least, double *factor, bool *positive,
                               const Watch *watch)
{
  *positive = false;
  for (size_t i = 0; i < m; i++) {
    if (watch_due(watch, i + 1, m * m)) {
      return STATUS_INTERRUPT;
    }
    for (size_t j = 0; j <= i; j++) {
      double left = matrix[i * m + j] - dot_product(j, factor + i * m, factor + j * m);
      if (i > j) {
        factor[i * m + j] = left / factor[j * m + j];
      } else if (left > least * fabs(matrix[i * m + i]) && isfinite(left)) {
        factor[i * m + i] = sqrt(left);
      } else {
        return STATUS_OK;
      }
    }
  }
  *positive = true;
  return STATUS_OK;
}

bool cholesky_factor(size_t m, const double *matrix, double least, double *factor)
{
  bool positive;
  cholesky_factor_watched(m, matrix, least, factor, &positive, &WATCH_NEVER);
  return positive;
}

/* L' x = right, backwards; of the first n rows and columns. */
static void solve_upper(size_t m, const double *factor, size_t n, const double *right, double *x)
{
  for (size_t i = n; i-- > 0;) {
    double left = right[i];
    for (size_t k = i + 1; k < n; k++) {
      left -= factor[k * m + i] * x[k];
    }
    x[i] = left / factor[i * m + i];
  }
}

void cholesky_solve(size_t m, const double *factor, const double *right, double *x)
{
  for (size_t i = 0; i < m; i++) {
    x[i] = (right[i] - dot_product(i, factor + i * m, x)) / factor[i * m + i];
  }
  solve_upper(m, factor, m, x, x);
}

double cholesky_row(size_t m, const double *factor, size_t kept, const int *was, const double *products, double square,
                    double *row)
{
  for (size_t i = 0; i < kept; i++) {
    row[i] = (products[was[i]] - dot_product(i, row, factor + i * m)) / factor[i * m + i];
    square -= row[i] * row[i];
  }
  return square;
}

int cholesky_partners(size_t m, const double *factor, size_t kept, const double *row, double *share, int *places,
                      int n_places)
{
  int n = 0;
  solve_upper(m, factor, kept, row, share);
  double least = NEGLIGIBLE_SHARE * largest_size(kept, share);
  for (size_t i = 0; i < kept; i++) {
    n += fabs(share[i]) > least;
  }
  for (int p = 0; p < n && p < n_places; p++) {
    size_t best = 0;
    for (size_t i = 1; i < kept; i++) {
      best = fabs(share[i]) > fabs(share[best]) * (1 + 1e-9) ? i : best;
    }
    places[p] = (int)best;
    share[best] = 0;
  }
  return n;
}
