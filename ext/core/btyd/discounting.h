/*
** The discounted purchases of a horizon, as a weighted sum of a few expectations.
**
** The sum over periods i, the last may be part of one, of (E[purchases by its end e_i] - E[purchases by its begin])
** / (1 + d)^(e_i / period), as btyd_discounted() in core/btyd/btyd.h adds it up, is linear in E. In u = ln(c + t) E is
** analytic around the real axis: for c at or below the smallest parameter of time its singularities (at t = -(alpha
** + T), -(beta + T)) lie at least pi away. Interpolated in Chebyshev's points of u (barycentric form, Berrut &
** Trefethen 2004), E needs few values, always at the same times, and the sum becomes one over these times with
** weights that are the same for all customers. 52 weeks take about 16 values, ten years of weeks about 25. Where
** periods are fewer, or nothing is discounted, the times are the periods' ends themselves, or the horizon's.
**
** Relative error against the sum below 1e-11 for discounts up to 0.02 a period (100 % a year, by weeks). At 30, where
** only the first periods count, 2e-9; btyd_discounted() has no such limit. discounting_make(): O(periods * times);
** discounting_value(): one evaluation of the model per time.
*/
#ifndef RETAIN_CORE_BTYD_DISCOUNTING_H
#define RETAIN_CORE_BTYD_DISCOUNTING_H

#include "btyd.h"

/* {0} is a valid empty object. */
typedef struct Discounting {
  int n;
  double *time, *weight;
} Discounting;

/*
** horizon and period in the unit of the model, discount per period; shift: c above, the smallest parameter of time.
** horizon / period at most 1e6. Anything but STATUS_OK is STATUS_NOMEM.
*/
Status discounting_make(Discounting *discounting, double horizon, double discount, double period, double shift);

double discounting_value(const Discounting *discounting, const BtydModel *model, const double *theta,
                         const CbsRow *row);

/* The smallest of the parameters that carry the unit of time. */
double discounting_time_scale(const BtydModel *model, const double *theta);

void discounting_free(Discounting *discounting); /* may run twice */

#endif
