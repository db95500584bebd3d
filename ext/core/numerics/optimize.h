/*
** The maximum of a smooth function of a few variables, by its gradient: BFGS from a start, then Newton steps on the
** Hessian (by central differences of the gradient), which also settle whether the end is a maximum. Nocedal & Wright
** 2006, chapters 3 and 6.
*/
#ifndef RETAIN_CORE_NUMERICS_OPTIMIZE_H
#define RETAIN_CORE_NUMERICS_OPTIMIZE_H

#include <stdbool.h>

#include "core/base/status.h"

#define OPTIMIZE_MAX 24 /* variables */

typedef struct Problem {
  int n;
  void *self;
  /*
  ** The value and its gradient (n numbers) at a point. A point outside the domain has the value -INFINITY or NaN; never
  ** an error.
  */
  void (*evaluate)(void *self, const double *at, double *value, double *gradient);
  /* Optional (NULL: by differences): the lower triangle of the Hessian too, hessian[i * n + j], j <= i. */
  void (*evaluate_hessian)(void *self, const double *at, double *value, double *gradient, double *hessian);
  const double *inverse; /* about (-H)^-1 at the start, n * n; NULL: not known */
  /* a Hessian that is not definite is damped in proportion to its diagonal from the first step on: see newton_step() */
  bool in_proportion;
  const double *lows; /* optional (NULL): the low of each variable, instead of `low` */
  double low, high;   /* a variable that leaves this range has run away */
  int n_bounded;      /* how many variables, from the first, the range holds for */
} Problem;

typedef enum Outcome {
  OUTCOME_MAXIMUM, /* gradient small and Hessian negative definite */
  OUTCOME_RUNAWAY, /* a variable left low … high: no finite maximum, or one at the boundary */
  OUTCOME_SADDLE,  /* gradient small, Hessian not negative definite */
  OUTCOME_STUCK    /* no progress, or too many iterations */
} Outcome;

typedef struct Optimum {
  Outcome outcome;
  double at[OPTIMIZE_MAX];
  double value;
  /* g' (-H)^-1 g at the end: twice the rise that a quadratic would still promise */
  double decrement;
  double inverse[OPTIMIZE_MAX * OPTIMIZE_MAX]; /* OUTCOME_MAXIMUM: (-H)^-1, n * n, symmetric */
  int iterations, evaluations;
} Optimum;

/*
** STATUS_INTERRUPT only when asked to stop, which is looked for after every evaluation. An evaluation that takes long
** should ask the same watch, and leave early with any value; a watch that said stop once has to go on saying so.
*/
Status maximise(const Problem *problem, const double *start, Optimum *optimum, const Watch *watch);

/*
** The inverse of a symmetric positive definite n * n matrix, of which the lower triangle is read; false where it is not
** positive definite.
*/
bool invert_positive(int n, const double *matrix, double *inverse);

#endif
