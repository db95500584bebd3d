/*
** Weibull regression of lifetimes, some of them censored: the accelerated failure time model
**
**   ln T = intercept + coefficient . x + sigma W,  W the standard minimum extreme value
**   S(t | x) = exp(-u),  u = (t / lambda)^shape,  lambda = exp(intercept + coefficient . x),  shape = 1 / sigma
**
** (Kalbfleisch & Prentice 2002, chapter 3; the parameters of R's survreg.) Without features it is the Weibull
** distribution of shape and scale = exp(intercept).
**
** Maximum likelihood. In shape and -shape * coefficients the log-likelihood is concave, so that Newton's method with
** step halving finds the only maximum from anywhere; features and ln T are standardised for it. The log-likelihood is
** that of the times, not of their logarithms.
**
** What has no answer is told and never hidden in a large number:
**   constant, collinear   such a feature is dropped: coefficient 0, standard error NaN, with what explains it
**   no maximum            all rows censored, or all times the same; one feature, or a combination, that is the same in
**                         all events while no censored row is on one side of it (its coefficient grows without end);
**                         events at times that are all the largest, or that the features tell without error (the shape
**                         does). Such directions are those in which the concave log-likelihood never falls. Of one
**                         feature they are found exactly, of several where Newton's steps run to, which must then hold
**                         for every row (with a tolerance of 1e-6 of its range).
** A fit that did not converge has NaN in all estimates and log_likelihood.
**
** Domain: times > 0, features finite up to REGRESSION_VALUE_MAX. Relative error of estimates and standard errors about
** 1e-13 times the condition of the standardised features. O(rows * features^2) per step, some 6-12 of them;
** 8 * (features + 2) bytes a row.
*/
#ifndef RETAIN_CORE_REGRESSION_WEIBULL_H
#define RETAIN_CORE_REGRESSION_WEIBULL_H

#include <stdbool.h>

#include "core/base/text.h"
#include "core/numerics/stats.h"
#include "regression_rows.h"

/* {.n_features = n} is a valid empty object; weibull_rows_free() may run twice. No rows are added after a fit. */
typedef struct WeibullRows {
  int n_features;
  RegressionRows rows; /* of features and ln T; label 1: the event */
  double *row;         /* the row that is added */
  Sum log_times;       /* of events: sum of ln T */
  size_t zero_times;
} WeibullRows;

/* A row of time 0 takes no part and is counted: it has no logarithm. */
Status weibull_rows_add(WeibullRows *rows, double time, bool event, const double *x);
void weibull_rows_free(WeibullRows *rows);

typedef enum WeibullEnd {
  WEIBULL_CONVERGED,
  WEIBULL_NO_ROWS,
  WEIBULL_NO_EVENTS,
  WEIBULL_ONE_TIME,  /* all times are the same */
  WEIBULL_LARGEST,   /* every event is at the largest time */
  WEIBULL_ONE_SIDED, /* each of the `apart` features alone */
  WEIBULL_COMBINED,  /* a combination of the `apart` features */
  WEIBULL_TOLD,      /* the `apart` features tell the times of events */
  WEIBULL_UNFINISHED
} WeibullEnd;

/* {0} is a valid empty object; weibull_free() may run twice. */
typedef struct Weibull {
  int n_features;
  WeibullEnd end;
  double intercept, *coefficient;
  double log_sigma, shape;
  /* of intercept, coefficients and log_sigma: square of n_features + 2; NaN where a feature is dropped */
  double *covariance;
  RegressionFeature *feature;
  int n_apart, *apart;                        /* features, strongest first */
  double apart_at;                            /* WEIBULL_ONE_SIDED: the value of the first in all events, */
  bool apart_above;                           /* and whether no censored row is above it (else below) */
  double log_likelihood, null_log_likelihood; /* the second: without features */
  size_t rows, events, zero_times;
  int iterations;
} Weibull;

/* STATUS_NOMEM or STATUS_INTERRUPT; what was not to be fitted is STATUS_OK with end != WEIBULL_CONVERGED. */
Status weibull_fit(WeibullRows *rows, Weibull *weibull, const Watch *watch);
void weibull_free(Weibull *weibull);

/* ---- weibull_predict.c */

/*
** Adds why there is no fit; why feature i was dropped. Nothing where that is not so. Features are called f1,
** f2, ...
*/
void weibull_reason(const Weibull *weibull, Text *text);
void weibull_dropped(const Weibull *weibull, int i, Text *text);

/*
** What a distribution of location = ln lambda and shape > 0 says, at times >= 0. Relative error < 1e-14 times max(1,
** |ln u|), of the survival times u more; of the residual time < 1e-12.
*/

double weibull_survival(double location, double shape, double time); /* time >= 0 */
double weibull_hazard(double location, double shape, double time);   /* infinite at time 0 where shape < 1 */
/* the time by which a share p has had the event, 0 <= p < 1 */
double weibull_quantile(double location, double shape, double p);
/* the expected time still to come, for one who has reached `time` */
double weibull_residual(double location, double shape, double time);

#endif
