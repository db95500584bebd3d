/*
** The inside of a proportional-hazards fit: what cox.c and its sums share.
*/
#ifndef RETAIN_CORE_COX_COX_FIT_H
#define RETAIN_CORE_COX_COX_FIT_H

#include "core/numerics/cholesky.h"
#include "cox_rows.h"

/* A sum of terms that are taken out again: two doubles (Knuth's TwoSum), so that what is left of little is right. */
typedef struct Twofold {
  double high, low;
} Twofold;

static inline void twofold_add(Twofold *sum, double x)
{
  double a = sum->high, t = a + x, from_x = t - a;
  sum->low += (a - (t - from_x)) + (x - from_x);
  sum->high = t;
}

/* What the events of one time add. */
typedef struct CoxTie {
  size_t first, n_events; /* the rows of the events: from first on */
  double hazard;          /* the step of the baseline */
  double own;             /* the same for the rows of the events: Efron counts them in part */
  double square;          /* sum of weight / (sum at risk)^2, */
  double cross;           /* with the share of the tied events that is gone as a factor, */
  double crossed;         /* and with its square */
  double risk;            /* weighted sum of r at risk */
} CoxTie;

/* Goes through the times of events, the latest first. */
typedef struct CoxWalk {
  const struct CoxFit *fit;
  size_t row;     /* rows from here on were taken */
  size_t leaving; /* entries: by_entry from here on were taken out */
  Twofold risk;   /* with entries in two parts, else in `high` */
  size_t at_risk;
} CoxWalk;

typedef struct CoxFit {
  CoxRows *rows;
  CoxTies ties;
  int m;          /* columns that take part */
  int *column;    /* of CoxRows, by variable */
  double *score;  /* coefficient . x by row; then r = weight * exp(score - shift) */
  double *hazard; /* by row: r * hazard so far; in between the steps of the ties */
  double *late;   /* with entries, by row: hazard before the entry */
  double shift;
  double *beta, *step, *trial, *gradient, *early; /* m */
  double *hessian, *factor;                       /* m * m, lower triangles, rows of length m */
  double log_likelihood;
  void *owned;
} CoxFit;

/* score[] = at . x for all rows. */
Status cox_scores(CoxFit *fit, const double *at, const Watch *watch);

/*
** From score[] the log-likelihood; score[] becomes r, hazard[] the steps of the ties. -INFINITY where numbers do not
** suffice.
*/
Status cox_likelihood(CoxFit *fit, const Watch *watch);

/* Both, one after the other. */
Status cox_evaluate(CoxFit *fit, const double *at, const Watch *watch);

/*
** After cox_likelihood(): gradient and hessian (the information), every time of events multiplied by power[first row of
** that time]; NULL: 1. Keeps r; hazard[] becomes the hazard so far times r, so that cox_likelihood() has to run again
** before another call.
*/
Status cox_information(CoxFit *fit, const double *power, const Watch *watch);

/* The next time with an event, going back; false: there is none. log_sum NULL: not wanted. */
void cox_walk_start(CoxWalk *walk, const CoxFit *fit);
bool cox_walk_next(CoxWalk *walk, CoxTie *tie, double *log_sum);

/* The sums of a tie: `all` at risk, of whom `own` have the event, n_events of them, of this weight together. */
void cox_tie_sums(CoxTies ties, double all, double own, double weight, CoxTie *tie, double *log_sum);

double cox_weight(const CoxFit *fit, size_t row);

/* Whether a direction is largest at every event for those who leave; tolerance: relative to its range. */
Status cox_rises(CoxFit *fit, const double *direction, bool *rises, const Watch *watch);

#endif
