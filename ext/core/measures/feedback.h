/*
** The Net Promoter Score and its confidence interval.
**
** Of `total` answers on 0 … 10, promoters gave 9–10 and detractors 0–6 (Reichheld 2003):
** NPS = 100 (promoters - detractors) / total.
**
** The interval inverts the score test of a difference D = P(promoter) - P(detractor) of two cells of one multinomial
** sample: it holds all D with (D^ - D)^2 <= z^2 V(D), where V(D) = (2q + D(1 - D))/n and q is the maximum-likelihood
** share of detractors under D (Tango 1998, Statistics in Medicine 17:891-908; for the NPS, as "iterative score test",
** Rocks 2016, The American Statistician 70:365-372). It is to the NPS what Wilson's interval is to a rate: it stays
** within -100 … 100, has a width even if all answers are alike (n answers of 10 give 100 (n - z^2)/(n + z^2) … 100),
** and covers near the level at small n and at the extremes, where NPS ± z·se covers far too little. Exact coverage at
** level 0.95 over a 1 % grid of shares, mean and worst: n = 5 0.97 and 0.86, n = 10 0.96 and 0.90, n = 40 0.95 and
** 0.93.
**
** Rejected: Rocks's adjusted Wald, as good in the middle, must be cut off at ±100 and its pseudo-answers fit one level.
*/
#ifndef RETAIN_CORE_MEASURES_FEEDBACK_H
#define RETAIN_CORE_MEASURES_FEEDBACK_H

#include <stdint.h>

#include "core/numerics/stats.h"

typedef struct NpsCounts {
  int64_t promoters, detractors, total; /* promoters + detractors <= total < 2^53 */
} NpsCounts;

#define NPS_SCALE_MAX 10

/* Counts a score of 0 … 10 `times` (1, or -1 to take it back). */
void nps_count(NpsCounts *counts, int64_t score, int64_t times);

/* -100 … 100; total > 0. */
double nps_score(const NpsCounts *counts);

/* -100 <= low <= nps_score() <= high <= 100; total > 0, 0 < level < 1. 120 square roots; absolute error < 1e-11. */
Interval nps_interval(const NpsCounts *counts, double level);

#endif
