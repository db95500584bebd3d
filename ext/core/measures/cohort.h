/*
** Cohort retention: of the customers who started together, how many were active n intervals later.
**
** Members of a cohort share the period of their first event, or the attribute of their first row. A member's
** interval n (its age) is
**   COHORT_CLOCK_CALENDAR  period of the event - period of the first event
**   COHORT_CLOCK_ROLLING   floor((t - t0) / length), length = 24 h (day), 7 d (week), 30 d (month), N * 24 h (N days),
**     t0 the member's first event; not for quarter and year
**   COHORT_CLOCK_ROUNDED   the same with t0 rounded down in local time: to the hour (day), to the day (all others)
** Ages are grouped into slots 0, 1, 2 …: without brackets slot = age; with brackets b1 < b2 < … slot 0 is age 0 and
** slot i is the ages b(i-1) + 1 … b(i) (b(0) = 0). Slots end with max_age or the last bracket; what happens later
** is "beyond": it has no cell, but counts as later activity in COHORT_MODE_ON_OR_AFTER.
**
** A member is eligible for slot n if the slot's last interval had fully passed at the end (calendar: the period's end
** <= end; else t0 + (n + 1) * length <= end), and active, among the eligible, if it had an event
**   COHORT_MODE_ON           in slot n
**   COHORT_MODE_ON_OR_AFTER  in slot n or later; an event in a slot that has not passed is later activity too
**   COHORT_MODE_ON_OR_BEFORE in one of the slots 1 … n (n = 0: nobody)
**   COHORT_MODE_STREAK       in every one of the slots 1 … n (n = 0: everybody)
** A cell is complete when every member is eligible. Value: the sum over all members, eligible or not.
**
** How: rows arrive in order per customer, so that the first row in a slot adds one to a cell and the others only
** add their value. A member can only have been counted too early in the last slot it reached: one pass over the
** customers takes that back and counts who is eligible. Per customer 8 bytes (calendar cohorts) or 16; per cell 16
** bytes, for the ages that were reached only. A row before its customer's last slot (or before the first row, where
** the exact first time matters) is STATUS_DISORDER.
*/
#ifndef RETAIN_CORE_MEASURES_COHORT_H
#define RETAIN_CORE_MEASURES_COHORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/hash.h"
#include "core/events/accumulator.h"
#include "core/events/customers.h"
#include "core/time/period.h"

#define COHORT_CELLS_MAX 10000000
#define COHORTS_MAX 1000000
#define COHORT_AGE_MAX 3652425 /* days of 10,000 years: no age is larger */
#define COHORT_BRACKETS_MAX 64
#define COHORT_BRACKET_MAX 36525

typedef enum CohortMode {
  COHORT_MODE_ON,
  COHORT_MODE_ON_OR_AFTER,
  COHORT_MODE_ON_OR_BEFORE,
  COHORT_MODE_STREAK
} CohortMode;
typedef enum CohortClock {
  COHORT_CLOCK_CALENDAR,
  COHORT_CLOCK_ROLLING,
  COHORT_CLOCK_ROUNDED
} CohortClock;

typedef struct CohortOptions {
  Grain grain;
  ZoneCursor zone;
  CohortMode mode;
  CohortClock clock;
  bool by_attribute;
  int64_t max_age; /* < 0: none */
  int n_brackets;  /* 0: none */
  int32_t brackets[COHORT_BRACKETS_MAX];
} CohortOptions;

/* '1,3,7,14,30': ascending numbers 1 … COHORT_BRACKET_MAX, spaces allowed around them. False if it is anything else. */
bool cohort_brackets_from_text(const char *text, size_t length, int32_t brackets[COHORT_BRACKETS_MAX], int *n_brackets);

#define COHORT_NULL (-1)

/* While rows come in. */
typedef struct CohortCell {
  double high; /* value, a compensated sum */
  float low;
  /* COHORT_MODE_ON_OR_BEFORE: members whose first slot after slot 0 is this; COHORT_MODE_ON_OR_AFTER: unused */
  uint32_t active, orders;
} CohortCell;

/*
** Customer states. `reached` is (last slot + 1) << 1 | flag, 0 before the first row. The flag says, in
** COHORT_MODE_STREAK, that no slot was left out so far.
*/
#define COHORT_FLAG 1U
typedef struct PeriodMember { /* calendar clock, cohorts by period: the cohort is the first period */
  int32_t period;
  uint32_t reached;
} PeriodMember;
typedef struct Member {
  int64_t first;
  int32_t place; /* calendar clock (by attribute): the origin; other clocks: the place of the cohort */
  uint32_t reached;
} Member;
typedef struct CohortOrigin {
  int32_t period, place;
} CohortOrigin;

/* One slot of one cohort, final. */
typedef struct CohortRow {
  uint32_t eligible, active, orders;
  double value, cumulative; /* of the slot; of slots 0 … this one */
} CohortRow;

