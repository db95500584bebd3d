/*
** What is known of a customer at two instants, a cut-off and as_of after it, from one pass over the purchases; and
** what a forecast of churn makes of it.
**
** A horizon H before as_of lies the cut-off, another H before that the recent start. Rows fall into three zones:
**
**   zone 0  up to the recent start      zone 1  after it, up to the cut-off      zone 2  after the cut-off, up to
**           as_of
**
** At the cut-off zones 0 and 1 are the history, zone 1 its recent part, and zone 2 tells what happened then; at as_of
** all three are the history, zone 2 its recent part. Purchases of one civil day are one purchase, also across a zone's
** border: what follows on the day of an instant itself is no further purchase.
**
** Memory: 72 bytes per customer, none per row. A row that comes before a row of its customer in a later zone, or
** before the zone's latest day, answers STATUS_DISORDER: the second pass wants the rows sorted.
*/
#ifndef RETAIN_CORE_CHURN_CHURN_FEATURES_H
#define RETAIN_CORE_CHURN_CHURN_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/events/accumulator.h"
#include "core/events/purchase_days.h"
#include "core/time/calendar.h"

typedef struct ChurnTimes {
  ZoneCursor time_zone;
  int64_t recent, cut, as_of; /* the instants, ascending */
  int64_t until;              /* as_of + the horizon */
  bool whole_days;            /* they are the last milliseconds of civil days */
} ChurnTimes;

/* The instants for a horizon before and after as_of. */
ChurnTimes churn_times(Bound as_of, Duration horizon, ZoneCursor time_zone);

typedef enum ChurnInstant {
  CHURN_CUT,
  CHURN_AS_OF,
  CHURN_INSTANTS
} ChurnInstant;

#define CHURN_ZONES 3
typedef struct ChurnZone {
  double high; /* sum of the values, with what rounding lost of it */
  float low;
  uint32_t days;        /* purchase days; 0: no row, and the others mean nothing */
  uint32_t first, last; /* day numbers */
} ChurnZone;
typedef struct ChurnState {
  ChurnZone zone[CHURN_ZONES];
} ChurnState;

/* `self` of its step is a ChurnTimes; rows after as_of do not take part. */
extern const Accumulator CHURN_ACCUMULATOR;

/* What the purchases of a customer up to an instant come to; in days. */
typedef struct ChurnHistory {
  uint32_t first; /* day number of the first purchase */
  uint32_t last;
  int64_t x;      /* repeat purchase days */
  int64_t recent; /* of those, in the horizon before the instant */
  int64_t t_x;    /* first to last */
  int64_t since;  /* last to the instant */
  int64_t age;    /* first to the instant */
  double window;  /* how much of the horizon before the instant lies after the first purchase */
  double value;   /* sum of the values */
} ChurnHistory;

/* False: the customer had not bought by then. */
bool churn_history(const ChurnTimes *times, const ChurnState *state, ChurnInstant instant, ChurnHistory *history);

/* Whether a purchase came on a day after that of the cut-off, up to as_of. */
static inline bool churn_returned(const ChurnTimes *times, const ChurnState *state)
{
  return state->zone[2].days > 0 && state->zone[2].last > day_number(zone_local_at(&times->time_zone, times->cut));
}

/* A number of days between two instants. */
static inline double days_between(int64_t from, int64_t to)
{
  return (double)(to - from) / (double)MS_PER_DAY;
}

/*
** Features of a customer, all but those of signals. Counts, times and money enter as logarithms, because twice as much
** matters alike everywhere.
**
**   recency    ln(1 + days since the last purchase)
**   frequency  ln(1 + x)
**   value      ln(1 + mean value of a purchase day / that of all customers), 0 where either is not above 0; of no
**              currency, so that its unit changes nothing
**   overdue    ln(1 + days since the last purchase / usual gap)
**   trend      ln((1 + repeat purchases in the last horizon) / (1 + what the rate before it makes expected)), 0 for
**              those younger than the horizon
**   p_alive    log-odds of "no purchase within the horizon" by the purchase model
**   age        ln(1 + days since the first purchase)
*/
typedef enum ChurnFeature {
  CHURN_RECENCY,
  CHURN_FREQUENCY,
  CHURN_VALUE,
  CHURN_OVERDUE,
  CHURN_TREND,
  CHURN_P_ALIVE,
  CHURN_AGE,
  CHURN_FEATURES
} ChurnFeature;

/*
** The usual gap of a customer: (days from first to last purchase + G) / (x + 1), G the mean gap of all customers, as
** though one gap of that length had been seen besides: with no gap of one's own it is G, with many one's own mean.
** NaN where G is (nobody bought twice).
*/
double churn_usual_gap(const ChurnHistory *history, double mean_gap);

/*
** The repeat purchases that the time before the last horizon makes expected in it; NaN for those younger than the
** horizon.
*/
double churn_expected_recent(const ChurnHistory *history, double mean_gap);

/*
** log_odds: of the purchase model; 0 without one. mean_gap may be NaN: then overdue and trend are 0. mean_value: mean
** value of a purchase day of all customers.
*/
void churn_features(const ChurnHistory *history, double mean_gap, double mean_value, double log_odds,
                    double x[CHURN_FEATURES]);

#endif
