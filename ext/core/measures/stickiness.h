/*
** Stickiness: on how many civil days of a period were its customers active?
**
** Memory: 16 bytes per customer, 24 … 30 per pair of period and number of days that occurs, and 48 per row of the
** answer. A row on an earlier day than its customer's latest answers STATUS_DISORDER. O(1) expected per row;
** O(r log r) at the end for r pairs.
*/
#ifndef RETAIN_CORE_MEASURES_STICKINESS_H
#define RETAIN_CORE_MEASURES_STICKINESS_H

#include "core/events/accumulator.h"
#include "core/events/customers.h"
#include "core/time/period.h"

/* The customers of a period who were active on `days` days of it. */
typedef struct StickinessRow {
  int64_t period; /* its index */
  uint32_t days;
  int64_t customers, at_least; /* on so many days, and on so many or more */
  int64_t active;              /* in the period */
  double stickiness;           /* days of all that were active / (active * days of the period up to the end) */
  bool complete;
} StickinessRow;

typedef struct Stickiness {
  PeriodCursor period, day;
  Customers pairs; /* by period and days: the number of customers */
  StickinessRow *rows;
  int64_t n_rows;
} Stickiness;

/* The grain is of whole days. */
void stickiness_init(Stickiness *stickiness, Grain grain, ZoneCursor zone);

Accumulator stickiness_accumulator(void);

/*
** Rows: periods with events in order, days 1 … the most that a customer was active on. What ends by `end` (Bound.end)
** is complete.
*/
Status stickiness_finish(Stickiness *stickiness, const Customers *customers, int64_t end, const Watch *watch);

void stickiness_free(Stickiness *stickiness); /* may run twice */

#endif
