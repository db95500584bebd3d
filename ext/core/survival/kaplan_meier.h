/*
** The Kaplan-Meier curve of one group and what is read off it: how long customers stay, where some have not left yet.
**
** S(t) = product over event times t_i <= t of 1 - d_i/n_i (Kaplan & Meier 1958), n_i: at risk, those with entry < t_i
** <= time (at the same time, events come before censorings); variance of log S: sum d_i / (n_i (n_i - d_i)) (Greenwood
** 1926). Cumulative hazard: sum d_i/n_i with variance sum d_i/n_i^2 (Nelson 1972, Aalen 1978), or with ties broken: sum
** over j < d_i of 1/(n_i - j) and of its squares (Fleming & Harrington 1984).
**
** Times are 0 or more and finite. Times that differ by rounding alone are one (same_time.h). Rounding: below 1e-13 for
** a million event times.
**
** Rows of whole times below KAPLAN_MEIER_TABLE are counted while they are read, in a table of 8 bytes a time; others
** take 8 bytes each (the bits of the time, which order as the time does, and the event in place of the sign) and a
** radix sort; with weights or entries 16 to 32. A curve keeps 16 bytes per distinct time. O(rows + distinct times).
*/
#ifndef RETAIN_CORE_SURVIVAL_KAPLAN_MEIER_H
#define RETAIN_CORE_SURVIVAL_KAPLAN_MEIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/numerics/stats.h"

#define KAPLAN_MEIER_TABLE 16384 /* times counted in a table */

typedef struct KaplanMeierCounts {
  uint32_t of[2]; /* censored, events */
} KaplanMeierCounts;

/* A growing array of records of one or two words: the ordered bits of a time, and the weight. */
typedef struct KaplanMeierKeys {
  uint64_t *words;
  size_t count, size; /* records */
} KaplanMeierKeys;

/* The curve at one of its times, or before the first. */
typedef struct KaplanMeierPoint {
  int64_t index; /* of the time; -1: before the first */
  double time;
  double at_risk, events, censored; /* weighted where there are weights */
  double survival;
  double log_variance; /* of log S; infinite where S is 0 */
  double hazard, hazard_variance;
  double left; /* who is still there after the time; where nobody came late */
  double events_before, censored_before;
} KaplanMeierPoint;

typedef struct KaplanMeier {
  bool general;           /* set before the first row: rows have weights or entries; kaplan_meier_add_general() */
  bool ties_broken;       /* the cumulative hazard is that of Fleming & Harrington */
  uint64_t rows, n_event; /* rows read */
  /* While reading: */
  KaplanMeierCounts *table;
  uint32_t table_size;
  KaplanMeierKeys keys, entries;
  Sum early; /* general: the weight of rows without entry */
  uint64_t n_early;
  /* The curve, after kaplan_meier_finish(): */
  size_t n_points;
  double *times;
  KaplanMeierCounts *counts;
  double (*weights)[3];    /* general: at risk, events, censored */
  KaplanMeierPoint *marks; /* every so often the point before a time, so that any can be reached soon */
} KaplanMeier;

Status kaplan_meier_add_slow(KaplanMeier *curve, double time, bool event);

/* A row; time >= 0 and finite. */
static inline Status kaplan_meier_add(KaplanMeier *curve, double time, bool event)
{
  if (time < curve->table_size) {
    uint32_t whole = (uint32_t)time;
    if (whole == time) {
      curve->table[whole].of[event]++;
      return STATUS_OK;
    }
  }
  return kaplan_meier_add_slow(curve, time, event);
}

/*
** A row that is observed after `entry` (0: from the beginning, also time 0; else entry < time) and counts `weight` > 0
** times.
*/
Status kaplan_meier_add_general(KaplanMeier *curve, double time, bool event, double entry, double weight);

Status kaplan_meier_finish(KaplanMeier *curve, const Watch *watch);

/* Frees all; {0} is a valid empty curve; may run twice. */
void kaplan_meier_free(KaplanMeier *curve);

/* Walks the curve's times in order: from kaplan_meier_start(), false after the last. */
KaplanMeierPoint kaplan_meier_start(const KaplanMeier *curve);
bool kaplan_meier_next(const KaplanMeier *curve, KaplanMeierPoint *point);

/* Moves to point i < n_points: O(1) for the one at hand and the next, else O(256). */
void kaplan_meier_seek(const KaplanMeier *curve, KaplanMeierPoint *point, size_t i);

/* The last point at or before t; before the first: index -1, S = 1. */
void kaplan_meier_find(const KaplanMeier *curve, double t, KaplanMeierPoint *point);

/* The index of the first point at (same_time()) or after t; n_points: none. */
size_t kaplan_meier_index(const KaplanMeier *curve, double t);

/* The last time; -1 without rows. */
static inline double kaplan_meier_last_time(const KaplanMeier *curve)
{
  return curve->n_points ? curve->times[curve->n_points - 1] : -1;
}

/* How an interval of S is made symmetric: on log(-log S), on log S, or on S. */
typedef enum KaplanMeierScale {
  KAPLAN_MEIER_LOG_LOG,
  KAPLAN_MEIER_LOG,
  KAPLAN_MEIER_PLAIN
} KaplanMeierScale;

/*
** The interval of S with the variance of log S, z standard errors to each side: log-log S^exp(+-z se/log S)
** (Kalbfleisch & Prentice 1980), log S exp(+-z se) to 1, plain S (1 +- z se) within 0 and 1, as R's survfit. NaN where
** the scale has none: S = 0, and S = 1 on log-log.
*/
Interval kaplan_meier_interval(double survival, double log_variance, KaplanMeierScale scale, double z);

/* Greenwood's standard error of S; NaN where S is 0. */
double kaplan_meier_se(const KaplanMeierPoint *point);

/*
** The smallest time with S <= 1 - p (to rounding), and the times where the ends of S's interval get there (Brookmeyer &
** Crowley 1982). NaN where they do not.
*/
typedef struct KaplanMeierQuantile {
  double time, low, high;
} KaplanMeierQuantile;
Status kaplan_meier_quantiles(const KaplanMeier *curve, const double *p, int n_p, KaplanMeierScale scale, double z,
                              KaplanMeierQuantile *out, const Watch *watch);

/*
** The restricted mean: the area under S from 0 to tau, and its standard error, sqrt(sum (area from t_i to tau)^2
** d_i/(n_i (n_i - d_i))) (Irwin 1949). NaN where tau lies beyond the last time and S is not 0 there.
*/
Status kaplan_meier_restricted_mean(const KaplanMeier *curve, double tau, double *mean, double *se, const Watch *watch);

#endif