typedef struct Cohort {
  int64_t key;      /* period index; or attribute id, COHORT_NULL where the attribute is NULL */
  int64_t earliest; /* first time of its first member */
  uint32_t size;
  uint32_t n_cells, n_rows;
  bool owns_rows;    /* frees `rows`, in which those of later cohorts may follow */
  CohortCell *cells; /* while rows come in */
  CohortRow *rows;   /* after cohorts_finish(): slots 0 … the last one that has begun for its first member */
} Cohort;

typedef struct Cohorts {
  CohortOptions options;
  PeriodCursor cursor;
  int64_t length;        /* ms of an interval; 0: COHORT_CLOCK_CALENDAR */
  int64_t rounding;      /* COHORT_CLOCK_ROUNDED: ms that first times are rounded down to */
  uint32_t n_slots;      /* slots that are shown; slot n_slots is beyond */
  uint32_t n_ages;       /* entries of slot_of_age; an age above is beyond */
  uint32_t *slot_of_age; /* NULL without brackets */
  bool too_many;         /* why step() or finish() answered STATUS_ERROR: above COHORT_CELLS_MAX or COHORTS_MAX */
  int64_t cells_used;
  double refunds;    /* the sum of the values below 0, without their sign */
  bool decimal;      /* all sums of values are numbers of at most four decimals, as money is, and exact */
  CohortCell beyond; /* takes what is beyond; not read */
  Cohort *cohorts;   /* by period, or attribute + 1, from `base`; after cohorts_finish() sorted, none without members */
  int64_t base;
  int64_t n_cohorts;
  CohortOrigin *origins; /* calendar clock by attribute: the pairs of first period and attribute that occur */
  uint32_t n_origins, n_origin_slots;
  uint32_t *origin_slots; /* hash of origins: number + 1; 0 is free */
  HashSecret origin_secret;
  int64_t members;   /* of all cohorts, after cohorts_finish() */
  int64_t *row_ends; /* rows of cohorts 0 … i, after cohorts_finish() */
  int64_t n_rows;
} Cohorts;

/* STATUS_ERROR: the clock needs a length, and this grain has none. */
Status cohorts_init(Cohorts *cohorts, const CohortOptions *options);

Accumulator cohorts_accumulator(const Cohorts *cohorts);

/*
** `attributes`: the keys that cohorts by attribute are sorted by (NULL, integers, text). What ends by `end` (Bound.end)
** has passed; a slot that begins there is no row. Call once.
*/
Status cohorts_finish(Cohorts *cohorts, const Customers *customers, const Customers *attributes, int64_t end,
                      const Watch *watch);

/* Row i < n_rows of the table cohort by cohort: its cohort, and *slot. */
const Cohort *cohorts_row(const Cohorts *cohorts, int64_t i, uint32_t *slot);

static inline uint32_t cohorts_slot(const Cohorts *cohorts, int64_t age)
{
  if (cohorts->slot_of_age) {
    return age < cohorts->n_ages ? cohorts->slot_of_age[age] : cohorts->n_slots;
  }
  return age < cohorts->n_slots ? (uint32_t)age : cohorts->n_slots;
}

/* Calendar clock and cohorts by period: customers have a PeriodMember, else a Member. */
static inline bool cohorts_by_period(const Cohorts *cohorts)
{
  return cohorts->options.clock == COHORT_CLOCK_CALENDAR && !cohorts->options.by_attribute;
}

/* The age at a time of a member whose first event is at `first`, where the clock is not the calendar's. */
static inline int64_t cohorts_age(const Cohorts *cohorts, int64_t first, int64_t time)
{
  if (cohorts->rounding) {
    int64_t local = zone_local_at(&cohorts->options.zone, first);
    int64_t rounded = floor_div(local, cohorts->rounding) * cohorts->rounding;
    /* an hour's first instant is so long before, a day's where its midnight is */
    first = cohorts->rounding < MS_PER_DAY ? first - (local - rounded) : zone_instant(&cohorts->options.zone, rounded);
  }
  return (time - first) / cohorts->length;
}

/* First and last age of a slot. */
int64_t cohort_slot_first_age(const Cohorts *cohorts, uint32_t slot);
int64_t cohort_slot_last_age(const Cohorts *cohorts, uint32_t slot);

/*
** Slot n over all cohorts. pooled = active / eligible over eligible members. Of complete cells only: simple = mean
** of their rates, weighted = complete_active / complete_size, their mean weighted by size, twice weighted =
** complete_actives / complete_squares, both sums weighted by size once more.
*/
typedef struct CohortAverage {
  int64_t cohorts, size; /* that have reached the slot */
  int64_t eligible, active, orders;
  int64_t complete_cohorts, complete_size, complete_active;
  double rate_sum;            /* of complete cells */
  double complete_actives;    /* of complete cells: size * active, … */
  double complete_squares;    /* … and size * size */
  double value;               /* of all cells */
  double complete_cumulative; /* value of slots 0 … n of complete cells */
} CohortAverage;

/* One per slot that any cohort has reached; *averages from mem_alloc(). */
Status cohorts_average(const Cohorts *cohorts, CohortAverage **averages, int64_t *n_averages, const Watch *watch);

void cohorts_free(Cohorts *cohorts);

#endif
