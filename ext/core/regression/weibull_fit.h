/*
** Inside of weibull.c: a fit in progress and its sums over the rows (weibull_derivatives.c).
**
** Variables: 0 the intercept, 1 ... the standardised features, m - 1 the standardised ln T, whose variable is > 0.
*/
#ifndef RETAIN_CORE_REGRESSION_WEIBULL_FIT_H
#define RETAIN_CORE_REGRESSION_WEIBULL_FIT_H

#include "core/numerics/cholesky.h"
#include "regression_rows.h"

typedef struct WeibullFit {
  const RegressionRows *rows;
  int m, *column;                                        /* the column of variable v > 0 */
  double *beta, *step, *trial, *gradient, *early, *away; /* m each */
  double *hessian, *factor;                              /* m * m, lower triangles; minus the Hessian */
  double value, events;
  int steps;
  const double **x;
  double ones[REGRESSION_BLOCK];
  double *owned;
} WeibullFit;

/*
** With z = variables . x the log-likelihood is the sum of (event ? z + ln of the last variable : 0) - e^z, but for a
** constant. Gives its value, and in `fit` gradient and hessian. *value may be infinite or NaN: such a point is no place
** to go.
*/
Status weibull_evaluate(WeibullFit *fit, const double *at, double *value, const Watch *watch);

/* Into hessian: the sums of x x'. */
Status weibull_squares(WeibullFit *fit, const Watch *watch);

/*
** Whether z changes along the direction in no event, and rises in no censored row: the log-likelihood then never falls.
*/
Status weibull_never_falls(WeibullFit *fit, const double *direction, bool *never, const Watch *watch);

#endif
