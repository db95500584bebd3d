/*
** The Kaplan-Meier curve of one group and what is read off it: how long customers stay, where some have not left yet.
**
** S(t) = product over event times t_i <= t of 1 - d_i/n_i (Kaplan & Meier 1958), n_i: at risk, those with entry < t_i <= time (at the same time, events
** come before censorings); variance of log S: sum d_i / (n_i (n_i - d_i)) (Greenwood 1926). Cumulative hazard: sum d_i/n_i with variance
** sum d_i/n_i^2 (Nelson 1972, Aalen 1978), or with ties broken: sum over j < d_i of 1/(n_i - j) and of its squares (Fleming & Harrington 1984).
**
** Times are 0 or more and finite. Times of different bits are different times. Rounding: below 1e-13 for a million event times.
**
** Rows of whole times below SURVIVAL_TABLE are counted while they are read, in a table of 8 bytes a time; others take 8 bytes each (the bits of
** the time, which order as the time does, and the event in place of the sign) and a radix sort; with weights or entries 16 to 32.
** A curve keeps 16 bytes per distinct time. O(rows + distinct times).
*/
#ifndef RETAIN_CORE_SURVIVAL_KAPLAN_MEIER_H
#define RETAIN_CORE_SURVIVAL_KAPLAN_MEIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/numerics/stats.h"

#define SURVIVAL_TABLE 16384 /* times counted in a table */

typedef struct SurvivalCounts {
  uint32_t of[2]; /* censored, events */
} SurvivalCounts;

/* A growing array of records of one or two words: the ordered bits of a time, and the weight. */
typedef struct SurvivalKeys {
  uint64_t *words;
  size_t count, size; /* records */
} SurvivalKeys;

/* The curve at one of its times, or before the first. */
typedef struct SurvivalPoint {
  int64_t index; /* of the time; -1: before the first */
  double time;
  double at_risk, events, censored; /* weighted where there are weights */
  double survival;
  double log_variance; /* of log S; infinite where S is 0 */
  double hazard, hazard_variance;
  double left; /* who is still there after the time; where nobody came late */
  double events_before, censored_before;
} SurvivalPoint;

typedef struct SurvivalCurve {
  bool general;           /* set before the first row: rows have weights or entries; survival_add_general() */
  bool ties_broken;       /* the cumulative hazard is that of Fleming & Harrington */
  uint64_t rows, n_event; /* rows read */
  /* While reading: */
  SurvivalCounts *table;
  uint32_t table_size;
  SurvivalKeys keys, entries;
  Sum early; /* general: the weight of rows without entry */
  uint64_t n_early;
  /* The curve, after survival_finish(): */
  size_t n_points;
  double *times;
  SurvivalCounts *counts;
  double (*weights)[3]; /* general: at risk, events, censored */
  SurvivalPoint *marks; /* every so often the point before a time, so that any can be reached soon */
} SurvivalCurve;

Status survival_add_slow(SurvivalCurve *curve, double time, bool event);

/* A row; time >= 0 and finite. */
static inline Status survival_add(SurvivalCurve *curve, double time, bool event)
{
  if (time < curve->table_size) {
    uint32_t whole = (uint32_t)time;
    if (whole == time) {
      curve->table[whole].of[event]++;
      return STATUS_OK;
    }
  }
  return survival_add_slow(curve, time, event);
}

/* A row that is observed after `entry` (0: from the beginning, also time 0; else entry < time) and counts `weight` > 0 times. */
Status survival_add_general(SurvivalCurve *curve, double time, bool event, double entry, double weight);

Status survival_finish(SurvivalCurve *curve, const Watch *watch);

/* Frees all; {0} is a valid empty curve; may run twice. */
void survival_free(SurvivalCurve *curve);

/* Walks the curve's times in order: from survival_start(), false after the last. */
SurvivalPoint survival_start(const SurvivalCurve *curve);
bool survival_next(const SurvivalCurve *curve, SurvivalPoint *point);

/* Moves to point i < n_points: O(1) for the one at hand and the next, else O(256). */
void survival_seek(const SurvivalCurve *curve, SurvivalPoint *point, size_t i);

/* The last point at or before t; before the first: index -1, S = 1. */
void survival_find(const SurvivalCurve *curve, double t, SurvivalPoint *point);

/* The index of the first point at or after t; n_points: none. */
size_t survival_index(const SurvivalCurve *curve, double t);

/* The last time; -1 without rows. */
static inline double survival_last_time(const SurvivalCurve *curve)
{
  return curve->n_points ? curve->times[curve->n_points - 1] : -1;
}

/* How an interval of S is made symmetric: on log(-log S), on log S, or on S. */
typedef enum SurvivalScale {
  SCALE_LOG_LOG,
  SCALE_LOG,
  SCALE_PLAIN
} SurvivalScale;

/*
** The interval of S with the variance of log S, z standard errors to each side: log-log S^exp(+-z se/log S) (Kalbfleisch & Prentice 1980), log
** S exp(+-z se) to 1, plain S (1 +- z se) within 0 and 1, as R's survfit. NaN where the scale has none: S = 0, and S = 1 on log-log.
*/
Interval survival_interval(double survival, double log_variance, SurvivalScale scale, double z);

/* Greenwood's standard error of S; NaN where S is 0. */
double survival_se(const SurvivalPoint *point);

/*
** The smallest time with S <= 1 - p (to rounding), and the times where the ends of S's interval get there (Brookmeyer & Crowley 1982). NaN where
** they do not.
*/
typedef struct SurvivalQuantile {
  double time, low, high;
} SurvivalQuantile;
Status survival_quantiles(const SurvivalCurve *curve, const double *p, int n_p, SurvivalScale scale, double z, SurvivalQuantile *out,
                          const Watch *watch);

/*
** The restricted mean: the area under S from 0 to tau, and its standard error, sqrt(sum (area from t_i to tau)^2 d_i/(n_i (n_i - d_i))) (Irwin 1949).
** NaN where tau lies beyond the last time and S is not 0 there.
*/
Status survival_restricted_mean(const SurvivalCurve *curve, double tau, double *mean, double *se, const Watch *watch);

#endif
