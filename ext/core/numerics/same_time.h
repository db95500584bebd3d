/*
** Lifetimes that differ by rounding alone are one time: 2.2 - 1.2 and 3.3 - 2.3, or differences of julian days. As R's
** timefix does (Therneau, package survival, aeqSurv), with a smaller tolerance, 1e-9 of the time and of 1 at least;
** from 1e6 on it grows no more, so that whole numbers are never one. Of times that are one the smallest stands for all.
*/
#ifndef RETAIN_CORE_NUMERICS_SAME_TIME_H
#define RETAIN_CORE_NUMERICS_SAME_TIME_H

#include <stdbool.h>

#define SAME_TIME 1e-9
#define SAME_TIME_FROM 1.0
#define SAME_TIME_TO 1e6

static inline bool same_time(double a, double b)
{
  double low = a < b ? a : b, high = a < b ? b : a;
  double scale = low < SAME_TIME_FROM ? SAME_TIME_FROM : low > SAME_TIME_TO ? SAME_TIME_TO : low;
  return high - low <= SAME_TIME * scale;
}

/* Whether an entry comes before a time. */
static inline bool time_before(double a, double b)
{
  return a < b && !same_time(a, b);
}

#endif
