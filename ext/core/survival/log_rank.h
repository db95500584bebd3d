/*
** Do the curves of several groups differ? The log-rank test and its weighted forms, stratified.
**
** At each event time of each stratum, d events of n at risk, n_g of them in group g: expected events d n_g/n,
** covariance d (n - d)/(n - 1) (n_g/n) ([g = h] - n_h/n) (Mantel 1966, Peto & Peto 1972). With weights w: sums of w (O
** - E) and w^2 covariance. Weights: S(t-)^rho (1 - S(t-))^gamma of the stratum's pooled Kaplan-Meier curve (Harrington
** & Fleming 1982, Fleming & Harrington 1991; rho = gamma = 0: log-rank), n (Gehan 1965), or sqrt n (Tarone & Ware
** 1977). chi-square = (O - E)' V^- (O - E) on rank V degrees of freedom.
**
** p is the upper tail of chi-square; log10 p has digits also where p is below the smallest double. Relative error of
** both < 1e-11. O(times groups + event times groups^2 + groups^3).
*/
#ifndef RETAIN_CORE_SURVIVAL_LOG_RANK_H
#define RETAIN_CORE_SURVIVAL_LOG_RANK_H

#include "curve_grid.h"

typedef enum LogRankWeights {
  LOG_RANK_FLEMING_HARRINGTON,
  LOG_RANK_GEHAN,
  LOG_RANK_TARONE_WARE
} LogRankWeights;

typedef struct LogRank {
  size_t n_groups;                        /* that have rows */
  uint32_t *place;                        /* by column of the grid: its number among them */
  double *observed, *expected, *variance; /* by group, weighted; variance of O - E */
  double *covariance;                     /* n_groups^2, its lower half */
  double chi_square, p, log10_p;          /* NaN where df is 0 */
  int df;
} LogRank;

/* Of a finished grid: its rows are the strata, its columns the groups, some thousand at most. */
Status log_rank_build(LogRank *test, const CurveGrid *grid, LogRankWeights weights, double rho, double gamma,
                      const Watch *watch);

/* Frees all; {0} is a valid empty test; may run twice. */
void log_rank_free(LogRank *test);

#endif
