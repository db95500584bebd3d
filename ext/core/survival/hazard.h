/*
** When do they leave? The hazard by period: of those still there as a period begins, the share that leaves in it.
**
** Period p >= 1 of width w holds the times in ((p - 1) w, p w], so with w = 1 whole times are their own periods; period
** 0 holds time 0 and exists only where rows do. hazard = events / at risk (the life-table hazard without correction for
** those censored inside the period), a binomial share with Wilson's interval and se sqrt(h (1 - h)/n). Smoothed: sum K
** events / sum K at risk over the periods around, period 0 apart, with Epanechnikov's kernel K(j) = 1 - (j/(bandwidth +
** 1))^2, |j| <= bandwidth.
**
** A peak is a period whose smoothed hazard is above that of both neighbours (the first of equal ones), and whose own
** hazard is surely above the average: the lower end of its interval is above all events / all at risk. Peaks are
** numbered by their hazard, highest first.
**
** O(times + periods bandwidth).
*/
#ifndef RETAIN_CORE_SURVIVAL_HAZARD_H
#define RETAIN_CORE_SURVIVAL_HAZARD_H

#include "kaplan_meier.h"

#define HAZARD_PERIODS 100000   /* the most periods */
#define HAZARD_ROWS_MAX 4000000 /* of all groups together: 88 bytes each */

typedef struct HazardPeriod {
  int64_t period;
  uint64_t at_risk, events, censored;
  double hazard, se, low, high, smoothed, survival; /* survival: to the end of the period */
  int peak;                                         /* 1: the highest; 0: none */
} HazardPeriod;

typedef struct Hazard {
  HazardPeriod *periods;
  size_t n;
} Hazard;

/* The period of a time, 0 for time 0 only; a quotient within rounding error of a whole number is that number. */
double hazard_period(double time, double width);

/* Of a finished curve that is not general. The last time must lie in period HAZARD_PERIODS at most. */
Status hazard_build(Hazard *hazard, const KaplanMeier *curve, double width, int bandwidth, double level,
                    const Watch *watch);

/* Frees all; {0} is a valid empty object; may run twice. */
void hazard_free(Hazard *hazard);

#endif
