/*
** The times of a proportional-hazards fit going forward: what is at risk, and hazard and drift (the part of it that moves the mean of x) so far.
*/
#ifndef RETAIN_CORE_COX_FORWARD_H
#define RETAIN_CORE_COX_FORWARD_H

#include "cox_fit.h"

typedef struct CoxForward {
  CoxFit *fit;
  size_t first, end;             /* the rows of this time */
  size_t entering, entering_end; /* by_entry[entering … entering_end - 1] came in after the last time */
  size_t stratum_end;
  double time, weight;            /* weight: of its events */
  Twofold risk, people, *sums;    /* at risk, with the rows of this time: r, weights, r x */
  double *own;                    /* r x of the events of this time */
  double hazard, square, *drift;  /* before this time */
  CoxTie tie;                     /* of this time */
  double *drift_step, *drift_own; /* what it adds; for the rows of its events */
  void *owned;
} CoxForward;

Status forward_open(CoxForward *forward, CoxFit *fit); /* after cox_evaluate(); forward_close() also after it failed */
bool forward_next(CoxForward *forward);
void forward_close(CoxForward *forward);

#endif
