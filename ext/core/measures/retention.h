/*
** Retention and movement of customers by calendar period.
**
** A customer at boundary b (the start of a period) has an event in [b - W, b); W is `within`, by default the
** calendar period before b. Period p runs from boundary p to boundary p + 1, and
**   start       customers at p                          end         customers at p + 1
**   retained    customers at p and at p + 1             lost        at p, not at p + 1
**   new         first event ever in the period          new_lost    of those, not customers at p + 1
**   resurrected at p + 1, not at p, not new
** so that start = retained + lost and end = retained + resurrected + new - new_lost. (Count and exact form of
** retention: Farris et al., Marketing Metrics; new / retained / resurrected / lost: growth accounting.)
**
** How: an event at t in period p makes its customer one at every boundary p + 1 … reach(t), the last whose window
** begins at or before t. These boundaries form runs; a run adds one where it begins and takes one away after it
** ends, so that a row costs O(1) whatever W is, and what is counted needs no last pass over the customers. Per
** customer: the current period and the last boundary reached, 8 bytes (24 where W may be shorter than a period:
** whether a customer's value is that of a retained one is only known when the period is over).
**
** Rows may come in any order within a customer's period; a row before it is STATUS_DISORDER.
*/
#ifndef RETAIN_CORE_MEASURES_RETENTION_H
#define RETAIN_CORE_MEASURES_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/events/accumulator.h"
#include "core/events/customers.h"
#include "core/time/period.h"

#define RETENTION_PERIODS_MAX 1000000
#define RETENTION_WITHIN_MAX_DAYS 36525 /* 100 years */

typedef struct RetentionRow {
  int64_t period; /* index in the grain */
  int64_t start, new_customers, retained, resurrected, lost, end, new_lost;
  double value_total, value_retained;
  bool complete; /* the period had passed at as_of */
} RetentionRow;

typedef struct RetentionCell RetentionCell;

typedef struct Retention {
  PeriodCursor cursor;
  Duration within; /* {0}: the calendar period before */
  bool sure;       /* an event in a period always makes a customer at its end */
  double refunds;  /* the sum of the values below 0, without their sign */
  bool decimal;    /* all sums of values are numbers of at most four decimals, as money is, and exact */
  bool too_long;   /* why step() or finish() answered STATUS_ERROR: more than RETENTION_PERIODS_MAX periods */
  int64_t lo, hi;  /* UTC times lo <= t < hi share `period` and `reach` */
  int64_t period, reach;
  RetentionCell *here; /* the cell of `period` */
  RetentionCell *cells;
  int64_t base; /* period of cells[0] */
  int64_t count;
  int64_t first; /* earliest period with an event, where count > 0 */
  RetentionRow *rows;
  int64_t n_rows;
} Retention;

/* `within` NULL: the calendar period before a boundary. False: `within` is longer than RETENTION_WITHIN_MAX_DAYS. */
bool retention_init(Retention *retention, Grain grain, ZoneCursor zone, const Duration *within);

Accumulator retention_accumulator(const Retention *retention);

/*
** The rows of every period from the first event's to the last one that begins before `end` (Bound.end), of these only
** since … until (period indexes); those that end by then are complete. Call once, after the last step().
*/
Status retention_finish(Retention *retention, const Customers *customers, int64_t end, int64_t since, int64_t until,
                        const Watch *watch);

void retention_free(Retention *retention);

#endif
