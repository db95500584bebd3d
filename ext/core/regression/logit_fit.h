/*
** Inside of logit.c: a fit in progress, and its sums over the rows (logit_derivatives.c).
*/
#ifndef RETAIN_CORE_REGRESSION_LOGIT_FIT_H
#define RETAIN_CORE_REGRESSION_LOGIT_FIT_H

#include "core/numerics/cholesky.h"
#include "regression_rows.h"

/*
** A fit in variables: 0 is the intercept, v > 0 the standardised column column[v]. m variables; matrices are m * m
** with the lower triangle in use.
*/
typedef struct LogitFit {
  const RegressionRows *rows;
  double l2;
  int m;
  int *column;
  double *beta, *step, *trial, *gradient, *early, *away; /* m each */
  double *hessian, *factor;                              /* m * m */
  double value, log_likelihood;                          /* at beta; value is penalised */
  double least_margin;
  int steps;
  const double **x; /* the columns of a block */
  double ones[REGRESSION_BLOCK];
  void *owned;
} LogitFit;

/* The penalised log-likelihood at `at`, its gradient, and minus its Hessian; also log_likelihood and least_margin. */
Status logit_evaluate(LogitFit *fit, const double *at, const Watch *watch);

/* Into hessian: the sums of weight * x x' over the sum of weights. */
Status logit_gram(LogitFit *fit, const Watch *watch);

/* The range of direction . x, without its intercept, in each label. */
Status logit_ranges(LogitFit *fit, const double *direction, double low[2], double high[2], const Watch *watch);

#endif
