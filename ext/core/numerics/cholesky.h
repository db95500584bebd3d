/*
** Linear algebra of symmetric positive definite matrices, on lower triangles, row-major: what the regressions and the
** optimiser share. Golub & Van Loan 2013, section 4.2. O(m^3) for a factor, O(m^2) for a solution.
*/
#ifndef RETAIN_CORE_NUMERICS_CHOLESKY_H
#define RETAIN_CORE_NUMERICS_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

double dot_product(size_t n, const double *a, const double *b);
double largest_size(size_t n, const double *x); /* of the absolute values; 0 where n is 0 */

#define LEAST_PIVOT 1e-15 /* of its diagonal element: below, a pivot is rounding alone */

/*
** The factor L of matrix = L L', m * m; false where the matrix is not positive definite: where a pivot is not above
** `least` of its diagonal element.
*/
bool cholesky_factor(size_t m, const double *matrix, double least, double *factor);

/* The same of a matrix so large that it has to notice an interrupt; *positive: what the other one returns. */
Status cholesky_factor_watched(size_t m, const double *matrix, double least, double *factor, bool *positive,
                               const Watch *watch);

/* The solution of L L' x = right; x may be `right`. */
void cholesky_solve(size_t m, const double *factor, const double *right, double *x);

/*
** Building a factor column by column, leaving out what is a combination of the `kept` columns before: row `kept` of it
** for a column whose products with the columns as they were are `products`; was[i] is the place in `products` of kept
** column i. Returns what those leave unexplained of `square`, the column's product with itself: the square of the next
** pivot, which is the caller's to set.
*/
double cholesky_row(size_t m, const double *factor, size_t kept, const int *was, const double *products, double square,
                    double *row);

/*
** Which of the kept columns explain a column with this row: their places, strongest first, of which the first n_places
** are written. Returns how many there are. share: room for `kept` numbers.
*/
int cholesky_partners(size_t m, const double *factor, size_t kept, const double *row, double *share, int *places,
                      int n_places);

#endif
