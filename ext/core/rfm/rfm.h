/*
** Recency, frequency, monetary: totals per customer, cut points, scores and ABC classes.
**
** Recency is the time since the last purchase, in days (smaller is better); frequency the number of purchases; monetary
** the sum of their values, or its mean per purchase. A score is 1 … bins, and bins is best (Hughes 1994, "Strategic
** Database Marketing").
**
** One rule scores a value against cuts c1 <= c2 <= … : a value above k of them, strictly, lies in the interval (c_k,
** c_k+1]. Frequency and monetary score k + 1; recency, where small is good, scores bins - k. So equal values always
** share a score, and a customer who bought at the instant as_of has the best recency also where many did.
**
** Where the cuts come from:
**   quantile  type-7 quantiles at 1/bins, 2/bins, … of the customers (Hyndman & Fan 1996)
**   mean      two bins: better than the mean scores 2. Recency's cut is the number next below its mean, so that "not
**             above the cut" says "below the mean"
**   ntile     no cuts: SQL's NTILE over the customers sorted worst first, ties by customer key (integers before text,
**             text by bytes)
** or from the caller.
**
** Totals take rows in any order. All is O(customers) expected but for ntile and ABC, which sort: O(n log n). While
** scoring 10 bytes per customer are in use (ntile: 18), 2 of them kept.
*/
#ifndef RETAIN_CORE_RFM_RFM_H
#define RETAIN_CORE_RFM_RFM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"
#include "core/events/accumulator.h"
#include "core/events/customers.h"
#include "core/time/zone.h"

#define RFM_BINS_MIN 2
#define RFM_BINS_MAX 10
#define RFM_CUTS_MAX 9 /* one less than bins */
_Static_assert(RFM_CUTS_MAX == RFM_BINS_MAX - 1, "as many cuts as bins but one");

typedef enum RfmAxis {
  RFM_RECENCY,
  RFM_FREQUENCY,
  RFM_MONETARY,
  RFM_AXES
} RfmAxis;
extern const char *const RFM_AXIS_NAMES[RFM_AXES]; /* "recency", "frequency", "monetary" */

/* A customer's purchases up to some instant. Zero bytes: none. Fewer than 2^32 purchases. */
typedef struct RfmTotals {
  int64_t last; /* ms */
  uint32_t count;
  float low; /* the sum of the values is high + low: stats.h, sum_add_compact() */
  double high;
} RfmTotals;

void rfm_totals_add(RfmTotals *totals, int64_t time, double value);

static inline double rfm_totals_sum(const RfmTotals *totals)
{
  return totals->high + (double)totals->low;
}

/*
** Money adds exactly: where the sums of all customers, whose totals are at `offset` of their states, are numbers of at
** most four decimals but for rounding, they become those numbers. So equal totals are equal, whatever they are made of.
*/
void rfm_totals_settle(const Customers *customers, size_t offset);

/* The state of rfm() beside a customer's key: 32 bytes. */
typedef struct RfmState {
  int64_t first; /* ms */
  RfmTotals totals;
} RfmState;

extern const Accumulator RFM_ACCUMULATOR; /* self is not used */

/* The customers as they were at an instant: those whose totals count anything. Borrows the index. */
typedef struct RfmView {
  const Customers *customers;
  size_t offset; /* of the RfmTotals in a customer's state */
  Bound as_of;   /* recency: to an instant exact, to a civil day the difference of days */
  bool mean;     /* monetary is the mean per purchase */
  ZoneCursor zone;
} RfmView;

const RfmTotals *rfm_view_totals(const RfmView *view, uint32_t id);

/* The value of a customer on an axis; its totals count at least one purchase. */
double rfm_view_value(const RfmView *view, uint32_t id, RfmAxis axis);

typedef struct RfmCuts {
  int bins;                           /* 0: no cuts */
  double cut[RFM_AXES][RFM_CUTS_MAX]; /* of each axis the first bins - 1, ascending */
} RfmCuts;

/* The type-7 cut points of n >= 1 finite values; permutes x. */
Status rfm_quantile_cuts(double *x, size_t n, int bins, double *cuts, const Watch *watch);

/* 1 … bins */
int rfm_bin(const RfmCuts *cuts, RfmAxis axis, double value);

typedef enum RfmMethod {
  RFM_QUANTILE,
  RFM_NTILE,
  RFM_MEAN,
  RFM_GIVEN
} RfmMethod;

/* Classes by cumulative value: see rfm_classify(). */
typedef enum AbcClass {
  ABC_NONE,
  ABC_A,
  ABC_B,
  ABC_C
} AbcClass;

/* What scoring gives. {0} is a valid empty object; rfm_scores_free() may run twice. */
typedef struct RfmScores {
  RfmCuts cuts;     /* used; bins 0 after RFM_NTILE */
  uint32_t n;       /* customers in the view */
  uint16_t *packed; /* of each id: see rfm_scores_at() */
} RfmScores;

typedef struct RfmScore {
  int r, f, m; /* 0, 0, 0: not in the view */
  AbcClass abc;
} RfmScore;

/*
** Scores every customer of the view. RFM_GIVEN: against scores->cuts, and bins is theirs. RFM_MEAN: bins is 2.
*/
Status rfm_scores_make(RfmScores *scores, const RfmView *view, RfmMethod method, int bins, const Watch *watch);

/*
** ABC: with the customers sorted by total value, largest first, a customer is A while the value before it is below 80 %
** of the whole, B below 95 %, then C; the one that crosses a limit still belongs to the better class, so A is never
** empty and holds at least 80 %. Equal values share a class, and a total of zero or less is C and takes no part in the
** whole. To be called after rfm_scores_make().
*/
Status rfm_classify(RfmScores *scores, const RfmView *view, const Watch *watch);

static inline RfmScore rfm_scores_at(const RfmScores *scores, uint32_t id)
{
  uint16_t packed = scores->packed[id];
  return (RfmScore){packed >> 8 & 15, packed >> 4 & 15, packed & 15, (AbcClass)(packed >> 12)};
}

void rfm_scores_free(RfmScores *scores);

/*
** Scores as one number: three digits, 545, where bins < 10; r * 10000 + f * 100 + m, 100407, for 10 bins. Split: false
** where it is neither.
*/
int64_t rfm_score_number(int r, int f, int m, int bins);
bool rfm_score_split(int64_t number, int *r, int *f, int *m);

#endif
