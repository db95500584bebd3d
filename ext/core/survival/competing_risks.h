/*
** Why do they leave? The cumulative incidence of each cause, where the others compete.
**
** F_k(t) = sum over times t_i <= t of S(t_i-) d_ki/n_i (Aalen & Johansen 1978), S: Kaplan-Meier of any cause, so that S
** + sum F_k = 1. One minus the Kaplan-Meier curve of a cause, with the other causes as censored, is no such share: it
** is too large. Variance: Greenwood's recursion for the pair (S, F_k) (Andersen, Borgan, Gill & Keiding 1993,
** IV.4.1.3): with a = d/n and b = d_k/n of a time,
**   V(S) <- (1 - a)^2 V(S) + S^2 a (1 - a)/n,  C <- (1 - a) (C + b V(S)) - S^2 (1 - a) b/n,  V(F) <- V(F) + 2 b C + b^2
**   V(S) + S^2 b (1 - b)/n,
** C: their covariance, all from before the time. With one cause it is Greenwood's variance of S. O(times causes); 24
** bytes per time, 32 per time of a cause with events.
*/
#ifndef RETAIN_CORE_SURVIVAL_COMPETING_RISKS_H
#define RETAIN_CORE_SURVIVAL_COMPETING_RISKS_H

#include "curve_grid.h"

/* A cause at one of its times. */
typedef struct RiskPoint {
  size_t time; /* its number */
  uint32_t events;
  double incidence, variance;
} RiskPoint;

/* A cause that occurs. */
typedef struct RiskCause {
  uint32_t column; /* of the grid */
  size_t n_points;
  RiskPoint *points; /* where it has events */
  double covariance; /* of S and its incidence, while they are worked out */
} RiskCause;

typedef struct CompetingRisks {
  size_t n_times, n_causes;
  double *times, *survival; /* by time */
  uint64_t *at_risk;
  RiskCause *causes; /* by column */
  RiskPoint *points;
} CompetingRisks;

/* Of one row of a finished grid: column 0 has the censored rows, the others those that left by a cause. */
Status competing_risks_build(CompetingRisks *risks, const CurveGrid *grid, uint32_t row, const Watch *watch);

/* A cause at a time < n_times, with the events of that time alone. O(log n). */
RiskPoint competing_risks_at(const CompetingRisks *risks, uint32_t column, size_t time);

/* Frees all; {0} is a valid empty object; may run twice. */
void competing_risks_free(CompetingRisks *risks);

#endif
