/*
** Small statistics shared by the analyses: compensated sums, quantiles, proportions.
*/
#ifndef RETAIN_CORE_NUMERICS_STATS_H
#define RETAIN_CORE_NUMERICS_STATS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/status.h"

/*
** A compensated sum (Neumaier 1974): exact to about one rounding of the true sum while n < 2^52. The lost low-order
** part is kept as a float where memory per customer counts: 24 bits of a term that is itself a rounding error.
*/
typedef struct Sum {
  double high, low;
} Sum;
void sum_add(Sum *sum, double x);
double sum_value(const Sum *sum);

/*
** Money: the nearest number of at most four decimals; and whether the sum is as near to it as the rounding of its terms
** puts it, where `size` is the sum of the terms without their signs. It is then what the terms add up to.
*/
double sum_decimal(const Sum *sum);
bool sum_is_decimal(const Sum *sum, double size);

static inline void sum_add_compact(double *high, float *low, double x)
{
  double a = *high, t = a + x, from_x = t - a; /* TwoSum (Knuth 1969): the same error term, without a branch */
  *high = t;
  *low += (float)((a - (t - from_x)) + (x - from_x));
}

/*
** The type-7 quantile (Hyndman & Fan 1996; R's and SQL's PERCENTILE_CONT) of n >= 1 values sorted ascending: with h =
** (n - 1) p, x[floor h] + (h - floor h)(x[floor h + 1] - x[floor h]). 0 <= p <= 1. An h within rounding error of a
** whole number is that number.
*/
double quantile_sorted(const double *x, size_t n, double p);

/*
** n_p type-7 quantiles of unsorted values, p ascending; permutes x. Expected O(n log n_p) (multi-quickselect, median of
** three, falling back to a sort of the part when it degenerates). STATUS_INTERRUPT leaves x permuted and out unset.
*/
Status quantiles_select(double *x, size_t n, const double *p, size_t n_p, double *out, const Watch *watch);

/* Sorts ascending, in place, without recursion deeper than log2 n. */
Status sort_doubles(double *x, size_t n, const Watch *watch);

/*
** The standard normal quantile, 0 < p < 1; relative error < 1e-14 (Wichura 1988, AS 241, PPND16, refined by one
** Newton-Halley step with erfc).
*/
double normal_quantile(double p);

/*
** The Wilson score interval (Wilson 1927) of k successes in n trials, 0 <= k <= n, n > 0, 0 < level < 1. Written so
** that k = 0 gives low = 0 and k = n gives high = 1 exactly, without cancellation near the ends.
*/
typedef struct Interval {
  double low, high;
} Interval;
Interval wilson_interval(double k, double n, double level);

/* The Wald interval of a positive parameter on the log scale: estimate exp(±z sd). */
Interval log_interval(double estimate, double sd_of_log, double level);

#endif
